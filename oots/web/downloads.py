"""Files handed to a browser: saved, never opened in the page's own origin."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from oots.model.content import CHUNK, Content, chunks_of, length_of, opened

_EXTENSIONS = {"application/xml": "xml", "text/xml": "xml", "application/pdf": "pdf"}


_PIECE = 4 * CHUNK


def download(content: Content, media_type: str, title: str) -> Response:
    """`content` as an attachment named after `title` (RFC 6266, RFC 8187), sent as it is read.

    It is opened at once: whoever has begun to read a file gets all of it, though it be deleted meanwhile. Title and
    media type may come from outside: a type that is not expected is told to nobody.
    """
    told = media_type if media_type in _EXTENSIONS else "application/octet-stream"
    headers = {"Content-Disposition": _disposition(title, media_type), "Content-Length": str(length_of(content))}
    return StreamingResponse(_pieces(opened(content)), media_type=told, headers=headers)


def attachment(content: bytes, media_type: str, title: str, ending: str) -> Response:
    """What this service wrote itself, of a type of its own choice, as an attachment named after `title`."""
    return Response(content, media_type=media_type, headers={"Content-Disposition": _named(title, ending)})


def _pieces(reader: BinaryIO) -> Iterator[bytes]:
    with reader:
        yield from chunks_of(reader, _PIECE)


def _disposition(title: str, media_type: str) -> str:
    return _named(title, _EXTENSIONS.get(media_type, "bin"))


def _named(title: str, ending: str) -> str:
    name = f"{_plain(title) or 'document'}.{ending}"
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _plain(title: str) -> str:
    """Letters, digits, blanks, hyphens and underscores, 80 at most: no paths, quotes or control characters."""
    kept = "".join(character if character.isalnum() or character in " -_" else " " for character in title)
    return " ".join(kept.split())[:80]
