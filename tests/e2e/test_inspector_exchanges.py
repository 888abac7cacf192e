"""The inspector's list and the page of an exchange in a real browser: fit for all, live, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.chromium import free_port, served, violations
from tests.support.inspector import READER, ToldTown, inspector_over, inspector_settings, told_town

NARROW: ViewportSize = {"width": 320, "height": 800}


@dataclass
class House:
    """An inspector that runs over the journals of two sides."""

    told: ToldTown
    origin: str

    @property
    def exchange(self) -> str:
        return f"{self.origin}/exchanges/{self.told.exchange_id}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with told_town(tmp_path_factory.mktemp("told")) as told:
        port = free_port()
        origin = f"http://inspector.localhost:{port}"
        settings = inspector_settings(told.folder, port=port, origins={"https://inspector.localhost": origin})
        with served(inspector_over(settings), port, lifespan="on"):
            yield House(told, origin)


def signed_in(page: Page, house: House) -> Page:
    page.goto(f"{house.origin}/signin")
    page.locator(f"button[value={READER}]").click()
    return page


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    with browser.new_context(viewport=NARROW) as context:
        yield signed_in(context.new_page(), house)


@pytest.mark.parametrize("path", ["", "?outcome=refused", "/apart", "/{id}", "/{id}/steps/3", "/{id}/dossier"])
def test_pages_of_exchanges_are_fit_for_all(page: Page, house: House, path: str) -> None:
    address = f"{house.origin}/exchanges{path.format(id=house.told.exchange_id)}"
    for lang in ("da", "en"):
        page.goto(str(httpx.URL(address).copy_merge_params({"lang": lang})))
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("h1").count() == 1
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_dossier_is_made_and_taken_away_and_its_page_stays_fit_for_all(page: Page, house: House) -> None:
    page.goto(f"{house.exchange}/dossier?lang=en")
    page.get_by_role("button", name="Make the dossier").press("Enter")
    expect(page.get_by_text("The dossier is ready")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the dossier").press("Enter")
    assert taken.value.suggested_filename == f"dossier-{house.told.exchange_id}-council.zip"


def test_a_list_that_is_open_gets_a_new_exchange_and_says_so(page: Page, house: House) -> None:
    page.goto(f"{house.origin}/exchanges?lang=en")
    expect(page.locator("#live-state")).to_be_visible()
    rows = page.locator("table.exchanges tbody tr")
    before = rows.count()
    asked = house.told.town.ask()
    expect(rows).to_have_count(before + 1)
    expect(page.locator(f'tr[data-ids*="{asked}"]')).to_contain_text("in progress")
    expect(page.locator("#live-said")).to_have_text("Residence certificate: in progress")
    token = house.told.town.to_preview(asked)
    assert token
    expect(rows).to_have_count(before + 1)


def test_a_message_is_reached_from_the_drawing_by_keyboard(page: Page, house: House) -> None:
    page.goto(house.exchange)
    link = page.locator("svg.narrow-lanes a").first
    link.focus()
    assert link.get_attribute("href") == f"/exchanges/{house.told.exchange_id}/messages/1"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Åbn meddelelse 1")


def test_arrow_keys_lead_from_step_to_step(page: Page, house: House) -> None:
    page.goto(f"{house.exchange}/steps/1")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/steps/2")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/steps/1")


def test_without_scripts_everything_is_there(browser: Browser, house: House) -> None:
    with browser.new_context(viewport=NARROW, java_script_enabled=False) as context:
        page = signed_in(context.new_page(), house)
        assert not page.locator("#live-state").is_visible()
        page.select_option("#outcome", "delivered")
        page.get_by_role("button", name="Vis", exact=True).click()
        assert "outcome=delivered" in page.url
        page.locator("table.exchanges a").first.click()
        assert page.locator("ol.timeline > li").count() == 10
        page.get_by_role("link", name="Vis trin for trin").click()
        page.locator(".step-nav a[rel=next]").click()
        assert page.url.endswith("/steps/2")
