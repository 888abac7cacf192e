"""Checks on the children of an element."""

from __future__ import annotations

import re

from lxml import etree

from oots.rules.checks.asking import an, children, element_of, listed, quoted, string, tidy, unless
from oots.rules.checks.spoiling import NONSENSE, insert, remove
from oots.rules.codelists import CodeList
from oots.rules.place import tag
from oots.rules.rule import Check, Node


def has(*names: str, without: tuple[str, ...] = ()) -> Check:
    """The element has each of the children, and none of those `without`."""

    def found(node: Node) -> str | None:
        missing = [name for name in names if not children(node, name)]
        wrong = [name for name in without if children(node, name)]
        return unless(
            not missing and not wrong, lambda: "; ".join([f"no {n}" for n in missing] + [f"a {n}" for n in wrong])
        )

    says = f"must have {listed(names)}" + (f" and no {', '.join(without)}" if without else "")
    return Check(says, found, remove(names[0]))


def only(*names: str) -> Check:
    """The element has no children but these."""
    allowed = {tag(name) for name in names}

    def found(node: Node) -> str | None:
        others = [
            etree.QName(child).localname
            for child in element_of(node).iterchildren(etree.Element)
            if child.tag not in allowed
        ]
        return unless(not others, lambda: ", ".join(others))

    return Check(f"may have {listed(names)} only", found, insert("Unknown"))


def counts(name: str, least: int, most: int | None = None) -> Check:
    """The element has between `least` and `most` children of that name (no upper limit when None)."""

    def right(number: int) -> bool:
        return number >= least and (most is None or number <= most)

    def spoil(node: Node) -> None:
        if least:
            remove(name)(node)
        else:
            for _ in range((most or 0) + 1):
                insert(name)(node)

    if most == 0:
        says = f"must have no {name}"
    elif most is None:
        says = f"must have at least {least} {name}"
    else:
        says = f"must have {least} {name}" if least == most else f"may have {least} to {most} {name}"
    return Check(
        says,
        lambda node: unless(right(len(children(node, name))), lambda: f"{len(children(node, name))} {name}"),
        spoil,
    )


def filled(name: str) -> Check:
    """The element has the child once at most, and it is not blank."""

    def found(node: Node) -> str | None:
        values = [tidy(string(child)) for child in children(node, name)]
        if len(values) > 1:
            return f"{len(values)} {name}"
        return unless(bool(values and values[0]), lambda: f"an empty {name}" if values else f"no {name}")

    def spoil(node: Node) -> None:
        remove(name)(node)

    return Check(f"must have {an(name)} that is not empty", found, spoil)


def not_empty(name: str) -> Check:
    """No child of that name is without any text."""

    def spoil(node: Node) -> None:
        insert(name)(node)

    return Check(
        f"must have no empty {name}",
        lambda node: unless("" not in [string(child) for child in children(node, name)], lambda: f"an empty {name}"),
        spoil,
    )


def child_is(name: str, value: str) -> Check:
    """One of the children of that name is exactly this."""

    def spoil(node: Node) -> None:
        for child in children(node, name):
            child.text = NONSENSE

    return Check(
        f"must have the {name} {value}",
        lambda node: unless(
            value in [string(child) for child in children(node, name)],
            lambda: ", ".join(quoted(string(child)) for child in children(node, name)) or f"no {name}",
        ),
        spoil,
    )


def has_inside(name: str, inner: str) -> Check:
    """One of the children `name` has a child `inner`."""

    def spoil(node: Node) -> None:
        for child in children(node, name):
            remove(inner)(child)

    return Check(
        f"must have {an(name)} with {inner}",
        lambda node: unless(any(children(child, inner) for child in children(node, name)), lambda: f"no {inner}"),
        spoil,
    )


def counts_inside(name: str, inner: str, number: int) -> Check:
    """The children `name` have so many children `inner` together."""

    def count(node: Node) -> int:
        return sum(len(children(child, inner)) for child in children(node, name))

    def spoil(node: Node) -> None:
        for child in children(node, name):
            remove(inner)(child)

    return Check(
        f"must have {number} {inner} in {name}",
        lambda node: unless(count(node) == number, lambda: f"{count(node)} {inner}"),
        spoil,
    )


def holds(name: str) -> Check:
    """The element has one child, which is this one."""

    def find(node: Node) -> str | None:
        inside = [etree.QName(child).localname for child in element_of(node).iterchildren(etree.Element)]
        right = len(inside) == 1 and element_of(node)[0].tag == tag(name)
        return unless(right, lambda: ", ".join(inside) or "nothing")

    return Check(f"must hold one {name} and nothing else", find, remove(name))


def one_child_is(name: str, value: str, others: CodeList, within: tuple[str, ...]) -> Check:
    """Of the descendants reached by `within`, exactly one has the child `name` with that value."""
    path = "/".join(map(tag, (*within, name)))

    def count(node: Node) -> int:
        return sum(string(child) == value for child in element_of(node).findall(path))

    def spoil(node: Node) -> None:
        for child in element_of(node).findall(path):
            child.text = next(code for code in others.codes if code != value)

    return Check(
        f"must have exactly one {within[-1]} whose {name} is {value}",
        lambda node: unless(count(node) == 1, lambda: f"{count(node)} of them"),
        spoil,
    )


def child_like(name: str, pattern: str, form: str) -> Check:
    """One of the children of that name is of this form."""
    expression = re.compile(pattern)

    def find(node: Node) -> str | None:
        values = [string(child) for child in children(node, name)]
        return unless(
            any(expression.fullmatch(value) for value in values), lambda: ", ".join(map(quoted, values)) or f"no {name}"
        )

    def spoil(node: Node) -> None:
        for child in children(node, name):
            child.text = NONSENSE

    return Check(f"must have {an(name)} that is {form}", find, spoil)


def has_one_of(*names: str) -> Check:
    """The element has at least one of the children."""

    def spoil(node: Node) -> None:
        for name in names:
            remove(name)(node)

    return Check(
        f"must have {' or '.join(names)}",
        lambda node: unless(any(children(node, name) for name in names), lambda: "none of them"),
        spoil,
    )
