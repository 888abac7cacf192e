"""The published rules on an error, for each version: on slots, and on what the `sdg` elements hold (TDD 4.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from oots.wire.reader import OPEN, SHAPE, Rules
from oots.wire.slots import SlotRule, SlotTable, SlotType


@dataclass(frozen=True, slots=True)
class ErrorRules:
    """Rule ids by what they are about; `renamed` has the ids of a version that numbers some rules differently."""

    slots: SlotTable
    exception_slots: SlotTable
    provider: Rules
    requester: Rules
    renamed: Mapping[str, str] = field(default_factory=dict)

    def named(self, rule: str) -> str:
        """The id in this version of a rule of the newest one."""
        return self.renamed.get(rule, rule)


ERROR_SLOTS: Final = SlotTable(
    rules=(
        SlotRule("SpecificationIdentifier", SlotType.STRING, "R-EDM-ERR-S009", "R-EDM-ERR-S018"),
        SlotRule("EvidenceResponseIdentifier", SlotType.STRING, "R-EDM-ERR-S010", "R-EDM-ERR-S019"),
        SlotRule(
            "ErrorProvider",
            SlotType.ANY,
            "R-EDM-ERR-S011",
            "R-EDM-ERR-S020",
            holds="Agent",
            content="R-EDM-ERR-S026",
        ),
        SlotRule(
            "EvidenceRequester",
            SlotType.ANY,
            "R-EDM-ERR-S013",
            "R-EDM-ERR-S021",
            holds="Agent",
            content="R-EDM-ERR-S029",
        ),
    ),
    unknown="R-EDM-ERR-S017",
)
EXCEPTION_SLOTS: Final = SlotTable(
    rules=(
        SlotRule("Timestamp", SlotType.DATE_TIME, "R-EDM-ERR-S012", "R-EDM-ERR-S022", value="R-EDM-ERR-C018"),
        SlotRule("PreviewLocation", SlotType.STRING, "R-EDM-ERR-C022", "R-EDM-ERR-S023"),
        SlotRule(
            "PreviewDescription",
            SlotType.INTERNATIONAL_STRING,
            "R-EDM-ERR-C022",
            "R-EDM-ERR-S024",
            value="R-EDM-ERR-C020",
        ),
    ),
    unknown="R-EDM-ERR-S027",
)

_PROVIDER: Final[Rules] = {
    SHAPE: "R-EDM-ERR-S028",
    "Identifier/@schemeID": "R-EDM-ERR-C003",
    "Identifier/@schemeID=": "R-EDM-ERR-C004",
    "Address": "R-EDM-ERR-C024",
    "AdminUnitLevel1=": "R-EDM-ERR-C005",
    "Classification": "R-EDM-ERR-C007",
    "Classification=": "R-EDM-ERR-C008",
}
_REQUESTER: Final[Rules] = {
    SHAPE: "R-EDM-ERR-S029",
    "Identifier/@schemeID": "R-EDM-ERR-C009",
    "Identifier/@schemeID=": "R-EDM-ERR-C010",
}

_METHOD: Final = SlotRule("PreviewMethod", SlotType.STRING, "R-EDM-ERR-S016", "R-EDM-ERR-S025", value="R-EDM-ERR-C021")

V2_0: Final = ErrorRules(ERROR_SLOTS, EXCEPTION_SLOTS, _PROVIDER, _REQUESTER)
V1_2: Final = replace(
    V2_0,
    slots=replace(ERROR_SLOTS, open=True),
    exception_slots=replace(EXCEPTION_SLOTS, rules=(*EXCEPTION_SLOTS.rules, _METHOD), open=True),
)
V1_0: Final = ErrorRules(
    slots=SlotTable(
        rules=(
            SlotRule("SpecificationIdentifier", SlotType.STRING, "R-EDM-ERR-S09", "R-EDM-ERR-S18"),
            SlotRule("EvidenceResponseIdentifier", SlotType.STRING, "R-EDM-ERR-S10", "R-EDM-ERR-S19"),
            replace(ERROR_SLOTS["ErrorProvider"], presence="R-EDM-ERR-S11"),
            replace(ERROR_SLOTS["EvidenceRequester"], presence=None, content=None),
        ),
        unknown="R-EDM-ERR-S017a",
        open=True,
    ),
    exception_slots=SlotTable(
        rules=(
            replace(EXCEPTION_SLOTS["Timestamp"], presence="R-EDM-ERR-S12", typed="R-EDM-ERR-S22"),
            replace(EXCEPTION_SLOTS["PreviewLocation"], typed="R-EDM-ERR-S23"),
            replace(EXCEPTION_SLOTS["PreviewDescription"], presence="R-EDM-ERR-S15", typed="R-EDM-ERR-S24"),
            replace(_METHOD, presence="R-EDM-ERR-S16", typed="R-EDM-ERR-S25"),
        ),
        unknown="R-EDM-ERR-S017b",
        open=True,
    ),
    provider={
        OPEN: "",
        **{key: rule for key, rule in _PROVIDER.items() if key not in (SHAPE, "Address")},
    },
    requester={
        OPEN: "",
        "Identifier/@schemeID": "R-EDM-ERR-C009",
        "Identifier/@schemeID=": "R-EDM-ERR-C010",
    },
    renamed={
        "R-EDM-ERR-S006": "R-EDM-ERR-S06",
        "R-EDM-ERR-S007": "R-EDM-ERR-S07",
        "R-EDM-ERR-S008": "R-EDM-ERR-S08",
        "R-EDM-ERR-C026": "R-EDM-ERR-C013",
    },
)
ERROR_RULES: Final[Mapping[str, ErrorRules]] = {
    "oots-edm:v1.0": V1_0,
    "oots-edm:v1.2": V1_2,
    "oots-edm:v2.0": V2_0,
}
"""The rules by the specification of the message."""
