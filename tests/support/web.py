"""Stand-ins and servers for tests of pages: a vault, a visitor, a page with every part."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
from fastapi import Depends, FastAPI, Request
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from starlette.responses import Response

from oots.database.sqlite import SqliteDatabase
from oots.model.clock import AdvancedClock, FrozenClock
from oots.trust.vault import Vault
from oots.web.frame import Frame
from oots.web.security import BrowserSecurity
from oots.web.sessions import Sessions, SessionStore, check_csrf
from oots.web.timeline import TimelineEvent, Verdict
from oots.web.words import Words

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Base64Vault(Vault):
    """Hides nothing, but shows in a test that what is stored went through a vault."""

    def __init__(self) -> None: ...

    def seal(self, data: bytes, place: str) -> bytes:
        return b"sealed:" + base64.b64encode(data)

    def open(self, sealed: bytes, place: str) -> bytes:
        return base64.b64decode(sealed.removeprefix(b"sealed:"))


class AsgiTransport(httpx.BaseTransport):
    """Lets a plain `httpx.Client` call an ASGI app in the same process."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return asyncio.run(self._ask(request))

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        response = await httpx.ASGITransport(self._app, raise_app_exceptions=False).handle_async_request(request)
        content = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


def client_of(app: Any, base_url: str) -> httpx.Client:
    """A visitor with a cookie jar, who follows no redirects by herself."""
    return httpx.Client(transport=AsgiTransport(app), base_url=base_url)


def clock_at_noon() -> AdvancedClock:
    return AdvancedClock(FrozenClock(NOON))


class MemoryDatabase(SqliteDatabase):
    """What a service keeps, gone with its test."""

    def __init__(self) -> None:
        self.engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        self._turn = Lock()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        with self._turn, self.engine.begin() as connection:
            yield connection

    look = begin


def gallery(theme: str, origin: str = "http://gallery.localhost") -> FastAPI:
    """An app of one page with every part of `parts.html`, in the look of `theme`."""
    frame = Frame(
        theme=theme,
        templates=Path(__file__).parent / "web_templates",
        authority=Words("Registreringsmyndigheden", "Registration Authority"),
        service=Words("Procedureportal", "Procedure portal"),
        stand_ins=[Words("CPR er en efterligning.", "CPR is a stand-in.")],
    )
    app = FastAPI()
    store = SessionStore(MemoryDatabase(), Base64Vault(), clock_at_noon(), timedelta(hours=1))
    app.add_middleware(Sessions, store=store, cookie=f"oots-{theme}", secure=False)
    app.add_middleware(BrowserSecurity, origins=[origin])
    frame.attach(app)

    @app.get("/")
    def show(request: Request) -> Response:
        return frame.page(request, "gallery.html", moment=NOON, events=_events())

    @app.post("/decision", dependencies=[Depends(check_csrf)])
    def decide() -> Response:
        return Response(status_code=204)

    return app


def _events() -> tuple[TimelineEvent, ...]:
    passed, failed = Verdict.PASSED, Verdict.FAILED
    facts = ((Words("Besked-id", "Message id"), "00000000-0000-4000-8000-000000000001@lt.localhost"),)
    links = ((Words("Vis dokumentet", "Show the document"), "/raw/1"),)
    return (
        TimelineEvent(NOON, Words("Anmodning 1", "Request 1"), "Vilnius", "Aarhus", passed, passed, facts, links),
        TimelineEvent(NOON, Words("Svar", "Answer"), "Aarhus", "Vilnius", Verdict.NOT_CHECKED, failed, facts, links),
    )
