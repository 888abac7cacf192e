"""The piece of a document in which it differs from another, as people read it: without declarations, the rest left out.

Elements and attributes have the prefixes under which the rules know them; `…` stands for what is alike in both, or lies
too deep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from lxml import etree

from oots.rules.place import NAMESPACES

ALIKE: Final = "…"
DEEPEST: Final = 2
"""How many levels below an element are shown that the other document does not have at all."""
_PREFIXES: Final = {uri: prefix for prefix, uri in NAMESPACES.items()}


def fragments(first: etree._Element, second: etree._Element) -> tuple[str, str]:
    """The elements, each shown only where it differs from the other."""
    return "\n".join(_differing(first, second)), "\n".join(_differing(second, first))


def _differing(element: etree._Element, other: etree._Element) -> list[str]:
    children = list(element.iterchildren(etree.Element))
    if not children:
        return _whole(element)
    new, missing = _only_in(element, other), _only_in(other, element)
    alone = len(new) == len(missing) == 1 and new[0].tag == missing[0].tag
    lines: list[str] = []
    for child in children:
        if child not in new:
            lines += [] if lines[-1:] == [ALIKE] else [ALIKE]
        else:
            lines += _differing(child, missing[0]) if alone else _whole(child)
    return _enclosed(element, lines)


def _only_in(element: etree._Element, other: etree._Element) -> list[etree._Element]:
    """The children that the other does not have, or not so often."""
    left = Counter(map(_bytes, other.iterchildren(etree.Element)))
    new = []
    for child in element.iterchildren(etree.Element):
        if left[_bytes(child)]:
            left[_bytes(child)] -= 1
        else:
            new.append(child)
    return new


def _bytes(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False)


def _whole(element: etree._Element, levels: int = DEEPEST) -> list[str]:
    children = list(element.iterchildren(etree.Element))
    text = (element.text or "").strip()
    if children:
        lines = [line for child in children for line in _whole(child, levels - 1)] if levels else [ALIKE]
        return _enclosed(element, lines)
    if not text:
        return [f"<{_start(element)}/>"]
    return [f"<{_start(element)}>{_escaped(text)}</{_name(element.tag)}>"]


def _enclosed(element: etree._Element, lines: Iterable[str]) -> list[str]:
    return [f"<{_start(element)}>", *(f"  {line}" for line in lines), f"</{_name(element.tag)}>"]


def _start(element: etree._Element) -> str:
    attributes = (f' {_name(str(name))}="{_escaped(str(value))}"' for name, value in element.attrib.items())
    namespace = etree.QName(element).namespace or ""
    foreign = "" if namespace in _PREFIXES else f' xmlns="{namespace}"'
    return _name(element.tag) + foreign + "".join(attributes)


def _name(clark: str) -> str:
    name = etree.QName(clark)
    prefix = _PREFIXES.get(name.namespace or "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
