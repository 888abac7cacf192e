"""The readable verdict on a document: what it is, of which version, and everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from threading import Lock
from typing import Final

from lxml import etree
from xmlschema import XMLSchema10, XMLSchemaException, XMLSchemaValidationError
from xmlschema.validators import XMLSchemaChildrenValidationError, XMLSchemaDecodeError

from oots.model.errors import ConfigurationError
from oots.wire.namespaces import EB, QUERY, RIM, RS, SDG
from oots.wire.schema import Fault, first_fault, schema_file, subject
from oots.wire.xml import parse

__all__ = ["DocumentReport", "Fault", "Kind", "RuleResult", "examine", "exit_code"]

LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:4.0"

DECLARATIONS: Final = 10_000
"""Namespace declarations allowed here, where nothing is canonicalised: a directory's answer repeats them per slot."""

FIRST_DIRECTORY_VERSION: Final = "oots-cs:v1.0"
"""What a directory speaks that names no version (TDD 3.6)."""


class Kind(StrEnum):
    """What a document is, told by its root element and content."""

    EVIDENCE_REQUEST = "evidence request"
    EVIDENCE_RESPONSE = "evidence response"
    EVIDENCE_ERROR = "evidence error response"
    EB_REQUIREMENTS = "EB requirements"
    EB_EVIDENCE_TYPES = "EB evidence types"
    DSD_ANSWER = "DSD answer"
    DIRECTORY_ANSWER = "directory answer"
    DIRECTORY_ERROR = "directory error"
    LCM_SUBMISSION = "LCM submission"
    LCM_ANSWER = "LCM answer"
    EBMS_HEADER = "ebMS header"
    BOPAELSATTEST = "bopaelsattest evidence"
    UNKNOWN = "unknown"


