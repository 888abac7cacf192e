"""What the sender makes of each HTTP answer."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import httpx
import pytest

from oots.edelivery import client as client_module
from oots.edelivery.client import MOST_ANSWER_BYTES, RefusedByPeerError, deliver
from oots.edelivery.faults import failed_authentication
from oots.edelivery.message import open_message, seal_message
from oots.edelivery.receipt import seal_receipt
from oots.edelivery.signal import error_signal
from oots.model.errors import PeerError
from tests.support.edelivery import DENMARK, LITHUANIA, NOW, PARTS, a_header, domain

ENDPOINT = "https://ap.lt.localhost/as4"
SENT = seal_message(a_header(), PARTS, domain().keys[DENMARK])
ERROR = error_signal(failed_authentication("why"), "signal@ap-lt-01.oots.example", NOW, SENT.message_id)


def receiver(request: httpx.Request) -> httpx.Response:
    """An access point that believes the message and gives a receipt."""
    opened = open_message(request.headers["Content-Type"], request.content, domain().anchors, NOW)
    return httpx.Response(200, content=seal_receipt(opened, "r@ap-lt-01.oots.example", NOW, domain().keys[LITHUANIA]))


def delivered_to(handler: Callable[[httpx.Request], httpx.Response]) -> bytes:
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        return deliver(client, ENDPOINT, SENT.content_type, SENT.pieces)


def test_the_receipt_is_returned_as_it_came() -> None:
    opened = open_message(SENT.content_type, SENT.body, domain().anchors, NOW)
    expected = seal_receipt(opened, "r@ap-lt-01.oots.example", NOW, domain().keys[LITHUANIA])
    assert delivered_to(receiver) == expected


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_error_signal_is_a_refusal_whatever_the_status(status: int) -> None:
    assert delivered_to(receiver)
    with pytest.raises(RefusedByPeerError) as caught:
        delivered_to(lambda request: httpx.Response(status, content=ERROR))
    assert caught.value.ebms == "EBMS:0101"


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: httpx.Response(503),
        lambda request: httpx.Response(500, content=receiver(request).content),
        lambda request: httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        lambda request: httpx.Response(200),
        lambda request: httpx.Response(200, content=b"<html></html>"),
        lambda request: httpx.Response(200, content=SENT.soap),
        lambda request: httpx.Response(200, content=b" " * (MOST_ANSWER_BYTES + 1)),
        lambda request: httpx.Response(
            200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(receiver(request).content)
        ),
    ],
    ids=["unavailable", "receipt with 500", "redirect", "empty", "page", "user message", "flood", "compressed"],
)
def test_an_answer_without_receipt_is_worth_another_attempt(
    answer: Callable[[httpx.Request], httpx.Response],
) -> None:
    assert delivered_to(receiver)
    with pytest.raises(PeerError) as caught:
        delivered_to(answer)
    assert not isinstance(caught.value, RefusedByPeerError)


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
def test_a_broken_connection_is_worth_another_attempt(failure: type[httpx.TransportError]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise failure("broken", request=request)

    assert delivered_to(receiver)
    with pytest.raises(PeerError) as caught:
        delivered_to(fail)
    assert not isinstance(caught.value, RefusedByPeerError)


def test_an_answer_that_drips_does_not_hold_up_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def dripping(request: httpx.Request) -> httpx.Response:
        receipt = receiver(request).content
        return httpx.Response(200, content=iter((receipt[:9], receipt[9:])))

    in_time = iter((0.0, 30.0, 60.0))
    monkeypatch.setattr(client_module, "monotonic", lambda: next(in_time))
    assert delivered_to(dripping)
    late = iter((0.0, 30.0, 60.1))
    monkeypatch.setattr(client_module, "monotonic", lambda: next(late))
    with pytest.raises(PeerError, match="seconds"):
        delivered_to(dripping)
