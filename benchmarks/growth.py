"""Stores that grow: rows of real exchanges, copied under new names as often as it takes."""

from __future__ import annotations

import random
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select

from benchmarks.exchange import exchange_all
from benchmarks.town import running_town
from oots.exchange.journal import JournalEntry
from oots.exchange.schema import INBOX, JOURNAL, METADATA
from oots.exchange.store import Store
from oots.exchange.unit import Kept, Received
from oots.model.clock import SystemClock
from oots.provider.record import ProviderExchange
from oots.requester.record import RequesterExchange

RECORDS: Final[Mapping[str, type[Any]]] = {"requester": RequesterExchange, "provider": ProviderExchange}
PARTNER: Final = "a-partner"
_AT_ONCE: Final = 500
_NAMES: Final = ("exchange_id", "message_id", "request_id", "token_hash", "form_hash")


@dataclass(frozen=True)
class Specimen:
    """One finished exchange of a service: its rows by table, and what they say once opened."""

    rows: Mapping[Table, Sequence[Mapping[str, Any]]]
    kept: Kept[Any]
    journal: tuple[JournalEntry, ...]
    received: tuple[Received, ...]


def specimens() -> dict[str, Specimen]:
    """Of an exchange with preview between two services, by service."""
    with tempfile.TemporaryDirectory(prefix="oots-bench-") as name:
        state = Path(name)
        with running_town(state) as town:
            exchange_all(town, 2)
        return {service: _specimen(state / service, record) for service, record in RECORDS.items()}


def _specimen(folder: Path, record: type[Any]) -> Specimen:
    with closing(Store(folder, record)) as store, store.look() as unit:
        exchange_id = unit.exchange_ids(1)[0]
        kept = unit.find(exchange_id)
        if kept is None:
            raise LookupError(exchange_id)
        journal = tuple(told.entry for told in unit.timeline(exchange_id))
        rows = _rows(unit.connection, exchange_id)
        received = [unit.received(row["party_id"], row["message_id"]) for row in rows[INBOX]]
        return Specimen(rows, kept, journal, tuple(each for each in received if each))


def _rows(connection: Connection, exchange_id: str) -> dict[Table, Sequence[Mapping[str, Any]]]:
    found: dict[Table, Sequence[Mapping[str, Any]]] = {}
    for table in METADATA.sorted_tables:
        if "exchange_id" in table.c:
            of_it = select(table).where(table.c.exchange_id == exchange_id)
            found[table] = [dict(row) for row in connection.execute(of_it).mappings()]
    messages = [row["message_id"] for row in found[JOURNAL] if row["message_id"]]
    received = select(INBOX).where(INBOX.c.message_id.in_(messages))
    found[INBOX] = [dict(row) for row in connection.execute(received).mappings()]
    return found


class Growth:
    """Fills a store with copies; each has as many bytes as the specimen, and new names throughout."""

    def __init__(self, store: Store[Any], specimen: Specimen) -> None:
        self.store = store
        self.specimen = specimen
        self.number = 0
        self.genuine: list[str] = []
        self.received: list[str] = []
        self._random = random.Random(1)  # noqa: S311 (names of copies)
        self._old = sorted(
            {row[name] for rows in specimen.rows.values() for row in rows for name in _NAMES if row.get(name)}
        )

    def to(self, number: int) -> None:
        """Grow until there are so many exchanges."""
        copies = iter(range(number - self.number))
        while count := len(tuple(islice(copies, _AT_ONCE))):
            with self.store.begin() as unit:
                self._copy(unit.connection, count)
            self.number += count

    def add_genuine(self, number: int) -> None:
        """As many exchanges more that were written for their places, so that they open."""
        now = SystemClock().now()
        for _ in range(number):
            exchange_id = str(self._uuid())
            with self.store.begin() as unit:
                for each in self.specimen.received:
                    self.received.append(f"{self._uuid()}@partner.example")
                    unit.receive(PARTNER, self.received[-1], each, now)
                unit.keep(replace(self.specimen.kept, exchange_id=exchange_id))
                unit.journal(*(replace(entry, exchange_id=exchange_id) for entry in self.specimen.journal))
            self.genuine.append(exchange_id)
        self.number += number

    def _copy(self, connection: Connection, count: int) -> None:
        next_number = 1 + (connection.execute(select(func.max(JOURNAL.c.number))).scalar() or 0)
        names = [{old: self._like(old) for old in self._old} for _ in range(count)]
        for table, rows in self.specimen.rows.items():
            copies = [self._renamed(row, renamed) for renamed in names for row in rows]
            if table is JOURNAL:
                copies = [copy | {"number": number} for number, copy in enumerate(copies, next_number)]
            if copies:
                connection.execute(insert(table), copies)

    def _renamed(self, row: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, Any]:
        return {name: renamed.get(value, value) if name in _NAMES else value for name, value in row.items()}

    def _like(self, name: str) -> str:
        """Another name of the same form: a UUID, alone or left of an `@`, or hexadecimal digits."""
        left, at, right = name.partition("@")
        new = str(self._uuid()) if "-" in left else f"{self._random.getrandbits(4 * len(left)):0{len(left)}x}"
        return new + at + right

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._random.getrandbits(128), version=4)
