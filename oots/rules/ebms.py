"""What OOTS forbids in the ebMS header of a message (R-EDM-ebMS-*, TDD 4.7.2), on `eb:Messaging`.

`OOTSDK-ebMS-*` are demands of the header guide (TDD 4.7.1) whose published numbers are not known to us. R-EDM-ebMS-006
and 021 are left out, since nothing but their numbers is known.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from lxml import etree

from oots.rules.checks.asking import string
from oots.rules.checks.attributes import attribute_filled, attribute_in, attribute_like
from oots.rules.checks.values import code_of
from oots.rules.codelists import CodeList
from oots.rules.exact import a_uuid, exactly
from oots.rules.place import tag
from oots.rules.rule import Check, Node, Rule, at, fatal, warning

MESSAGE: Final = "/eb:Messaging/eb:UserMessage"
FIRST_PROPERTIES: Final = ("originalSender", "finalRecipient")
PROPERTIES: Final = (*FIRST_PROPERTIES, "ExchangeId", "SpecificationId")
ROLE: Final = "http://sdg.europa.eu/edelivery/gateway"
SERVICE: Final = "QueryManager"
SERVICE_TYPE: Final = "urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0"
ACTIONS: Final = CodeList(
    "actions",
    {
        "ExecuteQueryRequest": "a request",
        "ExecuteQueryResponse": "a response",
        "ExceptionResponse": "an error response",
    },
)
SINGLE_PART: Final = ("ExecuteQueryRequest", "ExceptionResponse")
REGREP: Final = "application/x-ebrs+xml"
_PART: Final = f"{tag('eb:PayloadInfo')}/{tag('eb:PartInfo')}"
_PROPERTY: Final = f"{tag('eb:PartProperties')}/{tag('eb:Property')}"
_at = partial(at, "4.7.2")


def header_rules(version: str) -> tuple[Rule, ...]:
    """The rules on the header of a message in that version: 2.0 has two message properties more than 1.x."""
    names = PROPERTIES if version == "v2.0" else FIRST_PROPERTIES
    return (
        *_at(f"{MESSAGE}/eb:CollaborationInfo/eb:ConversationId", fatal("R-EDM-ebMS-017", a_uuid())),
        *_at(
            f"{MESSAGE}/eb:MessageProperties",
            fatal("R-EDM-ebMS-018", as_many_properties(len(names))),
            fatal("R-EDM-ebMS-019", properties_named(*names)),
        ),
        *_at(
            MESSAGE,
            fatal("R-EDM-ebMS-018", has_properties()),
            fatal("R-EDM-ebMS-023", one_part_unless_a_response()),
            warning("R-EDM-ebMS-032", first_part_is_the_document()),
        ),
        *_at(f"{MESSAGE}/eb:PayloadInfo/eb:PartInfo", fatal("R-EDM-ebMS-030", has_media_type())),
        *(_new(version) if version == "v2.0" else ()),
        *_constants(),
    )


def _constants() -> tuple[Rule, ...]:
    """What is the same in every header of the exchange, and how parties and parts are named."""
    collaboration, named = f"{MESSAGE}/eb:CollaborationInfo", f"{MESSAGE}/eb:MessageProperties/eb:Property"
    return (
        *(
            rule
            for side in ("From", "To")
            for rule in at(
                "4.7.1",
                f"{MESSAGE}/eb:PartyInfo/eb:{side}/eb:Role",
                fatal("OOTSDK-ebMS-001", exactly(re.escape(ROLE), ROLE)),
            )
        ),
        *at(
            "4.7.1",
            f"{collaboration}/eb:Service",
            fatal("OOTSDK-ebMS-002", exactly(SERVICE, SERVICE)),
            fatal("OOTSDK-ebMS-002", attribute_in("type", SERVICE_TYPE)),
        ),
        *at("4.7.1", f"{collaboration}/eb:Action", fatal("OOTSDK-ebMS-003", code_of(ACTIONS))),
        *(
            rule
            for name in FIRST_PROPERTIES
            for rule in at("4.7.1", f"{named}[@name={name}]", fatal("OOTSDK-ebMS-004", attribute_filled("type")))
        ),
        *at(
            "4.7.1",
            f"{MESSAGE}/eb:PayloadInfo/eb:PartInfo",
            fatal("OOTSDK-ebMS-005", attribute_like("href", r"^cid:[^\s@]+@[^\s@]+\Z", "cid:…@…")),
        ),
    )


def _new(version: str) -> tuple[Rule, ...]:
    """The properties that 2.0 brought."""
    named = f"{MESSAGE}/eb:MessageProperties/eb:Property"
    return (
        *_at(f"{named}[@name=ExchangeId]", fatal("R-EDM-ebMS-037", a_uuid())),
        *_at(
            f"{named}[@name=SpecificationId]",
            fatal("R-EDM-ebMS-038", exactly(f"oots-edm:{version}", f"oots-edm:{version}")),
        ),
    )


def _element(node: Node) -> etree._Element:
    if isinstance(node, str):
        raise TypeError("this check is for elements")
    return node


def has_properties() -> Check:
    def spoil(node: Node) -> None:
        for child in _element(node).findall(tag("eb:MessageProperties")):
            _element(node).remove(child)

    return Check(
        "must have message properties",
        lambda node: None if _element(node).find(tag("eb:MessageProperties")) is not None else "none",
        spoil,
    )


def as_many_properties(number: int) -> Check:
    def count(node: Node) -> int:
        return len(_element(node).findall(tag("eb:Property")))

    def spoil(node: Node) -> None:
        etree.SubElement(_element(node), tag("eb:Property"), {"name": "another"}).text = "x"

    return Check(
        f"must have exactly {number} properties",
        lambda node: None if count(node) == number else f"{count(node)}",
        spoil,
    )


def properties_named(*names: str) -> Check:
    def find(node: Node) -> str | None:
        found = sorted(child.get("name", "") for child in _element(node).findall(tag("eb:Property")))
        return None if found == sorted(names) else ", ".join(found) or "none"

    def spoil(node: Node) -> None:
        for child in _element(node).findall(tag("eb:Property")):
            child.set("name", "another")

    return Check(f"must have the properties {', '.join(names)}", find, spoil)


def one_part_unless_a_response() -> Check:
    """A request or an exception is exactly one part."""

    def find(node: Node) -> str | None:
        action = "".join(string(each) for each in _element(node).iter(tag("eb:Action")))
        parts = len(_element(node).findall(_PART))
        return None if action not in SINGLE_PART or parts == 1 else f"{parts} parts"

    def spoil(node: Node) -> None:
        for action in _element(node).iter(tag("eb:Action")):
            action.text = SINGLE_PART[0]
        for payload in _element(node).findall(tag("eb:PayloadInfo")):
            etree.SubElement(payload, tag("eb:PartInfo"), {"href": "cid:another@example"})

    return Check("must have exactly one part if it is a request or an exception", find, spoil)


def _media_type(part: etree._Element) -> str:
    properties = part.findall(_PROPERTY)
    return next((string(each) for each in properties if each.get("name") == "MimeType"), "")


def has_media_type() -> Check:
    def spoil(node: Node) -> None:
        for each in _element(node).findall(_PROPERTY):
            each.set("name", "another")

    return Check("must say its MimeType", lambda node: None if _media_type(_element(node)) else "none", spoil)


def first_part_is_the_document() -> Check:
    def find(node: Node) -> str | None:
        first = _element(node).find(_PART)
        found = "" if first is None else _media_type(first)
        return None if found == REGREP else found or "no part"

    def spoil(node: Node) -> None:
        for each in _element(node).findall(f"{_PART}/{_PROPERTY}"):
            each.text = "application/pdf"

    return Check(f"must have a first part of the type {REGREP}", find, spoil)
