"""What a file and several files are worth, and how a finding reads."""

from __future__ import annotations

import json

import pytest

from oots.rules.rule import Finding, Severity
from oots.validation.report import FileReport, Report, Verdict, Worth, as_json, message, unreadable


def finding(severity: Severity = Severity.FATAL, rule: str = "R-1") -> Finding:
    return Finding(rule, severity, "It must be so.", "'other'", "/a/b", 3, "4.5.1")


def file(schema_valid: bool | None, *findings: Finding) -> FileReport:
    return FileReport("f.xml", "request", "oots-edm:v2.0", schema_valid, findings)


@pytest.mark.parametrize("severity", [Severity.INFO, Severity.CAUTION, Severity.WARNING])
def test_only_a_fatal_finding_makes_a_file_invalid(severity: Severity) -> None:
    assert file(True, finding(severity)).verdict is Verdict.VALID
    assert file(True, finding(severity), finding(Severity.FATAL)).verdict is Verdict.INVALID


def test_a_file_against_its_schema_is_invalid_whatever_the_rules_say() -> None:
    assert file(True).verdict is Verdict.VALID
    assert file(False).verdict is Verdict.INVALID


def test_the_highest_worth_of_several_files_counts() -> None:
    valid, invalid, unread = file(True), file(False), unreadable("f.xml", "no XML")
    assert Report((valid,)).worth is Worth.VALID
    assert Report((valid, invalid)).worth is Worth.INVALID
    assert Report((invalid, unread, valid)).worth is Worth.UNREADABLE
    assert Report((valid, unread), ("d",)).worth is Worth.NOTHING_CHECKED
    assert Report(()).worth is Worth.NOTHING_CHECKED


def test_a_finding_is_one_sentence() -> None:
    assert message(finding()) == "It must be so; found 'other'."
    assert message(unreadable("f.xml", "no XML").findings[0]) == "No XML."


def test_the_gravest_findings_come_first_and_the_others_stay_in_order() -> None:
    given = (finding(Severity.INFO, "a"), finding(Severity.WARNING, "b"), finding(Severity.FATAL, "c"))
    given += (finding(Severity.WARNING, "d"), finding(Severity.CAUTION, "e"))
    listed = json.loads(as_json(Report((file(True, *given),))))["files"][0]["findings"]
    assert [found["rule"] for found in listed] == ["c", "b", "d", "e", "a"]


def test_the_report_for_machines_has_the_promised_names() -> None:
    (told,) = json.loads(as_json(Report((file(True, finding()),))))["files"]
    assert told == {
        "path": "f.xml",
        "kind": "request",
        "version": "oots-edm:v2.0",
        "schema_valid": True,
        "verdict": "invalid",
        "notes": [],
        "findings": [
            {
                "rule": "R-1",
                "severity": "fatal",
                "line": 3,
                "xpath": "/a/b",
                "message": "It must be so; found 'other'.",
                "expected": "It must be so.",
                "found": "'other'",
                "chapter": "4.5.1",
            }
        ],
    }
