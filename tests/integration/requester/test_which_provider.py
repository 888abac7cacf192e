"""The portal asks which municipality holds the evidence, and says so clearly where the answer is wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from oots.model.text import Text
from tests.support.pages import PORTAL, WHERE, Portal, finding, portal
from tests.support.web import client_of

CASE = "/cases/change-of-address"
ODENSE = finding("AP_DK_01", (Text("DA", "Odense Kommune"),))
AARHUS = finding()


@pytest.fixture
def house() -> Portal:
    """A portal whose directory knows Aarhus and Odense, and has heard of København."""
    made = portal()
    made.directories.question = WHERE
    made.directories.findings_of = {"0751": AARHUS, "0461": ODENSE}
    made.directories.values = frozenset({"0751", "0461", "0101"})
    return made


@pytest.fixture
def maria(house: Portal) -> httpx.Client:
    visitor = client_of(house.app, PORTAL)
    visitor.get(f"{CASE}/signin")
    visitor.get("/signin/callback")
    return visitor


def field(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1]


def answer(visitor: httpx.Client, typed: str, case: str = CASE, **more: str) -> httpx.Response:
    page = visitor.get(f"{case}/where")
    form = {name: field(page, name) for name in ("csrf", "piece", "concept")}
    return visitor.post(f"{case}/where", data=form | {"typed": typed} | more)


def test_the_question_comes_before_the_request(maria: httpx.Client) -> None:
    sent = maria.get(f"{CASE}/request")
    assert (sent.status_code, sent.headers["location"]) == (303, f"{CASE}/where?piece=address")
    page = maria.get(sent.headers["location"]).text
    assert "Hvilken kommune har dokumentationen?" in page
    assert '<option value="Aarhus Kommune">' in page
    assert '<option value="0461">Odense Kommune</option>' in page
    assert f'href="{CASE}/upload"' in page
    assert "Which municipality holds the evidence?" in maria.get(f"{CASE}/where?lang=en").text


@pytest.mark.parametrize("typed", ["Odense", "odense kommune", "0461"])
def test_the_answer_leads_to_that_municipality_and_travels_with_the_request(
    house: Portal, maria: httpx.Client, typed: str
) -> None:
    assert answer(maria, typed).headers["location"] == f"{CASE}/request"
    page = maria.get(f"{CASE}/request")
    assert "Odense Kommune" in page.text
    form = {name: field(page, name) for name in ("csrf", "attempt", "service", "piece")} | {"explicit": "given"}
    assert maria.post(f"{CASE}/request", data=form).status_code == 303
    (heard,) = house.service.findings[0].answers
    assert (heard.identifier, heard.value, heard.type) == (WHERE.identifier, "0461", "codelist")
    assert (heard.scheme, heard.value_expression) == (WHERE.scheme, WHERE.value_expression)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Odens", "Mente du"),
        ("Vilnius", "Der er ingen, der hedder “Vilnius”"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("", "Svar først på spørgsmålet"),
    ],
)
def test_an_answer_that_means_nothing_is_told_at_once(maria: httpx.Client, typed: str, words: str) -> None:
    refused = answer(maria, typed)
    assert refused.status_code == 422
    assert words in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert f'href="{CASE}/where?piece=address&amp;lang=en"' in refused.text or "lang=en" in refused.text
    assert answer(maria, "Odense").status_code == 303


def test_an_answer_that_the_directory_refuses_is_asked_for_again(house: Portal, maria: httpx.Client) -> None:
    answer(maria, "Odense")
    assert maria.get(f"{CASE}/request").status_code == 200
    house.directories.values = frozenset({"0751"})
    sent = maria.get(f"{CASE}/request")
    assert sent.headers["location"] == f"{CASE}/where?piece=address&wrong=true"
    page = maria.get(sent.headers["location"])
    assert page.status_code == 422
    assert "Det svar kender kataloget ikke" in page.text


def test_a_municipality_that_provides_nothing_yet_is_no_dead_end(maria: httpx.Client) -> None:
    answer(maria, "København")
    page = maria.get(f"{CASE}/request")
    assert page.status_code == 200
    assert "leverer ikke denne dokumentation endnu" in page.text
    assert f'href="{CASE}/where?piece=address"' in page.text
    assert f'href="{CASE}/upload"' in page.text


def test_the_answer_can_be_changed(maria: httpx.Client) -> None:
    answer(maria, "Odense")
    assert f'href="{CASE}/where?piece=address"' in maria.get(f"{CASE}/request").text
    answer(maria, "Aarhus")
    page = maria.get(f"{CASE}/request").text
    assert "Aarhus Kommune" in page
    assert "Odense Kommune" not in page


def test_an_answer_is_forgotten_when_somebody_else_signs_in(house: Portal, maria: httpx.Client) -> None:
    answer(maria, "Odense")
    house.sign_in.chosen = "other"
    maria.get(f"{CASE}/signin")
    maria.get("/signin/callback")
    assert maria.get(f"{CASE}/request").headers["location"] == f"{CASE}/where?piece=address"


def test_nobody_is_asked_before_the_sign_in_nor_without_a_question(house: Portal, maria: httpx.Client) -> None:
    stranger = client_of(house.app, PORTAL)
    assert stranger.get(f"{CASE}/where").headers["location"] == CASE
    assert maria.get(f"{CASE}/where").status_code == 200
    house.directories.question = None
    assert maria.get(f"{CASE}/where").headers["location"] == f"{CASE}/request"


def test_an_answer_without_the_session_token_or_to_another_question_changes_nothing(maria: httpx.Client) -> None:
    assert answer(maria, "Odense", csrf="other").status_code == 403
    assert answer(maria, "Odense", concept="another").headers["location"] == f"{CASE}/request"
    assert maria.get(f"{CASE}/request").headers["location"] == f"{CASE}/where?piece=address"
    assert answer(maria, "x" * 201).status_code == 400


def test_an_unknown_piece_is_not_found(maria: httpx.Client) -> None:
    assert maria.get(f"{CASE}/where?piece=address").status_code == 200
    assert maria.get(f"{CASE}/where?piece=none").status_code == 404
    assert maria.get(f"{CASE}/request?piece=none").status_code == 404


def test_a_question_with_yes_or_no_is_asked_so(house: Portal, maria: httpx.Client) -> None:
    house.directories.question = replace(WHERE, type="boolean", value_expression=None)
    house.directories.values, house.directories.findings_of = frozenset({"true", "false"}), {"true": AARHUS}
    page = maria.get(f"{CASE}/where").text
    assert 'type="radio" name="typed"' in page
    assert "<datalist" not in page
    assert answer(maria, "maybe").status_code == 422
    assert answer(maria, "true").status_code == 303


def test_a_list_that_the_portal_does_not_know_is_asked_for_in_words(house: Portal, maria: httpx.Client) -> None:
    unknown = "https://sr.oots.tech.ec.europa.eu/codelists/DK/sogn"
    house.directories.question = replace(WHERE, value_expression=unknown)
    house.directories.values = frozenset({"Vor Frue"})
    assert "<datalist" not in maria.get(f"{CASE}/where").text
    assert answer(maria, "Vor Frue").status_code == 303


def test_what_a_provider_says_of_its_fee_stands_before_the_request(house: Portal, maria: httpx.Client) -> None:
    told = (Text("DA", "Gebyr 2026: 82,00 kr. Du betaler i forhåndsvisningen."), Text("EN", "Fee 2026: DKK 82.00."))
    publisher = replace(ODENSE.access_service.publisher, descriptions=told)
    costly = replace(ODENSE, access_service=replace(ODENSE.access_service, publisher=publisher))
    house.directories.findings_of = {"0751": AARHUS, "0461": costly}
    answer(maria, "Odense")
    assert "Gebyr 2026: 82,00 kr." in maria.get(f"{CASE}/request").text
    assert "Fee 2026: DKK 82.00." in maria.get(f"{CASE}/request?lang=en").text
    answer(maria, "Aarhus")
    assert "Gebyr" not in maria.get(f"{CASE}/request").text
