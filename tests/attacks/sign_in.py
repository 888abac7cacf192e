"""Sign-in: forged and foreign answers of the eIDAS node at its clients, and hostile clients at the node."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx import URL
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from oots.eid.tokens import CODE_LIFETIME
from oots.scenarios.citizen import Page
from tests.support.attacks import Area, Refused, attack
from tests.support.street import CASE, EID, PORTAL, PREVIEW, SECRETS, SEND_THIS, Browser, Street, street

NOT_SIGNED_IN = "HTTP 400"
BEGIN = f"{PORTAL}{CASE}/signin"
UNKNOWN_STATE, REFUSED, UNTRUSTED = "unknown-state", "refused", "untrusted-token"


# --- answers of the node ---


def arrived(street: Street, browser: Browser, callback: str) -> Refused:
    """Come back to the portal: nobody is signed in, and a page at an address of its own says so without details."""
    answer = browser.get(callback)
    by, location = street.portal.by, urlsplit(answer.headers["location"])
    assert location.path == "/signin/failed", location.path
    page = Page(browser.get(f"{PORTAL}{location.path}?{location.query}"), f"{PORTAL}{location.path}")
    assert browser.get(f"{PORTAL}{CASE}/request").headers["location"] == CASE, "somebody is signed in"
    return Refused(f"HTTP {page.status}", by, f"{location.query}: {page.heading}")


def signing_in(street: Street, browser: Browser | None = None) -> Refused:
    """Sign in at the portal, with the back channel as it is."""
    who = browser or Browser(street)
    return arrived(street, who, street.callback(who, BEGIN))


def changed(url: str, **query: str) -> str:
    return str(URL(url).copy_merge_params(query))


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNKNOWN_STATE)
def a_forged_state(street: Street) -> Refused:
    """Comes back with a state that the portal never gave out."""
    browser = Browser(street)
    return arrived(street, browser, changed(street.callback(browser, BEGIN), state="forged"))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNKNOWN_STATE)
def an_answer_without_state(street: Street) -> Refused:
    """Comes back with a good code and no state."""
    browser = Browser(street)
    callback = URL(street.callback(browser, BEGIN)).copy_remove_param("state")
    return arrived(street, browser, str(callback))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNKNOWN_STATE)
def an_answer_in_another_browser(street: Street) -> Refused:
    """Has the person open the answer to the attacker's own sign-in, to have her act under the attacker's name."""
    return arrived(street, Browser(street), street.callback(Browser(street), BEGIN, "frederik"))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNKNOWN_STATE)
def a_stolen_answer_with_a_session_of_its_own(street: Street) -> Refused:
    """Takes the answer to the person's sign-in into a browser in which another sign-in has been begun."""
    thief = Browser(street)
    thief.get(BEGIN)
    return arrived(street, thief, street.callback(Browser(street), BEGIN))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=REFUSED)
def a_stolen_code_under_ones_own_state(street: Street) -> Refused:
    """Puts the code of the person's sign-in into the answer to one's own."""
    thief = Browser(street)
    stolen = query_of(street.callback(Browser(street), BEGIN))["code"]
    return arrived(street, thief, changed(street.callback(thief, BEGIN, "frederik"), code=stolen))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNKNOWN_STATE)
def an_answer_that_was_used(street: Street) -> Refused:
    """Opens the answer of the node a second time, after having signed out, from the history of the browser."""
    browser = Browser(street)
    callback = street.callback(browser, BEGIN)
    browser.submit(browser.open(callback), "/signout")
    return arrived(street, browser, callback)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=REFUSED)
def a_code_that_was_used(street: Street) -> Refused:
    """Puts a code that has been redeemed into the answer to a new sign-in."""
    first, browser = Browser(street), Browser(street)
    callback = street.callback(first, BEGIN)
    assert first.open(callback).path == f"{CASE}/request"
    used = query_of(callback)["code"]
    return arrived(street, browser, changed(street.callback(browser, BEGIN), code=used))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=REFUSED)
def a_code_of_the_other_client(street: Street) -> Refused:
    """Redeems at the portal a code that was given to the preview space."""
    browser = Browser(street)
    code = query_of(street.callback(Browser(street), f"{street.seen.link}/signin"))["code"]
    return arrived(street, browser, changed(street.callback(browser, BEGIN), code=code))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=REFUSED)
def an_answer_without_code(street: Street) -> Refused:
    """Comes back with a good state and neither code nor error."""
    browser = Browser(street)
    return arrived(street, browser, str(URL(street.callback(browser, BEGIN)).copy_remove_param("code")))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=REFUSED)
