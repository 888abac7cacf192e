"""The AS4 endpoint: one HTTP request is one message, the HTTP answer its receipt or an error signal."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from oots.exchange.access_point import AccessPoint
from oots.model.content import CHUNK
from oots.model.errors import BusyError, NotArrivedError, UnavailableError
from oots.trust.revocation import UnsettledError

_LOG = logging.getLogger(__name__)

PATH = "/as4"
SOAP = "application/soap+xml; charset=UTF-8"
MOST_SECONDS = 120.0
RETRY_SECONDS = 5
MOST_AT_ONCE = 32
_PIECE = 4 * CHUNK
"""More than any envelope has, so that a small message is there as a whole before a thread begins with it."""


def router(
    access_point: AccessPoint[Any], largest: int, longest: float = MOST_SECONDS, at_once: int = MOST_AT_ONCE
) -> APIRouter:
    """`POST /as4`; a body of more than `largest` bytes is answered with 413 before or while it arrives, one that has
    not arrived after `longest` seconds with 408, and one that cannot be judged or kept at present, or that comes while
    `at_once` others are taken in, with 503."""
    routes = APIRouter()
    door = _Door(access_point, largest, at_once)

    @routes.post(PATH)
    async def receive(request: Request) -> Response:
        try:
            reply = await door.take(request, asyncio.get_running_loop().time() + longest)
        except _TooLargeError:
            return _refused(413, "The message is larger than this access point takes.\n")
        except NotArrivedError:
            return _refused(408, "The message did not arrive in time.\n")
        except (UnsettledError, BusyError, UnavailableError) as trouble:
            _LOG.warning("a message is put off: %s", trouble)
            return _not_now()
        return Response(reply, media_type=SOAP)

    return routes


class _TooLargeError(NotArrivedError):
    """The body is larger than any that is taken."""


class _Door:
    """Lets in as many messages at once as there are threads for. What fits into one piece is taken whole before it
    gets one; of what is larger the first piece, so that only a partner who is believed keeps a thread waiting."""

    def __init__(self, access_point: AccessPoint[Any], largest: int, at_once: int) -> None:
        self._access_point = access_point
        self._largest = largest
        self._at_once = at_once
        self._inside = 0
        self._threads = ThreadPoolExecutor(at_once, "as4")

    async def take(self, request: Request, deadline: float) -> bytes:
        """The reply to a message; raises NotArrivedError for what does not arrive, and what `receive` raises."""
        body = _Body(request, self._largest, deadline)
        await body.begin()
        if self._inside >= self._at_once:
            raise BusyError("as many messages are taken in as may be at once")
        self._inside += 1
        try:
            content_type = request.headers.get("content-type", "")
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, copy_context().run, self._access_point.receive, content_type, body
            )
        finally:
            self._inside -= 1
            body.stop()


class _Body:
    """A body that arrives on the event loop and is read in a thread, a piece at a time."""

    def __init__(self, request: Request, largest: int, deadline: float) -> None:
        self._request = request
        self._stream = request.stream()
        self._largest = largest
        self._deadline = deadline
        self._size = 0
        self._unread = b""
        self._ended = False
        self._loop = asyncio.get_running_loop()
        self._awaited: Future[bytes] | None = None
        self._stopped = False

    async def begin(self) -> None:
        """Take the first piece."""
        declared = self._request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self._largest:
            raise _TooLargeError("declared")
        self._unread = await self._piece()

    def read(self, size: int) -> bytes:
        """In a thread: at most `size` bytes, none at the end. Raises NotArrivedError."""
        if not self._unread and not self._ended:
            self._unread = self._awaited_piece()
        data, self._unread = self._unread[:size], self._unread[size:]
        return data

    def _awaited_piece(self) -> bytes:
        self._awaited = asyncio.run_coroutine_threadsafe(self._piece(), self._loop)
        try:
            return self._awaited.result()
        except CancelledError:
            raise NotArrivedError("not waited for any more") from None

    def stop(self) -> None:
        """Let no thread wait any longer for what is yet to come."""
        self._stopped = True
        if self._awaited is not None:
            self._awaited.cancel()

    async def _piece(self) -> bytes:
        """What comes next, none at the end."""
        if self._stopped:
            raise NotArrivedError("not waited for any more")
        piece = bytearray()
        try:
            async with asyncio.timeout_at(self._deadline):
                while len(piece) < _PIECE and not self._ended:
                    piece += await self._chunk()
        except TimeoutError:
            raise NotArrivedError("too slow") from None
        except ClientDisconnect:
            raise NotArrivedError("broken off") from None
        return bytes(piece)

    async def _chunk(self) -> bytes:
        chunk = await anext(self._stream, None)
        self._ended = chunk is None
        self._size += len(chunk or b"")
        if self._size > self._largest:
            raise _TooLargeError("seen")
        return chunk or b""


def _not_now() -> Response:
    """Nothing was recorded as received; the sender tries again, as it does whenever no receipt comes."""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Response("This message cannot be taken at present; send it again.\n", 503, headers, "text/plain")


def _refused(status: int, why: str) -> Response:
    """The rest of the body is not waited for, so the connection is of no further use."""
    return Response(why, status, media_type="text/plain", headers={"Connection": "close"})
