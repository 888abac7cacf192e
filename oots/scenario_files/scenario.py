"""A scenario as its file says it: the story, what the person does, what is made to fail, and what must come of it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Item = TypeVar("Item")


def _some(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise ValueError("at least one is needed")
    return items


Some = Annotated[tuple[Item, ...], AfterValidator(_some)]
Kommunekode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


class Written(BaseModel):
    """A table of a scenario file: nothing in it is left unread."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Both(Written):
    """A text in Danish and English."""

    da: Line
    en: Line

    def in_(self, lang: str) -> str:
        return self.da if lang == "da" else self.en


class Scope(StrEnum):
    """Where a story stands as the law does today."""

    DECLARED = "declared"
    MUNICIPAL = "annex-ii-municipal"
    OUTSIDE = "outside-annex-ii"
    OTHER_MECHANISM = "other-mechanism"


class Portal(StrEnum):
    """Who asks: the portal in Lithuania, or the Danish one."""

    LT = "LT"
    DK = "DK"


class Topology(StrEnum):
    """Through how many access points and hands the messages go."""

    SHARED = "shared"
    NATIONAL = "national-intermediary"
    FKI = "fki-intermediary"
    PER_MUNICIPALITY = "per-municipality"
    PER_VENDOR = "per-vendor"


class Act(StrEnum):
    """What the person, or somebody else in the story, does."""

    SIGN_IN = "sign-in"
    CHOOSE_MUNICIPALITY = "choose-municipality"
    CHOOSE_COUNTRY = "choose-country"
    REQUEST = "request"
    WAIT_FOR_ANSWER = "wait-for-answer"
    FOLLOW_LINK = "follow-link"
    GO_TO_PREVIEW = "go-to-preview"
    LOOK = "look"
    PAY = "pay"
    ACCEPT = "accept"
    DECLINE = "decline"
    CLOSE_BROWSER = "close-the-browser"
    COME_BACK = "come-back"
    FINISH = "finish"
    ASK_AGAIN = "ask-again"
    UPLOAD = "upload"
    WAIT = "wait"
    CASEWORKER = "caseworker"


