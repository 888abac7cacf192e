"""Reviewers who sign in at an OpenID Connect issuer: the code flow from end to end, and what is not believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from oots.deployment.settings import InspectorSettings, OidcSettings
from oots.inspector.access.reviewers import Reviewer
from oots.inspector.pages import access as access_pages
from oots.model.clock import AdvancedClock, Clock, FrozenClock
from oots.web.openid import CONFIGURATION, DISCOVERED_FOR, UNDISCOVERED_FOR, Discovery, SignInError
from tests.support.inspector import ORIGIN, Browser, inspector_over, inspector_settings
from tests.support.two_sides import START

ISSUER = "https://login.example/realms/council"
SECRET = "secret-of-the-inspector"
NOW = int(START.timestamp())
DUTIES = {"oots-reader": ["read"], "oots-architect": ["read", "review"], "chair": ["sign"]}
Claims = dict[str, Any]


class FakeIssuer(httpx.BaseTransport):
    """An issuer with one key, who signs in whom `claims` names; `says` are changes of what it says of itself, `token`
    makes the ID token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.key: ECKey | RSAKey = ECKey.generate_key("P-256", {"kid": "1"})
        self.algorithm = "ES256"
        self.claims: Claims = {"sub": "u-17", "name": "Rasmus Rådgiver", "roles": ["oots-architect"]}
        self.says: Claims = {}
        self.token: Callable[[Claims], str] = self.signed
        self.codes: dict[str, Claims] = {}
        self.asked: list[str] = []

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": self.algorithm, "kid": "1"}, claims, self.key)

    def sign_in(self, authorize_url: str) -> str:
        """The person signs in; where the browser is sent."""
        asked = dict(parse_qsl(urlsplit(authorize_url).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        assert str(request.url).startswith("https://login.example/"), "only the configured issuer is asked"
        match request.url.path.removeprefix("/realms/council"):
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self._configuration() | self.says)
            case "/jwks":
                return httpx.Response(200, json=KeySet([self.key]).as_dict(private=False))
            case "/token":
                return self._redeem(dict(parse_qsl(request.read().decode())), request)
        return httpx.Response(404)

    def _configuration(self) -> Claims:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
        }

    def _redeem(self, form: dict[str, str], request: httpx.Request) -> httpx.Response:
        asked = self.codes.pop(form["code"], None)
        fitting = asked is not None and create_s256_code_challenge(form["code_verifier"]) == asked["code_challenge"]
        if asked is None or not fitting or not request.headers["authorization"].startswith("Basic "):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(self._clock.now().timestamp())
        times = {"iat": now, "exp": now + 300}
        claims = {"iss": ISSUER, "aud": asked["client_id"], "nonce": asked["nonce"]} | times | self.claims
        token = self.token({name: value for name, value in claims.items() if value is not None})
        return httpx.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": token})


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> InspectorSettings:
    oidc = {"issuer": ISSUER, "client_id": "inspector", "client_secret": SECRET, "duties": DUTIES}
    return inspector_settings(tmp_path_factory.mktemp("inspector"), stand_in_reviewers=False, oidc=oidc)


@pytest.fixture(scope="module")
def clock() -> AdvancedClock:
    return AdvancedClock(FrozenClock(START))


@pytest.fixture(scope="module")
def house(settings: InspectorSettings, clock: AdvancedClock) -> Iterator[tuple[Any, list[FakeIssuer]]]:
    """The app, and the issuer that answers it at present."""
    present: list[FakeIssuer] = [FakeIssuer(clock)]

    class Present(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return present[0].handle_request(request)

    with httpx.Client(transport=Present()) as client:
        yield inspector_over(settings, clock, client), present


@pytest.fixture
def issuer(house: tuple[Any, list[FakeIssuer]], clock: AdvancedClock) -> FakeIssuer:
    """A new one, of which nothing is known any more."""
    clock.advance(DISCOVERED_FOR)
    house[1][0] = FakeIssuer(clock)
    return house[1][0]


@pytest.fixture
def browser(house: tuple[Any, list[FakeIssuer]], issuer: FakeIssuer) -> Browser:
    return Browser(house[0])


def begun(browser: Browser, next: str = "/looks") -> str:
    return str(browser.get("/signin/issuer", next=next).headers["location"])


def arrive(browser: Browser, callback: str) -> str:
    """Where the inspector sends the browser."""
    assert callback.startswith(f"{ORIGIN}/signin/callback?")
    return str(browser.client.get(callback).headers["location"])


def signed_in(browser: Browser, issuer: FakeIssuer) -> str:
    return arrive(browser, issuer.sign_in(begun(browser)))


def test_a_reviewer_signs_in_and_has_the_duties_of_the_role(browser: Browser, issuer: FakeIssuer) -> None:
    page = browser.get("/signin", lang="en").text
    assert "You sign in at <strong>login.example</strong>" in page
    assert "stand-in for a sign-in" not in page
    assert signed_in(browser, issuer) == "/looks"
    shown = browser.get("/looks", lang="en")
    assert shown.status_code == 200
    assert "Rasmus Rådgiver" in shown.text


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ("oots-architect", 200),
        (["unknown", "oots-architect"], 200),
        (["oots-reader"], 403),
        (["chair"], 403),
        ([], 403),
        (None, 403),
        ({"oots-architect": True}, 403),
        ([["oots-architect"]], 403),
    ],
)
def test_the_claim_decides_what_a_reviewer_may_do(
    browser: Browser, issuer: FakeIssuer, roles: object, status: int
) -> None:
    issuer.claims["roles"] = roles
    assert signed_in(browser, issuer) == "/looks"
    page = browser.get("/looks", lang="en")
    assert page.status_code == status
    assert ("One right is missing" in page.text) is (status == 403)


