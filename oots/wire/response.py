"""The Evidence Response as `query:QueryResponse` (TDD 4.5.2)."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from oots.model.agent import Agent, AgentRole
from oots.model.errors import MessageError
from oots.model.evidence import EvidencePackage
from oots.model.identifiers import bare_uuid, is_uuid, urn_uuid
from oots.model.response import EvidenceResponse
from oots.wire import writer
from oots.wire.agent import only_role, read_agent, read_named_agent, write_agent, write_named
from oots.wire.namespaces import QUERY, RIM, RS
from oots.wire.package import read_packages, write_packages
from oots.wire.profile import PROFILES, Profile, Profiles, profile_of, spoken
from oots.wire.reader import Reader
from oots.wire.response_rules import RESPONSE_RULES, V2_0, ResponseRules
from oots.wire.sayable import enforce_response
from oots.wire.slots import Slots, any_slot, collection_slot, date_time_slot, string_slot
from oots.wire.status import SUCCESS, UNAVAILABLE
from oots.wire.xml import canonical, parse


def encode_response(response: EvidenceResponse, profiles: Profiles = PROFILES) -> bytes:
    """The canonical bytes of the response: Unavailable where `available_from` is set, else Success.

    ValueError names what the version of the response cannot say.
    """
    profile = spoken(response.specification, profiles)
    enforce_response(response, profile)
    status = SUCCESS if response.available_from is None else UNAVAILABLE
    return canonical(
        writer.query(
            "QueryResponse",
            {"requestId": urn_uuid(response.request_id), "status": status},
            *_write_slots(response),
            writer.rim("RegistryObjectList", {}, *write_packages(response.packages, profile)),
        )
    )


def decode_response(data: bytes, profiles: Profiles = PROFILES) -> EvidenceResponse:
    """The response in `data`. A `MessageError` names the rule that is broken; the version is looked at first."""
    return read_response(parse(data), profiles)


def read_response(root: etree._Element, profiles: Profiles = PROFILES) -> EvidenceResponse:
    """As `decode_response`, of a document that has been parsed."""
    enforce_response_root(root, "R-EDM-RESP-S001", "R-EDM-RESP-S002")
    profile = profile_of(Slots(root, V2_0.slots).string("SpecificationIdentifier"), "R-EDM-RESP-C002", profiles)
    rules = RESPONSE_RULES[profile.specification]
    slots = Slots(root, rules.slots)
    slots.enforce()
    available_from = _read_availability(root, slots)
    return EvidenceResponse(
        response_id=read_response_id(slots, "R-EDM-RESP-C003"),
        request_id=_read_request_id(root),
        specification=profile.specification,
        issued=slots.moment("IssueDateTime"),
        providers=_read_providers(slots, rules),
        requester=read_named_agent(Reader(slots.any("EvidenceRequester"), rules.requester)),
        packages=_read_evidence(root, available_from, profile, rules),
        available_from=available_from,
    )


def enforce_response_root(root: etree._Element, name_rule: str, namespace_rule: str) -> None:
    name = etree.QName(root)
    if name.localname != "QueryResponse":
        raise MessageError("the document is not a QueryResponse", rule=name_rule)
    if name.namespace != QUERY:
        raise MessageError("QueryResponse is not in the query namespace", rule=namespace_rule)


def read_response_id(slots: Slots, rule: str) -> str:
    value = slots.string("EvidenceResponseIdentifier")
    if not is_uuid(value):
        raise MessageError("EvidenceResponseIdentifier is not a UUID", rule=rule)
    return value


def _write_slots(response: EvidenceResponse) -> list[etree._Element]:
    return [
        string_slot("SpecificationIdentifier", response.specification),
        string_slot("EvidenceResponseIdentifier", response.response_id),
        date_time_slot("IssueDateTime", response.issued),
        collection_slot("EvidenceProvider", [write_agent(agent) for agent in response.providers]),
        any_slot("EvidenceRequester", write_named("Agent", response.requester)),
        *_write_availability(response.available_from),
    ]


def _write_availability(available_from: datetime | None) -> list[etree._Element]:
    return [] if available_from is None else [date_time_slot("ResponseAvailableDateTime", available_from)]


def _read_availability(root: etree._Element, slots: Slots) -> datetime | None:
    """When to ask again: there exactly when the status is Unavailable."""
    status = root.get("status")
    if status is None:
        raise MessageError("the status is missing", rule="R-EDM-RESP-S005")
    if status not in (SUCCESS, UNAVAILABLE):
        raise MessageError("the status is neither Success nor Unavailable", rule="R-EDM-RESP-S006")
    if status == UNAVAILABLE:
        return slots.moment("ResponseAvailableDateTime")
    if slots.has("ResponseAvailableDateTime"):
        raise MessageError("a date of availability comes with Unavailable only", rule="R-EDM-RESP-S045")
    return None


def _read_request_id(root: etree._Element) -> str:
    value = root.get("requestId")
    if value is None:
        raise MessageError("requestId is missing", rule="R-EDM-RESP-S003")
    try:
        return bare_uuid(value)
    except ValueError:
        raise MessageError("requestId is not urn:uuid: followed by a UUID", rule="R-EDM-RESP-S004") from None


def _read_providers(slots: Slots, rules: ResponseRules) -> tuple[Agent, ...]:
    readers = [Reader(element, rules.provider) for element in slots.collection("EvidenceProvider")]
    agents = tuple(_read_provider(reader) for reader in readers)
    only_role(agents, AgentRole.EVIDENCE_PROVIDER, rules.one_provider)
    return agents


def _read_provider(reader: Reader) -> Agent:
    reader.one("Classification")
    agent = read_agent(reader)
    if agent.role is AgentRole.EVIDENCE_PROVIDER:
        reader.one("Address")
    return agent


def _read_evidence(
    root: etree._Element, available_from: datetime | None, profile: Profile, rules: ResponseRules
) -> tuple[EvidencePackage, ...]:
    """What the list holds; a response that is not available yet may lack the list where only a success needs one."""
    if root.find(f"{{{RS}}}Exception") is not None:
        raise MessageError("an exception has no place in a response", rule="R-EDM-RESP-S008")
    found = root.findall(f"{{{RIM}}}RegistryObjectList")
    if not found and available_from and rules.slots.open:
        return ()
    if len(found) != 1:
        raise MessageError("there is not one RegistryObjectList", rule="R-EDM-RESP-S007")
    return read_packages(found[0], profile, rules)
