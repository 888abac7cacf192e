"""`oots validate`: what kind of document a file is, and whether our schema accepts it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oots.cli import Exit
from oots.model.errors import MessageError
from oots.wire.report import DocumentReport, examine, exit_code


def validate(
    files: Annotated[list[Path], typer.Argument(help="RegRep documents, ebMS headers or evidence, as XML.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
) -> None:
    """Say kind, version and schema verdict of each document, with line and reason for every fault.

    Example: oots validate d/*.xml
    """
    reports: list[DocumentReport] = []
    unreadable: list[tuple[Path, str]] = []
    for file in files:
        try:
            reports.append(_examined(file))
        except OSError as error:
            unreadable.append((file, error.strerror or str(error)))
        except MessageError as error:
            unreadable.append((file, str(error)))
    typer.echo(_as_json(reports, unreadable) if as_json else _as_text(reports, unreadable))
    raise typer.Exit(max(exit_code(reports) if reports else 0, Exit.UNREADABLE if unreadable else Exit.GOOD))


def _examined(file: Path) -> DocumentReport:
    data = file.read_bytes()
    if data.startswith((b"MIME-Version:", b"%PDF-")):
        raise MessageError("this carries a signature and is no XML document: use oots verify")
    return examine(data, str(file))


def _as_json(reports: list[DocumentReport], unreadable: list[tuple[Path, str]]) -> str:
    documents: list[dict[str, object]] = [asdict(report) for report in reports]
    documents += [{"file": str(file), "kind": "unreadable", "schema": None, "reason": why} for file, why in unreadable]
    return json.dumps({"documents": documents}, indent=2, ensure_ascii=False)


def _as_text(reports: list[DocumentReport], unreadable: list[tuple[Path, str]]) -> str:
    lines = []
    for report in reports:
        verdict = {True: "valid", False: "INVALID", None: "not judged"}[report.schema]
        what = f"{report.kind} {report.version}" if report.version else report.kind
        lines.append(f"{report.file}: {what}: {verdict}")
        lines += [f"  line {fault.line or '?'} {fault.path}: {fault.reason}" for fault in report.faults]
    lines += [f"{file}: unreadable: {why}" for file, why in unreadable]
    return "\n".join(lines)
