"""`oots validate` as people read it, and what it refuses to be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from oots.cli.commands import app
from oots.cli.validate import MOST_SHOWN
from oots.model.errors import ConfigurationError
from oots.validation.report import JSON_SCHEMA, Worth
from tests.support import schema_documents as own


def validate(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["validate", *map(str, words)])


def refusal(*words: str | Path) -> str:
    """What a refused command line is told, which ends with exit 2."""
    error = validate(*words).exception
    assert isinstance(error, ConfigurationError)
    return str(error)


def test_a_valid_run_is_told_file_by_file(run: Path) -> None:
    told = validate(run)
    assert told.exit_code == Worth.VALID
    assert "13 checked: 13 valid, 0 invalid, 0 unreadable" in told.stdout
    assert "INVALID" not in told.stdout
    assert "use oots verify" in told.stdout


def test_a_finding_is_told_with_rule_place_sentence_and_chapter(run: Path) -> None:
    file = run / "01-request.xml"
    assert "R-EDM-REQ-S006" not in validate(file).stdout
    file.write_bytes(file.read_bytes().replace(b'name="IssueDateTime"', b'name="IssueDateTimeX"'))
    told = validate(file)
    assert told.exit_code == Worth.INVALID
    lines = told.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "R-EDM-REQ-S006" in line)
    assert lines[at].split() == ["fatal", "R-EDM-REQ-S006", "line", "1", "/query:QueryRequest"]
    assert lines[at + 1].strip() == (
        "QueryRequest must have the slot IssueDateTime exactly once; found 0 slots IssueDateTime. (TDD 4.5.1)"
    )
    assert "oots rules ID" in told.stdout


def test_infos_are_counted_and_told_in_json(tmp_path: Path) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(own.FORMER_REQUEST)
    findings = json.loads(validate(file, "--json").stdout)["files"][0]["findings"]
    infos = [found["rule"] for found in findings if found["severity"] == "info"]
    assert infos
    told = validate(file).stdout
    assert f"Infos, told with --json alone: {len(infos)}." in told
    assert not [rule for rule in infos if f" {rule} " in told]


def test_the_first_findings_are_told_and_the_others_counted(tmp_path: Path) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(
        own.REQUEST.replace(b"<query:ResponseOption", b"<rim:Slot name='Q'/>" * 50 + b"<query:ResponseOption")
    )
    told = validate(file).stdout
    assert told.count("(TDD ") == MOST_SHOWN
    assert " more: see --json" in told


def test_nothing_in_a_document_moves_the_cursor(tmp_path: Path) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(own.REQUEST.replace(b'name="Procedure"', "name='\u009b2J\u202e'".encode()))
    assert "\u009b" in validate(file, "--json").stdout
    told = validate(file).stdout
    assert all(letter.isprintable() or letter == "\n" for letter in told)


def test_kind_and_version_hold_a_broken_document_against_its_rules(tmp_path: Path) -> None:
    file = tmp_path / "broken.xml"
    file.write_bytes(own.REQUEST.replace(b"query:QueryRequest", b"query:Request").replace(b"oots-edm:v2.0", b"?"))
    assert validate(file).exit_code == Worth.UNREADABLE
    forced = validate(file, "--kind", "request", "--edm", "v2.0", "--json")
    assert forced.exit_code == Worth.INVALID
    (told,) = json.loads(forced.stdout)["files"]
    assert (told["kind"], told["version"]) == ("request", "oots-edm:v2.0")
    assert {"XSD", "R-EDM-REQ-S001"} <= {found["rule"] for found in told["findings"]}


def test_unknown_kinds_versions_and_hosts_are_refused_with_those_that_are_known(run: Path) -> None:
    file = run / "01-request.xml"
    assert validate(file, "--kind", "request", "--edm", "v2.0").exit_code == Worth.VALID
    assert "known are request, response, error" in refusal(file, "--kind", "letter")
    assert "known are v1.0, v1.2, v2.0" in refusal(file, "--edm", "v3.0")
    assert "not a host" in refusal(file, "--repository", "https://x")


def test_the_host_of_1_0_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(own.FORMER_REQUEST)
    assert "R-EDM-REQ-C008" in validate(file).stdout
    assert "R-EDM-REQ-C008" not in validate(file, "--repository", "sr.oots.tech.ec.europa.eu").stdout


def test_the_schema_of_the_report_is_printed_without_any_file() -> None:
    assert validate("--json-schema").stdout == JSON_SCHEMA.read_text(encoding="utf-8")
    assert validate().exit_code == Worth.UNREADABLE


def test_an_empty_folder_ends_with_5(run: Path, tmp_path: Path) -> None:
    assert validate(run).exit_code == Worth.VALID
    (tmp_path / "empty").mkdir()
    told = validate(run, tmp_path / "empty")
    assert told.exit_code == Worth.NOTHING_CHECKED
    assert "nothing to check" in told.stdout


@pytest.mark.parametrize("as_data", [(), ("--json",)])
def test_an_unreadable_file_is_one_line_among_the_others(run: Path, as_data: tuple[str, ...]) -> None:
    (run / "letter.xml").write_bytes(b"<letter/>")
    told = validate(run / "01-request.xml", run / "letter.xml", *as_data)
    assert told.exit_code == Worth.UNREADABLE
    assert sum("root element letter" in line and "found" not in line for line in told.stdout.splitlines()) == 1
    assert "Traceback" not in told.stdout
