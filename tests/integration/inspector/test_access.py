"""Who may look at exchanges, what is written down first, and what stays masked."""

from __future__ import annotations

import html
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from oots.deployment.at_rest import purge_folder
from oots.exchange.journal import ABOUT_REVIEWERS, Entry, JournalEntry, Look
from oots.exchange.journal_report import examine_journal
from oots.exchange.journals import JournalOf, Journals
from oots.exchange.store import Store
from oots.inspector.access import looks as looks_module
from oots.inspector.access.accounts import load_accounts
from oots.inspector.access.looks import Looking
from oots.inspector.access.reviewers import Duty
from oots.inspector.masking import veil_of
from oots.inspector.pages import access as access_pages
from oots.model.clock import AdvancedClock, FrozenClock
from oots.model.errors import ConfigurationError, UnavailableError
from oots.provider.record import ProviderExchange
from tests.support.inspector import (
    ORIGIN,
    READER,
    REASON,
    REVIEWER,
    SIGNER,
    Browser,
    ToldTown,
    inspector_over,
    inspector_settings,
    journal_of,
)
from tests.support.two_sides import SOLVEJ, START

FRONT = "/exchanges"


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def page(town: ToldTown) -> str:
    return f"/exchanges/{town.exchange_id}"


def looks(town: ToldTown) -> list[JournalEntry]:
    return [entry for entry in journal_of(town.folder / "inspector") if entry.entry in ABOUT_REVIEWERS]


# --- in and out ---


def test_nobody_sees_a_page_without_signing_in_and_comes_back_to_the_one_that_was_asked_for(
    browser: Browser, page: str
) -> None:
    refused = browser.get(page, lang="en")
    assert refused.status_code == 303
    assert refused.headers["location"] == f"/signin?next={page}%3Flang%3Den"
    assert "00000" not in refused.text
    admitted = browser.sign_in(READER, next=f"{page}?lang=en")
    assert (admitted.status_code, admitted.headers["location"]) == (303, f"{page}?lang=en")
    assert browser.get(page).status_code == 200


def test_the_sign_in_says_that_it_is_a_stand_in_and_what_each_invented_reviewer_may_do(browser: Browser) -> None:
    said = browser.get("/signin", lang="en").text
    assert "This is a stand-in for a sign-in" in said
    for account in load_accounts():
        assert account.reviewer.name in said
    duties = {account.reviewer.key: account.reviewer.duties for account in load_accounts()}
    assert duties == {
        READER: {Duty.READ},
        REVIEWER: {Duty.READ, Duty.REVIEW},
        SIGNER: {Duty.READ, Duty.REVIEW, Duty.SIGN},
    }


def test_who_is_not_among_the_accounts_is_not_let_in(browser: Browser, page: str) -> None:
    assert browser.sign_in("mallory").headers["location"] == "/signin"
    assert browser.get(page).status_code == 303
    assert browser.sign_in(READER).headers["location"] == FRONT
    assert browser.get(page).status_code == 200


def test_a_session_that_was_planted_before_the_sign_in_opens_nothing_after_it(
    app: FastAPI, browser: Browser, page: str
) -> None:
    browser.get("/signin")
    planted = browser.client.cookies["oots-inspector"]
    browser.sign_in(READER)
    assert browser.client.cookies["oots-inspector"] != planted
    assert browser.get(page).status_code == 200
    attacker = Browser(app)
    attacker.client.cookies.set("oots-inspector", planted, domain="inspector.localhost")
    assert attacker.get(page).status_code == 303


def test_signing_out_ends_the_session_with_all_that_it_unmasked(
    app: FastAPI, browser: Browser, page: str, town: ToldTown
) -> None:
    browser.sign_in(READER)
    browser.unmask(town.exchange_id)
    kept = browser.client.cookies["oots-inspector"]
    assert browser.post("/signout", page).headers["location"] == "/signin"
    thief = Browser(app)
    thief.client.cookies.set("oots-inspector", kept, domain="inspector.localhost")
    assert [each.get(page).status_code for each in (browser, thief)] == [303, 303]
    browser.sign_in(READER)
    assert REASON not in browser.get(page).text


def test_another_reviewer_in_the_same_browser_has_nothing_unmasked(browser: Browser, page: str, town: ToldTown) -> None:
    browser.sign_in(READER)
    browser.unmask(town.exchange_id)
    assert REASON in browser.get(page).text
    browser.sign_in(REVIEWER)
    assert REASON not in browser.get(page).text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil.example", ""]
)
def test_the_sign_in_leads_nowhere_else(browser: Browser, page: str, elsewhere: str) -> None:
    assert browser.sign_in(READER, next=page).headers["location"] == page
    assert browser.sign_in(READER, next=elsewhere).headers["location"] == FRONT
    assert 'name="next" value="/exchanges"' in browser.get("/signin", next=elsewhere).text


