"""XML laid out for human eyes; never for what is signed, sent or stored."""

from __future__ import annotations

from lxml import etree

from oots.model.errors import MessageError
from oots.wire.xml import parse


def readable(content: bytes) -> str:
    """Each element on a line of its own; what cannot be parsed, as it is."""
    try:
        root = parse(content)
    except MessageError:
        return content.decode("utf-8", "replace")
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
