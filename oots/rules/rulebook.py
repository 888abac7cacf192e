"""The rules of one kind of document in one version, held against a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from lxml import etree

from oots.rules.place import Places, attribute, in_words
from oots.rules.rule import Finding, Node, Rule

MOST: Final = 100
"""Findings of one rule in one document: to tell a path takes the longer, the more elements stand before it."""


class Rulebook:
    """Every rule on one kind of document; compiled once, safe to use from several threads."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._places: Places[Rule] = Places((rule.at, rule) for rule in self.rules)

    def findings(self, root: etree._Element) -> tuple[Finding, ...]:
        """What the document breaks, in document order; a rule that is broken everywhere is told `MOST` times."""
        alive = list(root.iter())  # lxml hands out the same objects again as long as they live
        found = []
        told: Counter[int] = Counter()
        for element, last, rule in self._places.walk(root):
            instead = None if told[id(rule)] == MOST else rule.check.find(node_at(element, last))
            if instead is not None:
                told[id(rule)] += 1
                found.append(_finding(rule, element, last, instead))
        del alive
        return tuple(found)

    def looked_at(self, root: etree._Element) -> list[tuple[etree._Element, str | None, Rule]]:
        """Every node that a rule looks at: the element, the attribute where it is one, and the rule."""
        return self._places.walk(root)


def node_at(element: etree._Element, last: str | None) -> Node:
    """The element, or the value of its attribute `last`."""
    return element if last is None else element.get(attribute(last), "")


def sentence(rule: Rule) -> str:
    """What the rule demands, in one sentence."""
    if rule.says:
        return rule.says
    place = "the root element" if rule.at == "/" else in_words(rule.at)
    return f"{place[0].upper()}{place[1:]} {rule.check.says}."


def _finding(rule: Rule, element: etree._Element, last: str | None, instead: str) -> Finding:
    path = element.getroottree().getpath(element)
    return Finding(
        rule.id,
        rule.severity,
        sentence(rule),
        instead,
        f"{path}/@{last}" if last else path,
        element.sourceline if isinstance(element.sourceline, int) else None,
        rule.chapter,
    )