@pytest.mark.parametrize("form", ["/signin/account", "/signout", "unmask", "mask"])
def test_a_form_without_its_token_changes_nothing(browser: Browser, page: str, town: ToldTown, form: str) -> None:
    browser.sign_in(READER)
    path = form if form.startswith("/") else f"{page}/{form}"
    said, before = {"account": REVIEWER, "reason": REASON}, looks(town)
    refused = browser.client.post(path, data=said)
    assert refused.status_code == 403
    assert looks(town) == before
    assert "Leif Læser" in browser.get(page).text
    assert browser.post(path, page, **said).status_code == 303


def test_a_form_of_another_site_is_refused(browser: Browser, page: str) -> None:
    browser.sign_in(READER)
    csrf = browser.csrf(page)
    headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert browser.client.post("/signout", data={"csrf": csrf}, headers=headers).status_code == 403
    assert browser.client.post("/signout", data={"csrf": csrf}, headers={"Origin": ORIGIN}).status_code == 303


# --- how long, and by which door ---


@pytest.fixture
def passing(town: ToldTown, tmp_path: Path) -> tuple[AdvancedClock, Browser]:
    """A browser over an inspector whose time can be moved on."""
    clock = AdvancedClock(FrozenClock(START))
    return clock, Browser(inspector_over(inspector_settings(town.folder, state=tmp_path / "passing"), clock))


def test_a_reviewer_signs_in_anew_after_eight_hours_however_busy_the_session_was(
    passing: tuple[AdvancedClock, Browser], page: str, town: ToldTown
) -> None:
    clock, browser = passing
    browser.sign_in(SIGNER)
    for _ in range(7):
        clock.advance(timedelta(hours=1))
        assert browser.unmask(town.exchange_id).status_code == 303
    clock.advance(timedelta(minutes=59))
    assert browser.get("/looks").status_code == 200
    assert browser.unmask(town.exchange_id).headers["location"] == page
    clock.advance(timedelta(minutes=1))
    assert browser.get("/looks").headers["location"] == "/signin?next=/looks"
    assert "Signe" not in browser.get("/signin").text.partition("<main")[0]
    browser.sign_in(SIGNER)
    assert browser.get("/looks").status_code == 200


def test_a_reason_counts_for_one_hour(
    passing: tuple[AdvancedClock, Browser], page: str, town: ToldTown, tmp_path: Path
) -> None:
    clock, browser = passing
    browser.sign_in(READER)
    browser.unmask(town.exchange_id)
    clock.advance(timedelta(minutes=59))
    assert REASON in browser.get(page).text
    assert browser.get(f"{page}/messages/1/bytes").status_code == 200
    clock.advance(timedelta(minutes=1))
    assert browser.get(f"{page}/messages/1/bytes").status_code == 403
    assert journal_of(tmp_path / "passing")[-1].look == Look(
        "leif", "Leif Læser", "message 1, exact bytes (document)", None
    )
    assert REASON not in browser.get(page).text


def test_who_came_in_as_an_invented_reviewer_is_nobody_where_an_issuer_signs_reviewers_in(
    browser: Browser, page: str, town: ToldTown, tmp_path: Path
) -> None:
    browser.sign_in(SIGNER)
    sign = f"{page}/review/sign"
    assert browser.get(sign).status_code == 200
    same = restarted(browser, town, tmp_path / "same")
    behind = restarted(browser, town, tmp_path / "issuer", stand_in_reviewers=False, oidc=OIDC)
    assert [same.get(path).status_code for path in (sign, page)] == [200, 200]
    assert [behind.get(path).status_code for path in (sign, page)] == [303, 303]


def restarted(browser: Browser, town: ToldTown, state: Path, **changes: Any) -> Browser:
    """The same browser before an inspector that goes on from the state of the town's, with other settings."""
    shutil.copytree(town.folder / "inspector", state)
    again = Browser(inspector_over(inspector_settings(town.folder, state=state, **changes)))
    again.client.cookies = browser.client.cookies
    return again


# --- duties ---


def test_who_lacks_a_duty_is_told_which_one(browser: Browser) -> None:
    browser.sign_in(READER)
    refused = browser.get("/looks", lang="en")
    assert refused.status_code == 403
    assert "One right is missing: to <strong>fill in reviews</strong>" in refused.text
    assert "You, Leif Læser, may:\nlook at exchanges." in refused.text
    browser.sign_in(REVIEWER)
    assert browser.get("/looks", lang="en").status_code == 200


# --- looks ---


