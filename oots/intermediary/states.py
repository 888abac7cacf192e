"""Where a passage through the intermediary stands: the transition table, without IO."""

from __future__ import annotations

from enum import StrEnum


class PassageState(StrEnum):
    """Where the intermediary stands between the two sides of an exchange."""

    NEW = "new"
    PASSED_ON = "passed-on"
    PREVIEW_PASSED_ON = "preview-passed-on"
    PREVIEWING = "previewing"
    RETURNED = "returned"
    CLOSED = "closed"
    LAPSED = "lapsed"
    UNDELIVERABLE = "undeliverable"


class PassageEvent(StrEnum):
    """What can happen to it."""

    REQUEST = "request"
    SECOND_REQUEST = "second-request"
    PREVIEW_OFFERED = "preview-offered"
    ANSWER = "answer"
    OWN_ANSWER = "own-answer"
    RECEIPT = "receipt"
    UNDELIVERABLE = "undeliverable"
    AGAIN = "again"
    TIME_UP = "time-up"


class UnlawfulPassageError(Exception):
    """The event cannot happen in this state: it is logged and has no effect."""


_S, _E = PassageState, PassageEvent

PASSAGE: dict[tuple[PassageState, PassageEvent], PassageState] = {
    (_S.NEW, _E.REQUEST): _S.PASSED_ON,
    (_S.PASSED_ON, _E.PREVIEW_OFFERED): _S.PREVIEW_PASSED_ON,
    (_S.PASSED_ON, _E.ANSWER): _S.RETURNED,
    (_S.PASSED_ON, _E.OWN_ANSWER): _S.RETURNED,
    (_S.PASSED_ON, _E.TIME_UP): _S.LAPSED,
    (_S.PREVIEW_PASSED_ON, _E.SECOND_REQUEST): _S.PREVIEWING,
    (_S.PREVIEW_PASSED_ON, _E.TIME_UP): _S.LAPSED,
    (_S.PREVIEWING, _E.ANSWER): _S.RETURNED,
    (_S.PREVIEWING, _E.OWN_ANSWER): _S.RETURNED,
    (_S.PREVIEWING, _E.TIME_UP): _S.LAPSED,
    (_S.RETURNED, _E.RECEIPT): _S.CLOSED,
    (_S.RETURNED, _E.UNDELIVERABLE): _S.UNDELIVERABLE,
    (_S.UNDELIVERABLE, _E.AGAIN): _S.RETURNED,
    (_S.UNDELIVERABLE, _E.TIME_UP): _S.LAPSED,
}


def next_state(state: str, event: PassageEvent) -> PassageState:
    """The state after `event`; raises UnlawfulPassageError where the table has no entry."""
    try:
        return PASSAGE[PassageState(state), event]
    except KeyError:
        raise UnlawfulPassageError(f"intermediary: {event} while {state}") from None