def test_a_token_that_is_signed_with_rsa_is_believed_too(browser: Browser, issuer: FakeIssuer) -> None:
    issuer.key, issuer.algorithm = RSAKey.generate_key(2048, {"kid": "1"}), "RS256"
    assert signed_in(browser, issuer) == "/looks"


def test_who_has_no_name_is_called_by_the_key(browser: Browser, issuer: FakeIssuer) -> None:
    issuer.claims |= {"name": " ", "preferred_username": 7}
    signed_in(browser, issuer)
    assert "<strong>u-17</strong>" in browser.get("/looks").text


def test_a_reviewer_is_known_by_issuer_and_subject_also_where_the_name_is_shared(
    browser: Browser, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    admitted: list[Reviewer] = []
    monkeypatch.setattr(access_pages, "admit", lambda _request, reviewer: admitted.append(reviewer))
    for subject in ("u-17", "u-18"):
        issuer.claims["sub"] = subject
        signed_in(browser, issuer)
    assert {reviewer.name for reviewer in admitted} == {"Rasmus Rådgiver"}
    assert [reviewer.key for reviewer in admitted] == [f"{ISSUER}#u-17", f"{ISSUER}#u-18"]


def test_the_session_goes_on_under_a_new_name(browser: Browser, issuer: FakeIssuer) -> None:
    callback = issuer.sign_in(begun(browser))
    before = browser.client.cookies["oots-inspector"]
    assert arrive(browser, callback) == "/looks"
    assert browser.client.cookies["oots-inspector"] != before


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example"])
def test_the_sign_in_leads_back_to_the_inspector_alone(browser: Browser, issuer: FakeIssuer, elsewhere: str) -> None:
    assert arrive(browser, issuer.sign_in(begun(browser, elsewhere))) == "/exchanges"


NOBODY = "/signin/failed?why="


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    house: tuple[Any, list[FakeIssuer]], browser: Browser, issuer: FakeIssuer
) -> None:
    callback = issuer.sign_in(begun(browser))
    assert arrive(Browser(house[0]), callback) == f"{NOBODY}unknown-state"
    assert arrive(browser, callback) == "/looks"
    assert arrive(browser, callback) == f"{NOBODY}unknown-state"
    page = browser.get("/signin/failed", why="unknown-state")
    assert (page.status_code, "login.example" in page.text) == (400, True)


FLAWS: dict[str, Claims] = {
    "nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "portal"},
    "expired": {"exp": NOW - 60},
    "nobody": {"sub": None},
    "blank": {"sub": " "},
}


@pytest.mark.parametrize("claims", FLAWS.values(), ids=FLAWS.keys())
def test_a_token_with_one_flaw_is_not_believed(browser: Browser, issuer: FakeIssuer, claims: Claims) -> None:
    before = issuer.claims
    issuer.claims = before | claims
    assert signed_in(browser, issuer) == f"{NOBODY}untrusted-token"
    assert browser.get("/looks").status_code == 303
    issuer.claims = before
    assert signed_in(browser, issuer) == "/looks"


def unsigned(_issuer: FakeIssuer, claims: Claims) -> str:
    _, payload, _ = _issuer.signed(claims).split(".")
    return f"eyJhbGciOiJub25lIn0.{payload}."


def by_another(_issuer: FakeIssuer, claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "1"}, claims, ECKey.generate_key("P-256", {"kid": "1"}))


def by_the_client_secret(_issuer: FakeIssuer, claims: Claims) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2))


@pytest.mark.parametrize("forge", [unsigned, by_another, by_the_client_secret])
def test_a_token_that_the_issuer_has_not_signed_is_not_believed(
    browser: Browser, issuer: FakeIssuer, forge: Callable[[FakeIssuer, Claims], str]
) -> None:
    issuer.token = lambda claims: forge(issuer, claims)
    assert signed_in(browser, issuer) == f"{NOBODY}untrusted-token"
    issuer.token = issuer.signed
    assert signed_in(browser, issuer) == "/looks"


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://evil.example"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://login.example/realms/council/token"},
        {"authorization_endpoint": None},
    ],
)
def test_an_issuer_that_says_to_be_another_or_is_less_protected_is_not_gone_to(
    browser: Browser, issuer: FakeIssuer, clock: AdvancedClock, says: Claims
) -> None:
    issuer.says = says
    assert begun(browser) == f"{NOBODY}untrusted-token"
    issuer.says = {}
    clock.advance(UNDISCOVERED_FOR)
    assert begun(browser).startswith(f"{ISSUER}/authorize?")


