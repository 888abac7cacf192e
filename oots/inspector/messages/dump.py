"""Bytes for people: positions, hexadecimal, and the letters that they are in ASCII; a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ROW: Final = 16
PAGE: Final = 64 * ROW
_HALF: Final = ROW // 2


@dataclass(frozen=True, slots=True)
class Row:
    """Sixteen bytes or fewer, from position `at` on."""

    at: str
    hexadecimal: str
    letters: str


@dataclass(frozen=True, slots=True)
class Page:
    """`number` of `pages`, both from 1 on."""

    number: int
    pages: int
    rows: tuple[Row, ...]


def page_of(content: bytes, number: int) -> Page:
    """The page of that number, or the one next to it that there is."""
    pages = max(1, -(-len(content) // PAGE))
    number = min(max(number, 1), pages)
    first = (number - 1) * PAGE
    rows = tuple(_row(content, at) for at in range(first, min(first + PAGE, len(content)), ROW))
    return Page(number, pages, rows)


def _row(content: bytes, at: int) -> Row:
    octets = content[at : at + ROW]
    pairs = " ".join(filter(None, (octets[:_HALF].hex(" "), " " + octets[_HALF:].hex(" ") if octets[_HALF:] else "")))
    letters = "".join(chr(octet) if 0x20 <= octet < 0x7F else "." for octet in octets)
    return Row(f"{at:08x}", pairs.ljust(3 * ROW), letters)
