"""Examines a journal: whether each entry is there, in its place, as it was written, up to the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, select

from oots.database.reading import reading
from oots.exchange.chain import BEGINNING, Chain, Head, HeadFile, Row, open_chain
from oots.exchange.dictionary import Dictionary, PackingVault
from oots.exchange.ends import Fault, FaultKind, end_faults, ends_of, numbered
from oots.exchange.journal import Entry, Purge, read_again
from oots.exchange.schema import JOURNAL, JOURNAL_KEY, place
from oots.exchange.store import VAULT_KEY
from oots.model.errors import ConfigurationError
from oots.trust.vault import Vault

_ALL = "SELECT number, link, content, at, entry, exchange_id, message_id, purged_through FROM journal ORDER BY number"
"""Of whatever type: a column may hold anything once another hand has written it."""
_MOST_COMPARED = 100
"""Of so many entries that do not fit it is still found out whether they are others, moved."""


@dataclass(frozen=True, slots=True)
class Purged:
    """A purge that the journal tells of."""

    at: datetime
    what: Purge


@dataclass(frozen=True, slots=True)
class JournalReport:
    """What a journal is worth. `chained_through` is the last entry that was written before there was a chain; `head`
    is the end of the journal, for whoever wants to note it elsewhere."""

    entries: int
    first_at: datetime | None
    last_at: datetime | None
    head: Head
    chained_through: int | None
    purges: tuple[Purged, ...]
    faults: tuple[Fault, ...]


def examine_journal(directory: Path, vault_key: Path | None = None, database_url: str | None = None) -> JournalReport:
    """The journal of one service's state folder, or of its PostgreSQL; also while the service runs.

    Raises ConfigurationError for a folder that holds none that can be read, and for keys that do not fit.
    """
    noted = HeadFile(directory).read()  # before the database: a service that runs may write both meanwhile
    with reading(directory, database_url) as connection:
        if not inspect(connection).has_table(JOURNAL_KEY.name):
            raise ConfigurationError(f"the store of {directory} has no chain yet: its service adds one when it starts")
        vault = Vault.from_file(vault_key or directory / VAULT_KEY, create=False)
        chain = open_chain(connection, vault)
        walk = _Walk(chain, Dictionary.opened(connection, vault).packing(connection, vault))
        walk.begin(connection)
        for stored in connection.exec_driver_sql(_ALL):
            walk.step(*stored)
        ends = ends_of(connection, noted)
        return walk.report(ends.last, end_faults(chain, ends))


@dataclass
class _Unfit:
    """An entry that is not what its link says; what stands there may be another one."""

    row: Row
    link: str


@dataclass
class _Walk:
    """From entry to entry."""

    chain: Chain
    vault: PackingVault
    expected: int = 1
    previous: str | None = BEGINNING
    entries: int = 0
    times: list[str] = field(default_factory=list)
    chained_through: int | None = None
    purges: list[Purged] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unfit: list[_Unfit] = field(default_factory=list)
    links: dict[int, str] = field(default_factory=dict)

    def begin(self, connection: Connection) -> None:
        """After the latest purge, which is an entry itself and is held against its own link in its turn."""
        purges = select(JOURNAL.c.number, JOURNAL.c.content).where(JOURNAL.c.purged_through.is_not(None))
        for number, sealed in connection.execute(purges.order_by(JOURNAL.c.number.desc())):
            purge = self._purge_at(number, sealed)
            if purge is not None:
                self.expected, self.previous = purge.last + 1, purge.link
                return

    def _purge_at(self, number: int, sealed: bytes) -> Purge | None:
        """None for what is no purge that was written for this place."""
        try:
            return read_again(self.vault.open(sealed, place(JOURNAL, number))).purge
        except (ConfigurationError, TypeError):
            return None

    def step(self, number: int, link: str, sealed: bytes, *said: Any) -> None:
        """Look at the next entry, as the database gives it."""
        at, entry, exchange_id, message_id, purged_through = said
        self._expect_number(number)
        content = self._opened(sealed)
        if content is None:
            self._fault(FaultKind.UNREADABLE, number)
        else:
            self._expect_link(Row(number, at, entry, exchange_id, message_id, purged_through, content), link)
        self.entries += 1
        self.times = [*self.times[:1], at]
        self.expected, self.previous = number + 1, link

    def _opened(self, sealed: bytes) -> bytes | None:
        try:
            return self.vault.open_anywhere(sealed)
        except (ConfigurationError, TypeError):  # no bytes at all
            return None

    def _expect_number(self, number: int) -> None:
        if number > self.expected:
            self.faults.append(_fault(FaultKind.MISSING, self.expected, number - 1))
            self.previous = None
        elif number < self.expected:
            self._fault(FaultKind.ADDED, number)
            self.previous = None

    def _expect_link(self, row: Row, link: str) -> None:
        """An entry after a gap cannot be held against its link; that the gap is there, is said already."""
        self.links[row.number] = link
        if self.previous is None:
            return
        if self.chain.link(self.previous, row) == link:
            self._hear(row)
        else:
            self.unfit.append(_Unfit(row, link))

    def _hear(self, row: Row) -> None:
        """What the journal says of itself."""
        if row.entry == Entry.JOURNAL_CHAINED:
            self.chained_through = row.number - 1
        if row.entry == Entry.JOURNAL_BROKEN:
            says = f"at {row.at} the service found: {read_again(row.content).detail}"
            self.faults.append(Fault(FaultKind.BROKEN, row.number, row.number, says))
        entry = read_again(row.content) if row.entry == Entry.JOURNAL_PURGED else None
        if entry is not None and entry.purge is not None:
            self.purges.append(Purged(entry.at, entry.purge))

    def _fault(self, kind: FaultKind, number: int) -> None:
        self.faults.append(_fault(kind, number, number))

    def report(self, head: Head, at_the_end: Sequence[Fault]) -> JournalReport:
        faults = [*self.faults, *self._of_unfit()]
        found = {unfit.row.number for unfit in self.unfit}
        faults += [fault for fault in at_the_end if fault.kind is not FaultKind.ALTERED or fault.first not in found]
        return JournalReport(
            self.entries,
            _moment(self.times[:1]),
            _moment(self.times[-1:]),
            head,
            self.chained_through,
            tuple(self.purges),
            tuple(_joined(sorted(faults, key=lambda fault: fault.first))),
        )

    def _of_unfit(self) -> Iterator[Fault]:
        """Each entry that does not fit: another one, moved here, or one that was altered."""
        for unfit in self.unfit:
            number = unfit.row.number
            was = self._place_of(unfit) if len(self.unfit) <= _MOST_COMPARED else None
            if was is None:
                yield _fault(FaultKind.ALTERED, number, number)
            else:
                yield Fault(FaultKind.MOVED, number, number, f"in the place of entry {number} stands what was {was}")

    def _place_of(self, unfit: _Unfit) -> int | None:
        """The number that an entry had when one of the links that are there was made for it."""
        made = {other.link for other in self.unfit}
        for other in self.unfit:
            number = other.row.number
            moved = replace(unfit.row, number=number)
            before = {self.links.get(number - 1), *made} - {None}
            if number != unfit.row.number and any(self.chain.link(str(link), moved) in made for link in before):
                return number
        return None


_SAYS = {
    FaultKind.MISSING: "missing",
    FaultKind.ALTERED: "not as written",
    FaultKind.UNREADABLE: "not readable with the keys at hand",
    FaultKind.ADDED: "back after a purge",
}


def _fault(kind: FaultKind, first: int, last: int) -> Fault:
    return Fault(kind, first, last, f"{numbered(first, last)} {_SAYS[kind]}")


def _joined(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Neighbours with the same fault as one."""
    run: Fault | None = None
    for fault in faults:
        if run is not None and run.kind is fault.kind and fault.kind in _SAYS and fault.first == run.last + 1:
            run = _fault(run.kind, run.first, fault.last)
            continue
        if run is not None:
            yield run
        run = fault
    if run is not None:
        yield run


def _moment(written: Sequence[str]) -> datetime | None:
    """None also for what is no time, which is a fault of its own."""
    try:
        return datetime.fromisoformat(written[0]) if written else None
    except (TypeError, ValueError):
        return None
