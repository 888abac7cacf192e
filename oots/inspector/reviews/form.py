"""The form of a part of a review: what was typed, what is wrong with it, and the answers that it makes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import FormData

from oots.inspector.personal_number import may_hold_personal_number
from oots.review.items import called
from oots.review.proposal import Proposal
from oots.review.record import TO_BE_EXPLAINED, Answer, AnswerKind, Reference
from oots.web.words import Lang, Words

MOST_EXPLANATION: Final = 1200
MOST_ACTION: Final = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field; `field` is its id on the page, `about` the item to which it belongs."""

    field: str
    says: Words
    about: Words | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of one item."""

    kind: AnswerKind | None
    explanation: str = ""
    action: str = ""
    evidence: tuple[str, ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> Typed:
        return cls(answer.kind, answer.explanation, answer.action, tuple(each.key for each in answer.evidence))


def typed_in(form: FormData, items: Collection[str]) -> dict[str, Typed]:
    """What was typed of each item."""
    return {item: _typed(form, item) for item in items}


def _typed(form: FormData, item: str) -> Typed:
    kind = text_in(form, f"answer-{item}")
    return Typed(
        AnswerKind(kind) if kind in set(AnswerKind) else None,
        text_in(form, f"explanation-{item}"),
        text_in(form, f"action-{item}"),
        tuple(dict.fromkeys(str(each) for each in form.getlist(f"evidence-{item}"))),
    )


def text_in(form: FormData, field: str) -> str:
    """The text of a field, without blanks around it, its lines ended as everywhere else."""
    value = form.get(field)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def with_proposal(typed: Typed, proposal: Proposal, lang: Lang) -> Typed:
    """What is typed once the proposal is taken; words of one's own stay, and those of the machine follow them."""
    reason = proposal.reason.in_(lang)
    own = typed.explanation
    explanation = own if reason in own else f"{own}\n\n{reason}".strip()
    evidence = dict.fromkeys((*typed.evidence, *(each.key for each in proposal.evidence)))
    return Typed(proposal.kind, explanation, typed.action, tuple(evidence))


def faults_of(item: str, typed: Typed) -> Iterator[Fault]:
    """What must be put right before this is kept."""
    yield from (replace(fault, about=called(item)) for fault in _faults(item, typed))


def _faults(item: str, typed: Typed) -> Iterator[Fault]:
    explanation, action = f"explanation-{item}", f"action-{item}"
    if typed.kind in TO_BE_EXPLAINED and not typed.explanation:
        yield Fault(explanation, Words("Skriv en forklaring: følg eller forklar.", "Explain it: follow or explain."))
    yield from faults_of_text(explanation, typed.explanation, MOST_EXPLANATION)
    yield from faults_of_text(action, typed.action, MOST_ACTION)


def faults_of_text(field: str, text: str, most: int) -> Iterator[Fault]:
    """A text that is too long, or has in it what may be a personal number."""
    if len(text) > most:
        yield Fault(
            field,
            Words(
                f"Teksten er på {len(text)} tegn; der er plads til {most}.",
                f"The text has {len(text)} characters; there is room for {most}.",
            ),
        )
    if may_hold_personal_number(text):
        yield Fault(
            field,
            Words(
                "Her står noget, der ligner et personnummer. Skriv ingen personoplysninger i en gennemgang.",
                "Something here looks like a personal number. Write no personal data into a review.",
            ),
        )


def answer_of(
    typed: Typed, before: Answer, references: Mapping[str, Reference], lang: Lang, *, proposed: bool = False
) -> Answer:
    """The answer that this makes; one that says what was said before stays the same. What was pointed at before stays
    pointed at as it was then, also where it cannot be found any more."""
    known = {**references, **{each.key: each for each in before.evidence}}
    evidence = tuple(known[key] for key in known if key in typed.evidence)
    answer = Answer(typed.kind, typed.explanation, typed.action, evidence, lang, proposed=proposed)
    if not proposed and _said(answer) == _said(before):
        return before
    return answer if _said(answer) != _said(Answer(None)) else Answer(None)


def _said(answer: Answer) -> tuple[object, ...]:
    return answer.kind, answer.explanation, answer.action, frozenset(each.key for each in answer.evidence)
