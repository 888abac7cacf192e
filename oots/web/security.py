"""Response headers that browsers enforce, and the refusal of form posts that come from elsewhere or never end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oots.web.origins import origin_of

MACHINE_PATHS = ("/as4",)
"""Doors for machines: no browser posts here, and signatures guard them."""
NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
"""FastAPI's own would tell of addresses, in which links have their secret, and quote exceptions."""
FROM_ELSEWHERE = """\
Afvist: formularen blev sendt fra et andet websted. Intet er ændret.
Refused: the form was sent from another site. Nothing has changed.
"""
MOST_FORM_BYTES = 64 * 1024
UPLOAD = "/upload"
"""How the path of a form with a file ends; such a form watches its own size."""


class BrowserSecurity:
    """ASGI middleware for every service that serves pages.

    `origins` are the service's own browser-facing origins; `form_targets` the origins to which a form post may
    redirect (Chromium holds `form-action` against redirects too). With `live` the service's own scripts may run and
    listen to the service itself.
    """

    def __init__(
        self, app: ASGIApp, *, origins: Sequence[str], form_targets: Sequence[str] = (), live: bool = False
    ) -> None:
        self._app = app
        self._origins = frozenset(origin_of(origin) for origin in origins)
        self._policy = content_security_policy([origin_of(target) for target in form_targets], live=live)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                guard(MutableHeaders(scope=message), scope["path"], self._policy)
            await send(message)

        refused = _changes_state(scope) and comes_from_elsewhere(Headers(scope=scope), self._origins)
        app = PlainTextResponse(FROM_ELSEWHERE, 403) if refused else self._app
        await app(scope, _capped(scope, receive) if _sends_a_form(scope) else receive, send_guarded)


def guard(headers: MutableHeaders, path: str, policy: str) -> None:
    """Set what browsers are to enforce; own assets may be kept if asked for again, pages never."""
    headers["Content-Security-Policy"] = policy
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-cache" if path.startswith("/assets/") else "no-store"


def content_security_policy(form_targets: Sequence[str], *, live: bool = False) -> str:
    """Nothing but own stylesheets, images and fonts; own scripts in files where pages are `live`, else no script at
    all; forms only where told."""
    return "; ".join(
        (
            "default-src 'none'",
            *(("script-src 'self'", "connect-src 'self'") if live else ()),
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            " ".join(("form-action 'self'", *form_targets)),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def comes_from_elsewhere(headers: Headers, own: frozenset[str]) -> bool:
    """Whether a browser says that another site made this request (`Sec-Fetch-Site`, `Origin`).

    Under `no-referrer` browsers send `Origin: null` even with the page's own forms; then `Sec-Fetch-Site` decides.
    Clients without either header are no browsers and carry nobody's cookies.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        return True
    return origin is not None and origin not in own and not (origin == "null" and site == "same-origin")


def _changes_state(scope: Scope) -> bool:
    return scope["method"] not in ("GET", "HEAD", "OPTIONS") and scope["path"] not in MACHINE_PATHS


def _sends_a_form(scope: Scope) -> bool:
    return _changes_state(scope) and not scope["path"].endswith(UPLOAD)


def _capped(scope: Scope, receive: Receive) -> Receive:
    """A body that ends with HTTP 413 where it is larger than any form here; at once if it says so itself."""
    declared = Headers(scope=scope).get("content-length", "")
    too_large = declared.isdecimal() and int(declared[:20]) > MOST_FORM_BYTES
    received = 0

    async def receive_capped() -> Message:
        nonlocal received
        if too_large:
            raise HTTPException(413)
        message = await receive()
        received += len(message.get("body", b""))
        if received > MOST_FORM_BYTES:
            raise HTTPException(413)
        return message

    return receive_capped


def leads_here(path: str) -> bool:
    """Whether `path` is one of the service that redirects to it, with or without a query: nothing in it leads a browser
    to another site."""
    return path.startswith("/") and not path.startswith("//") and not any(each <= " " or each == "\\" for each in path)


def only_at(origins: Sequence[str]) -> Callable[[Request], None]:
    """FastAPI dependency: HTTP 421 unless the service is addressed by the host of one of its own `origins`.

    For pages that are open to whoever reaches this machine: a foreign name that is made to resolve to it (DNS
    rebinding) would otherwise let a foreign site's script read them.
    """
    hosts = {urlsplit(origin_of(origin)).netloc for origin in origins}

    def expect_own_host(request: Request) -> None:
        if request.headers.get("host", "").lower() not in hosts:
            raise HTTPException(421)

    return expect_own_host
