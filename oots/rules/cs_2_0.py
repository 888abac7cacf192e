"""What is forbidden in the directories' answers in `oots-cs:v2.0`: the rules of 1.0 as far as they still hold.

No rule files of 2.0 are at hand. The host and the family of data models are the newest ones; answers name their version
in a slot (`OOTSDK-CS-001`); a Data Service Directory answers with several services, and data models are optional;
evidence types stand without reference framework, their jurisdiction is that of their list, and a list without any says
why; `EB:ERR:0004`, jurisdictions to determine and transformations are gone (TDD 3.1, 3.2; change log of 2.0).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

from oots.rules.checks.children import child_like, counts, has_one_of
from oots.rules.checks.slots import named_in, one_slot, some_slot, typed, value_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import EB_ERROR_CODES, MEDIA_TYPES, OOTS_COUNTRIES, PROCEDURES, CodeList
from oots.rules.edm_1_0.dsd_error import dsd_error_rules
from oots.rules.edm_1_0.dsd_services import dsd_services_rules
from oots.rules.edm_1_0.eb_error import eb_error_rules
from oots.rules.edm_1_0.eb_evidence_types import EVIDENCE_TYPE, REQUIREMENT, eb_evidence_types_rules
from oots.rules.edm_1_0.eb_requirements import eb_requirements_rules
from oots.rules.exact import data_model_url, evidence_type_url, requirement_url
from oots.rules.kind import Kind
from oots.rules.rule import Check, Rule, at, fatal
from oots.wire.profile import NEWEST_REPOSITORY

Tables = Callable[[str], tuple[Rule, ...]]


NAMED: Final = (
    *at("3.6", "/QueryResponse", fatal("OOTSDK-CS-001", one_slot("SpecificationIdentifier"))),
    *at(
        "3.6",
        "/QueryResponse/{SpecificationIdentifier}",
        fatal("OOTSDK-CS-001", typed("StringValueType")),
        fatal("OOTSDK-CS-001", value_is("oots-cs:v2.0")),
    ),
)
"""Every answer names its version; no published number is known to us."""


def _later(
    tables: Tables, gone: Collection[str] = (), changed: Mapping[str, Check] | None = None
) -> Callable[[str], tuple[Rule, ...]]:
    """The rules of 1.0 with the newest host, without those that are gone, and with other checks for some."""
    checks = changed or {}

    def rules(_version: str) -> tuple[Rule, ...]:
        later = (
            replace(rule, at=_moved(rule.at), check=checks.get(rule.id, rule.check))
            for rule in tables(NEWEST_REPOSITORY)
            if rule.id not in gone
        )
        return (*NAMED, *later)

    return rules


def _moved(place: str) -> str:
    for before, after in _MOVED:
        place = place.replace(before, after)
    return place


_LATER_EB_CODES = CodeList(
    EB_ERROR_CODES.name, {code: name for code, name in EB_ERROR_CODES.codes.items() if code != "EB:ERR:0004"}
)
_JURISDICTION_OF_ERRORS = (
    "R-DSD-RESP-S011",
    "R-EDM-REQ-S014",
    "R-EDM-REQ-S020",
    *(f"R-DSD-ERR-C00{n}" for n in range(1, 5)),
)
"""What was demanded of the slot JurisdictionDetermination, which 2.0 does not have."""
_JURISDICTION_OF_SERVICES = tuple(f"R-DSD-RESP-C0{n}" for n in (34, 35, 36, 37, 38, 40))
"""What was demanded of jurisdictions to determine and of transformations, which 2.0 does not have."""

_OPTIONAL_DATA_MODELS = ("R-DSD-RESP-C039a", "R-DSD-RESP-C039b")
"""That structured evidence always follows a data model; this was relaxed already in 1.0.6."""
_MOVED: Final = (
    (f"{EVIDENCE_TYPE}/Jurisdiction", f"{REQUIREMENT}/EvidenceTypeList/Jurisdiction"),
    (
        "{UserRequestedClassificationConcepts}/EvidenceProviderClassification",
        "{UserRequestedClassificationConcepts}/Element/EvidenceProviderClassification",
    ),
)
"""Where rules of 1.0 look, and where 2.0 has it; the questions are in a collection, past which 1.0 looks."""

RULES: Mapping[Kind, Callable[[str], tuple[Rule, ...]]] = {
    Kind.EB_REQUIREMENTS: _later(
        eb_requirements_rules,
        changed={
            "R-EB-REQ-C001": requirement_url(),
            "R-EB-REQ-C009": code_of(OOTS_COUNTRIES),
            "R-EB-REQ-C012": code_of(PROCEDURES),
        },
    ),
    Kind.EB_EVIDENCE_TYPES: _later(
        eb_evidence_types_rules,
        gone=("R-EB-EVI-S017", "R-EB-EVI-C021"),
        changed={
            "R-EB-EVI-S015": has_one_of("EvidenceType", "MatchType"),
            "R-EB-EVI-C001": requirement_url(),
            "R-EB-EVI-C009": code_of(OOTS_COUNTRIES),
            "R-EB-EVI-C012": code_of(PROCEDURES),
            "R-EB-EVI-C016": evidence_type_url(),
            "R-EB-EVI-C022": code_of(OOTS_COUNTRIES),
        },
    ),
    Kind.EB_ERROR: _later(eb_error_rules, gone=("R-EB-ERR-017",), changed={"R-EB-ERR-016": code_of(_LATER_EB_CODES)}),
    Kind.DSD_SERVICES: _later(
        dsd_services_rules,
        gone=("R-DSD-RESP-S0015", *_JURISDICTION_OF_SERVICES, *_OPTIONAL_DATA_MODELS),
        changed={
            "R-DSD-RESP-C003": evidence_type_url(),
            "R-DSD-RESP-C009": code_of(MEDIA_TYPES),
            "R-DSD-RESP-C010": data_model_url(),
            "R-DSD-RESP-C015": child_like("ConformsTo", r"oots-edm:v\d+\.\d+", "a version of the exchange data model"),
            "R-DSD-RESP-C020": code_of(OOTS_COUNTRIES),
        },
    ),
    Kind.DSD_ERROR: _later(
        dsd_error_rules,
        gone=_JURISDICTION_OF_ERRORS,
        changed={
            "R-DSD-RESP-S010": named_in("DataServiceEvidenceType", "UserRequestedClassificationConcepts"),
            "R-DSD-RESP-S022": some_slot("UserRequestedClassificationConcepts"),
            "R-DSD-ERR-C007": counts("Description", 1),
            "R-DSD-ERR-C011": evidence_type_url(),
        },
    ),
}