def test_every_look_is_in_the_journal_of_the_inspector_with_who_what_and_why(
    browser: Browser, page: str, town: ToldTown
) -> None:
    before = len(looks(town))
    browser.sign_in(REVIEWER)
    browser.get(page)
    browser.unmask(town.exchange_id)
    browser.get(page)
    told = looks(town)[before:]
    who = ("rigmor", "Rigmor Rådgiver")
    assert [(line.entry, line.exchange_id, line.look) for line in told] == [
        (Entry.EXCHANGE_LOOKED_AT, town.exchange_id, Look(*who, "exchange")),
        (Entry.EXCHANGE_LOOKED_AT, town.exchange_id, Look(*who, "exchange")),
        (Entry.EXCHANGE_UNMASKED, town.exchange_id, Look(*who, "unmasked", REASON)),
        (Entry.EXCHANGE_LOOKED_AT, town.exchange_id, Look(*who, "exchange", REASON)),
    ]
    listed = browser.get("/looks", lang="en").text
    assert listed.count("Rigmor Rådgiver") >= 4
    assert REASON in listed


def test_the_journal_of_looks_is_whole_and_holds_nothing_of_the_person(
    browser: Browser, page: str, town: ToldTown
) -> None:
    browser.sign_in(READER)
    browser.unmask(town.exchange_id)
    browser.get(page)
    report = examine_journal(town.folder / "inspector")
    assert report.entries > 0
    assert report.faults == ()
    assert looks(town)
    assert all(
        (line.subject, line.document, line.soap, line.receipt, line.detail) == (None,) * 5
        and not any(value in str(line.look) for value in ("Solvej", "Prøvesen", "1984", str(SOLVEJ.identifier)))
        for line in looks(town)
    )


def test_looks_are_no_part_of_the_exchange_that_was_looked_at(browser: Browser, page: str, town: ToldTown) -> None:
    browser.sign_in(READER)
    browser.get(page)
    names = ("requester", "provider", "inspector")
    journals = Journals([JournalOf(name, town.folder / name) for name in names])
    lines = journals.of_exchange(town.exchange_id).lines
    assert {line.service for line in lines} == {"requester", "provider"}
    assert {line.service for line in journals.after({}, 1000)} == {"requester", "provider"}


def test_where_a_look_cannot_be_written_down_nothing_is_shown(
    browser: Browser, page: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(READER)
    assert town.exchange_id in browser.get(page).text

    def full(_store: Store[Any]) -> Any:
        raise UnavailableError("no room")

    monkeypatch.setattr(Store, "begin", full)
    refused = browser.get(page)
    assert refused.status_code == 503
    assert "request-sent" not in refused.text


def test_looks_can_be_seen_for_one_exchange_and_page_by_page(
    browser: Browser, page: str, town: ToldTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in(REVIEWER)
    for module in (looks_module, access_pages):
        monkeypatch.setattr(module, "LOOKS_ON_A_PAGE", 2)
    for _ in range(3):
        browser.get(page)
    first = browser.get("/looks", exchange=town.exchange_id, lang="en").text
    assert first.count(f'href="{page}"') == 2
    assert "Older looks" in first
    assert "Nobody has looked yet" in browser.get("/looks", exchange="another", lang="en").text
    older = first.partition('<a href="/looks?')[2].partition('"')[0].replace("&amp;", "&")
    assert 'href="/exchanges/' in browser.client.get(f"/looks?{older}").text


def test_looks_are_purged_after_twelve_months_as_every_journal_is(tmp_path: Path) -> None:
    store = Store(tmp_path, ProviderExchange, clock=FrozenClock(START))
    look = Look("leif", "Leif Læser", "exchange")
    with closing(store), store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.EXCHANGE_LOOKED_AT, exchange_id="x", look=look))
    assert purge_folder(tmp_path, None, FrozenClock(START + timedelta(days=360)), None) is None
    assert purge_folder(tmp_path, None, FrozenClock(START + timedelta(days=370)), None) is not None
    assert [line.entry for line in journal_of(tmp_path)] == [Entry.JOURNAL_PURGED]
    assert examine_journal(tmp_path).faults == ()


# --- masked and unmasked ---


def test_an_exchange_is_masked_until_a_reason_is_given_and_again_on_demand(
    app: FastAPI, browser: Browser, page: str, town: ToldTown
) -> None:
    other = Browser(app)
    other.sign_in(REVIEWER)
    browser.sign_in(READER)
    masked, shown = "Personal data are masked", "Personal data are shown"
    assert masked in browser.get(page, lang="en").text
    assert browser.unmask(town.exchange_id).headers["location"] == page
    assert shown in browser.get(page, lang="en").text
    assert masked in other.get(page, lang="en").text
    assert browser.post(f"{page}/mask", page).headers["location"] == page
    assert masked in browser.get(page, lang="en").text


