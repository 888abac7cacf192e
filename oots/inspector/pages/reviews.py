"""The review desk's door for people: the queue, a review as a whole, remarks, the report, and the questions of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from oots.exchange.unit import Kept
from oots.inspector.access.reviewers import Reviewer, reviewer_of
from oots.inspector.inspection import Inspection
from oots.inspector.laid_open import LaidOpen
from oots.inspector.pages import review_part as review_part_pages
from oots.inspector.pages import review_sign as review_sign_pages
from oots.inspector.pages.review_room import ReviewRoom, number_in, see_other
from oots.inspector.reviews.form import Fault, faults_of_text, text_in
from oots.inspector.reviews.seen import reviewed_messages
from oots.review.items import catalogue
from oots.review.record import AnswerKind, RemarkKind, Review, State
from oots.review.signing import said_in
from oots.review.transitions import Act, RefusedActError
from oots.web.frame import language
from oots.web.sessions import check_csrf
from oots.web.words import Words

MOST_REMARK: Final = 1000


def router(inspection: Inspection) -> APIRouter:
    """`/reviews`, `/questions` and everything below `/exchanges/{exchange_id}/review`."""
    room = ReviewRoom(inspection)
    pages = _ReviewPages(room)
    routes = APIRouter(include_in_schema=False)
    review, posted = "/exchanges/{exchange_id}/review", [Depends(check_csrf)]
    routes.add_api_route("/reviews", pages.queue)
    routes.add_api_route("/questions", pages.questions)
    routes.add_api_route(review, pages.review)
    routes.add_api_route(f"{review}/report", pages.report)
    routes.add_api_route(f"{review}/remarks", pages.remark, methods=["POST"], dependencies=posted)
    routes.add_api_route(f"{review}/reply", pages.reply, methods=["POST"], dependencies=posted)
    for act in (Act.QUEUE, Act.CLAIM, Act.RELEASE):
        routes.add_api_route(f"{review}/{act}", pages.move(act), methods=["POST"], dependencies=posted)
    routes.include_router(review_part_pages.router(room))
    routes.include_router(review_sign_pages.router(room))
    return routes


class _ReviewPages:
    def __init__(self, room: ReviewRoom) -> None:
        self._room = room

    # --- all reviews ---

    def queue(self, request: Request, state: str = "", mine: str = "", q: str = "") -> Response:
        """Filters stand in the address: a state, one's own, a piece of an exchange id."""
        reviewer, reviews = reviewer_of(request), self._room.desk.all()
        counted = {each: sum(kept.state == each for kept in reviews) for each in State}
        shown = [kept for kept in reviews if _fits(kept, state, q) and (not mine or _is_of(kept.record, reviewer))]
        return self._room.page(
            request, "reviews.html", reviews=shown, counted=counted, all=len(reviews), state=state, mine=mine, q=q
        )

    def questions(self, request: Request) -> Response:
        """Every open question, ordered by what it is about."""
        order = ["", *catalogue().item]
        found = [(kept, remark) for kept in self._room.desk.all() for remark in kept.record.questions]
        found.sort(key=lambda each: (order.index(each[1].item or ""), each[1].at))
        return self._room.page(request, "questions.html", found=found, most=MOST_REMARK)

    # --- one review ---

    def review(self, request: Request, exchange_id: str) -> Response:
        return self._overview(request, exchange_id)

    def _overview(self, request: Request, exchange_id: str, status: int = 200, **more: Any) -> Response:
        kept, exchange = self._room.known(request, exchange_id)
        self._room.access.look(request, exchange_id, "review")
        return self._room.page(
            request,
            "review.html",
            status,
            **self._room.about(request, exchange_id, kept),
            exchange=exchange,
            most=MOST_REMARK,
            verdicts=self._room.desk.verdicts(kept.record) if kept else (),
            **{"faults": (), "typed_remark": {}} | more,
        )

    def move(self, act: Act) -> Callable[[Request, str], Response]:
        """The action of a button that moves a review."""
        desk = self._room.desk
        do = {Act.QUEUE: desk.queue, Act.CLAIM: desk.claim, Act.RELEASE: desk.release}[act]

        def moved(request: Request, exchange_id: str) -> Response:
            reviewer = reviewer_of(request)
            self._room.known(request, exchange_id)
            try:
                do(exchange_id, reviewer)
            except RefusedActError as refused:
                return self._room.refused(request, exchange_id, refused)
            return see_other(f"/exchanges/{exchange_id}/review")

        return moved

    # --- remarks ---

    async def remark(self, request: Request, exchange_id: str) -> Response:
        form = await request.form()
        return await run_in_threadpool(self._remark, request, exchange_id, form)

    def _remark(self, request: Request, exchange_id: str, form: FormData) -> Response:
        reviewer, text = reviewer_of(request), text_in(form, "text")
        kind = RemarkKind.QUESTION if text_in(form, "kind") == RemarkKind.QUESTION else RemarkKind.COMMENT
        item = text_in(form, "item")
        item = item if item in catalogue().item else ""
        faults = [*_faults_of_remark("text", text)]
        if faults:
            typed = {"text": text, "kind": kind, "item": item}
            return self._overview(
                request,
                exchange_id,
                HTTPStatus.UNPROCESSABLE_ENTITY,
                faults=faults,
                typed_remark=typed,
                shown_at=f"/exchanges/{exchange_id}/review",
            )
        try:
            self._room.desk.remark(exchange_id, reviewer, kind, text, language(request), item or None)
        except RefusedActError as refused:
            return self._room.refused(request, exchange_id, refused, text=text)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return see_other(f"/exchanges/{exchange_id}/review#remarks")

    async def reply(self, request: Request, exchange_id: str) -> Response:
        form = await request.form()
        return await run_in_threadpool(self._reply, request, exchange_id, form)

    def _reply(self, request: Request, exchange_id: str, form: FormData) -> Response:
        reviewer, text, number = reviewer_of(request), text_in(form, "text"), number_in(form, "number")
        faults = [*_faults_of_remark(f"reply-{number}", text)]
        if faults:
            shown = {"faults": faults, "typed_remark": {number: text}, "shown_at": f"/exchanges/{exchange_id}/review"}
            return self._overview(request, exchange_id, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
        try:
            self._room.desk.reply(exchange_id, reviewer, number, text, language(request))
        except RefusedActError as refused:
            return self._room.refused(request, exchange_id, refused, text=text)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return see_other(f"/exchanges/{exchange_id}/review#remarks")

    # --- the report ---

    def report(self, request: Request, exchange_id: str) -> Response:
        """The review on paper: what was recommended, what is to be done, every answer, and the signatures."""
        kept, exchange = self._room.known(request, exchange_id)
        self._room.access.look(request, exchange_id, "review, report")
        common = self._room.about(request, exchange_id, kept)
        review: Review = common["review"]
        last = review.sign_offs[-1] if review.sign_offs else None
        said = said_in(last) if last else {}
        return self._room.page(
            request,
            "review_report.html",
            **common,
            verdicts=self._room.desk.verdicts(review),
            last=last,
            recommendation=said.get("recommendation", ""),
            messages=said.get("messages", ()),
            same=_same_messages(said, exchange),
            there=None if exchange is None else self._room.proposed(exchange)[1],
            now=self._room.inspection.clock.now(),
            numbers={kind: len(review.with_answer_of(kind)) for kind in AnswerKind},
            plan=[key for key in catalogue().item if review.answer(key).action],
            explained=[*review.with_answer_of(AnswerKind.DEVIATES), *review.with_answer_of(AnswerKind.PARTLY)],
        )


def _same_messages(said: Mapping[str, Any], exchange: LaidOpen | None) -> bool | None:
    """Whether the messages that were signed for are those of the journals; None where there is nothing to compare."""
    if not said or exchange is None:
        return None
    now = [(each.message_id, each.envelope_sha256, each.document_sha256) for each in reviewed_messages(exchange)]
    signed = said.get("messages", ())
    return now == [(each["message_id"], each["envelope_sha256"], each["document_sha256"]) for each in signed]


def _fits(kept: Kept[Review], state: str, q: str) -> bool:
    return (not state or kept.state == state) and q.strip().lower() in kept.exchange_id


def _is_of(review: Review, reviewer: Reviewer) -> bool:
    return review.taken_by is not None and review.taken_by.key == reviewer.key


def _faults_of_remark(field: str, text: str) -> tuple[Fault, ...]:
    if not text:
        return (Fault(field, Words("Skriv noget.", "Write something.")),)
    return tuple(faults_of_text(field, text, MOST_REMARK))
