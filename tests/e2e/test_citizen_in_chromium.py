"""The citizen's way in a real browser, with a real demo behind it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from oots.exchange.journal import Entry
from oots.wire.error import decode_error
from tests.support import citizens_way as way
from tests.support.citizens_way import SOLVEJ
from tests.support.demo import Demo, demo
from tests.support.journals import lines, told
from tests.support.window import Window, window

LINK_CLOSED = ("Du har allerede truffet dit valg", "You have already made your choice")
RECEIVED = ("Vi har modtaget din dokumentation", "We have received your evidence")


@pytest.fixture
def solvej(browser: Browser) -> Iterator[Window]:
    with window(browser) as opened:
        yield opened


def walk_the_whole_way(window: Window, demo: Demo, folder: Path) -> None:
    link = way.to_open_preview(window, demo)
    assert min(way.drawn_pages(window)) > 1000
    shown = way.fingerprints(window)
    previewed = way.downloads(window, folder / "previewed")
    way.approve(window)
    assert window.page.get_by_text(window.t("Segl i orden", "Seal valid"), exact=True).count() == 2
    assert min(way.drawn_pages(window)) > 1000
    received = way.downloads(window, folder / "received")
    assert [content[:5] for content in received] == [b"%PDF-", received[1][:5]]
    assert len(shown) == 2
    assert [hashlib.sha256(content).hexdigest() for content in previewed] == shown
    assert [hashlib.sha256(content).hexdigest() for content in received] == shown
    assert way.fingerprints(window) == shown
    window.button("Brug dokumentationen og afslut", "Use the evidence and finish")
    window.see("Kvittering: dokumentationen er brugt", "Receipt: the evidence has been used")
    window.open(link)
    window.see(*LINK_CLOSED)
    window.assert_clean(410)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_from_the_portal_to_the_receipt(browser: Browser, aarhus: Demo, tmp_path: Path, lang: str) -> None:
    with window(browser, lang) as solvej:
        walk_the_whole_way(solvej, aarhus, tmp_path)


def test_the_way_needs_no_scripts(browser: Browser, aarhus: Demo, tmp_path: Path) -> None:
    with window(browser, scripts=False, axe=False) as solvej:
        walk_the_whole_way(solvej, aarhus, tmp_path)


def test_the_way_needs_no_mouse(browser: Browser, aarhus: Demo, tmp_path: Path) -> None:
    with window(browser, "en", keyboard=True, axe=False) as solvej:
        solvej.open(aarhus.portal)
        solvej.page.keyboard.press("Tab")
        expect(solvej.page.locator(":focus")).to_have_text("Gå til sidens indhold")
        walk_the_whole_way(solvej, aarhus, tmp_path)


def test_the_two_authorities_are_different_sites(solvej: Window, aarhus: Demo) -> None:
    way.ask(solvej, aarhus)
    solvej.see("Din dokumentation er fundet", "")
    portal = solvej.host
    with solvej.page.expect_request(f"{aarhus.preview}/p/*") as crossing:
        solvej.button("Gå til forhåndsvisningen", "")
    assert crossing.value.all_headers()["sec-fetch-site"] == "cross-site"
    assert "referer" not in crossing.value.all_headers()
    assert portal == "portal.lt.localhost"
    assert solvej.host == "preview.aarhus.localhost"
    solvej.assert_clean()


def test_nothing_is_asked_for_without_the_explicit_request(solvej: Window, aarhus: Demo) -> None:
    way.choose_case(solvej, aarhus)
    way.sign_in(solvej, SOLVEJ)
    solvej.see("Skal vi hente dokumentationen for dig?", "")
    solvej.button("Hent dokumentationen", "")
    expect(solvej.page.get_by_role("alert")).to_contain_text("Sæt først kryds")
    solvej.check_page()
    way.request_evidence(solvej)
    solvej.see("Din dokumentation er fundet", "")
    solvej.assert_clean(422)


def test_who_declines_sends_nothing_and_may_upload(solvej: Window, aarhus: Demo) -> None:
    link = way.to_open_preview(solvej, aarhus)
    way.decline(solvej)
    solvej.link("Upload selv", "")
    solvej.see("Send dokumentationen selv", "")
    solvej.button("Upload", "")
    expect(solvej.page.locator("#file-error")).to_have_text("Vælg først en fil.")
    solvej.check_page()
    solvej.page.locator("#file").set_input_files(
        {"name": "attest.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}
    )
    solvej.button("Upload", "")
    solvej.see("Din fil er modtaget", "")
    solvej.open(link)
    solvej.see(*LINK_CLOSED)
    solvej.assert_clean(422, 410)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_a_wrong_person_gets_no_hint_and_the_right_one_can_go_on(browser: Browser, aarhus: Demo, lang: str) -> None:
    scripts = lang == "da"
    with window(browser, lang, keyboard=True, scripts=scripts, axe=scripts) as solvej:
        way.ask(solvej, aarhus)
        way.go_to_preview(solvej)
        way.sign_in(solvej, "Frederik Emil Fremlejer")
        solvej.see("Du har ikke adgang til denne side", "You have no access to this page")
        for hint in ("Solvej", "Prøvesen", "1984", "attest", "certificate", "Litauen", "Lithuania"):
            assert hint not in solvej.text
        solvej.link("Log ind som den, der bad om dokumentationen", "Sign in as the person who made the request")
        way.choose_persona(solvej, SOLVEJ)
        solvej.see("Skal dette sendes?", "Send this?")
        way.approve(solvej)
        solvej.assert_clean(403)


def test_the_link_alone_opens_nothing_in_another_browser(solvej: Window, browser: Browser, aarhus: Demo) -> None:
    link = way.to_open_preview(solvej, aarhus)
    with window(browser) as stranger:
        stranger.open(link)
        stranger.see("Se din dokumentation, før den sendes", "")
        assert "Solvej" not in stranger.text
        stranger.open(f"{link}/0/0")
        stranger.see("Du har ikke adgang til denne side", "")
        stranger.open(f"{aarhus.portal}/evidence/00000000-0000-4000-8000-000000000000")
        stranger.see("Log ind igen for at se din sag", "")
        stranger.assert_clean(403, 403)
    way.approve(solvej)
    solvej.assert_clean()


def test_after_the_decision_the_back_button_shows_nothing(solvej: Window, aarhus: Demo) -> None:
    link = way.to_open_preview(solvej, aarhus)
    way.approve(solvej)
    solvej.page.go_back()
    solvej.see(*LINK_CLOSED)
    solvej.link("Tilbage til portalen", "")
    solvej.see(*RECEIVED)
    solvej.open(f"{link}/0/1/pages/0")
    solvej.see("Linket er lukket", "")
    solvej.assert_clean(410, 410)


def test_a_decision_stands_when_a_second_tab_decides_otherwise(solvej: Window, aarhus: Demo) -> None:
    way.to_open_preview(solvej, aarhus)
    with solvej.second_tab() as tab:
        way.approve(solvej)
        tab.get_by_role("button", name="Send ikke").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(LINK_CLOSED[0])
        tab.get_by_role("link", name="Tilbage til portalen").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text(RECEIVED[0])
    assert_one_answer(solvej, aarhus)
    solvej.assert_clean(410)


def test_a_decision_that_is_sent_twice_counts_once(solvej: Window, aarhus: Demo) -> None:
    way.to_open_preview(solvej, aarhus)
    solvej.page.get_by_role("button", name="Godkend og send").dblclick(no_wait_after=True)
    solvej.see(*RECEIVED)
    assert_one_answer(solvej, aarhus)
    solvej.assert_clean()


def assert_one_answer(window: Window, demo: Demo) -> None:
    exchange = way.exchange_id(window)
    answered = told(demo.journal("provider"), exchange)
    assert answered.count(Entry.PREVIEW_DECIDED) == answered.count(Entry.RESPONSE_SENT) == 1
    assert told(demo.journal("requester"), exchange).count(Entry.RESPONSE_RECEIVED) == 1


def test_a_request_form_that_is_sent_twice_asks_once(solvej: Window, aarhus: Demo) -> None:
    way.choose_case(solvej, aarhus)
    way.sign_in(solvej, SOLVEJ)
    way.explicit(solvej).check()
    solvej.page.get_by_role("button", name="Hent dokumentationen").dblclick(no_wait_after=True)
    solvej.see("Din dokumentation er fundet", "")
    assert told(aarhus.journal("provider"), way.exchange_id(solvej)).count(Entry.REQUEST_RECEIVED) == 1
    solvej.assert_clean()


def test_the_waiting_page_refreshes_unless_told_not_to(solvej: Window, aarhus: Demo) -> None:
    with aarhus.halted("provider"):
        way.ask(solvej, aarhus)
        solvej.page.get_by_role("link", name="Stop den automatiske opdatering").click()
        solvej.see("Vi venter på svar fra Aarhus Kommune", "")
        assert solvej.page.get_by_text("Siden opdaterer ikke sig selv.").is_visible()
        solvej.link("Opdater automatisk", "")
    expect(solvej.page.get_by_role("heading", level=1)).to_have_text("Din dokumentation er fundet")
    solvej.assert_clean()


def test_the_browser_may_arrive_before_the_second_request(solvej: Window, aarhus: Demo) -> None:
    way.ask(solvej, aarhus)
    solvej.see("Din dokumentation er fundet", "")
    offer = solvej.page.url
    solvej.open(preview_link(solvej, aarhus))
    way.sign_in(solvej, SOLVEJ)
    solvej.page.get_by_role("link", name="Stop den automatiske opdatering").click()
    solvej.see("Et øjeblik: portalens anmodning er på vej", "")
    solvej.open(offer)
    solvej.button("Gå til forhåndsvisningen", "")
    solvej.see("Skal dette sendes?", "")
    way.approve(solvej)
    solvej.assert_clean()


def preview_link(window: Window, demo: Demo) -> str:
    """The preview link of the exchange on whose page the portal stands, read from its journal."""
    entries = [line.entry for line in lines(demo.journal("requester"), way.exchange_id(window))]
    offer = next(each.document for each in entries if each.entry is Entry.EXCEPTION_RECEIVED)
    preview = decode_error(offer or b"").preview
    assert preview is not None
    return demo.preview + preview.location.removeprefix("https://preview.aarhus.localhost").partition("?")[0]


@pytest.mark.parametrize(
    ("person", "ending"),
    [
        ("Ona Nežinoma", "Myndigheden fandt ikke det, vi spurgte om"),
        ("Karl Kopi", "Myndigheden fandt ikke det, vi spurgte om"),
        ("Udo Udrejst", "Myndigheden har ingen dokumentation at sende"),
        ("Vera Ventetid", "Dokumentationen er ikke klar endnu"),
        ("Liv Lavsikret", "Din identitet kunne ikke bekræftes"),
    ],
    ids=["unknown", "ambiguous", "moved away", "not ready", "weak sign-in"],
)
def test_who_gets_nothing_is_told_kindly_and_may_upload(solvej: Window, aarhus: Demo, person: str, ending: str) -> None:
    way.ask(solvej, aarhus, person)
    solvej.see(ending, "")
    expect(solvej.page.get_by_role("link", name="Upload selv")).to_be_visible()
    assert ("Spørg igen fra" in solvej.text) == (person == "Vera Ventetid")
    solvej.assert_clean()


def test_a_weak_sign_in_is_warned_before_it_asks(solvej: Window, aarhus: Demo) -> None:
    for person, warned in ((SOLVEJ, 0), ("Liv Lavsikret", 1)):
        way.choose_case(solvej, aarhus)
        way.sign_in(solvej, person)
        solvej.see("Skal vi hente dokumentationen for dig?", "")
        assert solvej.page.get_by_text("Dit login er måske ikke sikkert nok").count() == warned
        solvej.button("Ikke dig? Log ud, og begynd sagen igen", "")
        solvej.see("Log ind med eID", "")
    solvej.assert_clean()


def test_who_breaks_off_the_sign_in_can_try_again(solvej: Window, aarhus: Demo) -> None:
    way.choose_case(solvej, aarhus)
    solvej.link("Log ind", "")
    solvej.button("Annuller og gå tilbage", "")
    solvej.see("Du afbrød login", "")
    solvej.link("Prøv igen", "")
    way.choose_persona(solvej, SOLVEJ)
    way.request_evidence(solvej)
    way.go_to_preview(solvej)
    solvej.link("Log ind", "")
    solvej.button("Annuller og gå tilbage", "")
    solvej.see("Du afbrød login", "")
    solvej.link("Prøv igen", "")
    way.open_preview(solvej)
    solvej.assert_clean(400, 400)


def test_a_pension_claim_fetches_all_former_addresses(solvej: Window, aarhus: Demo) -> None:
    start(solvej, aarhus, "Søg folkepension i Litauen")
    way.go_to_preview(solvej)
    way.open_preview(solvej)
    for address in ("Ærøgade 27", "Samsøgade 58", "Thorslundsvej 41"):
        assert address in solvej.page.content()
    way.approve(solvej)
    solvej.assert_clean()


def test_the_test_procedure_needs_no_preview(solvej: Window, aarhus: Demo) -> None:
    start(solvej, aarhus, "Prøv forbindelsen uden forhåndsvisning")
    solvej.see(*RECEIVED)
    solvej.assert_clean()


def start(window: Window, demo: Demo, case: str) -> None:
    """From the front page to the explicit request in another case than that of a move."""
    window.open(demo.portal)
    window.page.get_by_role("link", name=case).click()
    way.sign_in(window, SOLVEJ)
    way.request_evidence(window)


@pytest.mark.parametrize("lang", ["da", "en"])
def test_what_happened_can_be_read_in_the_inspector(browser: Browser, aarhus: Demo, lang: str) -> None:
    """From the list of exchanges, once signed in, through the exchange to one of its messages."""
    with window(browser, lang) as solvej:
        way.to_open_preview(solvej, aarhus)
        way.approve(solvej)
        exchange = way.exchange_id(solvej)
        solvej.open(f"{aarhus.inspector}/exchanges?lang={lang}")
        solvej.page.locator("button[name=account]").first.click()
        solvej.see("Udvekslinger", "Exchanges")
        solvej.page.get_by_role("link", name=exchange).click()
        solvej.see("Hvad der skete", "What happened")
        for verdict in (
            solvej.t("Opbygning: i orden", "Structure: passed"),
            solvej.t("Kvittering: i orden", "Receipt: passed"),
        ):
            assert solvej.page.get_by_text(verdict).count() == 5, verdict
        assert solvej.page.get_by_text(re.compile(": (fejlet|failed|mangler|missing)")).count() == 0
        solvej.page.get_by_role("link", name=re.compile("^(Læs meddelelse|Read message) 1$")).click()
        solvej.check_page()
        solvej.assert_clean()


@pytest.mark.parametrize("lang", ["da", "en"])
def test_every_service_says_what_it_is(browser: Browser, aarhus: Demo, lang: str) -> None:
    with window(browser, lang) as visitor:
        for site in (aarhus.portal, aarhus.preview, aarhus.directories, aarhus.eid):
            visitor.open(site)
            visitor.speak()
            visitor.check_page()
            visitor.open(f"{site}/nowhere")
            visitor.see("Siden findes ikke", "There is no such page")
        visitor.open(f"{aarhus.preview}/p/nobody-has-this-link")
        visitor.see("Linket findes ikke", "There is no such link")
        visitor.open(f"{aarhus.eid}/authorize?client_id=nobody")
        visitor.see("Vi kender ikke den side, du kommer fra", "We do not know the site you come from")
        visitor.assert_clean(404, 404, 404, 404, 404, 400)


def test_a_protected_address_is_warned_of_before_it_is_sent(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with demo(tmp_path_factory.mktemp("koebenhavn"), municipality="0101") as koebenhavn, window(browser) as protected:
        way.to_open_preview(protected, koebenhavn, "Beskyttet Bruun")
        expect(protected.page.get_by_role("alert")).to_contain_text("Du har navne- og adressebeskyttelse")
        way.approve(protected)
        protected.assert_clean()
