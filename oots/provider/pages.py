"""The preview space's door for people: sign in anew, see exactly what would be sent, decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from oots.model.content import Content
from oots.model.person import NaturalPerson
from oots.model.text import Text, in_language
from oots.provider import visitors
from oots.provider.mailbox import PostOffice
from oots.provider.mailbox_pages import OPENED, MailboxPages
from oots.provider.mailbox_pages import PATH as POST
from oots.provider.preview import PreviewClosedError, PreviewSpace, UnpaidError
from oots.provider.shown import Place, ShownDocument, Stage
from oots.provider.views import package_view
from oots.trust.revocation import UnsettledError
from oots.web.behind import BehindTheScenes
from oots.web.countries import authority_in, country
from oots.web.downloads import download
from oots.web.frame import ClosedError, Frame, language
from oots.web.numbers import Number
from oots.web.openid import SignInError, SignInFailure
from oots.web.origins import Origins
from oots.web.page_images import UnreadablePdfError, render
from oots.web.procedures import procedure
from oots.web.sessions import StaleFormError, check_csrf, session_of
from oots.web.signin import SignIn
from oots.web.words import Words

TEMPLATES = Path(__file__).parent / "templates"
REFRESH_SECONDS = 1
ACCEPT, DECLINE = "accept", "decline"
_Document = tuple[ShownDocument, Content]
_Get = Callable[[str, int, int], _Document]
_CLOSED = {Stage.UNKNOWN: 404, Stage.DECIDED: 410, Stage.LAPSED: 410}


@dataclass(frozen=True, slots=True)
class Opened:
    """What is open on the first page besides: the pages of the registers, and those of caseworkers.

    `digital_post` tells whether letters stand in for Digital Post, which is Danish.
    """

    registers: bool = False
    casework: bool = False
    digital_post: bool = True


def router(
    *,
    space: PreviewSpace,
    post_office: PostOffice,
    frame: Frame,
    sign_in: SignIn,
    origins: Origins,
    opened: Opened,
    behind: BehindTheScenes | None = None,
) -> APIRouter:
    """The pages of the preview space, and those of the mailbox.

    The service must carry the middleware `Sessions`; form posts are redirected to the portals of `origins`. `behind`
    shows what happens behind the pages, where that is wanted.
    """
    mailbox = MailboxPages(post_office, frame, sign_in, digital_post=opened.digital_post)
    pages = _PreviewPages(space, mailbox, frame, sign_in, origins, opened, behind)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", pages.about)
    posted = [Depends(check_csrf)]
    routes.add_api_route("/signin/callback", pages.signed_in)
    routes.add_api_route("/signin/failed", pages.not_signed_in)
    routes.add_api_route(POST, mailbox.letters)
    routes.add_api_route(f"{POST}/signin", mailbox.sign_in)
    routes.add_api_route(f"{POST}/signout", mailbox.sign_out, methods=["POST"], dependencies=posted)
    routes.include_router(mailbox.own_log().routes(mailbox.sign_in_for_log))
    routes.add_api_route("/p/{token}", pages.enter)
    routes.add_api_route("/p/{token}/signin", pages.sign_in)
    routes.add_api_route("/p/{token}/refused", pages.refused)
    routes.add_api_route("/p/{token}/decision", pages.decide, methods=["POST"], dependencies=posted)
    routes.add_api_route("/p/{token}/payment", pages.pay, methods=["POST"], dependencies=posted)
    routes.add_api_route("/p/{token}/signout", pages.sign_out, methods=["POST"], dependencies=posted)
    routes.add_api_route("/p/{token}/{package}/{number}", pages.document)
    routes.add_api_route("/p/{token}/{package}/{number}/pages/{page}", pages.page_image)
    return routes


async def _form(request: Request) -> FormData:
    return await request.form()


class _PreviewPages:
    def __init__(
        self,
        space: PreviewSpace,
        mailbox: MailboxPages,
        frame: Frame,
        sign_in: SignIn,
        origins: Origins,
        opened: Opened,
        behind: BehindTheScenes | None,
    ) -> None:
        self._space = space
        self._behind = behind
        self._mailbox = mailbox
        self._frame = frame
        self._sign_in = sign_in
        self._origins = origins
        self._opened = opened

    def _page(self, request: Request, name: str, status: int = 200, /, **context: object) -> Response:
        lang = language(request)

        def said(texts: Sequence[Text]) -> str:
            return in_language(texts, lang)

        if self._behind:
            token = context.get("token")
            shown = self._exchange_shown(request, token) if isinstance(token, str) else None
            context["behind"] = self._behind.of(request, lang, shown, context.get("shown_at"))
        return self._frame.page(request, name, status, said=said, **context)

    def _exchange_shown(self, request: Request, token: str) -> str | None:
        """The exchange of a link, for the session that was admitted to it alone."""
        return self._space.place(token).exchange_id if visitors.is_admitted(request, token) else None

    def about(self, request: Request) -> Response:
        return self._page(request, "about.html", opened=self._opened)

    # --- the way in ---

    def enter(self, request: Request, token: str, refresh: str = "on") -> Response:
        place = self._space.place(token)
        if place.stage in _CLOSED:
            return self._closed(request, place, token)
        shown = self._shown(place, token)
        if not visitors.is_admitted(request, token):
            return self._page(request, "link.html", **shown)
        if place.stage is Stage.WAITING:
            return self._waiting(request, refresh == "on", shown)
        return self._preview(request, token)

    def _shown(self, place: Place, token: str) -> dict[str, object]:
        return {
            "place": place,
            "token": token,
            "recipient_country": country(place.requester_country),
            "recipient": authority_in(place.requester_names, place.requester_country),
            "purpose": procedure(place.procedure),
            "authority_name": _words(place.authority_names),
            "host_name": _words(place.host_names) if place.host_names else None,
        }

    def _closed(self, request: Request, place: Place, token: str) -> Response:
        name = "unknown.html" if place.stage is Stage.UNKNOWN else "closed.html"
        back = place.return_location and self._origins.to_browser(place.return_location)
        shown = {} if place.stage is Stage.UNKNOWN else self._shown(place, token)
        decided = place.stage is Stage.DECIDED
        return self._page(request, name, _CLOSED[place.stage], decided=decided, back=back, **shown)

    def _waiting(self, request: Request, refreshing: bool, shown: dict[str, object]) -> Response:
        """The header `Refresh` asks again without script; a visitor can turn it off (WCAG 2.2.2)."""
        page = self._page(request, "waiting.html", refreshing=refreshing, **shown)
        if refreshing:
            page.headers["Refresh"] = str(REFRESH_SECONDS)
        return page

    def sign_in(self, request: Request, token: str) -> Response:
        """Demand a renewed sign-in for this very link; an admission from before ends."""
        if self._space.place(token).stage in _CLOSED:
            return _see_other(f"/p/{token}")
        visitors.dismiss(request, token)
        session_of(request)["signing_in_for"] = f"/p/{token}"
        return self._sign_in.begin(request, f"/p/{token}", prompt_login=True)

    async def signed_in(self, request: Request) -> Response:
        try:
            signed_in = await self._sign_in.complete(request)
        except SignInError as failure:
            return _see_other(f"/signin/failed?why={failure.kind}")
        if signed_in.next in OPENED:
            return await run_in_threadpool(self._mailbox.admit, request, signed_in.person, signed_in.next)
        token = signed_in.next.removeprefix("/p/")
        return await run_in_threadpool(self._admit, request, token, signed_in.person)

    def not_signed_in(self, request: Request, why: SignInFailure) -> Response:
        """At an address of its own, which can be read again and in another language."""
        return self._page(
            request,
            "signin_failed.html",
            HTTPStatus.SERVICE_UNAVAILABLE if why is SignInFailure.UNREACHABLE else HTTPStatus.BAD_REQUEST,
            cancelled=why is SignInFailure.CANCELLED,
            unreachable=why is SignInFailure.UNREACHABLE,
            again=session_of(request).get("signing_in_for"),
        )

    def _admit(self, request: Request, token: str, person: NaturalPerson) -> Response:
        visitors.hand_over(request, person)
        try:
            admitted = self._space.admit(token, person)
        except PreviewClosedError:
            return _see_other(f"/p/{token}")
        if not admitted:
            return _see_other(f"/p/{token}/refused")
        visitors.admit(request, token)
        visitors.goes_to(request, f"/p/{token}")
        return _see_other(f"/p/{token}")

    def refused(self, request: Request, token: str) -> Response:
        """The same for every link and every person, whatever did not match."""
        return self._page(request, "refused.html", HTTPStatus.FORBIDDEN, token=token)

    def sign_out(self, request: Request, token: str) -> Response:
        """Forget the visitor, who may come back later: the link works on."""
        session_of(request).end()
        return _see_other(f"/p/{token}")

    # --- what is shown ---

    def _preview(
        self, request: Request, token: str, missing: Sequence[int] = (), unpaid: Sequence[int] = ()
    ) -> Response:
        """`missing` are the packages for which no choice was made, `unpaid` those that must be paid for first."""
        try:
            packages = tuple(package_view(self._space, token, package) for package in self._space.packages(token))
            acted_for = self._space.acted_for(token)
        except PreviewClosedError:
            return _see_other(f"/p/{token}")
        shown = self._shown(self._space.place(token), token)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if missing or unpaid else HTTPStatus.OK
        shown |= {
            "packages": packages,
            "acted_for": acted_for,
            "digital_post": self._opened.digital_post,
            "shown_at": f"/p/{token}",
        }
        return self._page(request, "preview.html", status, missing=missing, unpaid=unpaid, **shown)

    def document(self, request: Request, token: str, package: Number, number: Number) -> Response:
        """The file itself, once a fee for it has been paid; before that the person is led back to pay."""
        try:
            shown, content = self._content(request, token, package, number, self._space.file)
        except UnpaidError:
            raise ClosedError(HTTPStatus.PAYMENT_REQUIRED, f"/p/{token}") from None
        return download(content, shown.media_type, shown.title)

    def page_image(self, request: Request, token: str, package: Number, number: Number, page: Number) -> Response:
        _, content = self._content(request, token, package, number, self._space.content)
        try:
            return Response(render(content, page), media_type="image/png")
        except (IndexError, UnreadablePdfError):
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def _content(self, request: Request, token: str, package: int, number: int, get: _Get) -> _Document:
        """The exact bytes, for a session that was admitted to this very link; HTTP 403 for any other."""
        if not visitors.is_admitted(request, token):
            raise ClosedError(HTTPStatus.FORBIDDEN, f"/p/{token}")
        try:
            return get(token, package, number)
        except PreviewClosedError as closed:
            raise ClosedError(_CLOSED.get(closed.stage, HTTPStatus.NOT_FOUND), f"/p/{token}") from None
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    # --- the decision ---

    def decide(self, request: Request, token: str, form: Annotated[FormData, Depends(_form)]) -> Response:
        """Each package is accepted or declined; nothing is sent while a choice is missing.

        The same decision once more leads the same way; another one does not count and is told so.
        """
        if not visitors.is_admitted(request, token):
            raise StaleFormError
        choices = _choices(form)
        try:
            numbers = self._numbers(token, choices)
            if missing := [number for number in numbers if number not in choices]:
                return self._preview(request, token, missing)
            accepted = [number for number in numbers if choices[number] == ACCEPT]
            return _see_other(self._origins.to_browser(self._space.decide(token, accepted)))
        except PreviewClosedError:
            return _see_other(f"/p/{token}")
        except UnpaidError as unpaid:
            return self._preview(request, token, unpaid=unpaid.numbers)
        except UnsettledError:
            raise ClosedError(HTTPStatus.SERVICE_UNAVAILABLE, f"/p/{token}") from None

    def pay(self, request: Request, token: str, form: Annotated[FormData, Depends(_form)]) -> Response:
        """A stand-in: whoever presses the button has paid."""
        if not visitors.is_admitted(request, token):
            raise StaleFormError
        piece = re.fullmatch(r"[0-9]{1,4}", str(form.get("piece", "")))
        try:
            self._space.pay(token, int(piece[0]) if piece else -1)
        except PreviewClosedError:
            return _see_other(f"/p/{token}")
        except LookupError:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        return _see_other(f"/p/{token}")

    def _numbers(self, token: str, choices: Mapping[int, str]) -> list[int]:
        """What there is to decide on; once a decision was taken, what it was about as this form tells it."""
        try:
            return [package.number for package in self._space.packages(token)]
        except PreviewClosedError as closed:
            if closed.stage is Stage.DECIDED:
                return list(choices)
            raise


def _words(names: Sequence[Text]) -> Words:
    return Words(in_language(names, "da"), in_language(names, "en"))


def _choices(form: FormData) -> dict[int, str]:
    """The choice for each package by its number; one that is said twice is none."""
    named = ((re.fullmatch(r"package-([0-9]{1,4})", name), form.getlist(name)) for name in form)
    return {int(name[1]): str(said[0]) for name, said in named if name and said in ([ACCEPT], [DECLINE])}


def _see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)
