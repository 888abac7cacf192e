"""What a document is and of which version, told by its root element, its content, or the person who asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from oots.model.errors import MessageError
from oots.rules.books import VERSIONS
from oots.rules.kind import Kind, kind_of_answer
from oots.rules.pairs.data_models import data_model
from oots.rules.pairs.header import Header
from oots.rules.pairs.lookup import slot_text
from oots.rules.pairs.pair import ALL
from oots.rules.place import tag
from oots.wire.namespaces import RIM, RS
from oots.wire.profile import FIRST_REPOSITORY

SPECIFICATION: Final = "SpecificationIdentifier"
LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:4.0"
FIRST: Final = "v1.0"
"""What a directory speaks that names no version (TDD 3.6)."""
KNOWN_VERSIONS: Final = ALL
_LONGEST: Final = 40
"""How much of the name of an unknown version is told."""

_SLOT: Final = f"{{{RIM}}}Slot"
_ENTRY_SLOT: Final = f"{{{RIM}}}RegistryObjectList/{{{RIM}}}RegistryObject/{_SLOT}"
_ERRORS: Final = {"EDM:": Kind.ERROR, "EB:": Kind.EB_ERROR, "DSD:": Kind.DSD_ERROR}
_EXCHANGE: Final = (Kind.REQUEST, Kind.RESPONSE, Kind.ERROR, Kind.EBMS_HEADER)
_LCM: Final = re.compile("oots-(edm|cs):v2[.].*")


class Other(StrEnum):
    """What is recognised though no rules are about it."""

    LCM_SUBMISSION = "lcm-submission"
    LCM_ANSWER = "lcm-answer"
    SIGNAL = "ebms-signal"
    BOPAELSATTEST = "bopaelsattest"
    EVIDENCE = "evidence"
    MESSAGE = "as4-message"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person who asks for a verdict says of the documents: `version` as in `v1.0`, both None to recognise
    them; `repository` is the host of the Semantic Repository that messages of 1.0 must name."""

    kind: Kind | None = None
    version: str | None = None
    repository: str = FIRST_REPOSITORY


class UnknownVersionError(Exception):
    """A document of a version for which there are no rules; `named` is what it calls itself, None for nothing."""

    def __init__(self, kind: str, named: str | None, why: str) -> None:
        self.kind = kind
        self.named = named
        self.why = why
        super().__init__(why)


def kind_of(root: etree._Element) -> Kind | Other:
    """What the document is; raises MessageError for one that is none of those known here.

    Names of root elements count in any namespace, so that the rules can say which one it should be.
    """
    name = etree.QName(root)
    if root.tag == tag("eb:Messaging"):
        return Kind.EBMS_HEADER if root.find(tag("eb:UserMessage")) is not None else Other.SIGNAL
    if root.tag == f"{{{LCM}}}SubmitObjectsRequest":
        return Other.LCM_SUBMISSION
    if root.tag == f"{{{RS}}}RegistryResponse":
        return Other.LCM_ANSWER
    if (schema := evidence_schema(root)) is not None:
        return Other.BOPAELSATTEST if schema == "bopaelsattest" else Other.EVIDENCE
    if name.localname == "QueryRequest":
        return Kind.REQUEST
    if name.localname == "QueryResponse":
        return _kind_of_answer(root)
    raise MessageError(f"the root element {name.localname} belongs to no document known here")


def _kind_of_answer(root: etree._Element) -> Kind:
    """By the version that it names; else by the error codes, and answers of the first directories have no slots."""
    specification = slot_text(root, SPECIFICATION)
    failed = kind_of_answer(root)
    if specification.startswith("oots-edm:"):
        return failed
    if failed is Kind.ERROR and (by_code := _kind_of_exceptions(root)) is not None:
        return by_code
    if root.find(_SLOT) is not None and not specification.startswith("oots-cs:"):
        return failed
    if failed is Kind.ERROR:
        raise MessageError("an error without a known code, of which nobody can tell who made it: name its kind")
    return _kind_of_entries(root)


def _kind_of_exceptions(root: etree._Element) -> Kind | None:
    codes = [exception.get("code", "") for exception in root.iterchildren(tag("Exception"))]
    return next((kind for code in codes for prefix, kind in _ERRORS.items() if code.startswith(prefix)), None)


def _kind_of_entries(root: etree._Element) -> Kind:
    names = {slot.get("name") for slot in root.findall(_ENTRY_SLOT)}
    if "DataServiceEvidenceType" in names or _holds(root, "DataServiceEvidenceType"):
        return Kind.DSD_SERVICES
    if "Requirement" not in names and not _holds(root, "Requirement"):
        raise MessageError("an answer without entries, of which nobody can tell who made it: name its kind")
    return Kind.EB_EVIDENCE_TYPES if _holds(root, "EvidenceTypeList") else Kind.EB_REQUIREMENTS


def _holds(root: etree._Element, name: str) -> bool:
    return next(root.iter(tag(name)), None) is not None


def evidence_schema(root: etree._Element) -> str | None:
    """The schema of the data model whose namespace a document has, where it is evidence of a model known here."""
    known = data_model(etree.QName(root).namespace or "")
    return None if known is None else known.schema


def version_of(root: etree._Element, kind: Kind, asked: Asked) -> str:
    """The version (`v1.0`) whose rules are held against the document; raises UnknownVersionError."""
    if kind is Kind.EBMS_HEADER:
        return asked.version or Header.of(root).version
    named = slot_text(root, SPECIFICATION)[:_LONGEST] or None
    known = [specification(kind, version) for version in VERSIONS[kind]]
    if asked.version is not None:
        if asked.version not in VERSIONS[kind]:
            raise UnknownVersionError(kind, named, f"there are no rules for {kind} in {asked.version}")
        return asked.version
    if named is None and kind not in _EXCHANGE:
        return FIRST
    if named is None:
        raise UnknownVersionError(kind, None, f"the slot {SPECIFICATION} says no version: name it")
    if named not in known:
        raise UnknownVersionError(kind, named, f"a version without rules here; known are {', '.join(known)}")
    return named.rpartition(":")[2]


def specification(kind: Kind, version: str) -> str:
    """A version as messages name it (`oots-edm:v1.0`, `oots-cs:v1.0`)."""
    return f"{'oots-edm' if kind in _EXCHANGE else 'oots-cs'}:{version}"


def lcm_schema(root: etree._Element) -> str:
    """The schema for a document of the life cycle manager."""
    return "edm-v2.0" if _LCM.fullmatch(slot_text(root, SPECIFICATION)) else "edm-v1.0"
