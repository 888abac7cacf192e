"""How an exchange has ended so far, as the lines of its journals say."""

from __future__ import annotations

from enum import StrEnum

from oots.exchange.journal import Entry, JournalEntry
from oots.model.response import ErrorCode
from oots.web.telling import offers_preview

REQUESTS = (Entry.REQUEST_SENT, Entry.REQUEST_RECEIVED)
RESPONSES = (Entry.RESPONSE_SENT, Entry.RESPONSE_RECEIVED)
EXCEPTIONS = (Entry.EXCEPTION_SENT, Entry.EXCEPTION_RECEIVED)


class Outcome(StrEnum):
    """The value stands in addresses. UNDELIVERED: what would have ended the exchange did not arrive."""

    RUNNING = "running"
    DELIVERED = "delivered"
    NOTHING_SENT = "nothing-sent"
    REFUSED = "refused"
    LAPSED = "lapsed"
    UNDELIVERED = "undelivered"


def decided(entry: JournalEntry) -> Outcome | None:
    """What the line makes of its exchange; None for one that decides nothing."""
    if entry.entry in REQUESTS or offers_preview(entry):
        return Outcome.RUNNING
    if entry.entry in RESPONSES:
        return Outcome.DELIVERED if entry.evidence else Outcome.NOTHING_SENT
    if entry.entry is Entry.TIME_UP:
        return Outcome.LAPSED
    if entry.entry in EXCEPTIONS:
        return Outcome.LAPSED if entry.error_code == ErrorCode.TIMEOUT.code else Outcome.REFUSED
    return None
