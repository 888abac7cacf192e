"""The ebMS user message header of OOTS (`eb:UserMessage`, TDD 4.7) and its XML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from oots.edelivery.compression import GZIP
from oots.edelivery.faults import decompression_failure, invalid_header
from oots.edelivery.soap import add, eb, message_element
from oots.model.clock import iso
from oots.model.identifiers import UNREGISTERED, Identifier
from oots.wire.namespaces import EB

PARTY_TYPE = UNREGISTERED + "oots"
ROLE = "http://sdg.europa.eu/edelivery/gateway"
SERVICE = Identifier("urn:oasis:names:tc:ebcore:ebrs:ebms:binding:1.0", "QueryManager")
EXECUTE_QUERY_REQUEST = "ExecuteQueryRequest"
EXECUTE_QUERY_RESPONSE = "ExecuteQueryResponse"
EXCEPTION_RESPONSE = "ExceptionResponse"
ACTIONS = frozenset({EXECUTE_QUERY_REQUEST, EXECUTE_QUERY_RESPONSE, EXCEPTION_RESPONSE})
TEST_SERVICE = Identifier("", EB + "service")
TEST = EB + "test"
"""The action of a message that only asks whether messages arrive (ebMS 3.0, 5.2.2.8 and 5.2.2.9)."""
REGREP = "application/x-ebrs+xml"

ORIGINAL_SENDER = "originalSender"
FINAL_RECIPIENT = "finalRecipient"
EXCHANGE_ID = "ExchangeId"
SPECIFICATION_ID = "SpecificationId"
MIME_TYPE = "MimeType"
COMPRESSION_TYPE = "CompressionType"
CID = "cid:"

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_CONTENT_ID = re.compile(r"[A-Za-z0-9_+=@-][A-Za-z0-9_+=@.-]{0,249}")
_LEFT_RIGHT = re.compile(r"[A-Za-z0-9._+-]{1,120}@[A-Za-z0-9.-]{1,120}")


@dataclass(frozen=True, slots=True)
class PartInfo:
    """`eb:PartInfo`: `content_id` is `left@right`; `media_type` is that of the uncompressed content."""

    content_id: str
    media_type: str
    compressed: bool = False


@dataclass(frozen=True, slots=True)
class UserMessage:
    """`eb:UserMessage`: from access point C2 to C3, for the original sender C1 and the final recipient C4.

    `message_id` and content ids are `left@right`, `timestamp` is aware and in UTC; conversation and exchange are bare
    UUIDs. EDM 1.x puts neither exchange nor version into the header: `exchange_id` and `specification` are empty then.
    Service and roles are constants of the profile; the service of the action TEST is TEST_SERVICE. In a header that
    breaks a rule, what could not be read is empty.
    """

    message_id: str
    timestamp: datetime
    sender: Identifier
    receiver: Identifier
    action: str
    conversation_id: str
    original_sender: Identifier
    final_recipient: Identifier
    exchange_id: str
    specification: str
    parts: tuple[PartInfo, ...]
    ref_to_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """One `eb:Property`."""

    name: str
    value: str
    type: str = ""


def is_left_right(text: str) -> bool:
    """Whether `text` has the form that message ids and content ids take here: `left@right` of safe ASCII."""
    return _LEFT_RIGHT.fullmatch(text) is not None


def encode(header: UserMessage) -> etree._Element:
    """`eb:UserMessage`, for the envelope."""
    message = message_element("UserMessage")
    add_message_info(message, header.message_id, header.timestamp, header.ref_to_message_id)
    _add_parties(message, header)
    _add_collaboration(message, header)
    _add_properties(add(message, eb("MessageProperties")), message_properties(header))
    if header.action != TEST:
        _add_payload(message, header.parts)
    return message


def message_properties(header: UserMessage) -> tuple[Property, ...]:
    """The two message properties of EDM 1.x, in order, and the two that 2.0 adds where the header has them."""
    added = (Property(EXCHANGE_ID, header.exchange_id), Property(SPECIFICATION_ID, header.specification))
    return (
        Property(ORIGINAL_SENDER, header.original_sender.value, header.original_sender.scheme),
        Property(FINAL_RECIPIENT, header.final_recipient.value, header.final_recipient.scheme),
        *(each for each in added if each.value),
    )


def add_message_info(message: etree._Element, message_id: str, timestamp: datetime, ref_to: str | None) -> None:
    """`eb:MessageInfo`, as user messages and signals carry it."""
    info = add(message, eb("MessageInfo"))
    add(info, eb("Timestamp"), iso(timestamp))
    add(info, eb("MessageId"), message_id)
    if ref_to is not None:
        add(info, eb("RefToMessageId"), ref_to)


def _add_parties(message: etree._Element, header: UserMessage) -> None:
    parties = add(message, eb("PartyInfo"))
    for name, party in (("From", header.sender), ("To", header.receiver)):
        corner = add(parties, eb(name))
        add(corner, eb("PartyId"), party.value, {"type": party.scheme})
        add(corner, eb("Role"), ROLE)


def _add_collaboration(message: etree._Element, header: UserMessage) -> None:
    collaboration = add(message, eb("CollaborationInfo"))
    service = TEST_SERVICE if header.action == TEST else SERVICE
    add(collaboration, eb("Service"), service.value, {"type": service.scheme} if service.scheme else {})
    add(collaboration, eb("Action"), header.action)
    add(collaboration, eb("ConversationId"), header.conversation_id)


def _add_properties(parent: etree._Element, properties: Iterable[Property]) -> None:
    for each in properties:
        attributes = {"name": each.name, "type": each.type} if each.type else {"name": each.name}
        add(parent, eb("Property"), each.value, attributes)


def _add_payload(message: etree._Element, parts: tuple[PartInfo, ...]) -> None:
    payload = add(message, eb("PayloadInfo"))
    for part in parts:
        info = add(payload, eb("PartInfo"), attributes={"href": CID + part.content_id})
        properties = [Property(MIME_TYPE, part.media_type)]
        if part.compressed:
            properties.append(Property(COMPRESSION_TYPE, GZIP))
        _add_properties(add(info, eb("PartProperties")), properties)


def part_uris(messaging: etree._Element) -> tuple[str, ...]:
    """The `href` of every PartInfo, in order, whatever else the header holds."""
    path = "/".join((eb("UserMessage"), eb("PayloadInfo"), eb("PartInfo")))
    return tuple(part.get("href", "") for part in messaging.iterfind(path))


def decode(messaging: etree._Element) -> UserMessage:
    """The one user message of `eb:Messaging`.

    Raises TransportError: EBMS:0009 for a header that is not of the profile, EBMS:0303 for an unknown compression.
    What the rules R-EDM-ebMS-* judge is read as it is, and empty where it is missing.
    """
    if [child.tag for child in messaging] != [eb("UserMessage")]:
        raise invalid_header("eb:Messaging must hold one eb:UserMessage and nothing else")
    message = messaging[0]
    properties = _properties(message.find(eb("MessageProperties")))
    return _decode(message, {each.name: each for each in properties})


def _decode(message: etree._Element, properties: dict[str, Property]) -> UserMessage:
    info = only(message, "MessageInfo")
    collaboration = only(message, "CollaborationInfo")
    reference = info.find(eb("RefToMessageId"))
    return UserMessage(
        message_id=identifier_text(only(info, "MessageId")),
        timestamp=moment(only(info, "Timestamp")),
        sender=party(message, "From"),
        receiver=party(message, "To"),
        action=_action(collaboration),
        conversation_id=only(collaboration, "ConversationId").text or "",
        original_sender=_corner(properties.get(ORIGINAL_SENDER)),
        final_recipient=_corner(properties.get(FINAL_RECIPIENT)),
        exchange_id=_value(properties.get(EXCHANGE_ID)),
        specification=_value(properties.get(SPECIFICATION_ID)),
        parts=_parts(message),
        ref_to_message_id=None if reference is None else identifier_text(reference),
    )


def only(parent: etree._Element, name: str) -> etree._Element:
    """The one child of that ebMS name; raises TransportError (EBMS:0009) when there is none or another."""
    found = parent.findall(eb(name))
    if len(found) != 1:
        raise invalid_header(f"{len(found)} elements {name} instead of one")
    return found[0]


def moment(element: etree._Element) -> datetime:
    """The UTC time in an element of type xs:dateTime; a time without zone is refused (EBMS:0009)."""
    text = element.text or ""
    try:
        if _DATE_TIME.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise invalid_header("the timestamp is no time with a zone")


def identifier_text(element: etree._Element) -> str:
    """The `left@right` in an element; raises TransportError (EBMS:0009) for another form."""
    text = element.text or ""
    if not is_left_right(text):
        raise invalid_header(f"{etree.QName(element).localname} is not of the form left@right")
    return text


def party(message: etree._Element, corner: str) -> Identifier:
    """The access point in `From` or `To`; raises TransportError (EBMS:0009) when it is not one of OOTS."""
    side = only(only(message, "PartyInfo"), corner)
    party_id = only(side, "PartyId")
    if party_id.get("type") != PARTY_TYPE or not party_id.text:
        raise invalid_header(f"{corner} names no OOTS access point")
    if only(side, "Role").text != ROLE:
        raise invalid_header(f"{corner} has another role than gateway")
    return Identifier(PARTY_TYPE, party_id.text)


def _action(collaboration: etree._Element) -> str:
    service, action = only(collaboration, "Service"), only(collaboration, "Action").text or ""
    named = Identifier(service.get("type", ""), service.text or "")
    if (named, action) == (TEST_SERVICE, TEST):
        return action
    if named != SERVICE:
        raise invalid_header("the service is not the OOTS query manager")
    if action not in ACTIONS:
        raise invalid_header("the action is none of OOTS")
    return action


def _properties(parent: etree._Element | None) -> tuple[Property, ...]:
    if parent is None:
        return ()
    return tuple(
        Property(each.get("name", ""), each.text or "", each.get("type", ""))
        for each in parent.iterfind(eb("Property"))
    )


def _corner(found: Property | None) -> Identifier:
    return Identifier("", "") if found is None else Identifier(found.type, found.value)


def _value(found: Property | None) -> str:
    return "" if found is None else found.value


def _parts(message: etree._Element) -> tuple[PartInfo, ...]:
    payload = message.find(eb("PayloadInfo"))
    return () if payload is None else tuple(_part(info) for info in payload.iterfind(eb("PartInfo")))


def _part(info: etree._Element) -> PartInfo:
    properties = {each.name: each.value for each in _properties(info.find(eb("PartProperties")))}
    compression = properties.get(COMPRESSION_TYPE)
    if compression not in (None, GZIP):
        raise decompression_failure("a part is compressed in another way than gzip")
    content_id = info.get("href", "").removeprefix(CID)
    if not _CONTENT_ID.fullmatch(content_id):
        raise invalid_header("a content id has letters that could lead a path or an address astray")
    return PartInfo(content_id, properties.get(MIME_TYPE, ""), compressed=compression is not None)
