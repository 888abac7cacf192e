"""In and out, what somebody lacks, masked and unmasked, and who has looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from oots.inspector.access import (
    LEAST_REASON,
    MOST_REASON,
    SIGN_IN,
    Access,
    Duty,
    MaskedError,
    MissingDutyError,
    admit,
    reviewer_of,
    shown_by,
    signed_in,
)
from oots.inspector.accounts import Account
from oots.model.identifiers import is_uuid
from oots.web.frame import Frame
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
    return {"reviewer": signed_in(request), "shown_path": shown_by(request), "duties": DUTIES}


def door(frame: Frame, accounts: Sequence[Account]) -> APIRouter:
    """`/signin` and `/signout`, which are open to everybody."""
    pages = _Door(frame, accounts)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(SIGN_IN, pages.ask)
    routes.add_api_route(f"{SIGN_IN}/account", pages.take, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/signout", pages.leave, methods=["POST"], dependencies=_POSTED)
    return routes


def masking(access: Access, frame: Frame) -> APIRouter:
    """`POST /exchanges/{exchange_id}/unmask` and `/mask`."""
    pages = _Masking(access, frame)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/exchanges/{exchange_id}/unmask", pages.unmask, methods=["POST"], dependencies=_POSTED)
    routes.add_api_route("/exchanges/{exchange_id}/mask", pages.mask, methods=["POST"], dependencies=_POSTED)
    return routes


def answer_refusals(app: FastAPI, frame: Frame) -> None:
    """Pages that say what a reviewer lacks, and what has to be unmasked before it is shown."""

    @app.exception_handler(MissingDutyError)
    def lacking(request: Request, error: MissingDutyError) -> Response:
        return frame.page(request, "missing_duty.html", 403, missing=error.duty)

    @app.exception_handler(MaskedError)
    def masked(request: Request, error: MaskedError) -> Response:
        return frame.page(request, "masked.html", 403, exchange_id=error.exchange_id, **_limits(fault=False))


class _Door:
    def __init__(self, frame: Frame, accounts: Sequence[Account]) -> None:
        self._frame = frame
        self._accounts = {account.reviewer.key: account for account in accounts}

    def ask(self, request: Request, next: str = FRONT) -> Response:
        shown = {"accounts": tuple(self._accounts.values()), "next": next if leads_here(next) else FRONT}
        return self._frame.page(request, "signin.html", **shown)

    def take(
        self, request: Request, account: Annotated[str, Form()] = "", next: Annotated[str, Form()] = FRONT
    ) -> Response:
        chosen = self._accounts.get(account)
        if chosen is None:
            return _see_other(SIGN_IN)
        admit(request, chosen.reviewer)
        return _see_other(next if leads_here(next) else FRONT)

    def leave(self, request: Request) -> Response:
        session_of(request).end()
        return _see_other(SIGN_IN)


class _Masking:
    def __init__(self, access: Access, frame: Frame) -> None:
        self._access = access
        self._frame = frame

    def unmask(
        self,
        request: Request,
        exchange_id: str,
        reason: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",
    ) -> Response:
        """Back to the page on which the form stood, now unmasked."""
        back = next if leads_here(next) else f"/exchanges/{exchange_id}"
        try:
            self._access.unmask(request, _expect_id(exchange_id), reason)
        except ValueError:
            shown = {"exchange_id": exchange_id, "shown_path": back, "reason": reason} | _limits(fault=True)
            return self._frame.page(request, "masked.html", 400, shown_at=f"/exchanges/{exchange_id}", **shown)
        return _see_other(back)

    def mask(self, request: Request, exchange_id: str, next: Annotated[str, Form()] = "") -> Response:
        reviewer_of(request)
        self._access.mask(request, exchange_id)
        return _see_other(next if leads_here(next) else f"/exchanges/{exchange_id}")


def _limits(*, fault: bool) -> dict[str, object]:
    return {"fault": fault, "least": LEAST_REASON, "most": MOST_REASON}


def _expect_id(exchange_id: str) -> str:
    """What stands in the log is an id and nothing else."""
    if not is_uuid(exchange_id):
        raise HTTPException(404)
    return exchange_id


def _see_other(path: str) -> Response:
    return RedirectResponse(path, 303)
