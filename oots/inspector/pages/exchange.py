"""One exchange: what happened, told by all who took part; the same step by step for a room; and to take along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from oots.inspector.inspection import Inspection
from oots.inspector.laid_open import LaidOpen
from oots.inspector.story import checks
from oots.inspector.story.cast import Cast
from oots.inspector.story.diagram import Diagram, described, folded, mermaid, svg
from oots.inspector.story.lines import ndjson
from oots.inspector.story.steps import Step, steps_of
from oots.inspector.story.telling import tell
from oots.inspector.story.who_is_who import about, who_is_who
from oots.inspector.wording import OUTCOME_LOOK, OUTCOMES, facts_of, reached, title_of
from oots.web.downloads import attachment
from oots.web.frame import language
from oots.web.numbers import Counted


def router(inspection: Inspection) -> APIRouter:
    """`GET /exchanges/{exchange_id}`, its steps, and the exports `.svg`, `.mmd` and `.ndjson`."""
    pages = _ExchangePages(inspection)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/exchanges/{exchange_id}.svg", pages.as_svg)
    routes.add_api_route("/exchanges/{exchange_id}.mmd", pages.as_mermaid)
    routes.add_api_route("/exchanges/{exchange_id}.ndjson", pages.as_ndjson)
    routes.add_api_route("/exchanges/{exchange_id}", pages.told)
    routes.add_api_route("/exchanges/{exchange_id}/steps/{number}", pages.step)
    return routes


@dataclass(frozen=True, slots=True)
class _Story:
    exchange: LaidOpen
    cast: Cast
    steps: tuple[Step, ...]


class _ExchangePages:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection

    def told(self, request: Request, exchange_id: str) -> Response:
        story = self._story(request, exchange_id)
        looking = self._inspection.access.look(request, exchange_id, "exchange")
        judged = checks.judged(story.exchange, self._inspection.anchors)
        diagram = self._diagram(request, story, links=f"/exchanges/{exchange_id}/messages/")
        outcome = reached(story.exchange)
        return self._inspection.frame.page(
            request,
            "exchange.html",
            exchange=story.exchange,
            looking=looking,
            names=self._inspection.names,
            told=tell(story.exchange, story.steps, story.cast, judged),
            outcome=OUTCOMES[outcome],
            outcome_look=OUTCOME_LOOK[outcome],
            judged=judged,
            check_names=checks.NAMES,
            check_about=checks.ABOUT,
            worths=checks.WORTHS,
            steps=story.steps,
            diagrams=(svg(diagram), svg(folded(diagram))),
            who_is_who=who_is_who(story.cast, diagram.lanes),
            about=about(story.cast),
            now=self._inspection.clock.now(),
            title_of=title_of,
            facts_of=lambda line: facts_of(line.entry, masked=looking.masked),
            conversation_id=next((each.header.conversation_id for each in story.exchange.messages), None),
        )

    def step(self, request: Request, exchange_id: str, number: Counted) -> Response:
        """One step at a time, for whoever presents the exchange in a room."""
        story = self._story(request, exchange_id)
        if number > len(story.steps):
            raise HTTPException(404)
        self._inspection.access.look(request, exchange_id, f"step {number}")
        diagram = self._diagram(request, story, links=f"/exchanges/{exchange_id}/messages/", until=number)
        return self._inspection.frame.page(
            request,
            "exchange_step.html",
            exchange_id=exchange_id,
            step=story.steps[number - 1],
            number=number,
            count=len(story.steps),
            diagrams=(svg(diagram), svg(folded(diagram))),
            said=described(diagram.shown, language(request)),
        )

    def as_svg(self, request: Request, exchange_id: str) -> Response:
        return self._export(
            request, exchange_id, "svg", "image/svg+xml", lambda story: str(svg(self._diagram(request, story)))
        )

    def as_mermaid(self, request: Request, exchange_id: str) -> Response:
        return self._export(
            request, exchange_id, "mmd", "text/plain", lambda story: mermaid(self._diagram(request, story))
        )

    def as_ndjson(self, request: Request, exchange_id: str) -> Response:
        return self._export(
            request, exchange_id, "ndjson", "application/x-ndjson", lambda story: ndjson(story.exchange, story.steps)
        )

    def _export(
        self, request: Request, exchange_id: str, ending: str, media_type: str, written: Callable[[_Story], str]
    ) -> Response:
        story = self._story(request, exchange_id)
        self._inspection.access.look(request, exchange_id, f"export {ending}")
        return attachment(written(story).encode(), media_type, f"exchange-{exchange_id}", ending)

    def _story(self, request: Request, exchange_id: str) -> _Story:
        exchange = self._inspection.exchange(request, exchange_id)
        cast = Cast(exchange)
        return _Story(exchange, cast, steps_of(exchange, cast))

    def _diagram(
        self, request: Request, story: _Story, *, links: str | None = None, until: int | None = None
    ) -> Diagram:
        shown = story.steps if until is None else story.steps[:until]
        return Diagram(story.steps, shown, story.cast, language(request), until, links)