class Span(StrEnum):
    """How long time runs on in the story: the limits of TDD 4.4.3, or until a caseworker has promised an answer."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    CASEWORK = "casework"
    FOUR_MONTHS = "four-months"


class Decision(StrEnum):
    """What a caseworker does with a rare case: lets the register issue after all, or says no."""

    RELEASE = "release"
    REFUSE = "refuse"


_ALLOWED: dict[Act, frozenset[str]] = {
    Act.SIGN_IN: frozenset({"persona", "case"}),
    Act.CHOOSE_MUNICIPALITY: frozenset({"municipality"}),
    Act.GO_TO_PREVIEW: frozenset({"persona", "at"}),
    Act.CHOOSE_COUNTRY: frozenset({"country", "piece"}),
    Act.REQUEST: frozenset({"at", "times", "piece"}),
    Act.ACCEPT: frozenset({"pieces"}),
    Act.WAIT: frozenset({"until"}),
    Act.CASEWORKER: frozenset({"decides"}),
}
_NEEDED: dict[Act, frozenset[str]] = {
    Act.CHOOSE_MUNICIPALITY: frozenset({"municipality"}),
    Act.CHOOSE_COUNTRY: frozenset({"country"}),
    Act.WAIT: frozenset({"until"}),
    Act.CASEWORKER: frozenset({"decides"}),
}


class Step(Written):
    """One thing that is done.

    `as` is the persona who signs in (else that of the scenario), `case` another case of the portal than that of the
    scenario, `at` the number of the authority where several are asked (from 1), `times` how often a form is sent,
    `piece` which evidence of the case is meant where it wants several, `pieces` the numbers of what is accepted
    (from 1, else all).
    """

    do: Act
    persona: Line | None = Field(default=None, alias="as")
    case: Line | None = None
    municipality: Kommunekode | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    piece: Line | None = None
    at: int | None = Field(default=None, ge=1)
    times: int | None = Field(default=None, ge=1, le=5)
    pieces: tuple[Annotated[int, Field(ge=1)], ...] | None = None
    until: Span | None = None
    decides: Decision | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        told = {name for name in type(self).model_fields if name != "do" and getattr(self, name) is not None}
        names = {name: field.alias or name for name, field in type(self).model_fields.items()}
        if stray := sorted(names[name] for name in told - _ALLOWED.get(self.do, frozenset())):
            raise ValueError(f"`{self.do}` takes no `{stray[0]}`")
        if lacking := sorted(names[name] for name in _NEEDED.get(self.do, frozenset()) - told):
            raise ValueError(f"`{self.do}` needs `{lacking[0]}`")
        return self


class Trouble(StrEnum):
    """What is made to go wrong."""

    REGISTER_FAILING = "register-failing"
    REGISTER_SLOW = "register-slow"
    REGISTER_SILENT = "register-silent"
    RECEIPT_LOST = "receipt-lost"
    MESSAGE_REPEATED = "message-repeated"
    REQUEST_REPEATED = "request-repeated"
    MESSAGE_ALTERED = "message-altered"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_EXPIRED = "certificate-expired"
    VERSION_UNKNOWN = "version-unknown"
    FORMAT_UNKNOWN = "format-unknown"
    ACCESS_POINT_DOWN = "access-point-down"


class Fault(Written):
    """Something that goes wrong from the step `from` on (1 is the first), up to and including the step `to`."""

    what: Trouble
    from_: int = Field(default=1, ge=1, alias="from")
    to: int | None = Field(default=None, ge=1)


class Outcome(StrEnum):
    """How one exchange ended, in the only words there are for it. A refusal is followed by its code."""

    DELIVERED = "delivered"
    NOTHING = "nothing"
    DEFERRED = "deferred"
    REFUSED = "refused"
    LAPSED = "lapsed"
    UNDELIVERABLE = "undeliverable"
    OPEN = "open"
    NOT_ASKED = "not asked"


OUTCOME = r"^(delivered|nothing|deferred|lapsed|undeliverable|open|not asked|refused( EDM:ERR:000[1-8])?)$"
"""Written so; `refused` without a code where the portal itself broke off."""


class Expected(Written):
    """What must come of it, exchange by exchange in the order in which they were begun.

    `requester` and `provider` are the final states of both sides; `documents` how many arrived in all. What pages of
    the portals and of the preview spaces, and documents and evidence in messages, must and must not contain. Entries
    that must stand in a journal.
    """

    outcomes: Some[Annotated[str, StringConstraints(pattern=OUTCOME)]]
    requester: tuple[Line, ...] | None = None
    provider: tuple[Line, ...] | None = None
    documents: int | None = Field(default=None, ge=0)
    portal_shows: tuple[Line, ...] = ()
    portal_hides: tuple[Line, ...] = ()
    preview_shows: tuple[Line, ...] = ()
    preview_hides: tuple[Line, ...] = ()
    messages_show: tuple[Line, ...] = ()
    messages_hide: tuple[Line, ...] = ()
    requester_journal: tuple[Line, ...] = ()
    provider_journal: tuple[Line, ...] = ()

    @property
    def outcome(self) -> str:
        return ", ".join(self.outcomes)


class Asks(Written):
    """Who asks: a portal, and the case that the person brings to it."""

    portal: Portal = Portal.LT
    case: Line


class Answers(Written):
    """Who answers: a municipality, or an authority abroad (`LT`)."""

    municipality: Kommunekode | None = None
    abroad: Literal["LT"] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.municipality is None) == (self.abroad is None):
            raise ValueError("name either `municipality` or `abroad`")
        return self


class Scenario(Written):
    """One story. `name` is that of its file."""

    name: Line
    title: Both
    journey: Line
    scope: Scope
    procedure: Line
    requirement: Line
    evidence_type: Line
    persona: Line
    topology: Topology = Topology.SHARED
    asks: Asks
    answers: Answers
    steps: Some[Step]
    faults: tuple[Fault, ...] = ()
    expected: Expected
    shows: Both
    eu_lacks: Both
    story: Both

    @field_validator("faults")
    @classmethod
    def _lie_within_the_steps(cls, faults: tuple[Fault, ...], told: ValidationInfo) -> tuple[Fault, ...]:
        steps = len(told.data.get("steps", ()))
        for fault in faults:
            last = fault.to or fault.from_
            if steps and not fault.from_ <= last <= steps:
                raise ValueError(f"`{fault.what}` lies outside the {steps} steps")
        return faults


_ALWAYS = ("0751", "0461")


def municipalities_of(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Those that scenarios name, and never one alone: the directory asks which one is meant, as it does in Denmark."""
    named = [scenario.answers.municipality for scenario in scenarios]
    chosen = [step.municipality for scenario in scenarios for step in scenario.steps]
    return tuple(dict.fromkeys(code for code in (*_ALWAYS, *named, *chosen) if code))
