"""The Evidence Request as `query:QueryRequest` (TDD 4.5.1)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from oots.model.agent import Agent, AgentRole
from oots.model.catalogue import Requirement
from oots.model.errors import MessageError
from oots.model.identifiers import bare_uuid, urn_uuid
from oots.model.person import LegalPerson, Subject
from oots.model.request import ClassificationAnswer, EvidenceRequest, PreviewVisit
from oots.model.text import Text
from oots.wire import writer
from oots.wire.agent import only_role, read_agent, read_named_agent, write_agent, write_named
from oots.wire.classification import read_answer, write_answer
from oots.wire.evidence import read_requested_type, read_requirement, write_requested_type, write_requirement
from oots.wire.namespaces import QUERY, RIM
from oots.wire.person import read_legal_person, read_person, write_legal_person, write_person
from oots.wire.preview import with_return, without_return
from oots.wire.profile import PROFILES, Profile, Profiles, profile_of, spoken
from oots.wire.reader import BLANK, DEFAULT_LANGUAGE, Reader, elements
from oots.wire.request_rules import REQUEST_RULES, V2_0, RequestRules
from oots.wire.sayable import enforce_request
from oots.wire.slots import (
    XML_LANG,
    Slots,
    any_slot,
    boolean_slot,
    collection_slot,
    date_time_slot,
    string_slot,
    texts_slot,
)
from oots.wire.xml import canonical, parse

ROOT: Final = f"{{{QUERY}}}QueryRequest"
RETURN_TYPE: Final = "LeafClassWithRepositoryItem"
QUERY_DEFINITION: Final = "DocumentQuery"


def encode(request: EvidenceRequest, profiles: Profiles = PROFILES) -> bytes:
    """The canonical bytes of the request; ValueError names what its version cannot say."""
    profile = spoken(request.specification, profiles)
    enforce_request(request, profile)
    language = {XML_LANG: request.language} if request.language else {}
    return canonical(
        writer.query(
            "QueryRequest",
            {"id": urn_uuid(request.request_id), **language},
            *_write_slots(request, profile),
            writer.query("ResponseOption", {"returnType": RETURN_TYPE}),
            writer.query("Query", {"queryDefinition": QUERY_DEFINITION}, *_write_query(request, profile)),
        )
    )


def decode(data: bytes, profiles: Profiles = PROFILES) -> EvidenceRequest:
    """The request in `data`. A `MessageError` names the rule that is broken; the version is looked at first."""
    root = parse(data)
    _enforce_root(root)
    profile = profile_of(Slots(root, V2_0.slots).string("SpecificationIdentifier"), "R-EDM-REQ-C001", profiles)
    rules = REQUEST_RULES[profile.specification]
    language = _read_language(root, profile)
    slots = Slots(root, rules.slots)
    slots.enforce()
    query_slots = Slots(_read_query(root), rules.query_slots)
    query_slots.enforce()
    return EvidenceRequest(
        request_id=_read_id(root),
        specification=profile.specification,
        issued=slots.moment("IssueDateTime"),
        procedure=slots.string("Procedure") if profile.plain_procedure else slots.code("Procedure"),
        requirements=tuple(
            _read_requirement(Reader(element, rules.requirement), profile)
            for element in slots.collection("Requirements")
        ),
        requesters=_read_requesters(slots, rules),
        provider=read_named_agent(Reader(slots.any("EvidenceProvider"), rules.provider)),
        evidence=read_requested_type(Reader(query_slots.any("EvidenceRequest"), rules.evidence_type), profile),
        subject=_read_subject(query_slots, profile, rules),
        possibility_for_preview=slots.boolean("PossibilityForPreview"),
        explicit_request_given=slots.boolean("ExplicitRequestGiven"),
        preview=_read_preview(slots, profile),
        representative=_read_representative(query_slots, profile, rules),
        provider_classification=_read_classification(slots, profile, rules),
        language=language,
    )


def request_id_of(data: bytes) -> str | None:
    """The bare UUID of the request's id in lower case, if it can be read at all: for the answer to a broken request."""
    try:
        return _read_id(parse(data)).lower()
    except MessageError:
        return None


def _write_slots(request: EvidenceRequest, profile: Profile) -> list[etree._Element]:
    return [
        string_slot("SpecificationIdentifier", request.specification),
        date_time_slot("IssueDateTime", request.issued),
        _write_procedure(request.procedure, profile),
        *_write_preview(request.preview, profile),
        boolean_slot("PossibilityForPreview", request.possibility_for_preview),
        boolean_slot("ExplicitRequestGiven", request.explicit_request_given),
        collection_slot("Requirements", [write_requirement(found, profile=profile) for found in request.requirements]),
        collection_slot("EvidenceRequester", [write_agent(agent) for agent in request.requesters]),
        any_slot("EvidenceProvider", write_named("Agent", request.provider)),
        *_write_classification(request.provider_classification, profile),
    ]


