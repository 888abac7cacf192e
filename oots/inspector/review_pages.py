"""The review desk's door for people: the queue, the form in parts, signing, the report, and the questions of all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from oots.exchange.unit import Kept
from oots.inspector.access import Duty, Reviewer, expect, reviewer_of
from oots.inspector.inspection import Inspection
from oots.inspector.laid_open import LaidOpen, lay_open
from oots.inspector.review_form import (
    MOST_ACTION,
    MOST_EXPLANATION,
    Fault,
    Typed,
    answer_of,
    faults_of,
    faults_of_text,
    text_in,
    typed_in,
    with_proposal,
)
from oots.inspector.review_wording import ACTS, ANSWER_LOOK, ANSWERS, REFUSALS, STATE_LOOK, STATES, VERDICTS
from oots.inspector.seen import references_in, reviewed_messages, seen_in
from oots.review.desk import ConflictError, UnfinishedError, expect_finished
from oots.review.items import called, catalogue, number_of, title_of
from oots.review.proposal import Proposal
from oots.review.proposals import propose
from oots.review.record import Answer, AnswerKind, By, Reference, RemarkKind, Review, State
from oots.review.signing import Draft, content_of, said_in
from oots.review.transitions import Act, RefusedActError, Why, may
from oots.web.frame import language
from oots.web.sessions import check_csrf
from oots.web.words import Words

MOST_REMARK: Final = 1000
MOST_RECOMMENDATION: Final = 4000
_GROUPS: Final = {
    "message": Words("Meddelelser", "Messages"),
    "check": Words("Kontroller", "Checks"),
    "line": Words("Linjer i loggene", "Lines of the journals"),
    "digest": Words("Dokumenter (fingeraftryk)", "Documents (digests)"),
}


def router(inspection: Inspection) -> APIRouter:
    """`/reviews`, `/questions` and everything below `/exchanges/{exchange_id}/review`."""
    pages = _ReviewPages(inspection)
    routes = APIRouter(include_in_schema=False)
    review, sign = "/exchanges/{exchange_id}/review", Depends(expect(Duty.SIGN))
    posted = [Depends(check_csrf)]
    routes.add_api_route("/reviews", pages.queue)
    routes.add_api_route("/questions", pages.questions)
    routes.add_api_route(review, pages.review)
    routes.add_api_route(review + "/report", pages.report)
    routes.add_api_route(review + "/parts/{part}", pages.part)
    routes.add_api_route(review + "/parts/{part}/save", pages.save, methods=["POST"], dependencies=posted)
    routes.add_api_route(review + "/remarks", pages.remark, methods=["POST"], dependencies=posted)
    routes.add_api_route(review + "/reply", pages.reply, methods=["POST"], dependencies=posted)
    routes.add_api_route(review + "/sign", pages.sign, dependencies=[sign])
    routes.add_api_route(review + "/sign/show", pages.show, methods=["POST"], dependencies=[*posted, sign])
    routes.add_api_route(review + "/sign/confirm", pages.confirm, methods=["POST"], dependencies=[*posted, sign])
    for act in (Act.QUEUE, Act.CLAIM, Act.RELEASE):
        routes.add_api_route(f"{review}/{act}", pages.move(act), methods=["POST"], dependencies=posted)
    return routes


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


@dataclass(frozen=True, slots=True)
class Overwritten:
    """An item of which something else is kept by now than was typed."""

    item: str
    kept: Answer
    typed: Typed


class _ReviewPages:
    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._desk = inspection.desk

    def _page(self, request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
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
        return self._inspection.frame.page(request, name, status, **words, **context)

    # --- all reviews ---

    def queue(self, request: Request, state: str = "", mine: str = "", q: str = "") -> Response:
        """Filters stand in the address: a state, one's own, a piece of an exchange id."""
        reviewer, reviews = reviewer_of(request), self._desk.all()
        counted = {each: sum(kept.state == each for kept in reviews) for each in State}
        shown = [kept for kept in reviews if _fits(kept, state, q) and (not mine or _is_of(kept.record, reviewer))]
        return self._page(
            request, "reviews.html", reviews=shown, counted=counted, all=len(reviews), state=state, mine=mine, q=q
        )

    def questions(self, request: Request) -> Response:
        """Every open question, ordered by what it is about."""
        order = ["", *catalogue().item]
        found = [(kept, remark) for kept in self._desk.all() for remark in kept.record.questions]
        found.sort(key=lambda each: (order.index(each[1].item or ""), each[1].at))
        return self._page(request, "questions.html", found=found, most=MOST_REMARK)

    # --- one review ---

    def review(self, request: Request, exchange_id: str) -> Response:
        return self._overview(request, exchange_id)

    def _overview(self, request: Request, exchange_id: str, status: int = 200, **more: Any) -> Response:
        kept, exchange = self._known(exchange_id)
        self._inspection.access.look(request, exchange_id, "review")
        return self._page(
            request,
            "review.html",
            status,
            **self._of(request, exchange_id, kept),
            exchange=exchange,
            most=MOST_REMARK,
            verdicts=self._desk.verdicts(kept.record) if kept else (),
            **{"faults": (), "typed_remark": {}} | more,
        )

    def _known(self, exchange_id: str) -> tuple[Kept[Review] | None, LaidOpen | None]:
        """The review and the exchange, of which either may be missing; raises HTTPException 404 for neither."""
        kept, exchange = self._desk.find(exchange_id), lay_open(self._inspection.journals, exchange_id)
        if kept is None and exchange is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return kept, exchange

    def _of(self, request: Request, exchange_id: str, kept: Kept[Review] | None) -> dict[str, Any]:
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

    def move(self, act: Act) -> Any:
        """The action of a button that moves a review."""
        do = {Act.QUEUE: self._desk.queue, Act.CLAIM: self._desk.claim, Act.RELEASE: self._desk.release}[act]

        def moved(request: Request, exchange_id: str) -> Response:
            reviewer = reviewer_of(request)
            self._known(exchange_id)
            try:
                do(exchange_id, reviewer)
            except RefusedActError as refused:
                return self._refused(request, exchange_id, refused)
            return _see_other(f"/exchanges/{exchange_id}/review")

        return moved

    def _refused(self, request: Request, exchange_id: str, refused: RefusedActError, **typed: Any) -> Response:
        """What cannot be done, who has the review now, and what was typed meanwhile."""
        kept = self._desk.find(exchange_id)
        status = HTTPStatus.FORBIDDEN if refused.why is Why.DUTY else HTTPStatus.CONFLICT
        return self._page(
            request,
            "review_refused.html",
            status,
            **self._of(request, exchange_id, kept),
            act=ACTS[refused.act],
            why=REFUSALS[refused.why],
            typed=typed,
            shown_at=f"/exchanges/{exchange_id}/review",
        )

    # --- a part of the form ---

    def part(self, request: Request, exchange_id: str, part: str, saved: int | None = None) -> Response:
        """`saved` is how many answers have just been kept, as the address after the form says."""
        kept, exchange = self._known(exchange_id)
        self._inspection.access.look(request, exchange_id, f"review, {_expect_part(part)}")
        return self._part(request, exchange_id, part, kept, exchange, saved=saved)

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
        proposals, references = self._proposed(exchange)
        common = self._of(request, exchange_id, kept)
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
        return self._page(request, "review_part.html", status, **common, **shown | more)

    def _proposed(self, exchange: LaidOpen | None) -> tuple[Mapping[str, Proposal], Mapping[str, Reference]]:
        """What the machine proposes, and what can be pointed at; nothing of an exchange that no journal knows."""
        if exchange is None:
            return {}, {}
        seen = seen_in(exchange, self._inspection.anchors, self._inspection.names)
        return propose(seen), {each.key: each for each in references_in(seen)}

    async def save(self, request: Request, exchange_id: str, part: str) -> Response:
        """Keep the answers of a part, or take one proposal and keep that with them."""
        form = await request.form()
        return await run_in_threadpool(self._save, request, exchange_id, _expect_part(part), form)

    def _save(self, request: Request, exchange_id: str, part: str, form: FormData) -> Response:
        reviewer, lang = reviewer_of(request), language(request)
        kept, exchange = self._known(exchange_id)
        proposals, references = self._proposed(exchange)
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
            shown = {"typed": typed, "faults": faults, "version": _number(form, "version")}
            return self._part(request, exchange_id, part, kept, exchange, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
        try:
            now = self._desk.answer(exchange_id, reviewer, _number(form, "version"), answers)
        except RefusedActError as refused:
            return self._refused(request, exchange_id, refused, answers=answers)
        except ConflictError as conflict:
            return self._conflict(request, exchange_id, part, conflict, typed, exchange)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        number = sum(now.record.answer(item) != review.answer(item) for item in answers)
        return _see_other(_after_saving(exchange_id, part, form, taken, number))

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
            self._desk.remark(exchange_id, reviewer, kind, text, language(request), item or None)
        except RefusedActError as refused:
            return self._refused(request, exchange_id, refused, text=text)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return _see_other(f"/exchanges/{exchange_id}/review#remarks")

    async def reply(self, request: Request, exchange_id: str) -> Response:
        form = await request.form()
        return await run_in_threadpool(self._reply, request, exchange_id, form)

    def _reply(self, request: Request, exchange_id: str, form: FormData) -> Response:
        reviewer, text, number = reviewer_of(request), text_in(form, "text"), _number(form, "number")
        faults = [*_faults_of_remark(f"reply-{number}", text)]
        if faults:
            shown = {"faults": faults, "typed_remark": {number: text}, "shown_at": f"/exchanges/{exchange_id}/review"}
            return self._overview(request, exchange_id, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
        try:
            self._desk.reply(exchange_id, reviewer, number, text, language(request))
        except RefusedActError as refused:
            return self._refused(request, exchange_id, refused, text=text)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return _see_other(f"/exchanges/{exchange_id}/review#remarks")

    # --- signing ---

    def sign(self, request: Request, exchange_id: str) -> Response:
        return self._sign(request, exchange_id)

    def _sign(self, request: Request, exchange_id: str, status: int = 200, **more: Any) -> Response:
        kept, exchange = self._known(exchange_id)
        self._inspection.access.look(request, exchange_id, "review, signing")
        shown: dict[str, Any] = {"verdict": None, "recommendation": "", "faults": (), "changed": False}
        return self._page(
            request,
            "review_sign.html",
            status,
            **self._of(request, exchange_id, kept),
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
        kept, exchange = self._known(exchange_id)
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
        content = content_of(kept.record, draft)
        return self._page(
            request,
            "review_confirm.html",
            status,
            **self._of(request, exchange_id, kept),
            draft=draft,
            own=sum(answer.by == draft.by for answer in kept.record.answers.values()),
            content=content.decode(),
            sha256=hashlib.sha256(content).hexdigest(),
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
        _, exchange = self._known(exchange_id)
        draft = self._draft(request, exchange, form)
        if draft is None:
            return _see_other(f"/exchanges/{exchange_id}/review/sign")
        try:
            self._desk.sign(exchange_id, reviewer_of(request), draft, text_in(form, "sha256"))
        except RefusedActError as refused:
            return self._refused(request, exchange_id, refused, text=draft.recommendation)
        except ConflictError as conflict:
            return self._shown(request, exchange_id, conflict.now, draft, HTTPStatus.CONFLICT, changed=True)
        except UnfinishedError:
            return self._show(request, exchange_id, form)
        except LookupError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return _see_other(f"/exchanges/{exchange_id}/review#signed")

    # --- the report ---

    def report(self, request: Request, exchange_id: str) -> Response:
        """The review on paper: what was recommended, what is to be done, every answer, and the signatures."""
        kept, exchange = self._known(exchange_id)
        self._inspection.access.look(request, exchange_id, "review, report")
        common = self._of(request, exchange_id, kept)
        review: Review = common["review"]
        last = review.sign_offs[-1] if review.sign_offs else None
        said = said_in(last) if last else {}
        return self._page(
            request,
            "review_report.html",
            **common,
            verdicts=self._desk.verdicts(review),
            last=last,
            recommendation=said.get("recommendation", ""),
            messages=said.get("messages", ()),
            same=_same_messages(said, exchange),
            there=None if exchange is None else self._proposed(exchange)[1],
            now=self._inspection.clock.now(),
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


def _parts_of(review: Review) -> tuple[Part, ...]:
    return tuple(_part_of(key, review) for key in catalogue().perspective)


def _part_of(key: str, review: Review) -> Part:
    items = tuple(catalogue().of_part(key))
    answered = sum(review.answer(item).kind is not None for item in items)
    return Part(key, catalogue().perspective[key].words, items, answered)


def _grouped(
    references: Mapping[str, Reference], review: Review, typed: Mapping[str, Typed]
) -> dict[Words, list[Reference]]:
    """What can be pointed at, by kind; what an answer points at already stays, also if no journal has it any more."""
    kept = {each.key: each for item in typed for each in review.answer(item).evidence}
    found: dict[Words, list[Reference]] = {title: [] for title in _GROUPS.values()}
    for reference in {**kept, **references}.values():
        found[_GROUPS[reference.key.partition("/")[0]]].append(reference)
    return {title: each for title, each in found.items() if each}


def _fits(kept: Kept[Review], state: str, q: str) -> bool:
    return (not state or kept.state == state) and q.strip().lower() in kept.exchange_id


def _is_of(review: Review, reviewer: Reviewer) -> bool:
    return review.taken_by is not None and review.taken_by.key == reviewer.key


def _is_as(typed: Typed, proposal: Proposal | None) -> bool:
    """Whether the proposal stands there in its own words alone."""
    return proposal is not None and typed.explanation in proposal.reason


def _number(form: FormData, field: str) -> int:
    """A whole number out of a hidden field; -1 for what is none."""
    text = text_in(form, field)
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _after_saving(exchange_id: str, part: str, form: FormData, taken: str, number: int) -> str:
    """Where the form leads: on to the next part where that was asked for, else back to where the person was."""
    keys, base = list(catalogue().perspective), f"/exchanges/{exchange_id}/review"
    if text_in(form, "go") == "on":
        following = keys[keys.index(part) + 1 :]
        return f"{base}/parts/{following[0]}?saved={number}" if following else base
    return f"{base}/parts/{part}?saved={number}" + (f"#item-{taken}" if taken else "")


def _faults_of_remark(field: str, text: str) -> tuple[Fault, ...]:
    if not text:
        return (Fault(field, Words("Skriv noget.", "Write something.")),)
    return tuple(faults_of_text(field, text, MOST_REMARK))


def _faults_of_draft(review: Review, draft: Draft | None, recommendation: str) -> tuple[Fault, ...]:
    found = list(faults_of_text("recommendation", recommendation, MOST_RECOMMENDATION))
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


def _expect_part(part: str) -> str:
    if part not in catalogue().perspective:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return part


def _see_other(location: str) -> RedirectResponse:
    return RedirectResponse(location, HTTPStatus.SEE_OTHER)