def an_error_with_markup(street: Street) -> Refused:
    """Comes back with an error whose name and description are scripts, to have them shown."""
    browser = Browser(street)
    script = "<script>alert(1)</script>"
    callback = changed(street.callback(browser, BEGIN), error=script, error_description=script)
    refused = arrived(street, browser, callback)
    assert "alert" not in refused.why
    return refused


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_sign_in_from_before(street: Street) -> Refused:
    """Lets the node answer the preview's demand for a new sign-in with one of an hour ago."""
    now = int(street.town.clock.now().timestamp())
    street.node_says(auth_time=now - 3600)
    browser = Browser(street)
    answer = browser.get(street.callback(browser, f"{street.seen.link}/signin"))
    by, why = street.preview.by, answer.headers["location"]
    page = browser.open(f"{PREVIEW}{why}")
    assert browser.open(street.seen.link).heading != SEND_THIS
    return Refused(f"HTTP {page.status}", by, f"{why}: {page.heading}")


# --- ID tokens ---

Forge = Callable[[Street, dict[str, Any], dict[str, Any]], str]


def forged(street: Street, forge: Forge) -> Refused:
    """Sign in with an ID token that is made anew of the genuine one."""
    street.forge(lambda header, claims: forge(street, header, claims))
    return signing_in(street)


def saying(street: Street, **claims: object) -> Refused:
    """Sign in with an ID token that says this, signed by the node's own key."""
    street.node_says(**claims)
    return signing_in(street)


def now(street: Street) -> int:
    return int(street.town.clock.now().timestamp())


def own_key(street: Street) -> ECKey:
    return ECKey.import_key(street.key)


def unsigned(*parts: dict[str, Any]) -> str:
    return ".".join(
        urlsafe_b64encode(httpx.Request("POST", EID, json=part).content).rstrip(b"=").decode() for part in parts
    )


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_signed_by_another_key(street: Street) -> Refused:
    """Signs the ID token with a key of its own under the name of the node's key."""
    stray = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
    return forged(street, lambda _street, header, claims: jwt.encode(header, claims, stray))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_that_brings_its_own_key(street: Street) -> Refused:
    """Signs the ID token with a key of its own and puts that key into the header."""
    stray = ECKey.import_key(ec.generate_private_key(ec.SECP256R1()))
    jwk = stray.as_dict(private=False)
    return forged(street, lambda _street, header, claims: jwt.encode(header | {"jwk": jwk}, claims, stray))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_of_an_unknown_key(street: Street) -> Refused:
    """Names a key that the node does not publish."""
    return forged(street, lambda _street, header, claims: jwt.encode(header | {"kid": "x"}, claims, own_key(street)))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_that_is_not_signed(street: Street) -> Refused:
    """Says in the ID token that it needs no signature (alg none)."""
    return forged(street, lambda _street, header, claims: unsigned(header | {"alg": "none"}, claims) + ".")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_without_its_signature(street: Street) -> Refused:
    """Cuts the signature off the ID token."""
    return forged(street, lambda _street, header, claims: unsigned(header, claims) + ".")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_signed_with_the_public_key(street: Street) -> Refused:
    """Takes the node's public key for a shared secret (HS256)."""
    public = street.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = OctKey.import_key(urlsafe_b64encode(public).decode())
    return forged(street, lambda _street, header, claims: jwt.encode(header | {"alg": "HS256"}, claims, secret))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_signed_with_the_secret_of_the_client(street: Street) -> Refused:
    """Signs with the client's secret (HS256), which OpenID Connect allows where a client has agreed to it."""
    secret = OctKey.import_key(SECRETS["portal"])
    return forged(street, lambda _street, header, claims: jwt.encode(header | {"alg": "HS256"}, claims, secret))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_of_another_issuer(street: Street) -> Refused:
    """Lets another node issue the ID token."""
    return saying(street, iss="https://eid.evil.example")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_for_another_client(street: Street) -> Refused:
    """Uses an ID token that was issued for the preview space."""
    return saying(street, aud="preview")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_for_several_clients(street: Street) -> Refused:
    """Uses an ID token that was issued for the portal and another client, without saying which one asked."""
    return saying(street, aud=["preview", "portal"])


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_that_another_client_asked_for(street: Street) -> Refused:
    """Uses an ID token for the portal that another client asked for (azp)."""
    return saying(street, azp="preview")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_of_another_sign_in(street: Street) -> Refused:
    """Uses a genuine ID token of another sign-in: its nonce is another one."""
    return saying(street, nonce=secrets.token_urlsafe(24))


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_without_nonce(street: Street) -> Refused:
    """Leaves the nonce out of the ID token."""
    return saying(street, nonce=None)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def an_expired_token(street: Street) -> Refused:
    """Uses an ID token whose time is up."""
    return saying(street, iat=now(street) - 600, exp=now(street) - 300)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_that_never_expires(street: Street) -> Refused:
    """Leaves the end out of the ID token."""
    return saying(street, exp=None)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_token_from_the_future(street: Street) -> Refused:
    """Uses an ID token that will be issued in an hour."""
    return saying(street, iat=now(street) + 3600, exp=now(street) + 7200)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_sign_in_in_the_future(street: Street) -> Refused:
    """Says that the person will sign in in an hour, so that the sign-in stays new."""
    return saying(street, auth_time=now(street) + 3600)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_person_without_identifier(street: Street) -> Refused:
    """Leaves the person's identifier out, so that two persons without one might be taken for the same."""
    return saying(street, PersonIdentifier=None)


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_person_with_a_blank_identifier(street: Street) -> Refused:
    """Gives the person an identifier of blanks."""
    return saying(street, PersonIdentifier="  ")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_person_whose_identifier_is_a_list(street: Street) -> Refused:
    """Gives the person two identifiers at once."""
    return saying(street, PersonIdentifier=["DK/LT/a", "DK/LT/b"])


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def a_sign_in_above_the_highest_level(street: Street) -> Refused:
    """Claims a level of assurance above the highest."""
    return saying(street, acr="http://eidas.europa.eu/LoA/highest")


