"""Who looks on while a message is received or sent: logs, figures and traces, each without knowing the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from oots.model.about import about


class Work(StrEnum):
    """What is done with a message."""

    RECEIVE = "receive"
    SEND = "send"


class Outcome(StrEnum):
    """What came of it: of a received message one of the first four, of a sent one any but those."""

    RECEIPTED = "receipted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    PUT_OFF = "put-off"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not-delivered"
    GIVEN_UP = "given-up"
    FAILED = "failed"


@dataclass
class Step:
    """One message on its way through; `ids` say what it is about (`message_id` and so on), as far as is known by then,
    and `outcome` stays `failed` unless somebody says what came of it."""

    work: Work
    ids: dict[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.FAILED
    ends: ExitStack = field(default_factory=ExitStack, repr=False)


Watcher = Callable[[Step], AbstractContextManager[None]]
"""Entered when a step begins; when it ends, the step says what came of it."""

_STEP: ContextVar[Step | None] = ContextVar("step", default=None)


class Watch:
    """Those who look on at one access point; without any, logs alone say what the work is about."""

    def __init__(self, *watchers: Watcher) -> None:
        self._watchers = watchers

    @contextmanager
    def step(self, work: Work) -> Iterator[None]:
        """A step in this thread, as long as the block runs."""
        step = Step(work)
        before = _STEP.set(step)
        try:
            with step.ends:
                for watcher in self._watchers:
                    step.ends.enter_context(watcher(step))
                yield
        finally:
            _STEP.reset(before)


def concerns(
    *,
    exchange_id: str | None = None,
    conversation_id: str | None = None,
    message_id: str | None = None,
    party_id: str | None = None,
) -> None:
    """Say what the step at hand is about, until it ends; without a step nothing."""
    step = _STEP.get()
    if step is not None:
        names = {"exchange_id": exchange_id, "conversation_id": conversation_id, "message_id": message_id}
        ids = {name: value for name, value in (names | {"party_id": party_id}).items() if value}
        step.ids |= ids
        step.ends.enter_context(about(**ids))


def came_to(outcome: Outcome) -> None:
    """Say what came of the step at hand; without a step nothing."""
    step = _STEP.get()
    if step is not None:
        step.outcome = outcome
