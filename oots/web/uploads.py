"""A file that a form brings, looked at before it is believed."""

from __future__ import annotations

from enum import StrEnum

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from oots.web.sessions import check_csrf

_FORM_OVERHEAD = 64 * 1024
_MOST_DRAINED = 100 * 1024 * 1024
"""Browsers show an answer only after they have sent everything; what is larger than this is cut off instead."""


class Fault(StrEnum):
    """Why a file is not accepted."""

    MISSING = "missing"
    TOO_LARGE = "too-large"
    WRONG_TYPE = "wrong-type"


async def received(request: Request, most: int, beginnings: tuple[bytes, ...]) -> bytes | Fault:
    """The file in the form's field `file`, of `most` bytes at most and beginning with one of `beginnings`.

    What a browser says of a file's type proves nothing. HTTP 403 without the session's token. A body that is too large
    is thrown away unread and unchecked; HTTP 413 where that would take long. The path must end with `UPLOAD`.
    """
    if not _says_that_it_fits(request, most):
        await _drain(request)
        return Fault.TOO_LARGE
    async with request.form() as form:
        await check_csrf(request)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return Fault.MISSING
        content = await file.read(most + 1)
    if not content:
        return Fault.MISSING
    if len(content) > most:
        return Fault.TOO_LARGE
    return content if content.startswith(beginnings) else Fault.WRONG_TYPE


def _says_that_it_fits(request: Request, most: int) -> bool:
    """Whether the body has a length, which holds. Beside a transfer coding none does (RFC 9112 6.3): the body goes on
    past it, and would be written to disk before anybody looked at its size or its token."""
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not length.isdecimal():
        return False
    return int(length[:20]) <= most + _FORM_OVERHEAD


async def _drain(request: Request) -> None:
    drained = 0
    async for chunk in request.stream():
        drained += len(chunk)
        if drained > _MOST_DRAINED:
            raise HTTPException(413)
