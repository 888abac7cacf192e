"""Every page of portal, preview space and authority in a real browser: WCAG 2.1 AA by axe, no sideways scrolling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from cryptography.x509 import ReasonFlags
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, ViewportSize

from oots.denmark.municipality import municipalities
from oots.deployment import frames
from oots.deployment.apps import Surroundings, authority_app
from oots.deployment.participants import participants
from oots.deployment.settings import AuthoritySettings, read
from oots.exchange.conversation import RequesterState
from oots.intermediary import pages as intermediary_pages
from oots.intermediary.routes import Route
from oots.model.clock import FrozenClock, SequentialIds
from oots.provider.shown import Stage
from oots.trust.authority import init_keys
from oots.trust.issuing import LEAF_LIFE
from oots.trust.keys import load_key_pair
from oots.trust.register import revoke
from tests.support.chromium import free_port, served, violations
from tests.support.pages import (
    CASE_ID,
    DOCUMENTS,
    EXCHANGE,
    PDF,
    TOKEN,
    WHERE,
    Portal,
    Preview,
    available_from,
    portal,
    preview,
    shown_package,
    three_pieces,
)
from tests.support.register_pages import register_house
from tests.support.three_sides import PLATFORM
from tests.support.two_sides import AARHUS
from tests.support.web import NOON

CASE = "/cases/change-of-address"
MOVE = "/cases/two-municipalities"
EVIDENCE = f"/evidence/{EXCHANGE}"
NARROW: ViewportSize = {"width": 360, "height": 800}


@pytest.fixture(scope="module")
def portal_house() -> Iterator[tuple[Portal, str]]:
    house = portal()
    with served(house.app) as port:
        yield house, f"http://portal.lt.localhost:{port}"


@pytest.fixture(scope="module")
def preview_house() -> Iterator[tuple[Preview, str]]:
    house = preview()
    with served(house.app) as port:
        yield house, f"http://preview.aarhus.localhost:{port}"


@pytest.fixture(scope="module")
def register_pages() -> Iterator[str]:
    port = free_port()
    origin = f"http://preview.aarhus.localhost:{port}"
    with served(register_house(origin), port):
        yield f"{origin}/registers"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=NARROW) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def authority_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One certificate is revoked, one will be, and both are near their end."""
    keys = tmp_path_factory.mktemp("authority")
    init_keys(keys, participants("0751"), NOON - LEAF_LIFE + timedelta(days=20))
    for name, at in (("ap-lt-01", NOON), ("ap-dk-01", NOON + timedelta(days=7))):
        revoke(keys, load_key_pair(keys, name).certificate, at, ReasonFlags.superseded, party=name, name=name)
    settings = read(AuthoritySettings, {"port": 8404, "keys": keys})
    with httpx.Client() as unused:
        app = authority_app(settings, Surroundings(FrozenClock(NOON), SequentialIds(5), unused))
    with served(app) as port:
        yield f"http://authority.localhost:{port}"


def assert_fit_for_all(page: Page, address: str) -> None:
    """In both languages; pages that refresh by themselves are asked to hold still while axe looks."""
    for lang in ("da", "en"):
        page.goto(str(httpx.URL(address).copy_merge_params({"lang": lang, "refresh": "off"})))
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("h1").count() == 1
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("path", ["/", CASE, f"{CASE}/upload", f"{CASE}/uploaded", EVIDENCE])
def test_pages_before_the_sign_in(page: Page, portal_house: tuple[Portal, str], path: str) -> None:
    assert_fit_for_all(page, portal_house[1] + path)


def test_a_sign_in_that_failed(page: Page, portal_house: tuple[Portal, str]) -> None:
    house, base = portal_house
    house.sign_in.chosen = "cancelled"
    page.goto(f"{base}{CASE}/signin")
    assert page.url == f"{base}/signin/failed?why=cancelled"
    assert_fit_for_all(page, page.url)


def test_the_explicit_request(page: Page, portal_house: tuple[Portal, str]) -> None:
    house, base = portal_house
    house.sign_in.chosen = "weak"
    page.goto(f"{base}{CASE}/signin")
    assert_fit_for_all(page, f"{base}{CASE}/request")


