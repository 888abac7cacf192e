"""A relying party beside the stand-in eIDAS node, both in this process, and the clicks of a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from oots.eid.app import create_app
from oots.eid.authorization import Client
from oots.model.clock import AdvancedClock
from oots.web.openid import Issuer, SignInError
from oots.web.sessions import Sessions, SessionStore, session_of
from oots.web.signin import SignedIn, SignIn
from tests.support.web import AsgiTransport, Base64Vault, MemoryDatabase, client_of, clock_at_noon

ISSUER = "http://eid.localhost:8403"
INTERNAL = "http://127.0.0.1:8403"
PORTAL = "http://portal.lt.localhost:8400"
CALLBACK = f"{PORTAL}/signin/callback"
SECRET = "test-secret-of-the-portal"


class BackChannel(httpx.BaseTransport):
    """The way from the portal to the node; `replace` may answer in its stead."""

    def __init__(self, node: FastAPI) -> None:
        self._node = AsgiTransport(node)
        self.replace: Callable[[httpx.Request], httpx.Response | None] = lambda request: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self.replace(request) or self._node.handle_request(request)


@dataclass
class SignInScene:
    """Node, portal and a person's browser."""

    clock: AdvancedClock = field(default_factory=clock_at_noon)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    signed_in: SignedIn | None = None

    def __post_init__(self) -> None:
        client = Client(SECRET, (CALLBACK,), "LT", "Procedureportal")
        self.node_app = create_app(issuer=ISSUER, clients={"portal": client}, signing_key=self.key, clock=self.clock)
        self.node = client_of(self.node_app, ISSUER)
        self.back_channel = BackChannel(self.node_app)
        self.portal_app = self._portal()
        self.portal = client_of(self.portal_app, PORTAL)

    def authorize_url(self, **query: str) -> str:
        """Begin at the portal; where it sends the browser."""
        return str(self.portal.get("/signin", params=query).headers["location"])

    def choose(self, authorize_url: str, persona: str) -> str:
        """Choose at the node; where it sends the browser."""
        answer = self.node.post(authorize_url, data={"persona": persona}, headers={"Origin": ISSUER})
        assert answer.status_code == 303
        return answer.headers["location"]

    def arrive(self, callback_url: str) -> Any:
        """Come back to the portal: the kind of failure, or the path where the person goes on."""
        answer = self.portal.get(callback_url)
        return answer.json()["kind"] if answer.status_code == 403 else answer.headers["location"]

    def sign_in(self, persona: str) -> Any:
        return self.arrive(self.choose(self.authorize_url(), persona))

    def _portal(self) -> FastAPI:
        app = FastAPI()
        store = SessionStore(MemoryDatabase(), Base64Vault(), self.clock, timedelta(hours=1))
        app.add_middleware(Sessions, store=store, cookie="oots-portal", secure=False)
        sign_in = SignIn(
            node=Issuer(ISSUER, f"{ISSUER}/authorize", f"{INTERNAL}/token", f"{INTERNAL}/jwks"),
            client_id="portal",
            client_secret=SECRET,
            redirect_uri=CALLBACK,
            clock=self.clock,
            http=httpx.Client(transport=self.back_channel),
        )

        @app.get("/signin")
        def begin(request: Request, next: str = "/case/1?step=2", again: bool = False) -> RedirectResponse:
            session_of(request)["case"] = "1"
            return sign_in.begin(request, next, again)

        @app.get("/signin/callback")
        async def complete(request: Request) -> Response:
            try:
                self.signed_in = await sign_in.complete(request)
            except SignInError as failure:
                return JSONResponse({"kind": failure.kind}, 403)
            return RedirectResponse(self.signed_in.next, 303)

        return app


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
