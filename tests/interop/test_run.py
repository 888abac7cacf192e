"""What `make interop` says where there is nothing to exchange messages with, and how it writes its table."""

from __future__ import annotations

from pathlib import Path

import pytest

from oots.cli import Exit
from tests.interop import peer, run
from tests.interop.cases import CASES, Case


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "interoperability.md"
    page.write_text(f"before\n{run._BEGIN}\nold\n{run._END}\nafter\n")
    monkeypatch.setattr(run, "DOCUMENT", page)
    return page


def test_without_maven_nothing_is_checked_and_it_says_so(
    tmp_path: Path, document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.main() is Exit.NOTHING_CHECKED
    assert "mvn and javac and java cannot be found" in capsys.readouterr().err
    assert "old" in document.read_text()


def test_a_registry_that_does_not_answer_is_an_unreachable_peer(
    tmp_path: Path, document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("javac", "java"):
        _command(tmp_path / name, "exit 1")
    _command(tmp_path / "mvn", 'echo "Could not transfer artifact"; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(peer, "_TARGET", tmp_path / "target")
    assert run.main() is Exit.UNREACHABLE
    assert "Maven cannot fetch" in capsys.readouterr().err
    assert "old" in document.read_text()


def _command(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_a_case_that_goes_wrong_stands_in_the_table_and_the_others_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(stage: object) -> str:
        raise AssertionError("it was accepted")

    monkeypatch.setattr(
        run, "CASES", (Case("one", wrong, lambda stage: "refused"), Case("two", lambda stage: "x", wrong))
    )
    rows = run.table(list(run.tried(None)))  # type: ignore[arg-type]  # these cases need no stage
    assert "| one | FAILED: AssertionError: it was accepted | refused |" in rows
    assert "| two | x | FAILED" in rows


def test_the_table_takes_the_place_of_the_old_one_and_nothing_else(document: Path) -> None:
    assert run.written(document.read_text(), "new") == f"before\n{run._BEGIN}\nnew\n{run._END}\nafter\n"


def test_the_document_has_a_row_for_each_case() -> None:
    told = [line.split(" | ")[0].removeprefix("| ") for line in run.DOCUMENT.read_text().splitlines() if " | " in line]
    assert {case.name for case in CASES} <= set(told)
