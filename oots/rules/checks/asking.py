"""What an element or an attribute can be asked: its text, its children, its slots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from lxml import etree

from oots.rules.place import tag
from oots.rules.rule import Node
from oots.wire.reader import BLANK

_BLANKS: Final = re.compile(f"[{BLANK}]+")
SLOT: Final = tag("Slot")
VALUE: Final = tag("Value")
_LONGEST_QUOTE: Final = 80


def string(node: Node) -> str:
    """The XPath string value: all text inside, or the attribute's value."""
    if isinstance(node, str):
        return node
    return "".join(map(str, node.itertext())) if len(node) else node.text or ""


def tidy(text: str) -> str:
    """XPath's normalize-space."""
    return _BLANKS.sub(" ", text).strip(" ")


def quoted(text: str) -> str:
    """A value as a finding shows it."""
    shown = tidy(text)
    return f"'{shown}'" if len(shown) <= _LONGEST_QUOTE else f"'{shown[:_LONGEST_QUOTE]}…'"


def element_of(node: Node) -> etree._Element:
    if isinstance(node, str):
        raise TypeError("this check is for elements")
    return node


def children(node: Node, name: str) -> list[etree._Element]:
    return list(element_of(node).iterchildren(tag(name)))


def slots(node: Node, name: str) -> list[etree._Element]:
    """The slots of that name right below the element."""
    return [slot for slot in element_of(node).iterchildren(SLOT) if slot.get("name") == name]


def listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def an(name: str) -> str:
    """The name with its article: `a Name`, `an Identifier`."""
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"


def unless(found: bool, instead: Callable[[], str]) -> str | None:
    return None if found else instead()
