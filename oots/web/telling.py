"""What a line of a journal tells people: its title, and who said it to whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from oots.model.errors import MessageError
from oots.model.response import ErrorCode
from oots.web.timeline import Verdict
from oots.web.words import Words
from oots.wire.error import decode_error

Way = tuple[Words, Words | None]
"""From whom to whom; to nobody where there is no other."""


class Line(Protocol):
    """What these pages read of a journal entry."""

    @property
    def at(self) -> datetime: ...
    @property
    def entry(self) -> str: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def error_code(self) -> str | None: ...
    @property
    def schema_valid(self) -> bool | None: ...
    @property
    def signature_valid(self) -> bool | None: ...
    @property
    def document(self) -> bytes | None: ...
    @property
    def soap(self) -> bytes | None: ...


class Told(Protocol):
    """A journal entry with the number that orders the log."""

    @property
    def number(self) -> int: ...
    @property
    def entry(self) -> Line: ...


REQUESTS = ("request-sent", "request-received")

TITLES: dict[str, Words] = {
    "response-sent": Words("Svar sendt", "Response sent"),
    "response-received": Words("Svar modtaget", "Response received"),
    "exception-sent": Words("Fejlsvar sendt", "Error response sent"),
    "exception-received": Words("Fejlsvar modtaget", "Error response received"),
    "receipt-received": Words("Underskrevet kvittering modtaget", "Signed receipt received"),
    "duplicate-received": Words("Samme meddelelse modtaget igen", "Same message received again"),
    "message-refused": Words("Meddelelse afvist ved døren", "Message refused at the door"),
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


def titles_of(log: Sequence[Told]) -> dict[int, Words]:
    """The title of each line by its number; requests are counted, and one that is passed on or sent again stays the
    same."""
    requests = list(dict.fromkeys(_document(each) for each in log if each.entry.entry in REQUESTS))
    return {each.number: _title(each, requests) for each in log}


def _document(told: Told) -> bytes | int:
    """What tells one request from another; a line without a document is one of its own."""
    return told.entry.document or told.number


def _title(told: Told, requests: Sequence[bytes | int]) -> Words:
    if told.entry.entry in REQUESTS:
        count = requests.index(_document(told)) + 1
        more = Words(" (til forhåndsvisning)", " (for the preview)") if count > 1 else Words("", "")
        return Words(f"Forespørgsel {count}{more.danish}", f"Request {count}{more.english}")
    if offers_preview(told.entry):
        code = told.entry.error_code
        return Words(f"Forhåndsvisning kræves ({code})", f"Preview required ({code})")
    return TITLES[told.entry.entry]


def offers_preview(line: Line) -> bool:
    """Whether the exception carries a preview link, and so is no refusal."""
    if line.error_code != ErrorCode.AUTHORIZATION.code or line.document is None:
        return False
    try:
        return decode_error(line.document).preview is not None
    except MessageError:
        return False


def ways_of(own: Words, other: Words) -> dict[str, Way]:
    """From whom to whom each kind of event goes; to nobody where there is no other."""
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


def verdict_of(passed: bool | None) -> Verdict | None:
    """None where there was nothing to judge."""
    if passed is None:
        return None
    return Verdict.PASSED if passed else Verdict.FAILED
