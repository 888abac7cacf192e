"""Safe parsing of XML from outside, and the canonical bytes in which we write it."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from oots.model.errors import MessageError

MOST_DECLARATIONS: Final = 200
MOST_ATTRIBUTES: Final = 64

_LONG_TAG: Final = re.compile(rb"<[^<]{%d,}+" % (4 * MOST_ATTRIBUTES))
"""A tag with room for too many attributes, which take at least four bytes each (`a=""`), and the text after it."""
_FLOODED_ELEMENT: Final = re.compile(
    rb"<[^!?/<>\s=\"'][^<>\s=\"']*+(?:\s*+[^\s=<>\"']++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')){%d}" % (MOST_ATTRIBUTES + 1)
)


def parse(data: bytes, *, declarations: int = MOST_DECLARATIONS) -> etree._Element:
    """The root element of a UTF-8 document, without its comments.

    No document type, entities or network. More than 64 attributes on one element, or more namespace declarations
    than `declarations`, are refused before parsing: they make canonicalisation needlessly expensive. Every fault is a
    `MessageError` whose text quotes nothing of the document.
    """
    _refuse_floods(data, declarations)
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise MessageError(f"not well-formed XML in UTF-8 (line {error.lineno or 1})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MessageError("a document type declaration is not accepted")
    return root


def canonical(element: etree._Element) -> bytes:
    """Exclusive canonical XML without comments (W3C xml-exc-c14n) of the element: UTF-8, no XML declaration."""
    try:
        return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError:
        raise MessageError("the document has no canonical form") from None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )


def _refuse_floods(data: bytes, declarations: int) -> None:
    if b"<!DOCTYPE" in data:
        raise MessageError("a document type declaration is not accepted")
    if data.count(b"xmlns") > declarations:
        raise MessageError(f"more than {declarations} namespace declarations")
    if any(_is_flooded(tag[0]) for tag in _LONG_TAG.finditer(data)):
        raise MessageError(f"more than {MOST_ATTRIBUTES} attributes on one element")


def _is_flooded(tag: bytes) -> bool:
    return tag.count(b"=") > MOST_ATTRIBUTES and _FLOODED_ELEMENT.match(tag) is not None
