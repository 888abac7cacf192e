"""Changes of XML that leave it XML: bytes changed at random are hardly ever well-formed, and get past no parser."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Final

from lxml import etree

Change = Callable[[etree._Element, random.Random], None]

_TEXTS: Final = (
    "",
    " ",
    "0",
    "-1",
    "true",
    "]]>",
    "\u202e",
    "\x85",
    "é" * 70,
    "9" * 400,
    "2026-13-01",
    "urn:x",
    "cid:",
    "#",
)
_NAMESPACES: Final = ("", "urn:x", "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/XML/1998/namespace")


def mutate_xml(data: bytes, separator: bytes, chance: random.Random) -> bytes | None:
    """The data with a few changes in the document that stands before `separator`; None where that is no XML,
    or has no canonical form."""
    document, between, rest = data.partition(separator)
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None
    for _ in range(chance.randint(1, 3)):
        elements = list(root.iter(etree.Element))
        try:
            chance.choice(_CHANGES)(chance.choice(elements), chance)
        except ValueError:  # what XML cannot say, or an element put into itself
            continue
    try:
        return etree.tostring(root, method=chance.choice(("xml", "c14n"))) + between + rest
    except etree.C14NError:
        return None


def _remove(element: etree._Element, chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _repeat(element: etree._Element, chance: random.Random) -> None:
    parent = element.getparent()
    for _ in range(chance.choice((1, 1, 1, 30))):
        if parent is not None:
            parent.insert(chance.randint(0, len(parent)), deepcopy(element))


def _move(element: etree._Element, chance: random.Random) -> None:
    others = list(element.getroottree().iter(etree.Element))
    chance.choice(others).append(deepcopy(element))
    _remove(element, chance)


def _nest(element: etree._Element, chance: random.Random) -> None:
    inner = element
    for _ in range(chance.choice((1, 10, 240))):
        inner = etree.SubElement(inner, element.tag)


def _say(element: etree._Element, chance: random.Random) -> None:
    element.text = chance.choice(_TEXTS)


def _say_the_same(element: etree._Element, chance: random.Random) -> None:
    element.text = chance.choice(list(element.getroottree().iter(etree.Element))).text


def _trail(element: etree._Element, chance: random.Random) -> None:
    element.tail = chance.choice(_TEXTS)


def _attribute(element: etree._Element, chance: random.Random) -> None:
    names = [*element.attrib, "Id", "type", "{http://www.w3.org/2001/XMLSchema-instance}type", "{urn:x}y"]
    name = chance.choice(names)
    if name in element.attrib and chance.random() < 0.5:
        del element.attrib[name]
    else:
        element.set(name, chance.choice(_TEXTS))


def _rename(element: etree._Element, chance: random.Random) -> None:
    name = etree.QName(chance.choice(list(element.getroottree().iter(etree.Element)))).localname
    namespace = chance.choice(_NAMESPACES)
    element.tag = f"{{{namespace}}}{name}" if namespace else name


def _insert_an_aside(element: etree._Element, chance: random.Random) -> None:
    element.insert(0, chance.choice((etree.Comment("x"), etree.ProcessingInstruction("x", "y"))))


_CHANGES: Final[tuple[Change, ...]] = (
    _remove, _repeat, _move, _nest, _say, _say_the_same, _trail, _attribute, _rename, _insert_an_aside
)  # fmt: skip
