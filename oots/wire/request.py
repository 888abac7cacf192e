"""The Evidence Request as `query:QueryRequest` (TDD 4.5.1)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from oots.model.agent import Agent, AgentRole
from oots.model.catalogue import Requirement
from oots.model.errors import MessageError
from oots.model.evidence import RequestedEvidenceType
from oots.model.identifiers import bare_uuid, urn_uuid
from oots.model.person import LegalPerson, Subject
from oots.model.request import ClassificationAnswer, EvidenceRequest, PreviewVisit
from oots.wire import writer
from oots.wire.agent import only_role, read_agent, read_named_agent, write_agent, write_named
from oots.wire.classification import read_answer, write_answer
from oots.wire.evidence import read_requested_type, read_requirement, write_requested_type, write_requirement
from oots.wire.namespaces import QUERY, RIM
from oots.wire.person import read_legal_person, read_person, write_legal_person, write_person
from oots.wire.profile import Profile, profile_of
from oots.wire.reader import EMPTY, SHAPE, Reader, Rules, elements
from oots.wire.slots import (
    XML_LANG,
    SlotRule,
    Slots,
    SlotTable,
    SlotType,
    any_slot,
    boolean_slot,
    collection_slot,
    date_time_slot,
    string_slot,
)
from oots.wire.xml import canonical, parse

ROOT: Final = f"{{{QUERY}}}QueryRequest"
RETURN_TYPE: Final = "LeafClassWithRepositoryItem"
QUERY_DEFINITION: Final = "DocumentQuery"

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


def encode(request: EvidenceRequest) -> bytes:
    """The canonical bytes of the request."""
    return canonical(
        writer.query(
            "QueryRequest",
            {"id": urn_uuid(request.request_id)},
            *_write_slots(request),
            writer.query("ResponseOption", {"returnType": RETURN_TYPE}),
            writer.query("Query", {"queryDefinition": QUERY_DEFINITION}, *_write_query(request)),
        )
    )


def decode(data: bytes) -> EvidenceRequest:
    """The request in `data`. A `MessageError` names the rule that is broken; the version is looked at first."""
    root = parse(data)
    _enforce_root(root)
    slots = Slots(root, REQUEST_SLOTS)
    profile = profile_of(slots.string("SpecificationIdentifier"), "R-EDM-REQ-C001")
    _enforce_language(root)
    slots.enforce()
    query_slots = Slots(_read_query(root), QUERY_SLOTS)
    query_slots.enforce()
    return EvidenceRequest(
        request_id=_read_id(root),
        specification=profile.specification,
        issued=slots.moment("IssueDateTime"),
        procedure=slots.string("Procedure"),
        requirements=tuple(
            _read_requirement(Reader(element, _REQUIREMENT), profile) for element in slots.collection("Requirements")
        ),
        requesters=_read_requesters(slots),
        provider=read_named_agent(Reader(slots.any("EvidenceProvider"), _PROVIDER)),
        evidence=_read_evidence(query_slots, profile),
        subject=_read_subject(query_slots),
        possibility_for_preview=slots.boolean("PossibilityForPreview"),
        explicit_request_given=slots.boolean("ExplicitRequestGiven"),
        preview=_read_preview(slots),
        representative=_read_representative(query_slots),
        provider_classification=_read_classification(slots),
    )


def request_id_of(data: bytes) -> str | None:
    """The bare UUID of the request's id, if it can be read at all: for the answer to a broken request."""
    try:
        return _read_id(parse(data))
    except MessageError:
        return None


def _write_slots(request: EvidenceRequest) -> list[etree._Element]:
    return [
        string_slot("SpecificationIdentifier", request.specification),
        date_time_slot("IssueDateTime", request.issued),
        string_slot("Procedure", request.procedure),
        *_write_preview(request.preview),
        boolean_slot("PossibilityForPreview", request.possibility_for_preview),
        boolean_slot("ExplicitRequestGiven", request.explicit_request_given),
        collection_slot("Requirements", [write_requirement(requirement) for requirement in request.requirements]),
        collection_slot("EvidenceRequester", [write_agent(agent) for agent in request.requesters]),
        any_slot("EvidenceProvider", write_named("Agent", request.provider)),
        *_write_classification(request.provider_classification),
    ]


def _write_preview(preview: PreviewVisit | None) -> list[etree._Element]:
    if preview is None:
        return []
    return [
        string_slot("PreviewLocation", preview.location),
        string_slot("ReturnLocation", preview.return_location),
    ]


def _write_classification(answers: tuple[ClassificationAnswer, ...]) -> list[etree._Element]:
    if not answers:
        return []
    return [collection_slot("EvidenceProviderClassification", [write_answer(answer) for answer in answers])]


def _write_query(request: EvidenceRequest) -> list[etree._Element]:
    return [
        _write_subject("NaturalPerson", "LegalPerson", request.subject),
        any_slot("EvidenceRequest", write_requested_type(request.evidence)),
        *_write_representative(request.representative),
    ]


