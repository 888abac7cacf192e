"""What all pages of reviews stand on: the review and its exchange, what the reviewer may do, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from oots.exchange.unit import Kept
from oots.inspector.access.reviewers import Duty, reviewer_of
from oots.inspector.inspection import Inspection
from oots.inspector.laid_open import LaidOpen
from oots.inspector.reviews.form import text_in
from oots.inspector.reviews.seen import references_in, seen_in
from oots.inspector.reviews.wording import ACTS, ANSWER_LOOK, ANSWERS, REFUSALS, STATE_LOOK, STATES, VERDICTS
from oots.review.items import called, catalogue, number_of, title_of
from oots.review.proposal import Proposal
from oots.review.proposals import propose
from oots.review.record import Reference, Review, State
from oots.review.transitions import Act, RefusedActError, Why, may
from oots.web.words import Words


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the form: the items of one perspective, and how many of them are answered."""

    key: str
    title: Words
    items: tuple[str, ...]
    answered: int

    @property
    def is_done(self) -> bool:
        return self.answered == len(self.items)


class ReviewRoom:
    """The desk over an inspection, and the frame of its pages."""

    def __init__(self, inspection: Inspection) -> None:
        self.inspection = inspection
        self.desk = inspection.desk
        self.access = inspection.access

    def page(self, request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
        """A page of the room, with the words of reviews."""
        words = {
            "STATES": STATES,
            "STATE_LOOK": STATE_LOOK,
            "ANSWERS": ANSWERS,
            "ANSWER_LOOK": ANSWER_LOOK,
            "VERDICTS": VERDICTS,
            "catalogue": catalogue(),
            "called": called,
            "number_of": number_of,
            "title_of": title_of,
        }
        return self.inspection.frame.page(request, name, status, **words, **context)

    def known(self, request: Request, exchange_id: str) -> tuple[Kept[Review] | None, LaidOpen | None]:
        """The review and the exchange, of which either may be missing; raises HTTPException 404 for neither, and
        CalledOtherwiseError."""
        kept, exchange = self.desk.find(exchange_id), self.inspection.find(request, exchange_id)
        if kept is None and exchange is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return kept, exchange

    def about(self, request: Request, exchange_id: str, kept: Kept[Review] | None) -> dict[str, Any]:
        """What every page of one review shows, and what the reviewer may do."""
        reviewer = reviewer_of(request)
        review = kept.record if kept else Review(exchange_id)
        state = State(kept.state) if kept else None
        acts = {act.name.lower(): may(state, act, reviewer, review.taken_by) for act in Act}
        return {
            "kept": kept,
            "review": review,
            "state": state,
            "review_parts": _parts_of(review),
            "may": acts,
            "may_remark": kept is not None and Duty.REVIEW in reviewer.duties,
            "at": f"/exchanges/{exchange_id}/review",
        }

    def proposed(self, exchange: LaidOpen | None) -> tuple[Mapping[str, Proposal], Mapping[str, Reference]]:
        """What the machine proposes, and what can be pointed at; nothing of an exchange that no journal knows."""
        if exchange is None:
            return {}, {}
        seen = seen_in(exchange, self.inspection.anchors, self.inspection.names)
        return propose(seen), {each.key: each for each in references_in(seen)}

    def refused(self, request: Request, exchange_id: str, refused: RefusedActError, **typed: Any) -> Response:
        """What cannot be done, who has the review now, and what was typed meanwhile."""
        self.access.look(request, exchange_id, "review, after a refusal")
        kept = self.desk.find(exchange_id)
        status = HTTPStatus.FORBIDDEN if refused.why is Why.DUTY else HTTPStatus.CONFLICT
        return self.page(
            request,
            "review_refused.html",
            status,
            **self.about(request, exchange_id, kept),
            act=ACTS[refused.act],
            why=REFUSALS[refused.why],
            typed=typed,
            shown_at=f"/exchanges/{exchange_id}/review",
        )


def _parts_of(review: Review) -> tuple[Part, ...]:
    return tuple(_part_of(key, review) for key in catalogue().perspective)


def _part_of(key: str, review: Review) -> Part:
    items = tuple(catalogue().of_part(key))
    answered = sum(review.answer(item).kind is not None for item in items)
    return Part(key, catalogue().perspective[key].words, items, answered)


def number_in(form: FormData, field: str) -> int:
    """A whole number out of a hidden field; -1 for what is none."""
    text = text_in(form, field)
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)
