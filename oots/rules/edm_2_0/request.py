"""What EDM 2.0 and 1.2 forbid in an evidence request."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import (
    attribute_in,
    attribute_like,
    has_attribute,
    no_attribute,
    optional_code_of,
    scheme_exactly_in,
)
from oots.rules.checks.children import counts, filled, has, holds, one_child_is, only
from oots.rules.checks.documents import no_empty_values, one_environment, texts_long_enough
from oots.rules.checks.evidence_types import code_list_is_named, one_supported_value, value_for_type
from oots.rules.checks.persons import (
    address_of_the_requester,
    assured_in_a_wallet,
    birth_names_in_a_wallet,
    gender_by_scheme,
)
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import at_most_one_slot, named_in, one_slot, slots_in_all, together, typed, value_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    ASSOCIATED_DOCUMENTS,
    CONCEPT_TYPES,
    ELECTRONIC_ADDRESS_SCHEMES,
    GENDERS,
    IDENTIFIER_SCHEMES,
    LEVELS_OF_ASSURANCE,
    MEDIA_TYPES,
    NUTS,
    PROCEDURES,
    REQUESTERS,
    TWO_LETTER_COUNTRIES,
    TWO_LETTER_LANGUAGES,
)
from oots.rules.exact import (
    UUID,
    a_date,
    a_moment,
    a_uuid,
    an_eidas_identifier,
    an_https_url,
    code_list_url,
    data_model_url,
    evidence_type_url,
    requirement_url,
)
from oots.rules.rule import Rule, at, caution, fatal, warning
from oots.wire.slots import SET

REQUEST: Final = "/QueryRequest"
QUERY: Final = f"{REQUEST}/Query"
EVIDENCE_TYPE: Final = f"{QUERY}/{{EvidenceRequest}}/DataServiceEvidenceType"
REQUIREMENT: Final = f"{REQUEST}/{{Requirements}}/Element/Requirement"
REQUESTER: Final = f"{REQUEST}/{{EvidenceRequester}}/Element/Agent"
PROVIDER: Final = f"{REQUEST}/{{EvidenceProvider}}/Agent"
CONCEPT: Final = f"{REQUEST}/{{EvidenceProviderClassification}}/Element/EvidenceProviderClassification"
_at = partial(at, "4.5.1")

FIRST_SLOTS: Final = (
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
)
QUERY_SLOTS: Final = (
    "EvidenceRequest",
    "NaturalPerson",
    "LegalPerson",
    "AuthorizedRepresentative",
    "AuthorizedRepresentativeLegalPerson",
)


def request_rules(version: str) -> tuple[Rule, ...]:
    """The rules on a request in version `v1.2` or `v2.0`."""
    newest = version == "v2.0"
    schemes = ("eidas", "eidas2") if newest else ("eidas",)
    return (
        *_envelope(version, newest),
        *_values(),
        *_requirements(),
        *_agents(),
        *_concepts(newest),
        *_evidence_type(newest),
        *_natural_person("NaturalPerson", _SUBJECT, schemes),
        *_natural_person("AuthorizedRepresentative", _REPRESENTATIVE, schemes),
        *_legal_person("LegalPerson", _LEGAL_SUBJECT, schemes),
        *_legal_person("AuthorizedRepresentativeLegalPerson", _LEGAL_REPRESENTATIVE, schemes),
        *(_new() if newest else _old()),
    )


def _envelope(version: str, newest: bool) -> tuple[Rule, ...]:
    slots = (*FIRST_SLOTS, "ReturnLocation") if newest else FIRST_SLOTS
    return (
        *_at("/", fatal("R-EDM-REQ-S001", root_is("QueryRequest")), fatal("R-EDM-REQ-S002", root_in("query"))),
        *_at(
            REQUEST,
            fatal("R-EDM-REQ-S004", attribute_like("id", rf"^urn:uuid:{UUID}\Z", "urn:uuid: and a UUID in lower case")),
            fatal("R-EDM-REQ-S005", one_slot("SpecificationIdentifier")),
            fatal("R-EDM-REQ-S006", one_slot("IssueDateTime")),
            fatal("R-EDM-REQ-S007", one_slot("Procedure")),
            fatal("R-EDM-REQ-S008", at_most_one_slot("PreviewLocation")),
            fatal("R-EDM-REQ-S009", one_slot("PossibilityForPreview")),
            fatal("R-EDM-REQ-S010", one_slot("ExplicitRequestGiven")),
            fatal("R-EDM-REQ-S011", one_slot("Requirements")),
            fatal("R-EDM-REQ-S012", one_slot("EvidenceRequester")),
            fatal("R-EDM-REQ-S013", one_slot("EvidenceProvider")),
            caution("R-EDM-REQ-S014", one_slot("EvidenceProviderClassification")),
            fatal("R-EDM-REQ-S051", no_empty_values()),
            fatal("R-EDM-REQ-C092", texts_long_enough(2, *_SHORT)),
            caution("R-EDM-REQ-C114", one_environment()),
        ),
        *_at(EVIDENCE_TYPE, caution("R-EDM-REQ-C115", one_environment())),
        *_at(f"{REQUEST}/Slot", fatal("R-EDM-REQ-S019", named_in(*slots))),
        *_at(
            QUERY,
            fatal("R-EDM-REQ-C025", attribute_in("queryDefinition", "DocumentQuery")),
            fatal("R-EDM-REQ-S015", one_slot("EvidenceRequest")),
            fatal("R-EDM-REQ-S016", slots_in_all(1, "NaturalPerson", "LegalPerson")),
        ),
        *_at(f"{QUERY}/Slot", fatal("R-EDM-REQ-S049", named_in(*QUERY_SLOTS))),
        *_at("Slot", fatal("R-EDM-REQ-S050", counts("SlotValue", 1, 1))),
        *_at(
            "SlotValue[@xsi:type=rim:CollectionValueType]",
            fatal("R-EDM-REQ-S052", counts("Element", 1)),
            fatal("R-EDM-REQ-S053", attribute_in("collectionType", SET)),
        ),
        *_at(
            f"{REQUEST}/ResponseOption",
            fatal("R-EDM-REQ-C024", attribute_in("returnType", "LeafClassWithRepositoryItem")),
        ),
        *_at(
            f"{REQUEST}/{{SpecificationIdentifier}}",
            fatal("R-EDM-REQ-S020", typed("StringValueType")),
            fatal("R-EDM-REQ-C001", value_is(f"oots-edm:{version}")),
        ),
    )


_SHORT: Final = ("LocatorDesignator", "BooleanValue", "Gender")
"""What may be a single digit: house numbers, truth values, the wallet's genders."""


