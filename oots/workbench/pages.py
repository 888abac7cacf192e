"""The workbench's door for people: scenarios to try and to run, the thirteen journeys, the topologies."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from oots.model.clock import Clock
from oots.scenario_files.scenario import Scenario
from oots.web.frame import Frame, language
from oots.web.said import Said
from oots.web.sessions import check_csrf
from oots.web.words import LOCAL, Lang, Words
from oots.workbench import wording
from oots.workbench.journeys import Deck, Journey, Role
from oots.workbench.notebook import Entered, Notebook, Ran
from oots.workbench.runs import Queue, Runs
from oots.workbench.wording import SCOPES, outcome_in_words

TEMPLATES = Path(__file__).parent / "templates"
REFRESH_SECONDS = 2
PATH_FIELD = "path"
REMARK_FIELD = "remark"
_LANGUAGES: tuple[Lang, ...] = ("da", "en")
_LONGEST_NAME, _LONGEST_VALUE = 80, 1000

FIRST = ("S03", "S07", "S02")
"""With what a newcomer begins."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to sign in as: the name on the page of the eIDAS node, and what it says of the person."""

    name: str
    story: Words


class Topology(Protocol):
    """A topology as its comparison tells it; what the page reads of the rest is counted by the deployment."""

    @property
    def name(self) -> str: ...
    @property
    def country(self) -> Any: ...
    @property
    def running(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What stands around the workbench, as the deployment knows it.

    `portals` are the addresses at which a browser finds the portals, by country; `persons` are the personas by key;
    `municipalities` are the names by kommunekode; `topologies` makes the comparison;
    `requirements` are names by identifier; `casework` is where caseworkers have their page, by
    kommunekode.
    """

    portals: Mapping[str, str]
    persons: Mapping[str, Person]
    municipalities: Mapping[str, str]
    places: Sequence[tuple[Words, str]]
    topologies: Callable[[], Sequence[Topology]]
    requirements: Mapping[str, Words]
    casework: Mapping[str, str]


def router(
    *,
    frame: Frame,
    scenarios: Callable[[], Sequence[Scenario]],
    deck: Deck,
    notebook: Notebook,
    runs: Runs,
    around: Surrounding,
    clock: Clock,
) -> APIRouter:
    """The pages; the service must carry the middleware `Sessions`."""
    pages = _Workbench(frame, scenarios, deck, notebook, runs, around, clock)
    routes = APIRouter(include_in_schema=False)
    posted = [Depends(check_csrf)]
    routes.add_api_route("/", pages.front)
    routes.add_api_route("/scenarios/{name}", pages.scenario)
    routes.add_api_route("/scenarios/{name}/run", pages.run, methods=["POST"], dependencies=posted)
    routes.add_api_route("/run-all", pages.run_all, methods=["POST"], dependencies=posted)
    routes.add_api_route("/journeys", pages.journeys)
    routes.add_api_route("/journeys.csv", pages.journeys_as_csv)
    routes.add_api_route("/journeys/{key}", pages.journey)
    routes.add_api_route("/journeys/{key}/notes", pages.note, methods=["POST"], dependencies=posted)
    routes.add_api_route("/parts", pages.parts)
    routes.add_api_route("/topologies", pages.topologies)
    return routes


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """A scenario with what came of its last run."""

    scenario: Scenario
    ran: Ran | None
    state: str


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A journey with its scenarios and the council's values."""

    key: str
    journey: Journey
    scenarios: tuple[ScenarioView, ...]
    values: Mapping[str, Entered]

    @property
    def tried(self) -> tuple[ScenarioView, ...]:
        return tuple(view for view in self.scenarios if view.ran)

    @property
    def oots(self) -> Words:
        """The deck's blank column, from runs alone."""
        if not self.tried:
            return Words(
                "Ikke afprøvet her (endnu ikke kørt med knappen)", "Not tried here (not run by the button yet)"
            )
        ran = [view.ran for view in self.tried if view.ran]
        good = sum(each.as_expected for each in ran)
        outcomes = list(dict.fromkeys(one for each in ran if each.as_expected for one in each.actual.split(", ")))
        danish, english = (outcome_in_words(outcomes, lang) if outcomes else "–" for lang in _LANGUAGES)
        return Words(
            f"Kørt med knappen: {good} af {len(ran)} scenarier endte som ventet: {danish}",
            f"Tried: {good} of {len(ran)} scenarios ended as expected: {english}",
        )


class _Workbench:
    def __init__(
        self,
        frame: Frame,
        scenarios: Callable[[], Sequence[Scenario]],
        deck: Deck,
        notebook: Notebook,
        runs: Runs,
        around: Surrounding,
        clock: Clock,
    ) -> None:
        self._frame = frame
        self._scenarios = scenarios
        self._deck = deck
        self._notebook = notebook
        self._runs = runs
        self._around = around
        self._clock = clock

    def _page(self, request: Request, name: str, status: int = 200, /, **context: object) -> Response:
        queue = self._runs.queue
        page = self._frame.page(request, name, status, deck=self._deck, queue=queue, **self._words(request), **context)
        if context.get("refreshing"):
            page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

    def _words(self, request: Request) -> dict[str, object]:
        lang = language(request)
        return {"scopes": SCOPES, "wording": wording, "said_outcome": lambda told: outcome_in_words(told, lang)}

    # --- scenarios ---

    def front(self, request: Request, refresh: str = "on") -> Response:
        views = self._views()
        return self._page(
            request,
            "front.html",
            first=[view for name in FIRST for view in views if view.scenario.name == name],
            journeys=self._journey_views(views),
            places=self._around.places,
            good=sum(view.ran.as_expected for view in views if view.ran),
            tried=sum(view.ran is not None for view in views),
            number=len(views),
            refreshing=refresh == "on" and self._runs.queue.running is not None,
        )

    def _views(self) -> tuple[ScenarioView, ...]:
        ran, queue = self._notebook.runs(), self._runs.queue
        return tuple(ScenarioView(each, ran.get(each.name), _state(each.name, queue)) for each in self._scenarios())

    def _journey_views(self, views: Sequence[ScenarioView]) -> tuple[JourneyView, ...]:
        values = self._notebook.values()
        return tuple(
            JourneyView(
                key,
                journey,
                tuple(view for view in views if view.scenario.journey == key),
                {field: entry for (of, field), entry in values.items() if of == key},
            )
            for key, journey in self._deck.journey.items()
        )

    def scenario(self, request: Request, name: str, refresh: str = "on") -> Response:
        view = self._view(name)
        asks = view.scenario.asks
        portal = self._around.portals.get(asks.portal.value)
        return self._page(
            request,
            "scenario.html",
            view=view,
            journey=self._deck.journey.get(view.scenario.journey),
            start=f"{portal}/cases/{asks.case}?lang={language(request)}" if portal else None,
            portal=f"{portal}/?lang={language(request)}" if portal else None,
            casework=self._around.casework.get(view.scenario.answers.municipality or ""),
            requirements=self._around.requirements,
            persons=self._around.persons,
            municipalities=self._around.municipalities,
            refreshing=refresh == "on" and view.state in ("running", "waiting"),
        )

    def _view(self, name: str) -> ScenarioView:
        for view in self._views():
            if view.scenario.name == name:
                return view
        raise HTTPException(HTTPStatus.NOT_FOUND)

    def run(self, name: str) -> Response:
        self._want(self._view(name).scenario.name)
        return _see_other(f"/scenarios/{name}")

    def run_all(self) -> Response:
        for scenario in self._scenarios():
            self._want(scenario.name)
        return _see_other("/")

    def _want(self, name: str) -> None:
        if not self._runs.want(name):
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE)

    # --- journeys ---

    def journeys(self, request: Request) -> Response:
        views = [view for view in self._journey_views(self._views()) if view.journey.counted]
        return self._page(request, "journeys.html", views=views)

    def journey(self, request: Request, key: str, saved: int | None = None) -> Response:
        """`saved` is how many fields have just been kept, as the address after the form says."""
        return self._journey(request, key, saved=saved)

    def _journey(
        self,
        request: Request,
        key: str,
        fault: str | None = None,
        typed: Mapping[str, str] | None = None,
        saved: int | None = None,
    ) -> Response:
        view = self._journey_view(key)
        history = [entry for entry in self._notebook.entered() if entry.journey == key][::-1]
        status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
        shown = {"view": view, "history": history, "fault": fault, "shown_at": f"/journeys/{key}", "saved": saved}
        return self._page(request, "journey.html", status, fields=self._fields, typed=typed or {}, **shown)

    def _journey_view(self, key: str) -> JourneyView:
        for view in self._journey_views(self._views()):
            if view.key == key and view.journey.counted:
                return view
        raise HTTPException(HTTPStatus.NOT_FOUND)

    async def note(self, request: Request, key: str) -> Response:
        """Keep what has changed, with the name that was typed; nothing without one."""
        form = await request.form()
        return await run_in_threadpool(self._note, request, key, form)

    def _note(self, request: Request, key: str, form: FormData) -> Response:
        view, now = self._journey_view(key), self._clock.now()
        typed = {field: _typed(form, field, _LONGEST_VALUE) for field in self._fields}
        who = _typed(form, "who", _LONGEST_NAME)
        if not who:
            return self._journey(request, key, "who", typed)
        before = {field: entry.value for field, entry in view.values.items()}
        changed = {field: value for field, value in typed.items() if value != before.get(field, "")}
        self._notebook.enter(Entered(now, who, key, field, value) for field, value in changed.items())
        return _see_other(f"/journeys/{key}?saved={len(changed)}")

    @property
    def _fields(self) -> tuple[str, ...]:
        return (PATH_FIELD, *self._deck.criterion, REMARK_FIELD)

    def journeys_as_csv(self, request: Request) -> Response:
        """The table of the page, one row for each journey, in the language of the page."""
        lang = language(request)
        written = io.StringIO()
        table = csv.writer(written, delimiter=";")
        table.writerow([*_in(lang, _HEADINGS), *(_assessed(c, lang) for c in self._criteria), *_in(lang, _LAST)])
        for view in self._journey_views(self._views()):
            if view.journey.counted:
                table.writerow([_harmless(cell) for cell in self._row(view, lang)])
        headers = {"Content-Disposition": 'attachment; filename="journeys.csv"'}
        return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    @property
    def _criteria(self) -> list[Said]:
        return list(self._deck.criterion.values())

    def _row(self, view: JourneyView, lang: Lang) -> list[str]:
        journey, values = view.journey, view.values

        def value(field: str) -> str:
            return values[field].value if field in values else ""

        path = self._deck.path.get(value(PATH_FIELD))
        last = max(values.values(), key=lambda entry: entry.at, default=None)
        return [
            journey.title.words.in_(lang),
            journey.annex_1,
            journey.annex_2,
            "x" if journey.access_to_self_service else "",
            journey.payment,
            view.oots.in_(lang),
            ", ".join(solution.name for solution in journey.solutions),
            ", ".join(f"{each.party} ({_ROLES[each.role].in_(lang)})" for each in journey.solutions if each.party),
            journey.evidence.words.in_(lang) if journey.evidence else "",
            journey.eu_lacks.words.in_(lang) if journey.eu_lacks else "",
            path.words.in_(lang) if path else "",
            value(REMARK_FIELD),
            *(value(field) for field in self._deck.criterion),
            last.who if last else "",
            f"{last.at.astimezone(LOCAL):%Y-%m-%d %H:%M}" if last else "",
        ]

    # --- the rest of the deck ---

    def parts(self, request: Request) -> Response:
        profiles = {
            (each.name, each.party, each.role): [j for j in self._deck.thirteen.values() if each in j.solutions]
            for journey in self._deck.thirteen.values()
            for each in journey.solutions
        }
        return self._page(request, "parts_of_deck.html", profiles=profiles)

    def topologies(self, request: Request) -> Response:
        return self._page(request, "topologies.html", compared=self._around.topologies())


