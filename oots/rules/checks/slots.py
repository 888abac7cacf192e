"""Checks on slots and their values."""

from __future__ import annotations

import re

from lxml import etree

from oots.rules.checks.asking import SLOT, VALUE, children, element_of, listed, quoted, slots, string, unless
from oots.rules.checks.spoiling import NONSENSE, remove_slot, set_attribute
from oots.rules.place import tag
from oots.rules.rule import Check, Node
from oots.wire.namespaces import RIM
from oots.wire.slots import XSI_TYPE, type_of


def one_slot(name: str) -> Check:
    """The element has the slot exactly once."""
    return Check(
        f"must have the slot {name} exactly once",
        lambda node: unless(len(slots(node, name)) == 1, lambda: f"{len(slots(node, name))} slots {name}"),
        remove_slot(name),
    )


def at_most_one_slot(name: str) -> Check:
    """The element has the slot once or not at all."""

    def spoil(node: Node) -> None:
        for _ in range(2):
            etree.SubElement(element_of(node), SLOT, {"name": name})

    return Check(
        f"may have the slot {name} at most once",
        lambda node: unless(len(slots(node, name)) < 2, lambda: f"{len(slots(node, name))} slots {name}"),
        spoil,
    )


def has_slot(name: str) -> Check:
    """The element has the slot, perhaps several times."""
    return Check(
        f"must have the slot {name}",
        lambda node: unless(bool(slots(node, name)), lambda: f"no slot {name}"),
        remove_slot(name),
    )


def slots_in_all(number: int, *names: str) -> Check:
    """The element has so many slots of these names together."""

    def count(node: Node) -> int:
        return sum(len(slots(node, name)) for name in names)

    def spoil(node: Node) -> None:
        for name in names:
            remove_slot(name)(node)

    return Check(
        f"must have exactly {'one' if number == 1 else number} of the slots {listed(names)}",
        lambda node: unless(count(node) == number, lambda: f"{count(node)} of them"),
        spoil,
    )


def named_in(*names: str) -> Check:
    """The slot has one of these names."""
    return Check(
        f"must be one of {', '.join(names)}",
        lambda node: unless(element_of(node).get("name") in names, lambda: f"the slot {element_of(node).get('name')}"),
        set_attribute("name", "Unknown"),
    )


def local_type(element: etree._Element) -> str:
    """The local name in `xsi:type`, whatever its prefix; without prefix it must be in the default namespace."""
    lexical = element.get(XSI_TYPE, "")
    _, colon, name = lexical.partition(":")
    if colon:
        return name
    return type_of(element)[1] if type_of(element)[0] == RIM else ""


def typed(name: str) -> Check:
    """The value has this RegRep type."""
    other = "StringValueType" if name != "StringValueType" else "BooleanValueType"
    return Check(
        f"must be of the type {name}",
        lambda node: unless(local_type(element_of(node)) == name, lambda: element_of(node).get(XSI_TYPE) or "no type"),
        set_attribute("xsi:type", f"rim:{other}"),
    )


def value_is(value: str) -> Check:
    """The value of the slot is exactly this."""

    def found(node: Node) -> list[str]:
        return [string(child) for child in children(node, "Value")]

    def spoil(node: Node) -> None:
        for child in element_of(node).findall(VALUE):
            child.text = NONSENSE

    return Check(
        f"must be {value}",
        lambda node: unless(value in found(node), lambda: ", ".join(map(quoted, found(node))) or "no value"),
        spoil,
    )


def value_like(pattern: str, form: str) -> Check:
    """The one value of the slot matches."""
    expression = re.compile(pattern)

    def found(node: Node) -> str | None:
        values = [string(child) for child in children(node, "Value")]
        if len(values) > 1:
            return f"{len(values)} values"
        value = values[0] if values else ""
        return unless(expression.search(value) is not None, lambda: quoted(value))

    def spoil(node: Node) -> None:
        for child in element_of(node).findall(VALUE):
            child.text = NONSENSE

    return Check(f"must be {form}", found, spoil)


def has_slots_or(alternative: str, *names: str) -> Check:
    """The element has all these slots, or the alternative one."""

    def missing(node: Node) -> list[str]:
        there = {slot.get("name") for slot in element_of(node).iterchildren(SLOT)}
        return [] if alternative in there else [name for name in names if name not in there]

    def spoil(node: Node) -> None:
        remove_slot(names[-1])(node)
        remove_slot(alternative)(node)

    return Check(
        f"must have the slots {listed(names)}, or {alternative}",
        lambda node: unless(not missing(node), lambda: f"no {listed(missing(node))}"),
        spoil,
    )


def some_slot(*names: str) -> Check:
    """The element has at least one of these slots."""

    def spoil(node: Node) -> None:
        for name in names:
            remove_slot(name)(node)

    return Check(
        f"must have one of the slots {listed(names)}",
        lambda node: unless(any(slots(node, name) for name in names), lambda: "none of them"),
        spoil,
    )


def together(first: str, second: str) -> Check:
    """The element has both slots or none."""

    def spoil(node: Node) -> None:
        if slots(node, first):
            remove_slot(first)(node)
        else:
            etree.SubElement(element_of(node), SLOT, {"name": first})

    def find(node: Node) -> str | None:
        return unless(bool(slots(node, first)) == bool(slots(node, second)), lambda: f"{first} or {second} alone")

    return Check(f"must have the slots {first} and {second} together or not at all", find, spoil)


def no_slot(name: str) -> Check:
    """The element does not have the slot."""

    def spoil(node: Node) -> None:
        etree.SubElement(element_of(node), SLOT, {"name": name})

    return Check(f"must not have the slot {name}", lambda node: f"a slot {name}" if slots(node, name) else None, spoil)


def no_stray_slot_value() -> Check:
    """No `rim:SlotValue` with a name stands where slots belong."""

    def find(node: Node) -> str | None:
        stray = [value.get("name", "") for value in children(node, "SlotValue") if value.get("name") is not None]
        return unless(not stray, lambda: f"a SlotValue {stray[0]}")

    def spoil(node: Node) -> None:
        etree.SubElement(element_of(node), tag("SlotValue"), {"name": "SpecificationIdentifier"})

    return Check("must have no SlotValue with a name beside its slots", find, spoil)
