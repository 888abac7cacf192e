"""In and out, what somebody lacks, masked and unmasked, and who has looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from starlette.responses import RedirectResponse, Response

from oots.inspector.access.accounts import Account
from oots.inspector.access.looks import LEAST_REASON, LOOKS_ON_A_PAGE, MOST_REASON, MaskedError
from oots.inspector.access.oidc import CALLBACK, IssuerDoor
from oots.inspector.access.reviewers import (
    SIGN_IN,
    Duty,
    MissingDutyError,
    admit,
    expect,
    reviewer_of,
    shown_by,
    signed_in,
)
from oots.inspector.inspection import Inspection
from oots.web.frame import Frame
from oots.web.numbers import MOST, NumberAsked
from oots.web.openid import SignInError, SignInFailure
from oots.web.security import leads_here
from oots.web.sessions import check_csrf, session_of
from oots.web.words import Words

FRONT = "/exchanges"
_POSTED = [Depends(check_csrf)]

DUTIES: Mapping[Duty, Words] = {
    Duty.READ: Words("se udvekslinger", "look at exchanges"),
    Duty.REVIEW: Words("udfylde gennemgange", "fill in reviews"),
    Duty.SIGN: Words("skrive under på gennemgange", "sign reviews"),
}


def told(request: Request) -> Mapping[str, object]:
    """What every page of the inspector knows of who looks at it."""
    return {
        "reviewer": signed_in(request),
        "shown_path": shown_by(request),
        "duties": DUTIES,
        "least_reason": LEAST_REASON,
        "most_reason": MOST_REASON,
    }


@dataclass(frozen=True, slots=True)
class Doors:
    """How reviewers come in: by choosing a stand-in account, or through an issuer."""

    accounts: Sequence[Account] = ()
    issuer: IssuerDoor | None = None

    @property
    def mark(self) -> str:
        """What tells this way in from any other one; an issuer's is another one with other duties."""
        return self.issuer.mark if self.issuer else "accounts"


def door(frame: Frame, doors: Doors) -> APIRouter:
    """`/signin` and what is below it, and `/signout`, which are open to everybody."""
    pages = _Door(frame, doors)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(SIGN_IN, pages.ask)
    routes.add_api_route(f"{SIGN_IN}/account", pages.take, methods=["POST"], dependencies=_POSTED)
    if doors.issuer is not None:
        routes.add_api_route(f"{SIGN_IN}/issuer", pages.go)
        routes.add_api_route(CALLBACK, pages.come_back)
        routes.add_api_route(f"{SIGN_IN}/failed", pages.failed)
    routes.add_api_route("/signout", pages.leave, methods=["POST"], dependencies=_POSTED)
    return routes


def looking(inspection: Inspection) -> APIRouter:
    """`GET /looks`, `POST /exchanges/{exchange_id}/unmask` and `/mask`."""
    pages = _Looking(inspection)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/exchanges/{exchange_id}/unmask", pages.unmask, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/exchanges/{exchange_id}/mask", pages.mask, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/looks", pages.looks, dependencies=[Depends(expect(Duty.REVIEW))])
    return routes


def answer_refusals(app: FastAPI, frame: Frame) -> None:
    """Pages that say what a reviewer lacks, and what has to be unmasked before it is shown."""

    @app.exception_handler(MissingDutyError)
    def lacking(request: Request, error: MissingDutyError) -> Response:
        return frame.page(request, "missing_duty.html", 403, missing=error.duty)

    @app.exception_handler(MaskedError)
    def masked(request: Request, error: MaskedError) -> Response:
        return frame.page(request, "masked.html", 403, exchange_id=error.exchange_id, fault=False)


class _Door:
    def __init__(self, frame: Frame, doors: Doors) -> None:
        self._frame = frame
        self._doors = doors
        self._accounts = {account.reviewer.key: account for account in doors.accounts}

    def ask(self, request: Request, next: str = FRONT) -> Response:
        name = self._doors.issuer.name if self._doors.issuer else None
        accounts = self._doors.accounts
        return self._frame.page(request, "signin.html", accounts=accounts, issuer=name, next=_here(next))

    def go(self, request: Request, next: str = FRONT) -> Response:
        """Only where there is an issuer."""
        try:
            return self._issuer.begin(request, _here(next))
        except SignInError as failure:
            return _see_other(f"{SIGN_IN}/failed?why={failure.kind}")

    async def come_back(self, request: Request) -> Response:
        try:
            reviewer, next = await self._issuer.complete(request)
        except SignInError as failure:
            return _see_other(f"{SIGN_IN}/failed?why={failure.kind}")
        admit(request, reviewer)
        return _see_other(_here(next))

    def failed(self, request: Request, why: SignInFailure) -> Response:
        """At an address of its own, which can be read again and in another language."""
        unreachable = why is SignInFailure.UNREACHABLE
        return self._frame.page(
            request,
            "signin_failed.html",
            HTTPStatus.SERVICE_UNAVAILABLE if unreachable else HTTPStatus.BAD_REQUEST,
            cancelled=why is SignInFailure.CANCELLED,
            unreachable=unreachable,
            issuer=self._issuer.name,
        )

    @property
    def _issuer(self) -> IssuerDoor:
        assert self._doors.issuer is not None  # noqa: S101 (its routes exist with it alone)
        return self._doors.issuer

    def take(
        self, request: Request, account: Annotated[str, Form()] = "", next: Annotated[str, Form()] = FRONT
    ) -> Response:
        chosen = self._accounts.get(account)
        if chosen is None:
            return _see_other(SIGN_IN)
        admit(request, chosen.reviewer)
        return _see_other(_here(next))

    def leave(self, request: Request) -> Response:
        session_of(request).end()
        return _see_other(SIGN_IN)


class _Looking:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._access = inspection.access
        self._frame = inspection.frame

    def unmask(
        self,
        request: Request,
        exchange_id: str,
        reason: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",
    ) -> Response:
        """Back to the page on which the form stood, now unmasked."""
        self._inspection.exchange(request, exchange_id)
        back = next if leads_here(next) else f"/exchanges/{exchange_id}"
        try:
            self._access.unmask(request, exchange_id, reason)
        except ValueError:
            shown = {"exchange_id": exchange_id, "shown_path": back, "reason": reason, "fault": True}
            return self._frame.page(request, "masked.html", 400, shown_at=f"/exchanges/{exchange_id}", **shown)
        return _see_other(back)

    def looks(self, request: Request, exchange: str = "", before: NumberAsked = MOST) -> Response:
        """Who has looked at this exchange, or at any."""
        looks = self._access.looks(exchange or None, before)
        older = looks[-1].number if len(looks) == LOOKS_ON_A_PAGE else None
        return self._frame.page(request, "looks.html", looks=looks, exchange_id=exchange, older=older)

    def mask(self, request: Request, exchange_id: str, next: Annotated[str, Form()] = "") -> Response:
        reviewer_of(request)
        self._access.mask(request, exchange_id)
        return _see_other(next if leads_here(next) else f"/exchanges/{exchange_id}")


def _here(next: str) -> str:
    return next if leads_here(next) else FRONT


def _see_other(path: str) -> Response:
    return RedirectResponse(path, 303)
