"""Exchange pages for those who review a service: its log told as timelines, each raw document one click away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from oots.model.response import ErrorCode
from oots.web.downloads import download
from oots.web.frame import Frame, language
from oots.web.numbers import Number
from oots.web.telling import (
    EXCEPTIONS,
    REQUESTS,
    RESPONSES,
    EvidencePart,
    Line,
    Note,
    Told,
    Way,
    offers_preview,
    titles_of,
    verdict_of,
    ways_of,
)
from oots.web.timeline import TimelineEvent
from oots.web.words import Lang, Words
from oots.wire.readable import readable

REFUSALS = "refusals"
"""Stands for an exchange id where the log belongs to no exchange."""
MOST_LISTED = 50

_PIECES: dict[str, Words] = {
    "document": Words("Dokumentet (EDM)", "The document (EDM)"),
    "soap": Words("Konvolutten (SOAP med ebMS)", "The envelope (SOAP with ebMS)"),
    "receipt": Words("Kvitteringen", "The receipt"),
}


class Log(Protocol):
    """The log of a service, as its store opens it."""

    def exchange_ids(self, limit: int) -> Sequence[str]: ...

    def timeline(self, exchange_id: str) -> Sequence[Told]: ...

    def refusals(self) -> Sequence[Told]: ...


@dataclass(frozen=True, slots=True)
class Summary:
    """An exchange in the list: `flaws` counts checks that failed."""

    exchange_id: str
    began: datetime
    outcome: Words
    messages: int
    flaws: int


def router(
    *,
    frame: Frame,
    open_log: Callable[[], AbstractContextManager[Log]],
    recheck: Callable[[Line], Words | None],
    own: Words,
    other: Words,
    behind: Words | None = None,
) -> APIRouter:
    """`GET /exchanges` and below. `own` and `other` name this service and the one it exchanges messages with; where it
    passes them on, `other` is who asks, and `behind` who answers.

    `recheck` says how a message's signature stands when it is checked once more; None where there is none.

    For services with insight only: whoever can reach these pages reads every message.
    """
    pages = _ExchangePages(frame, open_log, recheck, ways_of(own, other, behind))
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/exchanges", pages.listed)
    routes.add_api_route("/exchanges/{exchange_id}", pages.told)
    routes.add_api_route("/exchanges/{exchange_id}/{number}/{piece}", pages.raw)
    return routes


class _ExchangePages:
    def __init__(
        self,
        frame: Frame,
        open_log: Callable[[], AbstractContextManager[Log]],
        recheck: Callable[[Line], Words | None],
        ways: Mapping[str, Way],
    ) -> None:
        self._frame = frame
        self._open_log = open_log
        self._recheck = recheck
        self._ways = ways

    def listed(self, request: Request) -> Response:
        with self._open_log() as log:
            exchanges = [_summary(each, log.timeline(each)) for each in log.exchange_ids(MOST_LISTED)]
            refusals = len(log.refusals())
        return self._frame.page(request, "exchanges.html", exchanges=exchanges, refusals=refusals)

    def told(self, request: Request, exchange_id: str) -> Response:
        log = self._log_of(exchange_id)
        titles = titles_of(log)
        events = [
            _event(
                exchange_id, each, titles[each.number], self._ways[each.entry.entry], self._recheck(each.entry), request
            )
            for each in log
        ]
        return self._frame.page(
            request,
            "exchange.html",
            exchange_id=None if exchange_id == REFUSALS else exchange_id,
            events=events,
            conversation_id=next((each.entry.conversation_id for each in log if each.entry.conversation_id), None),
        )

    def raw(self, request: Request, exchange_id: str, number: Number, piece: str, raw: bool = False) -> Response:
        log = self._log_of(exchange_id)
        told = next((each for each in log if each.number == number), None)
        content = _content(told.entry, piece) if told else None
        if told is None or content is None:
            raise HTTPException(404)
        if raw:
            return download(content, "text/xml", f"{told.entry.entry}-{number}-{piece}")
        return self._frame.page(
            request,
            "exchange_document.html",
            exchange_id=exchange_id,
            heading=_PIECES[piece],
            event=titles_of(log)[number],
            length=len(content),
            lines=readable(content).splitlines(),
        )

    def _log_of(self, exchange_id: str) -> Sequence[Told]:
        with self._open_log() as log:
            if exchange_id == REFUSALS:
                return log.refusals()
            told = log.timeline(exchange_id)
        if not told:
            raise HTTPException(404)
        return told


def _summary(exchange_id: str, told: Sequence[Told]) -> Summary:
    lines = [each.entry for each in told]
    verdicts = [verdict for line in lines for verdict in (line.schema_valid, line.signature_valid)]
    return Summary(
        exchange_id,
        lines[0].at,
        _outcome(lines),
        len({line.message_id for line in lines if line.message_id}),
        verdicts.count(False),
    )


_RUNNING = Words("i gang", "in progress")
_DELIVERED = Words("leveret", "delivered")
_NOTHING_SENT = Words("intet sendt", "nothing sent")
_REFUSED = Words("afvist", "refused")
_LAPSED = Words("udløbet", "expired")
_UNDELIVERED = Words("ikke afleveret", "not delivered")


def _outcome(lines: Sequence[Line]) -> Words:
    """How the exchange has ended so far, as the last line says that decides it."""
    undelivered = {line.message_id for line in lines if line.entry == "delivery-failed"}
    outcome = _RUNNING
    for line in lines:
        reached = _outcome_of(line)
        if reached:
            outcome = _UNDELIVERED if line.message_id in undelivered else reached
    return outcome


def _outcome_of(line: Line) -> Words | None:
    """What the line makes of the exchange; None for one that decides nothing."""
    if line.entry in REQUESTS or offers_preview(line):
        return _RUNNING
    if line.entry in RESPONSES:
        return _DELIVERED if line.evidence else _NOTHING_SENT
    if line.entry == "time-up" or (line.entry in EXCEPTIONS and line.error_code == ErrorCode.TIMEOUT.code):
        return _LAPSED
    return _REFUSED if line.entry in EXCEPTIONS else None


def _event(
    exchange_id: str,
    told: Told,
    title: Words,
    way: Way,
    rechecked: Words | None,
    request: Request,
) -> TimelineEvent:
    line, lang = told.entry, language(request)
    sender, receiver = way
    return TimelineEvent(
        line.at,
        title,
        sender.in_(lang),
        receiver and receiver.in_(lang),
        verdict_of(line.schema_valid),
        verdict_of(line.signature_valid),
        _rechecked(rechecked, lang) + _facts(line, lang),
        tuple(
            (words, f"/exchanges/{exchange_id}/{told.number}/{piece}")
            for piece, words in _PIECES.items()
            if _content(line, piece) is not None
        ),
    )


def _rechecked(verdict: Words | None, lang: Lang) -> tuple[tuple[Words, str], ...]:
    label = Words("Underskrift kontrolleret igen nu", "Signature checked again now")
    return () if verdict is None else ((label, verdict.in_(lang)),)


def _facts(line: Line, lang: Lang) -> tuple[tuple[Words, str], ...]:
    told: list[tuple[Words, str | None]] = [
        (Words("Fejlkode", "Error code"), line.error_code),
        (Words("Forklaring", "Detail"), line.detail),
        (Words("Valg", "Decision"), _decision(line, lang)),
        (Words("Version", "Version"), line.specification),
        (Words("Procedure", "Procedure"), line.procedure),
        (Words("Dokumentationstype", "Evidence type"), line.evidence_type),
        (Words("Meddelelse (MessageId)", "Message (MessageId)"), line.message_id),
        (Words("Forespørgsel (id)", "Request (id)"), line.request_id),
        (Words("Svar (id)", "Response (id)"), line.response_id),
        (Words("Underskriver", "Signer"), line.signer),
        (Words("Certifikat (SHA-256)", "Certificate (SHA-256)"), line.certificate_sha256),
    ]
    evidence = [(_about_part(part), part.sha256) for part in line.evidence]
    digests = [(_about_digest(uri), value) for uri, value in line.digests]
    notes = [(_about_note(note), note.says) for note in line.notes]
    return (*((label, value) for label, value in told if value), *notes, *evidence, *digests)


_DECISIONS = {
    "accept": Words("godkendt", "approved"),
    "decline": Words("afvist", "declined"),
    "release": Words("udstedes", "released"),
    "refuse": Words("udstedes ikke", "not released"),
}


def _decision(line: Line, lang: Lang) -> str | None:
    return _DECISIONS[line.decision].in_(lang) if line.decision else None


def _about_part(part: EvidencePart) -> Words:
    kind = f"{part.media_type}, {part.length} byte"
    return Words(f"Dokumentation ({kind}), SHA-256", f"Evidence ({kind}s), SHA-256")


def _about_note(note: Note) -> Words:
    return Words(f"Bemærkning ({note.severity}) efter {note.rule}", f"Note ({note.severity}) by {note.rule}")


def _about_digest(uri: str) -> Words:
    return Words(f"Underskrevet: {uri}, SHA-256", f"Signed: {uri}, SHA-256")


def _content(line: Line, piece: str) -> bytes | None:
    return {"document": line.document, "soap": line.soap, "receipt": line.receipt}.get(piece)
