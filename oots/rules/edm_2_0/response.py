"""What EDM 2.0 and 1.2 forbid in an evidence response."""

from __future__ import annotations

from functools import partial
from typing import Final

from oots.rules.checks.attributes import (
    attribute_in,
    attribute_like,
    has_attribute,
    optional_code_of,
    scheme_exactly_in,
)
from oots.rules.checks.children import counts, filled, has, holds, one_child_is, only
from oots.rules.checks.roots import root_in, root_is
from oots.rules.checks.slots import named_in, no_slot, one_slot, typed, value_is
from oots.rules.checks.values import code_of
from oots.rules.codelists import (
    CLASSIFICATION_NODES,
    ELECTRONIC_ADDRESS_SCHEMES,
    MEDIA_TYPES,
    NUTS,
    RESPONDERS,
    TWO_LETTER_COUNTRIES,
    TWO_LETTER_LANGUAGES,
)
from oots.rules.exact import (
    UUID,
    a_date,
    a_moment,
    a_urn_uuid,
    a_uuid,
    an_eidas_identifier,
    data_model_url,
    evidence_type_url,
)
from oots.rules.packages import (
    association_types,
    ends_exist,
    has_main_evidence,
    is_a_package,
    metadata_by_classification,
    one_classification,
    source_is_as_the_type_says,
    supplements_are_associated,
    target_is_main,
    type_is_as_the_source_says,
)
from oots.rules.rule import Rule, at, fatal, warning
from oots.wire.status import SUCCESS, UNAVAILABLE

RESPONSE: Final = "/QueryResponse"
PROVIDER: Final = f"{RESPONSE}/{{EvidenceProvider}}/Element/Agent"
REQUESTER: Final = f"{RESPONSE}/{{EvidenceRequester}}/Agent"
PACKAGE: Final = f"{RESPONSE}/RegistryObjectList/RegistryObject[@xsi:type=rim:RegistryPackageType]"
PACKED: Final = f"{PACKAGE}/RegistryObjectList/RegistryObject[@xsi:type=rim:ExtrinsicObjectType]"
FLAT: Final = f"{RESPONSE}/RegistryObjectList/RegistryObject"
_at = partial(at, "4.5.2")

SLOTS: Final = (
    "SpecificationIdentifier",
    "EvidenceResponseIdentifier",
    "IssueDateTime",
    "EvidenceProvider",
    "EvidenceRequester",
    "ResponseAvailableDateTime",
)
MAIN: Final = ("IsAbout", "IssuingAuthority", "IsConformantTo", "IssuingDate", "Distribution")


def response_rules(version: str) -> tuple[Rule, ...]:
    """The rules on a response in version `v1.2` or `v2.0`."""
    newest = version == "v2.0"
    document = PACKED if newest else FLAT
    return (
        *_envelope(version),
        *_agents(),
        *_identified(FLAT),
        *_document(document),
        *_evidence(f"{document}/{{EvidenceMetadata}}/Evidence", ("eidas", "eidas2") if newest else ("eidas",)),
        *(_packages() if newest else _flat()),
    )


def _envelope(version: str) -> tuple[Rule, ...]:
    return (
        *_at("/", fatal("R-EDM-RESP-S001", root_is("QueryResponse")), fatal("R-EDM-RESP-S002", root_in("query"))),
        *_at(
            RESPONSE,
            fatal("R-EDM-RESP-S003", has_attribute("requestId")),
            fatal(
                "R-EDM-RESP-S004",
                attribute_like("requestId", rf"^urn:uuid:{UUID}\Z", "urn:uuid: and a UUID in lower case"),
            ),
            fatal("R-EDM-RESP-S005", has_attribute("status")),
            fatal("R-EDM-RESP-S006", attribute_in("status", SUCCESS, UNAVAILABLE)),
            fatal("R-EDM-RESP-S007", counts("RegistryObjectList", 1, 1)),
            fatal("R-EDM-RESP-S008", counts("Exception", 0, 0)),
            fatal("R-EDM-RESP-S009", one_slot("SpecificationIdentifier")),
            fatal("R-EDM-RESP-S010", one_slot("EvidenceResponseIdentifier")),
            fatal("R-EDM-RESP-S011", one_slot("IssueDateTime")),
            fatal("R-EDM-RESP-S012", one_slot("EvidenceProvider")),
            fatal("R-EDM-RESP-S013", one_slot("EvidenceRequester")),
        ),
        *_at(f"{RESPONSE}[@status={UNAVAILABLE}]", fatal("R-EDM-RESP-S014", one_slot("ResponseAvailableDateTime"))),
        *_at(f"{RESPONSE}[@status={SUCCESS}]", fatal("R-EDM-RESP-S045", no_slot("ResponseAvailableDateTime"))),
        *_at(f"{RESPONSE}/Slot", fatal("R-EDM-RESP-S016", named_in(*SLOTS))),
        *_at(
            f"{RESPONSE}/{{SpecificationIdentifier}}",
            fatal("R-EDM-RESP-S017", typed("StringValueType")),
            fatal("R-EDM-RESP-C002", value_is(f"oots-edm:{version}")),
        ),
        *_at(f"{RESPONSE}/{{EvidenceResponseIdentifier}}", fatal("R-EDM-RESP-S018", typed("StringValueType"))),
        *_at(f"{RESPONSE}/{{EvidenceResponseIdentifier}}/Value", fatal("R-EDM-RESP-C003", a_uuid())),
        *_at(f"{RESPONSE}/{{IssueDateTime}}", fatal("R-EDM-RESP-S019", typed("DateTimeValueType"))),
        *_at(f"{RESPONSE}/{{IssueDateTime}}/Value", fatal("R-EDM-RESP-C004", a_moment())),
        *_at(f"{RESPONSE}/{{ResponseAvailableDateTime}}", fatal("R-EDM-RESP-S023", typed("DateTimeValueType"))),
        *_at(f"{RESPONSE}/{{ResponseAvailableDateTime}}/Value", fatal("R-EDM-RESP-C005", a_moment())),
    )


