"""Which locations of a message are believed."""

from __future__ import annotations

import pytest

from oots.exchange.partners import is_location_on

HOSTS = ("preview.aarhus.localhost", "preview.odense.localhost")
LAWFUL = "https://preview.aarhus.localhost/p/token"


@pytest.mark.parametrize(
    "location",
    [
        LAWFUL,
        "https://preview.odense.localhost/",
        "https://PREVIEW.Aarhus.localhost/p/token",
        "https://preview.aarhus.localhost/p/token?returnurl=https%3A%2F%2Fevil.example%2F",
        "https://preview.aarhus.localhost//evil.example/p",
    ],
)
def test_a_location_on_a_registered_host_is_believed(location: str) -> None:
    assert is_location_on(location, HOSTS)


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/p/token",
        "//preview.aarhus.localhost/p/token",
        "http://preview.aarhus.localhost/p/token",
        "javascript:alert(1)//preview.aarhus.localhost/",
        "data:text/html,https://preview.aarhus.localhost/",
        "https:preview.aarhus.localhost/p",
        "https:///preview.aarhus.localhost/p",
        "https://evil.example/p/token",
        "https://evil.example/https://preview.aarhus.localhost/",
        "https://preview.aarhus.localhost.evil.example/",
        "https://evil.example?preview.aarhus.localhost/",
        "https://evil-preview.aarhus.localhost/",
        "https://aarhus.localhost/",
        "https://preview.aarhus.localhost./p/token",
        "https://preview.aarhus.localhost@evil.example/",
        "https://user@preview.aarhus.localhost/",
        "https://user:word@preview.aarhus.localhost/",
        "https://@preview.aarhus.localhost/",
        "https://preview.aarhus.localhost:8443/",
        "https://preview.aarhus.localhost:443/",
        "https://preview.aarhus.localhost:/",
        "https://preview.aarhus.localhost:x/",
        "https://preview.aarhus.localhost/p#fragment",
        "https://preview.aarhus.localhost/p#",
        "https://preview.aarhus.localhost\\@evil.example/",
        "https://evil.example\\.preview.aarhus.localhost/",
        "https://preview.aarhus.localhost\t/p",
        "https://preview.aarhus.localhost/p\r\nSet-Cookie: x",
        " https://preview.aarhus.localhost/p",
        "https://preview.aarhus.localhost/p\x00",
        "https://preview.aarhus.localhost/p\x7f",
        "https://preview%2eaarhus.localhost/p",
        "https://preview。aarhus。localhost/p",
        "https://ｐreview.aarhus.localhost/p",
        "https://preview.aаrhus.localhost/p",
        "https://127.0.0.1/p",
        "https://[::1]/p",
        "https://[::1/p",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_anything_else_is_not(location: str) -> None:
    assert is_location_on(LAWFUL, HOSTS)
    assert not is_location_on(location, HOSTS)


def test_a_location_is_believed_on_nobody_s_host_if_none_is_registered() -> None:
    assert not is_location_on(LAWFUL, ())
