"""XML laid out for human eyes; never for what is signed, sent or stored."""

from __future__ import annotations

from lxml import etree

from oots.model.errors import MessageError
from oots.wire.xml import parse

MOST_LAID_OUT = 256 * 1024


def readable(content: bytes) -> str:
    """Each element on a line of its own; what cannot be parsed or is large, as it is.

    Indenting deep elements can make a hundred bytes of one.
    """
    if len(content) > MOST_LAID_OUT:
        return content.decode("utf-8", "replace")
    try:
        root = parse(content)
    except MessageError:
        return content.decode("utf-8", "replace")
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
