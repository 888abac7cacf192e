"""A review as the desk keeps it: where it stands, what was answered, asked and signed. All values are replaced, never
changed; remarks and sign-offs are only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from oots.review.items import catalogue
from oots.web.words import Lang, Words


class State(StrEnum):
    """Where a review stands: waiting for somebody, somebody's, or signed with one of three verdicts."""

    TO_VERIFY = "to-verify"
    TAKEN = "taken"
    VERIFIED = "verified"
    PARTLY = "partly"
    REJECTED = "rejected"


class AnswerKind(StrEnum):
    """Follow or explain."""

    FOLLOWS = "follows"
    PARTLY = "partly"
    DEVIATES = "deviates"
    NOT_RELEVANT = "not-relevant"


TO_BE_EXPLAINED = frozenset({AnswerKind.PARTLY, AnswerKind.DEVIATES})


class Person(Protocol):
    """Whoever acts on a review: `key` is what the sign-in calls this person, `duties` what he or she may do."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def duties(self) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class By:
    """A person, as a review remembers it."""

    key: str
    name: str

    @classmethod
    def of(cls, person: Person) -> By:
        return cls(person.key, person.name)


@dataclass(frozen=True, slots=True)
class Reference:
    """Something in the exchange that is pointed at: `message/…`, `line/<service>/<number>`, `check/<what>/…` or
    `digest/…`. `pins` is what it was when it was pointed at: the SHA-256 of its bytes, or the outcome of a check."""

    key: str
    says: Words
    pins: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of an item. Without a kind it is a draft. `proposed` says that the machine's proposal was taken as
    it was; `action` is what should be done about it, for the plan."""

    kind: AnswerKind | None
    explanation: str = ""
    action: str = ""
    evidence: tuple[Reference, ...] = ()
    lang: Lang = "da"
    by: By | None = None
    at: datetime | None = None
    proposed: bool = False


class RemarkKind(StrEnum):
    """A comment is for the record; a question waits for the next meeting."""

    COMMENT = "comment"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the meeting said to a question."""

    text: str
    lang: Lang
    by: By
    at: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said beside the answers, about one item or about all; `number` counts those of a review from 1 on."""

    number: int
    kind: RemarkKind
    text: str
    lang: Lang
    by: By
    at: datetime
    item: str | None = None
    reply: Reply | None = None

    @property
    def is_open(self) -> bool:
        return self.kind is RemarkKind.QUESTION and self.reply is None


@dataclass(frozen=True, slots=True)
class SignOff:
    """A signature under a review, for good: `content` is the exact text that was signed, `signature` the detached JWS
    over it, `at` the second at which it was made."""

    number: int
    verdict: State
    by: By
    at: datetime
    content: str
    signature: str


@dataclass(frozen=True, slots=True)
class Review:
    """What people said about one exchange. `version` counts the changes of state and answers, so that nobody
    overwrites what he has not seen."""

    exchange_id: str
    version: int = 0
    taken_by: By | None = None
    began: datetime | None = None
    changed: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()

    def answer(self, item: str) -> Answer:
        return self.answers.get(item, Answer(None))

    @property
    def answered(self) -> int:
        """How many of the items that must be answered are."""
        return len(catalogue().required) - len(self.missing)

    @property
    def missing(self) -> tuple[str, ...]:
        """The items that must be answered and are not."""
        return tuple(key for key in catalogue().required if self.answer(key).kind is None)

    @property
    def questions(self) -> tuple[Remark, ...]:
        """Those that nobody has answered."""
        return tuple(remark for remark in self.remarks if remark.is_open)

    def with_answer_of(self, kind: AnswerKind) -> tuple[str, ...]:
        return tuple(key for key in catalogue().item if self.answer(key).kind is kind)
