"""The smallest changes after which a check fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lxml import etree

from oots.rules.checks.asking import children, element_of, slots
from oots.rules.place import attribute, tag
from oots.rules.rule import Node

NONSENSE: Final = "no such value"
"""What a spoilt value is replaced by: it is in no code list and of no form."""


def set_text(text: str) -> Callable[[Node], str | None]:
    def spoil(node: Node) -> str | None:
        if isinstance(node, str):
            return text
        for child in node:
            node.remove(child)
        node.text = text
        return None

    return spoil


def set_attribute(name: str, value: str | None) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        element = element_of(node)
        if value is None:
            del element.attrib[attribute(name)]
        else:
            element.set(attribute(name), value)

    return spoil


def remove(name: str) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        for child in children(node, name):
            element_of(node).remove(child)

    return spoil


def insert(name: str) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        etree.SubElement(element_of(node), tag(name))

    return spoil


def remove_slot(name: str) -> Callable[[Node], None]:
    def spoil(node: Node) -> None:
        for slot in slots(node, name):
            element_of(node).remove(slot)

    return spoil
