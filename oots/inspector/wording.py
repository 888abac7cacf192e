"""Words for what journals tell: kinds of lines, outcomes, who did something to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from oots.exchange.journal import Entry, EvidencePart, JournalEntry, Note
from oots.exchange.journals import Line
from oots.inspector.laid_open import LaidOpen
from oots.inspector.outcome import EXCEPTIONS, REQUESTS, RESPONSES, Outcome, decided
from oots.model.errors import MessageError
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceError, EvidenceResponse
from oots.web.telling import TITLES
from oots.web.words import Words
from oots.wire import answer, request

OUTCOMES: Final[Mapping[Outcome, Words]] = {
    Outcome.DELIVERED: Words("dokumentation sendt", "evidence sent"),
    Outcome.NOTHING_SENT: Words("ingen dokumentation sendt", "no evidence sent"),
    Outcome.REFUSED: Words("afvist", "refused"),
    Outcome.LAPSED: Words("tiden udløb", "time ran out"),
    Outcome.UNDELIVERED: Words("ikke afleveret", "not delivered"),
    Outcome.RUNNING: Words("i gang", "in progress"),
}
OUTCOME_LOOK: Final[Mapping[Outcome, str]] = {
    Outcome.DELIVERED: "success",
    Outcome.NOTHING_SENT: "info",
    Outcome.REFUSED: "warning",
    Outcome.LAPSED: "warning",
    Outcome.UNDELIVERED: "error",
    Outcome.RUNNING: "info",
}
"""The colour and icon of an outcome, beside its words."""

FIRST_REQUEST: Final = Words("Anmodning om dokumentation", "Request for evidence")
SECOND_REQUEST: Final = Words("Anmodning nummer to, til forhåndsvisningen", "Second request, for the preview")
_OFFER: Final = Words("Svar: borgeren skal se dokumentationen først", "Answer: the person is to see the evidence first")
_EVIDENCE: Final = Words("Svar med dokumentation", "Response with evidence")
_LATER: Final = Words("Svar: ikke klar endnu", "Response: not ready yet")
_NOTHING: Final = Words("Svar uden dokumentation", "Response without evidence")

_TITLES: Final[Mapping[str, Words]] = {
    Entry.IDENTITY_MATCHED: Words("Præcis én person fundet", "Exactly one person found"),
    Entry.IDENTITY_NOT_MATCHED: Words("Ikke præcis én person fundet", "Not exactly one person found"),
    Entry.PREVIEW_DECIDED: Words("Borgerens valg", "The person's decision"),
    Entry.EVIDENCE_DELETED: Words("Kopi af filerne slettet", "Copy of the files deleted"),
}
"""Plainer than what citizens' pages call these."""
_DECISIONS: Final[Mapping[str, Words]] = {
    "accept": Words("ja til at sende", "yes to sending"),
    "decline": Words("nej til at sende", "no to sending"),
    "release": Words("udstedes", "released"),
    "refuse": Words("udstedes ikke", "not released"),
}


def title_of(line: Line) -> Words:
    """What a line of a journal tells of, in a few words."""
    entry = line.entry
    if entry.entry in (*REQUESTS, *RESPONSES, *EXCEPTIONS):
        return titled(_said_in(entry)) or _by_kind(entry)
    return _TITLES.get(entry.entry) or TITLES.get(entry.entry, Words(entry.entry, entry.entry))


def titled(says: EvidenceRequest | Answer | None) -> Words | None:
    """What a message is, in a few words; None for one that cannot be read."""
    match says:
        case EvidenceRequest():
            return SECOND_REQUEST if says.preview else FIRST_REQUEST
        case EvidenceError():
            return _OFFER if says.preview else refusal(says.exceptions[0].code.code)
        case EvidenceResponse():
            return _EVIDENCE if says.packages else _LATER if says.available_from else _NOTHING
    return None


