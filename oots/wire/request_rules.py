"""The published rules on a request, for each version: on slots, and on what the `sdg` elements hold (TDD 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from oots.wire.reader import EMPTY, OPEN, SHAPE, Rules
from oots.wire.slots import SlotRule, SlotTable, SlotType


@dataclass(frozen=True, slots=True)
class RequestRules:
    """Rule ids by what they are about: the slots of the request and of its query, and the elements inside."""

    slots: SlotTable
    query_slots: SlotTable
    requirement: Rules
    requester: Rules
    provider: Rules
    classification: Rules
    evidence_type: Rules
    natural_person: Rules
    legal_person: Rules
    representative: Rules
    legal_representative: Rules


REQUEST_SLOTS: Final = SlotTable(
    rules=(
        SlotRule("SpecificationIdentifier", SlotType.STRING, "R-EDM-REQ-S005", "R-EDM-REQ-S020"),
        SlotRule("IssueDateTime", SlotType.DATE_TIME, "R-EDM-REQ-S006", "R-EDM-REQ-S021", value="R-EDM-REQ-C002"),
        SlotRule("Procedure", SlotType.STRING, "R-EDM-REQ-S007", "R-EDM-REQ-S022"),
        SlotRule("PreviewLocation", SlotType.STRING, "R-EDM-REQ-S008", "R-EDM-REQ-S023"),
        SlotRule("ReturnLocation", SlotType.STRING, "R-EDM-REQ-S062", "R-EDM-REQ-S061"),
        SlotRule("PossibilityForPreview", SlotType.BOOLEAN, "R-EDM-REQ-S009", "R-EDM-REQ-S024"),
        SlotRule("ExplicitRequestGiven", SlotType.BOOLEAN, "R-EDM-REQ-S010", "R-EDM-REQ-S025"),
        SlotRule(
            "Requirements",
            SlotType.COLLECTION,
            "R-EDM-REQ-S011",
            "R-EDM-REQ-S026",
            holds="Requirement",
            content="R-EDM-REQ-S037",
            member="R-EDM-REQ-S027",
        ),
        SlotRule(
            "EvidenceRequester",
            SlotType.COLLECTION,
            "R-EDM-REQ-S012",
            "R-EDM-REQ-S028",
            holds="Agent",
            content="R-EDM-REQ-S039",
            member="R-EDM-REQ-S029",
        ),
        SlotRule(
            "EvidenceProvider",
            SlotType.ANY,
            "R-EDM-REQ-S013",
            "R-EDM-REQ-S030",
            holds="Agent",
            content="R-EDM-REQ-S042",
        ),
        SlotRule(
            "EvidenceProviderClassification",
            SlotType.COLLECTION,
            "R-EDM-REQ-S014",
            "R-EDM-REQ-S031",
            holds="EvidenceProviderClassification",
            content="R-EDM-REQ-S041",
            member="R-EDM-REQ-S032",
        ),
    ),
    unknown="R-EDM-REQ-S019",
    single_value="R-EDM-REQ-S050",
    empty="R-EDM-REQ-S051",
    no_member="R-EDM-REQ-S052",
    set_type="R-EDM-REQ-S053",
)

QUERY_SLOTS: Final = SlotTable(
    rules=(
        SlotRule(
            "EvidenceRequest",
            SlotType.ANY,
            "R-EDM-REQ-S015",
            "R-EDM-REQ-S033",
            holds="DataServiceEvidenceType",
            content="R-EDM-REQ-S044",
        ),
        SlotRule(
            "NaturalPerson",
            SlotType.ANY,
            "R-EDM-REQ-S016",
            "R-EDM-REQ-S035",
            holds="Person",
            content="R-EDM-REQ-S046",
        ),
        SlotRule(
            "LegalPerson",
            SlotType.ANY,
            "R-EDM-REQ-S016",
            "R-EDM-REQ-S034",
            holds="LegalPerson",
            content="R-EDM-REQ-S047",
        ),
        SlotRule(
            "AuthorizedRepresentative",
            SlotType.ANY,
            "R-EDM-REQ-S048",
            "R-EDM-REQ-S036",
            holds="Person",
            content="R-EDM-REQ-S048",
        ),
        SlotRule(
            "AuthorizedRepresentativeLegalPerson",
            SlotType.ANY,
            "R-EDM-REQ-S056",
            "R-EDM-REQ-S055",
            holds="LegalPerson",
            content="R-EDM-REQ-S056",
        ),
    ),
    unknown="R-EDM-REQ-S049",
    single_value="R-EDM-REQ-S050",
    empty="R-EDM-REQ-S051",
)

_REQUIREMENT: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S038",
    EMPTY: "R-EDM-REQ-S051",
    "Identifier=": "R-EDM-REQ-C008",
    "Name/@lang": "R-EDM-REQ-C009",
    "Name/@lang=": "R-EDM-REQ-C010",
    "Description/@lang": "R-EDM-REQ-C093",
    "Description/@lang=": "R-EDM-REQ-C094",
}
_REQUESTER: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S040",
    EMPTY: "R-EDM-REQ-S051",
    "Identifier/@schemeID": "R-EDM-REQ-C011",
    "Identifier/@schemeID=": "R-EDM-REQ-C012",
    "Name/@lang": "R-EDM-REQ-C108",
    "Name/@lang=": "R-EDM-REQ-C109",
    "Address": "R-EDM-REQ-C073",
    "AdminUnitLevel1": "R-EDM-REQ-C073",
    "AdminUnitLevel1=": "R-EDM-REQ-C015",
    "Classification": "R-EDM-REQ-C013",
    "Classification=": "R-EDM-REQ-C014",
}
_PROVIDER: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S043",
    EMPTY: "R-EDM-REQ-S051",
    "Identifier/@schemeID": "R-EDM-REQ-C017",
    "Identifier/@schemeID=": "R-EDM-REQ-C018",
    "Name/@lang": "R-EDM-REQ-C110",
    "Name/@lang=": "R-EDM-REQ-C111",
}
_CLASSIFICATION: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S041",
    EMPTY: "R-EDM-REQ-S051",
    "Identifier=": "R-EDM-REQ-C019",
    "Identifier/@schemeID": "R-EDM-REQ-C106",
    "Type": "R-EDM-REQ-C020",
    "Type=": "R-EDM-REQ-C095",
    "SupportedValue": "R-EDM-REQ-C023",
    "StringValue": "R-EDM-REQ-C102",
    "BooleanValue": "R-EDM-REQ-C103",
}
_EVIDENCE_TYPE: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S045",
    EMPTY: "R-EDM-REQ-S051",
    "Identifier=": "R-EDM-REQ-C026",
    "EvidenceTypeClassification=": "R-EDM-REQ-C027",
    "Title/@lang": "R-EDM-REQ-C028",
    "Title/@lang=": "R-EDM-REQ-C029",
    "Description/@lang": "R-EDM-REQ-C030",
    "Description/@lang=": "R-EDM-REQ-C031",
    "DistributedAs": "R-EDM-REQ-C032",
    "Format": "R-EDM-REQ-C033",
    "ConformsTo=": "R-EDM-REQ-C034",
    "Language=": "R-EDM-REQ-C118",
    "AssociatedDocumentRequest=": "R-EDM-REQ-C119",
}
_NATURAL_PERSON: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S046",
    EMPTY: "R-EDM-REQ-S051",
    "LevelOfAssurance": "R-EDM-REQ-C036",
    "LevelOfAssurance=": "R-EDM-REQ-C037",
    "Identifier=": "R-EDM-REQ-C040",
    "Identifier/@schemeID": "R-EDM-REQ-C041",
    "Identifier/@schemeID=": "R-EDM-REQ-C042",
    "DateOfBirth": "R-EDM-REQ-C043",
    "AdminUnitLevel1": "R-EDM-REQ-C045",
}
_LEGAL_PERSON: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S047",
    EMPTY: "R-EDM-REQ-S051",
    "LevelOfAssurance": "R-EDM-REQ-C047",
    "LevelOfAssurance=": "R-EDM-REQ-C048",
    "LegalPersonIdentifier": "R-EDM-REQ-C049",
    "LegalPersonIdentifier=": "R-EDM-REQ-C050",
    "LegalPersonIdentifier/@schemeID": "R-EDM-REQ-C052",
    "LegalPersonIdentifier/@schemeID=": "R-EDM-REQ-C053",
    "Identifier/@schemeID": "R-EDM-REQ-C054",
    "Identifier/@schemeID=": "R-EDM-REQ-C055",
    "AdminUnitLevel1": "R-EDM-REQ-C056",
}
_REPRESENTATIVE: Final[Rules] = {
    SHAPE: "R-EDM-REQ-S048",
    EMPTY: "R-EDM-REQ-S051",
    "LevelOfAssurance": "R-EDM-REQ-C058",
    "LevelOfAssurance=": "R-EDM-REQ-C059",
    "Identifier=": "R-EDM-REQ-C061",
    "Identifier/@schemeID": "R-EDM-REQ-C062",
    "Identifier/@schemeID=": "R-EDM-REQ-C063",
    "DateOfBirth": "R-EDM-REQ-C064",
    "AdminUnitLevel1": "R-EDM-REQ-C067",
}
_LEGAL_REPRESENTATIVE: Final[Rules] = {SHAPE: "R-EDM-REQ-S056", EMPTY: "R-EDM-REQ-S051"}

_PROCEDURE_IN_LANGUAGES: Final = SlotRule(
    "Procedure", SlotType.INTERNATIONAL_STRING, "R-EDM-REQ-S007", "R-EDM-REQ-S022", value="R-EDM-REQ-C004"
)

V2_0: Final = RequestRules(
    slots=REQUEST_SLOTS,
    query_slots=QUERY_SLOTS,
    requirement=_REQUIREMENT,
    requester=_REQUESTER,
    provider=_PROVIDER,
    classification=_CLASSIFICATION,
    evidence_type=_EVIDENCE_TYPE,
    natural_person=_NATURAL_PERSON,
    legal_person=_LEGAL_PERSON,
    representative=_REPRESENTATIVE,
    legal_representative=_LEGAL_REPRESENTATIVE,
)
V1_2: Final = replace(
    V2_0,
    slots=replace(REQUEST_SLOTS, open=True).without("ReturnLocation").changed(_PROCEDURE_IN_LANGUAGES),
    classification={
        OPEN: "",
        SHAPE: "R-EDM-REQ-S041",
        "Identifier=": "R-EDM-REQ-C019",
        "Type": "R-EDM-REQ-C020",
        "Description/@lang": "R-EDM-REQ-C022",
        "Description/@lang=": "R-EDM-REQ-C021",
        "SupportedValue": "R-EDM-REQ-C023",
    },
    evidence_type={
        OPEN: "",
        SHAPE: "R-EDM-REQ-S045",
        EMPTY: "R-EDM-REQ-S051",
        "Identifier=": "R-EDM-REQ-C026",
        "EvidenceTypeClassification=": "R-EDM-REQ-C027",
        "Title/@lang": "R-EDM-REQ-C029",
        "Title/@lang=": "R-EDM-REQ-C028",
        "Description/@lang": "R-EDM-REQ-C031",
        "Description/@lang=": "R-EDM-REQ-C030",
        "DistributedAs=": "R-EDM-REQ-C032",
        "Format": "R-EDM-REQ-C033",
        "ConformsTo=": "R-EDM-REQ-C034",
        "Transformation=": "R-EDM-REQ-C035",
    },
)
V1_0: Final = RequestRules(
    slots=replace(V1_2.slots, single_value=None, empty=None, no_member=None, set_type=None),
    query_slots=replace(QUERY_SLOTS, unknown=None, single_value=None, empty=None, open=True).without(
        "AuthorizedRepresentativeLegalPerson"
    ),
    requirement={
        OPEN: "",
        SHAPE: "R-EDM-REQ-S038",
        "Identifier=": "R-EDM-REQ-C008",
        "Name/@lang=": "R-EDM-REQ-C009",
    },
    requester={
        OPEN: "",
        SHAPE: "R-EDM-REQ-S040",
        "Identifier/@schemeID": "R-EDM-REQ-C010",
        "Identifier/@schemeID=": "R-EDM-REQ-C012",
        "Classification": "R-EDM-REQ-C013",
        "Classification=": "R-EDM-REQ-C014",
        "AdminUnitLevel1=": "R-EDM-REQ-C015",
    },
    provider={
        OPEN: "",
        SHAPE: "R-EDM-REQ-S043",
        "Identifier/@schemeID": "R-EDM-REQ-C017",
        "Identifier/@schemeID=": "R-EDM-REQ-C018",
    },
    classification=V1_2.classification,
    evidence_type={
        key: rule
        for key, rule in {
            **V1_2.evidence_type,
            "Description": "R-EDM-REQ-S045",
            "DistributedAs": "R-EDM-REQ-S045",
        }.items()
        if key != EMPTY
    },
    natural_person={
        "LevelOfAssurance": "R-EDM-REQ-C036",
        "LevelOfAssurance=": "R-EDM-REQ-C037",
        "Identifier=": "R-EDM-REQ-C039",
        "Identifier/@schemeID": "R-EDM-REQ-C041",
        "Identifier/@schemeID=": "R-EDM-REQ-C042",
        "DateOfBirth": "R-EDM-REQ-C043",
        "AdminUnitLevel1": "R-EDM-REQ-C045",
    },
    legal_person={key: rule for key, rule in _LEGAL_PERSON.items() if key not in (SHAPE, EMPTY)},
    representative={key: rule for key, rule in _REPRESENTATIVE.items() if key not in (SHAPE, EMPTY)},
    legal_representative={},
)
REQUEST_RULES: Final[Mapping[str, RequestRules]] = {
    "oots-edm:v1.0": V1_0,
    "oots-edm:v1.2": V1_2,
    "oots-edm:v2.0": V2_0,
}
"""The rules by the specification of the message."""
