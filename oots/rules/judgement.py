"""The verdict on a document at run time: schema and rules together, so that neither hides the other."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from oots.model.errors import MessageError
from oots.rules.books import rulebook
from oots.rules.kind import Kind
from oots.rules.rule import Finding, Severity
from oots.wire.profile import Profile
from oots.wire.schema import Fault, first_fault

SCHEMA = "XSD"
"""The id under which findings of the schema stand."""


def judge(root: etree._Element, kind: Kind, profile: Profile) -> tuple[Finding, ...]:
    """What a document breaks as a message of that kind and version; of the schema, the first fault."""
    schema = "ebms" if kind is Kind.EBMS_HEADER else profile.schema
    fault = first_fault(root, schema)
    findings = rulebook(kind, profile.specification.rpartition(":")[2], profile.repository).findings(root)
    return findings if fault is None else (*findings, schema_finding(fault, schema))


def schema_finding(fault: Fault, schema: str) -> Finding:
    """A fault of the schema, told as a finding."""
    return Finding(
        SCHEMA, Severity.FATAL, f"must be valid against schema {schema}", fault.reason, fault.path, fault.line, "5"
    )


def lawful(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that do not refuse a message, infos aside; raises MessageError for the first that does.

    The error names the rule and what it demands, never what was found, so that it may be sent and logged.
    """
    notes = []
    for found in findings:
        if found.severity is Severity.FATAL:
            raise _refusal(found)
        if found.severity is not Severity.INFO:
            notes.append(found)
    return tuple(notes)


def _refusal(found: Finding) -> MessageError:
    if found.rule == SCHEMA:
        where = f", line {found.line}" if found.line else ""
        return MessageError(f"{found.expected}{where}: {found.found}")
    return MessageError(found.expected, rule=found.rule)
