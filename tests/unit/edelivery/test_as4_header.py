"""The ebMS header: rules answered at business level, and headers that are not of the profile at all."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from oots.edelivery import soap
from oots.edelivery.header import (
    EXCEPTION_RESPONSE,
    EXECUTE_QUERY_REQUEST,
    EXECUTE_QUERY_RESPONSE,
    PARTY_TYPE,
    PartInfo,
    UserMessage,
    decode,
    encode,
)
from oots.edelivery.message import OpenedMessage, Part, open_message, seal_message
from oots.edelivery.soap import MESSAGING, eb
from oots.model.errors import TransportError
from oots.model.identifiers import Identifier
from oots.rules.books import rulebook
from oots.rules.kind import Kind
from tests.support.edelivery import DENMARK, DOCUMENT, EVIDENCE, NOW, PARTS, PDF, a_header, domain, handmade, sent

INFOS = tuple(PartInfo(part.content_id, part.media_type) for part in PARTS)


def message_after(change: Callable[[etree._Element], None]) -> OpenedMessage:
    """A message that was changed before it was signed."""
    return open_message(*handmade(a_header(parts=INFOS), sent(*PARTS), change=change), domain().anchors, NOW)


def opened_after(change: Callable[[etree._Element], None]) -> UserMessage:
    return message_after(change).header


def broken(opened: OpenedMessage, version: str = "v2.0") -> set[str]:
    """The rules of a version that the header of a believed message breaks."""
    return {found.rule for found in rulebook(Kind.EBMS_HEADER, version).findings(opened.messaging)}


def named(root: etree._Element, name: str) -> etree._Element:
    return next(root.iter(eb(name)))


def the_property(root: etree._Element, name: str) -> etree._Element:
    return next(each for each in root.iter(eb("Property")) if each.get("name") == name)


def remove_exchange_id(root: etree._Element) -> None:
    named(root, "MessageProperties").remove(the_property(root, "ExchangeId"))


def remove_all_properties(root: etree._Element) -> None:
    named(root, "UserMessage").remove(named(root, "MessageProperties"))


def add_a_fifth_property(root: etree._Element) -> None:
    etree.SubElement(named(root, "MessageProperties"), eb("Property"), name="trackingIdentifier").text = "1"


def rename_a_property(root: etree._Element) -> None:
    the_property(root, "originalSender").set("name", "OriginalSender")


def repeat_a_property_in_place_of_another(root: etree._Element) -> None:
    remove_exchange_id(root)
    named(root, "MessageProperties").append(deepcopy(the_property(root, "originalSender")))


def remove_the_media_type_of_the_pdf(root: etree._Element) -> None:
    properties = list(root.iter(eb("PartProperties")))[-1]
    properties.remove(properties[0])


def remove_all_parts(root: etree._Element) -> None:
    named(root, "UserMessage").remove(named(root, "PayloadInfo"))


def unchanged(_root: etree._Element) -> None:
    """The control."""


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("R-EDM-ebMS-018", remove_exchange_id),
        ("R-EDM-ebMS-018", remove_all_properties),
        ("R-EDM-ebMS-018", add_a_fifth_property),
        ("R-EDM-ebMS-019", rename_a_property),
        ("R-EDM-ebMS-019", repeat_a_property_in_place_of_another),
        ("R-EDM-ebMS-030", remove_the_media_type_of_the_pdf),
    ],
)
def test_a_believed_header_that_breaks_a_rule_says_which(rule: str, change: Callable[[etree._Element], None]) -> None:
    assert opened_after(unchanged) == a_header(parts=INFOS)
    assert broken(message_after(unchanged)) == set()
    assert rule in broken(message_after(change))


@pytest.mark.parametrize(
    ("rule", "changes", "parts"),
    [
        ("R-EDM-ebMS-017", {"conversation_id": "session-7"}, PARTS),
        ("R-EDM-ebMS-023", {"action": EXECUTE_QUERY_REQUEST}, (DOCUMENT, PDF)),
        ("R-EDM-ebMS-023", {"action": EXCEPTION_RESPONSE}, (DOCUMENT, EVIDENCE)),
        ("R-EDM-ebMS-023", {"action": EXCEPTION_RESPONSE}, ()),
        ("R-EDM-ebMS-032", {}, (PDF, DOCUMENT)),
        ("R-EDM-ebMS-032", {}, ()),
        ("R-EDM-ebMS-037", {"exchange_id": "urn:uuid:00000000-0000-4000-8000-000000000003"}, PARTS),
        ("R-EDM-ebMS-038", {"specification": "oots-edm:v1.2"}, PARTS),
    ],
)
def test_a_believed_message_that_breaks_a_rule_can_still_be_answered(
    rule: str, changes: dict[str, str], parts: tuple[Part, ...]
) -> None:
    control = seal_message(a_header(), PARTS, domain().keys[DENMARK])
    assert open_message(control.content_type, control.body, domain().anchors, NOW).parts == PARTS
    message = seal_message(a_header(**changes), parts, domain().keys[DENMARK])
    opened = open_message(message.content_type, message.body, domain().anchors, NOW)
    assert rule in broken(opened)
    assert opened.header == message.header
    assert opened.parts == parts
    assert opened.signer.party_id == DENMARK


def test_a_rule_is_judged_only_after_the_signature() -> None:
    message = seal_message(a_header(conversation_id="session-7"), PARTS, domain().keys["foreign"])
    with pytest.raises(TransportError) as caught:
        open_message(message.content_type, message.body, domain().anchors, NOW)
    assert caught.value.ebms == "EBMS:0101"


def set_text(name: str, text: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        named(root, name).text = text

    return change


def set_type(name: str, value: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        named(root, name).set("type", value)

    return change


def remove_child(parent: str, name: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        named(root, parent).remove(named(root, name))

    return change


def repeat(name: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        element = named(root, name)
        parent = element.getparent()
        assert parent is not None
        parent.append(deepcopy(element))

    return change


@pytest.mark.parametrize(
    "change",
    [
        set_text("MessageId", "no-at-sign"),
        set_text("MessageId", "two words@x"),
        set_text("MessageId", "a@b\r\nInjected: header"),
        set_text("Timestamp", "2026-08-06T10:00:00"),
        set_text("Timestamp", "2026-13-06T10:00:00Z"),
        set_text("Timestamp", "yesterday"),
        set_text("PartyId", ""),
        set_type("PartyId", "urn:oasis:names:tc:ebcore:partyid-type:unregistered:other"),
        set_text("Role", "http://docs.oasis-open.org/ebxml-msg/ebms/v3.0/ns/core/200704/initiator"),
        set_text("Service", "Other"),
        set_type("Service", "urn:other"),
        set_text("Action", "DeleteEverything"),
        remove_child("MessageInfo", "Timestamp"),
        remove_child("UserMessage", "PartyInfo"),
        remove_child("CollaborationInfo", "ConversationId"),
        repeat("MessageId"),
        repeat("PartyId"),
        repeat("Action"),
        repeat("UserMessage"),
    ],
)
def test_a_signed_header_that_is_not_of_the_profile_is_refused(change: Callable[[etree._Element], None]) -> None:
    assert opened_after(unchanged) == a_header(parts=INFOS)
    with pytest.raises(TransportError) as caught:
        opened_after(change)
    assert caught.value.ebms in ("EBMS:0009", "EBMS:0007")


def test_an_unknown_compression_is_refused() -> None:
    def change(root: etree._Element) -> None:
        properties = list(root.iter(eb("PartProperties")))[-1]
        etree.SubElement(properties, eb("Property"), name="CompressionType").text = "application/zstd"

    assert opened_after(unchanged) == a_header(parts=INFOS)
    with pytest.raises(TransportError) as caught:
        opened_after(change)
    assert caught.value.ebms == "EBMS:0303"


def test_a_time_in_another_zone_is_read_as_utc() -> None:
    assert opened_after(set_text("Timestamp", "2026-08-06T12:00:00.5+02:00")).timestamp == datetime(
        2026, 8, 6, 10, 0, 0, 500_000, tzinfo=UTC
    )


def test_a_local_time_is_written_in_utc_with_milliseconds() -> None:
    local = NOW.astimezone(timezone(timedelta(hours=2)))
    assert named(encode(a_header(timestamp=local)), "Timestamp").text == "2026-08-06T10:00:00.000Z"


TEXT = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40)
UUIDS = st.uuids(version=4).map(str)
LEFT_RIGHT = st.uuids(version=4).map(lambda uuid: f"{uuid}@oots.example")
HEADERS = st.builds(
    UserMessage,
    message_id=LEFT_RIGHT,
    timestamp=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
    sender=st.builds(Identifier, st.just(PARTY_TYPE), TEXT),
    receiver=st.builds(Identifier, st.just(PARTY_TYPE), TEXT),
    action=st.sampled_from([EXECUTE_QUERY_REQUEST, EXECUTE_QUERY_RESPONSE, EXCEPTION_RESPONSE]),
    conversation_id=UUIDS,
    original_sender=st.builds(Identifier, TEXT, TEXT),
    final_recipient=st.builds(Identifier, TEXT, TEXT),
    exchange_id=UUIDS,
    specification=TEXT,
    parts=st.lists(st.builds(PartInfo, LEFT_RIGHT, TEXT, st.booleans()), max_size=4).map(tuple),
    ref_to_message_id=st.none() | LEFT_RIGHT,
)


@given(HEADERS)
def test_a_header_survives_its_xml(header: UserMessage) -> None:
    messaging = soap.build([encode(header)]).find(f".//{MESSAGING}")
    assert messaging is not None
    assert decode(messaging) == header
    (properties,) = messaging.iter(eb("MessageProperties"))
    assert len(properties) == 4


@given(HEADERS)
def test_a_header_of_edm_1_has_neither_exchange_nor_version(header: UserMessage) -> None:
    first = replace(header, exchange_id="", specification="")
    messaging = soap.build([encode(first)]).find(f".//{MESSAGING}")
    assert messaging is not None
    assert decode(messaging) == first
    (properties,) = messaging.iter(eb("MessageProperties"))
    assert [each.get("name") for each in properties] == ["originalSender", "finalRecipient"]


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("R-EDM-ebMS-018", lambda root: named(root, "MessageProperties").remove(the_property(root, "originalSender"))),
        ("R-EDM-ebMS-019", rename_a_property),
    ],
)
def test_a_header_of_edm_1_has_exactly_its_two_properties(rule: str, change: Callable[[etree._Element], None]) -> None:
    def first(root: etree._Element) -> None:
        remove_exchange_id(root)
        named(root, "MessageProperties").remove(the_property(root, "SpecificationId"))

    def changed(root: etree._Element) -> None:
        first(root)
        change(root)

    assert opened_after(first) == a_header(parts=INFOS, exchange_id="", specification="")
    assert broken(message_after(first), "v1.0") == set()
    assert rule in broken(message_after(changed), "v1.0")


def test_parts_of_a_given_header_are_replaced_by_those_that_are_sent() -> None:
    stale = replace(a_header(), parts=(PartInfo("stale@x", "text/plain"),))
    assert seal_message(stale, PARTS, domain().keys[DENMARK]).header.parts == INFOS
