"""Files handed to a browser: saved, never opened in the page's own origin."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from starlette.responses import Response

_EXTENSIONS = {"application/xml": "xml", "text/xml": "xml", "application/pdf": "pdf"}


def download(content: bytes, media_type: str, title: str) -> Response:
    """`content` as an attachment named after `title` (RFC 6266, RFC 8187).

    Title and media type may come from outside: a type that is not expected is told to nobody.
    """
    told = media_type if media_type in _EXTENSIONS else "application/octet-stream"
    return Response(content, media_type=told, headers={"Content-Disposition": _disposition(title, media_type)})


def _disposition(title: str, media_type: str) -> str:
    name = f"{_plain(title) or 'document'}.{_EXTENSIONS.get(media_type, 'bin')}"
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _plain(title: str) -> str:
    """Letters, digits, blanks, hyphens and underscores, 80 at most: no paths, quotes or control characters."""
    kept = "".join(character if character.isalnum() or character in " -_" else " " for character in title)
    return " ".join(kept.split())[:80]
