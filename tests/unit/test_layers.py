"""The floors of the house, and the two things that only its clock may do."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCK = ROOT / "oots" / "model" / "clock.py"
ELSEWHERE = sorted(path for path in (ROOT / "oots").rglob("*.py") if path != CLOCK)
PRESENT = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns"}}
NEW_IDS = {"uuid1", "uuid4"}


def uses_of_time_and_chance(source: str) -> Iterator[str]:
    """Where `source` asks the machine for the present moment or for a new UUID."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            of = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in PRESENT.get(of, set()) or node.attr in NEW_IDS:
                yield f"line {node.lineno}: {of}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"line {node.lineno}: import {name.name}" for name in node.names if name.name in NEW_IDS)


def test_the_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    verdict = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: str(path.relative_to(ROOT)))
def test_time_and_new_ids_are_arguments(path: Path) -> None:
    assert list(uses_of_time_and_chance(path.read_text(encoding="utf-8"))) == []


def test_the_clock_itself_is_seen_asking_the_machine() -> None:
    seen = [use.split(": ")[1] for use in uses_of_time_and_chance(CLOCK.read_text(encoding="utf-8"))]
    assert sorted(seen) == ["datetime.now", "import uuid4"]


@pytest.mark.parametrize(
    "line", ["datetime.datetime.now(tz)", "datetime.utcnow()", "date.today()", "time.time()", "uuid.uuid4()"]
)
def test_other_spellings_are_seen_too(line: str) -> None:
    assert len(list(uses_of_time_and_chance(line))) == 1
    assert list(uses_of_time_and_chance("clock.now(); ids.uuid(); timer.time()")) == []
