"""Runs and other folders: every message in them, and what each breaks of the one before it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from oots.rules.kind import Kind
from oots.rules.rule import Severity
from oots.validation.files import UNCOMPARED, examine_all
from oots.validation.folder import OTHER_DOCUMENT
from oots.validation.recognition import Asked, Other
from oots.validation.report import FileReport, Report, Verdict, Worth, as_json

OTHER_UUID = b"11111111-2222-4333-8444-555555555555"
ANSWERED = re.compile(rb'requestId="urn:uuid:[0-9a-f-]{36}"')
ANOTHER = b'requestId="urn:uuid:' + OTHER_UUID + b'"'


def by_name(report: Report) -> dict[str, FileReport]:
    return {Path(file.path).name: file for file in report.files}


def fatal(file: FileReport) -> set[str]:
    return {found.rule for found in file.findings if found.severity is Severity.FATAL}


def change(file: Path, old: bytes | re.Pattern[bytes], new: bytes) -> None:
    """Puts new in the place of what old finds first; the run's ids are made as it goes, so patterns find them."""
    pattern = old if isinstance(old, re.Pattern) else re.compile(re.escape(old))
    changed, times = pattern.subn(lambda _: new, file.read_bytes(), count=1)
    assert times == 1
    file.write_bytes(changed)


def test_everything_in_a_run_is_valid(run: Path) -> None:
    report = examine_all([run])
    assert [file.path for file in report.files if file.verdict is not Verdict.VALID] == []
    assert report.worth is Worth.VALID
    kinds = {name: file.kind for name, file in by_name(report).items()}
    assert kinds == {
        "01-request.xml": Kind.REQUEST,
        "01-request.mime": Other.MESSAGE,
        "01-receipt.xml": Other.SIGNAL,
        "02-error.xml": Kind.ERROR,
        "02-error.mime": Other.MESSAGE,
        "02-receipt.xml": Other.SIGNAL,
        "03-request.xml": Kind.REQUEST,
        "03-request.mime": Other.MESSAGE,
        "03-receipt.xml": Other.SIGNAL,
        "04-response.xml": Kind.RESPONSE,
        "04-response.mime": Other.MESSAGE,
        "04-receipt.xml": Other.SIGNAL,
        "01.xml": Other.BOPAELSATTEST,
    }


def test_an_answer_to_another_request_is_named_by_its_pair_rule(run: Path) -> None:
    change(run / "04-response.xml", ANSWERED, ANOTHER)
    report = examine_all([run])
    assert report.worth is Worth.INVALID
    broken = {name: fatal(file) for name, file in by_name(report).items() if fatal(file)}
    assert broken == {"04-response.xml": {"OOTSDK-PAIR-ANS-001", OTHER_DOCUMENT}}
    (found,) = (each for each in by_name(report)["04-response.xml"].findings if each.rule == "OOTSDK-PAIR-ANS-001")
    assert (found.xpath, found.line) == ("/query:QueryResponse/@requestId", 1)
    assert OTHER_UUID.decode() in found.found


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("04-response.mime", ANSWERED, ANOTHER, "OOTSDK-PAIR-ANS-001"),
        ("03-request.xml", b"https://preview.aarhus.localhost/", b"https://preview.odense.localhost/", "PRV-003"),
        ("03-request.xml", b"High</sdg:LevelOfAssurance>", b"Low</sdg:LevelOfAssurance>", "PRV-008"),
        ("03-request.mime", b"https://preview.aarhus.localhost/", b"https://preview.odense.localhost/", "PRV-003"),
        ("04-receipt.xml", b"#messaging", b"#elsewhere", "OOTSDK-PAIR-RCP-002"),
        ("04-response.mime", b"ConversationId>00000001", b"ConversationId>99999999", "OOTSDK-PAIR-CNV-001"),
        ("03-request.mime", b"ConversationId>00000001", b"ConversationId>99999999", "OOTSDK-PAIR-CNV-001"),
        ("04-response.mime", b">ExecuteQueryResponse<", b">ExceptionResponse<", "OOTSDK-PAIR-HDR-001"),
        ("04-response.mime", b"cid:", b"cid:x", "OOTSDK-PAIR-HDR-010"),
        ("04-response.mime", b"%PDF-", b"%PUF-", "OOTSDK-PAIR-EVI-002"),
    ],
)
def test_one_change_in_a_run_is_named_by_its_rule(
    run: Path, file: str, old: bytes | re.Pattern[bytes], new: bytes, rule: str
) -> None:
    assert fatal(by_name(examine_all([run]))[file]) == set()
    change(run / file, old, new)
    assert any(found.endswith(rule) for found in fatal(by_name(examine_all([run]))[file]))


def test_messages_that_no_run_lists_are_judged_each_for_itself(run: Path) -> None:
    change(run / "04-response.xml", ANSWERED, ANOTHER)
    assert examine_all([run]).worth is Worth.INVALID
    (run / "exchange.json").unlink()
    report = examine_all([run])
    assert (len(report.files), report.worth) == (13, Worth.VALID)
    assert all(UNCOMPARED in file.notes for file in report.files)


