"""The log of article 17 (2022/1463; TDD 4.8): what both sides record of an exchange, and how it is told again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import TypeAdapter

from oots.model.fields import FieldTold


class Entry(StrEnum):
    """What is recorded."""

    REQUEST_SENT = "request-sent"
    REQUEST_RECEIVED = "request-received"
    RESPONSE_SENT = "response-sent"
    RESPONSE_RECEIVED = "response-received"
    EXCEPTION_SENT = "exception-sent"
    EXCEPTION_RECEIVED = "exception-received"
    RECEIPT_RECEIVED = "receipt-received"
    DUPLICATE_RECEIVED = "duplicate-received"
    MESSAGE_REFUSED = "message-refused"
    ANSWER_IGNORED = "answer-ignored"
    DELIVERY_FAILED = "delivery-failed"
    IDENTITY_MATCHED = "identity-matched"
    IDENTITY_NOT_MATCHED = "identity-not-matched"
    PREVIEW_OPENED = "preview-opened"
    PREVIEW_REFUSED = "preview-refused"
    PREVIEW_DECIDED = "preview-decided"
    FEE_PAID = "fee-paid"
    FEE_RETURNED = "fee-returned"
    CASE_OPENED = "case-opened"
    CASE_DECIDED = "case-decided"
    TIME_UP = "time-up"
    EVIDENCE_DELETED = "evidence-deleted"
    JOURNAL_CHAINED = "journal-chained"
    JOURNAL_PURGED = "journal-purged"
    JOURNAL_BROKEN = "journal-broken"
    JOURNAL_RESTORED = "journal-restored"
    KEYS_ROTATED = "keys-rotated"
    EXCHANGE_LOOKED_AT = "exchange-looked-at"
    EXCHANGE_UNMASKED = "exchange-unmasked"
    REVIEW_QUEUED = "review-queued"
    REVIEW_CLAIMED = "review-claimed"
    REVIEW_RELEASED = "review-released"
    REVIEW_ANSWERED = "review-answered"
    REVIEW_REMARKED = "review-remarked"
    REVIEW_SIGNED = "review-signed"


ABOUT_ITSELF = (
    Entry.JOURNAL_CHAINED,
    Entry.JOURNAL_PURGED,
    Entry.JOURNAL_BROKEN,
    Entry.JOURNAL_RESTORED,
    Entry.KEYS_ROTATED,
)
"""What the journal says of itself, and of no message."""

LOOKS = (Entry.EXCHANGE_LOOKED_AT, Entry.EXCHANGE_UNMASKED)
"""What an inspector's journal says of those who look at exchanges."""

ABOUT_REVIEWERS = (
    *LOOKS,
    Entry.REVIEW_QUEUED,
    Entry.REVIEW_CLAIMED,
    Entry.REVIEW_RELEASED,
    Entry.REVIEW_ANSWERED,
    Entry.REVIEW_REMARKED,
    Entry.REVIEW_SIGNED,
)
"""What an inspector's journal says of those who look at exchanges and review them; it is no part of any exchange."""


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """What remains of an evidence part for good: identifiers, digest and length, never the bytes."""

    evidence_id: str
    content_id: str
    media_type: str
    sha256: str
    length: int


@dataclass(frozen=True, slots=True)
class Note:
    """A rule that a message breaks without being refused for it: its id, its severity, and what it demands."""

    rule: str
    severity: str
    says: str


@dataclass(frozen=True, slots=True)
class Purge:
    """Entries that were deleted when their time was over: the first and last number, how many there were of them, and
    the link of the last, from which the chain goes on."""

    first: int
    last: int
    count: int
    link: str


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at an exchange: the reviewer's key and name, what was shown, and the reason that was given for seeing
    it unmasked, None where it was masked. Nothing of the person whom the exchange is about."""

    reviewer: str
    name: str
    what: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the log.

    `specification` is the version of the message. `signer`, `schema_valid` (schema and rules) and `signature_valid` are
    the verdicts at the time; None means that there was nothing to
    judge. `subject` (the evidence subject) and the bytes of `document` (first MIME part), `soap` (the signed SOAP part)
    and `receipt` are personal data and encrypted at rest. `digests` are the references of the message's signature, so
    that a receipt and a signature can be checked after the evidence itself is gone. `fields` names those of evidence
    that is offered (`exception-sent`), sent or received, and what is withheld; never what stands in them.
    """

    at: datetime
    entry: Entry
    exchange_id: str | None = None
    conversation_id: str | None = None
    requester: str | None = None
    provider: str | None = None
    specification: str | None = None
    procedure: str | None = None
    evidence_type: str | None = None
    request_id: str | None = None
    response_id: str | None = None
    message_id: str | None = None
    error_code: str | None = None
    detail: str | None = None
    decision: str | None = None
    signer: str | None = None
    certificate_sha256: str | None = None
    schema_valid: bool | None = None
    signature_valid: bool | None = None
    evidence: tuple[EvidencePart, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    subject: str | None = None
    content_type: str | None = None
    document: bytes | None = None
    soap: bytes | None = None
    receipt: bytes | None = None
    purge: Purge | None = None
    look: Look | None = None
    fields: tuple[FieldTold, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """A journal entry as a page shows it; `number` orders the log and addresses the raw bytes."""

    number: int
    entry: JournalEntry


_ENTRIES = TypeAdapter(JournalEntry)


def written(entry: JournalEntry) -> bytes:
    """The entry as it is kept, before it is sealed."""
    return _ENTRIES.dump_json(entry)


def read_again(content: bytes) -> JournalEntry:
    """The entry that was `written`."""
    return _ENTRIES.validate_json(content)