def test_the_question_which_municipality(page: Page, portal_house: tuple[Portal, str]) -> None:
    house, base = portal_house
    house.sign_in.chosen = "maria"
    page.goto(f"{base}{CASE}/signin")
    house.directories.question = WHERE
    try:
        assert_fit_for_all(page, f"{base}{CASE}/where")
        page.fill("#typed", "Vilnius")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.locator("[aria-invalid=true]").count() == 1
        assert violations(page) == []
    finally:
        house.directories.question = None


def test_a_case_as_a_whole_for_whoever_is_represented(page: Page, portal_house: tuple[Portal, str]) -> None:
    house, base = portal_house
    house.sign_in.chosen = "for-child"
    page.goto(f"{base}{MOVE}/signin")
    assert_fit_for_all(page, f"{base}{MOVE}/request")
    page.check("#explicit")
    page.locator("form[action$='/request'] button").click()
    page.locator("#your-case ~ p a").click()
    assert_fit_for_all(page, page.url)


def test_evidence_that_is_too_old(page: Page, portal_house: tuple[Portal, str]) -> None:
    house, base = portal_house
    house.sign_in.chosen = "maria"
    page.goto(f"{base}{CASE}/signin")
    old = replace(DOCUMENTS[0], main=DOCUMENTS[0].main and replace(DOCUMENTS[0].main, issuing_date=date(2026, 1, 2)))
    stood = {"case": "marital-status", "piece": "civil-status", "documents": (old, DOCUMENTS[1])}
    house.service.stand(RequesterState.DELIVERED, **stood)
    assert_fit_for_all(page, base + EVIDENCE)
    assert page.get_by_role("link", name="Ask for a new one").count() == 1


def test_silent_directories(page: Page, portal_house: tuple[Portal, str]) -> None:
    house, base = portal_house
    house.sign_in.chosen = "maria"
    page.goto(f"{base}{CASE}/signin")
    house.directories.reachable = False
    try:
        assert_fit_for_all(page, f"{base}{CASE}/request")
    finally:
        house.directories.reachable = True


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (RequesterState.REQUESTED, {}),
        (RequesterState.PREVIEW_OFFERED, {}),
        (RequesterState.PREVIEWING, {}),
        (RequesterState.DELIVERED, {}),
        (RequesterState.FINISHED, {"evidence_deleted_at": NOON}),
        (RequesterState.NOTHING, {}),
        (RequesterState.DEFERRED, {"available_from": available_from()}),
        (RequesterState.REFUSED, {"error_code": "EDM:ERR:0004", "error_detail": "no unique match"}),
    ],
)
def test_each_stage_of_an_exchange(
    page: Page, portal_house: tuple[Portal, str], state: RequesterState, more: dict[str, Any]
) -> None:
    house, base = portal_house
    house.sign_in.chosen = "maria"
    house.service.stand(state, **more)
    page.goto(f"{base}{EVIDENCE}/signin")
    assert_fit_for_all(page, base + EVIDENCE)


@pytest.mark.parametrize("path", ["/", f"/p/{TOKEN}", "/p/another"])
def test_preview_pages_before_the_sign_in(page: Page, preview_house: tuple[Preview, str], path: str) -> None:
    assert_fit_for_all(page, preview_house[1] + path)


def test_a_refused_person(page: Page, preview_house: tuple[Preview, str]) -> None:
    house, base = preview_house
    house.sign_in.chosen = "other"
    page.goto(f"{base}/p/{TOKEN}/signin")
    assert page.url == f"{base}/p/{TOKEN}/refused"
    assert_fit_for_all(page, page.url)


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OPEN, Stage.DECIDED, Stage.LAPSED])
def test_each_stage_of_the_preview(page: Page, preview_house: tuple[Preview, str], stage: Stage) -> None:
    house, base = preview_house
    house.sign_in.chosen = "maria"
    house.space.stage = Stage.OPEN
    house.space.shown = (shown_package(0, "address-protection"), shown_package(1))
    page.goto(f"{base}/p/{TOKEN}/signin")
    house.space.stage = stage
    assert_fit_for_all(page, f"{base}/p/{TOKEN}")
    house.space.stage = Stage.OPEN


def test_pieces_to_choose_from_with_their_fees(page: Page, preview_house: tuple[Preview, str]) -> None:
    house, base = preview_house
    house.sign_in.chosen = "maria"
    house.space.stage, house.space.shown, house.space.child = Stage.OPEN, three_pieces(), "Freja Jensen"
    page.goto(f"{base}/p/{TOKEN}/signin")
    assert_fit_for_all(page, f"{base}/p/{TOKEN}")
    house.space.child = None


