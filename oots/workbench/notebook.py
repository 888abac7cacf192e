"""What the workbench remembers: what the council decided of each journey, by whom and when, and what runs came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select

from oots.database.database import Database
from oots.scenario_files.account import Account
from oots.trust.vault import Vault

metadata = MetaData()
_noted = Table(
    "workbench_note",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
)
"""Only ever added to: the last note on something counts, and those before it are its history."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The council's value for one field of a journey; `who` is the name that was typed, nobody checks it."""

    at: datetime
    who: str
    journey: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a scenario when it was last run, as `oots scenario run --json` tells it; older notes have no
    `account`."""

    at: datetime
    name: str
    journey: str
    expected: str
    actual: str
    as_expected: bool
    seconds: float
    account: Account | None = None


_ENTERED, _RAN = TypeAdapter(Entered), TypeAdapter(Ran)


def read_run(told: Mapping[str, Any]) -> Ran:
    """One result of `oots scenario run --json`, with the moment (`at`); raises ValueError for what is none."""
    return _RAN.validate_python(told)


class Notebook:
    """Notes in the database of the workbench, sealed under the keys of its vault."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        with database.begin() as connection:
            database.alone(connection)
            metadata.create_all(connection)

    def enter(self, entries: Iterable[Entered]) -> None:
        """Add what the council entered."""
        self._add("entered", [_ENTERED.dump_json(entry) for entry in entries])

    def add_run(self, ran: Ran) -> None:
        self._add("ran", [_RAN.dump_json(ran)])

    def entered(self) -> tuple[Entered, ...]:
        """Everything the council ever entered, oldest first."""
        return tuple(_ENTERED.validate_json(payload) for payload in self._all("entered"))

    def values(self) -> dict[tuple[str, str], Entered]:
        """What counts now, by journey and field."""
        return {(entry.journey, entry.field): entry for entry in self.entered()}

    def runs(self) -> dict[str, Ran]:
        """The last run of each scenario, by its name."""
        runs = (_RAN.validate_json(payload) for payload in self._all("ran"))
        return {ran.name: ran for ran in runs}

    def _add(self, kind: str, payloads: list[bytes]) -> None:
        rows = [{"kind": kind, "payload": self._vault.seal(payload, _place(kind))} for payload in payloads]
        if rows:
            with self._database.begin() as connection:
                connection.execute(insert(_noted), rows)

    def _all(self, kind: str) -> list[bytes]:
        query = select(_noted.c.payload).where(_noted.c.kind == kind).order_by(_noted.c.number)
        with self._database.look() as connection:
            sealed: Any = connection.execute(query).scalars().all()
        return [self._vault.open(each, _place(kind)) for each in sealed]


def _place(kind: str) -> str:
    return f"{_noted.name} {kind}"