@attack(Area.SIGN_IN, street, told=NOT_SIGNED_IN, why=UNTRUSTED)
def an_answer_of_the_node_that_is_no_token(street: Street) -> Refused:
    """Answers in the node's place with a page instead of a token."""
    street.back_channel.replace = lambda request: httpx.Response(200, html="<html>hello</html>")
    return signing_in(street)


# --- hostile clients at the node ---


def request_of(street: Street, **changes: str | None) -> dict[str, str]:
    """The authorization request of the portal after one change."""
    plain = query_of(Browser(street).get(BEGIN).headers["location"])
    return {name: value for name, value in (plain | changes).items() if value is not None}


def at_the_node(street: Street, query: dict[str, str]) -> Refused:
    """Choose a persona with this request: the node redirects to nobody but a registered client, and gives no code."""
    chosen = httpx.URL(f"{EID}/authorize", params=query)
    answer = Browser(street).post(str(chosen), {"persona": "solvej"})
    location = answer.headers.get("location", "")
    assert location == "" or location.startswith(f"{PORTAL}/signin/callback?")
    assert "code=" not in location
    page = Page(answer, EID) if not location else None
    why = page.heading if page else query_of(location)["error"]
    by = "eid.authorization.read_request" if page else "eid.authorization._fault"
    return Refused(f"HTTP {answer.status_code}", by, why)


UNKNOWN_CLIENT = "Vi kender ikke den side, du kommer fra"


@attack(Area.SIGN_IN, street, told="HTTP 400", why=UNKNOWN_CLIENT)
def a_client_that_is_not_registered(street: Street) -> Refused:
    """Asks for a sign-in under the name of a client that the node does not know."""
    return at_the_node(street, request_of(street, client_id="evil"))


@attack(Area.SIGN_IN, street, told="HTTP 400", why=UNKNOWN_CLIENT)
def a_code_sent_elsewhere(street: Street) -> Refused:
    """Asks in the portal's name to have the code sent to its own host."""
    return at_the_node(street, request_of(street, redirect_uri="https://evil.example/signin/callback"))


@attack(Area.SIGN_IN, street, told="HTTP 400", why=UNKNOWN_CLIENT)
def a_code_sent_below_the_callback(street: Street) -> Refused:
    """Asks to have the code sent to an address that begins like the registered one."""
    return at_the_node(street, request_of(street, redirect_uri=f"{PORTAL}/signin/callback/../../evil"))


@attack(Area.SIGN_IN, street, told="HTTP 400", why=UNKNOWN_CLIENT)
def a_code_sent_to_another_client(street: Street) -> Refused:
    """Asks in the portal's name to have the code sent to the preview space."""
    return at_the_node(street, request_of(street, redirect_uri=f"{PREVIEW}/signin/callback"))


