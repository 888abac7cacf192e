"""`sdg:Agent` and `sdg:Address` (TDD 4.5)."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from oots.model.agent import Address, Agent, AgentRole
from oots.model.errors import MessageError
from oots.model.evidence import IssuingAuthority
from oots.model.identifiers import Identifier
from oots.wire.reader import COUNTRY, Reader
from oots.wire.writer import identifier, optional, sdg, texts

PARTY_SCHEME: Final = re.compile(
    r"urn:cef\.eu:names:identifier:EAS:[0-9A-Z]{2,4}"
    r"|urn:oasis:names:tc:ebcore:partyid-type:unregistered:[A-Za-z][A-Za-z0-9-]+"
)
_ADDRESS: Final = (
    "FullAddress",
    "LocatorDesignator",
    "PostCode",
    "PostCityName",
    "Thoroughfare",
    "AdminUnitLevel1",
    "AdminUnitLevel2",
)


def write_agent(agent: Agent) -> etree._Element:
    """Everything that the model says of the agent."""
    address = [write_address("Address", agent.address)] if agent.address else []
    role = optional("Classification", agent.role)
    return sdg("Agent", identifier(agent.identifier), *texts("Name", agent.names), *address, *role)


def write_named(name: str, named: Agent | IssuingAuthority) -> etree._Element:
    """Identifier and names only."""
    return sdg(name, identifier(named.identifier), *texts("Name", named.names))


def write_address(name: str, address: Address) -> etree._Element:
    values = (
        address.full_address,
        address.locator_designator,
        address.post_code,
        address.post_city_name,
        address.thoroughfare,
        address.country,
        address.nuts,
    )
    return sdg(name, *(part for child, value in zip(_ADDRESS, values, strict=True) for part in optional(child, value)))


def read_identifier(reader: Reader) -> Identifier:
    """The one `Identifier` of a party, within a scheme of TDD 4.5."""
    found = reader.one("Identifier")
    return Identifier(found.attribute_like("schemeID", PARTY_SCHEME), found.value)


def read_agent(reader: Reader) -> Agent:
    """An agent with address and classification as far as they are there."""
    reader.only("Identifier", "Name", "Address", "Classification")
    address = reader.optional("Address")
    return Agent(
        identifier=read_identifier(reader),
        names=reader.some_texts("Name"),
        address=read_address(address) if address else None,
        role=_read_role(reader),
    )


def read_named_agent(reader: Reader) -> Agent:
    """An agent of which identifier and names are said, and nothing else where a version has a rule on it."""
    reader.only("Identifier", "Name", unruled=("Address", "Classification"))
    return Agent(read_identifier(reader), reader.some_texts("Name"))


def read_address(reader: Reader) -> Address:
    reader.only(*_ADDRESS)
    return Address(
        country=reader.text_like("AdminUnitLevel1", COUNTRY),
        full_address=reader.optional_text("FullAddress"),
        locator_designator=reader.optional_text("LocatorDesignator"),
        post_code=reader.optional_text("PostCode"),
        post_city_name=reader.optional_text("PostCityName"),
        thoroughfare=reader.optional_text("Thoroughfare"),
        nuts=reader.optional_text("AdminUnitLevel2"),
    )


def only_role(agents: tuple[Agent, ...], role: AgentRole, rule: str) -> None:
    """Refuses agents of which not exactly one has `role`, or others are not intermediary platforms."""
    roles = [agent.role for agent in agents]
    if roles.count(role) != 1 or not {role, AgentRole.INTERMEDIARY_PLATFORM}.issuperset(roles):
        why = f"not exactly one agent is {role}, the others being {AgentRole.INTERMEDIARY_PLATFORM}"
        raise MessageError(why, rule=rule)


def _read_role(reader: Reader) -> AgentRole | None:
    found = reader.optional("Classification")
    if found is None:
        return None
    try:
        return AgentRole(found.value)
    except ValueError:
        raise reader.fault("Classification=", "Classification is not a code of its list") from None
