"""Portal, preview space and eIDAS node in one process, with real stores behind them, and browsers that walk there."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from oots.eid.app import create_app
from oots.eid.authorization import Client
from oots.exchange.limits import TimeLimits
from oots.exchange.store import Store
from oots.model.clock import RandomIds
from oots.model.evidence import DocumentKind
from oots.model.issuing import Issued, IssuedDocument
from oots.provider import pages as preview_pages
from oots.provider.mailbox import PostOffice
from oots.requester import pages as portal_pages
from oots.scenarios.citizen import Page
from oots.web.frame import Frame
from oots.web.openid import Issuer, SignInError
from oots.web.origins import Origins
from oots.web.security import BrowserSecurity
from oots.web.sessions import Sessions, SessionStore
from oots.web.signin import SignedIn, SignIn
from oots.web.words import Words
from tests.support.attacks import Refused, caught_by, shared
from tests.support.doors import specimen_keys
from tests.support.eid import BackChannel
from tests.support.inspector import inspector_over, inspector_settings
from tests.support.pages import Directories, sealed
from tests.support.two_sides import DOCUMENT, FINDING, PDF, TYPE, XML, TwoSides, issued, two_sides
from tests.support.web import AsgiTransport

PORTAL = "http://portal.lt.localhost:8400"
PREVIEW = "http://preview.aarhus.localhost:8401"
EID = "http://eid.localhost:8403"
EID_INTERNAL = "http://127.0.0.1:8403"
ORIGINS = {"https://portal.lt.localhost": PORTAL, "https://preview.aarhus.localhost": PREVIEW}
CASE = "/cases/change-of-address"
SESSION_LIFE = timedelta(hours=2)
SEND_THIS = "Skal dette sendes?"
TURNED = "sent to \u202eefas eht\u202c"
ODD_TITLE = f'Attest\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>"; filename="../a.exe {TURNED}'
SECRETS = {"portal": "secret-of-the-portal", "preview": "secret-of-the-preview"}


class Watched:
    """An app whose answers are noted: which function made them, or in which one they were refused."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._scope: Scope = {}
        self._refused_by = ""
        for kind in (HTTPException, RequestValidationError, 500):
            self._hear(app, kind)

    def _hear(self, app: FastAPI, kind: Any) -> None:
        answer = app.exception_handlers[kind]

        async def heard(request: Request, raised: Exception) -> Response:
            self._refused_by = self._refuser(raised)
            return await cast(Any, answer)(request, raised)  # type: ignore[no-any-return]

        app.add_exception_handler(kind, heard)

    def _refuser(self, raised: Exception) -> str:
        try:
            return caught_by(raised)
        except ValueError:  # raised outside of `oots`
            if isinstance(raised, RequestValidationError):
                return f"fastapi, by the types of {self._endpoint}"
            if isinstance(raised, HTTPException) and raised.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
                return f"fastapi, by the methods of {self._endpoint}"
            return self._endpoint or "fastapi, by its table of routes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._refused_by = scope, ""
        await cast(ASGIApp, self.app)(scope, receive, send)

    @property
    def by(self) -> str:
        """The function of `oots` that gave the last answer, or in which it was refused."""
        return self._refused_by or self._endpoint or "web.security.BrowserSecurity"

    @property
    def _endpoint(self) -> str:
        endpoint = self._scope.get("endpoint")
        if endpoint is None:
            return ""
        name = getattr(endpoint, "__qualname__", type(endpoint).__name__)
        return f"{endpoint.__module__.removeprefix('oots.')}.{name}"


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


