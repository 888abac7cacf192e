"""The portal's door for people: from the case to the evidence, one page for each step."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from oots.exchange.conversation import RequesterState
from oots.exchange.envelope import UnsendableError
from oots.model.clock import Ids
from oots.model.content import Content, whole
from oots.model.errors import PeerError
from oots.model.evidence import EvidenceDocument
from oots.model.identifiers import is_uuid
from oots.model.text import Text, in_language
from oots.requester.cases import CASES, Case, case_of
from oots.requester.discovery import Discovery, Finding
from oots.requester.endings import ending_of
from oots.requester.service import EvidenceRequester, NotPossibleError, Progress
from oots.requester.upload import MOST_BYTES, Fault, uploaded
from oots.requester.visitor import Visitor, remember, visitor_of
from oots.trust.seal_report import SealReport
from oots.web.downloads import download
from oots.web.frame import ClosedError, Frame, language
from oots.web.numbers import Number
from oots.web.origins import Origins
from oots.web.page_images import UnreadablePdfError, render, texts_of
from oots.web.sessions import check_csrf, session_of
from oots.web.signin import SignedIn, SignIn, SignInError, SignInFailure
from oots.wire.readable import readable

TEMPLATES = Path(__file__).parent / "templates"
REFRESH_SECONDS = 1
PDF, XML = "application/pdf", "application/xml"
MOST_SHOWN = 256 * 1024
"""Bytes of an XML document that is shown on its page; in a page each can become five, and a message has 100 MB."""
_LONGEST_ATTEMPT = 64
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """A document as the portal shows it: `pages` is the text of each page of a PDF, `source` that of an XML, unless
    it is too large."""

    number: int
    document: EvidenceDocument
    length: int
    sha256: str
    seal: SealReport
    pages: tuple[str, ...]
    source: str | None


def router(
    *,
    requester: EvidenceRequester,
    discovery: Discovery,
    provider_country: str,
    frame: Frame,
    sign_in: SignIn,
    origins: Origins,
    check_seal: Callable[[Content, str], SealReport],
    ids: Ids,
    grace: timedelta,
    insight: bool,
) -> APIRouter:
    """The pages of a portal that asks in one other country; `check_seal` takes a document and its media type.

    `grace` is how much longer the portal waits than the provider, whose limits are the ones that people are told.

    The service must carry the middleware `Sessions`; form posts are redirected to the preview spaces of `origins`.
    """
    portal = _Portal(requester, discovery, provider_country, frame, sign_in, origins, check_seal, ids, grace, insight)
    routes = APIRouter(include_in_schema=False)
    posted = [Depends(check_csrf)]
    routes.add_api_route("/", portal.cases)
    routes.add_api_route("/cases/{key}", portal.invite)
    routes.add_api_route("/cases/{key}/signin", portal.sign_in_for_case)
    routes.add_api_route("/signin/callback", portal.signed_in)
    routes.add_api_route("/signin/failed", portal.not_signed_in)
    routes.add_api_route("/signout", portal.sign_out, methods=["POST"], dependencies=posted)
    routes.add_api_route("/cases/{key}/request", portal.explain)
    routes.add_api_route("/cases/{key}/request", portal.ask, methods=["POST"], dependencies=posted)
    routes.add_api_route("/cases/{key}/upload", portal.offer_upload)
    routes.add_api_route("/cases/{key}/upload", portal.take_upload, methods=["POST"])
    routes.add_api_route("/cases/{key}/uploaded", portal.thank)
    routes.add_api_route("/return/{exchange_id}", portal.welcome_back)
    routes.add_api_route("/evidence/{exchange_id}", portal.progress)
    routes.add_api_route("/evidence/{exchange_id}/signin", portal.sign_in_for_evidence)
    routes.add_api_route("/evidence/{exchange_id}/preview", portal.preview, methods=["POST"], dependencies=posted)
    routes.add_api_route("/evidence/{exchange_id}/finish", portal.finish, methods=["POST"], dependencies=posted)
    routes.add_api_route("/evidence/{exchange_id}/documents/{number}", portal.document)
    routes.add_api_route("/evidence/{exchange_id}/documents/{number}/pages/{page}", portal.page_image)
    return routes


class _Portal:
    def __init__(
        self,
        requester: EvidenceRequester,
        discovery: Discovery,
        provider_country: str,
        frame: Frame,
        sign_in: SignIn,
        origins: Origins,
        check_seal: Callable[[Content, str], SealReport],
        ids: Ids,
        grace: timedelta,
        insight: bool,
    ) -> None:
        self._requester = requester
        self._discovery = discovery
        self._provider_country = provider_country
        self._frame = frame
        self._sign_in = sign_in
        self._origins = origins
        self._check_seal = check_seal
        self._ids = ids
        self._grace = grace
        self._insight = insight

    def _page(self, request: Request, name: str, status: int = 200, /, **context: object) -> Response:
        lang = language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        common = {
            "said": said,
            "visitor": visitor_of(request),
            "insight": self._insight,
            "portal": said(self._requester.authority.names),
        }
        return self._frame.page(request, name, status, **common, **context)

    # --- 1: the case ---

    def cases(self, request: Request) -> Response:
        return self._page(request, "cases.html", cases=CASES)

    # --- 2: sign-in ---

    def invite(self, request: Request, key: str) -> Response:
        case = _case(key)
        if visitor_of(request):
            return _see_other(f"/cases/{case.key}/request")
        return self._page(request, "signin.html", case=case)

    def sign_in_for_case(self, request: Request, key: str) -> Response:
        return self._begin(request, f"/cases/{_case(key).key}/request")

    def sign_in_for_evidence(self, request: Request, exchange_id: str) -> Response:
        if not is_uuid(exchange_id):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return self._begin(request, f"/evidence/{exchange_id}")

    def _begin(self, request: Request, path: str) -> Response:
        session_of(request)["signing_in_for"] = path
        return self._sign_in.begin(request, path)

    async def signed_in(self, request: Request) -> Response:
        try:
            signed_in: SignedIn = await self._sign_in.complete(request)
        except SignInError as failure:
            return _see_other(f"/signin/failed?why={failure.kind}")
        remember(request, Visitor(signed_in.person, self._ids.uuid()))
        return _see_other(signed_in.next)

    def not_signed_in(self, request: Request, why: SignInFailure) -> Response:
        """At an address of its own, which can be read again and in another language."""
        unreachable, path = why is SignInFailure.UNREACHABLE, session_of(request).get("signing_in_for", "/")
        return self._page(
            request,
            "signin_failed.html",
            HTTPStatus.SERVICE_UNAVAILABLE if unreachable else HTTPStatus.BAD_REQUEST,
            cancelled=why is SignInFailure.CANCELLED,
            unreachable=unreachable,
            again=path if visitor_of(request) else _sign_in_path(path),
        )

    def sign_out(self, request: Request) -> Response:
        session_of(request).end()
        return _see_other("/")

    # --- 3: the explicit request ---

    def explain(self, request: Request, key: str) -> Response:
        case, visitor = _case(key), visitor_of(request)
        if visitor is None:
            return _see_other(f"/cases/{case.key}")
        return self._explain(request, case, visitor)

    def _explain(
        self, request: Request, case: Case, visitor: Visitor, fault: str | None = None, attempt: str = ""
    ) -> Response:
        findings, shown_at = self._findings(case), f"/cases/{case.key}/request"
        if not findings:
            silent = findings is None
            status = HTTPStatus.SERVICE_UNAVAILABLE if silent else HTTPStatus.OK
            return self._page(request, "directories.html", status, case=case, silent=silent, shown_at=shown_at)
        return self._page(
            request,
            "request.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
            shown_at=shown_at,
            case=case,
            findings={_key(finding): finding for finding in findings},
            formats_asked=self._requester.formats_asked,
            assured=_is_assured(visitor, findings[0]),
            fault=fault,
            attempt=attempt or secrets.token_urlsafe(12),
        )

    def _findings(self, case: Case) -> tuple[Finding, ...] | None:
        """Who can provide the evidence; None while the directories do not answer."""
        try:
            findings = self._discovery.find(case, self._provider_country)
        except PeerError as failure:
            _LOG.warning("the directories do not answer for the case %s: %s", case.key, type(failure).__name__)
            return None
        if not findings:
            _LOG.warning("the directories know nobody who provides for the case %s", case.key)
        return findings

    def ask(
        self,
        request: Request,
        key: str,
        attempt: Annotated[str, Form(max_length=_LONGEST_ATTEMPT)] = "",
        service: Annotated[str, Form()] = "",
        explicit: Annotated[str, Form()] = "",
    ) -> Response:
        case, visitor = _case(key), visitor_of(request)
        if visitor is None:
            return _see_other(f"/cases/{case.key}")
        finding = next((each for each in self._findings(case) or () if _key(each) == service), None)
        if finding is None or explicit != "given":
            return self._explain(request, case, visitor, "explicit" if finding else "service", attempt)
        try:
            form = f"{visitor.conversation_id} {attempt}"
            exchange_id = self._requester.ask(case, finding, visitor.person, visitor.conversation_id, form)
        except UnsendableError as fault:
            _LOG.error("a request for the case %s is not sent, because it would break a rule: %s", case.key, fault)
            return self._explain(request, case, visitor, "service", attempt)
        return _see_other(f"/evidence/{exchange_id}")

    # --- 4 and 5: the exchange ---

    def welcome_back(self, exchange_id: str) -> Response:
        if not is_uuid(exchange_id):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return _see_other(f"/evidence/{exchange_id}")

    def progress(self, request: Request, exchange_id: str, refresh: str = "on") -> Response:
        if not is_uuid(exchange_id):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        visitor = visitor_of(request)
        if visitor is None:
            return self._sign_in_again(request, exchange_id)
        progress = self._asked_for(visitor, exchange_id)
        if not visitor.is_as_sure(progress.request):
            return self._sign_in_again(request, exchange_id)
        decide_by = progress.deadline and progress.deadline - self._grace
        shown = {"progress": progress, "case": case_of(progress.case), "decide_by": decide_by}
        ending = ending_of(progress)
        if ending:
            return self._page(request, "ending.html", ending=ending, **shown)
        if progress.state is RequesterState.PREVIEW_OFFERED:
            return self._page(request, "offer.html", **shown)
        if progress.state is RequesterState.DELIVERED:
            return self._page(request, "evidence.html", received=self._received(progress), **shown)
        if progress.state is RequesterState.FINISHED:
            return self._page(request, "receipt.html", **shown)
        return self._waiting(request, refresh == "on", shown)

    def _waiting(self, request: Request, refreshing: bool, shown: dict[str, object]) -> Response:
        """The header `Refresh` asks again without script; a visitor can turn it off (WCAG 2.2.2)."""
        page = self._page(request, "waiting.html", refreshing=refreshing, **shown)
        if refreshing:
            page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

    def _sign_in_again(self, request: Request, exchange_id: str) -> Response:
        return self._page(request, "signin_again.html", HTTPStatus.FORBIDDEN, exchange_id=exchange_id)

    def _own(self, request: Request, exchange_id: str) -> Progress:
        """The exchange, for the person who asked and is as surely signed in; HTTP 403 for her with a weaker sign-in."""
        visitor = visitor_of(request)
        progress = self._asked_for(visitor, exchange_id)
        if visitor is None or not visitor.is_as_sure(progress.request):
            raise ClosedError(HTTPStatus.FORBIDDEN, f"/evidence/{exchange_id}")
        return progress

    def _asked_for(self, visitor: Visitor | None, exchange_id: str) -> Progress:
        """The exchange, for the person who asked; HTTP 404 for everybody else, as if there were none."""
        try:
            progress = self._requester.progress(exchange_id)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if visitor is None or not visitor.asked(progress.request):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return progress

    def _received(self, progress: Progress) -> list[ReceivedDocument]:
        """What has arrived, readable documents first."""
        received = [self._read(progress.exchange_id, number, progress) for number in range(len(progress.documents))]
        return sorted(received, key=lambda shown: shown.document.distribution.format != PDF)

    def _read(self, exchange_id: str, number: int, progress: Progress) -> ReceivedDocument:
        document, content = self._requester.evidence(exchange_id, number)
        media_type = document.distribution.format
        part = next(part for part in progress.parts if part.content_id == document.content_id)
        return ReceivedDocument(
            number,
            document,
            part.length,
            part.sha256,
            self._check_seal(content, media_type),
            _pages(content) if media_type == PDF else (),
            readable(whole(content)) if media_type == XML and part.length <= MOST_SHOWN else None,
        )

    def preview(self, request: Request, exchange_id: str) -> Response:
        self._own(request, exchange_id)
        try:
            location = self._requester.go_to_preview(exchange_id)
        except NotPossibleError:
            return _see_other(f"/evidence/{exchange_id}")
        return _see_other(self._origins.to_browser(location))

    def finish(self, request: Request, exchange_id: str) -> Response:
        self._own(request, exchange_id)
        with suppress(NotPossibleError):  # finished before: the receipt says so
            self._requester.finish(exchange_id)
        return _see_other(f"/evidence/{exchange_id}")

    def document(self, request: Request, exchange_id: str, number: Number) -> Response:
        document, content = self._evidence(request, exchange_id, number)
        return download(content, document.distribution.format, document.title)

    def page_image(self, request: Request, exchange_id: str, number: Number, page: Number) -> Response:
        _, content = self._evidence(request, exchange_id, number)
        try:
            return Response(render(content, page), media_type="image/png")
        except (IndexError, UnreadablePdfError):
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def _evidence(self, request: Request, exchange_id: str, number: int) -> tuple[EvidenceDocument, Content]:
        self._own(request, exchange_id)
        try:
            return self._requester.evidence(exchange_id, number)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    # --- the other way ---

    def offer_upload(self, request: Request, key: str) -> Response:
        return self._upload_form(request, _case(key), None)

    def take_upload(self, request: Request, key: str, fault: Annotated[Fault | None, Depends(uploaded)]) -> Response:
        case = _case(key)
        return self._upload_form(request, case, fault) if fault else _see_other(f"/cases/{case.key}/uploaded")

    def _upload_form(self, request: Request, case: Case, fault: Fault | None) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
        most = MOST_BYTES // 1024 // 1024
        shown_at = f"/cases/{case.key}/upload"
        return self._page(request, "upload.html", status, shown_at=shown_at, case=case, fault=fault, most=most)

    def thank(self, request: Request, key: str) -> Response:
        return self._page(request, "uploaded.html", case=_case(key))


def _case(key: str) -> Case:
    try:
        return case_of(key)
    except LookupError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _key(finding: Finding) -> str:
    """What the form calls a finding."""
    return f"{finding.service.identifier}@{finding.access_service.identifier.value}"


def _is_assured(visitor: Visitor, finding: Finding) -> bool:
    level = visitor.person.level_of_assurance
    return level is not None and level.reaches(finding.service.level_of_assurance)


def _pages(pdf: Content) -> tuple[str, ...]:
    """The text of each page; none if the document cannot be shown."""
    try:
        return texts_of(pdf)
    except UnreadablePdfError:
        return ()


def _sign_in_path(path: str) -> str:
    """Where a sign-in that was to lead to `path` can be begun again."""
    return "/" if path == "/" else path.removesuffix("/request") + "/signin"


def _see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)