@pytest.mark.parametrize(
    "reason",
    [
        "the caller at +4586123456 asked for it",
        "case 4501901234, see 00458612345678",
        "compared with 3f2a1b4c-5566-4778-8990-a1b2c3d4e5f6",
        "as in message 7f000001-0001-4000-8000-000000000001@ap-dk.example",
    ],
)
def test_a_reason_may_name_a_telephone_a_case_or_an_id(
    browser: Browser, page: str, town: ToldTown, reason: str
) -> None:
    browser.sign_in(READER)
    assert browser.unmask(town.exchange_id, reason).status_code == 303
    assert html.escape(reason) in browser.get(page).text


def test_the_form_says_the_limits_that_count(browser: Browser, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.sign_in(READER)
    for module in (looks_module, access_pages):
        monkeypatch.setattr(module, "LEAST_REASON", 12)
        monkeypatch.setattr(module, "MOST_REASON", 40)
    assert 'minlength="12" maxlength="40"' in browser.get(page).text
    assert 'minlength="12" maxlength="40"' in browser.get(f"{page}/messages/1/bytes").text


@pytest.mark.parametrize(
    "reason", ["", "because", "x" * 301, "concerns the person 120684-1234", "about 1206841234 here"]
)
def test_a_reason_that_says_nothing_or_too_much_unmasks_nothing(
    browser: Browser, page: str, town: ToldTown, reason: str
) -> None:
    browser.sign_in(READER)
    before = looks(town)
    refused = browser.unmask(town.exchange_id, reason)
    assert refused.status_code == 400
    assert 'aria-invalid="true"' in refused.text
    assert [line for line in looks(town)[len(before) :] if line.entry is Entry.EXCHANGE_UNMASKED] == []
    assert REASON not in browser.get(page).text
    assert browser.unmask(town.exchange_id).status_code == 303


def test_unmasking_leads_nowhere_else_and_needs_the_id_of_an_exchange(
    browser: Browser, page: str, town: ToldTown
) -> None:
    browser.sign_in(READER)
    for next, leads in ((f"{page}?a=b", f"{page}?a=b"), ("//evil.example", page)):
        sent = browser.post(f"{page}/unmask", page, reason=REASON, next=next)
        assert sent.headers["location"] == leads
    assert browser.post("/exchanges/Solvej Prøvesen/unmask", page, reason=REASON).status_code == 404


def test_the_page_of_an_exchange_shows_nothing_of_the_person_while_it_is_masked(
    browser: Browser, page: str, town: ToldTown
) -> None:
    browser.sign_in(READER)
    shown = browser.get(page).text
    for value in ("Solvej", "Prøvesen", "1984-06-12", str(SOLVEJ.identifier)):
        assert value not in shown


def test_a_veil_hides_what_any_document_of_the_exchange_says_of_the_person(town: ToldTown) -> None:
    lines = town.town.provider_log(town.exchange_id)
    documents = [line.document for line in lines if line.document]
    veil, lifted = (veil_of(Looking(town.exchange_id, masked), documents) for masked in (True, False))
    assert veil.text("nobody called Solvej Prøvesen") == "nobody called ••• •••"
    assert veil.personal("Solvej") == "•••"
    assert lifted.text("nobody called Solvej Prøvesen") == "nobody called Solvej Prøvesen"
    for document in documents:
        assert "Prøvesen".encode() not in veil.xml(document)
        assert lifted.xml(document) == document
    assert any("Prøvesen".encode() in document for document in documents)


# --- settings ---

OIDC = {
    "issuer": "https://login.example",
    "client_id": "inspector",
    "client_secret": "secret-of-the-inspector",
    "duties": {"architect": ["read", "review"]},
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"stand_in_reviewers": False}, "nobody could sign in"),
        ({"oidc": OIDC}, "invented reviewers beside"),
        ({"stand_in_reviewers": False, "oidc": OIDC | {"issuer": "http://login.example"}}, "OOTS_OIDC.issuer"),
        ({"stand_in_reviewers": False, "oidc": OIDC | {"issuer": "http://localhost.evil.example"}}, "OOTS_OIDC.issuer"),
        ({"stand_in_reviewers": False, "oidc": OIDC | {"duties": {"architect": ["rule"]}}}, "OOTS_OIDC.duties"),
        ({"stand_in_reviewers": False, "oidc": OIDC | {"duties": {}}}, "OOTS_OIDC.duties"),
    ],
)
def test_there_is_exactly_one_way_in(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    assert inspector_settings(tmp_path).stand_in_reviewers
    assert inspector_settings(tmp_path, stand_in_reviewers=False, oidc=OIDC).oidc
    with pytest.raises(ConfigurationError, match=fault) as refused:
        inspector_settings(tmp_path, **change)
    assert len(refused.value.faults) == 1