@attack(Area.SIGN_IN, street, told="HTTP 303", why="invalid_request")
def a_request_without_pkce(street: Street) -> Refused:
    """Asks without a code challenge, so that a stolen code would do."""
    return at_the_node(street, request_of(street, code_challenge=None, code_challenge_method=None))


@attack(Area.SIGN_IN, street, told="HTTP 303", why="invalid_request")
def a_request_with_plain_pkce(street: Street) -> Refused:
    """Asks with a challenge that is the verifier itself."""
    return at_the_node(street, request_of(street, code_challenge_method="plain"))


@attack(Area.SIGN_IN, street, told="HTTP 303", why="invalid_request")
def a_request_without_nonce(street: Street) -> Refused:
    """Asks without a nonce, so that the token could be used for another sign-in."""
    return at_the_node(street, request_of(street, nonce=None))


@attack(Area.SIGN_IN, street, told="HTTP 303", why="unsupported_response_type")
def a_request_for_a_token_in_the_address(street: Street) -> Refused:
    """Asks for the ID token in the address instead of a code."""
    return at_the_node(street, request_of(street, response_type="id_token"))


@attack(Area.SIGN_IN, street, told="HTTP 303", why="access_denied")
def a_persona_that_does_not_exist(street: Street) -> Refused:
    """Chooses a person whom the node does not have."""
    chosen = httpx.URL(f"{EID}/authorize", params=request_of(street))
    answer = Browser(street).post(str(chosen), {"persona": "../solvej"})
    error = query_of(answer.headers["location"])["error"]
    return Refused(f"HTTP {answer.status_code}", "eid.app._pages", error)


@attack(Area.SIGN_IN, street, told="HTTP 403", why="sent from another site")
def a_choice_from_another_site(street: Street) -> Refused:
    """Posts the choice of a person from a page of its own."""
    chosen = httpx.URL(f"{EID}/authorize", params=request_of(street))
    answer = Browser(street).post(str(chosen), {"persona": "solvej"}, headers={"Origin": "https://evil.example"})
    return Refused(f"HTTP {answer.status_code}", "web.security.BrowserSecurity", answer.text)


def redeemed(
    street: Street, client_id: str = "portal", secret: str = SECRETS["portal"], times: int = 1, **changes: str
) -> Refused:
    """Redeem a code of the portal after one change: in the end the node gives no token."""
    verifier = secrets.token_urlsafe(48)
    request = request_of(street, code_challenge=create_s256_code_challenge(verifier))
    browser = Browser(street)
    chosen = browser.post(str(httpx.URL(f"{EID}/authorize", params=request)), {"persona": "solvej"})
    form = {
        "grant_type": "authorization_code",
        "code": query_of(chosen.headers["location"])["code"],
        "redirect_uri": f"{PORTAL}/signin/callback",
        "code_verifier": verifier,
    }
    street.town.clock.advance(timedelta(seconds=int(changes.pop("after", "0"))))
    for _ in range(times):
        answer = browser.http.post(f"{EID}/token", data=form | changes, auth=(client_id, secret))
    assert "id_token" not in answer.json()
    return Refused(f"HTTP {answer.status_code}", "eid.app._back_channel", answer.json()["error"])


@attack(Area.SIGN_IN, street, told="HTTP 401", why="invalid_client")
def a_client_with_a_wrong_secret(street: Street) -> Refused:
    """Redeems a stolen code with a guessed secret."""
    return redeemed(street, secret="guessed")


@attack(Area.SIGN_IN, street, told="HTTP 401", why="invalid_client")
def a_client_without_a_secret(street: Street) -> Refused:
    """Redeems a stolen code with an empty secret."""
    return redeemed(street, secret="")


@attack(Area.SIGN_IN, street, told="HTTP 400", why="invalid_grant")
def a_code_redeemed_by_another_client(street: Street) -> Refused:
    """Redeems a code of the portal as the preview space, with its own good secret."""
    return redeemed(street, "preview", SECRETS["preview"])


@attack(Area.SIGN_IN, street, told="HTTP 400", why="invalid_grant")
def a_code_redeemed_with_another_verifier(street: Street) -> Refused:
    """Redeems a stolen code with a verifier of its own."""
    return redeemed(street, code_verifier=secrets.token_urlsafe(48))


@attack(Area.SIGN_IN, street, told="HTTP 400", why="invalid_grant")
def a_code_redeemed_without_a_verifier(street: Street) -> Refused:
    """Redeems a stolen code without a verifier."""
    return redeemed(street, code_verifier="")


