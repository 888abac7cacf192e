"""Names of downloads, and how their content is sent."""

from __future__ import annotations

import asyncio

import pytest

from oots.model.content import CHUNK
from oots.web.downloads import download
from tests.support.contents import Elsewhere


@pytest.mark.parametrize(
    ("title", "disposition"),
    [
        ("Attest", "attachment; filename=\"Attest.pdf\"; filename*=UTF-8''Attest.pdf"),
        ("Bopæl", "attachment; filename=\"Bopl.pdf\"; filename*=UTF-8''Bop%C3%A6l.pdf"),
        ('../../a"b\r\nX: y', "attachment; filename=\"a b X y.pdf\"; filename*=UTF-8''a%20b%20X%20y.pdf"),
        ("", "attachment; filename=\"document.pdf\"; filename*=UTF-8''document.pdf"),
    ],
)
def test_a_title_from_outside_becomes_a_safe_file_name(title: str, disposition: str) -> None:
    assert download(b"", "application/pdf", title).headers["content-disposition"] == disposition


def test_a_download_is_sent_as_it_is_read() -> None:
    content = Elsewhere(b"%PDF" * (5 * CHUNK))
    response = download(content, "application/pdf", "Attest")
    (reader,) = content.readers
    assert (response.headers["content-length"], reader.count) == (str(len(content.octets)), 0)

    async def sent() -> bytes:
        return b"".join([bytes(piece) async for piece in response.body_iterator])  # type: ignore[attr-defined]

    assert asyncio.run(sent()) == content.octets
    assert (reader.largest, reader.closed) == (4 * CHUNK, True)
