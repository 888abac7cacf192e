"""Behind the scenes: the messages of a person's own exchange beside the page, for whoever presents the demo.

A switch on the page, or `?present=`, says how: `drawer` below the page, `1` beside it (a split screen), `0` not at all.
A cookie remembers it. For services that are set up for insight, and for them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import Response

from oots.web.telling import Told, Way, titles_of, verdict_of
from oots.web.timeline import TimelineEvent
from oots.web.words import Lang, Words

PRESENT = "present"
"""The parameter, and the cookie that remembers it."""


class Present(StrEnum):
    """How what happens behind a page is shown."""

    OFF = "0"
    DRAWER = "drawer"
    SPLIT = "1"


_NAMES = {
    Present.OFF: Words("Fra", "Off"),
    Present.DRAWER: Words("Skuffe", "Drawer"),
    Present.SPLIT: Words("Delt skærm", "Split screen"),
}
_MESSAGE = Words("Se meddelelsen i inspektøren", "See the message in the inspector")


@dataclass(frozen=True, slots=True)
class Behind:
    """What a page shows of what is behind it: `events` are none before anything was exchanged, `exchange` is the
    address of the inspector's page on the exchange, `exchanges` that of all, and `switch` are the ways to show it, by
    name and link."""

    present: Present
    events: tuple[TimelineEvent, ...]
    exchange: str | None
    exchanges: str | None
    switch: tuple[tuple[Present, Words, str], ...]


class BehindTheScenes:
    """What a service tells of its exchanges out of its own journal.

    `timeline` gives the lines of an exchange, `ways` from whom to whom each kind of line goes; `inspector` is the
    inspector's origin in browsers, None where there is none.
    """

    def __init__(
        self,
        timeline: Callable[[str], Sequence[Told]],
        ways: Mapping[str, Way],
        inspector: str | None,
    ) -> None:
        self._timeline = timeline
        self._ways = ways
        self._inspector = inspector

    def of(self, request: Request, lang: Lang, exchange_id: str | None, shown_at: object = None) -> Behind:
        """What is behind a page about this exchange, which must be the visitor's own; of none before there is one.

        `shown_at` is the path whose GET shows a page that answers a POST.
        """
        present = present_of(request)
        told = self._timeline(exchange_id) if exchange_id and present is not Present.OFF else ()
        titles = titles_of(told)
        return Behind(
            present,
            tuple(self._event(f"{exchange_id}", each, titles[each.number], lang) for each in told),
            self._at(f"/exchanges/{exchange_id}") if exchange_id else None,
            self._at("/exchanges"),
            tuple((each, _NAMES[each], _switched(request, each, shown_at)) for each in Present),
        )

    def _event(self, exchange_id: str, told: Told, title: Words, lang: Lang) -> TimelineEvent:
        line = told.entry
        sender, receiver = self._ways[line.entry]
        named = line.message_id if line.soap is not None else None
        page = self._at(f"/exchanges/{exchange_id}/named/{quote(named, safe='')}") if named else None
        return TimelineEvent(
            line.at,
            title,
            sender.in_(lang),
            receiver and receiver.in_(lang),
            verdict_of(line.schema_valid),
            verdict_of(line.signature_valid),
            links=((_MESSAGE, page),) if page else (),
        )

    def _at(self, path: str) -> str | None:
        return self._inspector and f"{self._inspector}{path}"


def present_of(request: Request) -> Present:
    """What the address says, else the cookie; off for anything unknown."""
    wanted = request.query_params.get(PRESENT) or request.cookies.get(PRESENT)
    return next((each for each in Present if each == wanted), Present.OFF)


def remember(request: Request, response: Response) -> None:
    """Keep what the address says for further pages."""
    if PRESENT in request.query_params:
        secure = request.url.scheme == "https"
        response.set_cookie(PRESENT, present_of(request), httponly=True, samesite="lax", secure=secure)


def carried_on(request: Request, location: str) -> str:
    """The location on another host of the demo, which gets no cookie of this one, so that it is shown there, too."""
    present = present_of(request)
    if present is Present.OFF:
        return location
    parts = urlsplit(location)
    query = "&".join(filter(None, (parts.query, urlencode({PRESENT: present.value}))))
    return urlunsplit(parts._replace(query=query))


def _switched(request: Request, present: Present, shown_at: object) -> str:
    if request.method == "GET":
        return "?" + request.url.include_query_params(**{PRESENT: present.value}).query
    return f"{shown_at or '/'}?{PRESENT}={present.value}"
