"""Deletes what has been kept long enough, and says so in the journal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, Select, Table, delete, select, tuple_

from oots.exchange.journal import Entry, JournalEntry, Purge
from oots.exchange.queue import WAITING
from oots.exchange.schema import ANSWER, EXCHANGE, FORM, INBOX, JOURNAL, OUTBOX, PAPER, REQUEST, SUBJECT
from oots.exchange.store import Store
from oots.model.clock import iso
from oots.model.errors import ConfigurationError

YEARS_KEPT = 1
"""The log is kept for twelve months, and no longer (2022/1463, article 17(4); TDD 4.8). The tables know it too."""
_FORMS_KEPT = timedelta(days=1)
_AT_ONCE = 500


def kept_since(now: datetime) -> datetime:
    """What is older than this has been kept long enough."""
    return _years_later(now, -YEARS_KEPT)


def kept_until(moment: datetime) -> datetime:
    """Until when what is of that moment is kept."""
    return _years_later(moment, YEARS_KEPT)


def _years_later(moment: datetime, years: int) -> datetime:
    year = moment.year + years
    return moment.replace(year=year, day=28) if (moment.month, moment.day) == (2, 29) else moment.replace(year=year)


def purge(store: Store[Any], now: datetime, before: datetime | None = None) -> Purge | None:
    """Delete journal entries that are older than twelve months, or than `before`, with all that belongs to them:
    finished exchanges and their files, request ids, receipts that were given, messages that failed, answers about
    revocation; and papers whose own time is over.

    It is done in small transactions, between which the service works. Returns what was deleted of the journal, None
    where no entry is old enough. An entry stays as long as one before it does. Raises ConfigurationError for a
    `before` within the twelve months.
    """
    limit = kept_since(now)
    if before is not None and before > limit:
        raise ConfigurationError(f"the journal is kept for twelve months: nothing since {iso(limit)} can be purged")
    oldest = iso(before or limit)
    _purge_rows(store, oldest, now)
    done: Purge | None = None
    while step := _purge_entries(store, now, oldest):
        done = replace(step, first=done.first, count=done.count + step.count) if done else step
    return done


def _purge_rows(store: Store[Any], oldest: str, now: datetime) -> None:
    """A message that still waits is not deleted; neither is what could be asked about it."""
    old: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (INBOX, INBOX.c.received_at < oldest),
        (REQUEST, REQUEST.c.noted_at < oldest),
        (OUTBOX, (OUTBOX.c.state != WAITING) & (OUTBOX.c.deadline < oldest)),
        (ANSWER, ANSWER.c.until < oldest),
        (FORM, FORM.c.noted_at < iso(now - _FORMS_KEPT)),
        (PAPER, PAPER.c.until <= iso(now)),
    )
    for table, condition in old:
        key = tuple_(*table.primary_key.columns)
        chosen = select(*table.primary_key.columns).where(condition).limit(_AT_ONCE)
        gone = _AT_ONCE
        while gone == _AT_ONCE:
            with store.begin() as unit:
                gone = unit.connection.execute(delete(table).where(key.in_(chosen))).rowcount


def _purge_entries(store: Store[Any], now: datetime, oldest: str) -> Purge | None:
    """Some of the entries, with the exchanges that have none left; None where nothing is old enough any more."""
    with store.begin() as unit:
        connection = unit.connection
        done = _purgeable(connection, oldest)
        if done is None:
            return None
        unit.journal(JournalEntry(now, Entry.JOURNAL_PURGED, purge=done))
        unit.write_journal()
        gone = JOURNAL.c.number <= done.last
        told = select(JOURNAL.c.exchange_id).distinct().where(gone, JOURNAL.c.exchange_id.is_not(None))
        exchange_ids = connection.execute(told).scalars().all()
        connection.execute(delete(JOURNAL).where(gone))
        connection.execute(delete(SUBJECT).where(SUBJECT.c.exchange_id.in_(exchange_ids), ~_told(SUBJECT)))
        for exchange_id in connection.execute(_over(exchange_ids)).scalars().all():
            unit.forget(exchange_id)
        return done


def _purgeable(connection: Connection, oldest: str) -> Purge | None:
    """The first entries, up to the first that must stay; none where that is the first of all."""
    some = select(JOURNAL.c.number, JOURNAL.c.at, JOURNAL.c.link).order_by(JOURNAL.c.number).limit(_AT_ONCE)
    old = list(takewhile(lambda row: row.at < oldest, connection.execute(some)))
    return Purge(old[0].number, old[-1].number, len(old), old[-1].link) if old else None


def _told(table: Table) -> Exists:
    """Whether the journal still tells of the exchange of a row."""
    return select(JOURNAL.c.exchange_id).where(JOURNAL.c.exchange_id == table.c.exchange_id).exists()


def _over(exchange_ids: Collection[str]) -> Select[Any]:
    """An exchange goes with the last of its entries, unless something is yet to happen in it."""
    mentioned = (
        select(table.c.exchange_id).where(table.c.exchange_id == EXCHANGE.c.exchange_id)
        for table in (JOURNAL, REQUEST, OUTBOX)
    )
    return select(EXCHANGE.c.exchange_id).where(
        EXCHANGE.c.exchange_id.in_(exchange_ids),
        EXCHANGE.c.deadline.is_(None),
        *(~each.exists() for each in mentioned),
    )