def _values() -> tuple[Rule, ...]:
    return (
        *_at(f"{REQUEST}/{{IssueDateTime}}", fatal("R-EDM-REQ-S021", typed("DateTimeValueType"))),
        *_at(f"{REQUEST}/{{IssueDateTime}}/Value", fatal("R-EDM-REQ-C002", a_moment())),
        *_at(f"{REQUEST}/{{PreviewLocation}}", fatal("R-EDM-REQ-S023", typed("StringValueType"))),
        *_at(f"{REQUEST}/{{PreviewLocation}}/Value", fatal("R-EDM-REQ-C005", an_https_url())),
        *_at(f"{REQUEST}/{{PossibilityForPreview}}", fatal("R-EDM-REQ-S024", typed("BooleanValueType"))),
        *_at(f"{REQUEST}/{{ExplicitRequestGiven}}", fatal("R-EDM-REQ-S025", typed("BooleanValueType"))),
        *_at(
            f"{QUERY}/{{EvidenceRequest}}",
            fatal("R-EDM-REQ-S033", typed("AnyValueType")),
            fatal("R-EDM-REQ-S044", holds("DataServiceEvidenceType")),
        ),
        *_at(
            f"{QUERY}/{{LegalPerson}}",
            fatal("R-EDM-REQ-S034", typed("AnyValueType")),
            fatal("R-EDM-REQ-S047", holds("LegalPerson")),
        ),
        *_at(
            f"{QUERY}/{{NaturalPerson}}",
            fatal("R-EDM-REQ-S035", typed("AnyValueType")),
            fatal("R-EDM-REQ-S046", holds("Person")),
        ),
        *_at(
            f"{QUERY}/{{AuthorizedRepresentative}}",
            fatal("R-EDM-REQ-S036", typed("AnyValueType")),
            fatal("R-EDM-REQ-S048", holds("Person")),
        ),
        *_at(
            f"{QUERY}/{{AuthorizedRepresentativeLegalPerson}}",
            fatal("R-EDM-REQ-S055", typed("AnyValueType")),
            fatal("R-EDM-REQ-S056", holds("LegalPerson")),
        ),
    )


