"""The AS4 endpoint: one HTTP request is one message, the HTTP answer its receipt or an error signal."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from oots.exchange.access_point import AccessPoint
from oots.model.errors import BusyError, UnavailableError
from oots.trust.revocation import UnsettledError

_LOG = logging.getLogger(__name__)

PATH = "/as4"
SOAP = "application/soap+xml; charset=UTF-8"
MOST_SECONDS = 120.0
RETRY_SECONDS = 5


def router(access_point: AccessPoint[Any], largest: int, longest: float = MOST_SECONDS) -> APIRouter:
    """`POST /as4`; a body of more than `largest` bytes is answered with 413 before or while it arrives, one that has
    not arrived after `longest` seconds with 408, and one that cannot be judged or kept at present with 503."""
    routes = APIRouter()

    @routes.post(PATH)
    async def receive(request: Request) -> Response:
        try:
            async with asyncio.timeout(longest):
                body = await _body(request, largest)
        except TimeoutError:
            return _refused(408, "The message did not arrive in time.\n")
        if body is None:
            return _refused(413, "The message is larger than this access point takes.\n")
        content_type = request.headers.get("content-type", "")
        try:
            reply = await run_in_threadpool(access_point.receive, content_type, body)
        except (UnsettledError, BusyError, UnavailableError) as trouble:
            _LOG.warning("a message is put off: %s", trouble)
            return _not_now()
        return Response(reply, media_type=SOAP)

    return routes


def _not_now() -> Response:
    """Nothing was recorded as received; the sender tries again, as it does whenever no receipt comes."""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Response("This message cannot be taken at present; send it again.\n", 503, headers, "text/plain")


def _refused(status: int, why: str) -> Response:
    """The rest of the body is not waited for, so the connection is of no further use."""
    return Response(why, status, media_type="text/plain", headers={"Connection": "close"})


async def _body(request: Request, largest: int) -> bytes | None:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > largest:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)
