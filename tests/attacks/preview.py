"""The preview space: links that are guessed, shared and used again, forged decisions, evidence taken past the door."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx

from oots.eid import personas
from oots.exchange.journal import Entry
from tests.attacks.replay import INVALID_REQUEST, asking, in_exchange, second
from tests.support.attacks import Area, Refused, attack
from tests.support.doors import Door, same_provider_door
from tests.support.street import (
    EID,
    ODD_TITLE,
    PORTAL,
    PREVIEW,
    SEND_THIS,
    Browser,
    Street,
    Visit,
    form_of,
    session_hash,
    street,
)

NOT_FOUND, FORBIDDEN, GONE = "HTTP 404", "HTTP 403", "HTTP 410"
BAD_REQUEST, UNPROCESSABLE, TOO_LARGE, NO_SUCH_METHOD = "HTTP 400", "HTTP 422", "HTTP 413", "HTTP 405"
NO_SUCH_LINK, NO_SUCH_PAGE, NO_ACCESS = "Linket findes ikke", "Siden findes ikke", "Du har ikke adgang til denne side"
STALE, FROM_ELSEWHERE = "Siden var blevet for gammel", "sent from another site"
COOKIE = "oots-preview"
SOLVEJ = personas.by_key(personas.load())["solvej"]
RETURN_RULE = "R-EDM-REQ-C120"


# --- links ---


def opened(street: Street, path: str) -> Refused:
    """What Solvej's browser, which may see her evidence, is told of another address."""
    return street.refused(street.preview, street.solvej.get(PREVIEW + path))


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_guessed_link(street: Street) -> Refused:
    """Opens a link of the right length and letters that was never given out."""
    return opened(street, f"/p/{'A' * len(street.seen.token)}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_with_one_letter_changed(street: Street) -> Refused:
    """Changes the last letter of a link."""
    token = street.seen.token
    return opened(street, f"/p/{token[:-1]}{'B' if token[-1] != 'B' else 'C'}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_shortened_link(street: Street) -> Refused:
    """Opens the first half of a link."""
    return opened(street, f"/p/{street.seen.token[: len(street.seen.token) // 2]}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_lengthened_link(street: Street) -> Refused:
    """Opens a link with one letter more."""
    return opened(street, f"/p/{street.seen.token}A")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_in_another_case(street: Street) -> Refused:
    """Opens a link with small letters for capitals and capitals for small ones."""
    return opened(street, f"/p/{street.seen.token.swapcase()}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_made_of_the_exchange_id(street: Street) -> Refused:
    """Takes the ExchangeId, which both sides log, for the link."""
    return opened(street, f"/p/{street.seen.exchange_id}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_with_a_pattern(street: Street) -> Refused:
    """Puts a wildcard of SQL in the place of a link."""
    return opened(street, "/p/%25")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_with_a_quote(street: Street) -> Refused:
    """Puts a piece of SQL behind a link."""
    return opened(street, f"/p/{quote(street.seen.token + chr(39) + ' OR 1=1 --')}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_with_a_nul(street: Street) -> Refused:
    """Puts a NUL behind a link."""
    return opened(street, f"/p/{street.seen.token}%00")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def a_link_that_is_no_unicode(street: Street) -> Refused:
    """Puts a byte that is no UTF-8 behind a link."""
    return opened(street, f"/p/{street.seen.token}%ff")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_LINK)
def an_overlong_link(street: Street) -> Refused:
    """Opens a link of sixty thousand letters."""
    return opened(street, f"/p/{'A' * 60_000}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_link_through_a_parent_folder(street: Street) -> Refused:
    """Climbs out of one link and into another with encoded dots and slashes."""
    return opened(street, f"/p/x%2f..%2f{street.seen.token}%2f0%2f0%2f..")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_link_with_a_slash_too_many(street: Street) -> Refused:
    """Adds a slash under a Host of its own, to be redirected there with the link in the address."""
    answer = street.solvej.get(f"{street.seen.link}/", headers={"Host": "evil.example"})
    return street.refused(street.preview, answer)


# --- persons ---


def turned_away(street: Street, visit: Visit, persona: str = "solvej") -> Refused:
    """Sign in for a link: refused, with the page that every stranger sees, and nothing opens afterwards."""
    stranger, before = Browser(street), len(street.town.provider_log(visit.exchange_id))
    page = stranger.sign_in(f"{visit.link}/signin", persona)
    assert page.url == f"{visit.link}/refused", page.url
    assert stranger.get(page.url).text == Browser(street).get(page.url).text, "the page differs from person to person"
    assert not shows_evidence(stranger, visit)
    (line,) = street.town.provider_log(visit.exchange_id)[before:]
    assert line.entry is Entry.PREVIEW_REFUSED
    return Refused(f"HTTP {page.status}", "provider.preview.PreviewSpace._refusal", f"{page.heading}: {line.detail}")


def shows_evidence(browser: Browser, visit: Visit) -> bool:
    """Whether the browser gets at the evidence in any way."""
    page = browser.open(visit.link)
    statuses = {browser.get(f"{visit.link}/0/0").status_code, browser.get(f"{visit.link}/0/1/pages/0").status_code}
    return page.heading == SEND_THIS or statuses != {403}


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=f"{NO_ACCESS}: another person signed in")
def a_link_opened_by_another_person(street: Street) -> Refused:
    """Signs in as somebody else for a link that was forwarded."""
    return turned_away(street, street.seen, "frederik")


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=f"{NO_ACCESS}: the sign-in was not sure enough")
def a_link_opened_with_a_weaker_sign_in(street: Street) -> Refused:
    """Signs in as the right person at a lower level of assurance than the evidence demands."""
    street.node_says(acr="http://eidas.europa.eu/LoA/low")
    return turned_away(street, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=f"{NO_ACCESS}: another person signed in")
def a_link_opened_by_a_namesake(street: Street) -> Refused:
    """Signs in as a person of the same name who was born on the same day, under another identifier."""
    street.node_says(PersonIdentifier="DK/DK/another-person")
    return turned_away(street, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=f"{NO_ACCESS}: another person signed in")
def a_link_opened_with_an_identifier_of_another_country(street: Street) -> Refused:
    """Signs in with the same value as identifier, given out by another country."""
    street.node_says(PersonIdentifier=f"LT/DK/{SOLVEJ.identifier}")
    return turned_away(street, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=f"{NO_ACCESS}: another person signed in")
def a_link_opened_with_a_reused_identifier(street: Street) -> Refused:
    """Signs in with the right identifier as a person who was born on another day."""
    street.node_says(DateOfBirth="1984-06-13")
    return turned_away(street, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=f"{NO_ACCESS}: another person signed in")
def a_link_opened_under_a_name_with_look_alikes(street: Street) -> Refused:
    """Signs in with the right identifier under a name whose letters look the same and are Cyrillic."""
    street.node_says(FirstName="Sоlvеj")
    return turned_away(street, street.seen)


# --- sessions ---


def fetched(street: Street, browser: Browser, visit: Visit, path: str = "/0/0", **more: Any) -> Refused:
    """Ask for a document of a link."""
    return street.refused(street.preview, browser.get(visit.link + path, **more))


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_without_a_sign_in(street: Street) -> Refused:
    """Fetches a document with the link alone."""
    return fetched(street, Browser(street), street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def a_page_image_without_a_sign_in(street: Street) -> Refused:
    """Fetches the picture of a page with the link alone."""
    return fetched(street, Browser(street), street.seen, "/0/1/pages/0")


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_with_the_session_of_the_portal(street: Street) -> Refused:
    """Fetches a document with the person's session of the portal, under the cookie name of the preview."""
    name = street.solvej.http.cookies.get("oots-portal")
    return fetched(street, Browser(street), street.seen, headers={"Cookie": f"{COOKIE}={name}"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_with_the_admission_to_another_link(street: Street) -> Refused:
    """Fetches somebody's document while signed in for one's own link."""
    return fetched(street, street.frederik, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_with_a_stolen_table_of_sessions(street: Street) -> Refused:
    """Takes what the database keeps of a session's name for the name."""
    name = street.solvej.http.cookies.get(COOKIE) or ""
    return fetched(street, Browser(street), street.seen, headers={"Cookie": f"{COOKIE}={session_hash(name)}"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_with_a_session_planted_before_the_sign_in(street: Street) -> Refused:
    """Plants its own session in the person's browser, and comes back with it once she has signed in."""
    attacker, victim = Browser(street), Browser(street)
    attacker.get(f"{street.seen.link}/signin")
    planted = attacker.http.cookies.get(COOKIE) or ""
    victim.http.cookies.set(COOKIE, planted, domain="preview.aarhus.localhost", path="/")
    assert victim.sign_in(f"{street.seen.link}/signin", "solvej").heading == SEND_THIS
    assert not shows_evidence(attacker, street.seen)
    return fetched(street, attacker, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_with_the_session_from_before_signing_out(street: Street) -> Refused:
    """Comes to the computer after the person has signed out, with the name of her session."""
    victim = admitted(street)
    name = victim.http.cookies.get(COOKIE)
    victim.submit(victim.open(street.seen.link), "/signout")
    assert not shows_evidence(victim, street.seen)
    return fetched(street, Browser(street), street.seen, headers={"Cookie": f"{COOKIE}={name}"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_of_the_one_who_used_the_browser_before(street: Street) -> Refused:
    """Signs in for one's own link in a browser in which the person before did not sign out."""
    shared = admitted(street)
    assert shared.sign_in(f"{street.his.link}/signin", "frederik").heading == SEND_THIS
    assert not shows_evidence(shared, street.seen)
    return fetched(street, shared, street.seen)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=NO_ACCESS)
def evidence_during_a_renewed_sign_in(street: Street) -> Refused:
    """Goes on with the admission from before when a new sign-in has been begun and left."""
    shared = admitted(street)
    shared.get(f"{street.seen.link}/signin")
    return fetched(street, shared, street.seen)


def admitted(street: Street) -> Browser:
    """A new browser in which Solvej sees her evidence."""
    browser = Browser(street)
    assert browser.sign_in(f"{street.seen.link}/signin", "solvej").heading == SEND_THIS
    return browser


# --- documents ---


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_document_that_does_not_exist(street: Street) -> Refused:
    """Counts on to documents that were not shown."""
    return fetched(street, street.solvej, street.seen, "/0/2")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_package_that_does_not_exist(street: Street) -> Refused:
    """Counts on to packages that were not shown."""
    return fetched(street, street.solvej, street.seen, "/1/0")


@attack(Area.PREVIEW, street, told=BAD_REQUEST, why="Det kunne vi ikke forstå")
def a_document_counted_from_the_end(street: Street) -> Refused:
    """Asks for document -1, which Python would count from the end."""
    return fetched(street, street.solvej, street.seen, "/0/-1")


@attack(Area.PREVIEW, street, told=BAD_REQUEST, why="Det kunne vi ikke forstå")
def a_document_with_thousands_of_digits(street: Street) -> Refused:
    """Asks for a document by a number of five thousand digits, which Python refuses to read."""
    return fetched(street, street.solvej, street.seen, f"/0/{'9' * 5000}")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_document_through_a_parent_folder(street: Street) -> Refused:
    """Asks for a file of the server with encoded dots and slashes instead of a number."""
    return fetched(street, street.solvej, street.seen, "/0/..%2f..%2fstore.sqlite")


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def a_stylesheet_through_a_parent_folder(street: Street) -> Refused:
    """Climbs out of the folder of stylesheets with encoded dots."""
    return opened(street, "/assets/%2e%2e/%2e%2e/web/sessions.py")


@attack(Area.PREVIEW, street, told=GONE, why="Linket er lukket")
def evidence_after_the_decision(street: Street) -> Refused:
    """Fetches a document with the person's own session once she has decided."""
    return fetched(street, street.solvej, street.sent)


@attack(Area.PREVIEW, street, told=GONE, why="Linket er lukket")
def a_page_image_after_the_decision(street: Street) -> Refused:
    """Fetches the picture of a page with the person's own session once she has decided."""
    return fetched(street, street.solvej, street.sent, "/0/1/pages/0")


@attack(Area.PREVIEW, street, told=GONE, why="Du har allerede truffet dit valg")
def a_link_after_the_decision(street: Street) -> Refused:
    """Opens the link once more after the decision."""
    return fetched(street, street.solvej, street.sent, "")


@attack(Area.PREVIEW, street, told=GONE, why="Du har allerede truffet dit valg")
def a_sign_in_after_the_decision(street: Street) -> Refused:
    """Begins to sign in for a link on which has been decided."""
    return led_on(street, Browser(street), Browser(street).get(f"{street.sent.link}/signin"))


@attack(Area.PREVIEW, street, told=GONE, why="Linket er udløbet")
def a_link_after_its_time(street: Street) -> Refused:
    """Opens the link with the person's own session when its time is up and no sweep has come yet."""
    return fetched(street, street.solvej, street.lapsed, "")


@attack(Area.PREVIEW, street, told=GONE, why="Linket er lukket")
def evidence_after_its_time(street: Street) -> Refused:
    """Fetches a document with the person's own session when the time of the link is up."""
    return fetched(street, street.solvej, street.lapsed)


@attack(Area.PREVIEW, street, told=NOT_FOUND, why=NO_SUCH_PAGE)
def evidence_before_the_portal_has_announced_the_visit(street: Street) -> Refused:
    """Signs in for a link that was not followed from the portal, and fetches a document by its address."""
    early = Browser(street)
    early.sign_in(f"{street.early.link}/signin", "solvej")
    return fetched(street, early, street.early)


# --- the decision ---


def decided(
    street: Street,
    visit: Visit,
    form: dict[str, str],
    *,
    browser: Browser | None = None,
    headers: dict[str, str] | None = None,
) -> Refused:
    """Post a decision, and go where it leads."""
    decider = browser or street.solvej
    return led_on(street, decider, decider.post(f"{visit.link}/decision", form, headers=headers))


def led_on(street: Street, browser: Browser, answer: httpx.Response) -> Refused:
    """How it was refused; where it leads on within the preview, the page there tells."""
    by = street.preview.by
    if answer.has_redirect_location:
        answer = browser.get(PREVIEW + answer.headers["location"])
    page = street.refused(street.preview, answer)
    return Refused(page.told, by, page.why)


def honest_form(street: Street, browser: Browser | None = None) -> dict[str, str]:
    """The form of Solvej's preview, filled in with her approval."""
    _, form = form_of((browser or street.solvej).open(street.seen.link), "/decision")
    return form | {"package-0": "accept"}


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_without_having_been_admitted(street: Street) -> Refused:
    """Decides on somebody's evidence with a form of one's own."""
    _, form = form_of(street.frederik.open(street.his.link), "/decision")
    return decided(street, street.seen, form | {"package-0": "accept"}, browser=street.frederik)


@attack(Area.PREVIEW, street, told="HTTP 303", why="Et øjeblik: portalens anmodning er på vej")
def a_decision_before_anything_was_shown(street: Street) -> Refused:
    """Decides, after having signed in, before the portal has announced the visit and anything could be seen."""
    early = Browser(street)
    _, form = form_of(early.sign_in(f"{street.early.link}/signin", "solvej"), "/signout")
    led = decided(street, street.early, form | {"package-0": "accept"}, browser=early)
    assert led.told == "HTTP 200"
    return replace(led, told="HTTP 303")


@attack(Area.PREVIEW, street, told=UNPROCESSABLE, why=SEND_THIS)
def a_decision_on_another_package(street: Street) -> Refused:
    """Accepts a package that was not shown."""
    form = honest_form(street)
    del form["package-0"]
    return decided(street, street.seen, form | {"package-1": "accept"})


@attack(Area.PREVIEW, street, told=UNPROCESSABLE, why=SEND_THIS)
def a_decision_on_a_number_in_other_digits(street: Street) -> Refused:
    """Writes the number of the package in full-width digits."""
    form = honest_form(street)
    del form["package-0"]
    return decided(street, street.seen, form | {"package-０": "accept"})


@attack(Area.PREVIEW, street, told=UNPROCESSABLE, why=SEND_THIS)
def a_decision_that_is_neither_yes_nor_no(street: Street) -> Refused:
    """Says something else than accept or decline."""
    return decided(street, street.seen, honest_form(street) | {"package-0": "ACCEPT"})


@attack(Area.PREVIEW, street, told=UNPROCESSABLE, why=SEND_THIS)
def a_decision_that_says_both(street: Street) -> Refused:
    """Says decline and accept of the same package."""
    form: Any = honest_form(street) | {"package-0": ["decline", "accept"]}
    return decided(street, street.seen, form)


@attack(Area.PREVIEW, street, told=GONE, why="Du har allerede truffet dit valg")
def another_decision_afterwards(street: Street) -> Refused:
    """Declines what has been accepted, in a second tab."""
    return decided(street, street.sent, honest_form(street) | {"package-0": "decline"})


@attack(Area.PREVIEW, street, told=GONE, why="Linket er udløbet")
def a_decision_after_its_time(street: Street) -> Refused:
    """Accepts with a form that was left open until the time of the link was up."""
    return decided(street, street.lapsed, honest_form(street))


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_without_a_token(street: Street) -> Refused:
    """Posts the decision without the token of the form."""
    return decided(street, street.seen, {"package-0": "accept"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_with_an_empty_token(street: Street) -> Refused:
    """Posts the decision with an empty token."""
    return decided(street, street.seen, {"package-0": "accept", "csrf": ""})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_with_a_token_of_another_session(street: Street) -> Refused:
    """Posts the decision in the person's browser with the token of the attacker's own session."""
    _, form = form_of(street.frederik.open(street.his.link), "/decision")
    return decided(street, street.seen, form | {"package-0": "accept"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_with_a_token_of_the_portal(street: Street) -> Refused:
    """Posts the decision with the token of the same person's session at the portal."""
    _, form = form_of(street.solvej.open(street.sent.page), "/finish")
    return decided(street, street.seen, form | {"package-0": "accept"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_with_a_token_from_before_the_sign_in(street: Street) -> Refused:
    """Posts the decision with a token that was read before the person signed in anew."""
    browser = admitted(street)
    form = honest_form(street, browser)
    assert browser.sign_in(f"{street.seen.link}/signin", "solvej").heading == SEND_THIS
    return decided(street, street.seen, form, browser=browser)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_with_the_token_in_the_address(street: Street) -> Refused:
    """Posts the decision with the token in the query instead of the form."""
    form = honest_form(street)
    answer = street.solvej.post(f"{street.seen.link}/decision?csrf={form['csrf']}", {"package-0": "accept"})
    return street.refused(street.preview, answer)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=STALE)
def a_decision_as_plain_text(street: Street) -> Refused:
    """Posts the decision as text/plain, which a form of any site can do without asking."""
    body = "&".join(f"{name}={value}" for name, value in honest_form(street).items())
    own = {"Origin": PREVIEW, "Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}
    answer = street.solvej.http.post(f"{street.seen.link}/decision", content=body, headers=own)
    return street.refused(street.preview, answer)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_from_another_site(street: Street) -> Refused:
    """Posts the decision, with the right token, from a page of its own."""
    return decided(street, street.seen, honest_form(street), headers={"Origin": "https://evil.example"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_from_the_portal(street: Street) -> Refused:
    """Posts the decision, with the right token, from a page of the portal."""
    headers = {"Origin": PORTAL, "Sec-Fetch-Site": "cross-site"}
    return decided(street, street.seen, honest_form(street), headers=headers)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_from_a_neighbour(street: Street) -> Refused:
    """Posts the decision, with the right token, from another host of the same site."""
    headers = {"Origin": "http://www.aarhus.localhost:8401", "Sec-Fetch-Site": "same-site"}
    return decided(street, street.seen, honest_form(street), headers=headers)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_from_another_port(street: Street) -> Refused:
    """Posts the decision, with the right token, from another port of the same host."""
    headers = {"Origin": PREVIEW.replace(":8401", ":8499")}
    return decided(street, street.seen, honest_form(street), headers=headers)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_from_a_sandbox_elsewhere(street: Street) -> Refused:
    """Hides where it comes from in a sandboxed frame: the Origin is null, the browser says cross-site."""
    headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    return decided(street, street.seen, honest_form(street), headers=headers)


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_from_nowhere(street: Street) -> Refused:
    """Hides where it comes from in a sandboxed frame of an old browser: the Origin is null, and that is all."""
    return decided(street, street.seen, honest_form(street), headers={"Origin": "null"})


@attack(Area.PREVIEW, street, told=FORBIDDEN, why=FROM_ELSEWHERE)
def a_decision_under_a_foreign_name(street: Street) -> Refused:
    """Lets its own name resolve to the preview's address and posts from a page under that name (DNS rebinding)."""
    headers = {"Host": "evil.example:8401", "Origin": "http://evil.example:8401", "Sec-Fetch-Site": "same-origin"}
    return decided(street, street.seen, honest_form(street), headers=headers)


@attack(Area.PREVIEW, street, told=NO_SUCH_METHOD, why="Siden kan ikke bruges på den måde")
def a_decision_by_following_a_link(street: Street) -> Refused:
    """Puts the decision into a link that the person follows."""
    answer = street.solvej.get(f"{street.seen.link}/decision", params=honest_form(street))
    return street.refused(street.preview, answer)


@attack(Area.PREVIEW, street, told=NO_SUCH_METHOD, why="Siden kan ikke bruges på den måde")
def a_decision_by_a_method_in_disguise(street: Street) -> Refused:
    """Asks by GET and says in a header and a field that POST is meant."""
    answer = street.solvej.get(
        f"{street.seen.link}/decision",
        params=honest_form(street) | {"_method": "POST"},
        headers={"X-HTTP-Method-Override": "POST"},
    )
    return street.refused(street.preview, answer)


@attack(Area.PREVIEW, street, told=TOO_LARGE, why="Formularen er for stor")
def an_oversized_decision(street: Street) -> Refused:
    """Posts a form of a megabyte."""
    return decided(street, street.seen, honest_form(street) | {"package-1": "A" * 1_000_000})


@attack(Area.PREVIEW, street, told=TOO_LARGE, why="Formularen er for stor")
def an_endless_decision(street: Street) -> Refused:
    """Posts a form in pieces, without saying how long it will be."""
    own = {"Origin": PREVIEW, "Content-Type": "application/x-www-form-urlencoded"}
    pieces = (b"A" * 8192 for _ in range(64))
    answer = street.solvej.http.post(f"{street.seen.link}/decision", content=pieces, headers=own)
    return street.refused(street.preview, answer)


# --- what browsers are told ---


def answers_of_every_kind(street: Street) -> dict[str, httpx.Response]:
    """One answer of each kind that the preview space gives, and some of the other sites."""
    stranger, seen = Browser(street), street.seen.link
    return {
        "page": street.solvej.get(seen),
        "link": stranger.get(seen),
        "redirect": stranger.get(f"{seen}/signin"),
        "document": street.solvej.get(f"{seen}/0/0"),
        "forbidden": stranger.get(f"{seen}/0/0"),
        "unknown": stranger.get(f"{PREVIEW}/nowhere"),
        "closed": stranger.get(street.sent.link),
        "bad": stranger.get(f"{seen}/0/-1"),
        "method": stranger.http.delete(seen),
        "cross-site": stranger.post(f"{seen}/decision", {}, headers={"Origin": "https://evil.example"}),
        "too large": stranger.post(f"{seen}/decision", {"package-0": "A" * 100_000}),
        "portal": street.solvej.get(street.sent.page),
        "portal, unknown": stranger.get(f"{PORTAL}/nowhere"),
        "node": stranger.get(f"{EID}/"),
        "node, refused": stranger.get(f"{EID}/authorize"),
    }


def guarded(street: Street, header: str, demanded: str) -> Refused:
    """Every kind of answer demands this of the browser."""
    lacking = [
        kind for kind, answer in answers_of_every_kind(street).items() if demanded not in answer.headers.get(header, "")
    ]
    assert lacking == [], lacking
    return Refused(demanded, "web.security.guard", header)


@attack(Area.PREVIEW, street, told="frame-ancestors 'none'", why="Content-Security-Policy")
def the_preview_in_a_frame(street: Street) -> Refused:
    """Frames the preview under a page of its own, to have the button clicked."""
    return guarded(street, "Content-Security-Policy", "frame-ancestors 'none'")


@attack(Area.PREVIEW, street, told="DENY", why="X-Frame-Options")
def the_preview_in_a_frame_of_an_old_browser(street: Street) -> Refused:
    """Frames the preview in a browser that does not know frame-ancestors."""
    return guarded(street, "X-Frame-Options", "DENY")


@attack(Area.PREVIEW, street, told="default-src 'none'", why="Content-Security-Policy")
def a_script_in_the_page(street: Street) -> Refused:
    """Has got a script into a page somehow: no answer lets a browser run one, be it inline or loaded."""
    for answer in answers_of_every_kind(street).values():
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    return guarded(street, "Content-Security-Policy", "default-src 'none'")


@attack(Area.PREVIEW, street, told="base-uri 'none'", why="Content-Security-Policy")
def another_base_for_the_forms(street: Street) -> Refused:
    """Has got a base element into a page, to have its forms posted elsewhere."""
    return guarded(street, "Content-Security-Policy", "base-uri 'none'")


@attack(Area.PREVIEW, street, told="form-action 'self'", why="Content-Security-Policy")
def a_form_that_posts_elsewhere(street: Street) -> Refused:
    """Has got a form into a page that posts to another site."""
    return guarded(street, "Content-Security-Policy", "form-action 'self'")


@attack(Area.PREVIEW, street, told="no-store", why="Cache-Control")
def pages_in_the_cache(street: Street) -> Refused:
    """Looks through the cache of a shared computer."""
    return guarded(street, "Cache-Control", "no-store")


@attack(Area.PREVIEW, street, told="no-referrer", why="Referrer-Policy")
def the_link_in_the_referrer(street: Street) -> Refused:
    """Waits on the portal for the link to come along as the referrer."""
    return guarded(street, "Referrer-Policy", "no-referrer")


@attack(Area.PREVIEW, street, told="nosniff", why="X-Content-Type-Options")
def evidence_taken_for_a_page(street: Street) -> Refused:
    """Sends evidence that a browser might take for a page."""
    return guarded(street, "X-Content-Type-Options", "nosniff")


@attack(Area.PREVIEW, street, told="same-origin", why="Cross-Origin-Resource-Policy")
def page_images_on_another_site(street: Street) -> Refused:
    """Shows the picture of a page on a site of its own, to measure it there."""
    return guarded(street, "Cross-Origin-Resource-Policy", "same-origin")


@attack(Area.PREVIEW, street, told="HttpOnly; SameSite=Lax", why="oots-preview")
def a_script_that_reads_the_session(street: Street) -> Refused:
    """Waits for a session that scripts can read and other sites can send along."""
    begun = Browser(street).get(f"{street.seen.link}/signin")
    name, _, attributes = begun.headers["Set-Cookie"].partition(";")
    assert attributes.strip() == "Path=/; HttpOnly; SameSite=Lax"
    return Refused("HttpOnly; SameSite=Lax", "web.sessions.Sessions._set_cookie", name)


# --- evidence that is hostile ---


@attack(Area.PREVIEW, street, told="attachment", why="application/pdf")
def a_page_that_calls_itself_a_pdf(street: Street) -> Refused:
    """Sends a page with a script as evidence and calls it a PDF: it is saved, never opened in the preview's origin."""
    return saved(street.solvej.get(f"{street.odd.link}/0/1"), "pdf")


@attack(Area.PREVIEW, street, told="attachment", why="application/xml")
def evidence_with_a_script_of_its_own(street: Street) -> Refused:
    """Sends XML that contains a script of XHTML: it is saved, never opened in the preview's origin."""
    return saved(street.solvej.get(f"{street.odd.link}/0/0"), "xml")


def saved(answer: httpx.Response, extension: str) -> Refused:
    """The answer is a file to be saved, under a name that says what it is and leads nowhere."""
    how, name, starred = answer.headers["Content-Disposition"].split("; ")
    assert name.endswith(f'.{extension}"')
    assert starred.endswith(f".{extension}")
    assert not set('<>/\\\r\n\u202e"') & set(name.removeprefix('filename="')[:-1] + starred)
    assert "Set-Cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return Refused(how, "web.downloads.download", answer.headers["Content-Type"])


@attack(Area.PREVIEW, street, told="&lt;script&gt;", why="no script")
def a_title_with_a_script(street: Street) -> Refused:
    """Gives a document a title with markup, line ends and a script."""
    page = street.solvej.get(street.odd.link).text
    assert "<script" not in page
    assert ODD_TITLE not in page
    assert "alert(1)" in page, "the title is not shown at all"
    return Refused("&lt;script&gt;", "web.frame.Frame", "no script, and the text is shown")


@attack(Area.PREVIEW, street, told="[U+202E]", why="shown as what they are")
def a_title_that_turns_the_text_around(street: Street) -> Refused:
    """Hides in a title and in evidence the characters that have the text after them shown in another order."""
    page = street.solvej.get(street.odd.link).text
    assert "\u202e" not in page
    assert page.count("[U+202E]") >= 2
    return Refused("[U+202E]", "web.frame._visible", "they are shown as what they are")


# --- where the person returns to ---


def returning_to(door: Door, location: str) -> Refused:
    """Ask for the preview with this ReturnLocation: refused, never offered to anybody, and never fetched."""
    request, before = second(door, door.waiting), len(door.town.wire.heard)
    assert request.preview is not None
    visit = replace(request.preview, return_location=location)
    message = asking(door, replace(request, preview=visit), in_exchange(door, door.waiting))
    refused = door.refused_by_rule(message)
    assert door.town.space.place(visit.location.rpartition("/")[2]).return_location is None, "people are led there"
    door.town.run()
    assert {host for host, _, _ in door.town.wire.heard[before:]} <= {"lt", "dk"}, "it was fetched"
    return refused


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_another_host(door: Door) -> Refused:
    """Has the person sent, after the decision, to a host that is not one of the requester's."""
    return returning_to(door, "https://portal.evil.example/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_a_host_below_the_registered_one(door: Door) -> Refused:
    """Names a host that ends like the registered one."""
    return returning_to(door, "https://evil.portal.lt.localhost/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_a_host_that_begins_like_the_registered_one(door: Door) -> Refused:
    """Names a host that begins like the registered one."""
    return returning_to(door, "https://portal.lt.localhost.evil.example/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_with_the_registered_host_as_user(door: Door) -> Refused:
    """Writes the registered host before an @, where it is the name of a user."""
    return returning_to(door, "https://portal.lt.localhost@evil.example/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_with_a_user(door: Door) -> Refused:
    """Writes a user and a password before the registered host."""
    return returning_to(door, "https://user:word@portal.lt.localhost/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_another_port(door: Door) -> Refused:
    """Names another port of the registered host."""
    return returning_to(door, "https://portal.lt.localhost:8443/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_without_encryption(door: Door) -> Refused:
    """Names the registered host with http."""
    return returning_to(door, "http://portal.lt.localhost/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_an_address(door: Door) -> Refused:
    """Names this machine by its address, as server-side request forgery would."""
    return returning_to(door, "https://127.0.0.1/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_a_look_alike(door: Door) -> Refused:
    """Names a host whose letters look the same, in punycode."""
    return returning_to(door, "https://xn--prtal-1ve.lt.localhost/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_a_host_with_a_dot_at_the_end(door: Door) -> Refused:
    """Writes the registered host with a dot at the end, which browsers take for another origin."""
    return returning_to(door, "https://portal.lt.localhost./return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_past_a_backslash(door: Door) -> Refused:
    """Ends its own host with a backslash, which browsers read as a slash and parsers as part of a user's name."""
    return returning_to(door, "https://evil.example\\@portal.lt.localhost/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_without_a_scheme(door: Door) -> Refused:
    """Begins with two slashes and its own host."""
    return returning_to(door, "//evil.example/return")


@attack(Area.PREVIEW, same_provider_door, told=INVALID_REQUEST, why=RETURN_RULE)
def a_return_to_a_script(door: Door) -> Refused:
    """Names a script instead of a place."""
    return returning_to(door, "javascript:alert(document.domain)//portal.lt.localhost")
