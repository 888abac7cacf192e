"""The stand-in eIDAS node as a web service: a page to choose who one is, and the OpenID Connect endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from starlette.responses import JSONResponse, RedirectResponse, Response

from oots.eid import personas
from oots.eid.authorization import Client, RefusedError, UnknownClientError, answer, read_request
from oots.eid.tokens import CODE_LIFETIME, Codes, TokenSigner
from oots.model.clock import Clock
from oots.web.frame import Frame, Theme
from oots.web.health import add_health
from oots.web.security import NO_TELEMETRY, BrowserSecurity
from oots.web.signin import REPRESENTATIVE
from oots.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"
Basic = Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))]


def create_app(
    *, issuer: str, clients: Mapping[str, Client], signing_key: ec.EllipticCurvePrivateKey, clock: Clock
) -> FastAPI:
    """The service. `issuer` is its browser-facing origin, without a slash at the end; `clients` are by client id."""
    frame = _frame()
    codes = Codes(clock)
    app = FastAPI(title="Stand-in eIDAS node", docs_url=None, redoc_url=None, openapi_url=None, telemetry=NO_TELEMETRY)
    app.add_middleware(
        BrowserSecurity,
        origins=[issuer],
        form_targets=sorted({uri for client in clients.values() for uri in client.redirect_uris}),
    )
    frame.attach(app)
    add_health(app)
    _answer_refusals(app, frame)
    app.include_router(_pages(frame, clients, codes))
    app.include_router(_back_channel(issuer, clients, codes, TokenSigner(issuer, signing_key, clock)))
    return app


def _frame() -> Frame:
    return Frame(
        theme=Theme.EID,
        templates=TEMPLATES,
        authority=Words("eID-knudepunkt", "eID node"),
        service=Words("Efterligning af et eIDAS-knudepunkt", "Stand-in for an eIDAS node"),
        stand_ins=[
            Words(
                "Denne side efterligner et eIDAS-knudepunkt: den kontrollerer ingen, og man vælger selv, hvem man er.",
                "This site stands in for an eIDAS node: it checks nobody, and you choose who you are.",
            )
        ],
    )


def _answer_refusals(app: FastAPI, frame: Frame) -> None:
    @app.exception_handler(UnknownClientError)
    def unknown(request: Request, error: UnknownClientError) -> Response:
        return frame.page(request, "unknown_client.html", 400)

    @app.exception_handler(RefusedError)
    def refused(request: Request, error: RefusedError) -> Response:
        return RedirectResponse(error.location, 303)


def _pages(frame: Frame, clients: Mapping[str, Client], codes: Codes) -> APIRouter:
    """What a person sees. No session is kept, so `prompt=login` and every other request shows the choice."""
    router = APIRouter(include_in_schema=False)
    groups = personas.load()
    known = personas.by_key(groups)

    @router.get("/")
    def about(request: Request) -> Response:
        return frame.page(request, "about.html", groups=groups)

    @router.get("/authorize")
    def choose(request: Request) -> Response:
        asked = read_request(request.query_params, clients)
        return frame.page(request, "choose.html", groups=groups, relying_party=clients[asked.client_id].name)

    @router.post("/authorize")
    def chosen(request: Request, persona: Annotated[str, Form()] = "") -> Response:
        asked = read_request(request.query_params, clients)
        if persona not in known:
            return RedirectResponse(answer(asked, error="access_denied"), 303)
        return RedirectResponse(answer(asked, code=codes.issue(asked, known[persona])), 303)

    return router


def _back_channel(issuer: str, clients: Mapping[str, Client], codes: Codes, signer: TokenSigner) -> APIRouter:
    """What relying parties call."""
    router = APIRouter()

    @router.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        return provider_metadata(issuer)

    @router.get("/jwks")
    def jwks() -> Mapping[str, Any]:
        return signer.jwks()

    @router.post("/token")
    def token(
        credentials: Basic,
        grant_type: Annotated[str, Form()] = "",
        code: Annotated[str, Form()] = "",
        redirect_uri: Annotated[str, Form()] = "",
        code_verifier: Annotated[str, Form()] = "",
    ) -> Response:
        client = _authenticated(credentials, clients)
        if client is None or credentials is None:
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        if grant_type != "authorization_code":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        grant = codes.redeem(code)
        if grant is None or not grant.redeemable(credentials.username, redirect_uri, code_verifier):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(_token_response(signer.id_token(grant, client)))

    return router


def provider_metadata(issuer: str) -> dict[str, Any]:
    """What OpenID Connect Discovery 1.0 asks a provider to say of itself."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid"],
        "prompt_values_supported": ["login"],
        "claims_supported": [
            *("sub", "acr", "PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth"),
            *("LegalPersonIdentifier", "LegalName"),
            *(REPRESENTATIVE + name for name in ("PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth")),
        ],
    }


def _token_response(id_token: str) -> dict[str, object]:
    """RFC 6749 wants an access token; this node has nothing behind it, so it opens nothing."""
    return {
        "access_token": "none",
        "token_type": "Bearer",
        "expires_in": int(CODE_LIFETIME.total_seconds()),
        "id_token": id_token,
    }


def _authenticated(credentials: HTTPBasicCredentials | None, clients: Mapping[str, Client]) -> Client | None:
    client = clients.get(credentials.username) if credentials else None
    if credentials is None or client is None:
        return None
    return client if compare_digest(credentials.password.encode(), client.secret.encode()) else None
