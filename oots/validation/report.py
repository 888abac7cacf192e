"""The report on files: what each is, its verdict, and its findings, as people read them and as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Final

from oots.rules.judgement import SCHEMA
from oots.rules.rule import Finding, Severity

JSON_SCHEMA: Final = Path(__file__).parent / "report.schema.json"
"""The published schema of `as_json` (JSON Schema 2020-12)."""
UNREADABLE_FILE: Final = "UNREADABLE"
"""The id under which a report says why a file could not be judged."""


class Verdict(StrEnum):
    """INVALID: against the schema, or a fatal finding. UNREADABLE: nothing that could be judged."""

    VALID = "valid"
    INVALID = "invalid"
    UNREADABLE = "unreadable"


class Worth(IntEnum):
    """What all files together are worth, as the exit code of a command; of several the highest counts."""

    VALID = 0
    INVALID = 1
    UNREADABLE = 2
    NOTHING_CHECKED = 5


_WORTH: Final = {
    Verdict.VALID: Worth.VALID,
    Verdict.INVALID: Worth.INVALID,
    Verdict.UNREADABLE: Worth.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file. `kind` and `version` (`oots-edm:v2.0`) are None where they are unknown or do not apply, `schema_valid`
    where nothing was judged. `notes` say what was not looked at.
    """

    path: str
    kind: str | None
    version: str | None
    schema_valid: bool | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        if self.schema_valid is None:
            return Verdict.UNREADABLE
        fatal = any(found.severity is Severity.FATAL for found in self.findings)
        return Verdict.INVALID if fatal or not self.schema_valid else Verdict.VALID


@dataclass(frozen=True, slots=True)
class Report:
    """All files, and the folders in which there was nothing to check."""

    files: tuple[FileReport, ...]
    empty: tuple[str, ...] = ()

    @property
    def worth(self) -> Worth:
        nothing = [Worth.NOTHING_CHECKED] if self.empty or not self.files else []
        return max(*nothing, *(_WORTH[file.verdict] for file in self.files), Worth.VALID)


def unreadable(path: str, why: str, kind: str | None = None, version: str | None = None) -> FileReport:
    """The report on a file that cannot be judged; `why` is one sentence without a full stop."""
    finding = Finding(UNREADABLE_FILE, Severity.FATAL, "", why, "/", None, "")
    return FileReport(path, kind, version, None, (finding,))


def shown_path(path: Path) -> str:
    """A path as text that can be printed, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def message(found: Finding) -> str:
    """A finding in one sentence."""
    if found.rule == UNREADABLE_FILE:
        return f"{found.found[:1].upper()}{found.found[1:]}."
    if found.rule == SCHEMA:
        return f"The document {found.expected}: {found.found}"
    return f"{found.expected.rstrip('.')}; found {found.found}."


def as_json(report: Report) -> str:
    """The report for machines, by the schema `JSON_SCHEMA`."""
    return json.dumps({"files": [_file(file) for file in report.files]}, indent=2, ensure_ascii=False)


def _file(file: FileReport) -> dict[str, object]:
    return {
        "path": file.path,
        "kind": file.kind,
        "version": file.version,
        "schema_valid": file.schema_valid,
        "verdict": file.verdict,
        "notes": list(file.notes),
        "findings": [_finding(found) for found in by_gravity(file.findings)],
    }


def _finding(found: Finding) -> dict[str, object]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "line": found.line,
        "xpath": found.xpath,
        "message": message(found),
        "expected": found.expected,
        "found": found.found,
        "chapter": found.chapter,
    }


def by_gravity(findings: Iterable[Finding]) -> list[Finding]:
    """The fatal ones first, else as they stand in the documents."""
    order = list(Severity)
    return sorted(findings, key=lambda found: order.index(found.severity))
