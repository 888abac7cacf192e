"""Whether bytes really are of a media type of the code list OOTSMediaTypes: by their beginning or by reading them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.wire.xml import parse

_SVG: Final = "{http://www.w3.org/2000/svg}svg"
BEGINNING: Final = 1024
"""So many bytes tell what is not text. Readers look for the header of a PDF so far (ISO 32000-1, annex H.3.4.1)."""


def _begins(signature: bytes) -> Callable[[bytes], str | None]:
    return lambda content: None if content.startswith(signature) else "other bytes"


def _pdf(content: bytes) -> str | None:
    return None if b"%PDF-" in content[:BEGINNING] else "other bytes"


def _json(content: bytes) -> str | None:
    try:
        json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return "no JSON"
    return None


def _xml(content: bytes) -> str | None:
    try:
        parse(content)
    except MessageError as fault:
        return fault.why
    return None


def _svg(content: bytes) -> str | None:
    fault = _xml(content)
    if fault is None and parse(content).tag != _SVG:
        return f"XML of the element {etree.QName(parse(content)).localname}"
    return fault


_LOOKS: Final[Mapping[str, Callable[[bytes], str | None]]] = {
    "application/pdf": _pdf,
    "application/json": _json,
    "application/xml": _xml,
    "image/svg+xml": _svg,
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": _begins(b"\xff\xd8\xff"),
}


def is_judged_by_beginning(media_type: str) -> bool:
    """Whether the first `BEGINNING` bytes tell as much of such a content as all of it."""
    return media_type in {"application/pdf", "image/png", "image/jpeg"}


def instead_of(media_type: str, content: bytes) -> str | None:
    """What the bytes are instead of that media type; None where they are of it, or the type is unknown here."""
    look = _LOOKS.get(media_type)
    return None if look is None else look(content)
