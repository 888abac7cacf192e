"""Every rule of every book has a document that keeps it and one that breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oots.rules.books import VERSIONS, rulebook
from oots.rules.kind import Kind
from oots.rules.rulebook import sentence
from oots.rules.vectors import ODD, documents_of, vectors
from oots.wire.schema import first_fault
from oots.wire.xml import parse

BOOKS = [(kind, version) for kind in Kind for version in VERSIONS[kind]]


def lawful_documents() -> Iterator[tuple[Kind, str, Path]]:
    for kind, version in BOOKS:
        for file in documents_of(kind, version):
            if not file.name.startswith(ODD):
                yield kind, version, file


def grave(kind: Kind, version: str, data: bytes) -> set[str]:
    findings = rulebook(kind, version).findings(parse(data))
    return {found.rule for found in findings if found.severity in ("fatal", "warning")}


@pytest.mark.parametrize(
    ("kind", "version", "file"), list(lawful_documents()), ids=lambda value: getattr(value, "stem", value)
)
def test_our_documents_are_valid_and_break_no_rule(kind: Kind, version: str, file: Path) -> None:
    schema = "ebms" if kind is Kind.EBMS_HEADER else f"edm-{version}"
    assert first_fault(parse(file.read_bytes()), schema) is None
    assert grave(kind, version, file.read_bytes()) == set()


@pytest.mark.parametrize(("kind", "version"), BOOKS)
def test_every_rule_has_a_vector(kind: Kind, version: str) -> None:
    shown = [vector.rule for vector in vectors(kind, version)]
    assert [f"{rule.id} at {rule.at}" for rule in rulebook(kind, version).rules if rule not in shown] == []


@pytest.mark.parametrize(("kind", "version"), BOOKS)
def test_the_passing_document_keeps_the_rule_and_the_failing_one_breaks_it(kind: Kind, version: str) -> None:
    book = rulebook(kind, version)
    for vector in vectors(kind, version):
        demand = (vector.rule.id, sentence(vector.rule))
        assert demand not in [(found.rule, found.expected) for found in book.findings(parse(vector.passing))]
        assert demand in [(found.rule, found.expected) for found in book.findings(parse(vector.failing))]
        assert vector.passing_fragment != vector.failing_fragment
