"""Checks that look through a whole document."""

from __future__ import annotations

import re

from lxml import etree

from oots.rules.checks.asking import VALUE, element_of, tidy, unless
from oots.rules.place import NAMESPACES, tag
from oots.rules.rule import Check, Node


def no_empty_values() -> Check:
    """No `rim:Value` and no element of the OOTS vocabulary below is without text and children."""

    def empty(node: Node) -> list[str]:
        found = element_of(node).iter(f"{{{NAMESPACES['sdg']}}}*", VALUE)
        return [etree.QName(child).localname for child in found if not len(child) and not tidy(child.text or "")]

    def spoil(node: Node) -> None:
        for child in element_of(node).iter(VALUE):
            if not len(child):
                child.text = None
                return

    return Check(
        "must have no empty values",
        lambda node: unless(not empty(node), lambda: f"empty: {', '.join(empty(node))}"),
        spoil,
    )


def texts_long_enough(least: int, *but: str) -> Check:
    """Every text of the OOTS vocabulary below has so many characters at least, those elements aside."""

    def short(node: Node) -> list[str]:
        found = element_of(node).iter(f"{{{NAMESPACES['sdg']}}}*")
        return [
            etree.QName(child).localname
            for child in found
            if not len(child) and 0 < len(tidy(child.text or "")) < least and etree.QName(child).localname not in but
        ]

    def spoil(node: Node) -> None:
        next(element_of(node).iter(tag("Name"), tag("FamilyName"))).text = "x"

    return Check(
        f"must have no text shorter than {least} characters",
        lambda node: unless(not short(node), lambda: f"shorter: {', '.join(short(node))}"),
        spoil,
    )


def one_environment() -> Check:
    """All addresses in the Semantic Repository are of the same environment."""
    address = re.compile(r"https://sr(?P<acc>\.acc)?\.oots\.tech\.")

    def find(node: Node) -> str | None:
        found = {match["acc"] for text in element_of(node).itertext() for match in address.finditer(str(text))}
        return unless(len(found) < 2, lambda: "both environments")

    def spoil(node: Node) -> None:
        for child in element_of(node).iter(tag("Identifier"), tag("EvidenceTypeClassification")):
            if (child.text or "").startswith("https://sr.oots."):
                child.text = (child.text or "").replace("https://sr.", "https://sr.acc.")
                return

    return Check("must not mix production and acceptance addresses of the Semantic Repository", find, spoil)
