"""Journal entries, built from what both sides record alike: the message, what it asks, what it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from oots.edelivery.header import EXECUTE_QUERY_REQUEST, UserMessage
from oots.edelivery.message import OpenedMessage, SealedMessage
from oots.exchange.journal import Entry, JournalEntry
from oots.model.identifiers import is_uuid
from oots.model.person import NaturalPerson
from oots.model.request import EvidenceRequest
from oots.model.response import Answer, EvidenceError


def of_header(entry: Entry, header: UserMessage, exchange_id: str | None, now: datetime) -> JournalEntry:
    """A line about a message: its ids, the exchange to which it belongs here, and the authorities at its corners."""
    requester, provider = header.original_sender, header.final_recipient
    if header.action != EXECUTE_QUERY_REQUEST:
        requester, provider = provider, requester
    return JournalEntry(
        now,
        entry,
        exchange_id=exchange_id,
        conversation_id=header.conversation_id,
        requester=str(requester),
        provider=str(provider),
        message_id=header.message_id,
    )


def exchange_named(header: UserMessage) -> str | None:
    """The exchange that a header names, if it does so lawfully: what stands there else may be anything, and the id of
    an exchange is stored readable."""
    return header.exchange_id.lower() if is_uuid(header.exchange_id) else None


def of_received(
    entry: Entry, opened: OpenedMessage, exchange_id: str | None, now: datetime, *, schema_valid: bool
) -> JournalEntry:
    """A believed message that has come in, with its exact bytes and what its signature covers."""
    return replace(
        of_header(entry, opened.header, exchange_id, now),
        signer=opened.signer.party_id,
        signature_valid=True,
        schema_valid=schema_valid,
        digests=tuple((digest.uri, digest.value) for digest in opened.digests),
        document=opened.document,
        soap=opened.soap,
    )


def of_sealed(entry: Entry, sealed: SealedMessage, exchange_id: str, document: bytes) -> JournalEntry:
    """A message that goes out, with its exact bytes and what its signature covers; dated as its header is."""
    return replace(
        of_header(entry, sealed.header, exchange_id, sealed.header.timestamp),
        signer=sealed.header.sender.value,
        signature_valid=True,
        schema_valid=True,
        digests=tuple((digest.uri, digest.value) for digest in sealed.digests),
        content_type=sealed.content_type,
        document=document,
        soap=sealed.soap,
    )


def sent_again(line: JournalEntry, sealed: SealedMessage) -> JournalEntry:
    """The line of a message whose document has been sent once more, in a new message."""
    return replace(
        line,
        at=sealed.header.timestamp,
        message_id=sealed.message_id,
        digests=tuple((digest.uri, digest.value) for digest in sealed.digests),
        content_type=sealed.content_type,
        soap=sealed.soap,
        detail=f"sent again, for {line.message_id}",
    )


def about_request(line: JournalEntry, request: EvidenceRequest) -> JournalEntry:
    """The line with what was asked, and about whom."""
    return replace(
        line,
        specification=request.specification,
        procedure=request.procedure,
        evidence_type=request.evidence.evidence_type.classification,
        request_id=request.request_id,
        subject=_subject(request),
    )


def about_answer(line: JournalEntry, answer: Answer) -> JournalEntry:
    """The line with what was answered, and to which request."""
    line = replace(
        line,
        specification=answer.specification,
        request_id=answer.request_id,
        response_id=answer.response_id,
    )
    if isinstance(answer, EvidenceError):
        exception = answer.exceptions[0]
        return replace(line, error_code=exception.code.code, detail=exception.detail)
    return line


def _subject(request: EvidenceRequest) -> str:
    """The evidence subject as the log keeps it (encrypted there): the eIDAS identifier, or the name."""
    if isinstance(request.subject, NaturalPerson):
        return request.subject.identifier or f"{request.subject.given_name} {request.subject.family_name}"
    return request.subject.legal_person_identifier