def _requirements() -> tuple[Rule, ...]:
    return (
        *_at(f"{REQUEST}/{{Requirements}}", fatal("R-EDM-REQ-S026", typed("CollectionValueType"))),
        *_at(
            f"{REQUEST}/{{Requirements}}/Element",
            fatal("R-EDM-REQ-S027", typed("AnyValueType")),
            fatal("R-EDM-REQ-S037", holds("Requirement")),
        ),
        *_at(
            REQUIREMENT,
            fatal("R-EDM-REQ-S038", has("Identifier", "Name")),
            fatal("R-EDM-REQ-S038", only("Identifier", "Name", "Description")),
        ),
        *_at(f"{REQUIREMENT}/Identifier", fatal("R-EDM-REQ-C008", requirement_url())),
        *_language(f"{REQUIREMENT}/Name", "C009", "C010"),
        *_language(f"{REQUIREMENT}/Description", "C093", "C094"),
    )


def _language(place: str, presence: str, code: str) -> tuple[Rule, ...]:
    """A text says in which language it is, by a code of the list."""
    return _at(
        place,
        fatal(f"R-EDM-REQ-{presence}", has_attribute("lang")),
        fatal(f"R-EDM-REQ-{code}", optional_code_of("lang", TWO_LETTER_LANGUAGES)),
    )


