"""Every rule of every book as people look it up: what it demands, of which documents, and what it looks like broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from oots.rules.books import VERSIONS, rulebook
from oots.rules.deviations import Deviation, deviations_of
from oots.rules.kind import Kind
from oots.rules.pairs.catalogue import PAIR_RULES
from oots.rules.pairs.examples import PairExample, pair_examples
from oots.rules.pairs.pair import PairRule
from oots.rules.rule import Rule, Severity
from oots.rules.rulebook import sentence
from oots.rules.vectors import Vector, vectors

PAIR: Final = "pair"
"""The kind under which rules between messages are listed."""
FIRST: Final = "v1.0"


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule in the documents of one kind and the versions in which it says the same.

    `place` is where it looks (`oots.rules.place`); empty for a rule between messages, whose sentence says it.
    """

    id: str
    severity: Severity
    kind: str
    versions: tuple[str, ...]
    sentence: str
    place: str
    chapter: str


@dataclass(frozen=True, slots=True)
class Example:
    """Fragments of documents: one that keeps the rule, and one that breaks it."""

    passing: str
    failing: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An entry with an example, where there is one, and what the table of deviations says of it."""

    entry: Entry
    example: Example | None
    deviations: tuple[Deviation, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """The catalogue, by kind of document and in the order of the books; rules between messages are last."""
    return (*(entry for kind in Kind for entry in _of_kind(kind)), *map(_between, PAIR_RULES))


def _of_kind(kind: Kind) -> Iterable[Entry]:
    """The rules on a kind of document, alike ones of several versions together."""
    versions: dict[tuple[str, Severity, str, str, str], list[str]] = {}
    for version in VERSIONS[kind]:
        for rule in rulebook(kind, version).rules:
            known = versions.setdefault((rule.id, rule.severity, sentence(rule), _place(rule), rule.chapter), [])
            if version not in known:
                known.append(version)
    for (name, severity, says, place, chapter), found in versions.items():
        yield Entry(name, severity, kind, tuple(found), says, place, chapter)


def _place(rule: Rule) -> str:
    """Where a rule looks; that 1.0 looks for the root element anywhere makes no difference in any document."""
    return rule.at.removeprefix("/") or "/"


def _between(rule: PairRule[Any]) -> Entry:
    return Entry(rule.id, rule.severity, PAIR, rule.versions, rule.says, "", rule.chapter)


def selected(kind: str | None, version: str | None) -> tuple[Entry, ...]:
    """The entries of a kind (`pair` too) and a version; None for all."""
    return tuple(
        entry for entry in entries() if kind in (None, entry.kind) and (version is None or version in entry.versions)
    )


def named(name: str, among: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of that id, whatever the case of its letters: one id can stand in several kinds of documents."""
    return tuple(entry for entry in among if entry.id.lower() == name.lower())


def near(name: str) -> list[str]:
    """Ids that somebody could have meant."""
    known = {entry.id.lower(): entry.id for entry in entries()}
    return [known[found] for found in get_close_matches(name.lower(), known, n=3, cutoff=0.6)]


def explained(entry: Entry) -> Explanation:
    """An entry with its example; where versions share it, the newest shows it."""
    if entry.kind == PAIR:
        return Explanation(entry, _of_pair(pair_examples().get(entry.id)), ())
    kind = Kind(entry.kind)
    deviations = deviations_of(entry.id, kind) if FIRST in entry.versions else ()
    return Explanation(entry, _of_vector(_vector(entry, kind)), deviations)


def _vector(entry: Entry, kind: Kind) -> Vector | None:
    found = (vector for version in reversed(entry.versions) for vector in vectors(kind, version))
    return next((vector for vector in found if _is_of(vector.rule, entry)), None)


def _is_of(rule: Rule, entry: Entry) -> bool:
    return (rule.id, _place(rule), sentence(rule)) == (entry.id, entry.place, entry.sentence)


def _of_vector(vector: Vector | None) -> Example | None:
    return None if vector is None else Example(vector.passing_fragment, vector.failing_fragment)


def _of_pair(example: PairExample | None) -> Example | None:
    if example is None:
        return None
    return Example(*(_titled(example.names, documents) for documents in (example.keeps, example.breaks)))


def _titled(names: Iterable[str], documents: Iterable[str]) -> str:
    """The documents of a pair, each below what it is."""
    return "\n".join(f"{name}:\n{document}" for name, document in zip(names, documents, strict=False))
