"""What the messages of a scenario say: documents and evidence in them, as text that can be searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from oots.edelivery.message import OpenedMessage, Part, open_message
from oots.model.content import length_of, whole
from oots.model.errors import MessageError
from oots.scenario_files.account import Carried, MessageSaid, Saying
from oots.scenarios.wiretap import Overheard
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import UntrustedError
from oots.web.page_images import texts_of
from oots.wire.xml import parse

_PDF = "application/pdf"
PREVIEW_REQUIRED = "EDM:ERR:0002"


@dataclass(frozen=True, slots=True)
class Said:
    """The documents of all messages, one below the other; the evidence in them as people read it."""

    text: str
    number: int
    messages: tuple[MessageSaid, ...] = ()


def said(overheard: Sequence[Overheard], anchors: TrustAnchors, at: datetime) -> Said:
    """Messages that are not believed count as unsaid."""
    opened = [message for heard in overheard for message in _opened(heard, anchors, at)]
    text = "\n".join(text for message in opened for text in _texts(message))
    return Said(text, len(opened), tuple(_in_a_line(message) for message in opened if message.parts))


def _in_a_line(message: OpenedMessage) -> MessageSaid:
    root = parse(message.document)
    codes = root.xpath("//*[local-name() = 'Exception']/@code")
    code = str(codes[0]) if isinstance(codes, list) and codes else None
    is_request = etree.QName(root).localname == "QueryRequest"
    repeats = bool(root.xpath("boolean(//*[local-name() = 'Slot'][@name = 'PreviewLocation'])"))
    if is_request:
        says = Saying.REQUEST_AFTER_PREVIEW if repeats else Saying.REQUEST
    elif code:
        says = Saying.PREVIEW_FIRST if code == PREVIEW_REQUIRED else Saying.EXCEPTION
    else:
        says = Saying.EVIDENCE if message.parts[1:] else Saying.NO_EVIDENCE
    carries = tuple(Carried(part.media_type, length_of(part.content)) for part in message.parts[1:])
    return MessageSaid(message.header.sender.value, message.header.receiver.value, says, code, carries)


def _opened(heard: Overheard, anchors: TrustAnchors, at: datetime) -> Iterator[OpenedMessage]:
    try:
        yield open_message(heard.content_type, heard.body, anchors, at)
    except (MessageError, UntrustedError):
        return


def _texts(message: OpenedMessage) -> Iterator[str]:
    yield message.document.decode(errors="replace")
    yield from (_readable(part) for part in message.parts[1:])


def _readable(part: Part) -> str:
    content = part.content
    if part.media_type == _PDF:
        return " ".join(" ".join(texts_of(content)).split())
    return whole(content).decode(errors="replace")
