"""Sign-in from end to end in one process: the portal's client against the stand-in node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from oots.model.agent import Address
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson
from tests.support.eid import CALLBACK, ISSUER, SECRET, SignInScene, query_of
from tests.support.web import NOON

NEXT = "/case/1?step=2"


@pytest.fixture
def scene() -> SignInScene:
    return SignInScene()


def test_a_person_signs_in_with_the_eidas_attributes(scene: SignInScene) -> None:
    assert scene.sign_in("solvej") == NEXT
    assert scene.signed_in is not None
    assert scene.signed_in.auth_time == NOON
    assert scene.signed_in.person == NaturalPerson(
        family_name="Prøvesen",
        given_name="Solvej",
        date_of_birth=date(1984, 6, 12),
        level_of_assurance=LevelOfAssurance.HIGH,
        identifier="DK/LT/7c1f0a52e94b4d0f8a3b",
        gender="Female",
    )


def test_names_outside_latin_1_come_through(scene: SignInScene) -> None:
    scene.sign_in("lukasz")
    assert scene.signed_in is not None
    assert scene.signed_in.person.given_name == "Łukasz"
    assert scene.signed_in.person.family_name == "Žižek-Nowak"


def test_a_parent_signs_in_for_a_child(scene: SignInScene) -> None:
    scene.sign_in("mor-for-barn")
    assert scene.signed_in is not None
    child, mother = scene.signed_in.subject, scene.signed_in.representative
    assert isinstance(child, NaturalPerson)
    assert mother is not None
    assert (child.given_name, child.date_of_birth) == ("Barn", date(2016, 9, 2))
    assert (mother.given_name, mother.gender, mother.identifier) == ("Mor", "Female", "DK/LT/a60c2d4f8be145c79a13")
    assert scene.signed_in.person is mother


def test_a_director_signs_in_for_a_company(scene: SignInScene) -> None:
    scene.sign_in("dina-for-byg")
    assert scene.signed_in is not None
    assert scene.signed_in.subject == LegalPerson(
        "DK/LT/99999911", "Prøvesens Nedrivning ApS (opdigtet)", level_of_assurance=LevelOfAssurance.HIGH
    )
    assert scene.signed_in.person.given_name == "Dina"


def test_who_acts_for_nobody_is_the_subject(scene: SignInScene) -> None:
    scene.sign_in("mor")
    assert scene.signed_in is not None
    assert scene.signed_in.representative is None
    assert scene.signed_in.person is scene.signed_in.subject


def test_optional_attributes_come_along(scene: SignInScene) -> None:
    scene.sign_in("jonas")
    assert scene.signed_in is not None
    assert (scene.signed_in.person.place_of_birth, scene.signed_in.person.nationality) == ("Kaunas", "LT")


def test_the_session_goes_on_under_a_new_name_with_its_content(scene: SignInScene) -> None:
    url = scene.authorize_url()
    before = scene.portal.cookies["oots-portal"]
    scene.arrive(scene.choose(url, "solvej"))
    assert scene.portal.cookies["oots-portal"] != before


def test_a_renewed_sign_in_is_as_old_as_the_click(scene: SignInScene) -> None:
    scene.sign_in("solvej")
    scene.clock.advance(timedelta(minutes=20))
    url = scene.authorize_url(again="true")
    assert query_of(url)["prompt"] == "login"
    assert scene.arrive(scene.choose(url, "solvej")) == NEXT
    assert scene.signed_in is not None
    assert scene.signed_in.auth_time == NOON + timedelta(minutes=20)


def test_who_cancels_is_not_signed_in(scene: SignInScene) -> None:
    assert scene.arrive(scene.choose(scene.authorize_url(), "")) == "cancelled"
    assert scene.signed_in is None


def test_two_sign_ins_begun_at_once_both_end_well(scene: SignInScene) -> None:
    first, second = scene.authorize_url(next="/first"), scene.authorize_url(next="/second")
    assert scene.arrive(scene.choose(first, "solvej")) == "/first"
    assert scene.arrive(scene.choose(second, "anders")) == "/second"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_sign_in_leads_back_to_the_own_service_only(scene: SignInScene, elsewhere: str) -> None:
    assert scene.portal.get("/signin", params={"next": "/mine"}).status_code == 303
    assert scene.portal.get("/signin", params={"next": elsewhere}).status_code == 500


def test_a_state_that_this_browser_did_not_begin_is_refused(scene: SignInScene) -> None:
    callback = scene.choose(scene.authorize_url(), "solvej")
    scene.portal.cookies.clear()
    assert scene.arrive(callback) == "unknown-state"
    assert scene.sign_in("solvej") == NEXT


def test_a_changed_state_is_refused(scene: SignInScene) -> None:
    callback = scene.choose(scene.authorize_url(), "solvej")
    assert scene.arrive(str(httpx.URL(callback).copy_set_param("state", "guessed"))) == "unknown-state"
    assert scene.arrive(callback) == NEXT


def test_a_callback_counts_once(scene: SignInScene) -> None:
    callback = scene.choose(scene.authorize_url(), "solvej")
    assert scene.arrive(callback) == NEXT
    assert scene.arrive(callback) == "unknown-state"


def test_a_code_is_good_for_a_minute(scene: SignInScene) -> None:
    in_time, late = (scene.choose(scene.authorize_url(), "solvej") for _ in range(2))
    scene.clock.advance(timedelta(seconds=59))
    assert scene.arrive(in_time) == NEXT
    scene.clock.advance(timedelta(seconds=1))
    assert scene.arrive(late) == "refused"


def test_a_code_of_another_sign_in_is_refused(scene: SignInScene) -> None:
    """The other sign-in proves another PKCE verifier."""
    mine, other = (scene.choose(scene.authorize_url(), "solvej") for _ in range(2))
    swapped = str(httpx.URL(mine).copy_set_param("code", query_of(other)["code"]))
    assert scene.arrive(swapped) == "refused"
    assert scene.sign_in("solvej") == NEXT


def test_a_node_out_of_reach_is_said_to_be_so(scene: SignInScene) -> None:
    callback = scene.choose(scene.authorize_url(), "solvej")

    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    scene.back_channel.replace = fail
    assert scene.arrive(callback) == "unreachable"


# The ID token


def token_with(scene: SignInScene, authorize_url: str, key: ec.EllipticCurvePrivateKey, **changes: Any) -> str:
    """An ID token as the node signs it, with changed claims; None takes a claim away."""
    now = int(scene.clock.now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "portal",
        "sub": "DK/LT/x",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": query_of(authorize_url)["nonce"],
        "acr": "http://eidas.europa.eu/LoA/high",
        "PersonIdentifier": "DK/LT/x",
        "FamilyName": "Prøvesen",
        "FirstName": "Solvej",
        "DateOfBirth": "1984-06-12",
    }
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    own = ECKey.import_key(key)
    public = KeySet.import_key_set(scene.node.get("/jwks").json()).keys[0]
    return jwt.encode({"alg": "ES256", "kid": public.kid}, kept, own)


def arrive_with(scene: SignInScene, make: Callable[[str], str], **begin: str) -> Any:
    """Sign in while the node answers with the token that `make` gives for the authorize URL."""
    url = scene.authorize_url(**begin)
    token = make(url)
    scene.back_channel.replace = lambda request: (
        httpx.Response(200, json={"access_token": "none", "token_type": "Bearer", "id_token": token})
        if request.url.path == "/token"
        else None
    )
    return scene.arrive(scene.choose(url, "solvej"))


REPRESENTATIVE = {
    "RepresentativePersonIdentifier": "DK/LT/y",
    "RepresentativeFamilyName": "Mikkelsen",
    "RepresentativeFirstName": "Mor",
    "RepresentativeDateOfBirth": "1988-01-11",
}
COMPANY = {"LegalPersonIdentifier": "DK/LT/99999911", "LegalName": "Prøvesens Nedrivning ApS (opdigtet)"}


def test_the_same_claims_without_a_flaw_are_believed(scene: SignInScene) -> None:
    address = {"CurrentAddress": {"AdminunitFirstline": "DK", "PostCode": "8000", "Thoroughfare": "Ærøgade"}}
    for changes in (REPRESENTATIVE, COMPANY | REPRESENTATIVE, address):
        made = partial(token_with, scene, key=scene.key, **changes)
        assert arrive_with(scene, made) == NEXT
    assert scene.signed_in is not None
    assert scene.signed_in.person.current_address == Address("DK", post_code="8000", thoroughfare="Ærøgade")


FLAWS: dict[str, dict[str, Any]] = {
    "nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "http://evil.localhost"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "preview"},
    "expired": {"exp": int((NOON - timedelta(minutes=1)).timestamp())},
    "no expiry": {"exp": None},
    "no time of sign-in": {"auth_time": None},
    "time of sign-in is a word": {"auth_time": "noon"},
    "unknown level": {"acr": "http://eidas.europa.eu/LoA/none"},
    "no level": {"acr": None},
    "no birth date": {"DateOfBirth": None},
    "birth date is no date": {"DateOfBirth": "1984"},
    "no identifier": {"PersonIdentifier": None},
    "a representative without an identifier": REPRESENTATIVE | {"RepresentativePersonIdentifier": None},
    "a representative without a birth date": REPRESENTATIVE | {"RepresentativeDateOfBirth": None},
    "a company that acts by itself": COMPANY,
    "a company without a name": COMPANY | REPRESENTATIVE | {"LegalName": None},
    "an address without a country": {"CurrentAddress": {"PostCode": "8000"}},
    "an address that is a word": {"CurrentAddress": "8000 Aarhus"},
}


@pytest.mark.parametrize("changes", FLAWS.values(), ids=FLAWS.keys())
def test_a_token_with_one_flaw_is_not_believed(scene: SignInScene, changes: dict[str, Any]) -> None:
    assert arrive_with(scene, lambda url: token_with(scene, url, scene.key)) == NEXT
    assert arrive_with(scene, lambda url: token_with(scene, url, scene.key, **changes)) == "untrusted-token"


def test_a_token_signed_with_another_key_is_not_believed(scene: SignInScene) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    assert arrive_with(scene, lambda url: token_with(scene, url, scene.key)) == NEXT
    assert arrive_with(scene, lambda url: token_with(scene, url, other)) == "untrusted-token"


def test_an_unsigned_token_is_not_believed(scene: SignInScene) -> None:
    def unsigned(url: str) -> str:
        _, claims, _ = token_with(scene, url, scene.key).split(".")
        return f"eyJhbGciOiJub25lIn0.{claims}."

    assert arrive_with(scene, unsigned) == "untrusted-token"


@pytest.mark.parametrize("token", ["", "a.b.c", "not a token"])
def test_what_is_no_token_is_not_believed(scene: SignInScene, token: str) -> None:
    assert arrive_with(scene, lambda url: token) == "untrusted-token"


def test_an_old_sign_in_does_not_pass_for_a_renewed_one(scene: SignInScene) -> None:
    old = int((NOON - timedelta(minutes=5)).timestamp())
    make: Callable[[str], str] = lambda url: token_with(scene, url, scene.key, auth_time=old)  # noqa: E731
    assert arrive_with(scene, make) == NEXT
    assert arrive_with(scene, make, again="true") == "untrusted-token"


# The node by itself


def redeem(scene: SignInScene, auth: tuple[str, str] = ("portal", SECRET), **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return scene.node.post("/token", data=form | changes, auth=auth)


VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
REQUEST = {
    "response_type": "code",
    "client_id": "portal",
    "redirect_uri": CALLBACK,
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def code_for(scene: SignInScene) -> str:
    answer = scene.node.post("/authorize", params=REQUEST, data={"persona": "solvej"})
    return query_of(answer.headers["location"])["code"]


def test_a_code_is_redeemed_once(scene: SignInScene) -> None:
    code = code_for(scene)
    assert redeem(scene, code=code).status_code == 200
    assert redeem(scene, code=code).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changes", [{"code_verifier": "w" * 43}, {"code_verifier": ""}, {"redirect_uri": CALLBACK + "/"}, {"code": "x"}]
)
def test_a_code_is_refused_to_who_did_not_ask_for_it(scene: SignInScene, changes: dict[str, str]) -> None:
    assert redeem(scene, code=code_for(scene)).status_code == 200
    assert redeem(scene, **({"code": code_for(scene)} | changes)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("auth", [("portal", "wrong"), ("preview", SECRET), ("", "")])
def test_only_a_registered_client_redeems(scene: SignInScene, auth: tuple[str, str]) -> None:
    assert redeem(scene, code=code_for(scene)).status_code == 200
    assert redeem(scene, auth, code=code_for(scene)).status_code == 401


def test_another_grant_type_is_refused(scene: SignInScene) -> None:
    assert redeem(scene, code=code_for(scene), grant_type="password").json() == {"error": "unsupported_grant_type"}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://evil.example/signin/callback"},
        {"redirect_uri": CALLBACK + "/../x"},
        {"redirect_uri": ""},
        {"client_id": "unknown"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    scene: SignInScene, method: str, changes: dict[str, str]
) -> None:
    data = {"persona": "solvej"} if method == "POST" else None
    control = scene.node.request(method, "/authorize", params=REQUEST, data=data)
    refused = scene.node.request(method, "/authorize", params=REQUEST | changes, data=data)
    assert control.status_code == {"GET": 200, "POST": 303}[method]
    assert refused.status_code == 400
    assert "location" not in refused.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_lesser_request_is_sent_back_with_an_error(scene: SignInScene, changes: dict[str, str], error: str) -> None:
    assert scene.node.get("/authorize", params=REQUEST).status_code == 200
    answer = scene.node.get("/authorize", params=REQUEST | changes)
    assert answer.headers["location"].startswith(CALLBACK + "?")
    assert query_of(answer.headers["location"]) == {"error": error, "state": "s"}


def test_the_choice_posted_from_another_site_is_refused(scene: SignInScene) -> None:
    data = {"persona": "solvej"}
    own = scene.node.post("/authorize", params=REQUEST, data=data, headers={"Origin": ISSUER})
    foreign = scene.node.post("/authorize", params=REQUEST, data=data, headers={"Origin": "http://evil.example"})
    assert (own.status_code, foreign.status_code) == (303, 403)


def test_the_node_keeps_no_session(scene: SignInScene) -> None:
    scene.sign_in("solvej")
    assert dict(scene.node.cookies) == {}
    assert "Vælg, hvem du er" in scene.node.get("/authorize", params=REQUEST | {"prompt": "login"}).text


def test_the_node_says_what_it_can_and_its_key_verifies(scene: SignInScene) -> None:
    metadata = scene.node.get("/.well-known/openid-configuration").json()
    assert metadata["issuer"] == ISSUER
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    keys = scene.node.get("/jwks").json()
    assert "d" not in keys["keys"][0]
    token = jwt.decode(redeem(scene, code=code_for(scene)).json()["id_token"], KeySet.import_key_set(keys))
    assert datetime.fromtimestamp(token.claims["exp"], UTC) == NOON + timedelta(minutes=5)
