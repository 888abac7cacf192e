"""The pages of messages, rules and codes as a reviewer meets them: fit for all, without scripts, on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import free_port, served, violations
from tests.support.inspector import READER, REASON, inspector_over, inspector_settings, told_town

PAGES = ("/rules?kind=pair&severity=warning", "/rules/R-EDM-REQ-S005", "/errors/EDM:ERR:0002")
VIEWS = ("", "/xml?part=envelope", "/signature", "/rules", "/compare?beside=3")


@dataclass(frozen=True)
class Room:
    """An inspector that is served, and an exchange in it."""

    address: str
    exchange: str


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    port = free_port()
    address = f"http://inspector.localhost:{port}"
    with told_town(tmp_path_factory.mktemp("town")) as town:
        settings = inspector_settings(town.folder, port=port, origins={"https://inspector.localhost": address})
        with served(inspector_over(settings), port, lifespan="on"):
            yield Room(address, f"{address}/exchanges/{town.exchange_id}")


@pytest.fixture(scope="module")
def page(browser: Browser, room: Room) -> Iterator[Page]:
    """A reader on a narrow screen."""
    with browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        sign_in(page, room)
        yield page


def sign_in(page: Page, room: Room) -> None:
    page.goto(f"{room.address}/signin?next=/errors")
    page.locator(f'button[name="account"][value="{READER}"]').click()


def assert_fit_for_all(page: Page, address: str, lang: str) -> None:
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


def test_every_page_is_fit_for_all(page: Page, room: Room) -> None:
    """One language each: the pages are made of the same elements in both."""
    for number, path in enumerate(PAGES):
        assert_fit_for_all(page, room.address + path, ("da", "en")[number % 2])
    for number, view in enumerate(VIEWS):
        assert_fit_for_all(page, f"{room.exchange}/messages/4{view}", ("da", "en")[number % 2])


def test_without_scripts_and_with_the_keyboard_alone_a_reader_gets_from_the_overview_to_the_bytes(
    browser: Browser, room: Room
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, room)
        page.goto(f"{room.exchange}/messages/1?lang=en")
        tab = page.get_by_role("link", name="Exact bytes")
        tab.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("This holds personal data")
        page.get_by_label("Why do you need to see personal data").last.fill(REASON)
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Bytes in hexadecimal and letters")).to_contain_text("00000000")
