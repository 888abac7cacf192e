"""Chromium between the preview space and a hostile site: frames, scripts, foreign forms; and links that have closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from starlette.responses import HTMLResponse

from oots.provider.shown import Stage
from tests.support.chromium import served
from tests.support.pages import TOKEN, Preview, preview, shown_package
from tests.support.window import Window, window


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Preview, str]]:
    """A preview space with one link, at which everybody who signs in is the right person."""
    opened = preview()
    opened.sign_in.chosen = "maria"
    with served(opened.app) as port:
        yield opened, f"http://preview.aarhus.localhost:{port}/p/{TOKEN}"


@pytest.fixture(scope="module")
def evil(house: tuple[Preview, str]) -> Iterator[str]:
    """A site of somebody else, with a page that frames the preview and one that posts the decision to it."""
    app, link = FastAPI(), house[1]

    @app.get("/frame")
    def frame() -> HTMLResponse:
        return HTMLResponse(f'<iframe name="own" src="/form"></iframe><iframe name="preview" src="{link}"></iframe>')

    @app.get("/form")
    def form() -> HTMLResponse:
        return HTMLResponse(
            f'<form method="post" action="{link}/decision"><input name="package-0" value="accept">'
            "<button>Win a prize</button></form>"
        )

    with served(app) as port:
        yield f"http://evil.localhost:{port}"


@pytest.fixture
def page(browser: Browser, house: tuple[Preview, str]) -> Iterator[Page]:
    """Maria's browser, in which her evidence is open."""
    opened, link = house
    opened.space.stage, opened.space.shown, opened.space.decisions = Stage.OPEN, (shown_package(0),), []
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{link}/signin")
        expect(page.get_by_role("heading", level=1)).to_have_text("Skal dette sendes?")
        yield page


def test_no_other_site_can_frame_the_preview(page: Page, evil: str) -> None:
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{evil}/frame")
    expect(page.frame_locator("[name=own]").get_by_role("button")).to_be_visible()
    expect(page.frame_locator("[name=preview]").get_by_role("heading")).to_have_count(0)


def test_a_script_that_got_into_a_page_does_not_run(page: Page) -> None:
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
            }"""
        )
    assert page.evaluate("window.ran") is None


def test_a_form_of_another_site_decides_nothing(page: Page, house: tuple[Preview, str], evil: str) -> None:
    page.goto(f"{evil}/form")
    page.get_by_role("button").click()
    expect(page.locator("body")).to_contain_text("Refused: the form was sent from another site.")
    assert house[0].space.decisions == []


@pytest.mark.parametrize("lang", ["da", "en"])
def test_who_chooses_too_late_is_told_so_on_the_keyboard_alone(
    browser: Browser, house: tuple[Preview, str], lang: str
) -> None:
    opened, link = house
    with window(browser, lang, keyboard=True, scripts=False, axe=False) as maria:
        open_preview(maria, opened, link)
        opened.space.stage = Stage.LAPSED
        maria.button("Godkend og send", "Approve and send")
        maria.see("Linket er udløbet", "The link has expired")
        assert opened.space.decisions == []
        maria.assert_clean(410)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_who_has_signed_out_in_another_tab_finds_back_on_the_keyboard_alone(
    browser: Browser, house: tuple[Preview, str], lang: str
) -> None:
    opened, link = house
    with window(browser, lang, keyboard=True, scripts=False, axe=False) as maria:
        open_preview(maria, opened, link)
        with maria.second_tab() as tab:
            tab.get_by_role("button", name=maria.t("Log ud", "Sign out")).press("Enter")
            expect(tab.get_by_role("link", name=maria.t("Log ind", "Sign in"))).to_be_visible()
        maria.button("Godkend og send", "Approve and send")
        maria.see("Siden var blevet for gammel", "The page had become too old")
        assert opened.space.decisions == []
        maria.link("Åbn siden igen", "Open the page again")
        maria.see("Se din dokumentation, før den sendes", "See your evidence before it is sent")
        maria.assert_clean(403)


def test_the_address_of_a_document_alone_leads_to_the_sign_in(browser: Browser, house: tuple[Preview, str]) -> None:
    opened, link = house
    opened.space.stage = Stage.OPEN
    with window(browser, "da") as stranger:
        stranger.open(f"{link}/0/0")
        stranger.see("Du har ikke adgang til denne side", "")
        stranger.link("Åbn siden", "")
        stranger.see("Se din dokumentation, før den sendes", "")
        stranger.assert_clean(403)


def test_the_address_of_the_decision_opened_leads_back_to_the_preview(page: Page, house: tuple[Preview, str]) -> None:
    page.goto(f"{house[1]}/decision")
    page.get_by_role("link", name="Åbn siden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Skal dette sendes?")


def open_preview(window: Window, opened: Preview, link: str) -> None:
    """Maria's evidence, in her language."""
    opened.space.stage, opened.space.shown, opened.space.decisions = Stage.OPEN, (shown_package(0),), []
    window.open(f"{link}/signin")
    window.speak()
    window.see("Skal dette sendes?", "Send this?")
