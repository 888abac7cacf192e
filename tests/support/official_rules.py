"""The official 1.0.0 rule files, run with the published tool in a process of its own: Saxon may end its interpreter."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
OFFICIAL = SHARED / "spec" / "official" / "tdd-1.0.0"
TOOL = SHARED / "tools" / "schematron.py"

ABSENT = "" if TOOL.is_file() and OFFICIAL.is_dir() else "the official rule files are not on this machine"

FILES: Mapping[str, tuple[str, ...]] = {
    "request": ("EDM-REQ-S", "EDM-REQ-C"),
    "response": ("EDM-RESP-S", "EDM-RESP-C"),
    "error": ("EDM-ERR-S", "EDM-ERR-C"),
    "eb-requirements": ("EB-REQ-S", "EB-REQ-C"),
    "eb-evidence-types": ("EB-EVI-S", "EB-EVI-C"),
    "eb-error": ("EB-ERR",),
    "dsd-services": ("DSD-RESP-S", "DSD-RESP-C"),
    "dsd-error": ("DSD-ERR-S", "DSD-ERR-C"),
}
"""Which files judge which kind of document."""

GRAVE = {"error": "fatal", "fatal": "fatal", "warning": "warning"}
"""Roles above info; an assertion without role is an error."""

Verdict = frozenset[tuple[str | None, str]] | None
"""Ids with their severity above info (the id is None where the file gives none); None when a file tripped."""


def official_verdicts(kind: str, documents: Sequence[Path]) -> list[Verdict]:
    """What the official files say of each document of that kind."""
    ran = subprocess.run(
        [sys.executable, __file__, kind],
        input="\n".join(map(str, documents)),
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        None if found is None else frozenset((name, grave) for name, grave in found) for found in json.loads(ran.stdout)
    ]


def _judge(kind: str, documents: Sequence[str]) -> list[list[tuple[str | None, str]] | None]:
    from saxonche import PySaxonProcessor

    spec = importlib.util.spec_from_file_location("schematron", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    with PySaxonProcessor(license=False) as processor:
        files = [tool.Schematron(processor, str(OFFICIAL / "sch" / f"{name}.sch")) for name in FILES[kind]]
        return [_graver([found for file in files for found in file.findings(document)]) for document in documents]


def _graver(findings: list[dict[str, str]]) -> list[tuple[str | None, str]] | None:
    if any(found["role"] == "abort" for found in findings):
        return None
    return [(found["id"], GRAVE[found["role"]]) for found in findings if found["role"] in GRAVE]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_judge(sys.argv[1], sys.stdin.read().splitlines())))
