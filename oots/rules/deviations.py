"""Where our rules of 1.0 and the official files of TDD 1.0.0 part, and where doubtful ones are kept as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from oots.rules.kind import Kind


class Treatment(StrEnum):
    """What is done about a place of an official file that cannot be meant as it stands."""

    AS_MEANT = "done as meant"
    READ_WIDER = "read more widely"
    AS_INFO = "told as info"
    KEPT = "kept as it is"
    NAMED = "named by us"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One such place: the kinds of documents, none for all; the ids of the rules, none for all or for one that never
    had an id; what the official file says and what is done here."""

    kinds: tuple[Kind, ...]
    rules: tuple[str, ...]
    treatment: Treatment
    official: str
    ours: str


_UNREPORTED: Final = "A second `sch:rule` on a node that an earlier one has matched, so that it never fires."
_TOLD: Final = "Tested as meant, and told as info: no verdict can hang on it."

DEVIATIONS: Final = (
    Deviation(
        (Kind.REQUEST,),
        ("R-EDM-REQ-C008",),
        Treatment.AS_MEANT,
        "Looks at a slot `Requirement`, which does not exist, and never fires. It also wants `urn:uuid:` inside the "
        "URL, against the Evidence Broker's own rule and the official example.",
        "Looks at `Requirements`, and wants the requirement's URL as the Evidence Broker gives it. Fatal.",
    ),
    Deviation(
        (Kind.REQUEST,),
        ("R-EDM-REQ-C009",),
        Treatment.AS_MEANT,
        "Looks at a slot `Requirement`, which does not exist, and never fires.",
        "Looks at `Requirements`. Fatal.",
    ),
    Deviation(
        (Kind.RESPONSE,),
        ("R-EDM-RESP-S034", "R-EDM-RESP-S035"),
        Treatment.AS_MEANT,
        "Look at `RespositoryItemRef`, a slip of the pen, and never fire.",
        "Look at `RepositoryItemRef`. Fatal.",
    ),
    Deviation(
        (Kind.ERROR,),
        ("R-EDM-ERR-C022",),
        Treatment.AS_MEANT,
        "Compares text with a number inside `count()`; some engines stop there.",
        "An exception of the severity PreviewRequired needs a `PreviewLocation`. Fatal.",
    ),
    Deviation(
        (Kind.ERROR, Kind.EB_ERROR, Kind.DSD_ERROR),
        ("R-EDM-ERR-C013", "R-EDM-ERR-C015", "R-EB-ERR-010", "R-DSD-ERR-C017"),
        Treatment.READ_WIDER,
        "Compare the text of `xsi:type`, so that only the prefixes `rs:` and `query:` are understood.",
        "Compare qualified names: any prefix of the same namespace is understood.",
    ),
    Deviation(
        (),
        (),
        Treatment.READ_WIDER,
        "A comment inside a value divides its text, so that the rest of it escapes some rules.",
        "Comments are no content.",
    ),
    Deviation(
        (Kind.REQUEST,),
        ("R-EDM-REQ-S045",),
        Treatment.AS_INFO,
        "Ends in `or 2`, which is always true.",
        _TOLD,
    ),
    Deviation((Kind.ERROR,), ("R-EDM-ERR-S07",), Treatment.AS_INFO, _UNREPORTED, _TOLD),
    Deviation((Kind.EB_REQUIREMENTS,), ("R-EB-REQ-S012",), Treatment.AS_INFO, _UNREPORTED, _TOLD),
    Deviation((Kind.EB_EVIDENCE_TYPES,), ("R-EB-EVI-S010",), Treatment.AS_INFO, _UNREPORTED, _TOLD),
    Deviation((Kind.DSD_ERROR,), ("R-DSD-RESP-S008",), Treatment.AS_INFO, _UNREPORTED, _TOLD),
    Deviation(
        (Kind.ERROR,),
        ("R-EDM-ERR-S003", "R-EDM-ERR-S017b"),
        Treatment.AS_INFO,
        "Look at a place that does not exist, or test what is always true.",
        _TOLD,
    ),
    Deviation(
        (Kind.RESPONSE,),
        ("R-EDM-RESP-S021",),
        Treatment.AS_INFO,
        "Looks at a `QueryRequest`, which no response has; its id is printed as R-EDM-REQ-S021.",
        "Looks at the response, under the id that it must have had, and told as info.",
    ),
    Deviation(
        (Kind.RESPONSE,),
        ("R-EDM-RESP-S025",),
        Treatment.AS_INFO,
        "Looks at a `QueryRequest`, which no response has.",
        "Looks at the response, and told as info.",
    ),
    Deviation(
        (Kind.ERROR,),
        ("R-EDM-ERR-C008",),
        Treatment.KEPT,
        "Its list runs IP and EP together, so that it accepts ERRP alone.",
        "Accepts ERRP alone.",
    ),
    Deviation(
        (Kind.REQUEST, Kind.RESPONSE, Kind.DSD_SERVICES),
        ("R-EDM-REQ-C033", "R-EDM-RESP-C023", "R-DSD-RESP-C009"),
        Treatment.KEPT,
        "A stray tab in their list of media types keeps `image/svg+xml` out.",
        "Refuse `image/svg+xml`.",
    ),
    Deviation(
        (Kind.ERROR,),
        ("R-EDM-ERR-C021",),
        Treatment.KEPT,
        "A slip of the pen in its second half: it accepts GET alone.",
        "Accepts GET alone.",
    ),
    Deviation(
        (Kind.ERROR,),
        ("R-EDM-ERR-C014",),
        Treatment.KEPT,
        "Looks for the severity as a piece of its list, so that any part of a code passes.",
        "Accepts any part of a code.",
    ),
    Deviation(
        (Kind.DSD_ERROR,),
        (
            *(f"R-DSD-RESP-S0{number:02}" for number in (5, 6, 7, 9, 10, 13, 22)),
            *(f"R-EDM-REQ-S0{number}" for number in range(14, 22)),
        ),
        Treatment.KEPT,
        "Carries ids of other files, which mean something else there.",
        "Carries the same ids.",
    ),
    Deviation(
        (Kind.ERROR,),
        ("R-EDM-ERR-S017a",),
        Treatment.KEPT,
        "Looks for a `SlotValue` with a name right below the root, where it meant the slots.",
        "Looks at the same, so that no valid document can break it.",
    ),
    Deviation(
        (Kind.RESPONSE,),
        ("R-EDM-RESP-C034", "R-EDM-RESP-C036", "R-EDM-RESP-C037"),
        Treatment.KEPT,
        "Look at `LegalIdentifier`, where the schema has `LegalPersonIdentifier`.",
        "Look at the same, so that no valid document can break them.",
    ),
    Deviation(
        (Kind.DSD_ERROR,),
        tuple(f"R-DSD-ERR-C00{number}" for number in range(5, 10)),
        Treatment.KEPT,
        "Look for the questions right in the slot's value, where they stand in an `Element` of it.",
        "Look at the same, so that no valid document can break them.",
    ),
    Deviation(
        (Kind.ERROR,),
        ("OOTSDK-EDM-ERR-001",),
        Treatment.NAMED,
        "An assertion without id: one slot EvidenceRequester.",
        "The same, under an id of ours. Fatal.",
    ),
    Deviation(
        (Kind.DSD_SERVICES,),
        ("OOTSDK-DSD-RESP-001",),
        Treatment.NAMED,
        "An assertion without id: one slot in each object.",
        "The same, under an id of ours. Fatal.",
    ),
    Deviation(
        (Kind.RESPONSE,),
        ("R-EDM-RESP-S034", "R-EDM-RESP-C042"),
        Treatment.NAMED,
        "Three assertions without id on `RepositoryItemRef`: a reference, `cid:`, and an `@` in it.",
        "What they demand is demanded by these two.",
    ),
    Deviation(
        (Kind.REQUEST,),
        (),
        Treatment.LEFT_OUT,
        "An info without id wherever the optional slot AuthorizedRepresentative is not there once.",
        "Not told.",
    ),
)


def deviations_of(rule: str, kind: Kind | None = None) -> tuple[Deviation, ...]:
    """What the table says of a rule, in documents of one kind or of any."""
    return tuple(each for each in DEVIATIONS if rule in each.rules and (kind is None or kind in each.kinds))