def _write_procedure(procedure: str, profile: Profile) -> etree._Element:
    if profile.plain_procedure:
        return string_slot("Procedure", procedure)
    return texts_slot("Procedure", [Text(DEFAULT_LANGUAGE, procedure)])


def _write_preview(preview: PreviewVisit | None, profile: Profile) -> list[etree._Element]:
    if preview is None:
        return []
    if not profile.return_slot:
        return [string_slot("PreviewLocation", with_return(preview))]
    back = preview.return_location or ""
    return [string_slot("PreviewLocation", preview.location), string_slot("ReturnLocation", back)]


def _write_classification(answers: tuple[ClassificationAnswer, ...], profile: Profile) -> list[etree._Element]:
    if not answers:
        return []
    return [collection_slot("EvidenceProviderClassification", [write_answer(answer, profile) for answer in answers])]


def _write_query(request: EvidenceRequest, profile: Profile) -> list[etree._Element]:
    return [
        _write_subject("NaturalPerson", "LegalPerson", request.subject),
        any_slot("EvidenceRequest", write_requested_type(request.evidence, profile)),
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


def _read_language(root: etree._Element, profile: Profile) -> str | None:
    """The preferred language of the evidence, without region; a version with languages of its own forbids it."""
    value = root.get(XML_LANG)
    if value is not None and profile.associated_documents:
        raise MessageError("xml:lang has no place on a QueryRequest of this version")
    return (value or "").strip(BLANK).partition("-")[0].upper() or None


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
    reader.only("Identifier", "Name", "Description", unruled=("ReferenceFramework", "EvidenceTypeList"))
    return read_requirement(reader, profile)


def _read_requesters(slots: Slots, rules: RequestRules) -> tuple[Agent, ...]:
    readers = [Reader(element, rules.requester) for element in slots.collection("EvidenceRequester")]
    agents = tuple(_read_classified(reader) for reader in readers)
    only_role(agents, AgentRole.EVIDENCE_REQUESTER, "R-EDM-REQ-C014")
    return agents


def _read_classified(reader: Reader) -> Agent:
    """An agent with classification, and with an address if it is the requester and one is demanded."""
    reader.one("Classification")
    agent = read_agent(reader)
    if agent.role is AgentRole.EVIDENCE_REQUESTER and reader.bound("Address"):
        reader.one("Address")
    return agent


def _read_subject(slots: Slots, profile: Profile, rules: RequestRules) -> Subject:
    if slots.has("NaturalPerson") == slots.has("LegalPerson"):
        raise MessageError("not exactly one of NaturalPerson and LegalPerson", rule="R-EDM-REQ-S016")
    if slots.has("LegalPerson"):
        return read_legal_person(Reader(slots.any("LegalPerson"), rules.legal_person))
    return read_person(Reader(slots.any("NaturalPerson"), rules.natural_person), profile)


def _read_representative(slots: Slots, profile: Profile, rules: RequestRules) -> Subject | None:
    natural, legal = slots.has("AuthorizedRepresentative"), slots.has("AuthorizedRepresentativeLegalPerson")
    if natural and legal:
        raise MessageError("more than one representative")
    if legal:
        element = slots.any("AuthorizedRepresentativeLegalPerson")
        return read_legal_person(Reader(element, rules.legal_representative))
    if natural:
        return read_person(Reader(slots.any("AuthorizedRepresentative"), rules.representative), profile)
    return None


def _read_preview(slots: Slots, profile: Profile) -> PreviewVisit | None:
    """The visit of a second request; its way back is a slot, or the end of the preview location."""
    if profile.return_slot and slots.has("PreviewLocation") != slots.has("ReturnLocation"):
        raise MessageError("PreviewLocation and ReturnLocation go together", rule="R-EDM-REQ-S062")
    if not slots.has("PreviewLocation"):
        return None
    location = _https(slots, "PreviewLocation", "R-EDM-REQ-C005")
    if profile.return_slot:
        return PreviewVisit(location, _https(slots, "ReturnLocation", "R-EDM-REQ-C120"))
    visit = without_return(location)
    if visit.return_location is not None and not visit.return_location.startswith("https://"):
        raise MessageError("returnurl does not begin with https://")
    return visit


def _https(slots: Slots, name: str, rule: str) -> str:
    value = slots.string(name)
    if not value.startswith("https://"):
        raise MessageError(f"{name} does not begin with https://", rule=rule)
    return value


def _read_classification(slots: Slots, profile: Profile, rules: RequestRules) -> tuple[ClassificationAnswer, ...]:
    if not slots.has("EvidenceProviderClassification"):
        return ()
    found = slots.collection("EvidenceProviderClassification")
    return tuple(read_answer(Reader(element, rules.classification), profile) for element in found)