def _agents() -> tuple[Rule, ...]:
    return (
        *_at(
            f"{REQUEST}/{{EvidenceRequester}}",
            fatal("R-EDM-REQ-S028", typed("CollectionValueType")),
            fatal("R-EDM-REQ-C014", one_child_is("Classification", "ER", REQUESTERS, ("Element", "Agent"))),
        ),
        *_at(
            f"{REQUEST}/{{EvidenceRequester}}/Element",
            fatal("R-EDM-REQ-S029", typed("AnyValueType")),
            fatal("R-EDM-REQ-S039", holds("Agent")),
        ),
        *_at(
            REQUESTER,
            fatal("R-EDM-REQ-S040", has("Identifier", "Name")),
            fatal("R-EDM-REQ-S040", only("Identifier", "Name", "Address", "Classification")),
            fatal("R-EDM-REQ-C013", filled("Classification")),
            fatal("R-EDM-REQ-C073", address_of_the_requester()),
        ),
        *_at(
            f"{REQUESTER}/Identifier",
            fatal("R-EDM-REQ-C011", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C012", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(f"{REQUESTER}/Classification", fatal("R-EDM-REQ-C014", code_of(REQUESTERS))),
        *_at(f"{REQUESTER}/Address/AdminUnitLevel1", fatal("R-EDM-REQ-C015", code_of(TWO_LETTER_COUNTRIES))),
        *_at(f"{REQUESTER}/Address/AdminUnitLevel2", fatal("R-EDM-REQ-C016", code_of(NUTS))),
        *_language(f"{REQUESTER}/Name", "C108", "C109"),
        *_at(
            f"{REQUEST}/{{EvidenceProvider}}",
            fatal("R-EDM-REQ-S030", typed("AnyValueType")),
            fatal("R-EDM-REQ-S042", holds("Agent")),
        ),
        *_at(
            PROVIDER,
            fatal("R-EDM-REQ-S043", has("Identifier", "Name")),
            fatal("R-EDM-REQ-S043", only("Identifier", "Name")),
        ),
        *_at(
            f"{PROVIDER}/Identifier",
            fatal("R-EDM-REQ-C017", has_attribute("schemeID")),
            fatal("R-EDM-REQ-C018", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_language(f"{PROVIDER}/Name", "C110", "C111"),
    )


def _concepts(newest: bool) -> tuple[Rule, ...]:
    return (
        *_at(f"{REQUEST}/{{EvidenceProviderClassification}}", fatal("R-EDM-REQ-S031", typed("CollectionValueType"))),
        *_at(
            f"{REQUEST}/{{EvidenceProviderClassification}}/Element",
            fatal("R-EDM-REQ-S032", typed("AnyValueType")),
            fatal("R-EDM-REQ-S041", holds("EvidenceProviderClassification")),
        ),
        *_at(
            CONCEPT,
            fatal("R-EDM-REQ-C020", filled("Type")),
            fatal("R-EDM-REQ-C023", counts("SupportedValue", 1, 1)),
        ),
        *_at(f"{CONCEPT}/Identifier", fatal("R-EDM-REQ-C019", a_uuid())),
        *_language(f"{CONCEPT}/Description", "C021", "C022"),
        *(_new_concepts() if newest else ()),
    )


def _new_concepts() -> tuple[Rule, ...]:
    return (
        *_at(f"{CONCEPT}/Type", fatal("R-EDM-REQ-C095", code_of(CONCEPT_TYPES))),
        *_at(f"{CONCEPT}/Identifier", fatal("R-EDM-REQ-C106", has_attribute("schemeID"))),
        *_at(f"{CONCEPT}/Identifier/@schemeID", fatal("R-EDM-REQ-C096", code_list_url())),
        *_at(f"{CONCEPT}/ValueExpression", fatal("R-EDM-REQ-C098", an_https_url())),
        *_at(
            CONCEPT,
            fatal("R-EDM-REQ-C097", code_list_is_named()),
            fatal("R-EDM-REQ-C102", one_supported_value()),
            fatal("R-EDM-REQ-C103", value_for_type("string", "StringValue")),
            fatal("R-EDM-REQ-C104", value_for_type("boolean", "BooleanValue")),
            fatal("R-EDM-REQ-C105", value_for_type("codelist", "StringValue")),
        ),
    )


def _evidence_type(newest: bool) -> tuple[Rule, ...]:
    children = ("Identifier", "EvidenceTypeClassification", "Title", "Description", "DistributedAs")
    return (
        *_at(
            EVIDENCE_TYPE,
            fatal("R-EDM-REQ-S045", has("Identifier", "EvidenceTypeClassification", "Title")),
            fatal("R-EDM-REQ-S045", only(*children)),
            fatal("R-EDM-REQ-C032", counts("DistributedAs", 1) if newest else counts("DistributedAs", 0, 1)),
        ),
        *_at(f"{EVIDENCE_TYPE}/Identifier", fatal("R-EDM-REQ-C026", a_uuid())),
        *_at(f"{EVIDENCE_TYPE}/EvidenceTypeClassification", fatal("R-EDM-REQ-C027", evidence_type_url())),
        *_language(f"{EVIDENCE_TYPE}/Title", "C028", "C029"),
        *_language(f"{EVIDENCE_TYPE}/Description", "C030", "C031"),
        *_at(f"{EVIDENCE_TYPE}/DistributedAs/Format", fatal("R-EDM-REQ-C033", code_of(MEDIA_TYPES))),
        *_at(f"{EVIDENCE_TYPE}/DistributedAs/ConformsTo", fatal("R-EDM-REQ-C034", data_model_url())),
    )


_SUBJECT: Final = {
    "loa": "C036",
    "code": "C037",
    "id": "C040",
    "scheme": "C041",
    "eidas": "C042",
    "birth": "C043",
    "country": "C045",
    "nationality": "C075",
    "born": "C076",
    "resident": "C077",
    "missing": "C038",
}
_REPRESENTATIVE: Final = {
    "loa": "C058",
    "code": "C059",
    "id": "C061",
    "scheme": "C062",
    "eidas": "C063",
    "birth": "C064",
    "country": "C067",
    "nationality": "C078",
    "born": "C079",
    "resident": "C080",
    "missing": "C060",
}
_LEGAL_SUBJECT: Final = {
    "loa": "C047",
    "code": "C048",
    "is": "C049",
    "id": "C050",
    "scheme": "C052",
    "eidas": "C053",
    "other": "C054",
    "listed": "C055",
    "country": "C056",
}
_LEGAL_REPRESENTATIVE: Final = {
    "loa": "C082",
    "code": "C083",
    "is": "C084",
    "id": "C085",
    "scheme": "C086",
    "eidas": "C087",
    "other": "C088",
    "listed": "C089",
    "country": "C090",
}
"""Which number each demand on a person has, by the person's role in the request."""


def _natural_person(slot: str, numbers: dict[str, str], schemes: tuple[str, ...]) -> tuple[Rule, ...]:
    person = f"{QUERY}/{{{slot}}}/Person"
    name = {key: f"R-EDM-REQ-{number}" for key, number in numbers.items()}
    return (
        *_at(
            person,
            fatal(name["loa"], filled("LevelOfAssurance")),
            warning(name["missing"], filled("Identifier")),
        ),
        *_at(f"{person}/LevelOfAssurance", fatal(name["code"], code_of(LEVELS_OF_ASSURANCE))),
        *_at(
            f"{person}/Identifier",
            fatal(name["id"], an_eidas_identifier()),
            fatal(name["scheme"], has_attribute("schemeID")),
            fatal(name["eidas"], attribute_in("schemeID", *schemes)),
        ),
        *_at(f"{person}/DateOfBirth", fatal(name["birth"], a_date())),
        *_at(f"{person}/CurrentAddress/AdminUnitLevel1", fatal(name["country"], code_of(TWO_LETTER_COUNTRIES))),
        *_at(f"{person}/Nationality", fatal(name["nationality"], code_of(TWO_LETTER_COUNTRIES))),
        *_at(f"{person}/CountryOfBirth", fatal(name["born"], code_of(TWO_LETTER_COUNTRIES))),
        *_at(f"{person}/CountryOfResidence", fatal(name["resident"], code_of(TWO_LETTER_COUNTRIES))),
    )


def _legal_person(slot: str, numbers: dict[str, str], schemes: tuple[str, ...]) -> tuple[Rule, ...]:
    person = f"{QUERY}/{{{slot}}}/LegalPerson"
    name = {key: f"R-EDM-REQ-{number}" for key, number in numbers.items()}
    return (
        *_at(
            person,
            fatal(name["loa"], filled("LevelOfAssurance")),
            fatal(name["is"], filled("LegalPersonIdentifier")),
        ),
        *_at(f"{person}/LevelOfAssurance", fatal(name["code"], code_of(LEVELS_OF_ASSURANCE))),
        *_at(
            f"{person}/LegalPersonIdentifier",
            fatal(name["id"], an_eidas_identifier()),
            fatal(name["scheme"], has_attribute("schemeID")),
            fatal(name["eidas"], attribute_in("schemeID", *schemes)),
        ),
        *_at(
            f"{person}/Identifier",
            fatal(name["other"], has_attribute("schemeID")),
            fatal(name["listed"], optional_code_of("schemeID", IDENTIFIER_SCHEMES)),
        ),
        *_at(f"{person}/RegisteredAddress/AdminUnitLevel1", fatal(name["country"], code_of(TWO_LETTER_COUNTRIES))),
    )


def _new() -> tuple[Rule, ...]:
    """What 2.0 brought."""
    return (
        *_at(
            REQUEST,
            fatal("R-EDM-REQ-S062", together("ReturnLocation", "PreviewLocation")),
            fatal("OOTSDK-EDM-REQ-001", no_attribute("xml:lang")),
        ),
        *_at(f"{REQUEST}/{{Procedure}}", fatal("R-EDM-REQ-S022", typed("StringValueType"))),
        *_at(f"{REQUEST}/{{Procedure}}/Value", fatal("R-EDM-REQ-C003", code_of(PROCEDURES))),
        *_at(f"{REQUEST}/{{ReturnLocation}}", fatal("R-EDM-REQ-S061", typed("StringValueType"))),
        *_at(f"{REQUEST}/{{ReturnLocation}}/Value", fatal("R-EDM-REQ-C120", an_https_url())),
        *_at(f"{EVIDENCE_TYPE}/DistributedAs/Language", fatal("R-EDM-REQ-C118", code_of(TWO_LETTER_LANGUAGES))),
        *_at(
            f"{EVIDENCE_TYPE}/DistributedAs/AssociatedDocumentRequest",
            fatal("R-EDM-REQ-C119", code_of(ASSOCIATED_DOCUMENTS)),
        ),
        *_at(
            f"{QUERY}/{{NaturalPerson}}/Person",
            fatal("R-EDM-REQ-C121", assured_in_a_wallet()),
            fatal("R-EDM-REQ-C122", birth_names_in_a_wallet()),
            fatal("R-EDM-REQ-C127", gender_by_scheme(GENDERS)),
        ),
        *_at(
            f"{QUERY}/{{AuthorizedRepresentative}}/Person",
            fatal("R-EDM-REQ-C123", assured_in_a_wallet()),
            fatal("R-EDM-REQ-C124", birth_names_in_a_wallet()),
            fatal("R-EDM-REQ-C126", gender_by_scheme(GENDERS)),
        ),
    )


def _old() -> tuple[Rule, ...]:
    """What 2.0 took away."""
    procedure = f"{REQUEST}/{{Procedure}}"
    return (
        *_at(procedure, fatal("R-EDM-REQ-S022", typed("InternationalStringValueType"))),
        *_at(f"{procedure}/Value/LocalizedString/@value", fatal("R-EDM-REQ-C003", code_of(PROCEDURES))),
        *_at(f"{procedure}/Value/LocalizedString/@xml:lang", fatal("R-EDM-REQ-C004", code_of(TWO_LETTER_LANGUAGES))),
        *_at(f"{EVIDENCE_TYPE}/DistributedAs/Transformation", fatal("R-EDM-REQ-C035", data_model_url())),
    )
