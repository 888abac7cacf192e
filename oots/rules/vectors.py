"""Two documents for each rule: a lawful one that keeps it, and the same with one change, which breaks it.

The lawful documents lie in `vectors/<version>/`, named after their kind (`request-natural.xml`); `odd-*.xml` hold what
only a rule knows and no lawful document has. The change is that of the rule's own check (`Check.spoil`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

from oots.rules.books import rulebook
from oots.rules.fragment import fragments
from oots.rules.kind import Kind
from oots.rules.place import attribute
from oots.rules.rule import Rule
from oots.rules.rulebook import Rulebook, node_at, sentence
from oots.wire.xml import parse

FOLDER: Final = Path(__file__).parent / "vectors"
ODD: Final = "odd-"


@dataclass(frozen=True, slots=True)
class Vector:
    """`passing` and `failing` are whole documents; the fragments show where they differ, for people to read.

    `lawful` tells whether the passing document breaks nothing at all; else it is an odd one, which only keeps the rule.
    """

    rule: Rule
    passing: bytes
    failing: bytes
    passing_fragment: str
    failing_fragment: str
    lawful: bool


@cache
def vectors(kind: Kind, version: str) -> tuple[Vector, ...]:
    """One for every rule of the book that a document of ours can show, in the book's order."""
    book = rulebook(kind, version)
    documents = [(file, parse(file.read_bytes())) for file in documents_of(kind, version)]
    found = (_vector(rule, book, documents) for rule in book.rules)
    return tuple(vector for vector in found if vector is not None)


def documents_of(kind: Kind, version: str) -> list[Path]:
    """Our documents of that kind, the odd ones last."""
    files = (file for file in (FOLDER / version).glob("*.xml") if _kind_of(file) is kind)
    return sorted(files, key=lambda file: (file.name.startswith(ODD), file.name))


def _kind_of(file: Path) -> Kind:
    name = file.stem.removeprefix(ODD)
    return max((kind for kind in Kind if f"{name}-".startswith(f"{kind}-")), key=len)


def _vector(rule: Rule, book: Rulebook, documents: list[tuple[Path, etree._Element]]) -> Vector | None:
    for file, root in documents:
        for path, last in _kept(rule, book, root):
            spoilt = _spoilt(rule, root, path, last)
            if spoilt is not None and _breaks(rule, book, spoilt):
                return Vector(
                    rule,
                    file.read_bytes(),
                    etree.tostring(spoilt.getroottree(), encoding="UTF-8", xml_declaration=True),
                    *fragments(_at(root, path), _at(spoilt, path)),
                    lawful=not file.name.startswith(ODD),
                )
    return None


def _kept(rule: Rule, book: Rulebook, root: etree._Element) -> Iterator[tuple[str, str | None]]:
    """Where the rule looks and finds it right: the path of the element, and the attribute where it is one."""
    for element, last, looked_at in book.looked_at(root):
        if looked_at is rule and rule.check.find(node_at(element, last)) is None:
            yield element.getroottree().getelementpath(element), last


def _at(root: etree._Element, path: str) -> etree._Element:
    found = root if path == "." else root.find(path)
    if found is None:
        raise LookupError(path)
    return found


def _spoilt(rule: Rule, root: etree._Element, path: str, last: str | None) -> etree._Element | None:
    """A copy in which the element, or its attribute `last`, is spoilt; None where that cannot be."""
    changed = copy.deepcopy(root)
    element = _at(changed, path)
    value = rule.check.spoil(node_at(element, last))
    if last is not None:
        if value is None:
            return None
        element.set(attribute(last), value)
    return changed


def _breaks(rule: Rule, book: Rulebook, root: etree._Element) -> bool:
    written = parse(etree.tostring(root))
    return any(found.rule == rule.id and found.expected == sentence(rule) for found in book.findings(written))
