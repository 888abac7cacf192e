"""Exchange pages for those who review a service: its log told as timelines, each raw document one click away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from oots.model.errors import MessageError
from oots.model.response import ErrorCode
from oots.web.downloads import download
from oots.web.frame import Frame, language
from oots.web.numbers import Number
from oots.web.timeline import TimelineEvent, Verdict
from oots.web.words import Lang, Words
from oots.wire.error import decode_error
from oots.wire.readable import readable

REFUSALS = "refusals"
"""Stands for an exchange id where the log belongs to no exchange."""
MOST_LISTED = 50

_PIECES: dict[str, Words] = {
    "document": Words("Dokumentet (EDM)", "The document (EDM)"),
    "soap": Words("Konvolutten (SOAP med ebMS)", "The envelope (SOAP with ebMS)"),
    "receipt": Words("Kvitteringen", "The receipt"),
}


class EvidencePart(Protocol):
    """What the log keeps of an evidence part."""

    @property
    def media_type(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def length(self) -> int: ...


class Note(Protocol):
    """A rule broken without harm."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def says(self) -> str: ...


class Line(Protocol):
    """What these pages read of a journal entry."""

    @property
    def at(self) -> datetime: ...
    @property
    def entry(self) -> str: ...
    @property
    def specification(self) -> str | None: ...
    @property
    def procedure(self) -> str | None: ...
    @property
    def evidence_type(self) -> str | None: ...
    @property
    def conversation_id(self) -> str | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def response_id(self) -> str | None: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def error_code(self) -> str | None: ...
    @property
    def detail(self) -> str | None: ...
    @property
    def decision(self) -> str | None: ...
    @property
    def signer(self) -> str | None: ...
    @property
    def certificate_sha256(self) -> str | None: ...
    @property
    def schema_valid(self) -> bool | None: ...
    @property
    def signature_valid(self) -> bool | None: ...
    @property
    def evidence(self) -> Sequence[EvidencePart]: ...
    @property
    def digests(self) -> Sequence[tuple[str, str]]: ...
    @property
    def notes(self) -> Sequence[Note]: ...
    @property
    def document(self) -> bytes | None: ...
    @property
    def soap(self) -> bytes | None: ...
    @property
    def receipt(self) -> bytes | None: ...


class Told(Protocol):
    """A journal entry with the number that orders the log."""

    @property
    def number(self) -> int: ...
    @property
    def entry(self) -> Line: ...


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
    pages = _ExchangePages(frame, open_log, recheck, _ways(own, other, behind))
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
        ways: Mapping[str, tuple[Words, Words | None]],
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
        titles = _titles(log)
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
            event=_titles(log)[number],
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
    if line.entry in _REQUESTS or _offers_preview(line):
        return _RUNNING
    if line.entry in _RESPONSES:
        return _DELIVERED if line.evidence else _NOTHING_SENT
    if line.entry == "time-up" or (line.entry in _EXCEPTIONS and line.error_code == ErrorCode.TIMEOUT.code):
        return _LAPSED
    return _REFUSED if line.entry in _EXCEPTIONS else None


_REQUESTS = ("request-sent", "request-received")
_RESPONSES = ("response-sent", "response-received")
_EXCEPTIONS = ("exception-sent", "exception-received")

