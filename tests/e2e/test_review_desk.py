"""The review desk in a real browser without JavaScript: by keyboard alone, on a small screen, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.chromium import free_port, served, violations
from tests.support.inspector import SIGNER, inspector_over, inspector_settings
from tests.support.reviews import told_stories

NARROW: ViewportSize = {"width": 320, "height": 800}
WIDE: ViewportSize = {"width": 1280, "height": 900}
PARTS = ("", "/parts/strategi", "/parts/ukendt", "/sign", "/report")


@dataclass
class House:
    """An inspector that is served; `review` is the path of the review of an accepted exchange, `other` of one that was
    declined."""

    origin: str
    review: str
    other: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with told_stories(tmp_path_factory.mktemp("stories")) as told:
        port = free_port()
        origin = f"http://inspector.localhost:{port}"
        app = inspector_over(inspector_settings(told.folder, origins={"https://inspector.localhost": origin}))
        review, other = (f"/exchanges/{told.exchanges[story]}/review" for story in ("accepted", "declined"))
        with served(app, port):
            yield House(origin, review, other)


@contextmanager
def window(browser: Browser, house: House, viewport: ViewportSize, *, scripts: bool) -> Iterator[Page]:
    """A reviewer who may sign, signed in."""
    with browser.new_context(viewport=viewport, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(f"{house.origin}/signin?next=/reviews")
        page.locator(f"button[value={SIGNER}]").click()
        yield page


def test_every_page_fits_a_small_screen_and_has_no_barriers(browser: Browser, house: House) -> None:
    with window(browser, house, NARROW, scripts=True) as page:
        page.goto(house.origin + house.review)
        page.locator("form[action$='/claim'] button").click()
        page.goto(f"{house.origin}{house.review}/parts/oots")
        page.locator("button[name=take]").first.click()
        for path in ("/reviews", "/questions", *(house.review + each for each in PARTS)):
            for lang in ("da", "en"):
                page.goto(f"{house.origin}{path}?lang={lang}")
                assert_narrow(page)
            assert violations(page) == [], page.url
        page.goto(f"{house.origin}{house.review}/parts/styring?lang=da")
        page.check("[id='answer-1.1-partly']")
        page.locator(".save button").first.click()
        assert page.locator("[aria-invalid=true]").count() == 1
        assert_narrow(page)
        assert violations(page) == [], page.url


def assert_narrow(page: Page) -> None:
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


def test_a_review_by_keyboard_without_scripts(browser: Browser, house: House) -> None:
    with window(browser, house, WIDE, scripts=False) as page:
        page.goto(house.origin + house.other)
        press(page, "form[action$='/claim'] button")
        page.goto(f"{house.origin}{house.other}/parts/jura")
        page.focus("[id='answer-3.1-none']")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        page.focus("[id='explanation-3.1']")
        page.keyboard.type("Loven skal ændres.")
        press(page, "#item-3\\.2 .item-form summary >> nth=1", navigates=False)
        page.focus("#item-3\\.2 .picker input >> nth=0")
        page.keyboard.press("Space")
        press(page, ".at-hand button >> nth=0")
        assert page.get_by_text("2 svar er gemt.").is_visible()
        assert page.locator("[id='answer-3.1-deviates']").is_checked()
        assert page.locator("[id='explanation-3.1']").input_value() == "Loven skal ændres."
        assert page.locator("#item-3\\.2 .picker input >> nth=0").is_checked()
        page.goto(f"{house.origin}{house.other}/sign")
        page.focus("#verdict-rejected")
        page.keyboard.press("Space")
        page.focus("#recommendation")
        page.keyboard.type("Afvist, til loven er ændret.")
        press(page, "form[action$='/show'] button")
        assert "Afvist, til loven er ændret." in page.locator("pre.source").inner_text()
        press(page, "form[action$='/confirm'] button")
        assert page.get_by_text("Underskriften holder").is_visible()


def press(page: Page, selector: str, *, navigates: bool = True) -> None:
    """Activate what has the focus by the keyboard alone."""
    page.focus(selector)
    if navigates:
        with page.expect_navigation():
            page.keyboard.press("Enter")
    else:
        page.keyboard.press("Enter")


def test_the_report_on_paper_has_no_buttons_and_no_menus(browser: Browser, house: House) -> None:
    with window(browser, house, WIDE, scripts=True) as page:
        page.goto(f"{house.origin}{house.review}/report")
        assert page.locator(".rooms").is_visible()
        page.emulate_media(media="print")
        for gone in (".rooms", ".who", ".back-link", ".languages", ".foot"):
            assert not page.locator(gone).first.is_visible(), gone
        assert page.locator("h1").is_visible()
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
