"""A partner that takes its time: answers each message after a pause with a receipt that was sealed beforehand."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

from oots.deployment.town import LOOPBACK

_MESSAGE_ID: Final = re.compile(rb'start="<soap\.([^>]+)>"')

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class SlowPartner:
    """An ASGI app. `answered` are the moments (monotonic seconds) at which it has given a receipt."""

    def __init__(self, seconds: float) -> None:
        self.receipts: dict[str, bytes] = {}
        self.answered: list[float] = []
        self.endpoint = ""
        self._seconds = seconds

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await asyncio.sleep(self._seconds)
        found = _MESSAGE_ID.search(dict(scope["headers"])[b"content-type"])
        receipt = self.receipts[found[1].decode()] if found else b""
        kind = [(b"content-type", b"application/soap+xml"), (b"content-length", str(len(receipt)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": kind})
        await send({"type": "http.response.body", "body": receipt})
        self.answered.append(time.monotonic())


@contextmanager
def slow_partner(seconds: float) -> Iterator[SlowPartner]:
    """It answers until the block ends."""
    partner = SlowPartner(seconds)
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # asyncio turns Nagle's delay off for TCP alone
        listening.bind((LOOPBACK, 0))
        listening.listen(128)
        partner.endpoint = f"http://{LOOPBACK}:{listening.getsockname()[1]}/as4"
        config = uvicorn.Config(partner, access_log=False, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="partner")
        thread.start()
        try:
            yield partner
        finally:
            server.should_exit = True
            thread.join()