_TITLES: dict[str, Words] = {
    "request-sent": Words("Forespørgsel", "Request"),
    "request-received": Words("Forespørgsel", "Request"),
    "response-sent": Words("Svar sendt", "Response sent"),
    "response-received": Words("Svar modtaget", "Response received"),
    "exception-sent": Words("Undtagelse sendt", "Exception sent"),
    "exception-received": Words("Undtagelse modtaget", "Exception received"),
    "receipt-received": Words("Underskrevet kvittering modtaget", "Signed receipt received"),
    "duplicate-received": Words("Samme meddelelse modtaget igen", "Same message received again"),
    "message-refused": Words("Meddelelse afvist", "Message refused"),
    "answer-ignored": Words("Meddelelse noteret uden virkning", "Message recorded without effect"),
    "delivery-failed": Words("Kunne ikke afleveres", "Could not be delivered"),
    "identity-matched": Words("Personen fundet entydigt", "Person matched"),
    "identity-not-matched": Words("Personen ikke fundet entydigt", "No unique match of the person"),
    "preview-opened": Words("Forhåndsvisning åbnet", "Preview opened"),
    "preview-refused": Words("En anden person afvist ved forhåndsvisningen", "Another person refused at the preview"),
    "preview-decided": Words("Valg truffet i forhåndsvisningen", "Decision taken in the preview"),
    "fee-paid": Words("Gebyr betalt (efterligning)", "Fee paid (stand-in)"),
    "fee-returned": Words("Gebyr betalt tilbage (efterligning)", "Fee paid back (stand-in)"),
    "case-opened": Words("Overgivet til en sagsbehandler", "Handed to a caseworker"),
    "case-decided": Words("Afgjort af en sagsbehandler", "Decided by a caseworker"),
    "time-up": Words("Tiden udløb", "Time was up"),
    "evidence-deleted": Words("Dokumentationen slettet", "Evidence deleted"),
}

_OUTWARD = ("request-sent", "response-sent", "exception-sent", "delivery-failed")
_INWARD = (
    "request-received",
    "response-received",
    "exception-received",
    "receipt-received",
    "duplicate-received",
    "message-refused",
    "answer-ignored",
)


def _titles(log: Sequence[Told]) -> dict[int, Words]:
    """The title of each line by its number; requests are counted, and one that is passed on or sent again stays the
    same."""
    requests = list(dict.fromkeys(_document(each) for each in log if each.entry.entry in _REQUESTS))
    return {each.number: _title(each, requests) for each in log}


def _document(told: Told) -> bytes | int:
    """What tells one request from another; a line without a document is one of its own."""
    return told.entry.document or told.number


def _title(told: Told, requests: Sequence[bytes | int]) -> Words:
    if told.entry.entry in _REQUESTS:
        count = requests.index(_document(told)) + 1
        more = Words(" (til forhåndsvisning)", " (for the preview)") if count > 1 else Words("", "")
        return Words(f"Forespørgsel {count}{more.danish}", f"Request {count}{more.english}")
    if _offers_preview(told.entry):
        code = told.entry.error_code
        return Words(f"Forhåndsvisning kræves ({code})", f"Preview required ({code})")
    return _TITLES[told.entry.entry]


def _offers_preview(line: Line) -> bool:
    """Whether the exception carries a preview link, and so is no refusal."""
    if line.error_code != ErrorCode.AUTHORIZATION.code or line.document is None:
        return False
    try:
        return decode_error(line.document).preview is not None
    except MessageError:
        return False


def _ways(own: Words, other: Words, behind: Words | None) -> dict[str, tuple[Words, Words | None]]:
    """From whom to whom each kind of event goes; to nobody where there is no other."""
    if behind is not None:
        either = Words(f"{other.danish} / {behind.danish}", f"{other.english} / {behind.english}")
        return _ways(own, either, None) | {
            "request-received": (other, own),
            "request-sent": (own, behind),
            **dict.fromkeys(("response-received", "exception-received"), (behind, own)),
            **dict.fromkeys(("response-sent", "exception-sent"), (own, other)),
        }
    person = Words("Personen", "The person")
    register = Words("personregisteret", "the register of persons")
    return {
        **dict.fromkeys(_OUTWARD, (own, other)),
        **dict.fromkeys(_INWARD, (other, own)),
        **dict.fromkeys(("identity-matched", "identity-not-matched"), (own, register)),
        **dict.fromkeys(("preview-opened", "preview-refused", "preview-decided", "fee-paid"), (person, own)),
        "fee-returned": (own, person),
        **dict.fromkeys(("time-up", "evidence-deleted", "case-opened", "case-decided"), (own, None)),
    }


def _event(
    exchange_id: str,
    told: Told,
    title: Words,
    way: tuple[Words, Words | None],
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
        _verdict(line.schema_valid),
        _verdict(line.signature_valid),
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


def _verdict(passed: bool | None) -> Verdict | None:
    if passed is None:
        return None
    return Verdict.PASSED if passed else Verdict.FAILED


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
