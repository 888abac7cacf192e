"""A person's browser window: every page it meets is looked at, everything it loads is watched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from tests.support.chromium import violations

PATIENCE_MS = 15_000
MOST_TABS = 150
GUARDS = {
    "content-security-policy": "default-src 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-",
}

_LOOKED_AT: set[str] = set()
_BUILD = """() => document.documentElement.lang + " " + [...document.querySelectorAll("*")].map(
    element => element.tagName + "." + element.getAttribute("class")
).filter((each, place, all) => each !== all[place - 1]).join(" ")"""
_DRAWS_FOCUS = """element => [element, ...(element.labels || [])].some(
    each => [null, "::before", "::after"].map(part => getComputedStyle(each, part)).some(
        style => style.outlineStyle !== "none" || style.boxShadow !== "none"
    )
)"""


class Window:
    """One person with one browser. `lang` is `da` or `en`; with `keyboard` the mouse stays untouched."""

    def __init__(self, context: BrowserContext, lang: str, *, keyboard: bool, axe: bool) -> None:
        self.context = context
        self.lang = lang
        self.page = context.new_page()
        self._keyboard = keyboard
        self._axe = axe
        self._strangers: set[str] = set()
        self._unguarded: set[str] = set()
        self._complaints: list[str] = []
        self._refusals: list[tuple[int, str]] = []
        context.on("request", self._requested)
        context.on("response", self._answered)
        context.on("console", self._complained)
        context.on("weberror", lambda error: self._complaints.append(str(error.error)))

    # --- what is watched ---

    def _requested(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        if not host.endswith(".localhost"):
            self._strangers.add(request.url)

    def _answered(self, response: Response) -> None:
        headers = response.headers
        lacking = [name for name, value in GUARDS.items() if not headers.get(name, "").startswith(value)]
        if lacking:
            self._unguarded.add(f"{urlsplit(response.url).path} lacks {', '.join(lacking)}")
        if response.status >= HTTPStatus.BAD_REQUEST:
            self._refusals.append((response.status, urlsplit(response.url).path))

    def _complained(self, message: ConsoleMessage) -> None:
        """Chromium also complains of every page that is refused; those are counted where they are answered."""
        if message.type in ("error", "warning") and "responded with a status of" not in message.text:
            self._complaints.append(message.text)

    def assert_clean(self, *refusals: int) -> None:
        """No foreign host, no open cookie, no missing guard, no complaint; pages refused with exactly these codes."""
        assert self._strangers == set(), self._strangers
        assert self._unguarded == set(), self._unguarded
        assert self._complaints == [], self._complaints
        assert [status for status, _ in self._refusals] == list(refusals), self._refusals
        for cookie in self.context.cookies():
            assert cookie["httpOnly"], cookie["name"]
            assert cookie["sameSite"] in ("Lax", "Strict"), cookie["name"]

    # --- what the person sees ---

    def t(self, danish: str, english: str) -> str:
        return english if self.lang == "en" else danish

    def see(self, danish: str, english: str) -> None:
        """The page with this heading has come; it is fit for all."""
        self.hurry(self.t(danish, english))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.t(danish, english))
        self.check_page()

    def hurry(self, heading: str) -> None:
        """Press F5 while the page says that one has to wait; it would refresh by itself, only later."""
        stop = self.t("Stop den automatiske opdatering", "Stop the automatic refresh")
        end = time.monotonic() + PATIENCE_MS / 1000
        while self.page.get_by_role("link", name=stop).count() and time.monotonic() < end:
            if self.page.locator("h1").inner_text() == heading:
                return
            with suppress(Error):  # the page was about to refresh itself, or did; `see` judges what comes
                self.page.reload()

    def check_page(self) -> None:
        """One heading, the visitor's language, the prototype mark, WCAG 2.1 AA, no sideways scrolling."""
        assert self.page.locator("h1").count() == 1
        assert self.page.locator("html").get_attribute("lang") == self.lang
        expect(self.page.get_by_text("Prototype – ikke en myndighedsside").first).to_be_visible()
        if self._axe and self._is_new():
            found = violations(self.page)
            assert found == [], found
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def _is_new(self) -> bool:
        """Whether no page of this build was looked at before; of texts alone axe would say the same."""
        build = self.page.evaluate(_BUILD)
        if build in _LOOKED_AT:
            return False
        _LOOKED_AT.add(build)
        return True

    @property
    def text(self) -> str:
        """The words of the page."""
        return self.page.locator("main").inner_text()

    @property
    def host(self) -> str:
        return urlsplit(self.page.url).hostname or ""

    # --- what the person does ---

    def open(self, address: str) -> None:
        self.page.goto(address)

    def speak(self) -> None:
        """Choose one's language with the page's own switch, if it is not Danish."""
        if self.page.locator("html").get_attribute("lang") != self.lang:
            self.press(self.page.get_by_role("link", name="English", exact=True))

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Click; on the keyboard walk there with Tab and press `key`."""
        if not self._keyboard:
            target.click()
            return
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                assert self._focus_shows(target)
                self.page.keyboard.press(key)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {target}")

    def _focus_shows(self, target: Locator) -> bool:
        """Whether the browser draws where the keyboard stands (WCAG 2.4.7), on the element or its label."""
        return bool(target.evaluate(_DRAWS_FOCUS))

    def link(self, danish: str, english: str) -> None:
        self.press(self.page.get_by_role("link", name=self.t(danish, english), exact=True))

    def button(self, danish: str, english: str) -> None:
        self.press(self.page.get_by_role("button", name=self.t(danish, english), exact=True))

    def download(self, target: Locator, folder: Path) -> bytes:
        """What a download link saves."""
        with self.page.expect_download() as saved:
            self.press(target)
        file = folder / f"{len(list(folder.iterdir()))}"
        saved.value.save_as(file)
        return file.read_bytes()

    @contextmanager
    def second_tab(self) -> Iterator[Page]:
        """Another tab of the same browser, at the same address, until the block ends."""
        tab = self.context.new_page()
        tab.goto(self.page.url)
        yield tab
        tab.close()


@contextmanager
def window(
    browser: Browser, lang: str = "da", *, keyboard: bool = False, scripts: bool = True, axe: bool = True
) -> Iterator[Window]:
    """A fresh browser profile until the block ends."""
    expect.set_options(timeout=PATIENCE_MS)
    with browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield Window(context, lang, keyboard=keyboard, axe=axe)
