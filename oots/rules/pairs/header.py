"""An ebMS header as the pair rules look at it: by names, whatever else it holds (TDD 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from oots.model.identifiers import Identifier
from oots.rules.checks.asking import string, tidy
from oots.rules.pairs.lookup import content_id
from oots.rules.pairs.pair import ALL
from oots.rules.place import tag

ORIGINAL_SENDER: Final = "originalSender"
FINAL_RECIPIENT: Final = "finalRecipient"
EXCHANGE: Final = "ExchangeId"
SPECIFICATION_PROPERTY: Final = "SpecificationId"
_PART: Final = f"{tag('eb:PayloadInfo')}/{tag('eb:PartInfo')}"


@dataclass(frozen=True, slots=True)
class Header:
    """The first `eb:UserMessage` in `eb:Messaging` or in a SOAP envelope; `element` is that of the place itself where
    there is none."""

    element: etree._Element

    @classmethod
    def of(cls, messaging: etree._Element) -> Header:
        return cls(next(messaging.iter(tag("eb:UserMessage")), messaging))

    def at(self, *path: str) -> etree._Element | None:
        return self.element.find("/".join(tag(f"eb:{name}") for name in path))

    def text(self, *path: str) -> str:
        return text_in(self.at(*path))

    def message_property(self, name: str) -> etree._Element | None:
        return named_property(self.at("MessageProperties"), name)

    def property_text(self, name: str) -> str:
        return text_in(self.message_property(name))

    def corner(self, name: str) -> Identifier | None:
        """The authority that a message property names."""
        return _party(self.message_property(name))

    def access_point(self, side: str) -> Identifier | None:
        """The party in `From` or `To`."""
        return _party(self.at("PartyInfo", side, "PartyId"))

    @property
    def parts(self) -> list[etree._Element]:
        return self.element.findall(_PART)

    @property
    def payload(self) -> etree._Element:
        """The place of the parts; the message where it says nothing of any."""
        found = self.at("PayloadInfo")
        return self.element if found is None else found

    @property
    def version(self) -> str:
        """The version that the header names; the first where it has none of the properties that 2.0 added."""
        named = self.property_text(SPECIFICATION_PROPERTY).rpartition(":")[2]
        if named in ALL:
            return named
        return ALL[0] if self.message_property(EXCHANGE) is None else ALL[-1]


def _party(element: etree._Element | None) -> Identifier | None:
    """Type and value; None where the element says nothing."""
    found = text_in(element)
    return Identifier(tidy(element.get("type", "")), found) if element is not None and found else None


def named_property(holder: etree._Element | None, name: str) -> etree._Element | None:
    found = () if holder is None else holder.iterchildren(tag("eb:Property"))
    return next((each for each in found if each.get("name") == name), None)


def text_in(element: etree._Element | None) -> str:
    return "" if element is None else tidy(string(element))


def part_property(part: etree._Element, name: str) -> str:
    return text_in(named_property(part.find(tag("eb:PartProperties")), name))


def part_id(part: etree._Element) -> str:
    return content_id(part.get("href", ""))


def bare(media_type: str) -> str:
    """A media type without parameters; its letters have no case (RFC 2045)."""
    return tidy(media_type.partition(";")[0]).lower()
