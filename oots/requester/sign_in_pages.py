"""In and out: the way through the eIDAS node, for a case, for an exchange, for a file or for an invitation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Form, Request
from starlette.responses import Response

from oots.own_log.pages import PATH as LOG
from oots.requester.portal import Portal, expect_id, expect_token, see_other
from oots.requester.visitor import Visitor, remember, visitor_of
from oots.web.openid import SignInError, SignInFailure
from oots.web.sessions import session_of
from oots.web.signin import SignedIn


class SignInPages:
    """Pages of sign-in and sign-out."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def for_case(self, request: Request, key: str) -> Response:
        return self._begin(request, f"/cases/{self._portal.case(key).key}/request")

    def for_evidence(self, request: Request, exchange_id: str) -> Response:
        return self._begin(request, f"/evidence/{expect_id(exchange_id)}")

    def for_file(self, request: Request, file_id: str) -> Response:
        return self._begin(request, f"/files/{expect_token(file_id)}")

    def for_invitation(self, request: Request, secret: str) -> Response:
        return self._begin(request, f"/invitations/{expect_token(secret)}")

    def for_log(self, request: Request) -> Response:
        return self._begin(request, LOG)

    def _begin(self, request: Request, path: str) -> Response:
        session_of(request)["signing_in_for"] = path
        return self._portal.sign_in.begin(request, path)

    async def signed_in(self, request: Request) -> Response:
        try:
            signed_in: SignedIn = await self._portal.sign_in.complete(request)
        except SignInError as failure:
            return see_other(f"/signin/failed?why={failure.kind}")
        remember(request, Visitor(signed_in.subject, self._portal.ids.uuid(), signed_in.representative))
        return see_other(signed_in.next)

    def not_signed_in(self, request: Request, why: SignInFailure) -> Response:
        """At an address of its own, which can be read again and in another language."""
        unreachable, path = why is SignInFailure.UNREACHABLE, session_of(request).get("signing_in_for", "/")
        return self._portal.page(
            request,
            "signin_failed.html",
            HTTPStatus.SERVICE_UNAVAILABLE if unreachable else HTTPStatus.BAD_REQUEST,
            cancelled=why is SignInFailure.CANCELLED,
            unreachable=unreachable,
            again=path if visitor_of(request) else _sign_in_path(path),
        )

    def sign_out(self, request: Request, case: Annotated[str, Form()] = "") -> Response:
        """To the front page, or to the beginning of the case that was shown."""
        path = f"/cases/{self._portal.case(case).key}" if case else "/"
        session_of(request).end()
        return see_other(path)


def _sign_in_path(path: str) -> str:
    """Where a sign-in that was to lead to `path` can be begun again."""
    return "/" if path == "/" else path.removesuffix("/request") + "/signin"
