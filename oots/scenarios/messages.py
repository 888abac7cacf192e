"""What the messages of a scenario say: documents and evidence in them, as text that can be searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from oots.edelivery.message import OpenedMessage, Part, open_message
from oots.model.content import whole
from oots.model.errors import MessageError
from oots.scenarios.wiretap import Overheard
from oots.trust.anchors import TrustAnchors
from oots.trust.certificates import UntrustedError
from oots.web.page_images import texts_of

_PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Said:
    """The documents of all messages, one below the other; the evidence in them as people read it."""

    text: str
    number: int


def said(overheard: Sequence[Overheard], anchors: TrustAnchors, at: datetime) -> Said:
    """Messages that are not believed count as unsaid."""
    opened = [message for heard in overheard for message in _opened(heard, anchors, at)]
    return Said("\n".join(text for message in opened for text in _texts(message)), len(opened))


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
