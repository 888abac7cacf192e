"""Whether a journal ends where it was left: its last entry, its head in the database, and its head in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, func, select

from oots.exchange.chain import BEGINNING, Chain, Head, SealedHead, sealed_head
from oots.exchange.journal import Entry
from oots.exchange.schema import JOURNAL

_PURGED_THROUGH = select(func.max(JOURNAL.c.purged_through))


class FaultKind(StrEnum):
    """What can be wrong with a journal."""

    MISSING = "missing"
    ALTERED = "altered"
    MOVED = "moved"
    UNREADABLE = "unreadable"
    CUT_OFF = "cut-off"
    ADDED = "added"
    HEAD = "head"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the entries from number `first` to number `last`."""

    kind: FaultKind
    first: int
    last: int
    says: str


@dataclass(frozen=True, slots=True)
class Ends:
    """The last entry as it is there, the head that the database records, and the head that the file noted.

    `noted_link` is the link that is there under the file's number; `purged_through` the last number that was purged;
    `unnoted` says that no file is due yet, since the journal has just begun or been chained.
    """

    last: Head
    recorded: SealedHead | None
    noted: SealedHead | None
    noted_link: str | None
    purged_through: int
    unnoted: bool


def ends_of(connection: Connection, noted: SealedHead | None) -> Ends:
    row = connection.execute(
        select(JOURNAL.c.number, JOURNAL.c.link, JOURNAL.c.entry).order_by(JOURNAL.c.number.desc()).limit(1)
    ).first()
    return Ends(
        last=Head(row.number, row.link) if row else Head(0, BEGINNING),
        recorded=sealed_head(connection),
        noted=noted,
        noted_link=_link_at(connection, noted.head.number) if noted else None,
        purged_through=_purged_through(connection),
        unnoted=row is None or row.entry == Entry.JOURNAL_CHAINED,
    )


def _purged_through(connection: Connection) -> int:
    """SQLite keeps in a column whatever another hand has written there."""
    latest = _PURGED_THROUGH
    if connection.dialect.name == "sqlite":
        latest = latest.where(func.typeof(JOURNAL.c.purged_through) == "integer")
    return connection.execute(latest).scalar() or 0


def _link_at(connection: Connection, number: int) -> str | None:
    if number == 0:
        return BEGINNING
    return connection.execute(select(JOURNAL.c.link).where(JOURNAL.c.number == number)).scalar()


def break_of(connection: Connection, chain: Chain, noted: SealedHead | None) -> str | None:
    """Why the journal does not go on where it was left, in a sentence; None if it does."""
    return "; ".join(fault.says for fault in end_faults(chain, ends_of(connection, noted))) or None


def end_faults(chain: Chain, ends: Ends) -> tuple[Fault, ...]:
    """What is wrong at the end of the journal."""
    return (*_of_recorded(chain, ends), *_of_noted(chain, ends))


def _of_recorded(chain: Chain, ends: Ends) -> Iterator[Fault]:
    last, recorded = ends.last, ends.recorded
    if recorded is None or not chain.is_genuine(recorded):
        yield Fault(FaultKind.HEAD, last.number, last.number, "the head in the database was not sealed by this service")
    elif recorded.head.number > last.number:
        yield _cut_off(last.number + 1, recorded.head.number, "as the head in the database says")
    elif recorded.head.number < last.number:
        says = f"the journal ended with entry {recorded.head.number}: what follows was added by another hand"
        yield Fault(FaultKind.ADDED, recorded.head.number + 1, last.number, says)
    elif recorded.head.link != last.link:
        yield Fault(FaultKind.ALTERED, last.number, last.number, f"entry {last.number} is not the one that ended it")


def _of_noted(chain: Chain, ends: Ends) -> Iterator[Fault]:
    last, noted = ends.last, ends.noted
    if noted is None:
        if not ends.unnoted:
            yield Fault(FaultKind.HEAD, last.number, last.number, "the file journal.head is missing")
    elif not chain.is_genuine(noted):
        yield Fault(FaultKind.HEAD, last.number, last.number, "the file journal.head is not the head of this journal")
    elif noted.head.number > last.number:
        yield _cut_off(last.number + 1, noted.head.number, "as the file journal.head says")
    elif noted.head.number > ends.purged_through and noted.head.link != ends.noted_link:
        number = noted.head.number
        yield Fault(FaultKind.ALTERED, number, number, f"entry {number} is not the one that journal.head noted")


def _cut_off(first: int, last: int, source: str) -> Fault:
    return Fault(FaultKind.CUT_OFF, first, last, f"{numbered(first, last)} cut off at the end, {source}")


def numbered(first: int, last: int) -> str:
    """`entry 3 is`, `entries 3 to 5 are`."""
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
