"""Holding a document against many rules."""

from __future__ import annotations

from lxml import etree

from oots.rules.checks.children import filled
from oots.rules.rule import at, fatal
from oots.rules.rulebook import MOST, Rulebook
from oots.wire.namespaces import SDG

BOOK = Rulebook(at("4.5", "Agent", fatal("R-1", filled("Name"))))


def agents(number: int) -> etree._Element:
    root = etree.Element("all")
    root.extend([etree.SubElement(root, f"{{{SDG}}}Agent") for _ in range(number)])
    return root


def test_each_broken_place_is_told() -> None:
    found = BOOK.findings(agents(3))
    assert [(each.rule, each.found) for each in found] == [("R-1", "no Name")] * 3
    assert len({each.xpath for each in found}) == 3
    assert found[0].expected == "Agent must have a Name that is not empty."


def test_a_rule_broken_everywhere_is_told_a_limited_number_of_times() -> None:
    assert len(BOOK.findings(agents(MOST))) == MOST
    assert len(BOOK.findings(agents(MOST * 50))) == MOST
