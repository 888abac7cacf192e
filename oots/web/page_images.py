"""What a PDF shows, as images and as text: made from the very bytes, since a sandboxed frame renders no PDF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock

import pypdfium2 as pdfium

SCALE = 2.0
"""Pixels per point: 144 dots per inch."""
MOST_PAGES = 50
MOST_PIXELS = 16_000_000

_TURN = Lock()
"""PDFium is not safe for threads."""


class UnreadablePdfError(ValueError):
    """PDFium cannot read the document."""


def texts_of(pdf: bytes) -> tuple[str, ...]:
    """The text of each page, of the first 50 at most; raises UnreadablePdfError."""
    with _opened(pdf) as document:
        return tuple(_text(document[number]) for number in range(min(len(document), MOST_PAGES)))


def render(pdf: bytes, page: int, scale: float = SCALE) -> bytes:
    """One page (from 0) as a PNG, at a smaller scale if it would exceed 16 million pixels.

    Raises IndexError for a page that is not there, UnreadablePdfError for what is no PDF.
    """
    with _opened(pdf) as document:
        if not 0 <= page < min(len(document), MOST_PAGES):
            raise IndexError(page)
        sheet = document[page]
        width, height = sheet.get_size()
        fitting = min(scale, (MOST_PIXELS / max(width * height, 1)) ** 0.5)
        png = BytesIO()
        sheet.render(scale=fitting, rev_byteorder=True).to_pil().save(png, format="PNG")
        return png.getvalue()


@contextmanager
def _opened(pdf: bytes) -> Iterator[pdfium.PdfDocument]:
    with _TURN:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                yield document
            finally:
                document.close()
        except pdfium.PdfiumError as unreadable:
            raise UnreadablePdfError("not a readable PDF") from unreadable


def _text(page: pdfium.PdfPage) -> str:
    text: str = page.get_textpage().get_text_bounded()
    return text.replace("\r\n", "\n").strip()
