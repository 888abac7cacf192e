"""The evidence of an exchange in a real browser: fit for all in both languages, without JavaScript, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from playwright.sync_api import Browser, Page

from oots.model.clock import SystemClock
from oots.scenarios.bopaelsattest import tell
from oots.scenarios.live_town import live_town
from oots.scenarios.outcome import Decision
from tests.support.chromium import free_port, served, violations
from tests.support.inspected import inspector_over

SPECIMEN_KEYS = Path(__file__).parents[1] / "specimen_keys"


@dataclass(frozen=True)
class House:
    base: str
    kept: str
    declined: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One exchange whose evidence the portal still has, and one that ended without any."""
    with live_town(tmp_path_factory.mktemp("town"), SystemClock(), specimen_keys=SPECIMEN_KEYS) as town:
        with patch("oots.scenarios.bopaelsattest._finish"):
            kept = tell(town, Decision.ACCEPT, lambda _line: None).exchange_id
        declined = tell(town, Decision.DECLINE, lambda _line: None).exchange_id
        port = free_port()
        base = f"http://inspector.localhost:{port}"
        with httpx.Client() as unused, served(inspector_over(town, unused, base), port):
            yield House(base, kept, declined)


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    """Of a reviewer at 320 pixels."""
    with browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{house.base}/signin")
        page.get_by_role("button", name="Leif Læser").click()
        yield page


def assert_fit_for_all(page: Page, address: str) -> None:
    for lang in ("da", "en"):
        page.goto(f"{address}?lang={lang}")
        assert page.locator("html").get_attribute("lang") == lang
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_evidence_is_fit_for_all_masked_and_unmasked(page: Page, house: House) -> None:
    address = f"{house.base}/exchanges/{house.kept}/evidence"
    assert_fit_for_all(page, address)
    page.locator("details.looking summary").press("Enter")
    page.get_by_label("Why do you need to see").fill("the council asked for an example")
    page.keyboard.press("Enter")
    page.locator("img.sheet").first.wait_for()
    assert_fit_for_all(page, address)


def test_evidence_that_stayed_is_fit_for_all(page: Page, house: House) -> None:
    assert_fit_for_all(page, f"{house.base}/exchanges/{house.declined}/evidence")


def test_everything_is_there_without_javascript(browser: Browser, house: House) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{house.base}/signin?next=/exchanges/{house.kept}/evidence")
        page.get_by_role("button", name="Leif Læser").click()
        assert page.locator("table tbody tr").count() > 10
