"""A listener between two access points: it hears what is sent, and can change it or keep the answer back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI, Request, Response

from tests.support.chromium import served

_SECONDS = 120.0


@dataclass
class Heard:
    """One message on the wire, and what was answered."""

    content_type: str
    body: bytes
    answer: bytes

    @property
    def file(self) -> bytes:
        """As `oots verify` reads it."""
        return f"Content-Type: {self.content_type}\r\n\r\n".encode() + self.body


@dataclass
class Between:
    """Passes on to `target` what comes to its `endpoint`."""

    target: str = ""
    endpoint: str = ""
    bend: Callable[[bytes], bytes] = bytes
    answers: bool = True
    heard: list[Heard] = field(default_factory=list)

    async def passed(self, request: Request) -> Response:
        body = self.bend(await request.body())
        content_type = request.headers["content-type"]
        async with httpx.AsyncClient(timeout=_SECONDS) as client:
            answer = await client.post(self.target, content=body, headers={"content-type": content_type})
        self.heard.append(Heard(content_type, body, answer.content))
        if not self.answers:
            return Response(b"", 200)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

    def again(self, heard: Heard) -> bytes:
        """Send once more what was heard, byte for byte."""
        headers = {"content-type": heard.content_type}
        return httpx.post(self.target, content=heard.body, headers=headers, timeout=_SECONDS).content


@contextmanager
def between() -> Iterator[Between]:
    listener, app = Between(), FastAPI()
    app.add_api_route("/as4", listener.passed, methods=["POST"])
    with served(app) as port:
        listener.endpoint = f"http://127.0.0.1:{port}/as4"
        yield listener
