"""Names of downloads."""

from __future__ import annotations

import pytest

from oots.web.downloads import download


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
