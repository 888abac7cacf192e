"""What TDD 1.0.0 forbids in an evidence response."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import attribute_in, attribute_like, has_attribute, scheme_in
from oots.rules.checks.children import counts, filled, has
from oots.rules.checks.evidence_types import data_model_for
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import at_most_one_slot, has_slots_or, one_slot, typed, value_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    AGENT_CLASSIFICATIONS,
    COUNTRIES,
    ELECTRONIC_ADDRESS_SCHEMES,
    LANGUAGES,
    MEDIA_TYPES_1_0,
)
from oots.rules.forms import (
    a_date,
    a_moment,
    a_urn_uuid,
    a_uuid,
    an_eidas_identifier,
    data_model_url,
    evidence_type_url,
)
from oots.rules.rule import Rule, at, fatal, info, warning
from oots.wire.status import SUCCESS, UNAVAILABLE

SPECIFICATION: Final = "oots-edm:v1.0"
REGISTRY_OBJECT: Final = "QueryResponse/RegistryObjectList/RegistryObject"
EVIDENCE: Final = "QueryResponse/RegistryObjectList/RegistryObject/{EvidenceMetadata}/Evidence"
_at = partial(at, "4.5.2")


def response_rules(repository: str) -> tuple[Rule, ...]:
    """The official files EDM-RESP-S and EDM-RESP-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-EDM-RESP-S001", root_is("QueryResponse")),
            fatal("R-EDM-RESP-S002", root_in("query")),
        ),
        *_at(
            "QueryResponse/@requestId",
            fatal("R-EDM-RESP-S004", a_urn_uuid()),
        ),
        *_at(
            "QueryResponse",
            fatal("R-EDM-RESP-S003", has_attribute("requestId")),
            fatal("R-EDM-RESP-S005", has_attribute("status")),
            fatal("R-EDM-RESP-S006", attribute_in("status", SUCCESS, UNAVAILABLE)),
            fatal("R-EDM-RESP-S008", counts("Exception", 0, 0)),
            fatal("R-EDM-RESP-S009", one_slot("SpecificationIdentifier")),
            fatal("R-EDM-RESP-S010", one_slot("EvidenceResponseIdentifier")),
            fatal("R-EDM-RESP-S011", one_slot("IssueDateTime")),
            fatal("R-EDM-RESP-S012", one_slot("EvidenceProvider")),
            fatal("R-EDM-RESP-S013", one_slot("EvidenceRequester")),
            info("R-EDM-RESP-S014", at_most_one_slot("ResponseAvailableDateTime")),
            fatal(
                "R-EDM-RESP-S016",
                has_slots_or(
                    "ResponseAvailableDateTime",
                    "SpecificationIdentifier",
                    "EvidenceResponseIdentifier",
                    "IssueDateTime",
                    "EvidenceProvider",
                    "EvidenceRequester",
                ),
            ),
        ),
        *_at(
            f"QueryResponse[@status={SUCCESS}]",
            fatal("R-EDM-RESP-S007", counts("RegistryObjectList", 1)),
        ),
        *_at(
            f"QueryResponse[@status={SUCCESS}]/RegistryObjectList/RegistryObject",
            fatal("R-EDM-RESP-S033", has("RepositoryItemRef")),
            fatal("R-EDM-RESP-S036", has_attribute("id")),
        ),
        *_at(
            f"QueryResponse[@status={SUCCESS}]/RegistryObjectList/RegistryObject/RepositoryItemRef",
            fatal("R-EDM-RESP-S034", has_attribute("xlink:href")),
            fatal("R-EDM-RESP-S035", has_attribute("xlink:title")),
        ),
        *_at(
            "QueryResponse/{SpecificationIdentifier}",
            fatal("R-EDM-RESP-S017", typed("StringValueType")),
            fatal("R-EDM-RESP-C002", value_is(SPECIFICATION)),
        ),
        *_at(
            "QueryResponse/{EvidenceResponseIdentifier}",
            fatal("R-EDM-RESP-S018", typed("StringValueType")),
        ),
        *_at(
            "QueryResponse/{IssueDateTime}",
            fatal("R-EDM-RESP-S019", typed("DateTimeValueType")),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}",
            fatal("R-EDM-RESP-S020", typed("CollectionValueType")),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}/Element",
            info("R-EDM-RESP-S021", typed("AnyValueType")),
            info("R-EDM-RESP-S025", has("Agent")),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}/Agent",
            fatal("R-EDM-RESP-S026", has("Identifier", "Name", "Address", "Classification")),
        ),
        *_at(
            "QueryResponse/{EvidenceRequester}",
            fatal("R-EDM-RESP-S022", typed("AnyValueType")),
            fatal("R-EDM-RESP-S027", has("Agent")),
        ),
        *_at(
            "QueryResponse/{EvidenceRequester}/Agent",
            fatal("R-EDM-RESP-S028", has("Identifier", "Name")),
        ),
        *_at(
            "QueryResponse/{ResponseAvailableDateTime}",
            fatal("R-EDM-RESP-S023", typed("DateTimeValueType")),
        ),
        *_at(
            "QueryResponse/{EvidenceMetadata}/Evidence/IsConformantTo",
            fatal("R-EDM-RESP-S030", has("EvidenceTypeClassification", "Title", "Description")),
        ),
        *_at(
            REGISTRY_OBJECT,
            fatal("R-EDM-RESP-S015", one_slot("EvidenceMetadata")),
        ),
        *_at(
            f"{REGISTRY_OBJECT}/{{EvidenceMetadata}}",
            fatal("R-EDM-RESP-S024", typed("AnyValueType")),
            fatal("R-EDM-RESP-S029", has("Evidence")),
        ),
        *_at(
            f"{REGISTRY_OBJECT}/@id",
            fatal("R-EDM-RESP-S037", a_urn_uuid()),
        ),
        *_at(
            "QueryResponse/{EvidenceResponseIdentifier}/Value",
            fatal("R-EDM-RESP-C003", a_uuid()),
        ),
        *_at(
            "QueryResponse/{IssueDateTime}/Value",
            fatal("R-EDM-RESP-C004", a_moment()),
        ),
        *_at(
            "QueryResponse/{ResponseAvailableDateTime}/Value",
            fatal("R-EDM-RESP-C005", a_moment()),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}/Element/Agent/Identifier",
            fatal("R-EDM-RESP-C006", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C007", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}/Element/Agent",
            fatal("R-EDM-RESP-C010", filled("Classification")),
        ),
        *_at(
            "QueryResponse/{EvidenceRequester}/Agent/Identifier",
            fatal("R-EDM-RESP-C012", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C013", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            f"{EVIDENCE}/Identifier",
            fatal("R-EDM-RESP-C015", a_uuid()),
        ),
        *_at(
            f"{EVIDENCE}/IssuingDate",
            fatal("R-EDM-RESP-C016", a_date()),
        ),
        *_at(
            f"{EVIDENCE}/IsConformantTo/EvidenceTypeClassification",
            fatal("R-EDM-RESP-C017", evidence_type_url(repository)),
        ),
        *_at(
            f"{EVIDENCE}/IsConformantTo/Title",
            fatal("R-EDM-RESP-C019", has_attribute("lang")),
        ),
        *_at(
            f"{EVIDENCE}/IsConformantTo/Description",
            fatal("R-EDM-RESP-C021", has_attribute("lang")),
        ),
        *_at(
            f"{EVIDENCE}/Distribution/ConformsTo",
            fatal("R-EDM-RESP-C022", data_model_url(repository)),
        ),
        *_at(
            f"{EVIDENCE}/IsAbout/NaturalPerson",
            warning("R-EDM-RESP-C027", filled("Identifier")),
        ),
        *_at(
            f"{EVIDENCE}/IsAbout/NaturalPerson/Identifier",
            fatal("R-EDM-RESP-C028", an_eidas_identifier()),
            fatal("R-EDM-RESP-C030", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C031", attribute_in("schemeID", "eidas")),
        ),
        *_at(
            f"{EVIDENCE}/IsAbout/NaturalPerson/DateOfBirth",
            fatal("R-EDM-RESP-C032", a_date()),
        ),
        *_at(
            f"{EVIDENCE}/IsAbout/LegalPerson",
            fatal("R-EDM-RESP-C033", filled("LegalPersonIdentifier")),
        ),
        *_at(
            f"{EVIDENCE}/IsAbout/LegalPerson/LegalIdentifier",
            fatal("R-EDM-RESP-C034", an_eidas_identifier()),
            fatal("R-EDM-RESP-C036", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C037", attribute_in("schemeID", "eidas")),
        ),
        *_at(
            f"{EVIDENCE}/IssuingAuthority/Identifier",
            fatal("R-EDM-RESP-C038", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C039", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            f"{EVIDENCE}/ValidityPeriod/StartDate",
            fatal("R-EDM-RESP-C040", a_date()),
        ),
        *_at(
            f"{EVIDENCE}/ValidityPeriod/EndDate",
            fatal("R-EDM-RESP-C041", a_date()),
        ),
        *_at(
            f"{REGISTRY_OBJECT}/RepositoryItemRef",
            fatal(
                "R-EDM-RESP-C042",
                attribute_like(
                    "xlink:href", "^cid:[a-z0-9]*@[a-z0-9]*", "cid:…@…, with letters and digits before the @"
                ),
            ),
        ),
        *_at(
            f"{EVIDENCE}/Distribution/Transformation",
            fatal("R-EDM-RESP-C043", data_model_url(repository)),
        ),
        *_at(
            f"{EVIDENCE}/Distribution",
            fatal("R-EDM-RESP-C044a", data_model_for("xml")),
            fatal("R-EDM-RESP-C044b", data_model_for("json")),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}/Element/Agent/Address/AdminUnitLevel1",
            fatal("R-EDM-RESP-C008", code_of(COUNTRIES)),
        ),
        *_at(
            "QueryResponse/{EvidenceProvider}/Element/Agent/Classification",
            fatal("R-EDM-RESP-C011", code_of(AGENT_CLASSIFICATIONS)),
        ),
        *_at(
            f"{EVIDENCE}/IsConformantTo/Title/@lang",
            fatal("R-EDM-RESP-C018", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE}/IsConformantTo/Description/@lang",
            fatal("R-EDM-RESP-C020", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE}/Distribution/Language",
            fatal("R-EDM-RESP-C026", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE}/Distribution/Format",
            fatal("R-EDM-RESP-C023", code_of(MEDIA_TYPES_1_0)),
        ),
    )
