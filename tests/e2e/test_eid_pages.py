"""The stand-in eIDAS node and the looks of the three authorities in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, Page, Route, expect

from oots.eid.app import create_app
from oots.eid.authorization import Client
from oots.web import frame as frame_module
from tests.support.chromium import served, violations
from tests.support.web import NOON, clock_at_noon, gallery

CALLBACK = "http://portal.lt.localhost:9/signin/callback"
REQUEST = (
    f"response_type=code&client_id=portal&redirect_uri={CALLBACK}&scope=openid&state=s&nonce=n"
    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
)


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    clients = {"portal": Client("test-secret-of-the-portal", (CALLBACK,), "LT", "Procedureportal")}
    with served(
        create_app(
            issuer="http://eid.localhost",
            clients=clients,
            signing_key=ec.generate_private_key(ec.SECP256R1()),
            clock=clock_at_noon(),
        )
    ) as port:
        yield f"http://eid.localhost:{port}"


@pytest.fixture(params=[360, 1280], ids=["narrow", "wide"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": request.param, "height": 800}) as context:
        yield context.new_page()


def assert_fit_for_all(page: Page, address: str) -> None:
    for lang in ("da", "en"):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        assert page.locator("html").get_attribute("lang") == lang
        assert page.locator("h1").count() == 1
        expect(page.get_by_text("Prototype – ikke en myndighedsside").first).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("path", ["/", f"/authorize?{REQUEST}", "/authorize?client_id=unknown", "/nowhere"])
def test_the_pages_of_the_node(page: Page, node: str, path: str) -> None:
    assert_fit_for_all(page, node + path)


def test_the_language_switch_keeps_the_request(page: Page, node: str) -> None:
    page.goto(f"{node}/authorize?{REQUEST}")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose who you are")
    expect(page.get_by_role("button", name="Sign in as Solvej Prøvesen")).to_be_visible()


@pytest.mark.parametrize(
    ("button", "answer"), [("Log ind som Solvej Prøvesen", "code="), ("Annuller og gå tilbage", "error=access_denied")]
)
def test_a_choice_sends_the_browser_back_without_scripts(browser: Browser, node: str, button: str, answer: str) -> None:
    """The form posts from its own page, whose `Origin` is `null` under `no-referrer`, and redirects elsewhere."""
    arrived: list[str] = []

    def portal(route: Route) -> None:
        arrived.append(route.request.url)
        route.fulfill(status=200, body="back")

    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.route(f"{CALLBACK}**", portal)
        page.goto(f"{node}/authorize?{REQUEST}")
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_text("back")).to_be_visible()
    assert answer in arrived[0]
    assert "state=s" in arrived[0]


def test_a_choice_forged_on_another_site_is_refused(browser: Browser, node: str) -> None:
    forged = f'<form method="post" action="{node}/authorize?{REQUEST}"><button name="persona" value="solvej">x</button>'
    with browser.new_context() as context:
        page = context.new_page()
        page.route("http://evil.localhost/", lambda route: route.fulfill(content_type="text/html", body=forged))
        page.goto("http://evil.localhost/")
        with page.expect_response(f"{node}/**") as answer:
            page.get_by_role("button").click()
        assert answer.value.status == 403


@pytest.mark.parametrize("theme", ["requester", "provider", "eid"])
@pytest.mark.parametrize("design_system", [True, False], ids=["as-installed", "plain"])
def test_every_part_in_every_look(page: Page, theme: str, design_system: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not design_system:
        monkeypatch.setattr(frame_module, "DESIGN_SYSTEM", frame_module.ASSETS / "absent.css")
    app = gallery(theme)
    with served(app) as port:
        assert_fit_for_all(page, f"http://gallery.localhost:{port}/")
        page.locator("summary").first.click()
        assert violations(page) == []


def test_the_authorities_look_different(browser: Browser) -> None:
    looks = set()
    for theme in ("requester", "provider", "eid"):
        with served(gallery(theme)) as port, browser.new_context() as context:
            page = context.new_page()
            page.goto(f"http://gallery.localhost:{port}/")
            looks.add(page.locator(".masthead").evaluate("head => getComputedStyle(head).background"))
    assert len(looks) == 3


def test_moments_are_written_in_danish_time_whatever_the_browser(browser: Browser) -> None:
    with served(gallery("provider")) as port, browser.new_context(timezone_id="Asia/Tokyo") as context:
        page = context.new_page()
        page.goto(f"http://gallery.localhost:{port}/")
        assert NOON.hour == 12
        expect(page.get_by_text("24. november 2026 kl. 13.00").first).to_be_visible()