@dataclass(frozen=True, slots=True)
class Visit:
    """An exchange and its preview link."""

    exchange_id: str
    link: str

    @property
    def token(self) -> str:
        return urlsplit(self.link).path.rpartition("/")[2]

    @property
    def page(self) -> str:
        """The exchange at the portal."""
        return f"{PORTAL}/evidence/{self.exchange_id}"


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

    def stream(self, url: str, pieces: Iterator[bytes], headers: dict[str, str]) -> httpx.Response:
        """Post in pieces, each made when it is asked for."""

        async def one_by_one() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        async def post() -> httpx.Response:
            to_portal = httpx.ASGITransport(self._street.portal.door, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=to_portal, cookies=self.http.cookies, trust_env=False) as client:
                return await client.post(url, content=one_by_one(), headers=headers)

        return asyncio.run(post())

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

    def to_open_preview(self, persona: str = "solvej") -> Visit:
        """From the portal's front page to the evidence in the preview."""
        exchange_id = self.ask(persona)
        link = self.go_to_preview(exchange_id)
        shown = self.sign_in(f"{link}/signin", persona)
        assert shown.heading == SEND_THIS, shown.heading
        return Visit(exchange_id, link)

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
    """The houses and what lies behind them, with persons on their way to their evidence.

    Solvej has let her first link lapse, sent the evidence of `sent` and used that of `finished`; she sees that of
    `seen`, and has signed in for `early` without following its link from the portal. Titles and evidence of `odd`,
    which she sees, and of `odd_sent` are hostile. All this in one browser; in his own Frederik sees that of `his`.
    """

    folder: Path
    town: TwoSides
    eid: FastAPI = field(init=False)
    back_channel: BackChannel = field(init=False)
    portal: House = field(init=False)
    preview: House = field(init=False)
    inspector: Watched = field(init=False)
    solvej: Browser = field(init=False)
    frederik: Browser = field(init=False)
    lapsed: Visit = field(init=False)
    sent: Visit = field(init=False)
    seen: Visit = field(init=False)
    early: Visit = field(init=False)
    finished: Visit = field(init=False)
    odd: Visit = field(init=False)
    odd_sent: Visit = field(init=False)
    his: Visit = field(init=False)

    def __post_init__(self) -> None:
        clients = {
            "portal": Client(SECRETS["portal"], (f"{PORTAL}/signin/callback",), "LT", "Procedureportal"),
            "preview": Client(SECRETS["preview"], (f"{PREVIEW}/signin/callback",), "DK", "Forhåndsvisning"),
        }
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.eid = create_app(issuer=EID, clients=clients, signing_key=self.key, clock=self.town.clock)
        self.back_channel = BackChannel(self.eid)
        self.portal = self._portal()
        self.preview = self._preview()
        self.inspector = self._inspector()

    def populate(self) -> None:
        """Let Solvej and Frederik go their ways."""
        self.solvej, self.frederik = Browser(self), Browser(self)
        self.lapsed = self.solvej.to_open_preview()
        self.town.clock.advance(TimeLimits().decide)
        self.sent = self._sent()
        self.finished = self._sent()
        self.solvej.submit(self.solvej.open(self.finished.page), "/finish")
        self.seen = self.solvej.to_open_preview()
        self.early = self._offered()
        self.solvej.sign_in(f"{self.early.link}/signin", "solvej")
        self.his = self.frederik.to_open_preview("frederik")
        self.town.source.issue_result = (hostile(),)
        self.odd_sent = self._sent()
        self.odd = self.solvej.to_open_preview()
        self.town.source.issue_result = (issued(),)

    def _sent(self) -> Visit:
        visit = self.solvej.to_open_preview()
        assert self.solvej.decide(visit.link).path == f"/evidence/{visit.exchange_id}"
        return visit

    def _offered(self) -> Visit:
        exchange_id = self.solvej.ask()
        offer = self.town.requester.progress(exchange_id).offer
        assert offer is not None
        return Visit(exchange_id, Origins(ORIGINS).to_browser(offer.location))

    def _sign_in(self, client_id: str, origin: str) -> WatchedSignIn:
        return WatchedSignIn(
            node=Issuer(EID, f"{EID}/authorize", f"{EID_INTERNAL}/token", f"{EID_INTERNAL}/jwks"),
            client_id=client_id,
            client_secret=SECRETS[client_id],
            redirect_uri=f"{origin}/signin/callback",
            clock=self.town.clock,
            http=httpx.Client(transport=self.back_channel),
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
            clock=self.town.clock,
            grace=timedelta(minutes=1),
        )
        return House(self._app(frame, pages, self.town.requester_store, PORTAL, "portal"), sign_in)

    def _inspector(self) -> Watched:
        """Over the journals of both sides, as the deployment puts it together."""
        return Watched(inspector_over(inspector_settings(self.folder), self.town.clock))

    def _preview(self) -> House:
        frame = Frame(
            theme="provider",
            templates=preview_pages.TEMPLATES,
            authority=Words("Aarhus Kommune", "Aarhus Municipality"),
            service=Words("Forhåndsvisning", "Preview"),
        )
        sign_in = self._sign_in("preview", PREVIEW)
        pages = preview_pages.router(
            space=self.town.space,
            post_office=PostOffice(self.town.provider_store, self.town.provider.authorities),
            frame=frame,
            sign_in=sign_in,
            origins=Origins(ORIGINS),
            opened=preview_pages.Opened(),
        )
        return House(self._app(frame, pages, self.town.provider_store, PREVIEW, "preview"), sign_in)

    def _app(self, frame: Frame, pages: Any, store: Store[Any], origin: str, cookie: str) -> Watched:
        """As the deployment puts a service together, without the access point and its worker."""
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        sessions = SessionStore(store.database, store.vault, self.town.clock, SESSION_LIFE)
        app.add_middleware(Sessions, store=sessions, cookie=f"oots-{cookie}", secure=False)
        app.add_middleware(BrowserSecurity, origins=[origin], form_targets=list(ORIGINS.values()))
        frame.attach(app)
        app.include_router(pages)
        return Watched(app)

    # --- what the node says ---

    def forge(self, forged: Callable[[dict[str, Any], dict[str, Any]], str]) -> None:
        """Let the back channel answer with an ID token made of the header and the claims of the genuine one."""

        def answer(request: httpx.Request) -> httpx.Response | None:
            if request.url.path != "/token":
                return None
            said = AsgiTransport(self.eid).handle_request(request).json()
            header, claims = (_decoded(part) for part in said["id_token"].split(".")[:2])
            return httpx.Response(200, json=said | {"id_token": forged(header, claims)})

        self.back_channel.replace = answer

    def node_says(self, **claims: object) -> None:
        """Let the node say this in its tokens; None leaves a claim out."""

        def forged(header: dict[str, Any], genuine: dict[str, Any]) -> str:
            said = {name: value for name, value in (genuine | claims).items() if value is not None}
            return jwt.encode(header, said, ECKey.import_key(self.key))

        self.forge(forged)

    # --- what a stage must be able to do ---

    def control(self) -> None:
        """Solvej sees her evidence, her decision counts, and the portal shows her what she sent.

        The decision is the one that she took before, and leads the same way.
        """
        shown = self.solvej.open(self.seen.link)
        assert shown.heading == SEND_THIS, shown.heading
        assert self.solvej.get(f"{self.seen.link}/0/0").content == DOCUMENT
        _, form = form_of(shown, "/decision")
        decided = self.solvej.post(f"{self.sent.link}/decision", form | {"package-0": "accept"})
        assert decided.headers["location"] == f"{PORTAL}/return/{self.sent.exchange_id}"
        received = self.solvej.open(self.sent.page)
        assert received.form("/finish") is not None, received.heading
        assert self.solvej.get(f"{self.sent.page}/documents/0").content == DOCUMENT

    def released(self) -> object:
        """Where each exchange stands on both sides, what was decided, and which files are kept."""
        return [_released(store) for store in (self.town.provider_store, self.town.requester_store)]

    def callback(self, browser: Browser, begin: str, persona: str = "solvej") -> str:
        """Begin to sign in, choose who to be, and say where the node sends the browser, which does not go there."""
        begun = browser.get(begin)
        address, form = form_of(browser.open(begun.headers["location"]), "/authorize")
        return str(browser.post(address, form | {"persona": persona}).headers["location"])

    def refused(self, house: House, answer: httpx.Response) -> Refused:
        """How the attacker was refused: the status, what caught it, and what the page says."""
        if answer.has_redirect_location:
            return Refused(f"HTTP {answer.status_code}", house.by, f"to {answer.headers['location']}")
        page = Page(answer, str(answer.url))
        return Refused(f"HTTP {answer.status_code}", house.by, page.heading or answer.text)


