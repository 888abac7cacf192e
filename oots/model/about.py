"""Which exchange and message the work at hand is about, so that whatever is logged meanwhile can say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_AT_HAND: ContextVar[Mapping[str, str]] = ContextVar("at_hand")


@contextmanager
def about(
    *,
    exchange_id: str | None = None,
    conversation_id: str | None = None,
    message_id: str | None = None,
    party_id: str | None = None,
) -> Iterator[None]:
    """While the block runs in this thread or task, the work is about these as well; None says nothing new.

    There are no other names on purpose: nothing personal can be given here.
    """
    ids = {
        "exchange_id": exchange_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
        "party_id": party_id,
    }
    before = _AT_HAND.set({**at_hand(), **{name: value for name, value in ids.items() if value}})
    try:
        yield
    finally:
        _AT_HAND.reset(before)


def at_hand() -> Mapping[str, str]:
    """What the work at hand is about: name → identifier."""
    return _AT_HAND.get({})
