"""Portal, preview space and eIDAS node in one process, with real stores behind them, and browsers that walk there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from oots.eid.app import create_app
from oots.eid.authorization import Client
from oots.exchange.journal import Entry
from oots.exchange.store import Store
from oots.model.clock import RandomIds
from oots.provider import pages as preview_pages
from oots.requester import pages as portal_pages
from oots.scenarios.citizen import Page
from oots.web.frame import Frame
from oots.web.origins import Origins
from oots.web.security import BrowserSecurity
from oots.web.sessions import Sessions, SessionStore
from oots.web.signin import Node, SignedIn, SignIn, SignInError
from oots.web.words import Words
from tests.support.attacks import Refused, caught_by
from tests.support.pages import Directories, sealed
from tests.support.two_sides import FINDING, TwoSides
from tests.support.web import AsgiTransport

PORTAL = "http://portal.lt.localhost:8400"
PREVIEW = "http://preview.aarhus.localhost:8401"
EID = "http://eid.localhost:8403"
EID_INTERNAL = "http://127.0.0.1:8403"
ORIGINS = {"https://portal.lt.localhost": PORTAL, "https://preview.aarhus.localhost": PREVIEW}
CASE = "/cases/change-of-address"
SESSION_LIFE = timedelta(hours=2)
SECRETS = {"portal": "secret-of-the-portal", "preview": "secret-of-the-preview"}


class Watched:
    """An app whose answers are noted: which function made them, and what it raised."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.scope: Scope = {}
        self.raised: Exception | None = None
        for kind in (HTTPException, RequestValidationError, 500):
            self._hear(app, kind)

    def _hear(self, app: FastAPI, kind: Any) -> None:
        answer = app.exception_handlers[kind]

        async def heard(request: Request, raised: Exception) -> Response:
            self.raised = raised
            return await cast(Any, answer)(request, raised)  # type: ignore[no-any-return]

        app.add_exception_handler(kind, heard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.raised = scope, None
        await cast(ASGIApp, self.app)(scope, receive, send)

    @property
    def by(self) -> str:
        """The function of `oots` that gave the last answer, or in which it was refused."""
        if isinstance(self.raised, RequestValidationError):
            return "fastapi, by the types of " + self._endpoint
        if self.raised is not None and (self.raised.__traceback__ and self._endpoint):
            return _innermost(self.raised) or self._endpoint
        return self._endpoint or "web.security.BrowserSecurity"

    @property
    def _endpoint(self) -> str:
        endpoint = self.scope.get("endpoint")
        if endpoint is None:
            return ""
        return f"{endpoint.__module__.removeprefix('oots.')}.{endpoint.__qualname__}"


def _innermost(raised: Exception) -> str:
    try:
        return caught_by(raised)
    except ValueError:  # raised outside of `oots`: no such page, no such method
        return ""


class WatchedSignIn(SignIn):
    """The sign-in client, which also tells how the last one failed."""

    failed: SignInError | None = None

    async def complete(self, request: Request) -> SignedIn:
        self.failed = None
        try:
            return await super().complete(request)
        except SignInError as failure:
            self.failed = failure
            raise


@dataclass
class House:
    """One service of the street: its app, watched, and its way to sign people in."""

    door: Watched
    sign_in: WatchedSignIn

    @property
    def by(self) -> str:
        return caught_by(self.sign_in.failed) if self.sign_in.failed else self.door.by


class Browser:
    """One person's browser: cookies for each host, form posts as Chromium sends them, redirects only when told."""

    def __init__(self, street: Street) -> None:
        self._street = street
        ways = {PORTAL: street.portal.door, PREVIEW: street.preview.door, EID: street.eid}
        self.http = httpx.Client(mounts={origin: AsgiTransport(app) for origin, app in ways.items()}, trust_env=False)

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self.http.get(url, **more)

    def post(self, url: str, data: dict[str, str], *, headers: dict[str, str] | None = None) -> httpx.Response:
        """Post a form of the site's own, unless `headers` say otherwise."""
        own = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(url)), "Sec-Fetch-Site": "same-origin"}
        return self.http.post(url, data=data, headers=own if headers is None else headers)

    def open(self, url: str) -> Page:
        """Follow an address and its redirects to a page."""
        return self._arrive(self.get(url), url)

    def submit(self, page: Page, ending: str, **fields: str) -> Page:
        """Fill in the form that posts to an address ending so, and send it."""
        address, values = form_of(page, ending)
        return self._arrive(self.post(address, values | fields), address)

    def _arrive(self, response: httpx.Response, url: str) -> Page:
        while response.has_redirect_location:
            url = urljoin(url, response.headers["location"])
            response = self.get(url)
        return Page(response, url)

    # --- the way of a person ---

    def ask(self, persona: str = "solvej") -> str:
        """From the portal's front page to the offer of a preview; returns the ExchangeId."""
        page = self.sign_in(f"{PORTAL}{CASE}/signin", persona)
        asked = self.submit(page, f"{CASE}/request", explicit="given")
        self._street.town.run()
        return asked.path.rpartition("/")[2]

    def go_to_preview(self, exchange_id: str) -> str:
        """Over the border; returns the preview link."""
        page = self.open(f"{PORTAL}/evidence/{exchange_id}")
        link = self.submit(page, "/preview").url
        self._street.town.run()
        return link

    def sign_in(self, url: str, persona: str) -> Page:
        """Begin at `url`, choose who to be, and arrive."""
        return self.submit(self.open(url), "/authorize", persona=persona)

    def decide(self, link: str, choice: str = "accept") -> Page:
        decided = self.submit(self.open(link), "/decision", **{"package-0": choice})
        self._street.town.run()
        return decided


