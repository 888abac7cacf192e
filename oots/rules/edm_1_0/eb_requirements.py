"""What TDD 1.0.0 forbids in the Evidence Broker's answer about requirements."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import attribute_filled, attribute_in, has_attribute
from oots.rules.checks.children import counts, has
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import has_slot, typed
from oots.rules.checks.values import code_of
from oots.rules.codelists import COUNTRIES, LANGUAGES, PROCEDURES_1_0
from oots.rules.forms import a_urn_uuid, a_uuid, requirement_url
from oots.rules.rule import Rule, at, fatal, info
from oots.wire.status import SUCCESS

REQUIREMENT: Final = "QueryResponse/RegistryObjectList/RegistryObject/{Requirement}/Requirement"
FRAMEWORK: Final = "QueryResponse/RegistryObjectList/RegistryObject/{Requirement}/Requirement/ReferenceFramework"
_at = partial(at, "3.2")


def eb_requirements_rules(repository: str) -> tuple[Rule, ...]:
    """The official files EB-REQ-S and EB-REQ-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-EB-REQ-S001", root_is("QueryResponse")),
            fatal("R-EB-REQ-S002", root_in("query")),
        ),
        *_at(
            "QueryResponse",
            fatal("R-EB-REQ-S005", has_attribute("status")),
            fatal("R-EB-REQ-S006", attribute_in("status", SUCCESS)),
        ),
        *_at(
            f"QueryResponse[@status={SUCCESS}]",
            fatal("R-EB-REQ-S007", counts("RegistryObjectList", 1, 1)),
            fatal("R-EB-REQ-S008", counts("Exception", 0, 0)),
        ),
        *_at(
            "RegistryObject",
            fatal("R-EB-REQ-S011", has_slot("Requirement")),
            info("R-EB-REQ-S012", counts("Slot", 1, 1)),
        ),
        *_at(
            "{Requirement}",
            fatal("R-EB-REQ-S013", typed("AnyValueType")),
            fatal("R-EB-REQ-S014", counts("Requirement", 1, 1)),
        ),
        *_at(
            "{Requirement}/Requirement/ReferenceFramework/RelatedTo",
            fatal("R-EB-REQ-S015", counts("Identifier", 1, 1)),
        ),
        *_at(
            REQUIREMENT,
            fatal("R-EB-REQ-S016", counts("EvidenceTypeList", 0, 0)),
            fatal("R-EB-REQ-S017", has("ReferenceFramework")),
        ),
        *_at(
            "QueryResponse/RegistryObjectList",
            fatal("R-EB-REQ-S018", has("RegistryObject")),
        ),
        *_at(
            "QueryResponse/RegistryObjectList/RegistryObject/@id",
            fatal("R-EB-REQ-S019", a_urn_uuid()),
        ),
        *_at(
            FRAMEWORK,
            fatal("R-EB-REQ-S020", has("RelatedTo")),
            fatal("R-EB-REQ-S021", has("Jurisdiction")),
        ),
        *_at(
            f"{REQUIREMENT}/Identifier",
            fatal("R-EB-REQ-C001", requirement_url(repository)),
        ),
        *_at(
            f"{REQUIREMENT}/Name",
            fatal("R-EB-REQ-C003", attribute_filled("lang")),
        ),
        *_at(
            f"{FRAMEWORK}/Identifier",
            fatal("R-EB-REQ-C004", a_uuid()),
        ),
        *_at(
            f"{FRAMEWORK}/Title",
            fatal("R-EB-REQ-C006", attribute_filled("lang")),
        ),
        *_at(
            f"{FRAMEWORK}/Description",
            fatal("R-EB-REQ-C008", attribute_filled("lang")),
        ),
        *_at(
            f"{REQUIREMENT}/Name/@lang",
            fatal("R-EB-REQ-C002", code_of(LANGUAGES)),
        ),
        *_at(
            f"{FRAMEWORK}/Title/@lang",
            fatal("R-EB-REQ-C005", code_of(LANGUAGES)),
        ),
        *_at(
            f"{FRAMEWORK}/Description/@lang",
            fatal("R-EB-REQ-C007", code_of(LANGUAGES)),
        ),
        *_at(
            f"{FRAMEWORK}/Jurisdiction/AdminUnitLevel1",
            fatal("R-EB-REQ-C009", code_of(COUNTRIES)),
        ),
        *_at(
            f"{FRAMEWORK}/RelatedTo/Identifier",
            fatal("R-EB-REQ-C012", code_of(PROCEDURES_1_0)),
        ),
    )
