"""One exchange laid open: its lines, its messages out of the journals of both sides, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from oots.dossier.messages import header_in
from oots.edelivery.header import EXECUTE_QUERY_REQUEST, UserMessage
from oots.exchange.journal import Entry
from oots.exchange.journals import Journals, Line, Told
from oots.model.errors import MessageError, TransportError
from oots.model.request import EvidenceRequest
from oots.model.response import Answer
from oots.wire import answer, request


@dataclass(frozen=True)
class Message:
    """A message between two access points, as both sides recorded it: `number` counts the messages of the exchange from
    1 on. `envelope` is the signed SOAP part and `document` the first part, byte for byte; `content_type` is that of the
    whole message where a side kept it. `lines` are the lines of all journals about it."""

    number: int
    header: UserMessage
    envelope: bytes
    document: bytes
    content_type: str | None
    receipt: bytes | None
    lines: tuple[Line, ...]

    @property
    def message_id(self) -> str:
        return self.header.message_id

    @cached_property
    def says(self) -> EvidenceRequest | Answer | None:
        """What the document says; None where it cannot be read."""
        read = request.decode if self.header.action == EXECUTE_QUERY_REQUEST else answer.decode
        try:
            return read(self.document)
        except MessageError:
            return None


@dataclass(frozen=True)
class LaidOpen:
    """An exchange as all journals tell it, in order of time. Its sides may call it by several names: `exchange_id` is
    that of the first line, by whichever it was asked for; its pages, looks and reviews have no other."""

    exchange_id: str
    lines: tuple[Line, ...]
    messages: tuple[Message, ...]

    def of(self, *entries: Entry) -> tuple[Line, ...]:
        """The lines of these kinds."""
        return tuple(line for line in self.lines if line.entry.entry in entries)

    @property
    def requests(self) -> tuple[EvidenceRequest, ...]:
        """What was asked, first to last."""
        return tuple(message.says for message in self.messages if isinstance(message.says, EvidenceRequest))


def lay_open(journals: Journals, exchange_id: str) -> LaidOpen | None:
    """None where no journal knows the exchange. Raises ConfigurationError where one cannot be read."""
    told = journals.of_exchange(exchange_id)
    if not told.lines:
        return None
    names = (line.entry.exchange_id for line in told.lines if line.entry.entry is not Entry.ANSWER_IGNORED)
    name = next((name for name in names if name is not None), exchange_id)  # the sender of an ignored one names any
    return LaidOpen(name, told.lines, _messages(told))


def _messages(told: Told) -> tuple[Message, ...]:
    """Those whose bytes a journal keeps, in the order in which they are first told of."""
    by_id: dict[str, list[Line]] = {}
    for line in told.lines:
        if line.entry.message_id is not None:
            by_id.setdefault(line.entry.message_id, []).append(line)
    found: list[Message] = []
    for message_id, lines in by_id.items():
        message = _message(len(found) + 1, lines, told.receipts.get(message_id))
        if message is not None:
            found.append(message)
    return tuple(found)


def _message(number: int, lines: Sequence[Line], receipt: bytes | None) -> Message | None:
    kept = next((line.entry for line in lines if line.entry.soap is not None and line.entry.document is not None), None)
    if kept is None or kept.soap is None or kept.document is None:
        return None
    try:
        header = header_in(kept.soap)
    except TransportError:
        return None
    content_type = next((line.entry.content_type for line in lines if line.entry.content_type), None)
    return Message(number, header, kept.soap, kept.document, content_type, receipt, tuple(lines))
