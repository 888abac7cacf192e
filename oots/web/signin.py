"""Sign-in at the eIDAS node: an OpenID Connect relying party (code flow, PKCE, signed ID token)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import httpx
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse

from oots.model.agent import Address
from oots.model.clock import Clock
from oots.model.person import LegalPerson, LevelOfAssurance, NaturalPerson, Subject
from oots.web.frame import language
from oots.web.security import leads_here
from oots.web.sessions import session_of

LEVELS = {
    "http://eidas.europa.eu/LoA/low": LevelOfAssurance.LOW,
    "http://eidas.europa.eu/LoA/substantial": LevelOfAssurance.SUBSTANTIAL,
    "http://eidas.europa.eu/LoA/high": LevelOfAssurance.HIGH,
}
"""Claim `acr`: the levels as eIDAS nodes write them."""

REPRESENTATIVE = "Representative"
"""What stands before the attributes of whoever acts for the person or company that the others speak of (eIDAS SAML
attribute profile 1.2)."""

_OPTIONAL = ("BirthName", "PlaceOfBirth", "Gender", "Nationality")
_ADDRESS = ("LocatorDesignator", "PostCode", "PostName", "Thoroughfare")
_PENDING = "_sign_in"
_MOST_PENDING = 5
_LEEWAY_SECONDS = 30


class SignInFailure(StrEnum):
    """Why nobody is signed in."""

    CANCELLED = "cancelled"
    UNKNOWN_STATE = "unknown-state"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNTRUSTED_TOKEN = "untrusted-token"  # noqa: S105 a kind of failure, not a secret


class SignInError(Exception):
    """Nobody is signed in; `kind` says why, and nothing personal is told."""

    def __init__(self, kind: SignInFailure) -> None:
        self.kind = kind
        super().__init__(kind.value)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in and when; `next` is the local path that `begin` was given.

    `subject` is whom it is about: the person herself, or whoever she represents; then she is the `representative`.
    """

    subject: Subject
    auth_time: datetime
    next: str
    representative: NaturalPerson | None = None

    @property
    def person(self) -> NaturalPerson:
        """Who sits at the browser; raises ValueError where that would be a company."""
        person = self.representative or self.subject
        if not isinstance(person, NaturalPerson):
            raise ValueError("a legal person signs in through a natural one")
        return person


@dataclass(frozen=True, slots=True)
class Node:
    """The eIDAS node: `issuer` as its tokens name it, the page for browsers, and two back-channel addresses."""

    issuer: str
    authorize_url: str
    token_url: str
    jwks_url: str


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is remembered of a sign-in that was begun; lives in the session, by its state."""

    verifier: str
    nonce: str
    next: str
    not_before: int


class SignIn:
    """Signs persons in for one service. `redirect_uri` is the browser-facing callback, registered at the node.

    `http` reaches the node's back channel. The middleware `Sessions` must be on the service.
    """

    def __init__(
        self, *, node: Node, client_id: str, client_secret: str, redirect_uri: str, clock: Clock, http: httpx.Client
    ) -> None:
        self._node = node
        self._client_id = client_id
        self._secret = client_secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._http = http

    def begin(self, request: Request, next: str, prompt_login: bool = False) -> RedirectResponse:
        """Send the browser to the node; `prompt_login` demands that the person signs in anew.

        `next` is a path of this service with query; ValueError for anything that leads elsewhere.
        """
        if not leads_here(next):
            raise ValueError("after sign-in the person returns to a path of this service")
        state = secrets.token_urlsafe(24)
        not_before = self._now() if prompt_login else 0
        pending = _Pending(secrets.token_urlsafe(48), secrets.token_urlsafe(24), next, not_before)
        _remember(request, state, pending)
        prompt = {"prompt": "login"} if prompt_login else {}
        url, _ = self._client().create_authorization_url(
            self._node.authorize_url,
            state=state,
            code_verifier=pending.verifier,
            nonce=pending.nonce,
            ui_locales=language(request),
            **prompt,
        )
        return RedirectResponse(url, 303)

    async def complete(self, request: Request) -> SignedIn:
        """The person behind the node's answer at the callback; the session goes on under a new name.

        Each state counts once. Raises SignInError.
        """
        pending = _recall(request, request.query_params.get("state", ""))
        error, code = request.query_params.get("error"), request.query_params.get("code")
        if error or not code:
            raise SignInError(SignInFailure.CANCELLED if error == "access_denied" else SignInFailure.REFUSED)
        claims = await run_in_threadpool(self._redeem, code, pending)
        signed_in = _signed_in(claims, pending, self._now())
        session_of(request).renew()
        return signed_in

    def _redeem(self, code: str, pending: _Pending) -> dict[str, Any]:
        """The ID token's claims, checked as OpenID Connect Core 3.1.3.7 demands."""
        try:
            token = self._client().fetch_token(
                self._node.token_url,
                auth=(self._client_id, self._secret),
                grant_type="authorization_code",
                code=code,
                code_verifier=pending.verifier,
            )
            keys = self._http.get(self._node.jwks_url).raise_for_status().json()
            return self._verified(str(token.get("id_token")), keys, pending.nonce)
        except httpx.HTTPError as unreachable:
            raise SignInError(SignInFailure.UNREACHABLE) from unreachable
        except OAuth2Error as refusal:
            raise SignInError(SignInFailure.REFUSED) from refusal
        except (JoseError, ValueError) as flaw:
            raise SignInError(SignInFailure.UNTRUSTED_TOKEN) from flaw

    def _verified(self, id_token: str, keys: Any, nonce: str) -> dict[str, Any]:
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["ES256"])
        expected = {
            "iss": {"essential": True, "value": self._node.issuer},
            "aud": {"essential": True, "value": self._client_id},
            "auth_time": {"essential": True},
        }
        claims = CodeIDToken(token.claims, token.header, expected, {"nonce": nonce, "client_id": self._client_id})
        claims.validate(now=self._now(), leeway=_LEEWAY_SECONDS)
        return dict(claims)

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._http,
            client_id=self._client_id,
            client_secret=self._secret,
            redirect_uri=self._redirect_uri,
            scope="openid",
            code_challenge_method="S256",
        )

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _remember(request: Request, state: str, pending: _Pending) -> None:
    begun = session_of(request).get(_PENDING, {})
    latest = dict(list(begun.items())[1 - _MOST_PENDING :])
    kept = {"verifier": pending.verifier, "nonce": pending.nonce, "next": pending.next}
    session_of(request)[_PENDING] = latest | {state: kept | {"not_before": pending.not_before}}


