"""Checks on the root element."""

from __future__ import annotations

from lxml import etree

from oots.rules.checks.asking import element_of, unless
from oots.rules.place import NAMESPACES
from oots.rules.rule import Check, Node


def root_is(name: str) -> Check:
    """The root element has this local name."""

    def spoil(node: Node) -> None:
        element = element_of(node)
        element.tag = f"{{{etree.QName(element).namespace}}}Other"

    return Check(
        f"must have the local name {name}",
        lambda node: unless(
            etree.QName(element_of(node)).localname == name, lambda: etree.QName(element_of(node)).localname
        ),
        spoil,
    )


def root_in(prefix: str) -> Check:
    """The root element is in this namespace."""
    namespace = NAMESPACES[prefix]

    def spoil(node: Node) -> None:
        element = element_of(node)
        element.tag = f"{{urn:other}}{etree.QName(element).localname}"

    return Check(
        f"must be in the namespace {namespace}",
        lambda node: unless(
            etree.QName(element_of(node)).namespace == namespace,
            lambda: str(etree.QName(element_of(node)).namespace or "no namespace"),
        ),
        spoil,
    )
