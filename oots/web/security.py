"""Response headers that browsers enforce, and the refusal of form posts from other origins."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oots.web.origins import origin_of

MACHINE_PATHS = ("/as4",)
"""Doors for machines: no browser posts here, and signatures guard them."""


class BrowserSecurity:
    """ASGI middleware for every service that serves pages.

    `origins` are the service's own browser-facing origins; `form_targets` the origins to which a form post may
    redirect (Chromium holds `form-action` against redirects too).
    """

    def __init__(self, app: ASGIApp, *, origins: Sequence[str], form_targets: Sequence[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origin_of(origin) for origin in origins)
        self._policy = content_security_policy([origin_of(target) for target in form_targets])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                guard(MutableHeaders(scope=message), scope["path"], self._policy)
            await send(message)

        refused = _changes_state(scope) and comes_from_elsewhere(Headers(scope=scope), self._origins)
        app = PlainTextResponse("Refused: the form was sent from another site.\n", 403) if refused else self._app
        await app(scope, receive, send_guarded)


def guard(headers: MutableHeaders, path: str, policy: str) -> None:
    """Set what browsers are to enforce; own assets may be kept if asked for again, pages never."""
    headers["Content-Security-Policy"] = policy
    headers["X-Frame-Options"] = "DENY"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cache-Control"] = "no-cache" if path.startswith("/assets/") else "no-store"


def content_security_policy(form_targets: Sequence[str]) -> str:
    """Nothing but own stylesheets, images and fonts; no script at all; forms only where told."""
    return "; ".join(
        (
            "default-src 'none'",
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
