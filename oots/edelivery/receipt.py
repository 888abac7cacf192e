"""Signed receipts with non-repudiation information: proof for the sender of what arrived (AS4 5.1.8, ebBP signals)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from lxml import etree

from oots.edelivery import soap
from oots.edelivery.faults import invalid_receipt
from oots.edelivery.message import OpenedMessage
from oots.edelivery.profile import digest_value
from oots.edelivery.shape import ProfileError, ds
from oots.edelivery.signal import SignalKind, signal_message, signal_of
from oots.edelivery.signature import SignedDigest, sign, verify
from oots.edelivery.soap import EBBP, add, eb
from oots.model.errors import TransportError
from oots.trust.anchors import Trust
from oots.trust.certificates import Party
from oots.trust.keys import KeyPair

_INFORMATION = f"{{{EBBP}}}NonRepudiationInformation"
_PART_INFORMATION = f"{{{EBBP}}}MessagePartNRInformation"


def seal_receipt(opened: OpenedMessage, message_id: str, now: datetime, key: KeyPair) -> bytes:
    """A signed SOAP envelope that repeats every `ds:Reference` of the received signature."""
    message = signal_message(message_id, now, opened.header.message_id)
    information = add(add(message, eb("Receipt")), _INFORMATION)
    for reference in _references_signed(opened.soap):
        add(information, _PART_INFORMATION).append(deepcopy(reference))
    receipt, _digests = sign(soap.build([message]), {}, key)
    return receipt


def _references_signed(received: bytes) -> Iterator[etree._Element]:
    return soap.read(received).security.iterfind(f"{ds('Signature')}/{ds('SignedInfo')}/{ds('Reference')}")


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A believed receipt: `signer` states to have received the message `ref_to` with the digests `received`."""

    signer: Party
    certificate: x509.Certificate
    ref_to: str | None
    received: tuple[SignedDigest, ...]


def open_receipt(receipt: bytes, anchors: Trust, at: datetime) -> VerifiedReceipt:
    """Read a receipt that a trusted access point signed, whatever it is for.

    Raises TransportError (EBMS:0302) for anything else, and UnsettledError as `verify` does.
    """
    try:
        verified = verify(soap.read(receipt), (), anchors, at)
        signal = signal_of(verified.messaging)
        received = tuple(_received(verified.messaging))
    except (TransportError, ProfileError) as fault:
        raise invalid_receipt(f"the receipt is not believed: {fault}") from fault
    if signal.kind is not SignalKind.RECEIPT:
        raise invalid_receipt("the signal is no receipt")
    return VerifiedReceipt(verified.signer, verified.certificate, signal.ref_to, received)


def check_receipt(
    receipt: bytes,
    *,
    message_id: str,
    digests: tuple[SignedDigest, ...],
    receiver: str,
    anchors: Trust,
    at: datetime,
) -> None:
    """Accept a receipt for `message_id` that `receiver` (a party id) signed and that names exactly `digests`.

    Raises TransportError (EBMS:0302) for any other.
    """
    opened = open_receipt(receipt, anchors, at)
    if opened.signer.party_id != receiver:
        raise invalid_receipt(f"the receipt for {message_id} is signed by {opened.signer.party_id}")
    if opened.ref_to != message_id:
        raise invalid_receipt(f"the receipt for {message_id} is for another message")
    if sorted(opened.received, key=_uri) != sorted(digests, key=_uri):
        raise invalid_receipt(f"the receipt for {message_id} names other digests than were sent")


def _uri(digest: SignedDigest) -> str:
    return digest.uri


def _received(messaging: etree._Element) -> Iterator[SignedDigest]:
    path = f"{eb('SignalMessage')}/{eb('Receipt')}/{_INFORMATION}/{_PART_INFORMATION}/{ds('Reference')}"
    for reference in messaging.iterfind(path):
        method, value = reference.find(ds("DigestMethod")), reference.find(ds("DigestValue"))
        if method is None or value is None:
            raise invalid_receipt("a reference has no digest")
        yield SignedDigest(reference.get("URI", ""), digest_value(method, value))
