"""The published JSON Schema: it is one, every report is valid against it, and it refuses what no report says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oots.rules.kind import Kind
from oots.rules.rule import Severity
from oots.validation.files import examine_all
from oots.validation.recognition import Other
from oots.validation.report import JSON_SCHEMA, Verdict, as_json

SCHEMA = json.loads(JSON_SCHEMA.read_text(encoding="utf-8"))


def checked(*words: str | Path) -> int:
    command = Path(sys.executable).with_name("check-jsonschema")
    return subprocess.run([command, *words], capture_output=True, check=False).returncode


@pytest.fixture
def report(run: Path) -> dict[str, Any]:
    """Valid, invalid and unreadable files."""
    shutil.copy(run / "02-error.xml", run / "04-response.xml")
    (run / "letter.xml").write_bytes(b"<letter/>")
    (run / "later.xml").write_bytes((run / "01-request.xml").read_bytes().replace(b"edm:v2.0", b"edm:v9.0"))
    told = json.loads(as_json(examine_all([run, run / "none.xml"])))
    assert {file["verdict"] for file in told["files"]} == set(Verdict)
    return dict(told)


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert checked("--check-metaschema", JSON_SCHEMA) == 0


def test_a_report_is_valid_and_a_changed_one_is_not(report: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    assert checked("--schemafile", JSON_SCHEMA, file) == 0
    report["files"][0]["verdict"] = "good"
    file.write_text(json.dumps(report), encoding="utf-8")
    assert checked("--schemafile", JSON_SCHEMA, file) == 1


def test_an_unreadable_file_is_neither_valid_nor_invalid_by_its_schema(report: dict[str, Any], tmp_path: Path) -> None:
    for told in report["files"]:
        if told["verdict"] == "unreadable":
            assert told["schema_valid"] is None
            told["schema_valid"] = True
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    assert checked("--schemafile", JSON_SCHEMA, file) == 1


def test_an_empty_report_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(as_json(examine_all([])), encoding="utf-8")
    assert checked("--schemafile", JSON_SCHEMA, file) == 0


def test_it_names_every_kind_verdict_and_severity() -> None:
    file, finding = (SCHEMA["$defs"][name]["properties"] for name in ("file", "finding"))
    assert set(file["kind"]["enum"]) == {*Kind, *Other, None}
    assert file["verdict"]["enum"] == list(Verdict)
    assert finding["severity"]["enum"] == list(Severity)
