"""The published rules on a response, for each version: on slots, and on what the `sdg` elements hold (TDD 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from oots.wire.reader import OPEN, SHAPE, Rules
from oots.wire.slots import SlotRule, SlotTable, SlotType


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """Rule ids by what they are about; `main` and `supplementary` are `sdg:Evidence` by its classification."""

    slots: SlotTable
    metadata_slots: SlotTable
    provider: Rules
    requester: Rules
    main: Rules
    supplementary: Rules
    natural_person: Rules
    legal_person: Rules
    authority: Rules
    one_provider: str


RESPONSE_SLOTS: Final = SlotTable(
    rules=(
        SlotRule("SpecificationIdentifier", SlotType.STRING, "R-EDM-RESP-S009", "R-EDM-RESP-S017"),
        SlotRule("EvidenceResponseIdentifier", SlotType.STRING, "R-EDM-RESP-S010", "R-EDM-RESP-S018"),
        SlotRule("IssueDateTime", SlotType.DATE_TIME, "R-EDM-RESP-S011", "R-EDM-RESP-S019", value="R-EDM-RESP-C004"),
        SlotRule(
            "EvidenceProvider",
            SlotType.COLLECTION,
            "R-EDM-RESP-S012",
            "R-EDM-RESP-S020",
            holds="Agent",
            content="R-EDM-RESP-S025",
            member="R-EDM-RESP-S021",
        ),
        SlotRule(
            "EvidenceRequester",
            SlotType.ANY,
            "R-EDM-RESP-S013",
            "R-EDM-RESP-S022",
            holds="Agent",
            content="R-EDM-RESP-S027",
        ),
        SlotRule(
            "ResponseAvailableDateTime",
            SlotType.DATE_TIME,
            "R-EDM-RESP-S014",
            "R-EDM-RESP-S023",
            value="R-EDM-RESP-C005",
        ),
    ),
    unknown="R-EDM-RESP-S016",
)
METADATA_SLOTS: Final = SlotTable(
    rules=(
        SlotRule(
            "EvidenceMetadata",
            SlotType.ANY,
            "R-EDM-RESP-S015",
            "R-EDM-RESP-S024",
            holds="Evidence",
            content="R-EDM-RESP-S029",
        ),
    ),
    unknown="R-EDM-RESP-S015",
)

_PROVIDER: Final[Rules] = {
    SHAPE: "R-EDM-RESP-S026",
    "Identifier/@schemeID": "R-EDM-RESP-C006",
    "Identifier/@schemeID=": "R-EDM-RESP-C007",
    "AdminUnitLevel1=": "R-EDM-RESP-C008",
    "Classification": "R-EDM-RESP-C010",
    "Classification=": "R-EDM-RESP-C011",
}
_REQUESTER: Final[Rules] = {
    SHAPE: "R-EDM-RESP-S028",
    "Identifier/@schemeID": "R-EDM-RESP-C013",
    "Identifier/@schemeID=": "R-EDM-RESP-C014",
}
_METADATA: Final[Rules] = {
    "Identifier=": "R-EDM-RESP-C015",
    "IssuingDate=": "R-EDM-RESP-C016",
    "EvidenceTypeClassification=": "R-EDM-RESP-C017",
    "Title/@lang": "R-EDM-RESP-C018",
    "Title/@lang=": "R-EDM-RESP-C019",
    "Description/@lang": "R-EDM-RESP-C020",
    "Description/@lang=": "R-EDM-RESP-C021",
    "ConformsTo=": "R-EDM-RESP-C022",
    "Format": "R-EDM-RESP-C023",
    "Language=": "R-EDM-RESP-C026",
    "StartDate": "R-EDM-RESP-C040",
    "EndDate": "R-EDM-RESP-C041",
}
_NATURAL_PERSON: Final[Rules] = {
    SHAPE: "R-EDM-RESP-S041",
    "Identifier=": "R-EDM-RESP-C028",
    "Identifier/@schemeID": "R-EDM-RESP-C030",
    "Identifier/@schemeID=": "R-EDM-RESP-C031",
    "DateOfBirth": "R-EDM-RESP-C032",
}
_LEGAL_PERSON: Final[Rules] = {
    SHAPE: "R-EDM-RESP-S042",
    "LegalPersonIdentifier": "R-EDM-RESP-C033",
    "LegalPersonIdentifier=": "R-EDM-RESP-C034",
    "LegalPersonIdentifier/@schemeID": "R-EDM-RESP-C036",
    "LegalPersonIdentifier/@schemeID=": "R-EDM-RESP-C037",
}
_AUTHORITY: Final[Rules] = {
    SHAPE: "R-EDM-RESP-S062",
    "Identifier/@schemeID": "R-EDM-RESP-C038",
    "Identifier/@schemeID=": "R-EDM-RESP-C039",
}

V2_0: Final = ResponseRules(
    slots=RESPONSE_SLOTS,
    metadata_slots=METADATA_SLOTS,
    provider=_PROVIDER,
    requester=_REQUESTER,
    main={SHAPE: "R-EDM-RESP-S062", **_METADATA},
    supplementary={SHAPE: "R-EDM-RESP-S063", **_METADATA},
    natural_person=_NATURAL_PERSON,
    legal_person=_LEGAL_PERSON,
    authority=_AUTHORITY,
    one_provider="R-EDM-RESP-C046",
)
V1_2: Final = replace(
    V2_0,
    slots=replace(V2_0.slots, open=True),
    main={**V2_0.main, "Transformation=": "R-EDM-RESP-C043"},
)
V1_0: Final = ResponseRules(
    slots=replace(RESPONSE_SLOTS, open=True).changed(
        replace(RESPONSE_SLOTS["EvidenceProvider"], member="R-EDM-REQ-S021"),
    ),
    metadata_slots=METADATA_SLOTS,
    provider={OPEN: "", **_PROVIDER, "Address": "R-EDM-RESP-S026"},
    requester={
        OPEN: "",
        SHAPE: "R-EDM-RESP-S028",
        "Identifier/@schemeID": "R-EDM-RESP-C012",
        "Identifier/@schemeID=": "R-EDM-RESP-C013",
    },
    main={
        OPEN: "",
        **_METADATA,
        "EvidenceTypeClassification": "R-EDM-RESP-S030",
        "Title": "R-EDM-RESP-S030",
        "Title/@lang": "R-EDM-RESP-C019",
        "Title/@lang=": "R-EDM-RESP-C018",
        "Description": "R-EDM-RESP-S030",
        "Description/@lang": "R-EDM-RESP-C021",
        "Description/@lang=": "R-EDM-RESP-C020",
        "Transformation=": "R-EDM-RESP-C043",
    },
    supplementary={},
    natural_person={
        OPEN: "",
        "Identifier=": "R-EDM-RESP-C028",
        "Identifier/@schemeID": "R-EDM-RESP-C030",
        "Identifier/@schemeID=": "R-EDM-RESP-C031",
        "DateOfBirth": "R-EDM-RESP-C032",
    },
    legal_person={
        OPEN: "",
        "LegalPersonIdentifier": "R-EDM-RESP-C033",
        "LegalPersonIdentifier=": "R-EDM-RESP-C034",
        "LegalPersonIdentifier/@schemeID": "R-EDM-RESP-C036",
        "LegalPersonIdentifier/@schemeID=": "R-EDM-RESP-C037",
    },
    authority={
        OPEN: "",
        "Identifier/@schemeID": "R-EDM-RESP-C038",
        "Identifier/@schemeID=": "R-EDM-RESP-C039",
    },
    one_provider="R-EDM-RESP-C011",
)
RESPONSE_RULES: Final[Mapping[str, ResponseRules]] = {
    "oots-edm:v1.0": V1_0,
    "oots-edm:v1.2": V1_2,
    "oots-edm:v2.0": V2_0,
}
"""The rules by the specification of the message."""
