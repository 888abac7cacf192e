"""The exchange pages: timelines, verdicts, and raw documents one click away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from oots.exchange.journal import Entry, EvidencePart, JournalEntry
from oots.web import exchange_pages
from oots.web.frame import ROOM, Frame
from oots.web.words import Words
from oots.wire.error import encode_error
from tests.support.pages import EXCHANGE, PARTS, PORTAL, Journal, portal, preview
from tests.support.web import NOON, client_of
from tests.support.wire import NOT_FOUND, PREVIEW_REQUIRED

STORY = f"/exchanges/{EXCHANGE}"


@pytest.fixture
def reviewer() -> httpx.Client:
    return client_of(portal().app, PORTAL)


def test_the_list_counts_messages_and_failed_checks(reviewer: httpx.Client) -> None:
    page = reviewer.get("/exchanges").text
    assert STORY in page
    assert "1 fejlet" in page
    assert "blev afvist: 1" in page


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("da", ("Åben kun til demonstrationen", "opdigtede")),
        ("en", ("Open for the demonstration alone", "invented people")),
    ],
)
def test_each_page_says_at_its_top_that_it_is_open_for_the_demonstration_and_shows_personal_data(
    reviewer: httpx.Client, lang: str, words: tuple[str, str]
) -> None:
    for path in ("/exchanges", STORY, f"{STORY}/1/document", "/exchanges/refusals"):
        top = reviewer.get(f"{path}?lang={lang}").text.partition("<main")[2].partition("<footer")[0]
        told = top.partition("</h1>")[2][:1500]
        assert not [each for each in words if each not in told], path


def test_the_timeline_tells_verdicts_codes_and_digests(reviewer: httpx.Client) -> None:
    page = reviewer.get(STORY).text
    for told in (
        "Skema og regler: i orden",
        "Skema og regler: fejlet",
        "EDM:ERR:0003",
        "R-EDM-REQ-S006",
        "m-2@provider",
        PARTS[1].sha256,
    ):
        assert told in page
    assert "Exchange step by step" in reviewer.get(f"{STORY}?lang=en").text


def line(entry: Entry, message_id: str | None = None, at: datetime = NOON, **more: Any) -> JournalEntry:
    return JournalEntry(at, entry, exchange_id=EXCHANGE, message_id=message_id, **more)


def reading(*lines: JournalEntry) -> httpx.Client:
    """A reviewer of a log with these lines."""
    app = FastAPI()
    frame = Frame(theme="eid", templates=ROOM / "templates", authority=Words("A", "A"), service=Words("B", "B"))
    frame.attach(app)
    own, other = Words("Portalen", "The portal"), Words("Kommunen", "The municipality")
    log = Journal(lines)
    app.include_router(
        exchange_pages.router(frame=frame, open_log=log.begin, recheck=lambda line: None, own=own, other=other)
    )
    return client_of(app, PORTAL)


REQUEST = line(Entry.REQUEST_SENT, "m-1")
OFFER = line(Entry.EXCEPTION_RECEIVED, "m-2", error_code="EDM:ERR:0002", document=encode_error(PREVIEW_REQUIRED))
SECOND = line(Entry.REQUEST_SENT, "m-3")
EMPTY = line(Entry.RESPONSE_RECEIVED, "m-4")
PART = EvidencePart("evidence-1", "part-1@provider", "application/pdf", PARTS[1].sha256, PARTS[1].length)
EVIDENCE = line(Entry.RESPONSE_RECEIVED, "m-4", evidence=(PART,))
DELETED = line(Entry.EVIDENCE_DELETED, evidence=(PART,))


def refusal(code: str) -> JournalEntry:
    return line(Entry.EXCEPTION_RECEIVED, "m-2", error_code=code, document=encode_error(NOT_FOUND))


@pytest.mark.parametrize(
    ("lines", "danish", "english"),
    [
        ([REQUEST], "i gang", "in progress"),
        ([REQUEST, OFFER], "i gang", "in progress"),
        ([REQUEST, OFFER, SECOND, EVIDENCE, DELETED], "leveret", "delivered"),
        ([REQUEST, OFFER, SECOND, EMPTY], "intet sendt", "nothing sent"),
        ([REQUEST, refusal("EDM:ERR:0004")], "afvist", "refused"),
        ([REQUEST, refusal("EDM:ERR:0002")], "afvist", "refused"),
        ([REQUEST, refusal("EDM:ERR:0005")], "udløbet", "expired"),
        ([REQUEST, OFFER, line(Entry.TIME_UP)], "udløbet", "expired"),
        ([REQUEST, line(Entry.DELIVERY_FAILED, "m-1")], "ikke afleveret", "not delivered"),
        ([REQUEST, EVIDENCE, line(Entry.DELIVERY_FAILED, "m-4")], "ikke afleveret", "not delivered"),
    ],
)
def test_the_list_says_in_words_how_each_exchange_ended(lines: list[JournalEntry], danish: str, english: str) -> None:
    reviewer = reading(*lines)
    assert f'data-title="Udfald">{danish}</td>' in reviewer.get("/exchanges").text
    assert f'data-title="Outcome">{english}</td>' in reviewer.get("/exchanges?lang=en").text


def test_evidence_that_came_though_a_receipt_did_not_counts_as_delivered() -> None:
    page = reading(REQUEST, EVIDENCE, line(Entry.DELIVERY_FAILED, "m-1")).get("/exchanges").text
    assert ">leveret<" in page


def test_requests_are_counted_and_a_preview_offer_is_no_refusal() -> None:
    page = reading(REQUEST, OFFER, SECOND, refusal("EDM:ERR:0002")).get(STORY).text
    for title in (
        "Forespørgsel 1",
        "Forhåndsvisning kræves (EDM:ERR:0002)",
        "Forespørgsel 2 (til forhåndsvisning)",
        "Undtagelse modtaget",
    ):
        assert page.count(f'"timeline-title">{title}<') == 1, title


@pytest.mark.parametrize(
    ("decision", "danish", "english"), [("accept", "godkendt", "approved"), ("decline", "afvist", "declined")]
)
def test_a_decision_is_told_in_words(decision: str, danish: str, english: str) -> None:
    reviewer = reading(line(Entry.PREVIEW_DECIDED, decision=decision))
    assert f">{danish}</dd>" in reviewer.get(STORY).text
    assert f">{english}</dd>" in reviewer.get(f"{STORY}?lang=en").text


@pytest.mark.parametrize(("entry", "arrows"), [(REQUEST, 1), (DELETED, 0), (line(Entry.TIME_UP), 0)])
def test_only_what_goes_to_somebody_has_an_arrow(entry: JournalEntry, arrows: int) -> None:
    assert reading(entry).get(STORY).text.count("→") == arrows


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
