"""What an element says, apart from how it is spelled: prefixes, blanks and the order of attributes and slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.rules.checks.asking import quoted, string, tidy
from oots.rules.place import tag
from oots.wire.slots import XSI_TYPE, SlotType, type_of

_BOOLEANS: Final = {"1": "true", "0": "false"}


@dataclass(frozen=True, slots=True)
class Normal:
    """An element by its names and texts; `children` in order, `text` of an element without any."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple[Normal, ...]


def normal(element: etree._Element) -> Normal:
    children = tuple(normal(child) for child in element.iterchildren(etree.Element))
    return Normal(str(element.tag), _attributes(element), "" if children else _text(element), children)


def _attributes(element: etree._Element) -> tuple[tuple[str, str], ...]:
    """`xsi:type` by what its prefix stands for."""
    return tuple(
        sorted(
            (str(name), " ".join(type_of(element)) if name == XSI_TYPE else tidy(str(found)))
            for name, found in element.attrib.items()
        )
    )


def _text(element: etree._Element) -> str:
    """xs:boolean has two spellings of each value."""
    found, holder = tidy(string(element)), element.getparent()
    if element.tag == tag("Value") and holder is not None and type_of(holder)[1] == SlotType.BOOLEAN:
        return _BOOLEANS.get(found, found)
    return found


def difference(found: Normal, expected: Normal) -> str | None:
    """The first thing that differs, as findings tell it; None where both say the same."""
    if found == expected:
        return None
    name = etree.QName(found.name).localname
    if found.name != expected.name:
        return f"{name} instead of {etree.QName(expected.name).localname}"
    if found.attributes != expected.attributes:
        return f"{_other(dict(found.attributes), dict(expected.attributes))} of {name}"
    for one, other in zip(found.children, expected.children, strict=False):
        inner = difference(one, other)
        if inner:
            return inner
    if len(found.children) != len(expected.children):
        return f"{name} holds {len(found.children)} elements instead of {len(expected.children)}"
    return f"{name} {quoted(found.text)} instead of {quoted(expected.text)}"


def _other(found: dict[str, str], expected: dict[str, str]) -> str:
    """The first attribute that differs."""
    name = min(name for name in found | expected if found.get(name) != expected.get(name))
    was, should = (quoted(each[name]) if name in each else "nothing" for each in (found, expected))
    return f"{etree.QName(name).localname} {was} instead of {should}"
