"""`oots validate`: what each file is, and everything that is wrong with it, alone and beside the others of its run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from oots.model.errors import ConfigurationError
from oots.rules.kind import Kind
from oots.rules.rule import Finding, Severity
from oots.validation.files import examine_all
from oots.validation.recognition import KNOWN_VERSIONS, Asked
from oots.validation.report import JSON_SCHEMA, FileReport, Report, Verdict, as_json, by_gravity, message
from oots.wire.profile import FIRST_REPOSITORY

MOST_SHOWN: Final = 30
"""How many findings of one file are shown to people; JSON has all of them."""
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_WORDS: Final = {Verdict.VALID: "valid", Verdict.INVALID: "INVALID", Verdict.UNREADABLE: "UNREADABLE"}


def _schema(wanted: bool) -> None:
    if wanted:
        typer.echo(JSON_SCHEMA.read_text(encoding="utf-8"), nl=False)
        raise typer.Exit


def validate(
    files: Annotated[list[Path], typer.Argument(help="Documents (XML), messages (.mime), folders of them, runs.")],
    edm: Annotated[str | None, typer.Option(help="Hold them against this version: v1.0, v1.2 or v2.0.")] = None,
    kind: Annotated[str | None, typer.Option(help="Hold them against the rules on this kind: request, …")] = None,
    repository: Annotated[
        str, typer.Option(help="The host of the Semantic Repository that messages of 1.0 must name.")
    ] = FIRST_REPOSITORY,
    as_data: Annotated[bool, typer.Option("--json", help="Print the report as JSON, infos included.")] = False,
    _: Annotated[
        bool, typer.Option("--json-schema", is_eager=True, callback=_schema, help="Print the schema of that JSON.")
    ] = False,
) -> None:
    """Hold documents and messages against schemas, published rules, and each other.

    Exit 0: all valid; 1: some invalid; 2: some unreadable; 4: a fault of ours; 5: nothing to check. The highest counts.

    Example: oots validate d
    """
    report = examine_all(files, Asked(known_kind(kind), known_version(edm), _host(repository)))
    typer.echo(as_json(report) if as_data else printable("\n".join(_lines(report))))
    raise typer.Exit(report.worth)


def known_kind(name: str | None) -> Kind | None:
    """The kind of that name; raises ConfigurationError naming those that are known."""
    if name is not None and name not in set(Kind):
        raise ConfigurationError(f"--kind {name}: known are {', '.join(Kind)}")
    return None if name is None else Kind(name)


def known_version(name: str | None) -> str | None:
    """The version of that name; raises ConfigurationError naming those that are known."""
    if name is not None and name not in KNOWN_VERSIONS:
        raise ConfigurationError(f"--edm {name}: known are {', '.join(KNOWN_VERSIONS)}")
    return name


def _host(name: str) -> str:
    if not _HOST.fullmatch(name):
        raise ConfigurationError(f"--repository {name}: not a host name")
    return name


def printable(text: str) -> str:
    """Text without anything that could move the cursor of a terminal: documents are other people's."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _lines(report: Report) -> Iterator[str]:
    width = max((len(file.path) for file in report.files), default=0)
    for file in report.files:
        yield from _file(file, width)
    yield from (f"{folder}: nothing to check: no .xml and no .mime in it" for folder in report.empty)
    yield from _sum(report)


def _file(file: FileReport, width: int) -> Iterator[str]:
    what = " ".join(filter(None, (file.kind or "unknown", file.version)))
    why = f": {message(file.findings[0])}" if file.verdict is Verdict.UNREADABLE else ""
    yield f"{file.path:<{width}}  {what:<28}  {_WORDS[file.verdict]}{why}"
    if file.verdict is not Verdict.UNREADABLE:
        yield from _findings(file.findings)


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    shown = [found for found in by_gravity(findings) if found.severity is not Severity.INFO]
    for found in shown[:MOST_SHOWN]:
        line = f"line {found.line}" if found.line else "line ?"
        yield f"    {found.severity:<8} {found.rule:<18} {line:<10} {found.xpath}"
        yield f"    {'':<8} {message(found)} (TDD {found.chapter})"
    if len(shown) > MOST_SHOWN:
        yield f"    … and {len(shown) - MOST_SHOWN} more: see --json"


def _notes(files: Iterable[FileReport]) -> Iterator[str]:
    """Each note once, with the kinds of files that it is about."""
    kinds: dict[str, dict[str, None]] = {}
    for file in files:
        for note in file.notes:
            kinds.setdefault(note, {})[file.kind or "unknown"] = None
    yield from (f"Of {', '.join(about)}: {note}." for note, about in kinds.items())


def _sum(report: Report) -> Iterator[str]:
    counted = {verdict: sum(file.verdict is verdict for file in report.files) for verdict in Verdict}
    infos = sum(found.severity is Severity.INFO for file in report.files for found in file.findings)
    yield ""
    yield f"{len(report.files)} checked: " + ", ".join(f"{number} {verdict}" for verdict, number in counted.items())
    yield from _notes(report.files)
    if infos:
        yield f"Infos, told with --json alone: {infos}."
    if any(file.verdict is Verdict.INVALID for file in report.files):
        yield "Every rule is explained by oots rules ID."