def refusal(code: str | None) -> Words:
    """An error response, with its code where that is known."""
    known = f" ({code})" if code else ""
    return Words(f"Fejlsvar{known}", f"Error response{known}")


def _by_kind(entry: JournalEntry) -> Words:
    if entry.entry in REQUESTS:
        return FIRST_REQUEST
    if entry.entry in EXCEPTIONS:
        return refusal(entry.error_code)
    return _EVIDENCE if entry.evidence else _NOTHING


def _said_in(entry: JournalEntry) -> EvidenceRequest | Answer | None:
    read = request.decode if entry.entry in REQUESTS else answer.decode
    try:
        return read(entry.document) if entry.document is not None else None
    except MessageError:
        return None


def reached(exchange: LaidOpen) -> Outcome:
    """How the exchange has ended so far, as the last line says that decides it."""
    undelivered = {line.entry.message_id for line in exchange.of(Entry.DELIVERY_FAILED)}
    last = Outcome.RUNNING
    for line in exchange.lines:
        outcome = decided(line.entry)
        if outcome is not None:
            last = Outcome.UNDELIVERED if line.entry.message_id in undelivered else outcome
    return last


def decision_of(entry: JournalEntry) -> Words | None:
    """What was decided."""
    return None if entry.decision is None else _DECISIONS.get(entry.decision, Words(entry.decision, entry.decision))


Fact = tuple[Words, str | Words]


def facts_of(entry: JournalEntry, *, masked: bool) -> tuple[Fact, ...]:
    """Everything else that a line has: label and value. What others wrote freely stands there unless it is masked."""
    told: list[tuple[Words, str | Words | None]] = [
        (Words("Fejlkode", "Error code"), entry.error_code),
        (Words("Forklaring", "Detail"), "•••" if masked and entry.detail else entry.detail),
        (Words("Valg", "Decision"), decision_of(entry)),
        (Words("Version", "Version"), entry.specification),
        (Words("Procedure", "Procedure"), entry.procedure),
        (Words("Dokumentationstype", "Evidence type"), entry.evidence_type),
        (Words("Meddelelse (MessageId)", "Message (MessageId)"), entry.message_id),
        (Words("Anmodning (id)", "Request (id)"), entry.request_id),
        (Words("Svar (id)", "Response (id)"), entry.response_id),
        (Words("Underskriver", "Signer"), entry.signer),
        (Words("Certifikat (SHA-256)", "Certificate (SHA-256)"), entry.certificate_sha256),
    ]
    notes = [(_about_note(note), note.says) for note in entry.notes]
    evidence = [(_about_part(part), part.sha256) for part in entry.evidence]
    digests = [
        (Words(f"Underskrevet: {uri}, SHA-256", f"Signed: {uri}, SHA-256"), value) for uri, value in entry.digests
    ]
    return (*((label, value) for label, value in told if value), *notes, *evidence, *digests)


def _about_part(part: EvidencePart) -> Words:
    kind = f"{part.media_type}, {part.length} bytes"
    return Words(
        f"Digitalt fingeraftryk af en fil ({kind}), SHA-256", f"Digital fingerprint of a file ({kind}), SHA-256"
    )


def _about_note(note: Note) -> Words:
    return Words(f"Bemærkning ({note.severity}) efter {note.rule}", f"Note ({note.severity}) by {note.rule}")


def within(name: Words) -> Words:
    """A name inside a sentence: its article is small there."""
    return Words(_small(name.danish), _small(name.english))


def _small(name: str) -> str:
    return name[0].lower() + name[1:] if name.startswith(("Den ", "Det ", "De ", "The ")) else name


def together(told: Sequence[Words]) -> Words:
    """Several in one sentence: `a, b and c`."""
    return Words(_joined([each.danish for each in told], "og"), _joined([each.english for each in told], "and"))


def _joined(told: Sequence[str], conjunction: str) -> str:
    *before, last = told
    return f"{', '.join(before)} {conjunction} {last}" if before else last
