"""The messages of a dossier held against schemas, rules and each other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from oots.dossier.messages import Kept
from oots.model.errors import MessageError
from oots.rules.kind import Kind
from oots.rules.rule import Finding
from oots.validation.documents import examine
from oots.validation.folder import Listed, Opened, run_findings
from oots.validation.message import judge_message, take_apart
from oots.validation.recognition import Asked
from oots.validation.report import FileReport, message, unreadable
from oots.wire.xml import parse


def rule_results(
    messages: Sequence[Kept], present: Mapping[str, bytes], *, findings_quoted: bool
) -> list[dict[str, object]]:
    """For every file that rules are about: kind, version, verdict and findings. Without `findings_quoted` nothing is
    repeated of what was found, which may be personal. `present` are the octets by path."""
    reports = [report for kept in messages for report in _reports(kept)]
    between: dict[str, list[Finding]] = {}
    listed = tuple(_listed(kept) for kept in messages)
    for name, finding in run_findings(listed, dict(_opened(messages, present))):
        between.setdefault(name, []).append(finding)
    return [_told(report, between.pop(report.path, []), quoted=findings_quoted) for report in reports]


def unlike(stated: bytes | None, messages: Sequence[Kept], present: Mapping[str, bytes]) -> Iterator[str]:
    """How what an exporter says of schemas and rules (rules.json) differs from what the files that are there come to,
    in a sentence each without a full stop."""
    try:
        by_file = {told["file"]: told for told in json.loads(stated or b"[]")}
    except (ValueError, TypeError, KeyError, RecursionError):
        yield "no list of rule results"
        return
    judged = [kept for kept in messages if (kept.message or kept.document).octets is not None]
    for found in rule_results(judged, present, findings_quoted=False):
        file = str(found["file"])
        if file not in by_file:
            yield f"says nothing of {file}"
        elif (says := _result(by_file[file])) != (comes_to := _result(found)):
            yield f"says of {file}: {says}; it comes to: {comes_to}"


def _result(told: Mapping[str, object]) -> str:
    findings = told.get("findings")
    broken = (
        [str(each.get("rule")) for each in findings if isinstance(each, dict)] if isinstance(findings, list) else []
    )
    return f"{told.get('verdict')}{' (' + ', '.join(sorted(broken)) + ')' if broken else ''}"


def _reports(kept: Kept) -> Iterator[FileReport]:
    """Of the whole message where it is there, else of its document and of its header, one by one."""
    if kept.message is not None and kept.message.octets is not None:
        try:
            yield judge_message(take_apart(kept.message.octets), kept.message.path, Asked())
        except MessageError as fault:
            yield unreadable(kept.message.path, fault.why)
        return
    report = examine(kept.document.octets or b"", kept.document.path)
    yield report
    known = report.version if report.schema_valid is not None else None
    version = None if known is None else known.rpartition(":")[2]
    yield examine(kept.envelope.octets or b"", kept.envelope.path, Asked(kind=Kind.EBMS_HEADER, version=version))


def _listed(kept: Kept) -> Listed:
    if kept.message is not None:
        return Listed(None, kept.message.path, kept.receipt.path if kept.receipt else None)
    return Listed(kept.document.path, None, None)


def _opened(messages: Sequence[Kept], present: Mapping[str, bytes]) -> Iterator[tuple[str, Opened]]:
    for kept in messages:
        try:
            if kept.message is not None and kept.message.path in present:
                carried = take_apart(present[kept.message.path])
                yield kept.message.path, Opened(carried.document, carried.envelope)
            elif kept.document.path in present:
                yield kept.document.path, Opened(parse(present[kept.document.path]), None)
            if kept.receipt is not None and kept.receipt.path in present:
                yield kept.receipt.path, Opened(None, parse(present[kept.receipt.path]))
        except MessageError:
            continue


def _told(report: FileReport, between: Sequence[Finding], *, quoted: bool) -> dict[str, object]:
    return {
        "file": report.path,
        "kind": report.kind,
        "version": report.version,
        "schema_valid": report.schema_valid,
        "verdict": report.verdict.value,
        "notes": list(report.notes),
        "findings": [_finding(found, quoted=quoted) for found in (*report.findings, *between)],
    }


def _finding(found: Finding, *, quoted: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "rule": found.rule,
        "severity": found.severity.value,
        "xpath": found.xpath,
        "line": found.line,
        "expected": found.expected,
        "chapter": found.chapter,
    }
    return told | ({"found": found.found, "message": message(found)} if quoted else {})
