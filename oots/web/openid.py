"""Sign-in by OpenID Connect: a relying party (code flow, PKCE, signed ID token), whoever the issuer is."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any, Final

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

from oots.model.clock import Clock
from oots.web.frame import language
from oots.web.security import leads_here
from oots.web.sessions import session_of

LEEWAY_SECONDS = 30
CONFIGURATION = "/.well-known/openid-configuration"
DISCOVERED_FOR: Final = timedelta(minutes=10)
"""How long what an issuer says of itself is taken for granted; its keys are fetched at each sign-in."""
UNDISCOVERED_FOR: Final = timedelta(seconds=10)
"""How long an issuer rests that did not answer, or not as it must."""

_PENDING = "_sign_in"
_MOST_PENDING = 5


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
class Issuer:
    """Who signs people in: `issuer` as its tokens name it, the page for browsers, two back-channel addresses, and the
    algorithms (JWA) of which one must have signed a token."""

    issuer: str
    authorize_url: str
    token_url: str
    jwks_url: str
    algorithms: Sequence[str] = ("ES256",)


@dataclass(frozen=True, slots=True)
class Pending:
    """What is remembered of a sign-in that was begun; lives in the session, by its state."""

    verifier: str
    nonce: str
    next: str
    not_before: int


def discovered(issuer: str, http: httpx.Client) -> Issuer:
    """What an issuer says of itself (OpenID Connect Discovery 1.0, 4.3), at its own address alone.

    Raises SignInError where it does not answer, says to be another one, or names addresses that are less protected than
    its own.
    """
    try:
        said = http.get(issuer.rstrip("/") + CONFIGURATION).raise_for_status().json()
        found = Issuer(
            said["issuer"],
            said["authorization_endpoint"],
            said["token_endpoint"],
            said["jwks_uri"],
            ("ES256", "PS256", "RS256"),
        )
    except httpx.HTTPError as unreachable:
        raise SignInError(SignInFailure.UNREACHABLE) from unreachable
    except (KeyError, TypeError, ValueError) as flaw:
        raise SignInError(SignInFailure.UNTRUSTED_TOKEN) from flaw
    scheme = issuer.partition(":")[0] + ":"
    named = (found.authorize_url, found.token_url, found.jwks_url)
    if found.issuer != issuer or not all(str(each).startswith((scheme, "https:")) for each in named):
        raise SignInError(SignInFailure.UNTRUSTED_TOKEN)
    return found


class Discovery:
    """What an issuer says of itself, asked for once in DISCOVERED_FOR, or in UNDISCOVERED_FOR where that failed, by
    however many at once. Called, it raises as `discovered` does."""

    def __init__(self, issuer: str, http: httpx.Client, clock: Clock) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._asking = Lock()
        self._found: Issuer | SignInFailure = SignInFailure.UNREACHABLE
        self._until = datetime.min.replace(tzinfo=UTC)

    def __call__(self) -> Issuer:
        with self._asking:
            if self._clock.now() >= self._until:
                self._ask()
            if isinstance(self._found, Issuer):
                return self._found
            raise SignInError(self._found)

    def _ask(self) -> None:
        try:
            self._found, kept = discovered(self._issuer, self._http), DISCOVERED_FOR
        except SignInError as failure:
            self._found, kept = failure.kind, UNDISCOVERED_FOR
        self._until = self._clock.now() + kept


class RelyingParty:
    """Signs people in for one service. `redirect_uri` is the browser-facing callback, registered at the issuer;
    `issuer` says who that is, each time; `essential` are claims without which a token is not believed.

    `http` reaches the issuer's back channel. The middleware `Sessions` must be on the service.
    """

    def __init__(
        self,
        *,
        issuer: Callable[[], Issuer],
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        clock: Clock,
        http: httpx.Client,
        scope: str = "openid",
        essential: Sequence[str] = (),
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._secret = client_secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._http = http
        self._scope = scope
        self._essential = essential

    def begin(self, request: Request, next: str, prompt_login: bool = False) -> RedirectResponse:
        """Send the browser to the issuer; `prompt_login` demands that the person signs in anew.

        `next` is a path of this service with query; ValueError for anything that leads elsewhere. Raises SignInError
        where the issuer cannot be found.
        """
        if not leads_here(next):
            raise ValueError("after sign-in the person returns to a path of this service")
        authorize_url = self._issuer().authorize_url
        state = secrets.token_urlsafe(24)
        not_before = self.now() if prompt_login else 0
        pending = Pending(secrets.token_urlsafe(48), secrets.token_urlsafe(24), next, not_before)
        _remember(request, state, pending)
        prompt = {"prompt": "login"} if prompt_login else {}
        url, _ = self._client().create_authorization_url(
            authorize_url,
            state=state,
            code_verifier=pending.verifier,
            nonce=pending.nonce,
            ui_locales=language(request),
            **prompt,
        )
        return RedirectResponse(url, 303)

    async def complete(self, request: Request) -> tuple[Mapping[str, Any], Pending]:
        """The claims of the ID token behind the answer at the callback, and what was remembered of this sign-in.

        Each state counts once. Raises SignInError. Whoever believes the claims renews the session.
        """
        pending = _recall(request, request.query_params.get("state", ""))
        error, code = request.query_params.get("error"), request.query_params.get("code")
        if error or not code:
            raise SignInError(SignInFailure.CANCELLED if error == "access_denied" else SignInFailure.REFUSED)
        return await run_in_threadpool(self._redeem, code, pending), pending

    def _redeem(self, code: str, pending: Pending) -> dict[str, Any]:
        """The ID token's claims, checked as OpenID Connect Core 3.1.3.7 demands."""
        issuer = self._issuer()
        try:
            token = self._client().fetch_token(
                issuer.token_url,
                auth=(self._client_id, self._secret),
                grant_type="authorization_code",
                code=code,
                code_verifier=pending.verifier,
            )
            keys = self._http.get(issuer.jwks_url).raise_for_status().json()
            return self._verified(issuer, str(token.get("id_token")), keys, pending.nonce)
        except httpx.HTTPError as unreachable:
            raise SignInError(SignInFailure.UNREACHABLE) from unreachable
        except OAuth2Error as refusal:
            raise SignInError(SignInFailure.REFUSED) from refusal
        except (JoseError, ValueError) as flaw:
            raise SignInError(SignInFailure.UNTRUSTED_TOKEN) from flaw

    def _verified(self, issuer: Issuer, id_token: str, keys: Any, nonce: str) -> dict[str, Any]:
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=list(issuer.algorithms))
        expected: dict[str, Any] = {name: {"essential": True} for name in self._essential}
        expected |= {
            "iss": {"essential": True, "value": issuer.issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        claims = CodeIDToken(token.claims, token.header, expected, {"nonce": nonce, "client_id": self._client_id})
        claims.validate(now=self.now(), leeway=LEEWAY_SECONDS)
        return dict(claims)

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._http,
            client_id=self._client_id,
            client_secret=self._secret,
            redirect_uri=self._redirect_uri,
            scope=self._scope,
            code_challenge_method="S256",
        )

    def now(self) -> int:
        """Seconds since 1970, as tokens count them."""
        return int(self._clock.now().timestamp())


def _remember(request: Request, state: str, pending: Pending) -> None:
    begun = session_of(request).get(_PENDING, {})
    latest = dict(list(begun.items())[1 - _MOST_PENDING :])
    kept = {"verifier": pending.verifier, "nonce": pending.nonce, "next": pending.next}
    session_of(request)[_PENDING] = latest | {state: kept | {"not_before": pending.not_before}}


def _recall(request: Request, state: str) -> Pending:
    begun = dict(session_of(request).get(_PENDING, {}))
    kept = begun.pop(state, None)
    if kept is None:
        raise SignInError(SignInFailure.UNKNOWN_STATE)
    session_of(request)[_PENDING] = begun
    return Pending(**kept)
