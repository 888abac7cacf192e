"""The pages of caseworkers: sign-in as a stand-in, attaching, deciding."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from oots.provider.casework import CaseState, Decision
from oots.provider.casework_pages import MOST_BYTES
from tests.support.pages import CASE_ID, PDF, PREVIEW, Preview, preview
from tests.support.web import client_of

CASE = f"/casework/{CASE_ID}"


@pytest.fixture
def house() -> Preview:
    return preview()


@pytest.fixture
def stranger(house: Preview) -> httpx.Client:
    return client_of(house.app, PREVIEW)


@pytest.fixture
def worker(house: Preview) -> httpx.Client:
    visitor = client_of(house.app, PREVIEW)
    assert visitor.post("/casework/signin", data={"csrf": csrf_of(visitor, "/casework")}).status_code == 303
    return visitor


def csrf_of(visitor: httpx.Client, address: str = CASE) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', visitor.get(address).text)
    assert found
    return found[1]


def attach(worker: httpx.Client, content: bytes, name: str = "scan.pdf", csrf: str | None = None) -> httpx.Response:
    files = {"file": (name, content, "application/pdf")}
    return worker.post(f"{CASE}/upload", data={"csrf": csrf or csrf_of(worker)}, files=files)


def decide(worker: httpx.Client, decision: str) -> httpx.Response:
    return worker.post(f"{CASE}/decision", data={"csrf": csrf_of(worker), "decision": decision, "confirmed": "yes"})


def test_nothing_is_shown_before_the_sign_in_which_says_that_it_is_a_stand_in(
    stranger: httpx.Client, worker: httpx.Client
) -> None:
    page = stranger.get("/casework")
    assert "efterligning" in page.text
    assert CASE_ID[-8:] not in page.text
    for address in (CASE, f"{CASE}/attached", "/casework/unknown"):
        assert stranger.get(address).status_code == 403
    assert CASE_ID[-8:] in worker.get("/casework").text
    assert "Maria Jensen" in worker.get(CASE).text


def test_what_a_stranger_sends_changes_nothing(house: Preview, stranger: httpx.Client, worker: httpx.Client) -> None:
    csrf = csrf_of(stranger, "/casework")
    assert stranger.post(f"{CASE}/decision", data={"csrf": csrf, "decision": "refuse"}).status_code == 403
    assert attach(stranger, PDF, csrf=csrf).status_code == 403
    assert (house.desk.decisions, house.desk.pdf) == ([], None)
    assert attach(worker, PDF).status_code == 303
    assert decide(worker, "refuse").status_code == 303
    assert house.desk.decisions == [Decision.REFUSE]


def test_who_has_signed_out_is_a_stranger(worker: httpx.Client) -> None:
    assert worker.get(CASE).status_code == 200
    assert worker.post("/casework/signout", data={"csrf": csrf_of(worker)}).headers["location"] == "/casework"
    assert worker.get(CASE).status_code == 403


def test_the_authority_that_was_asked_is_named(worker: httpx.Client) -> None:
    for address in ("/casework", CASE):
        assert "Aarhus Kommune" in worker.get(address).text.partition("<main")[2]


def test_no_name_stands_in_the_list(worker: httpx.Client) -> None:
    assert "Maria" not in worker.get("/casework").text
    assert "Maria" in worker.get(CASE).text


def test_a_pdf_is_attached_and_can_be_fetched(house: Preview, worker: httpx.Client) -> None:
    assert worker.get(f"{CASE}/attached").status_code == 404
    assert attach(worker, PDF).headers["location"] == CASE
    fetched = worker.get(f"{CASE}/attached")
    assert fetched.content == PDF
    assert fetched.headers["content-disposition"].startswith("attachment; ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Vælg først en fil"),
        (b"MZ no document", "ingen PDF, der kan læses"),
        (b"%PDF-1.7 nor is this one", "ingen PDF, der kan læses"),
        (PDF.replace(b"/Root", b"/Encrypt 9 0 R /Root"), "ingen PDF, der kan læses"),
        (PDF + bytes(MOST_BYTES), "Filen er for stor"),
    ],
    ids=["nothing", "another type", "only the beginning of one", "encrypted", "too large"],
)
def test_what_is_no_document_is_not_attached(house: Preview, worker: httpx.Client, content: bytes, words: str) -> None:
    page = attach(worker, content)
    assert page.status_code == 422
    assert words in page.text
    assert house.desk.pdf is None


def test_an_upload_without_the_session_token_is_refused(house: Preview, worker: httpx.Client) -> None:
    assert attach(worker, PDF, csrf="another").status_code == 403
    assert house.desk.pdf is None


@pytest.mark.parametrize(("decision", "state"), [("register", CaseState.RELEASED), ("refuse", CaseState.REFUSED)])
def test_a_decision_closes_the_case(house: Preview, worker: httpx.Client, decision: str, state: CaseState) -> None:
    assert 'name="decision"' in worker.get(CASE).text
    assert decide(worker, decision).headers["location"] == CASE
    assert house.desk.only.state is state
    assert 'name="decision"' not in worker.get(CASE).text


def test_only_what_has_been_attached_can_be_released(house: Preview, worker: httpx.Client) -> None:
    assert "Udsted med det vedhæftede" not in worker.get(CASE).text
    assert decide(worker, "attached").status_code == 422
    attach(worker, PDF)
    assert "Udsted med det vedhæftede" in worker.get(CASE).text
    assert decide(worker, "attached").status_code == 303
    assert house.desk.decisions == [Decision.ATTACHED]


def test_a_second_decision_is_told_not_to_count(house: Preview, worker: httpx.Client) -> None:
    csrf = csrf_of(worker)
    decide(worker, "refuse")
    late = worker.post(f"{CASE}/decision", data={"csrf": csrf, "decision": "register", "confirmed": "yes"})
    assert late.status_code == 422
    assert "En afgørelse kan ikke ændres" in late.text
    assert attach(worker, PDF, csrf=csrf).status_code == 422
    assert house.desk.decisions == [Decision.REFUSE]


@pytest.mark.parametrize("decision", ["", "release", "ATTACHED"])
def test_a_decision_that_is_none_is_not_understood(house: Preview, worker: httpx.Client, decision: str) -> None:
    assert decide(worker, decision).status_code == 422
    assert house.desk.decisions == []
    assert decide(worker, "refuse").status_code == 303


def test_an_unknown_case_is_not_found(worker: httpx.Client) -> None:
    assert worker.get(CASE).status_code == 200
    assert worker.get(CASE[:-1] + "2").status_code == 404


def test_the_reason_is_shown_as_text(house: Preview, worker: httpx.Client) -> None:
    house.desk.only = replace(house.desk.only, reason="<script>alert(1)</script>")
    assert "&lt;script&gt;" in worker.get(CASE).text
    assert "<script>" not in worker.get(CASE).text


def test_a_decision_that_is_not_confirmed_does_not_count(house: Preview, worker: httpx.Client) -> None:
    hasty = worker.post(f"{CASE}/decision", data={"csrf": csrf_of(worker), "decision": "refuse"})
    assert hasty.status_code == 422
    assert "Intet er afgjort endnu" in hasty.text
    assert house.desk.decisions == []
    assert re.search(r'<input[^>]*name="confirmed"[^>]* required', worker.get(CASE).text)
    assert decide(worker, "refuse").status_code == 303
    assert house.desk.decisions == [Decision.REFUSE]


def test_a_case_tells_municipality_birth_date_and_the_document_to_be_issued(worker: httpx.Client) -> None:
    page = worker.get(CASE).text
    for label, told in (
        ("Kommune", "Aarhus Kommune"),
        ("Født", '<time datetime="1984-03-02">2. marts 1984</time>'),
        ("Dokument, der skal udstedes", "Bopælsattest"),
    ):
        assert f"<dt>{label}</dt><dd>{told}</dd>" in page


def test_the_pages_say_that_one_desk_serves_all(stranger: httpx.Client, worker: httpx.Client) -> None:
    for visitor in (stranger, worker):
        assert "ét bord for alle de kommuner" in visitor.get("/casework").text
