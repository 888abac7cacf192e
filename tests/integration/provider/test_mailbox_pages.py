"""The mailbox as a person meets it."""

from __future__ import annotations

import re

import httpx
import pytest

from oots.model.response import ErrorCode
from oots.provider.checks import Refusal
from tests.support.pages import PREVIEW, TOKEN, Preview, preview
from tests.support.web import client_of


@pytest.fixture
def house() -> Preview:
    return preview()


@pytest.fixture
def visitor(house: Preview) -> httpx.Client:
    return client_of(house.app, PREVIEW)


def sign_in(house: Preview, visitor: httpx.Client, who: str, at: str = "/post") -> httpx.Response:
    house.sign_in.chosen = who
    visitor.get(f"{at}/signin")
    return visitor.get("/signin/callback")


def test_nothing_is_shown_before_a_sign_in_and_the_page_says_that_it_is_a_stand_in(
    house: Preview, visitor: httpx.Client
) -> None:
    page = visitor.get("/post").text
    assert "En efterligning af Digital Post" in page
    assert "Vilnius" not in page
    assert sign_in(house, visitor, "maria").headers["location"] == "/post"
    assert house.sign_in.prompted
    assert "Vilnius" in visitor.get("/post").text


def test_each_kind_of_letter_says_what_was_decided(house: Preview, visitor: httpx.Client) -> None:
    sign_in(house, visitor, "maria")
    danish, english = visitor.get("/post").text, visitor.get("/post?lang=en").text
    for words in ("din dokumentation er sendt", "intet er sendt", "kan hentes", "udstedes ikke", "Attest 2024"):
        assert words in danish
    for words in ("your evidence was sent", "nothing was sent", "can be fetched", "is not issued", "Certificate 2024"):
        assert words in english
    assert "Registreringsmyndigheden i Vilnius, Litauen" in danish
    assert danish.count("Odense Kommune") == danish.count("<section")
    for words in ("Gebyr betalt (efterligning)", "Gebyr betalt tilbage (efterligning)"):
        assert danish.count(words) == 1
    assert danish.count("80,00 kr. (2026)") == 2
    assert english.count("DKK 80.00 (2026)") == 2
    assert "En efterligning af Digital Post" in danish


def test_whom_the_register_does_not_know_has_an_empty_mailbox(house: Preview, visitor: httpx.Client) -> None:
    assert sign_in(house, visitor, "other").headers["location"] == "/post"
    assert "ingen breve" in visitor.get("/post").text
    sign_in(house, visitor, "maria")
    assert "ingen breve" not in visitor.get("/post").text


def test_the_mailbox_is_closed_when_another_person_signs_in_and_when_she_signs_out(
    house: Preview, visitor: httpx.Client
) -> None:
    sign_in(house, visitor, "maria")
    assert "Vilnius" in visitor.get("/post").text
    sign_in(house, visitor, "other", f"/p/{TOKEN}")
    assert 'href="/post/signin"' in visitor.get("/post").text
    sign_in(house, visitor, "maria")
    csrf = re.search(r'name="csrf" value="([^"]*)"', visitor.get("/post").text)
    assert csrf
    assert visitor.post("/post/signout", data={"csrf": csrf[1]}).headers["location"] == "/post"
    assert 'href="/post/signin"' in visitor.get("/post").text


def test_the_sign_in_to_the_mailbox_opens_no_preview(house: Preview, visitor: httpx.Client) -> None:
    sign_in(house, visitor, "maria")
    assert visitor.get(f"/p/{TOKEN}/0/0").status_code == 403
    sign_in(house, visitor, "maria", f"/p/{TOKEN}")
    assert visitor.get(f"/p/{TOKEN}/0/0").status_code == 200


def test_a_sign_in_that_fails_leads_back_to_the_mailbox(house: Preview, visitor: httpx.Client) -> None:
    page = visitor.get(sign_in(house, visitor, "cancelled").headers["location"])
    assert page.status_code == 400
    assert 'href="/post"' in page.text


def test_a_register_that_fails_is_told(house: Preview, visitor: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: object, person: object) -> str:
        raise Refusal(ErrorCode.QUERY, "the register failed")

    with monkeypatch.context() as while_down:
        while_down.setattr("tests.support.pages.PostOffice.owner", fails)
        assert sign_in(house, visitor, "maria").status_code == 503
    assert sign_in(house, visitor, "maria").status_code == 303


def test_the_mailbox_leads_back_to_the_preview_that_its_reader_came_from(house: Preview, visitor: httpx.Client) -> None:
    sign_in(house, visitor, "maria")
    assert "Tilbage til forhåndsvisningen" not in visitor.get("/post").text
    sign_in(house, visitor, "maria", f"/p/{TOKEN}")
    sign_in(house, visitor, "maria")
    assert f'href="/p/{TOKEN}"' in visitor.get("/post").text
    sign_in(house, visitor, "other")
    assert f'href="/p/{TOKEN}"' not in visitor.get("/post").text
