"""The AS4 endpoint: one HTTP request is one message, the HTTP answer its receipt or an error signal."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from oots.exchange.access_point import AccessPoint

PATH = "/as4"
SOAP = "application/soap+xml; charset=UTF-8"


def router(access_point: AccessPoint[Any], largest: int) -> APIRouter:
    """`POST /as4`; a body of more than `largest` bytes is answered with 413 while it is still arriving."""
    routes = APIRouter()

    @routes.post(PATH)
    async def receive(request: Request) -> Response:
        body = await _body(request, largest)
        if body is None:
            return Response("The message is larger than this access point takes.\n", 413, media_type="text/plain")
        content_type = request.headers.get("content-type", "")
        reply = await run_in_threadpool(access_point.receive, content_type, body)
        return Response(reply, media_type=SOAP)

    return routes


async def _body(request: Request, largest: int) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)