def _decoded(part: str) -> dict[str, Any]:
    return dict(json.loads(urlsafe_b64decode(part + "==")))


def session_hash(name: str) -> str:
    """What the table of sessions keeps of a session's name."""
    return sha256(name.encode()).hexdigest()


def hostile() -> Issued:
    """One package whose titles and contents try to be more than text."""
    turned = f'<attest><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>{TURNED}</attest>'
    return Issued(
        TYPE,
        date(2026, 9, 1),
        (
            IssuedDocument(DocumentKind.MAIN_EVIDENCE, ODD_TITLE, XML, turned.encode()),
            IssuedDocument(
                DocumentKind.HUMAN_READABLE_VERSION, ODD_TITLE, PDF, b"%PDF-1.7 <html><script>alert(1)</script>"
            ),
        ),
    )


def _released(store: Store[Any]) -> object:
    with store.begin() as unit:
        return sorted(unit.all(), key=lambda each: each.exchange_id), store.files.names()


@contextmanager
def _opened(folder: Path) -> Iterator[Street]:
    town = two_sides(folder, specimen_keys(), specimens=True)
    try:
        opened = Street(folder, town)
        opened.populate()
        yield opened
    finally:
        town.provider_store.close()
        town.requester_store.close()


_shared = shared(_opened)


@contextmanager
def street(folder: Path) -> Iterator[Street]:
    """The street, which serves all attacks, with an honest back channel: it takes as long to make as a hundred."""
    with _shared(folder) as opened:
        opened.portal.sign_in.failed = opened.preview.sign_in.failed = None
        yield opened
        opened.back_channel.replace = lambda request: None
