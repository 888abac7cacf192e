"""What TDD 1.0.0 forbids in an answer of the Data Service Directory."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import attribute_filled, attribute_in, has_attribute, scheme_in
from oots.rules.checks.children import child_is, counts, counts_inside, filled, has, not_empty
from oots.rules.checks.evidence_types import data_model_for, enough_supported_values, transforms_a_data_model
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import has_slot, typed
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    COUNTRIES,
    ELECTRONIC_ADDRESS_SCHEMES,
    JURISDICTION_LEVELS,
    LANGUAGES,
    LEVELS_OF_ASSURANCE,
    MEDIA_TYPES_1_0,
)
from oots.rules.forms import a_urn_uuid, a_uuid, data_model_url, evidence_type_url
from oots.rules.rule import Rule, at, fatal
from oots.wire.status import SUCCESS

SPECIFICATION: Final = "oots-edm:v1.0"
DATA_SERVICE: Final = (
    "QueryResponse/RegistryObjectList/RegistryObject/{DataServiceEvidenceType}/DataServiceEvidenceType"
)
PUBLISHER: Final = f"{DATA_SERVICE}/AccessService/Publisher"
_at = partial(at, "3.1")


def dsd_services_rules(repository: str) -> tuple[Rule, ...]:
    """The official files DSD-RESP-S and DSD-RESP-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-DSD-RESP-S001", root_is("QueryResponse")),
            fatal("R-DSD-RESP-S002", root_in("query")),
        ),
        *_at(
            "QueryResponse",
            fatal("R-DSD-RESP-S005", has_attribute("status")),
            fatal("R-DSD-RESP-S006", attribute_in("status", SUCCESS)),
        ),
        *_at(
            f"QueryResponse[@status={SUCCESS}]",
            fatal("R-DSD-RESP-S007", counts("RegistryObjectList", 1, 1)),
            fatal("R-DSD-RESP-S0015", counts_inside("RegistryObjectList", "RegistryObject", 1)),
            fatal("R-DSD-RESP-S008", counts("Exception", 0, 0)),
        ),
        *_at(
            "RegistryObject",
            fatal("R-DSD-RESP-S009", has_slot("DataServiceEvidenceType")),
            fatal("OOTSDK-DSD-RESP-001", counts("Slot", 1, 1)),
        ),
        *_at(
            "RegistryObject/{DataServiceEvidenceType}",
            fatal("R-DSD-RESP-S010", typed("AnyValueType")),
            fatal("R-DSD-RESP-S011", counts("DataServiceEvidenceType", 1, 1)),
        ),
        *_at(
            DATA_SERVICE,
            fatal("R-DSD-RESP-S012", enough_supported_values()),
            fatal("R-DSD-RESP-S013", has("AccessService")),
        ),
        *_at(
            "QueryResponse/RegistryObjectList/RegistryObject/@id",
            fatal("R-DSD-RESP-S014", a_urn_uuid()),
        ),
        *_at(
            f"{DATA_SERVICE}/Identifier",
            fatal("R-DSD-RESP-C002", a_uuid()),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceTypeClassification",
            fatal("R-DSD-RESP-C003", evidence_type_url(repository)),
        ),
        *_at(
            f"{DATA_SERVICE}/Title",
            fatal("R-DSD-RESP-C005", attribute_filled("lang")),
        ),
        *_at(
            f"{DATA_SERVICE}/Description",
            fatal("R-DSD-RESP-C007", attribute_filled("lang")),
        ),
        *_at(
            f"{DATA_SERVICE}/DistributedAs/ConformsTo",
            fatal("R-DSD-RESP-C010", data_model_url(repository)),
        ),
        *_at(
            f"{DATA_SERVICE}/AccessService/Identifier",
            fatal("R-DSD-RESP-C012", attribute_filled("schemeID")),
            fatal("R-DSD-RESP-C014", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            f"{DATA_SERVICE}/AccessService",
            fatal("R-DSD-RESP-C015", child_is("ConformsTo", SPECIFICATION)),
        ),
        *_at(
            f"{PUBLISHER}/Identifier",
            fatal("R-DSD-RESP-C016", has_attribute("schemeID")),
            fatal("R-DSD-RESP-C017", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            f"{PUBLISHER}/ClassificationConcept/Identifier",
            fatal("R-DSD-RESP-C023", a_uuid()),
        ),
        *_at(
            f"{PUBLISHER}/ClassificationConcept",
            fatal("R-DSD-RESP-C024", filled("Type")),
            fatal("R-DSD-RESP-C025", not_empty("Description")),
            fatal("R-DSD-RESP-C028", filled("SupportedValue")),
        ),
        *_at(
            f"{PUBLISHER}/ClassificationConcept/Description",
            fatal("R-DSD-RESP-C027", attribute_filled("lang")),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderClassification/Identifier",
            fatal("R-DSD-RESP-C029", a_uuid()),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderClassification",
            fatal("R-DSD-RESP-C030", filled("Type")),
            fatal("R-DSD-RESP-C031", not_empty("Description")),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderClassification/Description",
            fatal("R-DSD-RESP-C033", attribute_filled("lang")),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderJurisdictionDetermination/JurisdictionContextId",
            fatal("R-DSD-RESP-C034", a_uuid()),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderJurisdictionDetermination/JurisdictionContext",
            fatal("R-DSD-RESP-C036", attribute_filled("lang")),
        ),
        *_at(
            f"{DATA_SERVICE}/DistributedAs/Transformation",
            fatal("R-DSD-RESP-C038", data_model_url(repository)),
        ),
        *_at(
            f"{DATA_SERVICE}/DistributedAs",
            fatal("R-DSD-RESP-C039a", data_model_for("xml")),
            fatal("R-DSD-RESP-C039b", data_model_for("json")),
            fatal("R-DSD-RESP-C040", transforms_a_data_model()),
        ),
        *_at(
            f"{DATA_SERVICE}/Title/@lang",
            fatal("R-DSD-RESP-C004", code_of(LANGUAGES)),
        ),
        *_at(
            f"{DATA_SERVICE}/Description/@lang",
            fatal("R-DSD-RESP-C006", code_of(LANGUAGES)),
        ),
        *_at(
            f"{PUBLISHER}/ClassificationConcept/Description/@lang",
            fatal("R-DSD-RESP-C026", code_of(LANGUAGES)),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderClassification/Description/@lang",
            fatal("R-DSD-RESP-C032", code_of(LANGUAGES)),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderJurisdictionDetermination/JurisdictionContext/@lang",
            fatal("R-DSD-RESP-C035", code_of(LANGUAGES)),
        ),
        *_at(
            f"{DATA_SERVICE}/AuthenticationLevelOfAssurance",
            fatal("R-DSD-RESP-C008", code_of(LEVELS_OF_ASSURANCE)),
        ),
        *_at(
            f"{DATA_SERVICE}/DistributedAs/Format",
            fatal("R-DSD-RESP-C009", code_of(MEDIA_TYPES_1_0)),
        ),
        *_at(
            f"{PUBLISHER}/Address/AdminUnitLevel1",
            fatal("R-DSD-RESP-C018", code_of(COUNTRIES)),
        ),
        *_at(
            f"{PUBLISHER}/Jurisdiction/AdminUnitLevel1",
            fatal("R-DSD-RESP-C020", code_of(COUNTRIES)),
        ),
        *_at(
            f"{DATA_SERVICE}/EvidenceProviderJurisdictionDetermination/JurisdictionLevel",
            fatal("R-DSD-RESP-C037", code_of(JURISDICTION_LEVELS)),
        ),
    )
