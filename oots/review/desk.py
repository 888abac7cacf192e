"""The review desk: every change of a review in one transaction with its line in the journal."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.store import Store
from oots.exchange.unit import Kept, Unit
from oots.model.clock import Clock
from oots.model.content import sha256_of
from oots.review.record import (
    TO_BE_EXPLAINED,
    Answer,
    By,
    Person,
    Remark,
    RemarkKind,
    Reply,
    Review,
    SignOff,
    State,
)
from oots.review.signing import Draft, Verdict, content_of, digest_of, signed, verdicts
from oots.review.transitions import REVIEW, VERDICTS, Act, RefusedActError, Why, after
from oots.trust.anchors import Trust
from oots.trust.keys import KeyPair
from oots.web.words import Lang

REVIEWER_KEY: Final = "reviewer"
"""The stem of the key files with which the council signs."""
_FOR_GOOD: Final = datetime.max.replace(tzinfo=UTC)
"""Until when a review is kept: it holds nothing about a person, and outlives the journal that it speaks of."""


class ConflictError(Exception):
    """Somebody has changed the review meanwhile; `now` is what it is by now."""

    def __init__(self, now: Kept[Review]) -> None:
        self.now = now
        super().__init__("the review has been changed meanwhile")


class UnfinishedError(Exception):
    """What cannot be signed yet, with the items that lack an answer, or for want of a recommendation."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__("the review is not finished")


class UnexplainedError(Exception):
    """Answers that must be explained and are not, by item."""

    def __init__(self, items: tuple[str, ...]) -> None:
        self.items = items
        super().__init__("answers without an explanation")


