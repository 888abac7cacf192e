"""Sessions kept on the server: the browser holds a random name, the service's database the sealed content."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import Column, DateTime, LargeBinary, MetaData, String, Table, bindparam, delete, insert, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from oots.database.database import Database
from oots.model.clock import Clock
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault

CSRF_FIELD = "csrf"
_CSRF = "_csrf"

metadata = MetaData()
web_session = Table(
    "web_session",
    metadata,
    Column("id_hash", String, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
    Column("expires", DateTime, nullable=False, index=True),
)


_LOAD = select(web_session.c.payload).where(
    web_session.c.id_hash == bindparam("name"), web_session.c.expires > bindparam("now")
)
_KEEP = insert(web_session)
_DROP = delete(web_session).where(web_session.c.id_hash == bindparam("name"))
_DROP_EXPIRED = delete(web_session).where(web_session.c.expires <= bindparam("now"))


def make_table(database: Database) -> None:
    """The table of sessions, if there is none yet."""
    with database.begin() as connection:
        database.alone(connection)
        metadata.create_all(connection)


class Session(dict[str, Any]):
    """Small JSON values of one visitor. Kept at the end of the request if anything changed."""

    def __init__(self, values: dict[str, Any], name: str | None = None) -> None:
        super().__init__(values)
        self.name = name
        self.renewed = False
        self._kept = json.dumps(values)

    @property
    def csrf_token(self) -> str:
        """The token that every POST form of this session carries; made when first asked for."""
        return str(self.setdefault(_CSRF, secrets.token_urlsafe(24)))

    def renew(self) -> None:
        """Go on under a new name with a new token, after sign-in or sign-out; the old name opens nothing any more."""
        self.renewed = True
        self.pop(_CSRF, None)

    def end(self) -> None:
        """Forget everything."""
        self.clear()

    @property
    def changed(self) -> bool:
        return self.renewed or json.dumps(self) != self._kept


def session_of(request: HTTPConnection) -> Session:
    """The session that the middleware `Sessions` put on the request."""
    session: Session = request.scope["session"]
    return session


class StaleFormError(HTTPException):
    """HTTP 403: the form is not one of the session as it is now. Mostly another tab has signed in or out meanwhile."""

    def __init__(self) -> None:
        super().__init__(403)


async def check_csrf(request: Request) -> None:
    """FastAPI dependency of every POST form; raises StaleFormError unless the form carries the session's token."""
    given = (await request.form()).get(CSRF_FIELD)
    kept = session_of(request).get(_CSRF)
    if not (isinstance(given, str) and isinstance(kept, str) and compare_digest(given.encode(), kept.encode())):
        raise StaleFormError


class SessionStore:
    """The table `web_session`. Names are stored as SHA-256, so that a stolen database opens no session."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, lifetime: timedelta) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._lifetime = lifetime
        make_table(database)

    def sweep(self) -> None:
        """Delete what has expired."""
        with self._database.begin() as connection:
            connection.execute(_DROP_EXPIRED, {"now": self._now()})

    def load(self, name: str) -> Session | None:
        """The session of that name, unless it is unknown, its time is up, or its content was not sealed for it."""
        with self._database.look() as connection:
            payload = connection.execute(_LOAD, {"name": _hash(name), "now": self._now()}).scalar_one_or_none()
        try:
            return None if payload is None else Session(json.loads(self._vault.open(payload, _place(name))), name)
        except ConfigurationError:
            return None

    def keep(self, session: Session) -> str | None:
        """Store a changed session and return its name, a new one after `renew`; None when nothing is kept: the session
        is empty, or another request has ended or renewed it meanwhile.

        The lifetime starts anew with each change. Expired sessions are deleted on the way.
        """
        name = secrets.token_urlsafe(32) if session.renewed or session.name is None else session.name
        with self._database.begin() as connection:
            connection.execute(_DROP_EXPIRED, {"now": self._now()})
            if session.name and not connection.execute(_DROP, {"name": _hash(session.name)}).rowcount:
                return None
            if not session:
                return None
            connection.execute(_KEEP, self._row(name, session))
        return name

    def _row(self, name: str, session: Session) -> dict[str, object]:
        payload = self._vault.seal(json.dumps(session).encode(), _place(name))
        return {"id_hash": _hash(name), "payload": payload, "expires": self._now() + self._lifetime}

    def _now(self) -> Any:
        return self._clock.now().astimezone(UTC).replace(tzinfo=None)


class Sessions:
    """ASGI middleware: `request.session` from a cookie that is HttpOnly, SameSite=Lax, and Secure on https.

    `cookie` is a name of the service's own, since cookies do not tell ports apart. On https it begins with `__Host-`,
    so that no neighbouring host can plant one (RFC 6265bis 4.1.3.2).
    """

    def __init__(self, app: ASGIApp, *, store: SessionStore, cookie: str, secure: bool) -> None:
        self._app = app
        self._store = store
        self._cookie = f"__Host-{cookie}" if secure else cookie
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session = scope["session"] = await self._open(HTTPConnection(scope))

        async def keep_first(message: Message) -> None:
            if message["type"] == "http.response.start" and session.changed:
                name = await run_in_threadpool(self._store.keep, session)
                if name or not session:
                    MutableHeaders(scope=message).append("Set-Cookie", self._set_cookie(name))
            await send(message)

        await self._app(scope, receive, keep_first)

    async def _open(self, connection: HTTPConnection) -> Session:
        name = connection.cookies.get(self._cookie)
        found = await run_in_threadpool(self._store.load, name) if name else None
        return Session({}) if found is None else found

    def _set_cookie(self, name: str | None) -> str:
        value = f"{self._cookie}={name}" if name else f"{self._cookie}=; Max-Age=0"
        return value + self._attributes


def _place(name: str) -> str:
    return f"{web_session.name} {_hash(name)}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
