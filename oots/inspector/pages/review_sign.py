"""Signing a review: the verdict, the exact text, and the signature over that text and no other."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from oots.exchange.unit import Kept
from oots.inspector.access.reviewers import Duty, expect, reviewer_of
from oots.inspector.laid_open import LaidOpen
from oots.inspector.pages.review_room import ReviewRoom, see_other
from oots.inspector.reviews.form import Fault, faults_of_text, text_in
from oots.inspector.reviews.seen import reviewed_messages
from oots.inspector.reviews.wording import VERDICTS
from oots.model.content import sha256_of
from oots.review.desk import ConflictError, UnfinishedError, expect_finished
from oots.review.record import By, Review, State
from oots.review.signing import Draft, content_of
from oots.review.transitions import RefusedActError
from oots.web.sessions import check_csrf
from oots.web.words import Words

MOST_RECOMMENDATION: Final = 4000


def router(room: ReviewRoom) -> APIRouter:
    """`/exchanges/{exchange_id}/review/sign`, for those with the duty to sign."""
    pages = _SignPages(room)
    routes = APIRouter(include_in_schema=False, dependencies=[Depends(expect(Duty.SIGN))])
    sign, posted = "/exchanges/{exchange_id}/review/sign", [Depends(check_csrf)]
    routes.add_api_route(sign, pages.sign)
    routes.add_api_route(f"{sign}/show", pages.show, methods=["POST"], dependencies=posted)
    routes.add_api_route(f"{sign}/confirm", pages.confirm, methods=["POST"], dependencies=posted)
    return routes


class _SignPages:
    def __init__(self, room: ReviewRoom) -> None:
        self._room = room

    def sign(self, request: Request, exchange_id: str) -> Response:
        return self._sign(request, exchange_id)

    def _sign(self, request: Request, exchange_id: str, status: int = 200, **more: Any) -> Response:
        kept, exchange = self._room.known(request, exchange_id)
        self._room.access.look(request, exchange_id, "review, signing")
        shown: dict[str, Any] = {"verdict": None, "recommendation": "", "faults": (), "changed": False}
        return self._room.page(
            request,
            "review_sign.html",
            status,
            **self._room.about(request, exchange_id, kept),
            exchange=exchange,
            most=MOST_RECOMMENDATION,
            shown_at=f"/exchanges/{exchange_id}/review/sign",
            **shown | more,
        )

    async def show(self, request: Request, exchange_id: str) -> Response:
        """The exact text that will be signed."""
        form = await request.form()
        return await run_in_threadpool(self._show, request, exchange_id, form)

    def _show(self, request: Request, exchange_id: str, form: FormData) -> Response:
        kept, exchange = self._room.known(request, exchange_id)
        draft = self._draft(request, exchange, form)
        faults = [
            *_faults_of_draft(kept.record if kept else Review(exchange_id), draft, text_in(form, "recommendation"))
        ]
        if kept is None or draft is None or faults:
            typed = {"verdict": draft.verdict if draft else None, "recommendation": text_in(form, "recommendation")}
            return self._sign(request, exchange_id, HTTPStatus.UNPROCESSABLE_ENTITY, faults=faults, **typed)
        return self._shown(request, exchange_id, kept, draft)

    def _shown(
        self, request: Request, exchange_id: str, kept: Kept[Review], draft: Draft, status: int = 200, **more: Any
    ) -> Response:
        self._room.access.look(request, exchange_id, "review, the text to be signed")
        content = content_of(kept.record, draft)
        return self._room.page(
            request,
            "review_confirm.html",
            status,
            **self._room.about(request, exchange_id, kept),
            draft=draft,
            own=sum(answer.by == draft.by for answer in kept.record.answers.values()),
            content=content.decode(),
            sha256=sha256_of(content),
            shown_at=f"/exchanges/{exchange_id}/review/sign",
            **{"changed": False} | more,
        )

    def _draft(self, request: Request, exchange: LaidOpen | None, form: FormData) -> Draft | None:
        """None where no verdict was chosen."""
        verdict = text_in(form, "verdict")
        if verdict not in VERDICTS:
            return None
        messages = reviewed_messages(exchange) if exchange else ()
        return Draft(State(verdict), text_in(form, "recommendation"), By.of(reviewer_of(request)), messages)

    async def confirm(self, request: Request, exchange_id: str) -> Response:
        """Sign the text that was shown, and no other."""
        form = await request.form()
        return await run_in_threadpool(self._confirm, request, exchange_id, form)

    def _confirm(self, request: Request, exchange_id: str, form: FormData) -> Response:
        _, exchange = self._room.known(request, exchange_id)
        draft = self._draft(request, exchange, form)
        if draft is None:
            return see_other(f"/exchanges/{exchange_id}/review/sign")
        if any(_faults_of_text(draft.recommendation)):
            return self._show(request, exchange_id, form)
        try:
            self._room.desk.sign(exchange_id, reviewer_of(request), draft, text_in(form, "sha256"))
        except RefusedActError as refused:
            return self._room.refused(request, exchange_id, refused, text=draft.recommendation)
        except ConflictError as conflict:
            return self._shown(request, exchange_id, conflict.now, draft, HTTPStatus.CONFLICT, changed=True)
        except UnfinishedError:
            return self._show(request, exchange_id, form)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return see_other(f"/exchanges/{exchange_id}/review#signed")


def _faults_of_text(recommendation: str) -> Iterator[Fault]:
    return faults_of_text("recommendation", recommendation, MOST_RECOMMENDATION)


def _faults_of_draft(review: Review, draft: Draft | None, recommendation: str) -> tuple[Fault, ...]:
    found = list(_faults_of_text(recommendation))
    if draft is None:
        return (Fault("verdict-verified", Words("Vælg, hvordan du skriver under.", "Choose how you sign.")), *found)
    try:
        expect_finished(review, draft)
    except UnfinishedError as unfinished:
        found.append(_unfinished(unfinished))
    return tuple(found)


def _unfinished(unfinished: UnfinishedError) -> Fault:
    if not unfinished.missing:
        return Fault("recommendation", Words("Skriv, hvad der mangler, og hvorfor.", "Say what is missing, and why."))
    number = len(unfinished.missing)
    return Fault(
        "verdict-verified",
        Words(
            f"{number} punkter mangler et svar, så gennemgangen kan ikke underskrives som verificeret.",
            f"{number} items lack an answer, so the review cannot be signed as verified.",
        ),
    )
