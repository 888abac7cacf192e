"""Receipts prove to the sender that the receiver got exactly what was sent; any other receipt is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from lxml import etree

from oots.edelivery.message import OpenedMessage, open_message, seal_message
from oots.edelivery.receipt import check_receipt, open_receipt, seal_receipt
from oots.edelivery.shape import ds
from oots.edelivery.signal import error_signal, read_signal
from oots.edelivery.signature import SignedDigest
from oots.edelivery.soap import EBBP, SECURITY, eb
from oots.model.errors import TransportError
from tests.support.edelivery import DENMARK, LITHUANIA, NOW, PARTS, a_header, altered, domain

SENT = seal_message(a_header(), PARTS, domain().keys[DENMARK])
OTHER = seal_message(
    a_header(message_id="other@ap-dk-01.oots.example"),
    (replace(PARTS[0], content=b"<other></other>"),),
    domain().keys[DENMARK],
)
RECEIPT_ID = "receipt@ap-lt-01.oots.example"


def received(sealed_body: bytes = SENT.body, content_type: str = SENT.content_type) -> OpenedMessage:
    return open_message(content_type, sealed_body, domain().anchors, NOW)


def receipt(opened: OpenedMessage | None = None, by: str = LITHUANIA) -> bytes:
    return seal_receipt(opened or received(), RECEIPT_ID, NOW, domain().keys[by])


def check(
    data: bytes,
    message_id: str = SENT.message_id,
    digests: tuple[SignedDigest, ...] = SENT.digests,
    at: datetime = NOW,
) -> None:
    check_receipt(data, message_id=message_id, digests=digests, receiver=LITHUANIA, anchors=domain().anchors, at=at)


def test_the_receipt_of_what_was_sent_is_accepted() -> None:
    check(receipt())


def test_an_opened_receipt_says_who_received_what() -> None:
    opened = open_receipt(receipt(), domain().anchors, NOW)
    assert opened.signer.party_id == LITHUANIA
    assert opened.certificate == domain().keys[LITHUANIA].certificate
    assert opened.ref_to == SENT.message_id
    assert opened.received == SENT.digests


def test_the_order_of_the_digests_does_not_matter() -> None:
    check(receipt(), digests=tuple(reversed(SENT.digests)))


def test_equal_receipts_have_equal_bytes() -> None:
    assert receipt() == receipt()


def test_a_receipt_repeats_every_reference_of_the_signature() -> None:
    root = etree.fromstring(receipt())
    repeated = [
        SignedDigest(each.get("URI", ""), each.findtext(ds("DigestValue"), ""))
        for each in root.iterfind(f".//{{{EBBP}}}MessagePartNRInformation/{ds('Reference')}")
    ]
    assert tuple(repeated) == SENT.digests
    assert read_signal(receipt()).ref_to == SENT.message_id


def assert_refused(problem: Callable[[], None]) -> TransportError:
    check(receipt())
    with pytest.raises(TransportError) as caught:
        problem()
    assert (caught.value.ebms, caught.value.short) == ("EBMS:0302", "InvalidReceipt")
    return caught.value


def test_a_receipt_for_other_digests_is_refused() -> None:
    wrong = (*SENT.digests[:-1], replace(SENT.digests[-1], value=SENT.digests[0].value))
    assert "other digests" in assert_refused(lambda: check(receipt(), digests=wrong)).why


def test_a_receipt_that_names_fewer_digests_than_were_sent_is_refused() -> None:
    assert "other digests" in assert_refused(lambda: check(receipt(), digests=SENT.digests[:-1])).why


def test_a_receipt_for_another_message_is_refused() -> None:
    other = receipt(received(OTHER.body, OTHER.content_type))
    assert "another message" in assert_refused(lambda: check(other)).why


def test_a_receipt_with_the_right_id_for_another_message_is_refused() -> None:
    mixed = replace(received(), soap=OTHER.soap)
    assert "other digests" in assert_refused(lambda: check(receipt(mixed))).why


def test_a_receipt_signed_by_another_member_is_refused() -> None:
    assert "signed by AP_DK_01" in assert_refused(lambda: check(receipt(by=DENMARK))).why


def test_a_receipt_signed_by_a_stranger_is_refused() -> None:
    assert_refused(lambda: check(receipt(by="foreign")))


def test_a_receipt_whose_certificate_has_expired_is_refused() -> None:
    assert_refused(lambda: check(receipt(), at=NOW + timedelta(days=60)))


def test_an_unsigned_receipt_is_refused() -> None:
    def unsign(root: etree._Element) -> None:
        root[0].remove(root[0].find(SECURITY))

    assert_refused(lambda: check(altered(receipt(), unsign)))


def test_a_receipt_that_was_changed_after_signing_is_refused() -> None:
    def change(root: etree._Element) -> None:
        next(root.iter(eb("Timestamp"))).text = "2026-08-06T10:00:01.000Z"

    check(altered(receipt(), lambda root: None))
    assert_refused(lambda: check(altered(receipt(), change)))


def test_every_sampled_bit_of_a_receipt_counts() -> None:
    genuine = receipt()

    def accepts(at: int) -> bool:
        changed = bytearray(genuine)
        changed[at] ^= 1 << at % 8
        try:
            check(bytes(changed))
        except TransportError:
            return False
        return True

    check(genuine)
    assert [at for at in range(0, len(genuine), 7) if accepts(at)] == []


@pytest.mark.parametrize("data", [b"", b"<html></html>", b"\x00", SENT.soap])
def test_what_is_no_receipt_is_refused(data: bytes) -> None:
    assert_refused(lambda: check(data))


def test_an_error_signal_is_no_receipt() -> None:
    error = TransportError("EBMS:0101", "FailedAuthentication", "why")
    assert_refused(lambda: check(error_signal(error, RECEIPT_ID, NOW, SENT.message_id)))