def _write_subject(natural: str, legal: str, subject: Subject) -> etree._Element:
    if isinstance(subject, LegalPerson):
        return any_slot(legal, write_legal_person(subject))
    return any_slot(natural, write_person(subject))


def _write_representative(representative: Subject | None) -> list[etree._Element]:
    if representative is None:
        return []
    return [_write_subject("AuthorizedRepresentative", "AuthorizedRepresentativeLegalPerson", representative)]


def _enforce_root(root: etree._Element) -> None:
    name = etree.QName(root)
    if name.localname != "QueryRequest":
        raise MessageError("the document is not a QueryRequest", rule="R-EDM-REQ-S001")
    if name.namespace != QUERY:
        raise MessageError("QueryRequest is not in the query namespace", rule="R-EDM-REQ-S002")


def _enforce_language(root: etree._Element) -> None:
    if root.get(XML_LANG) is not None:
        raise MessageError("xml:lang has no place on a QueryRequest of this version")


def _read_id(root: etree._Element) -> str:
    try:
        return bare_uuid(root.get("id", ""))
    except ValueError:
        raise MessageError("the id is not urn:uuid: followed by a UUID", rule="R-EDM-REQ-S004") from None


def _read_query(root: etree._Element) -> etree._Element:
    """The Query, after the option that asks for evidence with its metadata."""
    if {child.tag for child in elements(root)} - {f"{{{RIM}}}Slot", f"{{{QUERY}}}ResponseOption", f"{{{QUERY}}}Query"}:
        raise MessageError("an element has no place in QueryRequest")
    _one(root, "ResponseOption", "returnType", RETURN_TYPE, "R-EDM-REQ-C024")
    return _one(root, "Query", "queryDefinition", QUERY_DEFINITION, "R-EDM-REQ-C025")


def _one(root: etree._Element, name: str, attribute: str, value: str, rule: str) -> etree._Element:
    found = root.findall(f"{{{QUERY}}}{name}")
    if len(found) != 1 or found[0].get(attribute) != value:
        raise MessageError(f"there is not one {name} with {attribute} {value}", rule=rule)
    return found[0]


def _read_requirement(reader: Reader, profile: Profile) -> Requirement:
    reader.only("Identifier", "Name", "Description")
    return read_requirement(reader, profile)


def _read_requesters(slots: Slots) -> tuple[Agent, ...]:
    readers = [Reader(element, _REQUESTER) for element in slots.collection("EvidenceRequester")]
    agents = tuple(_read_classified(reader) for reader in readers)
    only_role(agents, AgentRole.EVIDENCE_REQUESTER, "R-EDM-REQ-C014")
    return agents


def _read_classified(reader: Reader) -> Agent:
    """An agent with classification, and with an address if it is the requester."""
    reader.one("Classification")
    agent = read_agent(reader)
    if agent.role is AgentRole.EVIDENCE_REQUESTER:
        reader.one("Address")
    return agent


def _read_evidence(slots: Slots, profile: Profile) -> RequestedEvidenceType:
    return read_requested_type(Reader(slots.any("EvidenceRequest"), _EVIDENCE_TYPE), profile)


def _read_subject(slots: Slots) -> Subject:
    if slots.has("NaturalPerson") == slots.has("LegalPerson"):
        raise MessageError("not exactly one of NaturalPerson and LegalPerson", rule="R-EDM-REQ-S016")
    if slots.has("LegalPerson"):
        return read_legal_person(Reader(slots.any("LegalPerson"), _LEGAL_PERSON))
    return read_person(Reader(slots.any("NaturalPerson"), _NATURAL_PERSON))


def _read_representative(slots: Slots) -> Subject | None:
    natural, legal = slots.has("AuthorizedRepresentative"), slots.has("AuthorizedRepresentativeLegalPerson")
    if natural and legal:
        raise MessageError("more than one representative")
    if legal:
        element = slots.any("AuthorizedRepresentativeLegalPerson")
        return read_legal_person(Reader(element, _LEGAL_REPRESENTATIVE))
    return read_person(Reader(slots.any("AuthorizedRepresentative"), _REPRESENTATIVE)) if natural else None


def _read_preview(slots: Slots) -> PreviewVisit | None:
    if slots.has("PreviewLocation") != slots.has("ReturnLocation"):
        raise MessageError("PreviewLocation and ReturnLocation go together", rule="R-EDM-REQ-S062")
    if not slots.has("PreviewLocation"):
        return None
    return PreviewVisit(
        location=_https(slots, "PreviewLocation", "R-EDM-REQ-C005"),
        return_location=_https(slots, "ReturnLocation", "R-EDM-REQ-C120"),
    )


def _https(slots: Slots, name: str, rule: str) -> str:
    value = slots.string(name)
    if not value.startswith("https://"):
        raise MessageError(f"{name} does not begin with https://", rule=rule)
    return value


def _read_classification(slots: Slots) -> tuple[ClassificationAnswer, ...]:
    if not slots.has("EvidenceProviderClassification"):
        return ()
    found = slots.collection("EvidenceProviderClassification")
    return tuple(read_answer(Reader(element, _CLASSIFICATION)) for element in found)
