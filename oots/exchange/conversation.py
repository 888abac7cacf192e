"""The transition table of an exchange, for both roles and without IO (TDD 4.9, digest of the preview in the docs)."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """What can happen to an exchange."""

    REQUEST = "request"
    PREVIEW_OFFERED = "preview-offered"
    SECOND_REQUEST = "second-request"
    EVIDENCE = "evidence"
    NOTHING = "nothing"
    DEFERRAL = "deferral"
    REFUSAL = "refusal"
    LINK_LAPSED = "link-lapsed"
    TIME_UP = "time-up"
    RECEIPT = "receipt"
    UNDELIVERABLE = "undeliverable"
    FINISH = "finish"
    FIRST_AGAIN = "first-request-again"
    SECOND_AGAIN = "second-request-again"
    ANSWER_AGAIN = "answer-again"


class RequesterState(StrEnum):
    """Where the evidence requester stands."""

    NEW = "new"
    REQUESTED = "requested"
    PREVIEW_OFFERED = "preview-offered"
    PREVIEWING = "previewing"
    DELIVERED = "delivered"
    NOTHING = "nothing"
    DEFERRED = "deferred"
    REFUSED = "refused"
    LAPSED = "lapsed"
    UNDELIVERABLE = "undeliverable"
    FINISHED = "finished"


class ProviderState(StrEnum):
    """Where the evidence provider stands."""

    NEW = "new"
    PREVIEW_OFFERED = "preview-offered"
    AWAITING_DECISION = "awaiting-decision"
    LINK_LAPSED = "link-lapsed"
    ANSWERED = "answered"
    CLOSED = "closed"
    UNDELIVERABLE = "undeliverable"


class UnlawfulTransitionError(Exception):
    """The event cannot happen in this state: it is logged and has no effect."""


_R, _P, _E = RequesterState, ProviderState, Event

_ANSWERS = {
    _E.EVIDENCE: _R.DELIVERED,
    _E.NOTHING: _R.NOTHING,
    _E.DEFERRAL: _R.DEFERRED,
    _E.REFUSAL: _R.REFUSED,
    _E.TIME_UP: _R.LAPSED,
    _E.UNDELIVERABLE: _R.UNDELIVERABLE,
}

REQUESTER: dict[tuple[RequesterState, Event], RequesterState] = {
    (_R.NEW, _E.REQUEST): _R.REQUESTED,
    (_R.REQUESTED, _E.PREVIEW_OFFERED): _R.PREVIEW_OFFERED,
    **{(_R.REQUESTED, event): state for event, state in _ANSWERS.items()},
    (_R.PREVIEW_OFFERED, _E.SECOND_REQUEST): _R.PREVIEWING,
    (_R.PREVIEW_OFFERED, _E.TIME_UP): _R.LAPSED,
    **{(_R.PREVIEWING, event): state for event, state in _ANSWERS.items()},
    (_R.DELIVERED, _E.FINISH): _R.FINISHED,
    (_R.UNDELIVERABLE, _E.FIRST_AGAIN): _R.REQUESTED,
    (_R.UNDELIVERABLE, _E.SECOND_AGAIN): _R.PREVIEWING,
}

PROVIDER: dict[tuple[ProviderState, Event], ProviderState] = {
    (_P.NEW, _E.PREVIEW_OFFERED): _P.PREVIEW_OFFERED,
    (_P.NEW, _E.EVIDENCE): _P.ANSWERED,
    (_P.NEW, _E.NOTHING): _P.ANSWERED,
    (_P.NEW, _E.DEFERRAL): _P.ANSWERED,
    (_P.NEW, _E.REFUSAL): _P.ANSWERED,
    (_P.PREVIEW_OFFERED, _E.SECOND_REQUEST): _P.AWAITING_DECISION,
    (_P.PREVIEW_OFFERED, _E.LINK_LAPSED): _P.LINK_LAPSED,
    (_P.LINK_LAPSED, _E.TIME_UP): _P.ANSWERED,
    (_P.AWAITING_DECISION, _E.EVIDENCE): _P.ANSWERED,
    (_P.AWAITING_DECISION, _E.NOTHING): _P.ANSWERED,
    (_P.AWAITING_DECISION, _E.REFUSAL): _P.ANSWERED,
    (_P.AWAITING_DECISION, _E.TIME_UP): _P.ANSWERED,
    (_P.ANSWERED, _E.RECEIPT): _P.CLOSED,
    (_P.ANSWERED, _E.UNDELIVERABLE): _P.UNDELIVERABLE,
    (_P.UNDELIVERABLE, _E.ANSWER_AGAIN): _P.ANSWERED,
}


def next_requester_state(state: RequesterState, event: Event) -> RequesterState:
    """The requester's state after `event`; raises UnlawfulTransitionError where the table has no entry."""
    try:
        return REQUESTER[state, event]
    except KeyError:
        raise UnlawfulTransitionError(f"requester: {event} while {state}") from None


def next_provider_state(state: ProviderState, event: Event) -> ProviderState:
    """The provider's state after `event`; raises UnlawfulTransitionError where the table has no entry."""
    try:
        return PROVIDER[state, event]
    except KeyError:
        raise UnlawfulTransitionError(f"provider: {event} while {state}") from None
