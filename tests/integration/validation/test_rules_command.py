"""`oots rules`: the catalogue, and every rule in it explained."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from typer.testing import CliRunner

from oots.cli.commands import app
from oots.model.errors import ConfigurationError
from oots.rules.books import VERSIONS, rulebook
from oots.rules.pairs.catalogue import PAIR_RULES
from oots.validation.catalogue import PAIR, entries, explained, selected


def rules(*words: str) -> Result:
    return CliRunner().invoke(app, ["rules", *words])


def refusal(*words: str) -> str:
    error = rules(*words).exception
    assert isinstance(error, ConfigurationError)
    return str(error)


def test_every_rule_of_every_book_is_listed() -> None:
    listed = {(entry.kind, version, entry.id) for entry in entries() for version in entry.versions}
    books = {
        (kind, version, rule.id)
        for kind, versions in VERSIONS.items()
        for version in versions
        for rule in rulebook(kind, version).rules
    }
    between = {(PAIR, version, rule.id) for rule in PAIR_RULES for version in rule.versions}
    assert listed == books | between


def test_the_list_has_a_line_for_each_entry() -> None:
    lines = rules().stdout.splitlines()
    assert len(lines) == len(entries())
    assert lines[0].split()[:4] == ["R-EDM-REQ-S001", "fatal", "v1.0,v1.2,v2.0", "request"]


def test_the_list_can_be_narrowed() -> None:
    told = json.loads(rules("--kind", "dsd-error", "--edm", "v2.0", "--json").stdout)["rules"]
    assert len(told) == len(selected("dsd-error", "v2.0")) < len(entries())
    assert {rule["kind"] for rule in told} == {"dsd-error"}
    assert all("v2.0" in rule["versions"] for rule in told)


@pytest.mark.parametrize("kind", sorted({entry.kind for entry in entries()}))
def test_every_rule_is_shown_kept_and_broken(kind: str) -> None:
    explanations = [explained(entry) for entry in selected(kind, None)]
    assert [each.entry.id for each in explanations if each.example is None] == []
    assert [
        each.entry.id for each in explanations if each.example and each.example.passing == each.example.failing
    ] == []


def test_a_rule_is_explained_by_its_wording_place_chapter_and_both_fragments() -> None:
    told = rules("r-edm-req-s005", "--edm", "v1.0").stdout
    assert told.startswith(
        "R-EDM-REQ-S005  fatal\n  QueryRequest must have the slot SpecificationIdentifier exactly once."
    )
    assert "TDD 4.5.1" in told
    assert "looks at QueryRequest" in told
    kept, broken = told.partition("  kept:")[2].split("  broken:")
    assert 'name="SpecificationIdentifier"' in kept
    assert 'name="SpecificationIdentifier"' not in broken


def test_an_id_that_stands_in_several_files_is_explained_for_each() -> None:
    told = json.loads(rules("R-EDM-REQ-S014", "--edm", "v1.0", "--json").stdout)["rules"]
    assert [rule["kind"] for rule in told] == ["request", "dsd-error"]
    assert all(rule["passing"] and rule["failing"] for rule in told)


def test_a_deviation_from_the_official_file_is_told_where_there_is_one() -> None:
    assert "RespositoryItemRef" in rules("R-EDM-RESP-S034", "--edm", "v1.0").stdout
    assert "official file" not in rules("R-EDM-RESP-S036").stdout


def test_a_rule_between_messages_is_explained_by_both_documents() -> None:
    told = rules("OOTSDK-PAIR-ANS-001").stdout
    assert told.count("request:") == 2
    assert told.count("answer:") == 2


def test_an_unknown_id_is_refused_with_those_that_are_near() -> None:
    assert rules("R-EDM-REQ-S005").exit_code == 0
    assert "R-EDM-REQ-S005" in refusal("R-EDM-REQ-S0055")
    assert "oots rules lists" in refusal("bopælsattest")
    assert "is a rule on ebms-header" in refusal("R-EDM-ebMS-017", "--kind", "request")


def test_what_stands_for_no_rule_is_told_apart() -> None:
    assert "what the XML schema finds" in refusal("XSD")


def test_unknown_kinds_and_versions_are_refused_with_those_that_are_known() -> None:
    assert rules("--kind", "pair", "--edm", "v1.0").exit_code == 0
    assert "known are request, response" in refusal("--kind", "letter")
    assert "known are v1.0, v1.2, v2.0" in refusal("--edm", "2.0")
