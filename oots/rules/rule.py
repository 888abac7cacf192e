"""A rule, how grave it is to break it, and what is found where it is broken (TDD 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

Node = etree._Element | str
"""What a rule looks at: an element, or the value of an attribute."""


class Severity(StrEnum):
    """FATAL refuses a message, a WARNING about it is noted in the journal; the others are for readers of reports.

    INFO is also what no official file can report (docs/rules.md).
    """

    FATAL = "fatal"
    WARNING = "warning"
    CAUTION = "caution"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Check:
    """What a node must be. `says` is the end of a sentence; `find` returns what stands there instead, None if all is
    well; `spoil` makes the smallest change to an element after which the check fails (at an attribute, its new value).
    """

    says: str
    find: Callable[[Node], str | None]
    spoil: Callable[[Node], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One assertion: its id, the place it looks at (`oots.rules.place`), and what must hold there.

    `chapter` is that of the TDD. `says` is a sentence of ours where the place and the check do not make a good one.
    """

    id: str
    severity: Severity
    at: str
    check: Check
    chapter: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: `expected` is its sentence, `found` what stood there instead, `line` 1-based, `xpath` from the
    root with the document's own prefixes. `found` may be personal; `expected` never is.
    """

    rule: str
    severity: Severity
    expected: str
    found: str
    xpath: str
    line: int | None
    chapter: str


Assertion = tuple[Severity, str, Check, str]
"""Severity, id, check and sentence of a rule whose place is said elsewhere."""


def fatal(rule: str, check: Check, says: str = "") -> Assertion:
    return Severity.FATAL, rule, check, says


def warning(rule: str, check: Check, says: str = "") -> Assertion:
    return Severity.WARNING, rule, check, says


def caution(rule: str, check: Check, says: str = "") -> Assertion:
    return Severity.CAUTION, rule, check, says


def info(rule: str, check: Check, says: str = "") -> Assertion:
    return Severity.INFO, rule, check, says


def at(chapter: str, place: str, *assertions: Assertion) -> tuple[Rule, ...]:
    """The rules on one place, of one chapter of the TDD."""
    return tuple(Rule(name, severity, place, check, chapter, says) for severity, name, check, says in assertions)
