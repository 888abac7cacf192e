"""The report on files and folders as one names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from oots.edelivery.limits import Limits
from oots.model.errors import MessageError
from oots.rules.rule import Finding
from oots.validation.documents import DECLARATIONS, judge
from oots.validation.folder import RUN, Listed, Opened, is_envelope, listed_in, messages_in, run_findings, runs_in
from oots.validation.message import is_message, judge_message, take_apart
from oots.validation.recognition import Asked
from oots.validation.report import FileReport, Report, shown_path, unreadable
from oots.wire.xml import parse

_START: Final = 64
"""How many bytes tell of which sort a file is."""
UNCOMPARED: Final = f"not compared with each other: no {RUN} says what belongs together"
_PDF: Final = b"%PDF-"


def examine_all(paths: Sequence[Path], asked: Asked | None = None) -> Report:
    """The report on files, and on every message in folders with the pairs between those of a run."""
    files: list[FileReport] = []
    empty: list[str] = []
    for path in paths:
        found = _folder(path, asked or Asked()) if path.is_dir() else [_file(path, asked or Asked())[0]]
        files += found
        if not found:
            empty.append(shown_path(path))
    return Report(tuple(files), tuple(empty))


def _folder(folder: Path, asked: Asked) -> list[FileReport]:
    judged = {file: _file(file, asked) for file in messages_in(folder)}
    reports = {file: report for file, (report, _) in judged.items()}
    opened = {file: found for file, (_, found) in judged.items() if found is not None}
    runs = runs_in(folder)
    for run in runs:
        reports |= _run(run, reports, opened)
    loose = [file for file in opened if file.parent not in runs]
    if len(loose) > 1:
        reports |= {file: replace(reports[file], notes=(*reports[file].notes, UNCOMPARED)) for file in loose}
    return [reports[file] for file in sorted(reports)]


def _run(run: Path, reports: dict[Path, FileReport], opened: dict[Path, Opened]) -> dict[Path, FileReport]:
    """The reports that the list of a run changes: on its files, and on the list where it is broken."""
    try:
        listed = listed_in(run)
    except MessageError as fault:
        return {run / RUN: unreadable(shown_path(run / RUN), fault.why)}
    except OSError as fault:
        return {run / RUN: unreadable(shown_path(run / RUN), _reason(fault))}
    here = {file.name: found for file, found in opened.items() if file.parent == run}
    found: dict[str, list[Finding]] = {}
    for name, finding in run_findings(listed, here):
        found.setdefault(name, []).append(finding)
    changed = {run / name: _with(reports[run / name], findings) for name, findings in found.items()}
    return changed | _missing(run, listed, reports)


def _with(report: FileReport, findings: Iterable[Finding]) -> FileReport:
    return replace(report, findings=(*report.findings, *findings))


def _missing(run: Path, listed: tuple[Listed, ...], reports: dict[Path, FileReport]) -> dict[Path, FileReport]:
    """A report on each file that the list of a run names and its folder does not hold."""
    here = {file.name for file in reports if file.parent == run}
    names = {name for each in listed for name in each.names}
    return {
        run / name: unreadable(shown_path(run / name), f"{RUN} lists it, but it is not here") for name in names - here
    }


def _file(path: Path, asked: Asked) -> tuple[FileReport, Opened | None]:
    """The report on a file, and what it holds where that could be read."""
    name = shown_path(path)
    try:
        data = _read(path)
        return _message(data, name, asked) if is_message(data[:_START]) else _document(data, name, asked)
    except MessageError as fault:
        return unreadable(name, fault.why), None
    except OSError as fault:
        return unreadable(name, _reason(fault)), None


def _message(data: bytes, name: str, asked: Asked) -> tuple[FileReport, Opened]:
    carried = take_apart(data)
    return judge_message(carried, name, asked), Opened(carried.document, carried.envelope)


def _document(data: bytes, name: str, asked: Asked) -> tuple[FileReport, Opened]:
    root = parse(data, declarations=DECLARATIONS)
    opened = Opened(None, root) if is_envelope(root) else Opened(root)
    return judge(root, name, asked), opened


def _read(path: Path) -> bytes:
    """The bytes of a file that could be a document or a message; raises MessageError for any other, or OSError."""
    if path.exists() and not path.is_file():
        raise MessageError("not a regular file")
    with path.open("rb") as file:
        start = file.read(_START)
        if not start:
            raise MessageError("the file is empty")
        if start.startswith(_PDF):
            raise MessageError("a PDF is no message; its seal is checked by oots verify")
        most = Limits().message if is_message(start) else Limits().part
        if path.stat().st_size > most:
            raise MessageError(f"larger than the {most // 1024**2} MB that it may have")
        return start + file.read(most)


def _reason(fault: OSError) -> str:
    return (fault.strerror or "cannot be read").lower()
