"""What TDD 1.0.0 forbids in an evidence request."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import attribute_filled, attribute_in, has_attribute, scheme_in
from oots.rules.checks.children import counts, filled, has, has_inside
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import named_in, one_slot, slots_in_all, typed, value_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    AGENT_CLASSIFICATIONS,
    COUNTRIES,
    ELECTRONIC_ADDRESS_SCHEMES,
    LANGUAGES,
    LEVELS_OF_ASSURANCE,
    MEDIA_TYPES_1_0,
    PROCEDURES_1_0,
)
from oots.rules.forms import (
    a_date,
    a_moment,
    a_urn_uuid,
    a_uuid,
    an_eidas_identifier,
    an_https_url,
    data_model_url,
    evidence_type_url,
    requirement_url,
)
from oots.rules.rule import Rule, at, fatal, info, warning

SPECIFICATION: Final = "oots-edm:v1.0"
EVIDENCE_TYPE: Final = "QueryRequest/Query/{EvidenceRequest}/DataServiceEvidenceType"
_at = partial(at, "4.5.1")


def request_rules(repository: str) -> tuple[Rule, ...]:
    """The official files EDM-REQ-S and EDM-REQ-C; `repository` is the host of the Semantic Repository."""
    return (
        *_at(
            "/",
            fatal("R-EDM-REQ-S001", root_is("QueryRequest")),
            fatal("R-EDM-REQ-S002", root_in("query")),
        ),
        *_at(
            "QueryRequest/@id",
            fatal("R-EDM-REQ-S004", a_urn_uuid()),
        ),
        *_at(
            "QueryRequest",
            fatal("R-EDM-REQ-S005", one_slot("SpecificationIdentifier")),
            fatal("R-EDM-REQ-S006", one_slot("IssueDateTime")),
            warning("R-EDM-REQ-S007", one_slot("Procedure")),
            info("R-EDM-REQ-S008", one_slot("PreviewLocation")),
            fatal("R-EDM-REQ-S009", one_slot("PossibilityForPreview")),
            fatal("R-EDM-REQ-S010", one_slot("ExplicitRequestGiven")),
            warning("R-EDM-REQ-S011", one_slot("Requirements")),
            fatal("R-EDM-REQ-S012", one_slot("EvidenceRequester")),
            fatal("R-EDM-REQ-S013", one_slot("EvidenceProvider")),
            info("R-EDM-REQ-S014", one_slot("EvidenceProviderClassification")),
        ),
        *_at(
            "QueryRequest/Slot",
            fatal(
                "R-EDM-REQ-S019",
                named_in(
                    "SpecificationIdentifier",
                    "IssueDateTime",
                    "Procedure",
                    "PreviewLocation",
                    "PossibilityForPreview",
                    "ExplicitRequestGiven",
                    "Requirements",
                    "EvidenceRequester",
                    "EvidenceProvider",
                    "EvidenceProviderClassification",
                    "EvidenceRequest",
                    "LegalPerson",
                    "NaturalPerson",
                    "AuthorizedRepresentative",
                ),
            ),
        ),
        *_at(
            "QueryRequest/{SpecificationIdentifier}",
            fatal("R-EDM-REQ-S020", typed("StringValueType")),
            fatal("R-EDM-REQ-C001", value_is(SPECIFICATION)),
        ),
        *_at(
            "QueryRequest/{IssueDateTime}",
            fatal("R-EDM-REQ-S021", typed("DateTimeValueType")),
        ),
        *_at(
            "QueryRequest/{Procedure}",
            fatal("R-EDM-REQ-S022", typed("InternationalStringValueType")),
        ),
        *_at(
            "QueryRequest/{PreviewLocation}",
            fatal("R-EDM-REQ-S023", typed("StringValueType")),
            fatal("R-EDM-REQ-C005", an_https_url()),
        ),
        *_at(
            "QueryRequest/{PossibilityForPreview}",
            fatal("R-EDM-REQ-S024", typed("BooleanValueType")),
        ),
        *_at(
            "QueryRequest/{ExplicitRequestGiven}",
            fatal("R-EDM-REQ-S025", typed("BooleanValueType")),
        ),
        *_at(
            "QueryRequest/{Requirements}",
            fatal("R-EDM-REQ-S026", typed("CollectionValueType")),
        ),
        *_at(
            "QueryRequest/{Requirements}/Element",
            fatal("R-EDM-REQ-S027", typed("AnyValueType")),
            fatal("R-EDM-REQ-S037", has("Requirement")),
        ),
        *_at(
            "QueryRequest/{Requirements}/Element/Requirement",
            fatal("R-EDM-REQ-S038", has("Name", "Identifier")),
        ),
        *_at(
            "QueryRequest/{EvidenceRequester}",
            fatal("R-EDM-REQ-S028", typed("CollectionValueType")),
            fatal("R-EDM-REQ-S039", has_inside("Element", "Agent")),
        ),
        *_at(
            "QueryRequest/{EvidenceRequester}/Element",
            fatal("R-EDM-REQ-S029", typed("AnyValueType")),
        ),
        *_at(
            "QueryRequest/{EvidenceRequester}/Element/Agent",
            fatal("R-EDM-REQ-S040", has("Identifier", "Name", without=("Jurisdiction",))),
            fatal("R-EDM-REQ-C013", filled("Classification")),
        ),
        *_at(
            "QueryRequest/{EvidenceProvider}",
            fatal("R-EDM-REQ-S030", typed("AnyValueType")),
            fatal("R-EDM-REQ-S042", has("Agent")),
        ),
        *_at(
            "QueryRequest/{EvidenceProviderClassification}",
            fatal("R-EDM-REQ-S031", typed("CollectionValueType")),
        ),
        *_at(
            "QueryRequest/{EvidenceProviderClassification}/Element",
            fatal("R-EDM-REQ-S032", typed("AnyValueType")),
            fatal("R-EDM-REQ-S041", has("EvidenceProviderClassification")),
        ),
        *_at(
            "QueryRequest/{EvidenceProvider}/Agent",
            fatal("R-EDM-REQ-S043", has("Identifier", "Name")),
        ),
        *_at(
            "Query/{EvidenceRequest}",
            fatal("R-EDM-REQ-S033", typed("AnyValueType")),
            fatal("R-EDM-REQ-S044", has("DataServiceEvidenceType")),
        ),
        *_at(
            "Query/{EvidenceRequest}/DataServiceEvidenceType",
            info(
                "R-EDM-REQ-S045",
                has("Identifier", "EvidenceTypeClassification", "Title", "Description", "DistributedAs"),
            ),
        ),
        *_at(
            "Query/{NaturalPerson}",
            fatal("R-EDM-REQ-S035", typed("AnyValueType")),
            fatal("R-EDM-REQ-S046", has("Person")),
        ),
        *_at(
            "Query/{LegalPerson}",
            fatal("R-EDM-REQ-S034", typed("AnyValueType")),
            fatal("R-EDM-REQ-S047", has("LegalPerson")),
        ),
        *_at(
            "Query",
            fatal("R-EDM-REQ-S015", one_slot("EvidenceRequest")),
            fatal("R-EDM-REQ-S016", slots_in_all(1, "NaturalPerson", "LegalPerson")),
        ),
        *_at(
            "Query/{AuthorizedRepresentative}",
            fatal("R-EDM-REQ-S036", typed("AnyValueType")),
            fatal("R-EDM-REQ-S048", has("Person")),
        ),
        *_at(
            "QueryRequest/{IssueDateTime}/Value",
            fatal("R-EDM-REQ-C002", a_moment()),
        ),
        *_at(
            "QueryRequest/{Requirements}/Element/Requirement/Identifier",
            fatal("R-EDM-REQ-C008", requirement_url(repository)),
        ),
        *_at(
            "QueryRequest/{EvidenceRequester}/Element/Agent/Identifier",
            fatal("R-EDM-REQ-C010", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C012", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            "QueryRequest/{EvidenceProvider}/Agent/Identifier",
            fatal("R-EDM-REQ-C017", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C018", scheme_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(
            "QueryRequest/{EvidenceProviderClassification}/Element/EvidenceProviderClassification/Identifier",
            fatal("R-EDM-REQ-C019", a_uuid()),
        ),
        *_at(
            "QueryRequest/{EvidenceProviderClassification}/Element/EvidenceProviderClassification",
            fatal("R-EDM-REQ-C020", filled("Type")),
            fatal("R-EDM-REQ-C023", filled("SupportedValue")),
        ),
        *_at(
            "QueryRequest/{EvidenceProviderClassification}/Element/EvidenceProviderClassification/Description",
            fatal("R-EDM-REQ-C022", attribute_filled("lang")),
        ),
        *_at(
            "QueryRequest/ResponseOption",
            fatal("R-EDM-REQ-C024", attribute_in("returnType", "LeafClassWithRepositoryItem")),
        ),
        *_at(
            "QueryRequest/Query",
            fatal("R-EDM-REQ-C025", attribute_in("queryDefinition", "DocumentQuery")),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Identifier",
            fatal("R-EDM-REQ-C026", a_uuid()),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/EvidenceTypeClassification",
            fatal("R-EDM-REQ-C027", evidence_type_url(repository)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Title",
            fatal("R-EDM-REQ-C029", attribute_filled("lang")),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Description",
            fatal("R-EDM-REQ-C031", attribute_filled("lang")),
        ),
        *_at(
            EVIDENCE_TYPE,
            fatal("R-EDM-REQ-C032", counts("DistributedAs", 0, 1)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/DistributedAs/ConformsTo",
            fatal("R-EDM-REQ-C034", data_model_url(repository)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/DistributedAs/Transformation",
            fatal("R-EDM-REQ-C035", data_model_url(repository)),
        ),
        *_at(
            "QueryRequest/Query/{NaturalPerson}/Person",
            fatal("R-EDM-REQ-C036", filled("LevelOfAssurance")),
            warning("R-EDM-REQ-C038", filled("Identifier")),
        ),
        *_at(
            "QueryRequest/Query/{NaturalPerson}/Person/Identifier",
            fatal("R-EDM-REQ-C039", an_eidas_identifier()),
            fatal("R-EDM-REQ-C041", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C042", attribute_in("schemeID", "eidas")),
        ),
        *_at(
            "QueryRequest/Query/{NaturalPerson}/Person/DateOfBirth",
            fatal("R-EDM-REQ-C043", a_date()),
        ),
        *_at(
            "QueryRequest/Query/{LegalPerson}/LegalPerson",
            fatal("R-EDM-REQ-C047", filled("LevelOfAssurance")),
            fatal("R-EDM-REQ-C049", filled("LegalPersonIdentifier")),
        ),
        *_at(
            "QueryRequest/Query/{LegalPerson}/LegalPerson/LegalPersonIdentifier",
            fatal("R-EDM-REQ-C050", an_eidas_identifier()),
            fatal("R-EDM-REQ-C052", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C053", attribute_in("schemeID", "eidas")),
        ),
        *_at(
            "QueryRequest/Query/{LegalPerson}/LegalPerson/Identifier",
            fatal("R-EDM-REQ-C054", has_attribute("schemeID")),
        ),
        *_at(
            "QueryRequest/Query/{AuthorizedRepresentative}/Person",
            fatal("R-EDM-REQ-C058", filled("LevelOfAssurance")),
            fatal("R-EDM-REQ-C060", has("Identifier")),
        ),
        *_at(
            "QueryRequest/Query/{AuthorizedRepresentative}/Person/Identifier",
            fatal("R-EDM-REQ-C061", an_eidas_identifier()),
            fatal("R-EDM-REQ-C062", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C063", attribute_in("schemeID", "eidas")),
        ),
        *_at(
            "QueryRequest/Query/{AuthorizedRepresentative}/Person/DateOfBirth",
            fatal("R-EDM-REQ-C064", a_date()),
        ),
        *_at(
            "QueryRequest/{EvidenceRequester}/Element/Agent/Classification",
            fatal("R-EDM-REQ-C014", code_of(AGENT_CLASSIFICATIONS)),
        ),
        *_at(
            "QueryRequest/Query/{NaturalPerson}/Person/LevelOfAssurance",
            fatal("R-EDM-REQ-C037", code_of(LEVELS_OF_ASSURANCE)),
        ),
        *_at(
            "QueryRequest/Query/{LegalPerson}/LegalPerson/LevelOfAssurance",
            fatal("R-EDM-REQ-C048", code_of(LEVELS_OF_ASSURANCE)),
        ),
        *_at(
            "QueryRequest/Query/{AuthorizedRepresentative}/Person/LevelOfAssurance",
            fatal("R-EDM-REQ-C059", code_of(LEVELS_OF_ASSURANCE)),
        ),
        *_at(
            "QueryRequest/{Procedure}/Value/LocalizedString/@value",
            fatal("R-EDM-REQ-C003", code_of(PROCEDURES_1_0)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/DistributedAs/Format",
            fatal("R-EDM-REQ-C033", code_of(MEDIA_TYPES_1_0)),
        ),
        *_at(
            "QueryRequest/{Requirements}/Element/Requirement/Name/@lang",
            fatal("R-EDM-REQ-C009", code_of(LANGUAGES)),
        ),
        *_at(
            "QueryRequest/{EvidenceProviderClassification}/Element/EvidenceProviderClassification/Description/@lang",
            fatal("R-EDM-REQ-C021", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Title/@lang",
            fatal("R-EDM-REQ-C028", code_of(LANGUAGES)),
        ),
        *_at(
            "QueryRequest/{Procedure}/Value/LocalizedString/@xml:lang",
            fatal("R-EDM-REQ-C004", code_of(LANGUAGES)),
        ),
        *_at(
            f"{EVIDENCE_TYPE}/Description/@lang",
            fatal("R-EDM-REQ-C030", code_of(LANGUAGES)),
        ),
        *_at(
            "QueryRequest/{EvidenceRequester}/Element/Agent/Address/AdminUnitLevel1",
            fatal("R-EDM-REQ-C015", code_of(COUNTRIES)),
        ),
        *_at(
            "QueryRequest/Query/{NaturalPerson}/Person/CurrentAddress/AdminUnitLevel1",
            fatal("R-EDM-REQ-C045", code_of(COUNTRIES)),
        ),
        *_at(
            "QueryRequest/Query/{LegalPerson}/LegalPerson/RegisteredAddress/AdminUnitLevel1",
            fatal("R-EDM-REQ-C056", code_of(COUNTRIES)),
        ),
        *_at(
            "QueryRequest/Query/{AuthorizedRepresentative}/Person/CurrentAddress/AdminUnitLevel1",
            fatal("R-EDM-REQ-C067", code_of(COUNTRIES)),
        ),
    )