@attack(Area.SIGN_IN, street, told="HTTP 400", why="invalid_grant")
def a_code_redeemed_for_another_address(street: Street) -> Refused:
    """Redeems a code and names another redirect_uri than the one it was sent to."""
    return redeemed(street, redirect_uri=f"{PORTAL}/elsewhere")


@attack(Area.SIGN_IN, street, told="HTTP 400", why="invalid_grant")
def a_code_redeemed_twice(street: Street) -> Refused:
    """Redeems a code that has been redeemed, with everything else right."""
    return redeemed(street, times=2)


@attack(Area.SIGN_IN, street, told="HTTP 400", why="invalid_grant")
def a_code_redeemed_late(street: Street) -> Refused:
    """Redeems a code after its minute."""
    return redeemed(street, after=str(int(CODE_LIFETIME.total_seconds())))


@attack(Area.SIGN_IN, street, told="HTTP 400", why="unsupported_grant_type")
def another_kind_of_grant(street: Street) -> Refused:
    """Asks for a token for a name and a password."""
    return redeemed(street, grant_type="password")


# --- sessions, and where the person goes on ---


@attack(Area.SIGN_IN, street, told="HTTP 403", why="Log ind igen for at se din sag")
def a_session_of_the_portal_planted_before_the_sign_in(street: Street) -> Refused:
    """Plants its own session in the person's browser, and comes back with it once she has signed in at the portal."""
    attacker, victim = Browser(street), Browser(street)
    attacker.get(BEGIN)
    planted = attacker.http.cookies.get("oots-portal") or ""
    victim.http.cookies.set("oots-portal", planted, domain="portal.lt.localhost", path="/")
    assert victim.open(street.callback(victim, BEGIN)).path == f"{CASE}/request"
    return street.refused(street.portal, attacker.get(street.sent.page))


def led_to(street: Street, begin: str) -> Refused:
    """Sign in from this address: the person goes on at the case, wherever the address points."""
    browser = Browser(street)
    answer = browser.get(street.callback(browser, begin))
    location = answer.headers["location"]
    assert location == f"{CASE}/request", location
    return Refused(f"HTTP {answer.status_code}", "requester.pages._Portal._begin", f"to {location}")


@attack(Area.SIGN_IN, street, told="HTTP 303", why=f"to {CASE}/request")
def a_sign_in_that_leads_elsewhere(street: Street) -> Refused:
    """Sends the person to the sign-in with an address of its own to go on to."""
    elsewhere = "https://evil.example"
    return led_to(street, changed(BEGIN, next=elsewhere, redirect_uri=elsewhere, returnTo=elsewhere))


@attack(Area.SIGN_IN, street, told="HTTP 404", why="Siden findes ikke")
def a_sign_in_for_a_case_elsewhere(street: Street) -> Refused:
    """Begins the sign-in for a case whose name is an address of its own."""
    return street.refused(street.portal, Browser(street).get(f"{PORTAL}/cases/%2f%2fevil.example/signin"))


@attack(Area.SIGN_IN, street, told="HTTP 400", why="Det kunne vi ikke forstå")
def a_reason_that_does_not_exist(street: Street) -> Refused:
    """Sends the person to the page of a failed sign-in with a text of its own as the reason."""
    answer = Browser(street).get(f"{PORTAL}/signin/failed", params={"why": "call <b>12345</b>"})
    assert "<b>" not in answer.text
    assert "&lt;b&gt;" not in answer.text
    return street.refused(street.portal, answer)


@attack(Area.SIGN_IN, street, told="HTTP 200", why="Vælg din sag")
def a_language_that_is_an_address(street: Street) -> Refused:
    """Names an address with markup and line ends as the language, to have it in a link, a header or a cookie."""
    lang = '//evil.example\r\nX: y"><script>'
    answer = Browser(street).get(f"{PORTAL}/", params={"lang": lang})
    assert answer.headers["Content-Language"] == "da"
    assert answer.headers["Set-Cookie"].startswith("lang=da;")
    assert "evil.example" not in answer.text
    return street.refused(street.portal, answer)


@attack(Area.SIGN_IN, street, told="HTTP 400", why="Du blev ikke logget ind")
def a_way_back_that_was_not_begun(street: Street) -> Refused:
    """Sends the person to the page of a failed sign-in with an address of its own to try again at."""
    answer = Browser(street).get(f"{PORTAL}/signin/failed?why=refused&again=https://evil.example&next=//evil.example")
    assert 'href="http' not in answer.text
    return street.refused(street.portal, answer)
