"""The HTTP side of the access point: how much it takes in, and for how long it waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from oots.exchange.api import MOST_SECONDS, router
from oots.model.content import CHUNK, Readable, chunks_of
from tests.support.web import client_of

LARGEST = 1000
SCOPE = {
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


class Listener:
    """Stands where the access point does, and remembers what reached it."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def receive(self, content_type: str, body: Readable) -> bytes:
        self.heard.append(b"".join(chunks_of(body)))
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

    async def receive() -> dict[str, Any]:
        if not arriving:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": arriving.pop(), "more_body": False}

    return await _answered(app, receive)


# --- while it arrives ---


class Reader(Listener):
    """Reads no further than its envelope, as an access point does that does not believe a message."""

    def receive(self, content_type: str, body: Readable) -> bytes:
        self.heard.append(body.read(CHUNK))
        return b"<error/>"


def test_a_message_that_is_not_believed_is_answered_before_the_rest_is_read() -> None:
    taken: list[int] = []

    async def receive() -> dict[str, Any]:
        taken.append(CHUNK)
        return {"type": "http.request", "body": b"x" * CHUNK, "more_body": len(taken) < 100}

    listener = Reader()
    app = FastAPI()
    app.include_router(router(listener, 100 * CHUNK))  # type: ignore[arg-type]  # its stand-in
    assert asyncio.run(_answered(app, receive)) == 200
    assert (listener.heard, len(taken) <= 5) == ([b"x" * CHUNK], True)


def test_a_large_message_is_read_to_its_end() -> None:
    left = [b"x" * CHUNK for _ in range(40)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    listener = Listener()
    app = FastAPI()
    app.include_router(router(listener, 100 * CHUNK))  # type: ignore[arg-type]  # its stand-in
    assert asyncio.run(_answered(app, receive)) == 200
    assert listener.heard == [b"x" * 40 * CHUNK]


@pytest.mark.parametrize(
    ("end", "status"),
    [({"type": "http.request", "body": b"x" * CHUNK, "more_body": True}, 413), ({"type": "http.disconnect"}, 408)],
    ids=["too large", "broken off"],
)
def test_what_reads_on_is_told_that_the_rest_does_not_come(end: dict[str, Any], status: int) -> None:
    left = [{"type": "http.request", "body": b"x" * CHUNK, "more_body": True} for _ in range(8)]

    async def receive() -> dict[str, Any]:
        return left.pop() if left else end

    listener = Listener()
    app = FastAPI()
    app.include_router(router(listener, 8 * CHUNK))  # type: ignore[arg-type]  # its stand-in
    assert asyncio.run(_answered(app, receive)) == status
    assert listener.heard == []


def test_a_message_too_many_is_put_off() -> None:
    entered, leave = threading.Event(), threading.Event()

    class Slow(Listener):
        def receive(self, content_type: str, body: Readable) -> bytes:
            entered.set()
            leave.wait(10)
            return super().receive(content_type, body)

    listener = Slow()
    app = FastAPI()
    app.include_router(router(listener, LARGEST, at_once=1))  # type: ignore[arg-type]  # its stand-in

    async def small() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def both() -> tuple[int, int]:
        first = asyncio.create_task(_answered(app, small))
        await asyncio.to_thread(entered.wait, 10)
        second = await _answered(app, small)
        leave.set()
        return await first, second

    assert asyncio.run(both()) == (200, 503)
    assert asyncio.run(_answered(app, small)) == 200


async def _answered(app: FastAPI, receive: Callable[[], Awaitable[dict[str, Any]]]) -> int:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await app(SCOPE, receive, send)
    return int(sent[0]["status"])