def form_of(page: Page, ending: str) -> tuple[str, dict[str, str]]:
    """Where the form goes, and its values as they stand."""
    form = page.form(ending)
    assert form is not None, f"{page.path} (HTTP {page.status}, “{page.heading}”) has no form for {ending}"
    return page.action(form), {name: value for name, value in form.form_values() if name and value is not None}


@dataclass
class Street:
    """The houses, what lies behind them, and Solvej, who is on her way to her evidence."""

    folder: Path
    town: TwoSides
    eid: FastAPI = field(init=False)
    portal: House = field(init=False)
    preview: House = field(init=False)
    solvej: Browser = field(init=False)
    exchange_id: str = ""
    link: str = ""

    def __post_init__(self) -> None:
        clients = {
            "portal": Client(SECRETS["portal"], (f"{PORTAL}/signin/callback",), "LT", "Procedureportal"),
            "preview": Client(SECRETS["preview"], (f"{PREVIEW}/signin/callback",), "DK", "Forhåndsvisning"),
        }
        key = ec.generate_private_key(ec.SECP256R1())
        self.eid = create_app(issuer=EID, clients=clients, signing_key=key, clock=self.town.clock)
        self.back_channel = httpx.Client(transport=AsgiTransport(self.eid))
        self.portal = self._portal()
        self.preview = self._preview()
        self.solvej = Browser(self)

    def _sign_in(self, client_id: str, origin: str) -> WatchedSignIn:
        return WatchedSignIn(
            node=Node(EID, f"{EID}/authorize", f"{EID_INTERNAL}/token", f"{EID_INTERNAL}/jwks"),
            client_id=client_id,
            client_secret=SECRETS[client_id],
            redirect_uri=f"{origin}/signin/callback",
            clock=self.town.clock,
            http=self.back_channel,
        )

    def _portal(self) -> House:
        frame = Frame(
            theme="requester",
            templates=portal_pages.TEMPLATES,
            authority=Words("Registreringsmyndigheden", "Registration Authority"),
            service=Words("Procedureportal", "Procedure portal"),
        )
        sign_in = self._sign_in("portal", PORTAL)
        pages = portal_pages.router(
            requester=self.town.requester,
            discovery=cast(Any, Directories((FINDING,))),
            frame=frame,
            sign_in=sign_in,
            origins=Origins(ORIGINS),
            check_seal=sealed,
            ids=RandomIds(),
            grace=timedelta(minutes=1),
            insight=False,
        )
        return House(self._app(frame, pages, self.town.requester_store, PORTAL, "portal"), sign_in)

    def _preview(self) -> House:
        frame = Frame(
            theme="provider",
            templates=preview_pages.TEMPLATES,
            authority=Words("Aarhus Kommune", "Aarhus Municipality"),
            service=Words("Forhåndsvisning", "Preview"),
        )
        sign_in = self._sign_in("preview", PREVIEW)
        pages = preview_pages.router(
            space=self.town.space, frame=frame, sign_in=sign_in, origins=Origins(ORIGINS), insight=False
        )
        return House(self._app(frame, pages, self.town.provider_store, PREVIEW, "preview"), sign_in)

    def _app(self, frame: Frame, pages: Any, store: Store[Any], origin: str, cookie: str) -> Watched:
        """As the deployment puts a service together, without the access point and its worker."""
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        sessions = SessionStore(store.engine, store.vault, self.town.clock, SESSION_LIFE)
        app.add_middleware(Sessions, store=sessions, cookie=f"oots-{cookie}", secure=False)
        app.add_middleware(BrowserSecurity, origins=[origin], form_targets=list(ORIGINS.values()))
        frame.attach(app)
        app.include_router(pages)
        return Watched(app)

    @property
    def token(self) -> str:
        return urlsplit(self.link).path.rpartition("/")[2]

    @property
    def page(self) -> str:
        """Solvej's exchange at the portal."""
        return f"{PORTAL}/evidence/{self.exchange_id}"

    # --- what a stage must be able to do ---

    def control(self) -> None:
        """A person walks the whole way: she asks, signs in anew, sees her evidence, approves, and the portal has it."""
        person = Browser(self)
        exchange_id = person.ask()
        link = person.go_to_preview(exchange_id)
        assert "Skal dette sendes?" in person.sign_in(f"{link}/signin", "solvej").heading
        assert person.decide(link).path == f"/evidence/{exchange_id}"
        assert person.open(f"{PORTAL}/evidence/{exchange_id}").form("/finish") is not None

    def released(self) -> object:
        """Where Solvej's exchange stands on both sides, what was sent and decided, and which files there are."""
        sides = (("provider", self.town.provider_store), ("requester", self.town.requester_store))
        return [self._side(self.folder / side / "files", store) for side, store in sides]

    def _side(self, folder: Path, store: Store[Any]) -> object:
        with store.begin() as unit:
            kept = unit.find(self.exchange_id)
            log = [told.entry.entry for told in unit.timeline(self.exchange_id)]
            exchanges = len(list(unit.all()))
        lines = [entry for entry in log if entry is not Entry.PREVIEW_REFUSED]
        files = sorted(file.name for file in folder.rglob("*") if file.is_file())
        return kept, lines, exchanges, files

    def refused(self, house: House, answer: httpx.Response) -> Refused:
        """How the attacker was refused: the status, what caught it, and what the page says."""
        if answer.has_redirect_location:
            return Refused(f"HTTP {answer.status_code}", house.by, f"to {answer.headers['location']}")
        page = Page(answer, str(answer.url))
        return Refused(f"HTTP {answer.status_code}", house.by, page.heading or answer.text)
