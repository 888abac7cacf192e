"""What an access point sends again may be signed and encrypted anew each time; it is the same message all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from oots.edelivery.mime import MimePart
from oots.edelivery.receipt import open_receipt
from oots.edelivery.soap import eb
from oots.exchange.journal import Entry
from oots.model.clock import iso
from tests.support.doors import Door, attachments_of, encrypting_door, provider_door, signed_anew


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with provider_door(tmp_path) as opened:
        yield opened


def dated(door: Door, seconds: int) -> Callable[[etree._Element], None]:
    """Dates the header so long after now."""

    def change(root: etree._Element) -> None:
        (timestamp,) = root.iter(eb("Timestamp"))
        timestamp.text = iso(door.now + timedelta(seconds=seconds))

    return change


def named_in(receipt: bytes, door: Door) -> dict[str, str]:
    return {digest.uri: digest.value for digest in open_receipt(receipt, door.town.anchors, door.now).received}


def entries(door: Door, exchange_id: str) -> list[Entry]:
    return [line.entry for line in door.log(exchange_id)]


def test_a_message_that_is_signed_anew_acts_once_and_has_a_receipt_for_what_was_signed(door: Door) -> None:
    message = door.sealed()
    parts, key, header = attachments_of(message), door.key(), message.header
    first = named_in(door.point.receive(*signed_anew(header, parts, key, dated(door, 1))), door)
    again = named_in(door.point.receive(*signed_anew(header, parts, key, dated(door, 2))), door)
    assert {uri for uri in first if first[uri] != again[uri]} == {"#messaging"}
    log = entries(door, header.exchange_id)
    assert (log.count(Entry.REQUEST_RECEIVED), log.count(Entry.DUPLICATE_RECEIVED)) == (1, 1)
    assert log.count(Entry.EXCEPTION_SENT) == 1


def test_a_message_that_is_encrypted_anew_has_the_receipt_that_it_was_given(tmp_path: Path) -> None:
    with encrypting_door(tmp_path) as door:
        header, part = door.header(), door.part()
        once, twice = door.sealed(header, part), door.sealed(header, part)
        assert once.body != twice.body
        first = door.point.receive(once.content_type, once.body)
        assert door.point.receive(twice.content_type, twice.body) == first
        assert entries(door, header.exchange_id)[-1] is Entry.DUPLICATE_RECEIVED


def test_a_message_that_says_something_else_under_the_same_id_is_refused(door: Door) -> None:
    message = door.sealed()
    parts, key, header = attachments_of(message), door.key(), message.header
    door.point.receive(message.content_type, message.body)
    other_parts = [MimePart(each.content_id, each.media_type, b"<other></other>") for each in parts]
    other_conversation = replace(header, conversation_id=door.ids.uuid())
    for changed in (signed_anew(header, other_parts, key), signed_anew(other_conversation, parts, key)):
        assert "used for another message" in door.refused(*changed).why
