"""Believed messages whose header breaks a rule: receipted, answered by name in a lawful message, and no crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from oots.edelivery import mime, soap
from oots.edelivery.header import (
    CID,
    EXECUTE_QUERY_REQUEST,
    PARTY_TYPE,
    REGREP,
    PartInfo,
    UserMessage,
    encode,
)
from oots.edelivery.mime import MimePart
from oots.edelivery.signal import SignalKind, read_signal
from oots.edelivery.signature import sign
from oots.edelivery.soap import eb
from oots.exchange.journal import Entry, JournalEntry
from oots.model.clock import RandomIds
from oots.model.identifiers import Identifier
from oots.requester.cases import CASES
from oots.trust.keys import load_key_pair
from oots.wire import request as requests
from tests.support.two_sides import FINDING, SOLVEJ, START, VILNIUS, TwoSides

IDS = RandomIds()
Change = Callable[[etree._Element], None]


def unchanged(_root: etree._Element) -> None:
    """The control."""


def without_property(name: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in [each for each in root.iter(eb("Property")) if each.get("name") == name]:
            found.getparent().remove(found)  # type: ignore[union-attr]  # a property has a parent

    return change


def with_property(name: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in root.iter(eb("Property")):
            found.text = value if found.get("name") == name else found.text

    return change


def without_scheme(name: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in root.iter(eb("Property")):
            if found.get("name") == name:
                del found.attrib["type"]

    return change


def with_text(tag: str, value: str) -> Change:
    def change(root: etree._Element) -> None:
        for found in root.iter(eb(tag)):
            found.text = value

    return change


def posted(town: TwoSides, change: Change, *, empty: bool = False) -> bytes:
    """The provider's reply to request 1 under a header that was changed before it was signed."""
    document = requests.encode(town.requester.request_for(CASES[0], FINDING, SOLVEJ, START))
    parts = [] if empty else [MimePart(f"{IDS.uuid()}@test.example", REGREP, document)]
    header = UserMessage(
        message_id=f"{IDS.uuid()}@test.example",
        timestamp=START,
        sender=Identifier(PARTY_TYPE, "AP_LT_01"),
        receiver=Identifier(PARTY_TYPE, "AP_DK_01"),
        action=EXECUTE_QUERY_REQUEST,
        conversation_id=IDS.uuid(),
        original_sender=VILNIUS.identifier,
        final_recipient=FINDING.access_service.publisher.identifier,
        exchange_id=IDS.uuid(),
        specification="oots-edm:v2.0",
        parts=tuple(PartInfo(part.content_id, part.media_type) for part in parts),
    )
    root = soap.build([encode(header)])
    change(root)
    octets = {CID + part.content_id: part.content for part in parts}
    envelope, _digests = sign(root, octets, load_key_pair(town.keys, "ap-lt-01"))
    return town.provider_point.receive(*mime.write(envelope, parts, header.message_id))


def whole_log(town: TwoSides) -> list[JournalEntry]:
    with town.provider_store.begin() as unit:
        return [told.entry for each in unit.exchange_ids(9) for told in unit.timeline(each)]


def answered(town: TwoSides) -> tuple[str, str]:
    (line,) = [line for line in whole_log(town) if line.entry is Entry.EXCEPTION_SENT]
    return str(line.error_code), str(line.detail).partition(":")[0]


def test_the_header_that_is_in_order_is_acted_on(town: TwoSides) -> None:
    assert read_signal(posted(town, unchanged)).kind is SignalKind.RECEIPT
    assert answered(town)[0] == "EDM:ERR:0002"


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("R-EDM-ebMS-017", with_text("ConversationId", "../../1")),
        ("R-EDM-ebMS-017", with_text("ConversationId", IDS.uuid().upper())),
        ("OOTSDK-ebMS-004", without_scheme("originalSender")),
        ("OOTSDK-ebMS-004", without_scheme("finalRecipient")),
        ("must be valid against schema ebms, line 1", with_property("originalSender", " ")),
        ("must be valid against schema ebms, line 1", with_property("finalRecipient", " ")),
        ("R-EDM-ebMS-018", without_property("originalSender")),
        ("R-EDM-ebMS-018", without_property("finalRecipient")),
        ("R-EDM-ebMS-018", without_property("ExchangeId")),
        ("R-EDM-ebMS-018", without_property("SpecificationId")),
        ("R-EDM-ebMS-037", with_property("ExchangeId", "1\n2")),
        ("R-EDM-ebMS-037", with_property("ExchangeId", IDS.uuid().upper())),
        ("R-EDM-ebMS-038", with_property("SpecificationId", "oots-edm:v9.9")),
    ],
)
def test_a_broken_header_is_receipted_and_answered_in_a_lawful_message(
    town: TwoSides, rule: str, change: Change
) -> None:
    assert read_signal(posted(town, change)).kind is SignalKind.RECEIPT
    assert answered(town) == ("EDM:ERR:0003", rule)
    town.run()
    with town.requester_store.begin() as unit:
        (told,) = [told for each in unit.exchange_ids(9) for told in unit.timeline(each)]
    assert told.entry.entry is Entry.ANSWER_IGNORED
    assert "R-EDM-ebMS" not in str(told.entry.detail)


def test_a_message_without_any_part_is_answered_like_every_broken_header(town: TwoSides) -> None:
    assert read_signal(posted(town, unchanged, empty=True)).kind is SignalKind.RECEIPT
    assert answered(town) == ("EDM:ERR:0003", "R-EDM-ebMS-023")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z"])
def test_a_time_that_no_calendar_has_is_turned_away(town: TwoSides, moment: str) -> None:
    assert read_signal(posted(town, with_text("Timestamp", moment))).codes == ("EBMS:0009",)
    assert read_signal(posted(town, with_text("Timestamp", "2026-09-01T08:29:00Z"))).kind is SignalKind.RECEIPT


def test_a_time_ahead_of_the_clock_does_not_lengthen_the_limits_that_run_from_it(town: TwoSides) -> None:
    for ahead in ("2026-09-01T08:35:01Z", "9999-12-31T23:59:59Z"):
        assert read_signal(posted(town, with_text("Timestamp", ahead))).codes == ("EBMS:0009",)
    assert read_signal(posted(town, with_text("Timestamp", "2026-09-01T08:34:59Z"))).kind is SignalKind.RECEIPT
    assert answered(town)[0] == "EDM:ERR:0002"
