"""How a review moves, and who may move it: one table, without storage."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from oots.review.record import By, Person, State

REVIEW: Final = "review"
SIGN: Final = "sign"


class Act(StrEnum):
    """What somebody does to a review. `TAKE_BACK` puts somebody else's review back; the three last are sign-offs."""

    QUEUE = "queue"
    CLAIM = "claim"
    ANSWER = "answer"
    RELEASE = "release"
    TAKE_BACK = "take-back"
    VERIFY = "verify"
    VERIFY_PARTLY = "verify-partly"
    REJECT = "reject"


DUTIES: Final[Mapping[Act, str]] = {
    Act.QUEUE: REVIEW,
    Act.CLAIM: REVIEW,
    Act.ANSWER: REVIEW,
    Act.RELEASE: REVIEW,
    Act.TAKE_BACK: SIGN,
    Act.VERIFY: SIGN,
    Act.VERIFY_PARTLY: SIGN,
    Act.REJECT: SIGN,
}
"""The duty that each act takes."""

OF_THE_HOLDER: Final = frozenset({Act.ANSWER, Act.RELEASE})
"""What only the one can do who has taken the review."""

VERDICTS: Final[Mapping[State, Act]] = {
    State.VERIFIED: Act.VERIFY,
    State.PARTLY: Act.VERIFY_PARTLY,
    State.REJECTED: Act.REJECT,
}

TRANSITIONS: Final[Mapping[tuple[State | None, Act], State]] = {
    (None, Act.QUEUE): State.TO_VERIFY,
    (None, Act.CLAIM): State.TAKEN,
    (State.TO_VERIFY, Act.CLAIM): State.TAKEN,
    (State.TAKEN, Act.ANSWER): State.TAKEN,
    (State.TAKEN, Act.RELEASE): State.TO_VERIFY,
    (State.TAKEN, Act.TAKE_BACK): State.TO_VERIFY,
    **{(State.TAKEN, act): state for state, act in VERDICTS.items()},
    **{(state, Act.CLAIM): State.TAKEN for state in VERDICTS},
}
"""Where an act leads. None: nobody has begun a review yet. What was signed is taken up again by claiming it; the
signature stays."""


class Why(StrEnum):
    """Why an act is refused."""

    DUTY = "duty"
    STATE = "state"
    HOLDER = "holder"


class RefusedActError(Exception):
    """Somebody may not do this, or not now."""

    def __init__(self, act: Act, why: Why) -> None:
        self.act = act
        self.why = why
        super().__init__(f"{act}: {why}")


def after(state: State | None, act: Act, person: Person, holder: By | None) -> State:
    """The state that follows; raises RefusedActError: the duty is looked at first, then the state, then whose it is."""
    if DUTIES[act] not in person.duties:
        raise RefusedActError(act, Why.DUTY)
    following = TRANSITIONS.get((state, act))
    if following is None:
        raise RefusedActError(act, Why.STATE)
    if act in OF_THE_HOLDER and (holder is None or holder.key != person.key):
        raise RefusedActError(act, Why.HOLDER)
    return following


def may(state: State | None, act: Act, person: Person, holder: By | None) -> bool:
    """Whether the act would not be refused."""
    try:
        after(state, act, person, holder)
    except RefusedActError:
        return False
    return True
