"""Error signals: what they tell the peer, and how signals are told apart."""

from __future__ import annotations

import pytest
from lxml import etree

from oots.edelivery.faults import (
    decompression_failure,
    failed_authentication,
    invalid_header,
    invalid_receipt,
    mime_inconsistency,
)
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.receipt import seal_receipt
from oots.edelivery.signal import Signal, SignalKind, error_signal, read_signal
from oots.edelivery.soap import eb
from oots.model.errors import TransportError
from tests.support.edelivery import DENMARK, LITHUANIA, NOW, PARTS, a_header, domain

REFUSED = "refused@ap-dk-01.oots.example"
SIGNAL_ID = "signal@ap-lt-01.oots.example"


@pytest.mark.parametrize(
    ("error", "category", "origin"),
    [
        (mime_inconsistency("why"), "Unpackaging", "ebMS"),
        (invalid_header("why"), "Unpackaging", "ebMS"),
        (failed_authentication("why"), "Processing", "security"),
        (invalid_receipt("why"), "Communication", "ebMS"),
        (decompression_failure("why"), "Communication", "ebMS"),
    ],
)
def test_an_error_signal_names_the_error(error: TransportError, category: str, origin: str) -> None:
    data = error_signal(error, SIGNAL_ID, NOW, REFUSED)
    assert read_signal(data) == Signal(SignalKind.ERROR, (error.ebms,), REFUSED)
    (element,) = etree.fromstring(data).iter(eb("Error"))
    assert dict(element.attrib) == {
        "errorCode": error.ebms,
        "shortDescription": error.short,
        "severity": "failure",
        "category": category,
        "origin": origin,
        "refToMessageInError": REFUSED,
    }


def test_an_error_signal_without_a_readable_message_refers_to_none() -> None:
    data = error_signal(mime_inconsistency("why"), SIGNAL_ID, NOW, None)
    assert read_signal(data).ref_to is None
    assert b"refTo" not in data


def test_the_peer_cannot_tell_failures_of_trust_apart() -> None:
    reasons = ("the certificate has expired", "a digest is wrong")
    signals = {error_signal(failed_authentication(why), SIGNAL_ID, NOW, REFUSED) for why in reasons}
    assert len(signals) == 1
    assert not any(why.encode() in signal for why in reasons for signal in signals)


def test_a_receipt_is_read_as_one() -> None:
    sent = seal_message(a_header(), PARTS, domain().keys[DENMARK])
    opened = open_message(sent.content_type, sent.body, domain().anchors, NOW)
    receipt = seal_receipt(opened, SIGNAL_ID, NOW, domain().keys[LITHUANIA])
    assert read_signal(receipt) == Signal(SignalKind.RECEIPT, (), sent.message_id)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<S12:Envelope", b"<!DOCTYPE x><S12:Envelope"),
        (b"eb:SignalMessage", b"eb:UserMessage"),
        (b"eb:Error", b"eb:Other"),
        (b"<eb:Error", b"<eb:Receipt></eb:Receipt><eb:Error"),
        (b"</S12:Envelope>", b""),
    ],
)
def test_what_is_no_signal_is_refused(old: bytes, new: bytes) -> None:
    data = error_signal(mime_inconsistency("why"), SIGNAL_ID, NOW, REFUSED)
    assert read_signal(data).kind is SignalKind.ERROR
    assert old in data
    with pytest.raises(TransportError) as caught:
        read_signal(data.replace(old, new))
    assert caught.value.ebms == "EBMS:0009"
