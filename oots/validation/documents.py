"""The verdict on one document: schema and rules side by side, so that neither masks the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.rules.books import rulebook
from oots.rules.judgement import schema_finding
from oots.rules.kind import Kind
from oots.validation.faults import faults
from oots.validation.recognition import (
    Asked,
    Other,
    UnknownVersionError,
    evidence_schema,
    kind_of,
    lcm_schema,
    specification,
    version_of,
)
from oots.validation.report import FileReport, unreadable
from oots.wire.schema import subject
from oots.wire.xml import parse

DECLARATIONS: Final = 10_000
"""Namespace declarations allowed here, where nothing is canonicalised: a directory's answer repeats them per slot."""
SCHEMA_ONLY: Final = "judged by its schema alone: no rules are about such a document"


def examine(data: bytes, name: str, asked: Asked | None = None) -> FileReport:
    """The report on the bytes of a document called `name`; those that nobody can judge are reported as unreadable."""
    try:
        return judge(parse(data, declarations=DECLARATIONS), name, asked or Asked())
    except MessageError as fault:
        return unreadable(name, fault.why)


def judge(root: etree._Element, name: str, asked: Asked) -> FileReport:
    """The report on a parsed document, or on the ebMS header in a SOAP envelope; raises MessageError."""
    root = subject(root)
    kind = asked.kind or kind_of(root)
    if isinstance(kind, Other):
        return _by_schema(root, name, kind)
    try:
        version = version_of(root, kind, asked)
    except UnknownVersionError as unknown:
        return unreadable(name, unknown.why, unknown.kind, unknown.named)
    schema = "ebms" if kind is Kind.EBMS_HEADER else f"edm-{version}"
    report = _by_schema(root, name, kind, schema)
    findings = rulebook(kind, version, asked.repository).findings(root)
    return replace(report, version=specification(kind, version), findings=(*report.findings, *findings), notes=())


def _by_schema(root: etree._Element, name: str, kind: Kind | Other, schema: str | None = None) -> FileReport:
    schema = schema or _schema_of(root, kind)
    found = tuple(schema_finding(fault, schema) for fault in faults(root, schema))
    return FileReport(name, kind, None, not found, found, (SCHEMA_ONLY,))


def _schema_of(root: etree._Element, kind: Kind | Other) -> str:
    if kind in (Other.BOPAELSATTEST, Other.EVIDENCE):
        return evidence_schema(root) or "bopaelsattest"
    return "ebms" if kind is Other.SIGNAL else lcm_schema(root)