class Desk:
    """Reviews in the store of the inspector. What changes a review raises RefusedActError where the person may not do
    that, or not now, and LookupError where there is no such review; then nothing has changed."""

    def __init__(self, store: Store[Review], key: KeyPair, trust: Trust, clock: Clock) -> None:
        self._store = store
        self._key = key
        self._trust = trust
        self._clock = clock

    # --- to be read ---

    def find(self, exchange_id: str) -> Kept[Review] | None:
        with self._store.look() as unit:
            return unit.find(exchange_id)

    def all(self) -> tuple[Kept[Review], ...]:
        """Every review, changed last first."""
        with self._store.look() as unit:
            return tuple(sorted(unit.all(), key=_changed, reverse=True))

    def verdicts(self, review: Review) -> tuple[Verdict, ...]:
        """What the sign-offs of a review are worth, checked anew."""
        return verdicts(review, self._trust)

    # --- to be changed ---

    def queue(self, exchange_id: str, person: Person) -> None:
        """Ask for a review of the exchange."""
        self._move(exchange_id, Act.QUEUE, person, Entry.REVIEW_QUEUED)

    def claim(self, exchange_id: str, person: Person) -> None:
        """Take the review, also one that was signed before."""
        self._move(exchange_id, Act.CLAIM, person, Entry.REVIEW_CLAIMED, taken_by=By.of(person))

    def release(self, exchange_id: str, person: Person) -> None:
        """Put the review back: one's own, or with the duty to sign anybody's."""
        kept = self.find(exchange_id)
        own = kept is not None and kept.record.taken_by is not None and kept.record.taken_by.key == person.key
        self._move(exchange_id, Act.RELEASE if own else Act.TAKE_BACK, person, Entry.REVIEW_RELEASED)

    def answer(self, exchange_id: str, person: Person, version: int, answers: Mapping[str, Answer]) -> Kept[Review]:
        """Keep these answers beside the others; `version` is that of the review as the person saw it.

        Raises UnexplainedError for answers that deviate without a word, and ConflictError for another version.
        """
        unexplained = tuple(key for key, answer in answers.items() if _lacks_words(answer))
        if unexplained:
            raise UnexplainedError(unexplained)
        with self._store.begin() as unit:
            kept = _known(unit, exchange_id)
            state = after(_state(kept), Act.ANSWER, person, kept.record.taken_by)
            if kept.record.version != version:
                raise ConflictError(kept)
            now, by = self._clock.now(), By.of(person)
            changed = {
                key: replace(answer, by=by, at=now)
                for key, answer in answers.items()
                if not _same(answer, kept.record.answer(key))
            }
            if not changed:
                return kept
            record = replace(kept.record, version=version + 1, changed=now, answers={**kept.record.answers, **changed})
            unit.keep(replace(kept, state=state, record=record))
            self._tell(unit, Entry.REVIEW_ANSWERED, exchange_id, person, items=",".join(changed))
            return replace(kept, state=state, record=record)

    def remark(
        self, exchange_id: str, person: Person, kind: RemarkKind, text: str, lang: Lang, item: str | None
    ) -> None:
        """Add a comment or a question, whoever has the review."""

        def added(review: Review) -> Review:
            number = len(review.remarks) + 1
            remark = Remark(number, kind, text, lang, By.of(person), self._clock.now(), item)
            return replace(review, remarks=(*review.remarks, remark))

        self._add(exchange_id, person, Entry.REVIEW_REMARKED, added)

    def reply(self, exchange_id: str, person: Person, number: int, text: str, lang: Lang) -> None:
        """Answer an open question, for good: RefusedActError where that has been done, LookupError where there is none
        with this number."""

        def answered(review: Review) -> Review:
            asked = [remark for remark in review.remarks if remark.number == number]
            if not asked:
                raise LookupError(number)
            if not asked[0].is_open:
                raise RefusedActError(Act.ANSWER, Why.STATE)
            reply = Reply(text, lang, By.of(person), self._clock.now())
            remarks = (replace(each, reply=reply) if each.number == number else each for each in review.remarks)
            return replace(review, remarks=tuple(remarks))

        self._add(exchange_id, person, Entry.REVIEW_REMARKED, answered)

    def sign(self, exchange_id: str, person: Person, draft: Draft, seen_sha256: str) -> SignOff:
        """Sign what the person has seen: `seen_sha256` is the digest of the text that was shown.

        Raises UnfinishedError as `expect_finished` does, and ConflictError where the text would be another by now.
        """
        with self._store.begin() as unit:
            kept = _known(unit, exchange_id)
            state = after(_state(kept), VERDICTS[draft.verdict], person, kept.record.taken_by)
            expect_finished(kept.record, draft)
            if sha256_of(content_of(kept.record, draft)) != seen_sha256:
                raise ConflictError(kept)
            now = self._clock.now()
            sign_off = signed(kept.record, draft, self._key, now)
            record = replace(
                kept.record,
                version=kept.record.version + 1,
                changed=now,
                taken_by=None,
                sign_offs=(*kept.record.sign_offs, sign_off),
            )
            unit.keep(replace(kept, state=state, record=record))
            digests = (
                ("content", _base64(digest_of(sign_off))),
                ("signature", _base64(sha256_of(sign_off.signature.encode()))),
            )
            self._tell(unit, Entry.REVIEW_SIGNED, exchange_id, person, decision=draft.verdict.value, digests=digests)
        return sign_off

    def _move(self, exchange_id: str, act: Act, person: Person, entry: Entry, *, taken_by: By | None = None) -> None:
        with self._store.begin() as unit:
            kept = unit.find(exchange_id)
            record = kept.record if kept else Review(exchange_id)
            state = after(_state(kept), act, person, record.taken_by)
            now = self._clock.now()
            moved = replace(
                record, version=record.version + 1, taken_by=taken_by, began=record.began or now, changed=now
            )
            unit.keep(Kept(exchange_id, state, _FOR_GOOD, moved))
            self._tell(unit, entry, exchange_id, person)

    def _add(self, exchange_id: str, person: Person, entry: Entry, add: Callable[[Review], Review]) -> None:
        """What is only ever added to needs no version."""
        if REVIEW not in person.duties:
            raise RefusedActError(Act.ANSWER, Why.DUTY)
        with self._store.begin() as unit:
            kept = _known(unit, exchange_id)
            record = replace(add(kept.record), changed=self._clock.now())
            unit.keep(replace(kept, record=record))
            self._tell(unit, entry, exchange_id, person)

    def _tell(
        self,
        unit: Unit[Review],
        entry: Entry,
        exchange_id: str,
        person: Person,
        *,
        items: str | None = None,
        decision: str | None = None,
        digests: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Who did what; what people wrote stays in the review."""
        told = f"{person.name} ({person.key})" + (f": {items}" if items else "")
        unit.journal(
            JournalEntry(
                self._clock.now(), entry, exchange_id=exchange_id, detail=told, decision=decision, digests=digests
            )
        )


def expect_finished(review: Review, draft: Draft) -> None:
    """Raises UnfinishedError: `verified` needs an answer to every item that can be answered, the others a reason in
    words."""
    if draft.verdict is State.VERIFIED and review.missing:
        raise UnfinishedError(review.missing)
    if draft.verdict is not State.VERIFIED and not draft.recommendation:
        raise UnfinishedError(())


def _known(unit: Unit[Review], exchange_id: str) -> Kept[Review]:
    kept = unit.find(exchange_id)
    if kept is None:
        raise LookupError(exchange_id)
    return kept


def _state(kept: Kept[Review] | None) -> State | None:
    return State(kept.state) if kept else None


def _changed(kept: Kept[Review]) -> tuple[str, str]:
    changed = kept.record.changed
    return (changed.isoformat() if changed else "", kept.exchange_id)


def _lacks_words(answer: Answer) -> bool:
    return answer.kind in TO_BE_EXPLAINED and not answer.explanation.strip()


def _same(one: Answer, other: Answer) -> bool:
    """Whether they say the same, whoever said it."""
    return replace(one, by=None, at=None) == replace(other, by=None, at=None)


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()
