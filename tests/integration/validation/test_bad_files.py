"""What nobody can judge: one clear reason each, beside a file that is judged."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from oots.validation.files import examine_all
from oots.validation.report import Verdict, Worth
from tests.support import schema_documents as own

MESSAGE = (Path(__file__).parents[3] / "evidence_samples" / "bopaelsattest" / "04-response.mime").read_bytes()
_MEGABYTES = 30 * 1024 * 1024

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "not of OOTS": (lambda: b"<letter/>", "root element letter belongs to no document"),
    "empty": (lambda: b"", "the file is empty"),
    "binary": (lambda: bytes(range(256)), "not well-formed XML"),
    "text": (lambda: "Kære kommune".encode(), "not well-formed XML"),
    "truncated": (lambda: own.REQUEST[: len(own.REQUEST) // 2], "not well-formed XML"),
    "in another encoding": (lambda: own.REQUEST.decode().encode("utf-16"), "not well-formed XML"),
    "with a document type": (lambda: b"<!DOCTYPE x>" + own.REQUEST, "document type declaration"),
    "with an entity": (lambda: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type declaration"),
    "of an unknown version": (lambda: own.REQUEST.replace(b"v2.0", b"v9.0"), "a version without rules here"),
    "of an endless version": (lambda: own.REQUEST.replace(b"v2.0", b"v" * 100_000), "a version without rules here"),
    "with 30 MB of text": (lambda: own.REQUEST.replace(b"Portal", b"x" * _MEGABYTES), "larger than the 25 MB"),
    "with 12 MB of text": (lambda: own.REQUEST.replace(b"Portal", b"x" * 12_000_000), "not well-formed XML"),
    "30 MB of nothing": (lambda: bytes(_MEGABYTES), "larger than the 25 MB"),
    "nested too deeply": (lambda: b"<a>" * 10_000 + b"</a>" * 10_000, "not well-formed XML"),
    "a PDF": (lambda: b"%PDF-1.7", "oots verify"),
    "a truncated message": (lambda: MESSAGE[: len(MESSAGE) // 2], "a part has no end"),
    "a message without content type": (lambda: b"MIME-Version: 1.0\r\n\r\n--x", "no Content-Type header line"),
    "a message without parts": (lambda: MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", "does not begin with"),
    "a message with a broken document": (
        lambda: MESSAGE.replace(b"</query:QueryResponse>", b"</query:QueryResponsX>"),
        "the document of the message: not well-formed XML",
    ),
    "a message without header": (lambda: MESSAGE.replace(b"eb:Messaging", b"eb:Massaging"), "has no ebMS header"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_judged_is_unreadable_for_one_reason(name: str, tmp_path: Path) -> None:
    data, reason = BAD[name]
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_bytes(own.REQUEST)
    bad.write_bytes(data())
    judged, refused = examine_all([good, bad]).files
    assert judged.verdict is Verdict.VALID
    assert refused.verdict is Verdict.UNREADABLE
    (finding,) = refused.findings
    assert reason in finding.found
    assert "\n" not in finding.found
    assert len(finding.found) < 200
    assert examine_all([good, bad]).worth is Worth.UNREADABLE


def test_a_message_may_be_larger_than_a_document(tmp_path: Path) -> None:
    file = tmp_path / "message.mime"
    file.write_bytes(MESSAGE)
    assert examine_all([file]).files[0].verdict is Verdict.VALID
    file.write_bytes(MESSAGE + bytes(_MEGABYTES))
    assert "the last boundary does not end the message" in examine_all([file]).files[0].findings[0].found


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")
    for path in (tmp_path / "pipe.xml", Path("/dev/zero"), tmp_path):
        report = examine_all([path])
        assert report.files[0].findings[0].found == "not a regular file"


def test_missing_and_locked_files_are_unreadable(tmp_path: Path) -> None:
    (tmp_path / "link.xml").symlink_to(tmp_path / "link.xml")
    for name in ("none.xml", "link.xml"):
        report = examine_all([tmp_path / name])
        assert report.worth is Worth.UNREADABLE


def test_the_name_of_a_file_may_be_any_bytes(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xe6.xml"
    Path(os.fsdecode(path)).write_bytes(b"<letter/>")
    assert Path(examine_all([tmp_path]).files[0].path).name == "�.xml"


@pytest.mark.parametrize("repeated", [b'<rim:Slot name="Q"/>', b"<rim:Slot/>"])
def test_a_document_that_is_wrong_everywhere_is_told_within_bounds(tmp_path: Path, repeated: bytes) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(own.REQUEST.replace(b"<query:ResponseOption", repeated * 20_000 + b"<query:ResponseOption"))
    report = examine_all([file]).files[0]
    assert report.verdict is Verdict.INVALID
    assert len(report.findings) < 2_000
