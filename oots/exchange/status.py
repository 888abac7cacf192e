"""How a service stands, read from its store with few and cheap questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from oots.database.reading import reading
from oots.exchange import queue
from oots.exchange.migration import expect_current, expect_known
from oots.exchange.schema import EXCHANGE, JOURNAL, JOURNAL_HEAD, OUTBOX, PARTNER
from oots.exchange.store import Store, stores_in
from oots.model.clock import iso

MOST_LISTED = 20
"""Of so many failed messages the reason is told, the latest first."""


@dataclass(frozen=True, slots=True)
class PartnerStatus:
    """How sending to a partner goes; `failures` since the last delivery."""

    party_id: str
    failures: int
    rests_until: datetime | None
    delivered_at: datetime | None

    def rests(self, now: datetime) -> bool:
        """Whether nothing is sent to it at present, because of its failures."""
        return self.rests_until is not None and now < self.rests_until


@dataclass(frozen=True, slots=True)
class Figures:
    """What can be asked often: how many exchanges and messages there are by state, since when the message waits that
    waits longest, partners, and the number of the journal's last entry."""

    exchanges: dict[str, int]
    outbox: dict[str, int]
    oldest_waiting: datetime | None
    partners: tuple[PartnerStatus, ...]
    last_entry: int


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that nobody tries to send any more, and why."""

    message_id: str
    exchange_id: str
    party_id: str
    attempts: int
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """All that a person is shown. `oldest` says for each state that waits for something since when the exchange in it
    is there that began first; `next_deadline` is the first time at which something must happen; `due` counts what
    could be sent at once."""

    figures: Figures
    oldest: dict[str, datetime]
    next_deadline: datetime | None
    due: int
    failed: tuple[FailedMessage, ...]


def expect_ready(store: Store[Any]) -> None:
    """Raises UnavailableError where the database does not answer, ConfigurationError where it is another version's."""
    with store.look() as unit:
        expect_known(unit.connection)


def figures(connection: Connection) -> Figures:
    """The figures of one snapshot."""
    return Figures(
        exchanges=_counted(connection.execute(select(EXCHANGE.c.state, func.count()).group_by(EXCHANGE.c.state))),
        outbox=_counted(connection.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state))),
        oldest_waiting=_oldest_waiting(connection),
        partners=tuple(_partners(connection)),
        last_entry=connection.execute(select(JOURNAL_HEAD.c.number)).scalar() or 0,
    )


def status(connection: Connection, now: datetime) -> Status:
    """How the service stands in one snapshot."""
    return Status(
        figures=figures(connection),
        oldest=_oldest(connection),
        next_deadline=_moment(connection.execute(select(func.min(EXCHANGE.c.deadline))).scalar()),
        due=connection.execute(_DUE.where(OUTBOX.c.due <= iso(now))).scalar() or 0,
        failed=tuple(FailedMessage(*row) for row in connection.execute(_FAILED)),
    )


_DUE = select(func.count()).where(OUTBOX.c.state == queue.WAITING)
_FAILED = (
    select(
        OUTBOX.c.message_id,
        OUTBOX.c.exchange_id,
        OUTBOX.c.party_id,
        OUTBOX.c.attempts,
        func.coalesce(OUTBOX.c.why, ""),
    )
    .where(OUTBOX.c.state == queue.FAILED)
    .order_by(OUTBOX.c.deadline.desc())
    .limit(MOST_LISTED)
)


def _oldest_waiting(connection: Connection) -> datetime | None:
    """The journal says when a message was written."""
    written = select(func.min(JOURNAL.c.at)).join(OUTBOX, OUTBOX.c.message_id == JOURNAL.c.message_id)
    return _moment(connection.execute(written.where(OUTBOX.c.state == queue.WAITING)).scalar())


def _oldest(connection: Connection) -> dict[str, datetime]:
    began = select(EXCHANGE.c.state, func.min(JOURNAL.c.at)).join(
        JOURNAL, JOURNAL.c.exchange_id == EXCHANGE.c.exchange_id
    )
    rows = connection.execute(began.where(EXCHANGE.c.deadline.is_not(None)).group_by(EXCHANGE.c.state))
    return {state: datetime.fromisoformat(at) for state, at in rows}


def _partners(connection: Connection) -> Iterable[PartnerStatus]:
    for row in connection.execute(select(PARTNER).order_by(PARTNER.c.party_id)):
        yield PartnerStatus(row.party_id, row.failures, _moment(row.rests_until), _moment(row.delivered_at))


def _counted(rows: Iterable[Row[str, int]]) -> dict[str, int]:
    return {state: count for state, count in rows}  # noqa: C416 (a row is no pair to `dict`)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def examine(state: Path, database_url: str | None, now: datetime) -> dict[str, Status]:
    """How each service in `state` stands, by its folder, or the one at `database_url`; services may run.

    Raises ConfigurationError for a store that cannot be read, or is of another version.
    """
    return {str(folder): _examined(folder, database_url, now) for folder in stores_in(state, database_url)}


def _examined(folder: Path, database_url: str | None, now: datetime) -> Status:
    with reading(folder, database_url) as connection:
        expect_current(connection)
        return status(connection, now)
