"""A message of a dossier that was encrypted on its way: what stands beside it proves it, and it must fit that."""

from __future__ import annotations

import hashlib

import pytest

from oots.dossier.messages import Answer, Kept, MessageVerdict, Piece, judge
from oots.edelivery import mime
from oots.edelivery.encryption import Decryption
from oots.edelivery.limits import Limits
from oots.edelivery.message import SealedMessage, open_message, seal_message
from oots.edelivery.mime import MimePart
from oots.edelivery.receipt import seal_receipt
from oots.model.content import whole
from tests.support.edelivery import DENMARK, DOCUMENT, LITHUANIA, NOW, PARTS, PDF, a_header, domain

OURS = domain().keys["decryption"]
EVIDENCE = PARTS[1:]


def sealed() -> SealedMessage:
    return seal_message(a_header(), PARTS, domain().keys[DENMARK], OURS.certificate)


MESSAGE, ANOTHER = sealed(), sealed()
OPENED = open_message(MESSAGE.content_type, MESSAGE.body, domain().anchors, NOW, decryption=Decryption((OURS,)))
RECEIPT = seal_receipt(OPENED, "r@ap-lt-01.oots.example", NOW, domain().keys[LITHUANIA])


def piece(path: str, octets: bytes) -> Piece:
    return Piece(path, hashlib.sha256(octets).hexdigest(), octets)


def on_the_wire(content_type: str, body: bytes) -> Piece:
    return piece("message.mime", f"Content-Type: {content_type}\r\n\r\n".encode() + body)


def judged(message: Piece | None, document: bytes = whole(DOCUMENT.content)) -> MessageVerdict:
    evidence = {part.content_id: piece(part.content_id, whole(part.content)) for part in EVIDENCE}
    envelope, receipt = piece("envelope.xml", MESSAGE.soap), piece("receipt.xml", RECEIPT)
    return judge(Kept(1, envelope, piece("document.xml", document), evidence, message, receipt), domain().anchors)


def longer(name: str) -> Piece:
    package = mime.read(MESSAGE.content_type, MESSAGE.body, Limits())
    parts = [
        MimePart(part.content_id, part.media_type, whole(part.content) + (b"\0" if part.content_id == name else b""))
        for part in package.attachments.values()
    ]
    return on_the_wire(*mime.write(package.soap, parts, MESSAGE.message_id))


@pytest.mark.parametrize("message", [None, on_the_wire(MESSAGE.content_type, MESSAGE.body)], ids=["alone", "with it"])
def test_a_message_that_was_encrypted_is_proved_by_what_stands_beside_it(message: Piece | None) -> None:
    verdict = judged(message)
    assert [fault for fault in verdict.faults if "seal" not in fault.why] == []
    assert (verdict.sent, verdict.received) == (Answer.YES, Answer.YES)
    changed = judged(message, whole(DOCUMENT.content) + b" ")
    assert (changed.sent, changed.travelled) == (Answer.YES, Answer.NO)
    assert "not what the sender of the message signed" in [fault.why for fault in changed.faults]


@pytest.mark.parametrize(
    "message",
    [on_the_wire(ANOTHER.content_type, ANOTHER.body), longer(PDF.content_id), longer("nobody")],
    ids=["another envelope", "a part that is longer", "control"],
)
def test_what_travelled_must_fit_what_stands_beside_it(message: Piece) -> None:
    faults = [fault.why for fault in judged(message).faults if fault.file == "message.mime"]
    is_control = message == longer("nobody")
    assert faults == ([] if is_control else ["holds other parts than stand beside it"])