_ROOTS: Final = {
    f"{{{QUERY}}}QueryRequest": Kind.EVIDENCE_REQUEST,
    f"{{{LCM}}}SubmitObjectsRequest": Kind.LCM_SUBMISSION,
    f"{{{RS}}}RegistryResponse": Kind.LCM_ANSWER,
    f"{{{EB}}}Messaging": Kind.EBMS_HEADER,
}
_FROM_DIRECTORY: Final = {
    Kind.EB_REQUIREMENTS,
    Kind.EB_EVIDENCE_TYPES,
    Kind.DSD_ANSWER,
    Kind.DIRECTORY_ANSWER,
    Kind.DIRECTORY_ERROR,
    Kind.LCM_SUBMISSION,
    Kind.LCM_ANSWER,
}
_MESSAGES: Final = {Kind.EVIDENCE_REQUEST, Kind.EVIDENCE_RESPONSE, Kind.EVIDENCE_ERROR}
_PROFILES: Final = {
    "oots-edm:v1.0": "edm-v1.0",
    "oots-cs:v1.0": "edm-v1.0",
    "oots-edm:v2.0": "edm-v2.0",
    "oots-cs:v2.0": "edm-v2.0",
    None: "edm-v2.0",
}
_SLOT: Final = f"{{{RIM}}}Slot"
_SPECIFICATION: Final = f"{_SLOT}[@name='SpecificationIdentifier']/{{{RIM}}}SlotValue/{{{RIM}}}Value"
_SPECIFICATION_ID: Final = f".//{{{EB}}}MessageProperties/{{{EB}}}Property[@name='SpecificationId']"
_ENTRY_SLOT: Final = f"{{{RIM}}}RegistryObjectList/{{{RIM}}}RegistryObject/{_SLOT}"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What a business rule says of a document: `where` is a path in it, `found` what stood there."""

    rule: str
    severity: str
    passed: bool
    where: str
    found: str


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """The verdict on one file. `schema` is None when no schema fits, and then `faults` says why."""

    file: str
    kind: str
    version: str | None
    schema: bool | None
    faults: tuple[Fault, ...]
    rules: tuple[RuleResult, ...] = ()


def examine(data: bytes, name: str) -> DocumentReport:
    """Tell what the document called `name` is, and whether it is valid; raises `MessageError` if it is unreadable."""
    root = subject(parse(data, declarations=DECLARATIONS))
    kind = _kind(root)
    version = _version(root, kind)
    profile = _profile(kind, version)
    if profile is None:
        return DocumentReport(name, kind, version, None, (_misfit(root, kind, version),))
    faults = _faults(root, profile)
    return DocumentReport(name, kind, version, not faults, faults)


def exit_code(reports: Iterable[DocumentReport]) -> int:
    """0 when all are valid, 1 when one is invalid, 2 when one fits no schema; the highest counts."""
    return max(({True: 0, False: 1, None: 2}[report.schema] for report in reports), default=0)


def _kind(root: etree._Element) -> Kind:
    if root.tag == f"{{{QUERY}}}QueryResponse":
        return _kind_of_answer(root)
    if root.tag in _ROOTS:
        return _ROOTS[root.tag]
    return Kind.BOPAELSATTEST if _is_bopaelsattest(root) else Kind.UNKNOWN


def _kind_of_answer(root: etree._Element) -> Kind:
    failed = root.find(f"{{{RS}}}Exception") is not None or root.get("status", "").endswith(":Failure")
    if _speaks_as_directory(root):
        return Kind.DIRECTORY_ERROR if failed else _kind_of_entries(root)
    return Kind.EVIDENCE_ERROR if failed else Kind.EVIDENCE_RESPONSE


def _speaks_as_directory(root: etree._Element) -> bool:
    """By its version; answers of the first directory version have no slot of their own, where all others have."""
    version = root.findtext(_SPECIFICATION)
    return root.find(_SLOT) is None if version is None else version.startswith("oots-cs:")


def _kind_of_entries(root: etree._Element) -> Kind:
    names = {slot.get("name") for slot in root.findall(_ENTRY_SLOT)}
    if "DataServiceEvidenceType" in names:
        return Kind.DSD_ANSWER
    if "Requirement" not in names:
        return Kind.DIRECTORY_ANSWER
    lists = next(root.iter(f"{{{SDG}}}EvidenceTypeList"), None)
    return Kind.EB_REQUIREMENTS if lists is None else Kind.EB_EVIDENCE_TYPES


def _is_bopaelsattest(root: etree._Element) -> bool:
    try:
        return etree.QName(root).namespace == _readable("bopaelsattest").target_namespace
    except ConfigurationError:
        return False


def _version(root: etree._Element, kind: Kind) -> str | None:
    if kind is Kind.EBMS_HEADER:
        return root.findtext(_SPECIFICATION_ID)
    named = root.findtext(_SPECIFICATION)
    return FIRST_DIRECTORY_VERSION if named is None and kind in _FROM_DIRECTORY else named


def _profile(kind: Kind, version: str | None) -> str | None:
    other = {Kind.EBMS_HEADER: "ebms", Kind.BOPAELSATTEST: "bopaelsattest", Kind.UNKNOWN: None}
    if kind in other:
        return other[kind]
    return None if version is None and kind in _MESSAGES else _PROFILES.get(version)


def _misfit(root: etree._Element, kind: Kind, version: str | None) -> Fault:
    if kind is Kind.UNKNOWN:
        return Fault(None, "/", f"no schema for the root element {etree.QName(root).localname}")
    if version is None:
        return Fault(None, "/", "no slot SpecificationIdentifier says which version this is")
    return Fault(None, "/", "no schema for this version")


def _faults(root: etree._Element, profile: str) -> tuple[Fault, ...]:
    """Every fault in readable words; where the readable validator finds or can say nothing, the gate's first one."""
    try:
        readable = tuple(_readable_faults(root, profile))
    except (XMLSchemaException, RecursionError):  # an undeclared xsi:type or a very deep document ends its walk
        readable = ()
    if readable:
        return readable
    fault = first_fault(root, profile)
    return () if fault is None else (fault,)


def _readable_faults(root: etree._Element, profile: str) -> Iterator[Fault]:
    for error in _readable(profile).iter_errors(root):
        yield Fault(_line(error), error.path or "/", _reason(error))


def _line(error: XMLSchemaValidationError) -> int | None:
    child = error.invalid_child if isinstance(error, XMLSchemaChildrenValidationError) else None
    line: int | None = error.sourceline if child is None else getattr(child, "sourceline", None)
    return line


def _reason(error: XMLSchemaValidationError) -> str:
    """The validator's words without the value found, and without its own class names."""
    reason = error.reason or "invalid"
    attribute = re.match(r"attribute ([^\s=]+)=", reason)
    where = f"attribute {attribute[1]}: " if attribute else ""
    if isinstance(error, XMLSchemaDecodeError):
        return f"{where}value is not of the type {getattr(error.validator, 'prefixed_name', None) or 'declared'}"
    if isinstance(error.obj, str):
        reason = reason.rpartition(f"={error.obj!r}: ")[2].replace(repr(error.obj), "value")
    return where + re.sub(r"Xsd\w+\(name='([^']+)'[^)]*\)", r"type \1", reason)


_building: Final = Lock()


def _readable(profile: str) -> XMLSchema10:
    with _building:
        return _built(profile)


@cache
def _built(profile: str) -> XMLSchema10:
    return XMLSchema10(str(schema_file(profile)), allow="local", defuse="always")
