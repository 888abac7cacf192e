"""The list of exchanges: newest first, filtered by its address, and live for whoever keeps it open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from oots.inspector.access.reviewers import is_still_signed_in
from oots.inspector.inspection import Inspection
from oots.inspector.listing.filtering import FLAWS, Wanted, choices, wanted
from oots.inspector.listing.index import Listed
from oots.inspector.listing.listeners import Listeners
from oots.inspector.wording import OUTCOME_LOOK, OUTCOMES, title_of
from oots.web.frame import language
from oots.web.numbers import CountedAsked
from oots.web.procedures import procedure

PAGE: Final = 50
"""Exchanges on a page; of those that have changed, so many are told at most when somebody begins to listen."""
LISTEN: Final = 600
"""Looks of a listener before it has to come again."""
LOOK: Final = 1.0
"""Seconds between two looks of a listener."""
LOOKS_UNCHECKED: Final = 10
"""Looks after which a listener's sign-in is looked at once more, also where there is nothing to tell."""


def router(inspection: Inspection) -> APIRouter:
    """`GET /`, `/exchanges`, `/exchanges/live` (Server-Sent Events) and `/exchanges/apart`."""
    pages = _ListPages(inspection)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", pages.front)
    routes.add_api_route("/exchanges", pages.listed)
    listening = [Depends(Listeners().join)]
    routes.add_api_route("/exchanges/live", pages.live, response_class=EventSourceResponse, dependencies=listening)
    routes.add_api_route("/exchanges/apart", pages.apart)
    return routes


class _ListPages:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._reader = inspection.reader
        self._index = inspection.reader.index

    def front(self) -> Response:
        return RedirectResponse("/exchanges", 303)

    def listed(self, request: Request, page: CountedAsked = 1) -> Response:
        self._reader.refresh()
        filters, change = wanted(request.query_params), self._index.change
        exchanges, names = self._index.newest(), self._index.names
        found = filters.among(exchanges, names)
        pages = max(1, -(-len(found) // PAGE))
        page = min(page, pages)
        first = (page - 1) * PAGE
        return self._inspection.frame.page(
            request,
            "exchanges.html",
            filters=filters,
            flaws=FLAWS,
            choices=choices(exchanges, names, language(request)),
            exchanges=found[first : first + PAGE],
            number=len(found),
            first=first,
            page=page,
            pages=pages,
            any=bool(exchanges),
            apart=len(self._index.apart()),
            progress=self._reader.progress,
            unreadable=self._unreadable(),
            live=f"/exchanges/live{filters.query(after=self._index.event_id(change))}" if page == 1 else None,
            **self._words(),
        )

    async def live(
        self, request: Request, after: str = "", last_event_id: Annotated[str, Header()] = ""
    ) -> AsyncIterator[ServerSentEvent]:
        """Each exchange that is wanted and has changed, as the row that stands for it; ends with the sign-in of whoever
        listens, and before the service does."""
        filters = wanted(request.query_params)
        change = self._index.change_of(last_event_id or after)
        for look in range(LISTEN):
            if request.app.state.health.draining:
                return
            changed = self._index.change > change
            if (changed or look % LOOKS_UNCHECKED == 0) and not await run_in_threadpool(is_still_signed_in, request):
                return
            if changed:
                change, events = await run_in_threadpool(self._events_since, request, filters, change)
                for event in events:
                    yield event
            await _rest()

    def _events_since(self, request: Request, filters: Wanted, change: int) -> tuple[int, list[ServerSentEvent]]:
        """What is to be told of the changes after this one, and the change up to which that is."""
        last, changed = self._index.change, self._index.since(change)
        wanted_here = filters.among(changed, self._index.names)[-PAGE:]
        return max((last, *(each.change for each in changed))), [self._event(request, each) for each in wanted_here]

    def _event(self, request: Request, each: Listed) -> ServerSentEvent:
        row = self._inspection.frame.fragment(request, "exchange_row.html", exchange=each, **self._words())
        return ServerSentEvent(raw_data=row, event="exchange", id=self._index.event_id(each.change))

    def apart(self, request: Request) -> Response:
        self._reader.refresh()
        lines = self._index.apart()
        return self._inspection.frame.page(
            request,
            "apart.html",
            lines=lines,
            titles=[title_of(line) for line in lines],
            services=self._inspection.names,
        )

    def _words(self) -> dict[str, Any]:
        return {
            "names": self._index.names,
            "outcomes": OUTCOMES,
            "looks": OUTCOME_LOOK,
            "procedure": procedure,
        }

    def _unreadable(self) -> list[object]:
        return [self._inspection.names[service] for service in self._reader.progress.unreadable]


async def _rest() -> None:
    await asyncio.sleep(LOOK)
