"""Behind the scenes: off until somebody switches it on, of the visitor's own exchange alone, and in demos alone."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.requests import Request

from oots.exchange.conversation import RequesterState
from oots.provider.shown import Stage
from oots.web.behind import carried_on
from tests.support.pages import EXCHANGE, PORTAL, PREVIEW, TOKEN, Portal, Preview, portal, preview
from tests.support.web import client_of

PAGE = f"/evidence/{EXCHANGE}"
LINK = f"/p/{TOKEN}"
ASIDE = '<aside class="behind"'


def signed_in(house: Portal | Preview, base: str, path: str, who: str = "maria") -> httpx.Client:
    visitor = client_of(house.app, base)
    house.sign_in.chosen = who
    visitor.get(f"{path}/signin")
    visitor.get("/signin/callback")
    return visitor


@pytest.fixture
def house() -> Portal:
    return portal()


@pytest.fixture
def maria(house: Portal) -> httpx.Client:
    house.service.stand(RequesterState.DELIVERED)
    return signed_in(house, PORTAL, "/cases/change-of-address")


def test_it_is_off_until_it_is_switched_on_and_the_cookie_remembers_it(maria: httpx.Client) -> None:
    assert ASIDE not in maria.get(PAGE).text
    assert '<div class="stage">' in maria.get(f"{PAGE}?present=1").text
    again = maria.get(PAGE).text
    assert '<div class="stage">' in again
    assert again.count(ASIDE) == 1
    drawer = maria.get(f"{PAGE}?present=drawer").text
    assert ASIDE in drawer
    assert '<div class="stage">' not in drawer
    assert ASIDE not in maria.get(f"{PAGE}?present=0").text
    assert ASIDE not in maria.get(PAGE).text


@pytest.mark.parametrize(("lang", "words"), [("da", "Forespørgsel 1"), ("en", "Request 1")])
def test_it_tells_the_messages_with_their_verdicts_and_leads_to_the_inspector(
    maria: httpx.Client, lang: str, words: str
) -> None:
    page = maria.get(f"{PAGE}?present=1&lang={lang}").text
    behind = page[page.index(ASIDE) : page.index("</aside>")]
    assert words in behind
    inspector = f"https://inspector.localhost:8499/exchanges/{EXCHANGE}"
    assert f'href="{inspector}"' in behind
    assert f'href="{inspector}/named/m-1%40portal"' in behind
    assert behind.count("badge-error") == 1


def test_it_tells_nothing_of_a_person_and_no_detail_of_a_message(maria: httpx.Client) -> None:
    page = maria.get(f"{PAGE}?present=1").text
    behind = page[page.index(ASIDE) : page.index("</aside>")]
    for word in ("Maria", "Jensen", "query", "R-EDM-REQ-S006", "EDM:ERR"):
        assert word not in behind


def test_before_a_request_there_is_nothing_behind_the_pages(maria: httpx.Client) -> None:
    page = maria.get("/?present=1").text
    assert "Endnu er intet udvekslet" in page
    assert "Forespørgsel 1" not in page


def test_nobody_else_sees_the_exchange(house: Portal, maria: httpx.Client) -> None:
    assert "Forespørgsel 1" in maria.get(f"{PAGE}?present=1").text
    other = signed_in(house, PORTAL, "/cases/change-of-address", "other")
    stranger = client_of(house.app, PORTAL)
    for visitor in (other, stranger):
        assert "Forespørgsel 1" not in visitor.get(f"{PAGE}?present=1").text


def test_a_service_without_insight_knows_no_scenes() -> None:
    house = portal(insight=False)
    house.service.stand(RequesterState.DELIVERED)
    visitor = signed_in(house, PORTAL, "/cases/change-of-address")
    page = visitor.get(f"{PAGE}?present=1")
    assert page.status_code == 200
    assert ASIDE not in page.text
    assert 'class="present"' not in page.text
    assert "present" not in visitor.cookies
    link = signed_in(preview(insight=False), PREVIEW, LINK).get(f"{LINK}?present=1")
    assert 'class="present"' not in link.text


def test_the_preview_shows_it_to_whom_the_link_was_opened_for_alone() -> None:
    house = preview()
    before = client_of(house.app, PREVIEW).get(f"{LINK}?present=1").text
    assert ASIDE in before
    assert "Forespørgsel 1" not in before
    visitor = signed_in(house, PREVIEW, LINK)
    assert "Forespørgsel 1" in visitor.get(f"{LINK}?present=1").text
    house.space.stage = Stage.DECIDED
    assert "Forespørgsel 1" in visitor.get(LINK).text
    assert "Forespørgsel 1" not in client_of(house.app, PREVIEW).get(f"{LINK}?present=1").text


def test_it_goes_on_at_the_authority_whom_the_person_is_sent_to(house: Portal) -> None:
    house.service.stand(RequesterState.PREVIEW_OFFERED)
    visitor = signed_in(house, PORTAL, "/cases/change-of-address")
    for present, end in (("0", TOKEN), ("1", f"{TOKEN}?present=1")):
        page = visitor.get(f"{PAGE}?present={present}").text
        csrf = re.search(r'name="csrf" value="([^"]*)"', page)
        assert csrf
        assert visitor.post(f"{PAGE}/preview", data={"csrf": csrf[1]}).headers["location"].endswith(end)


def test_a_location_keeps_what_it_says_already() -> None:
    request = Request({"type": "http", "query_string": b"present=drawer", "headers": []})
    assert carried_on(request, f"{PREVIEW}/p/x?returnurl=y") == f"{PREVIEW}/p/x?returnurl=y&present=drawer"