def test_what_happens_behind_a_page_is_beside_it_or_below_it_on_a_narrow_screen(
    page: Page, portal_house: tuple[Portal, str]
) -> None:
    house, base = portal_house
    house.sign_in.chosen = "maria"
    page.goto(f"{base}{CASE}/signin")
    house.service.stand(RequesterState.PREVIEW_OFFERED)
    assert_fit_for_all(page, f"{base}{EVIDENCE}?present=drawer")
    assert_fit_for_all(page, f"{base}{EVIDENCE}?present=1")
    for width, beside in ((360, False), (1280, True)):
        page.set_viewport_size({"width": width, "height": 800})
        main, behind = (page.locator(each).bounding_box() for each in ("main", "aside.behind"))
        assert main
        assert behind
        assert (behind["y"] < main["y"] + main["height"]) is beside


def test_the_mailbox(page: Page, preview_house: tuple[Preview, str]) -> None:
    house, base = preview_house
    house.sign_in.chosen = "maria"
    assert_fit_for_all(page, f"{base}/post")
    page.goto(f"{base}/post/signin")
    assert_fit_for_all(page, f"{base}/post")


def test_the_persons_own_log(page: Page, portal_house: tuple[Portal, str], preview_house: tuple[Preview, str]) -> None:
    for house in (portal_house, preview_house):
        house[0].sign_in.chosen = "maria"
        assert_fit_for_all(page, f"{house[1]}/log")
        page.goto(f"{house[1]}/log/signin")
        assert_fit_for_all(page, f"{house[1]}/log")
        assert page.get_by_role("link", name="JSON").count() == 1


def test_the_pages_of_caseworkers(page: Page, preview_house: tuple[Preview, str]) -> None:
    house, base = preview_house
    assert_fit_for_all(page, f"{base}/casework")
    page.get_by_role("button").click()
    assert_fit_for_all(page, f"{base}/casework")
    assert_fit_for_all(page, f"{base}/casework/{CASE_ID}")
    page.locator("input[type=file]").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.locator("button", has_text=re.compile("Vedhæft|Attach")).click()
    assert house.desk.pdf == PDF
    assert_fit_for_all(page, f"{base}/casework/{CASE_ID}")


def test_the_certificates_of_the_authority(page: Page, authority_house: str) -> None:
    assert_fit_for_all(page, f"{authority_house}/")
    for word in ("expires soon", "replaced", "revoked"):
        assert page.get_by_text(word, exact=True).first.is_visible()


def test_whom_an_intermediary_serves(page: Page) -> None:
    served_together = frozenset(each.agent.identifier for each in municipalities().values())
    routes = [Route("AP_DK_01", served_together), Route("AP_DK_0751", frozenset({AARHUS.identifier}))]
    app, frame = FastAPI(), frames.intermediary(PLATFORM)
    frame.attach(app)
    app.include_router(intermediary_pages.router(frame, routes, inspector="http://inspector.localhost"))
    with served(app) as port:
        assert_fit_for_all(page, f"http://intermediary.localhost:{port}/")
    assert page.get_by_text("AP_DK_0751").is_visible()


def test_the_page_images_are_really_drawn(page: Page, preview_house: tuple[Preview, str]) -> None:
    house, base = preview_house
    house.sign_in.chosen = "maria"
    house.space.shown = (shown_package(0),)
    page.goto(f"{base}/p/{TOKEN}/signin")
    drawn = page.locator("img.sheet").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert len(drawn) == 1
    assert drawn[0] > 1000


@pytest.mark.parametrize("path", ["", "/persons/f3c95789-ace1-4954-8c5d-6baed2eac902", "/others", "/match"])
def test_pages_of_the_registers(page: Page, register_pages: str, path: str) -> None:
    assert_fit_for_all(page, register_pages + path)


@pytest.mark.parametrize("persona", ["karl", "solvej-for-barn", "dina-for-byg"])
def test_a_match_that_is_explained(page: Page, register_pages: str, persona: str) -> None:
    page.goto(f"{register_pages}/match")
    page.select_option("#persona", persona)
    page.get_by_role("button", name="Forklar").first.click()
    assert page.get_by_role("heading", name="Udfald").is_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
