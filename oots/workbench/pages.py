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
from oots.scenario_files.scenario import Scenario, Scope
from oots.web.frame import Frame, language
from oots.web.sessions import check_csrf
from oots.web.words import Words
from oots.workbench.journeys import Deck, Journey
from oots.workbench.notebook import Entered, Notebook, Ran
from oots.workbench.runs import Queue, Runs

TEMPLATES = Path(__file__).parent / "templates"
REFRESH_SECONDS = 2
PATH_FIELD = "path"
REMARK_FIELD = "remark"
_LONGEST_NAME, _LONGEST_VALUE = 80, 1000

SCOPES = {
    Scope.DECLARED: Words("I det, Danmark har anmeldt", "In Denmark's declared scope"),
    Scope.MUNICIPAL: Words("I bilag II, men kommunalt", "In Annex II, but municipal"),
    Scope.OUTSIDE: Words("Uden for bilag II", "Outside Annex II"),
    Scope.OTHER_MECHANISM: Words("Anden EU-ordning", "Other EU mechanism"),
}
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
    `municipalities` are the names by kommunekode; `topologies` makes the comparison.
    """

    portals: Mapping[str, str]
    persons: Mapping[str, Person]
    municipalities: Mapping[str, str]
    places: Sequence[tuple[Words, str]]
    topologies: Callable[[], Sequence[Topology]]


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
            return Words("Ikke afprøvet her", "Not tried here")
        ran = [view.ran for view in self.tried if view.ran]
        good = sum(each.as_expected for each in ran)
        outcomes = ", ".join(dict.fromkeys(each.actual for each in ran if each.as_expected)) or "–"
        return Words(
            f"Afprøvet: {good} af {len(ran)} scenarier endte som ventet ({outcomes})",
            f"Tried: {good} of {len(ran)} scenarios ended as expected ({outcomes})",
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
        page = self._frame.page(request, name, status, scopes=SCOPES, deck=self._deck, queue=queue, **context)
        if context.get("refreshing"):
            page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

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
            start=f"{portal}/cases/{asks.case}" if portal else None,
            persons=self._around.persons,
            municipalities=self._around.municipalities,
            steps=_STEPS,
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

    def journey(self, request: Request, key: str) -> Response:
        return self._journey(request, key)

    def _journey(
        self, request: Request, key: str, fault: str | None = None, typed: Mapping[str, str] | None = None
    ) -> Response:
        view = self._journey_view(key)
        history = [entry for entry in self._notebook.entered() if entry.journey == key][::-1]
        status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
        shown = {"view": view, "history": history, "fault": fault, "shown_at": f"/journeys/{key}"}
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
        return _see_other(f"/journeys/{key}")

    @property
    def _fields(self) -> tuple[str, ...]:
        return (PATH_FIELD, *self._deck.criterion, REMARK_FIELD)

    def journeys_as_csv(self, request: Request) -> Response:
        """The table of the page, one row for each journey, in the language of the page."""
        lang = language(request)
        written = io.StringIO()
        table = csv.writer(written)
        table.writerow([heading.in_(lang) for heading in _HEADINGS] + [c.words.in_(lang) for c in self._criteria])
        for view in self._journey_views(self._views()):
            if view.journey.counted:
                table.writerow([_harmless(cell) for cell in self._row(view, lang)])
        headers = {"Content-Disposition": 'attachment; filename="journeys.csv"'}
        return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    @property
    def _criteria(self) -> list[Any]:
        return list(self._deck.criterion.values())

    def _row(self, view: JourneyView, lang: Any) -> list[str]:
        journey, values = view.journey, view.values

        def value(field: str) -> str:
            return values[field].value if field in values else ""

        path = self._deck.path.get(value(PATH_FIELD))
        return [
            journey.title.words.in_(lang),
            journey.annex_1,
            journey.annex_2,
            "x" if journey.access_to_self_service else "",
            journey.payment,
            view.oots.in_(lang),
            "; ".join(solution.name for solution in journey.solutions),
            "; ".join(f"{each.party} ({each.role})" for each in journey.solutions if each.party),
            journey.evidence.words.in_(lang) if journey.evidence else "",
            journey.eu_lacks.words.in_(lang) if journey.eu_lacks else "",
            path.words.in_(lang) if path else "",
            value(REMARK_FIELD),
            *(value(field) for field in self._deck.criterion),
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
    Words("AtS", "AtS"),
    Words("Betaling", "Payment"),
    Words("OOTS", "OOTS"),
    Words("Løsninger", "Solutions"),
    Words("Leverandører", "Vendors"),
    Words("Mulig dokumentation", "Evidence possible"),
    Words("EU-krav, der mangler", "EU requirement missing"),
    Words("Implementeringsvej", "Implementation path"),
    Words("Bemærkning", "Remark"),
)
_STEPS = {
    "sign-in": Words("Log ind", "Sign in"),
    "choose-municipality": Words("Vælg kommunen", "Choose the municipality"),
    "request": Words("Giv den udtrykkelige anmodning og hent", "Give the explicit request, and fetch"),
    "wait-for-answer": Words("Vent på svaret", "Wait for the answer"),
    "follow-link": Words("Følg linket til forhåndsvisningen", "Follow the link to the preview"),
    "go-to-preview": Words("Gå til forhåndsvisningen og log ind igen", "Go to the preview, and sign in again"),
    "look": Words("Se dokumenterne", "Look at the documents"),
    "pay": Words("Betal gebyret", "Pay the fee"),
    "accept": Words("Godkend og send", "Approve and send"),
    "decline": Words("Send ikke", "Do not send"),
    "close-the-browser": Words("Luk browseren", "Close the browser"),
    "come-back": Words("Kom tilbage til portalen", "Come back to the portal"),
    "finish": Words("Brug dokumentationen og afslut", "Use the evidence and finish"),
    "ask-again": Words("Hent den igen", "Fetch it again"),
    "upload": Words("Upload selv i stedet", "Upload yourself instead"),
    "wait": Words("Vent, til tiden er gået", "Wait until the time is up"),
    "caseworker": Words("Sagsbehandleren afgør sagen", "The caseworker decides the case"),
}


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
