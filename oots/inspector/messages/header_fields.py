"""The ebMS header of a message in labelled fields: what the two access points need to know to deliver it."""

from __future__ import annotations

from collections.abc import Iterator

from oots.edelivery.header import ROLE, SERVICE, PartInfo, UserMessage
from oots.inspector.messages.fields import NOT_SAID, Field, Group, at_moment, same
from oots.model.identifiers import Identifier
from oots.web.words import Words


def header_groups(header: UserMessage) -> tuple[Group, ...]:
    """Every field of the header."""
    return (
        Group(Words("Meddelelsen", "The message"), tuple(_message(header))),
        Group(Words("De fire hjørner", "The four corners"), tuple(_corners(header))),
        Group(Words("Hvad der skal ske", "What is to be done"), tuple(_action(header))),
        *(_part(number, part) for number, part in enumerate(header.parts, start=1)),
    )


def _message(header: UserMessage) -> Iterator[Field]:
    yield Field(
        Words("MessageId", "MessageId"),
        same(header.message_id),
        hint=Words("Kvitteringen henviser til det.", "The receipt refers to it."),
    )
    yield Field(
        Words("Timestamp", "Timestamp"),
        at_moment(header.timestamp),
        hint=Words("Hvornår afsenderen siger, den blev sendt.", "When its sender says that it was sent."),
    )
    yield Field(
        Words("ConversationId", "ConversationId"),
        same(header.conversation_id or "–"),
        hint=Words("Binder alle anmodninger i én session sammen.", "Ties all requests of one session together."),
    )
    exchange = same(header.exchange_id) if header.exchange_id else NOT_SAID
    yield Field(
        Words("ExchangeId", "ExchangeId"),
        exchange,
        hint=Words(
            "Binder de to ture i en forhåndsvisning sammen; findes fra 2.0.",
            "Ties the two round trips of a preview together; since 2.0.",
        ),
    )
    if header.ref_to_message_id:
        yield Field(Words("RefToMessageId", "RefToMessageId"), same(header.ref_to_message_id))


def _corners(header: UserMessage) -> Iterator[Field]:
    corners: tuple[tuple[Words, Identifier], ...] = (
        (Words("originalSender (C1 eller C4)", "originalSender (C1 or C4)"), header.original_sender),
        (Words("From: adgangspunktet, der sender", "From: the access point that sends"), header.sender),
        (Words("To: adgangspunktet, der modtager", "To: the access point that receives"), header.receiver),
        (Words("finalRecipient (C4 eller C1)", "finalRecipient (C4 or C1)"), header.final_recipient),
    )
    for label, corner in corners:
        yield Field(label, same(corner.value or "–"), hint=same(corner.scheme) if corner.scheme else None)
    yield Field(Words("Role", "Role"), same(ROLE))


def _action(header: UserMessage) -> Iterator[Field]:
    yield Field(Words("Action", "Action"), same(header.action))
    yield Field(Words("Service", "Service"), same(SERVICE.value), hint=same(SERVICE.scheme))
    yield Field(
        Words("SpecificationId", "SpecificationId"), same(header.specification) if header.specification else NOT_SAID
    )


def _part(number: int, part: PartInfo) -> Group:
    what = Words(" (dokumentet)", " (the document)") if number == 1 else Words("", "")
    compressed = Words("Ja, gzip", "Yes, gzip") if part.compressed else Words("Nej", "No")
    return Group(
        Words(f"Del {number}{what.danish}", f"Part {number}{what.english}"),
        (
            Field(Words("Content-ID", "Content-ID"), same(part.content_id)),
            Field(Words("MimeType", "MimeType"), same(part.media_type or "–")),
            Field(Words("Komprimeret", "Compressed"), compressed),
        ),
    )
