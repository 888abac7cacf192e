"""Deletes what has been kept long enough, and says so in the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from oots.exchange.journal import Entry, JournalEntry, Purge
from oots.exchange.schema import EXCHANGE, INBOX, JOURNAL, OUTBOX, REQUEST
from oots.exchange.store import Store, Unit
from oots.model.clock import iso
from oots.model.errors import ConfigurationError

YEARS_KEPT = 1
"""The log is kept for twelve months, and no longer (2022/1463, article 17(4); TDD 4.8). The tables know it too."""


def kept_since(now: datetime) -> datetime:
    """What is older than this has been kept long enough."""
    year = now.year - YEARS_KEPT
    return now.replace(year=year, day=28) if (now.month, now.day) == (2, 29) else now.replace(year=year)


def purge(store: Store[Any], now: datetime, before: datetime | None = None) -> Purge | None:
    """Delete journal entries that are older than twelve months, or than `before`, with all that belongs to them:
    finished exchanges and their files, request ids, receipts that were given, messages that were sent.

    Returns what the journal says of it, None where no entry is old enough. An entry stays as long as one before it
    does. Raises ConfigurationError for a `before` within the twelve months.
    """
    limit = kept_since(now)
    if before is not None and before > limit:
        raise ConfigurationError(f"the journal is kept for twelve months: nothing since {iso(limit)} can be purged")
    oldest = iso(before or limit)
    with store.begin() as unit:
        done = _purgeable(unit.connection, oldest)
        if done is not None:
            unit.journal(JournalEntry(now, Entry.JOURNAL_PURGED, purge=done))
            unit.connection.execute(delete(JOURNAL).where(JOURNAL.c.number <= done.last))
        _purge_what_belongs(unit, oldest)
    return done


def _purgeable(connection: Connection, oldest: str) -> Purge | None:
    """The entries up to the first that must stay; none where that is the first of all."""
    kept = select(func.min(JOURNAL.c.number)).where(JOURNAL.c.at >= oldest).scalar_subquery()
    old = JOURNAL.c.number < func.coalesce(kept, JOURNAL.c.number + 1)
    first, last, count = connection.execute(
        select(func.min(JOURNAL.c.number), func.max(JOURNAL.c.number), func.count()).where(old)
    ).one()
    if not count:
        return None
    link = connection.execute(select(JOURNAL.c.link).where(JOURNAL.c.number == last)).scalar_one()
    return Purge(first, last, count, link)


def _purge_what_belongs(unit: Unit[Any], oldest: str) -> None:
    """An exchange goes with the last of its entries, unless something is yet to happen in it."""
    connection = unit.connection
    connection.execute(delete(INBOX).where(INBOX.c.received_at < oldest))
    connection.execute(delete(REQUEST).where(REQUEST.c.noted_at < oldest))
    connection.execute(delete(OUTBOX).where(OUTBOX.c.state != "waiting", OUTBOX.c.deadline < oldest))
    told = select(JOURNAL.c.exchange_id).where(JOURNAL.c.exchange_id.is_not(None))
    asked, sending = select(REQUEST.c.exchange_id), select(OUTBOX.c.exchange_id)
    over = select(EXCHANGE.c.exchange_id).where(
        EXCHANGE.c.deadline.is_(None),
        *(EXCHANGE.c.exchange_id.not_in(known) for known in (told, asked, sending)),
    )
    for exchange_id in connection.execute(over).scalars().all():
        unit.forget(exchange_id)
