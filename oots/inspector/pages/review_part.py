"""The form of a review, part by part: what was typed is kept, put right, or held against what others saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from oots.exchange.unit import Kept
from oots.inspector.access.reviewers import reviewer_of
from oots.inspector.laid_open import LaidOpen
from oots.inspector.pages.review_room import ReviewRoom, number_in, see_other
from oots.inspector.reviews.form import (
    MOST_ACTION,
    MOST_EXPLANATION,
    Typed,
    answer_of,
    faults_of,
    text_in,
    typed_in,
    with_proposal,
)
from oots.review.desk import ConflictError
from oots.review.items import catalogue
from oots.review.proposal import Proposal
from oots.review.record import Answer, Reference, Review
from oots.review.transitions import RefusedActError
from oots.web.frame import language
from oots.web.sessions import check_csrf
from oots.web.words import Words

_GROUPS: Final = {
    "message": Words("Meddelelser", "Messages"),
    "check": Words("Kontroller", "Checks"),
    "line": Words("Linjer i journalerne", "Lines of the journals"),
    "digest": Words("Dokumenter (fingeraftryk)", "Documents (digests)"),
}


def router(room: ReviewRoom) -> APIRouter:
    """`/exchanges/{exchange_id}/review/parts/{part}` and its form."""
    pages = _PartPages(room)
    routes = APIRouter(include_in_schema=False)
    part = "/exchanges/{exchange_id}/review/parts/{part}"
    routes.add_api_route(part, pages.part)
    routes.add_api_route(f"{part}/save", pages.save, methods=["POST"], dependencies=[Depends(check_csrf)])
    return routes


@dataclass(frozen=True, slots=True)
class Overwritten:
    """An item of which something else is kept by now than was typed."""

    item: str
    kept: Answer
    typed: Typed


class _PartPages:
    def __init__(self, room: ReviewRoom) -> None:
        self._room = room

    def part(self, request: Request, exchange_id: str, part: str, saved: int | None = None) -> Response:
        """`saved` is how many answers have just been kept, as the address after the form says."""
        kept, exchange = self._room.known(request, exchange_id)
        return self._part(request, exchange_id, _expect_part(part), kept, exchange, saved=saved)

    def _part(
        self,
        request: Request,
        exchange_id: str,
        part: str,
        kept: Kept[Review] | None,
        exchange: LaidOpen | None,
        status: int = 200,
        **more: Any,
    ) -> Response:
        self._room.access.look(request, exchange_id, f"review, {part}")
        proposals, references = self._room.proposed(exchange)
        common = self._room.about(request, exchange_id, kept)
        review: Review = common["review"]
        keys = list(catalogue().perspective)
        place = keys.index(part)
        typed = {item: Typed.of(review.answer(item)) for item in catalogue().of_part(part)}
        shown: dict[str, Any] = {
            "part": next(each for each in common["review_parts"] if each.key == part),
            "before": keys[place - 1] if place else None,
            "after": keys[place + 1] if place + 1 < len(keys) else None,
            "proposals": proposals,
            "there": None if exchange is None else references,
            "groups": _grouped(references, review, typed),
            "typed": typed,
            "version": review.version,
            "faults": (),
            "overwritten": (),
            "saved": None,
            "most_explanation": MOST_EXPLANATION,
            "most_action": MOST_ACTION,
            "shown_at": f"/exchanges/{exchange_id}/review/parts/{part}",
        }
        return self._room.page(request, "review_part.html", status, **common, **shown | more)

    async def save(self, request: Request, exchange_id: str, part: str) -> Response:
        """Keep the answers of a part, or take one proposal and keep that with them."""
        form = await request.form()
        return await run_in_threadpool(self._save, request, exchange_id, _expect_part(part), form)

    def _save(self, request: Request, exchange_id: str, part: str, form: FormData) -> Response:
        reviewer, lang = reviewer_of(request), language(request)
        kept, exchange = self._room.known(request, exchange_id)
        proposals, references = self._room.proposed(exchange)
        typed, taken = typed_in(form, catalogue().of_part(part)), text_in(form, "take")
        proposal = proposals.get(taken)
        if taken in typed and proposal is not None and proposal.kind is not None:
            typed[taken] = with_proposal(typed[taken], proposal, lang)
        faults = [fault for item, each in typed.items() for fault in faults_of(item, each)]
        review = kept.record if kept else Review(exchange_id)
        answers = {
            item: answer_of(
                each, review.answer(item), references, lang, proposed=item == taken and _is_as(each, proposal)
            )
            for item, each in typed.items()
        }
        if faults:
            shown = {"typed": typed, "faults": faults, "version": number_in(form, "version")}
            return self._part(request, exchange_id, part, kept, exchange, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
        try:
            now = self._room.desk.answer(exchange_id, reviewer, number_in(form, "version"), answers)
        except RefusedActError as refused:
            return self._room.refused(request, exchange_id, refused, answers=answers)
        except ConflictError as conflict:
            return self._conflict(request, exchange_id, part, conflict, typed, exchange)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        number = sum(now.record.answer(item) != review.answer(item) for item in answers)
        return see_other(_after_saving(exchange_id, part, form, taken, number))

    def _conflict(
        self,
        request: Request,
        exchange_id: str,
        part: str,
        conflict: ConflictError,
        typed: Mapping[str, Typed],
        exchange: LaidOpen | None,
    ) -> Response:
        now = conflict.now
        other = [
            Overwritten(item, now.record.answer(item), each)
            for item, each in typed.items()
            if Typed.of(now.record.answer(item)) != each
        ]
        shown = {"typed": typed, "overwritten": other}
        return self._part(request, exchange_id, part, now, exchange, HTTPStatus.CONFLICT, **shown)


def _grouped(
    references: Mapping[str, Reference], review: Review, typed: Mapping[str, Typed]
) -> dict[Words, list[Reference]]:
    """What can be pointed at, by kind; what an answer points at already stays, also if no journal has it any more."""
    kept = {each.key: each for item in typed for each in review.answer(item).evidence}
    found: dict[Words, list[Reference]] = {title: [] for title in _GROUPS.values()}
    for reference in {**kept, **references}.values():
        found[_GROUPS[reference.key.partition("/")[0]]].append(reference)
    return {title: each for title, each in found.items() if each}


def _is_as(typed: Typed, proposal: Proposal | None) -> bool:
    """Whether the proposal stands there in its own words alone."""
    return proposal is not None and typed.explanation in proposal.reason


def _after_saving(exchange_id: str, part: str, form: FormData, taken: str, number: int) -> str:
    """Where the form leads: on to the next part where that was asked for, else back to where the person was."""
    keys, base = list(catalogue().perspective), f"/exchanges/{exchange_id}/review"
    if text_in(form, "go") == "on":
        following = keys[keys.index(part) + 1 :]
        return f"{base}/parts/{following[0]}?saved={number}" if following else base
    return f"{base}/parts/{part}?saved={number}" + (f"#item-{taken}" if taken else "")


def _expect_part(part: str) -> str:
    if part not in catalogue().perspective:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return part
