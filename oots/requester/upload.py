"""Upload by hand, the way that always stays open (2018/1724 art. 14(4)): checked, and not kept by this prototype."""

from __future__ import annotations

from enum import StrEnum

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from oots.web.sessions import check_csrf

MOST_BYTES = 10 * 1024 * 1024
_FORM_OVERHEAD = 64 * 1024
_MOST_DRAINED = 10 * MOST_BYTES
"""Browsers show an answer only after they have sent everything; what is larger than this is cut off instead."""

_BEGINNINGS = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"<?xml", b"\xef\xbb\xbf<?xml")
"""How PDF, PNG, JPEG and XML files begin; what a browser says of a file's type proves nothing."""


class Fault(StrEnum):
    """Why a file is not accepted."""

    MISSING = "missing"
    TOO_LARGE = "too-large"
    WRONG_TYPE = "wrong-type"


async def uploaded(request: Request) -> Fault | None:
    """FastAPI dependency of the upload form, with its field `file`: the fault, or None if the file is acceptable.

    HTTP 403 without the session's token. A body that is too large is thrown away unread and unchecked; HTTP 413 where
    that would take long.
    """
    if not _says_that_it_fits(request):
        await _drain(request)
        return Fault.TOO_LARGE
    async with request.form() as form:
        await check_csrf(request)
        file = form.get("file")
        return await _fault(file) if isinstance(file, UploadFile) and file.filename else Fault.MISSING


def _says_that_it_fits(request: Request) -> bool:
    """Whether the body has a length, which holds. Beside a transfer coding none does (RFC 9112 6.3): the body goes on
    past it, and would be written to disk before anybody looked at its size or its token."""
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not length.isdecimal():
        return False
    return int(length[:20]) <= MOST_BYTES + _FORM_OVERHEAD


async def _drain(request: Request) -> None:
    drained = 0
    async for chunk in request.stream():
        drained += len(chunk)
        if drained > _MOST_DRAINED:
            raise HTTPException(413)


async def _fault(file: UploadFile) -> Fault | None:
    content = await file.read(MOST_BYTES + 1)
    if not content:
        return Fault.MISSING
    if len(content) > MOST_BYTES:
        return Fault.TOO_LARGE
    return None if content.startswith(_BEGINNINGS) else Fault.WRONG_TYPE
