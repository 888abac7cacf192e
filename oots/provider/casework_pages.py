"""Rare cases as a caseworker meets them: listed, looked at, attached to, decided. Sign-in is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from oots.model.person import LegalPerson
from oots.model.text import Text, in_language
from oots.provider.casework import CaseState, Casework, DecidedError, Decision, HandCase, NothingAttachedError
from oots.web.countries import authority_in
from oots.web.downloads import download
from oots.web.frame import ClosedError, Frame, language
from oots.web.page_images import UnreadablePdfError, texts_of
from oots.web.procedures import procedure
from oots.web.security import UPLOAD
from oots.web.sessions import check_csrf, session_of
from oots.web.uploads import Fault, received

MOST_BYTES = 1024 * 1024
"""What is larger would be written to disk as it is, while it comes in."""
PATH = "/casework"
CONFIRMED = "yes"
_SIGNED_IN = "caseworker"
_ENCRYPTED = b"/Encrypt"
"""The entry of a trailer, which is never compressed (ISO 32000-1, 7.5.5)."""


async def _form(request: Request) -> FormData:
    return await request.form()


async def _uploaded(request: Request) -> bytes | Fault:
    return await received(request, MOST_BYTES, (b"%PDF-",))


def router(casework: Casework, frame: Frame) -> APIRouter:
    """`GET /casework` and below: for services that open it only, since whoever reaches it signs in as a caseworker.

    The service must carry the middleware `Sessions`.
    """
    pages = _CaseworkPages(casework, frame)
    routes = APIRouter(include_in_schema=False)
    posted = [Depends(check_csrf)]
    case = f"{PATH}/{{case_id}}"
    routes.add_api_route(PATH, pages.listed)
    routes.add_api_route(f"{PATH}/signin", pages.sign_in, methods=["POST"], dependencies=posted)
    routes.add_api_route(f"{PATH}/signout", pages.sign_out, methods=["POST"], dependencies=posted)
    routes.add_api_route(case, pages.case)
    routes.add_api_route(f"{case}/attached", pages.attached)
    routes.add_api_route(f"{case}{UPLOAD}", pages.attach, methods=["POST"])
    routes.add_api_route(f"{case}/decision", pages.decide, methods=["POST"], dependencies=posted)
    return routes


class _CaseworkPages:
    def __init__(self, casework: Casework, frame: Frame) -> None:
        self._casework = casework
        self._frame = frame

    # --- the way in ---

    def sign_in(self, request: Request) -> Response:
        session = session_of(request)
        session.renew()
        session[_SIGNED_IN] = True
        return _see_other(PATH)

    def sign_out(self, request: Request) -> Response:
        session_of(request).end()
        return _see_other(PATH)

    def _case(self, request: Request, case_id: str) -> HandCase:
        """The case, for a caseworker; HTTP 403 for anybody else, whether there is one or not."""
        if not _is_caseworker(request):
            raise ClosedError(HTTPStatus.FORBIDDEN, PATH)
        try:
            return self._casework.case(case_id)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    # --- what is shown ---

    def listed(self, request: Request) -> Response:
        if not _is_caseworker(request):
            return self._page(request, "casework_signin.html")
        return self._page(request, "casework.html", cases=self._casework.cases())

    def case(self, request: Request, case_id: str) -> Response:
        return self._shown(request, self._case(request, case_id))

    def _shown(self, request: Request, case: HandCase, fault: str | None = None) -> Response:
        asked = case.request
        address = asked.requester.address
        return self._page(
            request,
            "casework_case.html",
            HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
            case=case,
            fault=fault,
            about=_about(case),
            born=_born(case),
            recipient=authority_in(asked.requester.names, address.country if address else None),
            purpose=procedure(asked.procedure),
            requirements=[requirement.names for requirement in asked.requirements if requirement.names],
            most=MOST_BYTES // 1024 // 1024,
            shown_at=f"{PATH}/{case.case_id}",
        )

    def attached(self, request: Request, case_id: str) -> Response:
        self._case(request, case_id)
        pdf = self._casework.attached(case_id)
        if pdf is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return download(pdf, "application/pdf", f"bilag-{case_id[:8]}")

    # --- what is done ---

    def attach(self, request: Request, case_id: str, content: Annotated[bytes | Fault, Depends(_uploaded)]) -> Response:
        """A document counts only if it can be read as a PDF."""
        case = self._case(request, case_id)
        fault = content if isinstance(content, Fault) else _flaw(content)
        if fault is not None or isinstance(content, Fault):
            return self._shown(request, case, fault)
        try:
            self._casework.attach(case_id, content)
        except DecidedError:
            return self._shown(request, case, "decided")
        return _see_other(f"{PATH}/{case_id}")

    def decide(self, request: Request, case_id: str, form: Annotated[FormData, Depends(_form)]) -> Response:
        """Only what has been confirmed counts."""
        case = self._case(request, case_id)
        if form.get("confirmed") != CONFIRMED and case.state is CaseState.WAITING:
            return self._shown(request, case, "unconfirmed")
        try:
            self._casework.decide(case_id, Decision(str(form.get("decision", ""))))
        except ValueError:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        except DecidedError:
            return self._shown(request, case, "decided")
        except NothingAttachedError:
            return self._shown(request, case, Fault.MISSING)
        return _see_other(f"{PATH}/{case_id}")

    def _page(self, request: Request, name: str, status: int = 200, /, **context: object) -> Response:
        lang = language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        return self._frame.page(request, name, status, said=said, **context)


def _is_caseworker(request: Request) -> bool:
    return session_of(request).get(_SIGNED_IN) is True


def _flaw(content: bytes) -> Fault | None:
    """What is encrypted could be shown, perhaps, and not be sealed."""
    if _ENCRYPTED in content:
        return Fault.WRONG_TYPE
    try:
        texts_of(content)
    except UnreadablePdfError:
        return Fault.WRONG_TYPE
    return None


def _about(case: HandCase) -> str:
    subject = case.request.subject
    if isinstance(subject, LegalPerson):
        return subject.legal_name
    return f"{subject.given_name} {subject.family_name}"


def _born(case: HandCase) -> date | None:
    subject = case.request.subject
    return None if isinstance(subject, LegalPerson) else subject.date_of_birth


def _see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)
