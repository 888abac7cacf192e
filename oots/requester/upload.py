"""Upload by hand, the way that always stays open (2018/1724 art. 14(4)): checked, and not kept by this prototype."""

from __future__ import annotations

from starlette.requests import Request

from oots.web.uploads import Fault, received

MOST_BYTES = 10 * 1024 * 1024
_BEGINNINGS = (b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"<?xml", b"\xef\xbb\xbf<?xml")
"""How PDF, PNG, JPEG and XML files begin."""


async def uploaded(request: Request) -> Fault | None:
    """FastAPI dependency of the upload form: the fault, or None if the file is acceptable."""
    outcome = await received(request, MOST_BYTES, _BEGINNINGS)
    return outcome if isinstance(outcome, Fault) else None
