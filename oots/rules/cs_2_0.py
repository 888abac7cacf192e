"""What is forbidden in the directories' answers in `oots-cs:v2.0`: the rules of 1.0 as far as they still hold.

No rule files of 2.0 are at hand. The host and the family of data models are the newest ones; answers name their version
in a slot; a Data Service Directory answers with several services; evidence types stand without reference framework;
`EB:ERR:0004` and jurisdictions to determine are gone (TDD 3.1, 3.2; change log of 2.0).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from oots.rules.checks import child_like, code_of, named_in, some_slot
from oots.rules.codelists import EB_ERROR_CODES, MEDIA_TYPES, PROCEDURES, CodeList
from oots.rules.edm_1_0.dsd_error import dsd_error_rules
from oots.rules.edm_1_0.dsd_services import dsd_services_rules
from oots.rules.edm_1_0.eb_error import eb_error_rules
from oots.rules.edm_1_0.eb_evidence_types import eb_evidence_types_rules
from oots.rules.edm_1_0.eb_requirements import eb_requirements_rules
from oots.rules.exact import data_model_url, evidence_type_url, requirement_url
from oots.rules.kind import Kind
from oots.rules.rule import Check, Rule
from oots.wire.profile import NEWEST_REPOSITORY

Tables = Callable[[str], tuple[Rule, ...]]


def _later(
    tables: Tables, gone: Collection[str] = (), changed: Mapping[str, Check] | None = None
) -> Callable[[str], tuple[Rule, ...]]:
    """The rules of 1.0 with the newest host, without those that are gone, and with other checks for some."""
    checks = changed or {}

    def rules(_version: str) -> tuple[Rule, ...]:
        return tuple(
            replace(rule, check=checks.get(rule.id, rule.check))
            for rule in tables(NEWEST_REPOSITORY)
            if rule.id not in gone
        )

    return rules


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

RULES: Mapping[Kind, Callable[[str], tuple[Rule, ...]]] = {
    Kind.EB_REQUIREMENTS: _later(
        eb_requirements_rules, changed={"R-EB-REQ-C001": requirement_url(), "R-EB-REQ-C012": code_of(PROCEDURES)}
    ),
    Kind.EB_EVIDENCE_TYPES: _later(
        eb_evidence_types_rules,
        gone=("R-EB-EVI-S017",),
        changed={
            "R-EB-EVI-C001": requirement_url(),
            "R-EB-EVI-C012": code_of(PROCEDURES),
            "R-EB-EVI-C016": evidence_type_url(),
        },
    ),
    Kind.EB_ERROR: _later(eb_error_rules, gone=("R-EB-ERR-017",), changed={"R-EB-ERR-016": code_of(_LATER_EB_CODES)}),
    Kind.DSD_SERVICES: _later(
        dsd_services_rules,
        gone=("R-DSD-RESP-S0015", *_JURISDICTION_OF_SERVICES),
        changed={
            "R-DSD-RESP-C003": evidence_type_url(),
            "R-DSD-RESP-C009": code_of(MEDIA_TYPES),
            "R-DSD-RESP-C010": data_model_url(),
            "R-DSD-RESP-C015": child_like("ConformsTo", r"oots-edm:v\d+\.\d+", "a version of the exchange data model"),
        },
    ),
    Kind.DSD_ERROR: _later(
        dsd_error_rules,
        gone=_JURISDICTION_OF_ERRORS,
        changed={
            "R-DSD-RESP-S010": named_in("DataServiceEvidenceType", "UserRequestedClassificationConcepts"),
            "R-DSD-RESP-S022": some_slot("UserRequestedClassificationConcepts"),
            "R-DSD-ERR-C011": evidence_type_url(),
        },
    ),
}
