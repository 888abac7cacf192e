"""The exchange pages: timelines, verdicts, and raw documents one click away."""

from __future__ import annotations

import httpx
import pytest

from tests.support.pages import EXCHANGE, PARTS, PORTAL, portal, preview
from tests.support.web import client_of

STORY = f"/exchanges/{EXCHANGE}"


@pytest.fixture
def reviewer() -> httpx.Client:
    return client_of(portal().app, PORTAL)


def test_the_list_counts_messages_and_failed_checks(reviewer: httpx.Client) -> None:
    page = reviewer.get("/exchanges").text
    assert STORY in page
    assert "1 fejlet" in page
    assert "blev afvist: 1" in page


def test_the_timeline_tells_verdicts_codes_and_digests(reviewer: httpx.Client) -> None:
    page = reviewer.get(STORY).text
    for told in ("Skema: i orden", "Skema: fejlet", "EDM:ERR:0003", "R-EDM-REQ-S006", "m-2@provider", PARTS[1].sha256):
        assert told in page
    assert "Exchange step by step" in reviewer.get(f"{STORY}?lang=en").text


def test_an_unknown_exchange_is_not_found(reviewer: httpx.Client) -> None:
    assert reviewer.get(STORY).status_code == 200
    assert reviewer.get("/exchanges/another").status_code == 404


@pytest.mark.parametrize(("number", "piece"), [(1, "document"), (1, "soap"), (2, "receipt")])
def test_raw_documents_are_one_click_away(reviewer: httpx.Client, number: int, piece: str) -> None:
    path = f"{STORY}/{number}/{piece}"
    assert path in reviewer.get(STORY).text
    assert reviewer.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/1/receipt", "/3/document", "/9/document", "/1/other"])
def test_what_the_log_does_not_hold_is_not_found(reviewer: httpx.Client, path: str) -> None:
    assert reviewer.get(f"{STORY}/1/document").status_code == 200
    assert reviewer.get(STORY + path).status_code == 404


def test_a_document_is_shown_as_inert_text_with_line_numbers(reviewer: httpx.Client) -> None:
    page = reviewer.get(f"{STORY}/1/document").text
    assert "Maria &amp;lt;script&amp;gt;" in page
    assert '<span aria-hidden="true">2  </span>' in page


def test_what_is_no_xml_is_shown_as_it_is(reviewer: httpx.Client) -> None:
    assert "not xml &lt;" in reviewer.get(f"{STORY}/4/document").text


def test_the_raw_download_gives_the_exact_bytes(reviewer: httpx.Client) -> None:
    raw = reviewer.get(f"{STORY}/1/document?raw=1")
    assert raw.content == b"<query><name>Maria &lt;script&gt;</name></query>"
    assert raw.headers["content-type"].startswith("text/xml")
    assert raw.headers["content-disposition"].startswith("attachment; ")


def test_refusals_have_a_timeline_of_their_own(reviewer: httpx.Client) -> None:
    page = reviewer.get("/exchanges/refusals").text
    assert "Meddelelse afvist" in page
    assert "EBMS:0101" in page


@pytest.mark.parametrize("house", [portal, preview])
def test_without_insight_there_are_no_exchange_pages(house: object) -> None:
    assert client_of(house(insight=True).app, PORTAL).get("/exchanges").status_code == 200  # type: ignore[operator]
    assert client_of(house(insight=False).app, PORTAL).get("/exchanges").status_code == 404  # type: ignore[operator]
