"""Receipts and signals: what somebody on the way, or in the receiver's place, answers to a sender."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from itertools import chain, repeat
from unittest.mock import patch

import httpx
from lxml import etree

from oots.edelivery import client, soap
from oots.edelivery.client import MOST_ANSWER_BYTES, MOST_ANSWER_SECONDS
from oots.edelivery.message import OpenedMessage, open_message
from oots.edelivery.receipt import seal_receipt
from oots.edelivery.shape import ds
from oots.edelivery.signal import signal_message
from oots.edelivery.signature import sign
from oots.edelivery.soap import EBBP, SECURITY, add, eb
from oots.trust.keys import KeyPair
from oots.wire.xml import canonical
from tests.support.answers_door import Sender, sender
from tests.support.attacks import Area, Refused, attack
from tests.support.doors import specimen_key
from tests.support.stray_keys import alike, certified

AGAIN = "the same message again"
PART = f"{{{EBBP}}}MessagePartNRInformation"


def opened(stage: Sender, request: httpx.Request) -> OpenedMessage:
    """The request as the municipality opens it."""
    return open_message(request.headers["content-type"], request.read(), stage.town.anchors, stage.town.clock.now())


def receipt_by(stage: Sender, key: KeyPair, of: OpenedMessage) -> bytes:
    return seal_receipt(of, "forged@ap-dk-01.oots.example", stage.town.clock.now(), key)


def municipality() -> KeyPair:
    return specimen_key("ap-dk-01")


def unsigned_change(receipt: bytes, change: Callable[[etree._Element], object]) -> bytes:
    """The receipt after a change that its signature does not follow."""
    root = etree.fromstring(receipt)
    change(root)
    return canonical(root)


def signed_change(receipt: bytes, change: Callable[[etree._Element], object]) -> bytes:
    """The municipality's receipt after a change, with a signature of its own over what results."""
    messaging = etree.fromstring(receipt).find(f"{soap.HEADER}/{soap.MESSAGING}")
    assert messaging is not None
    change(messaging)
    envelope, _digests = sign(soap.build(list(messaging)), {}, municipality())
    return envelope


def answer(content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, content=content, headers=headers)


# --- who signs ---


@attack(Area.RECEIPT, sender, told=AGAIN, why="the receipt is not believed")
def a_receipt_without_a_signature(stage: Sender) -> Refused:
    """Takes the signature off the municipality's receipt."""

    def unsign(root: etree._Element) -> None:
        security = next(root.iter(SECURITY))
        security.getparent().remove(security)  # type: ignore[union-attr]  # the header

    return stage.answered(lambda genuine, _: answer(unsigned_change(genuine, unsign)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="is signed by AP_SE_01")
def a_receipt_signed_by_another_party(stage: Sender) -> Refused:
    """Answers in the municipality's place with a receipt that another member of the network signed."""
    key = certified("AP_SE_01")
    return stage.answered(lambda _, request: answer(receipt_by(stage, key, opened(stage, request))))


@attack(Area.RECEIPT, sender, told=AGAIN, why="is signed by AP_LT_01")
def a_receipt_signed_by_the_sender_itself(stage: Sender) -> Refused:
    """Reflects: answers with a receipt under the sender's own key, which it knows to be good."""
    key = specimen_key("ap-lt-01")
    return stage.answered(lambda _, request: answer(receipt_by(stage, key, opened(stage, request))))


@attack(Area.RECEIPT, sender, told=AGAIN, why="the receipt is not believed")
def a_receipt_signed_by_a_look_alike(stage: Sender) -> Refused:
    """Signs the receipt with a certificate that names the municipality, from an authority of the right name."""
    key = alike("AP_DK_01")
    return stage.answered(lambda _, request: answer(receipt_by(stage, key, opened(stage, request))))


# --- what it says ---


@attack(Area.RECEIPT, sender, told=AGAIN, why="the receipt is not believed")
def a_receipt_changed_after_it_was_signed(stage: Sender) -> Refused:
    """Changes the time in the municipality's receipt on its way."""

    def later(root: etree._Element) -> None:
        next(root.iter(eb("Timestamp"))).text = "2026-09-01T08:31:00.000Z"

    return stage.answered(lambda genuine, _: answer(unsigned_change(genuine, later)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="is for another message")
def a_receipt_of_another_message(stage: Sender) -> Refused:
    """Replays the municipality's genuine receipt for a message that was sent before."""
    stage.town.ask()
    content_type, body = next((kind, body) for host, kind, body in stage.town.wire.heard if host == "dk")
    replayed = stage.town.provider_point.receive(content_type, body)
    return stage.answered(lambda *_: answer(replayed))


@attack(Area.RECEIPT, sender, told=AGAIN, why="names other digests than were sent")
def a_receipt_with_another_digest(stage: Sender) -> Refused:
    """Has the municipality sign for the right message id, but for other content."""

    def other(root: etree._Element) -> None:
        first, second, *_ = root.iter(ds("DigestValue"))
        first.text = second.text

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, other)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="names other digests than were sent")
def a_receipt_with_fewer_digests(stage: Sender) -> Refused:
    """Has the municipality sign a receipt that leaves out one part, to deny later that it came."""

    def leave_out(root: etree._Element) -> None:
        *_, last = root.iter(PART)
        last.getparent().remove(last)  # type: ignore[union-attr]  # the information around it

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, leave_out)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="names other digests than were sent")
def a_receipt_with_no_digests(stage: Sender) -> Refused:
    """Has the municipality sign a receipt that names nothing at all."""

    def empty(root: etree._Element) -> None:
        for found in list(root.iter(PART)):
            found.getparent().remove(found)  # type: ignore[union-attr]  # the information around it

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, empty)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="names other digests than were sent")
def a_receipt_with_one_digest_twice(stage: Sender) -> Refused:
    """Has the municipality sign a receipt that names one part twice and another one never."""

    def repeat(root: etree._Element) -> None:
        first, *_, last = root.iter(PART)
        parent = last.getparent()
        assert parent is not None
        parent.replace(last, etree.fromstring(etree.tostring(first)))

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, repeat)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="names other digests than were sent")
def a_receipt_with_a_digest_more(stage: Sender) -> Refused:
    """Has the municipality sign for a part that was never sent."""

    def add_one(root: etree._Element) -> None:
        *_, last = root.iter(PART)
        more = etree.fromstring(etree.tostring(last))
        next(more.iter(ds("Reference"))).set("URI", "cid:never-sent@ap-lt-01.oots.example")
        last.addnext(more)

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, add_one)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="neither receipt nor error signal")
def a_receipt_that_is_an_error_too(stage: Sender) -> Refused:
    """Has the municipality sign one signal that is both, for a reader that looks for one of them only."""

    def add_error(root: etree._Element) -> None:
        add(next(root.iter(eb("SignalMessage"))), eb("Error"), attributes={"errorCode": "EBMS:0004"})

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, add_error)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="neither receipt nor error signal")
def two_signals_in_one_answer(stage: Sender) -> Refused:
    """Puts an unsolicited second signal beside the receipt in the signed header."""

    def add_signal(root: etree._Element) -> None:
        message = signal_message("second@ap-dk-01.oots.example", stage.town.clock.now(), None)
        add(message, eb("Error"), attributes={"errorCode": "EBMS:0004"})
        root.append(message)

    return stage.answered(lambda genuine, _: answer(signed_change(genuine, add_signal)))