def test_an_issuer_out_of_reach_is_said_to_be_so(browser: Browser, issuer: FakeIssuer) -> None:
    issuer.handle_request = lambda request: httpx.Response(503)  # type: ignore[method-assign]
    assert begun(browser) == f"{NOBODY}unreachable"
    assert browser.get("/signin/failed", why="unreachable").status_code == 503


def test_a_cancelled_sign_in_lets_nobody_in(browser: Browser, issuer: FakeIssuer) -> None:
    state = parse_qs(urlsplit(begun(browser)).query)["state"][0]
    assert arrive(browser, f"{ORIGIN}/signin/callback?error=access_denied&state={state}") == f"{NOBODY}cancelled"


def test_there_are_no_accounts_to_choose_beside_an_issuer(browser: Browser, issuer: FakeIssuer) -> None:
    refused = browser.post("/signin/account", "/looks" if signed_in(browser, issuer) else "", account="leif")
    assert refused.headers["location"] == "/signin"
    assert "Leif" not in browser.get("/looks").text


@pytest.mark.parametrize(
    "change",
    [
        {"duties": DUTIES | {"oots-architect": ["read"]}},
        {"issuer": "https://login.example/realms/another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_session_counts_for_the_issuer_and_the_duties_by_which_it_began(
    settings: InspectorSettings,
    browser: Browser,
    issuer: FakeIssuer,
    clock: AdvancedClock,
    change: Claims,
    tmp_path: Path,
) -> None:
    signed_in(browser, issuer)
    assert settings.oidc

    def restarted(state: Path, **oidc: Any) -> Browser:
        shutil.copytree(settings.state, state)
        says = OidcSettings(**settings.oidc.model_dump(mode="json") | oidc)
        again = Browser(inspector_over(settings.model_copy(update={"state": state, "oidc": says}), clock))
        again.client.cookies = browser.client.cookies
        return again

    assert restarted(tmp_path / "same").get("/looks").status_code == 200
    assert restarted(tmp_path / "other", **change).get("/looks").status_code == 303


# --- how often the issuer is asked what it is ---


def asked(issuer: FakeIssuer) -> int:
    return sum(path.endswith(CONFIGURATION) for path in issuer.asked)


def test_an_issuer_is_asked_what_it_is_once_in_ten_minutes_however_many_strangers_come(
    house: tuple[Any, list[FakeIssuer]], issuer: FakeIssuer, clock: AdvancedClock
) -> None:
    for _ in range(5):
        assert begun(Browser(house[0])).startswith(f"{ISSUER}/authorize?")
    clock.advance(DISCOVERED_FOR - timedelta(seconds=1))
    assert signed_in(Browser(house[0]), issuer) == "/looks"
    assert asked(issuer) == 1
    clock.advance(timedelta(seconds=1))
    issuer.says = {"authorization_endpoint": f"{ISSUER}/moved"}
    assert begun(Browser(house[0])).startswith(f"{ISSUER}/moved?")
    assert asked(issuer) == 2


def test_an_issuer_that_fails_rests_for_ten_seconds(browser: Browser, issuer: FakeIssuer, clock: AdvancedClock) -> None:
    issuer.says = {"issuer": "https://evil.example"}
    assert [begun(browser) for _ in range(3)] == [f"{NOBODY}untrusted-token"] * 3
    assert asked(issuer) == 1
    issuer.says = {}
    clock.advance(UNDISCOVERED_FOR)
    assert begun(browser).startswith(f"{ISSUER}/authorize?")


@pytest.mark.parametrize("says", [{}, {"issuer": "https://evil.example"}], ids=["good", "bad"])
def test_those_who_come_at_once_wait_for_one_answer(says: Claims) -> None:
    """The issuer would let a second question meet the first."""
    issuer, begin, meeting = FakeIssuer(FrozenClock(START)), Barrier(4), Barrier(2)
    issuer.says = says
    met: list[bool] = []

    def answered(request: httpx.Request) -> httpx.Response:
        try:
            meeting.wait(0.1)
            met.append(True)
        except BrokenBarrierError:
            met.append(False)
        return issuer.handle_request(request)

    with httpx.Client(transport=httpx.MockTransport(answered)) as client, ThreadPoolExecutor(4) as strangers:
        discovery = Discovery(ISSUER, client, FrozenClock(START))

        def come(_: int) -> str:
            begin.wait()
            try:
                return discovery().issuer
            except SignInError as failure:
                return failure.kind.value

        assert set(strangers.map(come, range(4))) == ({"untrusted-token"} if says else {ISSUER})
    assert met == [False]
