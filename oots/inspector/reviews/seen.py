"""What the machine sees of an exchange for a review: facts out of what all journals tell, and what points at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from oots.edelivery.header import EXECUTE_QUERY_REQUEST
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journals import Line
from oots.exchange.limits import TimeLimits
from oots.inspector.laid_open import LaidOpen, Message
from oots.inspector.story.checks import NAMES, WORTHS, Checked, Worth, judged
from oots.inspector.wording import title_of
from oots.model.content import sha256_of
from oots.model.evidence import EvidenceDocument
from oots.model.fields import Standing
from oots.model.request import EvidenceRequest
from oots.model.response import EvidenceError, EvidenceResponse
from oots.review.record import Reference
from oots.review.seen import Asked, Seen, SeenCheck, SeenEvent, SeenFields, SeenMessage
from oots.review.signing import ReviewedMessage
from oots.trust.anchors import TrustAnchors
from oots.web.words import LOCAL, Words

_ENTRIES: Final = TypeAdapter(JournalEntry)
_ABOUT_RECEIPTS: Final = (Entry.RECEIPT_RECEIVED, Entry.DUPLICATE_RECEIVED)
_PASSED: Final = {Worth.PASSED: True, Worth.NOTED: True, Worth.MISSING: None, Worth.FAILED: False}


def seen_in(exchange: LaidOpen, anchors: TrustAnchors, names: Mapping[str, Words]) -> Seen:
    """The facts that proposals stand on; what can be checked is checked anew."""
    checked = judged(exchange, anchors).by_message
    return Seen(
        messages=tuple(_message(message, checked[message.number]) for message in exchange.messages),
        events=tuple(_event(line, names) for line in exchange.lines),
        asked=tuple(
            _asked(message, message.says) for message in exchange.messages if isinstance(message.says, EvidenceRequest)
        ),
        fields=_fields(exchange, names),
        limits=TimeLimits(),
        names=names,
    )


def references_in(seen: Seen) -> tuple[Reference, ...]:
    """Everything that an answer can point at, each once: messages, checks, lines, digests of evidence."""
    messages = [message.reference for message in seen.messages]
    checks = [check.reference for message in seen.messages for check in message.checks.values()]
    lines = [event.reference for event in seen.events]
    digests = [_digest(digest, seen) for digest in sorted(seen.shown | seen.sent)]
    return (*messages, *checks, *lines, *digests)


def reviewed_messages(exchange: LaidOpen) -> tuple[ReviewedMessage, ...]:
    """The messages of an exchange, as a sign-off names them."""
    return tuple(
        ReviewedMessage(each.message_id, sha256_of(each.envelope), sha256_of(each.document))
        for each in exchange.messages
    )


# --- messages ---


def _message(message: Message, checks: Sequence[Checked]) -> SeenMessage:
    entries = [line.entry for line in message.lines]
    says, sides = message.says, {entry.entry for entry in entries} - set(_ABOUT_RECEIPTS)
    documents = _documents(says)
    return SeenMessage(
        reference=_to_message(message),
        is_request=message.header.action == EXECUTE_QUERY_REQUEST,
        at=message.header.timestamp,
        sender=message.header.sender.value,
        receiver=message.header.receiver.value,
        specification=says.specification if says else message.header.specification,
        checks={check.check.value: _checked(check, message) for check in checks},
        noted_sent=any(side.endswith("-sent") for side in sides),
        noted_received=any(side.endswith("-received") for side in sides),
        evidence=tuple(dict.fromkeys(part.sha256 for entry in entries for part in entry.evidence)),
        evidence_types=tuple(each.main.evidence_type.classification for each in documents if each.main),
        formats=tuple(dict.fromkeys(each.distribution.format for each in documents)),
        data_models=tuple(
            dict.fromkeys(each.distribution.conforms_to for each in documents if each.distribution.conforms_to)
        ),
        error_code=says.exceptions[0].code.code if isinstance(says, EvidenceError) else None,
        offers_preview=isinstance(says, EvidenceError) and says.preview is not None,
    )


def _documents(says: object) -> tuple[EvidenceDocument, ...]:
    packages = says.packages if isinstance(says, EvidenceResponse) else ()
    return tuple(document for package in packages for document in package.documents)


def _fields(exchange: LaidOpen, names: Mapping[str, Words]) -> SeenFields | None:
    """What the provider noted of the fields when it sent evidence."""
    line = next((line for line in exchange.of(Entry.RESPONSE_SENT) if line.entry.fields), None)
    if line is None:
        return None
    withheld = {told.name for told in line.entry.fields if told.standing is Standing.WITHHELD}
    return SeenFields(len(withheld), _to_line(line, names))


def _asked(message: Message, says: EvidenceRequest) -> Asked:
    level = says.subject.level_of_assurance
    return Asked(
        reference=_to_message(message),
        procedure=says.procedure,
        evidence_type=says.evidence.evidence_type.classification,
        data_service=says.evidence.identifier,
        level_of_assurance=level.value if level else None,
        explicit_request=says.explicit_request_given,
        preview_possible=says.possibility_for_preview,
    )


# --- what points at things ---


def _to_message(message: Message) -> Reference:
    header = message.header
    says = Words(
        f"Meddelelse {message.number}: {header.action} fra {header.sender.value} til {header.receiver.value}",
        f"Message {message.number}: {header.action} from {header.sender.value} to {header.receiver.value}",
    )
    return Reference(f"message/{message.message_id}", says, sha256_of(message.document))


def _checked(check: Checked, message: Message) -> SeenCheck:
    name, worth = NAMES[check.check], WORTHS[check.worth]
    says = Words(
        f"Meddelelse {message.number}, {name.danish.lower()}: {worth.danish}",
        f"Message {message.number}, {name.english.lower()}: {worth.english}",
    )
    reference = Reference(f"check/{check.check}/{message.message_id}", says, worth.english)
    return SeenCheck(_PASSED[check.worth], reference, check.broken)


def _event(line: Line, names: Mapping[str, Words]) -> SeenEvent:
    entry = line.entry
    return SeenEvent(
        reference=_to_line(line, names),
        what=entry.entry,
        service=line.service,
        at=entry.at,
        decision=entry.decision,
        evidence=tuple(part.sha256 for part in entry.evidence),
    )


def _to_line(line: Line, names: Mapping[str, Words]) -> Reference:
    title, name = title_of(line), names[line.service]
    says = Words(
        f"{_clock(line.entry.at)} {name.danish}: {title.danish}",
        f"{_clock(line.entry.at)} {name.english}: {title.english}",
    )
    return Reference(f"line/{line.service}/{line.number}", says, _pinned(line.entry))


def _pinned(entry: JournalEntry) -> str:
    """The digest of what a line says; what later versions add to lines, and this one does not say, changes nothing."""
    return sha256_of(_ENTRIES.dump_json(entry, exclude_defaults=True))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M:%S}"


def _digest(digest: str, seen: Seen) -> Reference:
    shown, sent = digest in seen.shown, digest in seen.sent
    danish = "vist og sendt" if shown and sent else "vist" if shown else "sendt"
    english = "shown and sent" if shown and sent else "shown" if shown else "sent"
    says = Words(f"Dokument {digest[:12]}…: {danish}", f"Document {digest[:12]}…: {english}")
    return Reference(f"digest/{digest}", says, digest)
