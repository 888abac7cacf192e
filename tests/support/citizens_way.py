"""The citizen's way through portal, eID node and preview space, step by step, in a browser window."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.support.demo import Demo
from tests.support.window import Window

SOLVEJ = "Solvej Prøvesen"


def choose_case(window: Window, demo: Demo) -> None:
    """The portal's front page, and the case of a move."""
    window.open(demo.portal + "/")
    window.speak()
    window.see("Vælg din sag", "Choose your case")
    case = re.compile(window.t("^Start ?: Flyt til Litauen", "^Start ?: Move to Lithuania"))
    window.press(window.page.get_by_role("link", name=case))
    window.see("Log ind med eID", "Sign in with eID")


def sign_in(window: Window, person: str) -> None:
    """At the stand-in eIDAS node, coming from a page that asks to sign in."""
    window.link("Log ind", "Sign in")
    choose_persona(window, person)


def choose_persona(window: Window, person: str) -> None:
    window.page.wait_for_url("**/authorize?**")
    window.speak()
    window.see("Vælg, hvem du er", "Choose who you are")
    window.button(f"Log ind som {person}", f"Sign in as {person}")


def request_evidence(window: Window) -> None:
    """The explicit request, which is a tick and a button."""
    window.see("Skal vi hente dokumentationen for dig?", "Should we fetch the evidence for you?")
    window.press(explicit(window), "Space")
    expect(explicit(window)).to_be_checked()
    window.button("Hent dokumentationen", "Fetch the evidence")


def explicit(window: Window) -> Locator:
    return window.page.get_by_role("checkbox")


def ask(window: Window, demo: Demo, person: str = SOLVEJ) -> None:
    """From the front page to the explicit request."""
    choose_case(window, demo)
    sign_in(window, person)
    request_evidence(window)


def go_to_preview(window: Window) -> str:
    """Over the border, to the page behind the preview link, whose address is returned."""
    window.see("Din dokumentation er fundet", "Your evidence has been found")
    window.button("Gå til forhåndsvisningen", "Go to the preview")
    window.page.wait_for_url("**/p/*")
    window.speak()
    window.see("Se din dokumentation, før den sendes", "See your evidence before it is sent")
    return window.page.url


def open_preview(window: Window, person: str = SOLVEJ) -> None:
    """The renewed sign-in."""
    sign_in(window, person)
    window.see("Skal dette sendes?", "Send this?")


def to_open_preview(window: Window, demo: Demo, person: str = SOLVEJ) -> str:
    """From the front page to the open preview; returns the preview link."""
    ask(window, demo, person)
    link = go_to_preview(window)
    open_preview(window, person)
    return link.partition("?")[0]


def approve(window: Window) -> None:
    window.button("Godkend og send", "Approve and send")
    window.see("Vi har modtaget din dokumentation", "We have received your evidence")


def decline(window: Window) -> None:
    window.button("Send ikke", "Do not send")
    window.see("Du valgte ikke at sende", "You chose not to send")


def exchange_id(window: Window) -> str:
    """Of the exchange on whose page the portal stands."""
    found = re.search(r"/evidence/([0-9a-f-]{36})", window.page.url)
    assert found is not None
    return found[1]


def fingerprints(window: Window) -> list[str]:
    """The SHA-256 of each document, as the page shows it once unfolded."""
    summaries = window.page.get_by_text(window.t("Digitalt fingeraftryk (SHA-256)", "Digital fingerprint (SHA-256)"))
    for number in range(summaries.count()):
        window.press(summaries.nth(number))
    codes = window.page.locator("details[open] code").filter(has_text=re.compile("^[0-9a-f]{64}$"))
    return [code.inner_text() for code in codes.all()]


def downloads(window: Window, folder: Path) -> list[bytes]:
    """What the download links of the page give, in their order."""
    folder.mkdir()
    links = window.page.get_by_role("link", name=re.compile(window.t("^Hent (PDF|XML)", "^Download (PDF|XML)")))
    return [window.download(link, folder) for link in links.all()]


def drawn_pages(window: Window) -> list[int]:
    """The width in pixels of each page image, once the browser has decoded it."""
    return [
        image.evaluate("image => image.decode().then(() => image.naturalWidth)")
        for image in window.page.locator("img.sheet").all()
    ]
