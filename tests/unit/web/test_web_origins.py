"""Locations of messages and where browsers reach them."""

from __future__ import annotations

import pytest

from oots.web.origins import Origins, origin_of

ORIGINS = Origins(
    {
        "https://preview.aarhus.localhost": "http://preview.aarhus.localhost:8402",
        "https://portal.lt.localhost": "https://portal.lt.localhost:8400",
    }
)


def test_a_location_goes_to_the_browser_and_back_with_path_and_query() -> None:
    browser = ORIGINS.to_browser("https://preview.aarhus.localhost/preview/abc?x=%20y#z")
    assert browser == "http://preview.aarhus.localhost:8402/preview/abc?x=%20y#z"
    assert ORIGINS.to_message(browser) == "https://preview.aarhus.localhost/preview/abc?x=%20y#z"


@pytest.mark.parametrize(
    "same",
    [
        "https://PREVIEW.Aarhus.localhost/p",
        "https://preview.aarhus.localhost:443/p",
        "HTTPS://preview.aarhus.localhost/p",
    ],
)
def test_origins_are_compared_as_parsed(same: str) -> None:
    assert ORIGINS.to_browser(same) == "http://preview.aarhus.localhost:8402/p"


@pytest.mark.parametrize(
    "foreign",
    [
        "https://preview.aarhus.localhost.evil.example/p",
        "https://evil.example/https://preview.aarhus.localhost/p",
        "https://preview.aarhus.localhost@evil.example/p",
        "https://someone@preview.aarhus.localhost/p",
        "https://preview.aarhus.localhost:444/p",
        "http://preview.aarhus.localhost/p",
        "javascript://preview.aarhus.localhost/%0aalert(1)",
        "//preview.aarhus.localhost/p",
        "/p",
        "https://evil.example\\@preview.aarhus.localhost/p",
        "https://preview.aarhus.localhost\t/p",
        "https://preview.aarhus.localhost:port/p",
        "",
    ],
)
def test_a_location_elsewhere_is_refused(foreign: str) -> None:
    assert ORIGINS.to_browser("https://preview.aarhus.localhost/p")
    with pytest.raises(ValueError, match=r".+"):
        ORIGINS.to_browser(foreign)


def test_a_table_with_an_origin_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="once"):
        Origins({"https://a.localhost": "http://c.localhost:1", "https://b.localhost": "http://c.localhost:1"})


def test_a_table_with_an_unlawful_origin_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        Origins({"http://a.localhost": "http://a.localhost:1"})


def test_an_origin_is_written_as_browsers_write_it() -> None:
    assert origin_of("http://Portal.lt.localhost:80/x") == "http://portal.lt.localhost"
    assert origin_of("https://[::1]:8443/x") == "https://[::1]:8443"
