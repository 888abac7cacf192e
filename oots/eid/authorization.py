"""Authorization requests: what a relying party may ask of the stand-in (OpenID Connect Core 3.1.2, RFC 7636)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authlib.common.urls import add_params_to_uri
from starlette.datastructures import QueryParams


@dataclass(frozen=True, slots=True)
class Client:
    """A registered relying party. `country` is the second part of the identifiers that it is given."""

    secret: str
    redirect_uris: tuple[str, ...]
    country: str
    name: str


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that may be answered at its `redirect_uri`; `challenge` is the S256 one of PKCE."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str


class UnknownClientError(Exception):
    """Nobody to answer to: the client or its redirect URI is not registered, so the browser is not redirected."""


class RefusedError(Exception):
    """Answered by redirecting to `location` with an OAuth error code (RFC 6749 4.1.2.1)."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__("authorization request refused")


def read_request(params: QueryParams, clients: Mapping[str, Client]) -> AuthorizationRequest:
    """The request of `/authorize`; raises UnknownClientError before, and RefusedError after, the client is known."""
    client = clients.get(params.get("client_id", ""))
    if client is None or params.get("redirect_uri") not in client.redirect_uris:
        raise UnknownClientError
    request = AuthorizationRequest(
        client_id=params["client_id"],
        redirect_uri=params["redirect_uri"],
        state=params.get("state", ""),
        nonce=params.get("nonce", ""),
        challenge=params.get("code_challenge", ""),
    )
    error = _fault(params, request)
    if error:
        raise RefusedError(answer(request, error=error))
    return request


def answer(request: AuthorizationRequest, **params: str) -> str:
    """Where the browser goes next: the redirect URI with `params` and the state."""
    return str(add_params_to_uri(request.redirect_uri, [*params.items(), ("state", request.state)]))


def _fault(params: QueryParams, request: AuthorizationRequest) -> str | None:
    if params.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in params.get("scope", "").split():
        return "invalid_scope"
    if params.get("prompt") == "none":
        return "login_required"
    proven = params.get("code_challenge_method") == "S256" and len(request.challenge) == 43
    return None if proven and request.state and request.nonce else "invalid_request"
