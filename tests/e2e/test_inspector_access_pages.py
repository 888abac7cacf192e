"""How reviewers come in to the inspector and what they are told, in a browser: axe, keyboard, 320 px wide."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.support.chromium import free_port, served, violations
from tests.support.inspector import REASON, ToldTown, inspector_over, inspector_settings, told_town

NARROW: ViewportSize = {"width": 320, "height": 800}
OIDC = {
    "issuer": "https://login.example",
    "client_id": "inspector",
    "client_secret": "secret-of-the-inspector",
    "duties": {"architect": ["read"]},
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToldTown]:
    with told_town(tmp_path_factory.mktemp("town")) as told:
        yield told


@pytest.fixture(scope="module")
def house(town: ToldTown) -> Iterator[str]:
    port = free_port()
    origin = f"http://inspector.localhost:{port}"
    app = inspector_over(inspector_settings(town.folder, origins={"https://inspector.localhost": origin}))
    with served(app, port):
        yield origin


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=NARROW) as context:
        yield context.new_page()


def assert_fit_for_all(page: Page, address: str) -> None:
    for lang in ("da", "en"):
        page.goto(str(httpx.URL(address).copy_merge_params({"lang": lang})))
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("h1").count() == 1
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def sign_in(page: Page, house: str, name: str) -> None:
    page.goto(f"{house}/signin?lang=en")
    page.get_by_role("button", name=f"Sign in as {name}").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house}/exchanges")


def test_the_pages_of_access_are_fit_for_all(page: Page, house: str, town: ToldTown) -> None:
    exchange = f"{house}/exchanges/{town.exchange_id}"
    assert_fit_for_all(page, f"{house}/signin")
    sign_in(page, house, "Leif Læser")
    assert_fit_for_all(page, f"{house}/looks")
    assert "You have no access to this" in page.inner_text("h1")
    page.goto(f"{exchange}?lang=en")
    page.get_by_text("Personal data are masked").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Why do you need to see personal data in this exchange?").fill(REASON)
    page.keyboard.press("Enter")
    page.get_by_text("Personal data are shown").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Mask them again").click()
    page.get_by_text("Personal data are masked").wait_for()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, house, "Rigmor Rådgiver")
    assert_fit_for_all(page, f"{house}/looks")
    assert page.get_by_text(REASON).count() >= 1


def test_the_sign_in_at_an_issuer_is_fit_for_all(page: Page, town: ToldTown) -> None:
    port = free_port()
    origin = f"http://inspector.localhost:{port}"
    changes = {"origins": {"https://inspector.localhost": origin}, "stand_in_reviewers": False, "oidc": OIDC}
    app = inspector_over(inspector_settings(town.folder, state=town.folder / "at-an-issuer", **changes))
    with served(app, port):
        assert_fit_for_all(page, f"{origin}/signin")
        for why in ("cancelled", "unreachable", "untrusted-token"):
            assert_fit_for_all(page, f"{origin}/signin/failed?why={why}")
