"""What TDD 1.0.0 forbids in the Evidence Broker's answer about evidence types."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import attribute_filled, attribute_in, has_attribute
from oots.rules.checks.children import counts, has, not_empty
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import has_slot, typed
from oots.rules.checks.values import code_of
from oots.rules.codelists import COUNTRIES, LANGUAGES, PROCEDURES_1_0
from oots.rules.forms import a_urn_uuid, a_uuid, evidence_type_url, requirement_url
from oots.rules.rule import Rule, at, fatal, info
from oots.wire.status import SUCCESS

REQUIREMENT: Final = "QueryResponse/RegistryObjectList/RegistryObject/{Requirement}/Requirement"
FRAMEWORK: Final = "QueryResponse/RegistryObjectList/RegistryObject/{Requirement}/Requirement/ReferenceFramework"
EVIDENCE_TYPE: Final = (
    "QueryResponse/RegistryObjectList/RegistryObject/{Requirement}/Requirement/EvidenceTypeList/EvidenceType"
)
_at = partial(at, "3.2")


def eb_evidence_types_rules(repository: str) -> tuple[Rule, ...]:
    """The official files EB-EVI-S and EB-EVI-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-EB-EVI-S001", root_is("QueryResponse")),
            fatal("R-EB-EVI-S002", root_in("query")),
        ),
        *_at(
            "QueryResponse",
            fatal("R-EB-EVI-S005", has_attribute("status")),
            fatal("R-EB-EVI-S006", attribute_in("status", SUCCESS)),
        ),
        *_at(
            f"QueryResponse[@status={SUCCESS}]",
            fatal("R-EB-EVI-S007", counts("RegistryObjectList", 1, 1)),
            fatal("R-EB-EVI-S008", counts("Exception", 0, 0)),
        ),
        *_at(
            "RegistryObject",
            fatal("R-EB-EVI-S009", has_slot("Requirement")),
            info("R-EB-EVI-S010", counts("Slot", 1, 1)),
        ),
        *_at(
            "{Requirement}",
            fatal("R-EB-EVI-S011", typed("AnyValueType")),
            fatal("R-EB-EVI-S012", counts("Requirement", 1, 1)),
        ),
        *_at(
            "{Requirement}/Requirement/ReferenceFramework/RelatedTo",
            fatal("R-EB-EVI-S013", counts("Identifier", 1, 1)),
        ),
        *_at(
            EVIDENCE_TYPE,
            fatal("R-EB-EVI-S014", counts("Distribution", 0, 0)),
            fatal("R-EB-EVI-C021", not_empty("Jurisdiction")),
        ),
        *_at(
            f"{REQUIREMENT}/EvidenceTypeList",
            fatal("R-EB-EVI-S015", has("EvidenceType")),
        ),
        *_at(
            REQUIREMENT,
            fatal("R-EB-EVI-S016", has("EvidenceTypeList")),
            fatal("R-EB-EVI-S017", has("ReferenceFramework")),
        ),
        *_at(
            "QueryResponse/RegistryObjectList",
            fatal("R-EB-EVI-S018", has("RegistryObject")),
        ),
        *_at(
            "QueryResponse/RegistryObjectList/RegistryObject/@id",
            fatal("R-EB-EVI-S019", a_urn_uuid()),
        ),
        *_at(
            FRAMEWORK,
            fatal("R-EB-EVI-S020", has("RelatedTo")),
            fatal("R-EB-EVI-S021", has("Jurisdiction")),
        ),
        *_at(
            f"{REQUIREMENT}/Identifier",
            fatal("R-EB-EVI-C001", requirement_url(repository)),
        ),
        *_at(
            f"{REQUIREMENT}/Name",
            fatal("R-EB-EVI-C003", attribute_filled("lang")),
        ),
        *_at(
            f"{FRAMEWORK}/Identifier",
            fatal("R-EB-EVI-C004", a_uuid()),
        ),
        *_at(
            f"{FRAMEWORK}/Title",
            fatal("R-EB-EVI-C006", attribute_filled("lang")),
        ),
        *_at(
            f"{FRAMEWORK}/Description",
            fatal("R-EB-EVI-C008", attribute_filled("lang")),
        ),
        *_at(
            f"{REQUIREMENT}/EvidenceTypeList/Identifier",
            fatal("R-EB-EVI-C013", a_uuid()),
        ),
        *_at(
            f"{REQUIREMENT}/EvidenceTypeList/Name",
            fatal("R-EB-EVI-C015", attribute_filled("lang")),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/EvidenceTypeClassification",
            fatal("R-EB-EVI-C016", evidence_type_url(repository)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Title",
            fatal("R-EB-EVI-C018", attribute_filled("lang")),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Description",
            fatal("R-EB-EVI-C020", attribute_filled("lang")),
        ),
        *_at(
            f"{REQUIREMENT}/Name/@lang",
            fatal("R-EB-EVI-C002", code_of(LANGUAGES)),
        ),
        *_at(
            f"{FRAMEWORK}/Title/@lang",
            fatal("R-EB-EVI-C005", code_of(LANGUAGES)),
        ),
        *_at(
            f"{FRAMEWORK}/Description/@lang",
            fatal("R-EB-EVI-C007", code_of(LANGUAGES)),
        ),
        *_at(
            f"{REQUIREMENT}/EvidenceTypeList/Name/@lang",
            fatal("R-EB-EVI-C014", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Title/@lang",
            fatal("R-EB-EVI-C017", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Description/@lang",
            fatal("R-EB-EVI-C019", code_of(LANGUAGES)),
        ),
        *_at(
            f"{FRAMEWORK}/Jurisdiction/AdminUnitLevel1",
            fatal("R-EB-EVI-C009", code_of(COUNTRIES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Jurisdiction/AdminUnitLevel1",
            fatal("R-EB-EVI-C022", code_of(COUNTRIES)),
        ),
        *_at(
            f"{FRAMEWORK}/RelatedTo/Identifier",
            fatal("R-EB-EVI-C012", code_of(PROCEDURES_1_0)),
        ),
    )