_HEADINGS = (
    Words("Borgerrejse", "Journey"),
    Words("Bilag I", "Annex I"),
    Words("Bilag II", "Annex II"),
    Words("Adgang til selvbetjening (AtS)", "Access to self-service (AtS)"),
    Words("Betaling", "Payment"),
    Words("OOTS", "OOTS"),
    Words("Løsninger", "Solutions"),
    Words("Leverandører", "Vendors"),
    Words("Mulig dokumentation", "Evidence possible"),
    Words("EU-krav, der mangler", "EU requirement missing"),
    Words("Implementeringsvej", "Implementation path"),
    Words("Bemærkning", "Remark"),
)
_LAST = (Words("Sidst ændret af", "Last changed by"), Words("Sidst ændret (dansk tid)", "Last changed (Danish time)"))
_ROLES = {
    Role.VENDOR: Words("leverandør", "vendor"),
    Role.CONTRACT_HOLDER: Words("kontraktholder", "contract holder"),
    Role.VARIES: Words("varierer", "varies"),
}


def _in(lang: Lang, headings: Sequence[Words]) -> list[str]:
    return [heading.in_(lang) for heading in headings]


def _assessed(criterion: Said, lang: Lang) -> str:
    """The heading of what the council says of a criterion, which no column of the deck has too."""
    return f"{Words('Rådet', 'Council').in_(lang)}: {criterion.words.in_(lang)}"


def _state(name: str, queue: Queue) -> str:
    if name == queue.running:
        return "running"
    if name in queue.waiting:
        return "waiting"
    return "failed" if name in queue.failed else "idle"


def _typed(form: FormData, field: str, most: int) -> str:
    value = form.get(field)
    return " ".join(value.split())[:most] if isinstance(value, str) else ""


def _harmless(cell: str) -> str:
    """A spreadsheet takes no cell for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


def _see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)
