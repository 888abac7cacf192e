"""The portal's door for people: from the case to the evidence, one page for each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Depends, Request

from oots.model.clock import Clock, Ids
from oots.model.content import Content
from oots.model.text import in_language
from oots.own_log.log import Reader
from oots.own_log.pages import OwnLogPages
from oots.requester.case_pages import CasePages
from oots.requester.cases import case_of
from oots.requester.choices import CodeLists
from oots.requester.discovery import Discovery
from oots.requester.evidence_pages import EvidencePages
from oots.requester.file_pages import FilePages
from oots.requester.portal import Portal
from oots.requester.record import RequesterExchange
from oots.requester.service import EvidenceRequester
from oots.requester.sign_in_pages import SignInPages
from oots.requester.upload_pages import UploadPages
from oots.requester.visitor import visitor_of
from oots.trust.seal_report import SealReport
from oots.web.behind import BehindTheScenes
from oots.web.frame import Frame
from oots.web.origins import Origins
from oots.web.sessions import check_csrf
from oots.web.signin import SignIn
from oots.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"


def router(
    *,
    requester: EvidenceRequester,
    discovery: Discovery,
    frame: Frame,
    sign_in: SignIn,
    origins: Origins,
    check_seal: Callable[[Content, str], SealReport],
    ids: Ids,
    clock: Clock,
    grace: timedelta,
    country: str = "LT",
    provider_countries: Sequence[str] = ("DK",),
    code_lists: CodeLists = MappingProxyType({}),
    behind: BehindTheScenes | None = None,
) -> APIRouter:
    """The pages of the portal of `country`, as `Portal` tells what they need.

    The service must carry the middleware `Sessions`; form posts are redirected to the preview spaces of `origins`.
    """
    portal = Portal(
        requester,
        discovery,
        frame,
        sign_in,
        origins,
        check_seal,
        ids,
        clock,
        grace,
        behind,
        country,
        tuple(provider_countries),
        code_lists,
    )
    routes = APIRouter(include_in_schema=False)
    _sign_in_routes(routes, SignInPages(portal))
    _case_routes(routes, CasePages(portal), UploadPages(portal))
    _evidence_routes(routes, EvidencePages(portal))
    _file_routes(routes, FilePages(portal))
    routes.include_router(_own_log(portal).routes(SignInPages(portal).for_log))
    return routes


def _own_log(portal: Portal) -> OwnLogPages[RequesterExchange]:
    def reader(request: Request) -> Reader | None:
        visitor = visitor_of(request)
        return Reader(visitor.who, visitor.is_as_sure) if visitor else None

    def purpose(record: RequesterExchange) -> Words:
        titles = case_of(record.case).titles
        return Words(in_language(titles, "da"), in_language(titles, "en"))

    return OwnLogPages(
        frame=portal.frame,
        reader=reader,
        asked=lambda who: portal.requester.asked_about(who),
        purpose=purpose,
        signout="/signout",
    )


_POSTED = [Depends(check_csrf)]


def _sign_in_routes(routes: APIRouter, pages: SignInPages) -> None:
    routes.add_api_route("/cases/{key}/signin", pages.for_case)
    routes.add_api_route("/evidence/{exchange_id}/signin", pages.for_evidence)
    routes.add_api_route("/files/{file_id}/signin", pages.for_file)
    routes.add_api_route("/invitations/{secret}/signin", pages.for_invitation)
    routes.add_api_route("/signin/callback", pages.signed_in)
    routes.add_api_route("/signin/failed", pages.not_signed_in)
    routes.add_api_route("/signout", pages.sign_out, methods=["POST"], dependencies=_POSTED)


def _case_routes(routes: APIRouter, pages: CasePages, uploads: UploadPages) -> None:
    routes.add_api_route("/", pages.front)
    routes.add_api_route("/cases/{key}", pages.invite)
    routes.add_api_route("/cases/{key}/where", pages.where)
    routes.add_api_route("/cases/{key}/where", pages.answer, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/cases/{key}/request", pages.explain)
    routes.add_api_route("/cases/{key}/request", pages.ask, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/cases/{key}/upload", uploads.offer)
    routes.add_api_route("/cases/{key}/upload", uploads.take, methods=["POST"])
    routes.add_api_route("/cases/{key}/uploaded", uploads.thank)


def _evidence_routes(routes: APIRouter, pages: EvidencePages) -> None:
    routes.add_api_route("/return/{exchange_id}", pages.welcome_back)
    routes.add_api_route("/evidence/{exchange_id}", pages.progress)
    routes.add_api_route("/evidence/{exchange_id}/again", pages.again)
    routes.add_api_route("/evidence/{exchange_id}/preview", pages.preview, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/evidence/{exchange_id}/finish", pages.finish, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/evidence/{exchange_id}/documents/{number}", pages.document)
    routes.add_api_route("/evidence/{exchange_id}/documents/{number}/pages/{page}", pages.page_image)


def _file_routes(routes: APIRouter, pages: FilePages) -> None:
    routes.add_api_route("/files/{file_id}", pages.show)
    routes.add_api_route("/files/{file_id}/invite", pages.invite, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/invitations/{secret}", pages.invitation)
    routes.add_api_route("/invitations/{secret}/join", pages.join, methods=["POST"], dependencies=_POSTED)
