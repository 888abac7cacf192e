"""What comes along with a document: pages of text, and drawings that were scanned, as PDF."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from oots.denmark.document_pdf import compiled
from oots.denmark.records import Tegning
from oots.model.text import Text, in_language

_TEMPLATES = Path(__file__).parent / "templates"
_SCAN = "drawing.png"
_PAPER = bytes(220 + shade % 36 for shade in range(256))
_INK = 32
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def text_annex(
    titles: tuple[Text, ...], paragraphs: tuple[str, ...], *, authority: str, case_number: str, at: datetime
) -> bytes:
    """Paragraphs as a tagged PDF; equal arguments give equal bytes."""
    content = _content(titles, authority, case_number) | {"paragraphs": paragraphs}
    return compiled(_template("annex.typ"), content, at)


def drawing_annex(
    titles: tuple[Text, ...], drawing: Tegning, *, authority: str, case_number: str, at: datetime
) -> bytes:
    """A scanned drawing on a page of its own, as a tagged PDF; equal arguments give equal bytes."""
    with TemporaryDirectory(prefix="oots-drawing-") as folder:
        (Path(folder) / _SCAN).write_bytes(scanned(drawing))
        content = _content(titles, authority, case_number) | {"scan": _SCAN}
        return compiled(_template("drawing.typ"), content, at, folder=folder)


def _content(titles: tuple[Text, ...], authority: str, case_number: str) -> dict[str, object]:
    return {
        "heading": {"da": in_language(titles, "DA"), "en": in_language(titles, "EN")},
        "authority": authority,
        "case_number": case_number,
    }


@cache
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


def scanned(drawing: Tegning) -> bytes:
    """The drawing as a grey PNG that looks scanned, about one byte a pixel; equal drawings give equal bytes."""
    header = struct.pack(">IIBBBBB", drawing.bredde, drawing.hoejde, 8, 0, 0, 0, 0)
    rows = b"".join(_rows(drawing))
    return b"".join(
        (_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 1)), _chunk(b"IEND", b""))
    )


def _rows(drawing: Tegning) -> Iterator[bytes]:
    """Grainy paper with the outline of a house and its rooms."""
    width, height = drawing.bredde, drawing.hoejde
    grain = random.Random(drawing.titel)  # noqa: S311  # the grain of paper is no secret
    pen = max(2, width // 400)
    left, right, top, bottom = width // 8, width * 7 // 8, height // 8, height * 7 // 8
    uprights = (left, width // 2, right)
    levels = (top, height * 3 // 5, bottom)
    for y in range(height):
        row = bytearray(grain.randbytes(width).translate(_PAPER))
        if any(level <= y < level + pen for level in levels):
            row[left : right + pen] = bytes((_INK,)) * (right + pen - left)
        elif top <= y < bottom:
            for x in uprights:
                row[x : x + pen] = bytes((_INK,)) * pen
        yield b"\0" + bytes(row)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
