"""The HTTP side of the access point: how much it takes in, and for how long it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from oots.exchange.api import MOST_SECONDS, router
from tests.support.web import client_of

LARGEST = 1000


class Listener:
    """Stands where the access point does, and remembers what reached it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def receive(self, content_type: str, body: bytes) -> bytes:
        self.heard.append(body)
        return b"<receipt/>"


def door(listener: Listener, longest: float = MOST_SECONDS) -> FastAPI:
    app = FastAPI()
    app.include_router(router(listener, LARGEST, longest))  # type: ignore[arg-type]  # its stand-in
    return app


def pieces(size: int) -> Iterator[bytes]:
    """A body that does not say how long it is."""
    yield from (b"x" * 100 for _ in range(size // 100))


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 100])
@pytest.mark.parametrize("declared", [True, False])
def test_a_message_larger_than_the_cap_is_not_taken(size: int, declared: bool) -> None:
    listener = Listener()
    content = b"x" * size if declared else pieces(size)
    with client_of(door(listener), "http://dk") as client:
        answer: httpx.Response = client.post("/as4", content=content)
    assert (answer.status_code, len(listener.heard)) == ((200, 1) if size == LARGEST else (413, 0))


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    listener = Listener()
    assert asyncio.run(_status(door(listener), [b"x"])) == 200
    assert asyncio.run(_status(door(listener, longest=0), [])) == 408
    assert listener.heard == [b"x"]


async def _status(app: FastAPI, arriving: list[bytes]) -> int:
    """The status of the answer to a request whose body never ends once `arriving` is used up."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not arriving:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": arriving.pop(), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/as4",
        "raw_path": b"/as4",
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
    }
    await app(scope, receive, send)
    return int(sent[0]["status"])