def _recall(request: Request, state: str) -> _Pending:
    begun = dict(session_of(request).get(_PENDING, {}))
    kept = begun.pop(state, None)
    if kept is None:
        raise SignInError(SignInFailure.UNKNOWN_STATE)
    session_of(request)[_PENDING] = begun
    return _Pending(**kept)


def _signed_in(claims: dict[str, Any], pending: _Pending, now: int) -> SignedIn:
    if not pending.not_before - _LEEWAY_SECONDS <= claims["auth_time"] <= now + _LEEWAY_SECONDS:
        raise SignInError(SignInFailure.UNTRUSTED_TOKEN)
    try:
        subject, representative = whom(claims)
        return SignedIn(subject, datetime.fromtimestamp(claims["auth_time"], UTC), pending.next, representative)
    except (KeyError, TypeError, ValueError) as flaw:
        raise SignInError(SignInFailure.UNTRUSTED_TOKEN) from flaw


def whom(claims: dict[str, Any]) -> tuple[Subject, NaturalPerson | None]:
    """Of whom the claims of an ID token speak, and who acts for them if somebody does.

    Raises KeyError, TypeError or ValueError where they do not say so, or where a company is said to act by itself.
    """
    representative = None
    own = {name.removeprefix(REPRESENTATIVE): claims[name] for name in claims if name.startswith(REPRESENTATIVE)}
    if own:
        representative = _person(own | {"acr": claims["acr"]})
    subject = _company(claims) if "LegalPersonIdentifier" in claims else _person(claims)
    if representative is None and isinstance(subject, LegalPerson):
        raise ValueError("a company is said to act by itself")
    return subject, representative


def _company(claims: dict[str, Any]) -> LegalPerson:
    """The eIDAS minimum data set for legal persons (2015/1501)."""
    return LegalPerson(
        legal_person_identifier=_said(claims, "LegalPersonIdentifier"),
        legal_name=_said(claims, "LegalName"),
        level_of_assurance=LEVELS[claims["acr"]],
    )


def _person(claims: dict[str, Any]) -> NaturalPerson:
    """The eIDAS minimum data set for natural persons (2015/1501), with its optional attributes."""
    optional = {name: _said(claims, name) for name in _OPTIONAL if name in claims}
    return NaturalPerson(
        family_name=_said(claims, "FamilyName"),
        given_name=_said(claims, "FirstName"),
        date_of_birth=date.fromisoformat(claims["DateOfBirth"]),
        level_of_assurance=LEVELS[claims["acr"]],
        identifier=_said(claims, "PersonIdentifier"),
        birth_name=optional.get("BirthName"),
        place_of_birth=optional.get("PlaceOfBirth"),
        gender=optional.get("Gender"),
        nationality=optional.get("Nationality"),
        current_address=_address(claims["CurrentAddress"]) if "CurrentAddress" in claims else None,
    )


def _address(claim: dict[str, Any]) -> Address:
    """A current address, in the parts of the ISA core location vocabulary that eIDAS uses."""
    parts = {name: _said(claim, name) for name in _ADDRESS if name in claim}
    return Address(
        country=_said(claim, "AdminunitFirstline"),
        locator_designator=parts.get("LocatorDesignator"),
        post_code=parts.get("PostCode"),
        post_city_name=parts.get("PostName"),
        thoroughfare=parts.get("Thoroughfare"),
    )


def _said(claims: dict[str, Any], name: str) -> str:
    """A claim that is text; two persons without an identifier would otherwise be one."""
    value = claims[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"the claim {name} says nothing")
    return value
