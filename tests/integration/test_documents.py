"""The documents against what they speak of: dependencies, glossary, decisions."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
IN_CODE = re.compile(r"`(oots(?:\.\w+)+)\.(\w+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
DECISION_PARTS = ("**Context.**", "**Options.**", "**Decision.**", "**Consequence.**")


def wanted(file: str) -> list[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return sorted(line.partition("[")[0].strip() for line in lines if line.strip() and not line.startswith(("#", "-")))


@pytest.mark.parametrize(
    ("heading", "file"),
    [
        ("Run time", "requirements.in"),
        ("Development", "requirements-dev.in"),
        ("Benchmark", "requirements-bench.in"),
        ("Peer", "requirements-as4.in"),
        ("Fuzzing", "requirements-fuzz.in"),
    ],
)
def test_every_direct_dependency_has_its_line_of_reason_and_no_other(heading: str, file: str) -> None:
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")
    (section,) = [part for part in text.split("\n## ") if part.startswith(heading)]
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", section, flags=re.MULTILINE)
    assert sorted(name for name, _ in rows) == wanted(file)


@pytest.mark.parametrize(
    "file",
    [
        "requirements.in",
        "requirements-dev.in",
        "requirements-bench.in",
        "requirements-as4.in",
        "requirements-fuzz.in",
    ],
)
def test_every_direct_dependency_is_locked(file: str) -> None:
    lock = (ROOT / file.replace(".in", ".txt")).read_text(encoding="utf-8")
    locked = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", lock, flags=re.MULTILINE)}
    assert [name for name in wanted(file) if name not in locked] == []


@pytest.mark.parametrize(("module", "name"), IN_CODE.findall((DOCS / "glossary.md").read_text(encoding="utf-8")))
def test_a_term_of_the_glossary_stands_in_the_code(module: str, name: str) -> None:
    assert isinstance(getattr(importlib.import_module(module), name), type)


@pytest.mark.parametrize("path", sorted((DOCS / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_says_context_options_decision_and_consequence(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert [part for part in DECISION_PARTS if part not in text] == []


@pytest.mark.parametrize("path", sorted({*ROOT.glob("*.md"), *DOCS.rglob("*.md")}), ids=lambda path: path.name)
def test_a_link_inside_the_project_leads_somewhere(path: Path) -> None:
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