@attack(Area.RECEIPT, sender, told=AGAIN, why="neither receipt nor error signal")
def the_message_itself_as_its_receipt(stage: Sender) -> Refused:
    """Reflects the sender's own signed envelope."""
    return stage.answered(lambda _, request: answer(opened(stage, request).soap))


# --- what answers ---


@attack(Area.RECEIPT, sender, told=AGAIN, why="neither receipt nor error signal")
def a_page_with_status_200(stage: Sender) -> Refused:
    """Answers with a web page, as a captive portal or a misconfigured proxy does."""
    page = b"<!DOCTYPE html><html><title>Sign in</title></html>"
    return stage.answered(lambda *_: answer(page, headers={"content-type": "text/html"}))


@attack(Area.RECEIPT, sender, told=AGAIN, why="HTTP status 307")
def a_redirect_to_another_host(stage: Sender) -> Refused:
    """Redirects the message, with the person in it, to a host of the attacker's."""
    return stage.answered(lambda *_: answer(b"", 307, {"location": "https://evil.example/as4"}))


@attack(Area.RECEIPT, sender, told=AGAIN, why="HTTP status 500")
def a_genuine_receipt_with_status_500(stage: Sender) -> Refused:
    """Says in HTTP that the message failed, and in SOAP that it arrived."""
    return stage.answered(lambda genuine, _: answer(genuine, 500))


@attack(Area.RECEIPT, sender, told=AGAIN, why="compressed its answer unasked")
def a_compressed_answer(stage: Sender) -> Refused:
    """Answers in gzip, which could grow beyond any bound."""
    bomb = gzip.compress(b" " * (16 * MOST_ANSWER_BYTES))
    return stage.answered(lambda *_: answer(bomb, headers={"content-encoding": "gzip"}))


@attack(Area.RECEIPT, sender, told=AGAIN, why="more than a signal")
def an_answer_without_end(stage: Sender) -> Refused:
    """Answers with bytes that never end."""

    def endless(*_: object) -> httpx.Response:
        return httpx.Response(200, content=(b" " * 65536 for _ in range(1 << 30)))

    return stage.answered(endless)


@attack(Area.RECEIPT, sender, told=AGAIN, why="seconds to answer")
def an_answer_that_drips(stage: Sender) -> Refused:
    """Answers with the genuine receipt, a piece at a time, to keep the outbox from all other messages."""
    late = chain([0.0], repeat(MOST_ANSWER_SECONDS + 1))
    with patch.object(client, "monotonic", lambda: next(late)):
        return stage.answered(lambda genuine, _: httpx.Response(200, content=iter((genuine[:9], genuine[9:]))))


@attack(Area.RECEIPT, sender, told=AGAIN, why="cannot be reached")
def a_connection_that_breaks_after_the_message(stage: Sender) -> Refused:
    """Lets the message arrive and cuts the connection before the receipt."""

    def cut(_: bytes, request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("cut", request=request)

    return stage.answered(cut)
