"""The wiretap tells messages in the order of sending, whichever receipt comes first."""

from __future__ import annotations

import httpx
import pytest

from oots.exchange.api import PATH
from oots.scenarios.wiretap import Wiretap


@pytest.mark.parametrize("answered_first", [False, True])
def test_a_request_stands_before_its_answer_though_its_receipt_came_later(
    answered_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tap = Wiretap()
    client = httpx.Client(transport=tap.transport(), trust_env=False)

    def send(body: bytes) -> None:
        client.post(f"http://peer{PATH}", content=body, headers={"content-type": "text/plain"})

    def receive(_transport: httpx.BaseTransport, request: httpx.Request) -> httpx.Response:
        if request.read() == b"request" and answered_first:
            send(b"answer")
        return httpx.Response(200, content=b"receipt of " + request.read(), request=request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", receive)
    send(b"request")
    if not answered_first:
        send(b"answer")
    assert [(heard.body, heard.answer) for heard in tap.overheard] == [
        (b"request", b"receipt of request"),
        (b"answer", b"receipt of answer"),
    ]


def test_a_message_that_nobody_answered_was_not_overheard(monkeypatch: pytest.MonkeyPatch) -> None:
    def receive(_transport: httpx.BaseTransport, request: httpx.Request) -> httpx.Response:
        if request.read() == b"lost":
            raise httpx.ReadTimeout("nothing came")
        return httpx.Response(200, content=b"receipt", request=request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", receive)
    tap = Wiretap()
    client = httpx.Client(transport=tap.transport(), trust_env=False)
    with pytest.raises(httpx.ReadTimeout):
        client.post(f"http://peer{PATH}", content=b"lost", headers={"content-type": "text/plain"})
    client.post(f"http://peer{PATH}", content=b"heard", headers={"content-type": "text/plain"})
    assert [heard.body for heard in tap.overheard] == [b"heard"]
