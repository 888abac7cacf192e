"""What the pair rules look up in messages that may be broken: by name, never by prefix or position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from lxml import etree

from oots.model.identifiers import Identifier
from oots.rules.checks.asking import string, tidy
from oots.rules.packages import MAIN, node_of
from oots.rules.pairs.pair import ALL
from oots.rules.place import attribute, tag
from oots.wire.namespaces import RIM
from oots.wire.slots import type_of
from oots.wire.status import FAILURE

SPECIFICATION: Final = "SpecificationIdentifier"
CID: Final = "cid:"
_OBJECT: Final = tag("RegistryObject")
_REFERENCE: Final = tag("RepositoryItemRef")


def value(parent: etree._Element, name: str) -> etree._Element | None:
    """The value of the first slot of that name right below the element."""
    for slot in parent.iterchildren(tag("Slot")):
        if slot.get("name") == name:
            return slot.find(tag("SlotValue"))
    return None


def slot_text(parent: etree._Element, name: str) -> str:
    """What a slot says, without blanks around it; empty where there is none."""
    found = value(parent, name)
    return "" if found is None else tidy(string(found))


def held(parent: etree._Element, name: str, what: str) -> list[etree._Element]:
    """The `sdg` elements of one name in a slot: its only content, or the members of its collection."""
    found = value(parent, name)
    return [] if found is None else [*found.iterchildren(tag(what)), *found.iterfind(f"{tag('Element')}/{tag(what)}")]


def child(parent: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant at a path of element names."""
    return None if parent is None else parent.find("/".join(map(tag, path)))


def text(parent: etree._Element | None, *path: str) -> str:
    """The text at a path of element names, without blanks around it; empty where there is none."""
    found = child(parent, *path)
    return "" if found is None else tidy(string(found))


def texts(parent: etree._Element, name: str) -> tuple[str, ...]:
    """The texts of all children of that name."""
    return tuple(tidy(string(found)) for found in parent.iterchildren(tag(name)))


def identifier(holder: etree._Element | None) -> Identifier | None:
    """The `sdg:Identifier` of an agent or person with its scheme; None where it says nothing."""
    found = child(holder, "Identifier")
    if found is None or not tidy(string(found)):
        return None
    return Identifier(tidy(found.get("schemeID", "")), tidy(string(found)))


def shown(party: Identifier) -> str:
    """A party as findings quote it."""
    return f"'{party.value}' in scheme '{party.scheme}'"


def of_role(agents: list[etree._Element], role: str) -> etree._Element | None:
    """The agent of that classification, or the only agent where none has one."""
    classified = [agent for agent in agents if text(agent, "Classification") == role]
    if not classified and len(agents) == 1 and not text(agents[0], "Classification"):
        return agents[0]
    return classified[0] if classified else None


def is_error(answer: etree._Element) -> bool:
    return tidy(answer.get("status", "")) == FAILURE or answer.find(tag("Exception")) is not None


def requester_in(request: etree._Element) -> etree._Element | None:
    """The agent in whose name a request is made."""
    return of_role(held(request, "EvidenceRequester", "Agent"), "ER")


def named(message: etree._Element, slot: str) -> etree._Element | None:
    """The one agent that a slot names."""
    return next(iter(held(message, slot, "Agent")), None)


def provider_in(response: etree._Element) -> etree._Element | None:
    """The agent in whose name a response is made."""
    return of_role(held(response, "EvidenceProvider", "Agent"), "EP")


def version_in(*messages: etree._Element) -> str:
    """The version of the first message that names a known one; the newest where none does."""
    for message in messages:
        version = slot_text(message, SPECIFICATION).rpartition(":")[2]
        if version in ALL:
            return version
    return ALL[-1]


def query(request: etree._Element) -> etree._Element | None:
    return request.find(tag("Query"))


@dataclass(frozen=True, slots=True)
class Document:
    """A piece of evidence in a response: its entry, its `sdg:Evidence`, its kind, and the package around it."""

    entry: etree._Element
    metadata: etree._Element
    kind: str
    package: etree._Element | None

    @property
    def is_main(self) -> bool:
        return self.kind == MAIN


def documents(response: etree._Element) -> tuple[Document, ...]:
    """Every piece that a response describes; without classification, as in EDM 1.x, it is main evidence."""
    return tuple(
        Document(entry, metadata, node_of(entry) or MAIN, _package(entry))
        for entry in response.iter(_OBJECT)
        for metadata in held(entry, "EvidenceMetadata", "Evidence")
    )


def _package(entry: etree._Element) -> etree._Element | None:
    around = next(entry.iterancestors(_OBJECT), None)
    return around if around is not None and type_of(around) == (RIM, "RegistryPackageType") else None


def references(message: etree._Element) -> list[tuple[str, etree._Element]]:
    """Every reference to a part: its content id as `left@right`, and the element that refers to it."""
    return [(content_id(found.get(attribute("xlink:href"), "")), found) for found in message.iter(_REFERENCE)]


def content_id(uri: str) -> str:
    """The content id in a `cid:` URI (RFC 2392); any other text stays as it is."""
    trimmed = tidy(uri)
    return unquote(trimmed.removeprefix(CID)) if trimmed.startswith(CID) else trimmed
