"""A sealed PDF of any size: one empty page, and random bytes that no page shows."""

from __future__ import annotations

import os
from io import BytesIO

from pyhanko.pdf_utils.generic import DictionaryObject, NameObject, StreamObject
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from oots.model.clock import SystemClock
from oots.trust.keys import KeyPair
from oots.trust.pades import seal_pdf

_A4 = (0, 0, 595, 842)


def sealed_pdf(size: int, key: KeyPair) -> bytes:
    """About `size` bytes that no compression makes fewer; the seal alone takes some 10 KB."""
    writer = PdfFileWriter()
    contents = writer.add_object(StreamObject(stream_data=b"q Q"))
    page = PageObject(contents=contents, media_box=_A4, resources=DictionaryObject())
    writer.insert_page(page)
    ballast = writer.add_object(StreamObject(stream_data=os.urandom(size)))
    writer.root[NameObject("/Ballast")] = ballast
    writer.update_root()
    written = BytesIO()
    writer.write(written)
    return seal_pdf(written.getvalue(), key, SystemClock().now(), "benchmark", "here")