def test_a_document_that_its_message_did_not_carry_is_named(run: Path) -> None:
    assert not any(UNCOMPARED in file.notes for file in examine_all([run]).files)
    change(run / "01-request.xml", b'<sdg:Name lang="DA">', b'<sdg:Name lang="NO">')
    report = examine_all([run])
    assert OTHER_DOCUMENT in fatal(by_name(report)["01-request.xml"])
    assert not fatal(by_name(report)["01-request.mime"])


def test_every_run_below_a_folder_is_seen_as_one(run: Path) -> None:
    shutil.copytree(run, run.parent / "other")
    change(run.parent / "other" / "04-response.xml", ANSWERED, ANOTHER)
    report = examine_all([run.parent])
    assert len(report.files) == 26
    assert [Path(file.path).parent.name for file in report.files if fatal(file)] == ["other"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"messages": 1}', '{"messages": [1]}', "[" * 100_000, "\0"])
def test_a_run_with_a_broken_list_says_so_and_its_messages_are_judged(run: Path, text: str) -> None:
    assert "exchange.json" not in by_name(examine_all([run]))
    (run / "exchange.json").write_text(text)
    report = examine_all([run])
    assert report.worth is Worth.UNREADABLE
    assert by_name(report)["exchange.json"].verdict is Verdict.UNREADABLE
    assert [file.verdict for file in report.files].count(Verdict.VALID) == 13


@pytest.mark.parametrize(("name", "of_a_list"), [("lost.xml", True), ("\ud800.xml", False), ("a\0b.xml", False)])
def test_a_list_with_what_can_name_no_file_is_broken(run: Path, name: str, of_a_list: bool) -> None:
    listed = json.loads((run / "exchange.json").read_text(encoding="utf-8"))
    listed["messages"].append({"xml": name})
    (run / "exchange.json").write_text(json.dumps(listed), encoding="utf-8")
    report = examine_all([run])
    as_json(report).encode()
    (lost,) = (file for file in report.files if file.verdict is Verdict.UNREADABLE)
    assert Path(lost.path).name == (name if of_a_list else "exchange.json")


def _replaced_by_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _linked_to_what_never_ends(file: Path) -> None:
    file.unlink()
    file.symlink_to("/dev/zero")


@pytest.mark.parametrize("change_to", [_replaced_by_a_pipe, _linked_to_what_never_ends])
def test_a_list_that_is_no_file_is_not_read(run: Path, change_to: Callable[[Path], None]) -> None:
    assert "exchange.json" not in by_name(examine_all([run]))
    change_to(run / "exchange.json")
    report = by_name(examine_all([run]))
    assert report["exchange.json"].findings[0].found == "not a regular file"
    assert report["04-response.xml"].verdict is Verdict.VALID


def test_a_message_that_a_run_lists_and_does_not_hold_is_missed(run: Path) -> None:
    (run / "04-response.mime").unlink()
    report = by_name(examine_all([run]))
    assert report["04-response.mime"].verdict is Verdict.UNREADABLE
    assert report["04-response.xml"].verdict is Verdict.VALID


def test_a_list_leads_to_no_file_outside_its_folder(run: Path) -> None:
    shutil.move(run / "04-response.xml", run.parent / "04-response.xml")
    listed = json.loads((run / "exchange.json").read_text(encoding="utf-8"))
    listed["messages"][3]["xml"] = "../04-response.xml"
    (run / "exchange.json").write_text(json.dumps(listed), encoding="utf-8")
    report = by_name(examine_all([run]))
    assert report["04-response.xml"].verdict is Verdict.UNREADABLE
    assert "not here" in report["04-response.xml"].findings[0].found


def test_a_folder_without_messages_is_nothing_checked(run: Path) -> None:
    assert examine_all([run]).worth is Worth.VALID
    empty = run.parent / "empty"
    empty.mkdir()
    (empty / "letter.txt").write_text("hello")
    report = examine_all([run, empty])
    assert (report.worth, report.empty) == (Worth.NOTHING_CHECKED, (str(empty),))


def test_what_is_asked_holds_for_every_file_of_a_folder(run: Path) -> None:
    folder = run.parent / "two"
    folder.mkdir()
    for name in ("01-request.xml", "02-error.xml"):
        shutil.copy(run / name, folder)
    assert examine_all([folder]).worth is Worth.VALID
    report = by_name(examine_all([folder], Asked(Kind.REQUEST, "v2.0")))
    assert report["01-request.xml"].verdict is Verdict.VALID
    assert "R-EDM-REQ-S001" in fatal(report["02-error.xml"])


def test_a_message_is_judged_by_header_document_and_evidence_and_not_by_signature(run: Path) -> None:
    message = run / "04-response.mime"
    report = examine_all([message]).files[0]
    assert (report.kind, report.version, report.verdict) == (Other.MESSAGE, "oots-edm:v2.0", Verdict.VALID)
    assert any("oots verify" in note for note in report.notes)
    change(message, b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA")
    assert examine_all([message]).files[0].verdict is Verdict.VALID


def test_a_message_whose_document_breaks_a_rule_is_invalid(run: Path) -> None:
    message = run / "01-request.mime"
    change(message, b'name="IssueDateTime"', b'name="IssueDateTimeX"')
    assert "R-EDM-REQ-S006" in fatal(examine_all([message]).files[0])
