"""A rule between two documents, and what is found where the later one breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

from lxml import etree

from oots.rules.rule import Finding, Severity

PREFIX: Final = "OOTSDK-PAIR-"
FIRST: Final = ("v1.0", "v1.2")
NEWEST: Final = ("v2.0",)
ALL: Final = (*FIRST, *NEWEST)
MOST: Final = 100
"""How often one rule is told in one pair: a place is dear to name among many siblings."""
Pair = TypeVar("Pair")


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a pair rule is broken, an element of the later document or an attribute of it, and what stood there."""

    element: etree._Element
    found: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class PairRule(Generic[Pair]):
    """One demand on a pair: `says` is its sentence, `chapter` that of the TDD, `find` what breaks it."""

    id: str
    severity: Severity
    chapter: str
    says: str
    versions: tuple[str, ...]
    find: Callable[[Pair], Iterable[Broken]]


def pair_rule(
    name: str, severity: Severity, chapter: str, says: str, versions: tuple[str, ...] = ALL
) -> Callable[[Callable[[Pair], Iterable[Broken]]], PairRule[Pair]]:
    """Makes the rule of a function that finds where it is broken; `name` is its id after the common prefix."""
    return lambda find: PairRule(PREFIX + name, severity, chapter, says, versions, find)


def judge_pair(rules: Iterable[PairRule[Pair]], pair: Pair, version: str) -> tuple[Finding, ...]:
    """What the pair breaks of the rules of a version (`v1.0`), in the order of the rules, each `MOST` times at most."""
    return tuple(
        _finding(rule, broken) for rule in rules if version in rule.versions for broken in islice(rule.find(pair), MOST)
    )


def _finding(rule: PairRule[Pair], broken: Broken) -> Finding:
    path = broken.element.getroottree().getpath(broken.element)
    return Finding(
        rule.id,
        rule.severity,
        rule.says,
        broken.found,
        f"{path}/@{broken.attribute}" if broken.attribute else path,
        broken.element.sourceline if isinstance(broken.element.sourceline, int) else None,
        rule.chapter,
    )