def _agents() -> tuple[Rule, ...]:
    return (
        *_at(
            f"{RESPONSE}/{{EvidenceProvider}}",
            fatal("R-EDM-RESP-S020", typed("CollectionValueType")),
            fatal("R-EDM-RESP-C046", one_child_is("Classification", "EP", RESPONDERS, ("Element", "Agent"))),
        ),
        *_at(
            f"{RESPONSE}/{{EvidenceProvider}}/Element",
            fatal("R-EDM-RESP-S021", typed("AnyValueType")),
            fatal("R-EDM-RESP-S025", holds("Agent")),
        ),
        *_at(
            PROVIDER,
            fatal("R-EDM-RESP-S026", has("Identifier", "Name", "Classification")),
            fatal("R-EDM-RESP-S026", only("Identifier", "Name", "Address", "Classification")),
            fatal("R-EDM-RESP-C010", filled("Classification")),
        ),
        *_at(
            f"{PROVIDER}/Identifier",
            fatal("R-EDM-RESP-C006", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C007", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(f"{PROVIDER}/Address/AdminUnitLevel1", fatal("R-EDM-RESP-C008", code_of(TWO_LETTER_COUNTRIES))),
        *_at(f"{PROVIDER}/Address/AdminUnitLevel2", fatal("R-EDM-RESP-C009", code_of(NUTS))),
        *_at(f"{PROVIDER}/Classification", fatal("R-EDM-RESP-C011", code_of(RESPONDERS))),
        *_at(
            f"{RESPONSE}/{{EvidenceRequester}}",
            fatal("R-EDM-RESP-S022", typed("AnyValueType")),
            fatal("R-EDM-RESP-S027", holds("Agent")),
        ),
        *_at(
            REQUESTER,
            fatal("R-EDM-RESP-S028", has("Identifier", "Name")),
            fatal("R-EDM-RESP-S028", only("Identifier", "Name")),
        ),
        *_at(
            f"{REQUESTER}/Identifier",
            fatal("R-EDM-RESP-C013", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C014", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
    )


def _identified(thing: str) -> tuple[Rule, ...]:
    return (
        *_at(thing, fatal("R-EDM-RESP-S036", has_attribute("id"))),
        *_at(f"{thing}/@id", fatal("R-EDM-RESP-S037", a_urn_uuid())),
    )


def _document(document: str) -> tuple[Rule, ...]:
    return (
        *_at(
            document,
            fatal("R-EDM-RESP-S015", one_slot("EvidenceMetadata")),
            fatal("R-EDM-RESP-S033", counts("RepositoryItemRef", 1, 1)),
        ),
        *_at(
            f"{document}/{{EvidenceMetadata}}",
            fatal("R-EDM-RESP-S024", typed("AnyValueType")),
            fatal("R-EDM-RESP-S029", holds("Evidence")),
        ),
        *_at(
            f"{document}/RepositoryItemRef",
            fatal("R-EDM-RESP-S034", has_attribute("xlink:href")),
            fatal("R-EDM-RESP-S035", has_attribute("xlink:title")),
            fatal("R-EDM-RESP-C042", attribute_like("xlink:href", r"^cid:[^\s@]+@[^\s@]+\Z", "cid:…@…")),
        ),
    )


def _evidence(evidence: str, schemes: tuple[str, ...]) -> tuple[Rule, ...]:
    person, legal = f"{evidence}/IsAbout/NaturalPerson", f"{evidence}/IsAbout/LegalPerson"
    kind, distribution = f"{evidence}/IsConformantTo", f"{evidence}/Distribution"
    return (
        *_at(f"{evidence}/Identifier", fatal("R-EDM-RESP-C015", a_uuid())),
        *_at(f"{evidence}/IssuingDate", fatal("R-EDM-RESP-C016", a_date())),
        *_at(f"{kind}/EvidenceTypeClassification", fatal("R-EDM-RESP-C017", evidence_type_url())),
        *_at(
            f"{kind}/Title",
            fatal("R-EDM-RESP-C018", has_attribute("lang")),
            fatal("R-EDM-RESP-C019", optional_code_of("lang", TWO_LETTER_LANGUAGES)),
        ),
        *_at(
            f"{kind}/Description",
            fatal("R-EDM-RESP-C020", has_attribute("lang")),
            fatal("R-EDM-RESP-C021", optional_code_of("lang", TWO_LETTER_LANGUAGES)),
        ),
        *_at(f"{distribution}/ConformsTo", fatal("R-EDM-RESP-C022", data_model_url())),
        *_at(f"{distribution}/Format", fatal("R-EDM-RESP-C023", code_of(MEDIA_TYPES))),
        *_at(f"{distribution}/Language", fatal("R-EDM-RESP-C026", code_of(TWO_LETTER_LANGUAGES))),
        *_at(
            person,
            fatal("R-EDM-RESP-S041", only("Identifier", "FamilyName", "GivenName", "DateOfBirth", "PlaceOfBirth")),
            warning("R-EDM-RESP-C027", filled("Identifier")),
        ),
        *_at(
            f"{person}/Identifier",
            fatal("R-EDM-RESP-C028", an_eidas_identifier()),
            fatal("R-EDM-RESP-C030", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C031", attribute_in("schemeID", *schemes)),
        ),
        *_at(f"{person}/DateOfBirth", fatal("R-EDM-RESP-C032", a_date())),
        *_at(
            legal,
            fatal("R-EDM-RESP-S042", only("LegalPersonIdentifier", "LegalName")),
            fatal("R-EDM-RESP-C033", filled("LegalPersonIdentifier")),
        ),
        *_at(
            f"{legal}/LegalPersonIdentifier",
            fatal("R-EDM-RESP-C034", an_eidas_identifier()),
            fatal("R-EDM-RESP-C036", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C037", attribute_in("schemeID", *schemes)),
        ),
        *_at(
            f"{evidence}/IssuingAuthority/Identifier",
            fatal("R-EDM-RESP-C038", has_attribute("schemeID")),
            fatal("R-EDM-RESP-C039", scheme_exactly_in(ELECTRONIC_ADDRESS_SCHEMES)),
        ),
        *_at(f"{evidence}/ValidityPeriod/StartDate", fatal("R-EDM-RESP-C040", a_date())),
        *_at(f"{evidence}/ValidityPeriod/EndDate", fatal("R-EDM-RESP-C041", a_date())),
    )


def _packages() -> tuple[Rule, ...]:
    """How 2.0 ties documents together."""
    needed, forbidden = metadata_by_classification(MAIN)
    inside = f"{PACKAGE}/RegistryObjectList/RegistryObject"
    return (
        *_identified(inside),
        *_at(
            FLAT,
            fatal("R-EDM-RESP-S066", is_a_package()),
        ),
        *_at(
            PACKAGE,
            fatal("R-EDM-RESP-S046", counts("RegistryObjectList", 1, 1)),
            fatal("R-EDM-RESP-S047", has_main_evidence()),
            fatal("R-EDM-RESP-S050", supplements_are_associated()),
            fatal("R-EDM-RESP-S051", ends_exist("sourceObject")),
            fatal("R-EDM-RESP-S052", source_is_as_the_type_says("Annex")),
            fatal("R-EDM-RESP-S053", source_is_as_the_type_says("Translation")),
            fatal("R-EDM-RESP-S054", source_is_as_the_type_says("HumanReadableVersion")),
            fatal("R-EDM-RESP-S055", ends_exist("targetObject")),
            fatal("R-EDM-RESP-S056", target_is_main("Annex")),
            fatal("R-EDM-RESP-S057", target_is_main("Translation")),
            fatal("R-EDM-RESP-S058", target_is_main("HumanReadableVersion")),
            fatal("R-EDM-RESP-S059", association_types()),
            fatal("R-EDM-RESP-S059", type_is_as_the_source_says("Annex")),
            fatal("R-EDM-RESP-S060", type_is_as_the_source_says("Translation")),
            fatal("R-EDM-RESP-S061", type_is_as_the_source_says("HumanReadableVersion")),
        ),
        *_at(
            PACKED,
            fatal("R-EDM-RESP-S048", one_classification()),
            fatal("R-EDM-RESP-S062", needed),
            fatal("R-EDM-RESP-S063", forbidden),
        ),
        *_at(
            f"{PACKED}/rim:Classification/@classificationNode", fatal("R-EDM-RESP-S049", code_of(CLASSIFICATION_NODES))
        ),
        *_at(f"{inside}/rim:Classification/@id", fatal("R-EDM-RESP-S065", a_urn_uuid())),
    )


def _flat() -> tuple[Rule, ...]:
    """1.2 has one object for each piece, which is always main evidence."""
    evidence = f"{FLAT}/{{EvidenceMetadata}}/Evidence"
    return (
        *_at(evidence, fatal("R-EDM-RESP-S062", has(*MAIN))),
        *_at(f"{evidence}/Distribution/Transformation", fatal("R-EDM-RESP-C043", data_model_url())),
    )
