"""The test service of ebMS: a message that asks whether messages arrive, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from oots.edelivery.header import TEST
from oots.edelivery.message import seal_message
from oots.edelivery.receipt import check_receipt
from oots.edelivery.soap import eb
from tests.support.doors import Door, provider_door, signed_anew


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with provider_door(tmp_path) as opened:
        yield opened


def test_a_ping_gets_a_signed_receipt_and_does_nothing(door: Door) -> None:
    ping = seal_message(door.header(action=TEST), (), door.key())
    rows = door._rows()
    for _ in range(2):
        check_receipt(
            door.point.receive(ping.content_type, ping.body),
            message_id=ping.message_id,
            digests=ping.digests,
            receiver="AP_DK_01",
            anchors=door.town.anchors,
            at=door.now,
        )
    assert door._rows() == rows
    assert not door.log(ping.header.exchange_id)
    door.control()


def test_a_ping_of_nobody_who_is_believed_is_refused(door: Door) -> None:
    ping = seal_message(door.header(action=TEST), (), door.key("ap-dk-01"))
    assert door.refused(ping.content_type, ping.body).told == "EBMS:0101"


def test_the_test_service_has_no_other_action_and_the_test_action_no_other_service(door: Door) -> None:
    header = door.header(action=TEST)

    def another_service(root: etree._Element) -> None:
        (service,) = root.iter(eb("Service"))
        service.text = "QueryManager"

    def another_action(root: etree._Element) -> None:
        (action,) = root.iter(eb("Action"))
        action.text = "ExecuteQueryRequest"

    for change in (another_service, another_action):
        assert door.refused(*signed_anew(header, (), door.key(), change)).told == "EBMS:0009"
