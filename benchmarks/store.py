"""How a store grows with its exchanges: bytes for each, and how long a look-up and a commit take."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch
from uuid import uuid4

from sqlalchemy import Engine, event, text

from benchmarks.growth import PARTNER, RECORDS, Growth, specimens
from benchmarks.record import Bar, Curve, Line, Measured, NotMeasuredError, Record, Series
from benchmarks.servers import server
from oots.exchange.store import Store
from oots.model.clock import SystemClock

TITLE: Final = "Store growth"
STAGES: Final = (10_000, 100_000)
MILLION: Final = 1_000_000
MOST_BYTES: Final = 15_000
MOST_MILLISECONDS: Final = 2.0
_PROBES: Final = 500
_GENUINE: Final = 50
"""Exchanges, before the copies and at the end of each stage, that can be opened."""


_NOTE: Final = (
    "Look-up: an exchange and a message that was received, each by its id. Commit: a message, its receipt, the "
    "exchange and a line of the journal, on disk; its ratio is to a page written to the disk. In the database: the "
    "same without what Python does before, between and after its statements. p99 of 500 in each round."
)


@dataclass(slots=True)
class Grown:
    """What was seen of a store at each number of exchanges: bytes for each, and the p99 (ms) of look-up and commit in
    each round, of the part of them that is spent in the database, and of a page written to the disk."""

    size: dict[int, float] = field(default_factory=dict)
    look_up: dict[int, Series] = field(default_factory=lambda: defaultdict(Series))
    looking_up: dict[int, Series] = field(default_factory=lambda: defaultdict(Series))
    commit: dict[int, Series] = field(default_factory=lambda: defaultdict(Series))
    committing: dict[int, Series] = field(default_factory=lambda: defaultdict(Series))
    disk: dict[int, Series] = field(default_factory=lambda: defaultdict(Series))


def measure(rounds: int, *, full: bool = False) -> Measured:
    """On both databases; where there is no PostgreSQL, on SQLite alone."""
    stages = (*STAGES, MILLION) if full else STAGES
    kinds = specimens()
    grown: dict[tuple[str, str], Grown] = {}
    notes = [_NOTE]
    with ExitStack() as ends:
        urls: list[tuple[str, Callable[[], str | None]]] = [("SQLite", lambda: None)]
        try:
            running = ends.enter_context(server())
            urls.append(("PostgreSQL", running.new_database))
        except NotMeasuredError as absent:
            notes.append(f"PostgreSQL: not measured, {absent}")
        for database, new in urls:
            for service, specimen in kinds.items():
                reach = stages if service == "provider" else stages[:1]
                with (
                    tempfile.TemporaryDirectory(prefix="oots-bench-") as folder,
                    closing(Store(Path(folder), RECORDS[service], database_url=new())) as store,
                ):
                    seen = grown[database, service] = Grown()
                    for stage in _grown(seen, Path(folder), Growth(store, specimen), reach, rounds):
                        sys.stderr.write(
                            f"{database}, {service}, {stage:,} exchanges: {seen.size[stage]:,.0f} bytes each, "
                            f"p99 of a look-up {seen.look_up[stage].median:.2f} ms, "
                            f"of a commit {seen.commit[stage].median:.2f} ms\n"
                        )
    return Measured(tuple(_records(grown)), _curves(grown), tuple(notes))


def _grown(seen: Grown, folder: Path, growth: Growth, stages: Sequence[int], rounds: int) -> Iterator[int]:
    """Grow from stage to stage, and look at each; what is tried there does not count as growth."""
    growth.add_genuine(_GENUINE)
    grown = 0
    for stage in stages:
        before = _bytes(growth.store, folder)
        growth.to(stage - _GENUINE)
        growth.add_genuine(_GENUINE)
        grown += _bytes(growth.store, folder) - before
        seen.size[stage] = grown / stage
        os.sync()  # what the copies have left to write is no part of what follows
        with _watched(growth.store.engine) as watch:
            for _ in range(rounds):
                watch.try_all(_look_ups(growth), seen.look_up[stage], seen.looking_up[stage])
                watch.try_all(_commits(growth), seen.commit[stage], seen.committing[stage])
                seen.disk[stage].add(_p99([_timed(write) for write in _writes(folder)]))
        yield stage


def _bytes(store: Store[Any], folder: Path) -> int:
    """Of everything that the database keeps."""
    if store.database.is_shared:
        with store.look() as unit:
            return int(unit.connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
    with store.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(file.stat().st_size for file in folder.glob("store.sqlite*"))


def _look_ups(growth: Growth) -> Iterator[Callable[[], None]]:
    chosen = random.Random(2)  # noqa: S311 (which one is looked up)

    def look_up() -> None:
        exchange_id, message_id = chosen.choice(growth.genuine), chosen.choice(growth.received)
        with growth.store.look() as unit:
            if unit.find(exchange_id) is None or unit.received(PARTNER, message_id) is None:
                raise LookupError("what was put there is gone")

    for _ in range(_PROBES):
        yield look_up


def _commits(growth: Growth) -> Iterator[Callable[[], None]]:
    clock = SystemClock()

    def commit() -> None:
        now = clock.now()
        exchange_id = str(uuid4())
        with growth.store.begin() as unit:
            unit.receive(PARTNER, f"{uuid4()}@partner.example", growth.specimen.received[0], now)
            unit.keep(replace(growth.specimen.kept, exchange_id=exchange_id))
            unit.journal(replace(growth.specimen.journal[0], exchange_id=exchange_id))

    for _ in range(_PROBES):
        yield commit


class _Watch:
    """How long transactions take, and how much of that the driver and the database do: statements, begin and end."""

    def __init__(self) -> None:
        self._since = 0.0
        self._inside = 0.0

    def enters(self, *_: object) -> None:
        self._since = perf_counter()

    def leaves(self, *_: object) -> None:
        self._inside += perf_counter() - self._since

    def timed(self, end: Callable[[Any], None]) -> Callable[[Any], None]:
        """The end of a transaction."""

        def timed(connection: object) -> None:
            self.enters()
            end(connection)
            self.leaves()

        return timed

    def try_all(self, transactions: Iterable[Callable[[], None]], took: Series, took_inside: Series) -> None:
        """Add the p99 of the whole and of what is inside (ms)."""
        whole, inside = [], []
        for transaction in transactions:
            self._inside = 0.0
            whole.append(_timed(transaction))
            inside.append(self._inside * 1000)
        took.add(_p99(whole))
        took_inside.add(_p99(inside))


@contextmanager
def _watched(engine: Engine) -> Iterator[_Watch]:
    watch = _Watch()
    heard = (("before_cursor_execute", watch.enters), ("after_cursor_execute", watch.leaves))
    with ExitStack() as ends:
        for end in ("do_commit", "do_rollback"):
            ends.enter_context(patch.object(engine.dialect, end, watch.timed(getattr(engine.dialect, end))))
        for name, hear in heard:
            event.listen(engine, name, hear)
            ends.callback(event.remove, engine, name, hear)
        yield watch


def _writes(folder: Path) -> Iterator[Callable[[], None]]:
    """The floor of a commit: a page on disk."""
    file = os.open(folder / "floor", os.O_WRONLY | os.O_CREAT, 0o600)

    def write() -> None:
        os.write(file, bytes(4096))
        os.fdatasync(file)

    try:
        for _ in range(_PROBES):
            yield write
    finally:
        os.close(file)


def _timed(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def _p99(milliseconds: Sequence[float]) -> float:
    return quantiles(milliseconds, n=100)[98]


def _records(grown: dict[tuple[str, str], Grown]) -> Iterator[Record]:
    for (database, service), seen in grown.items():
        for stage, size in seen.size.items():
            said = f"{database}, {service}, {stage:,} exchanges"
            yield Record(f"{said}: size", size / 1000, "KB per exchange", bar=Bar(most=MOST_BYTES / 1000))
            bar = Bar(most=MOST_MILLISECONDS)
            yield seen.look_up[stage].record(f"{said}: look-up", "ms, p99", bar=bar)
            yield seen.looking_up[stage].record("  of which in the database", "ms, p99")
            yield seen.commit[stage].record(
                f"{said}: commit", "ms, p99", bar=bar, beside=seen.disk[stage], named="a page written to the disk, p99"
            )
            yield seen.committing[stage].record("  of which in the database", "ms, p99")


def _curves(grown: dict[tuple[str, str], Grown]) -> tuple[Curve, ...]:
    provider = {database: seen for (database, service), seen in grown.items() if service == "provider"}
    return (
        Curve(
            "store-size",
            "Size of the provider's store",
            "exchanges",
            "KB per exchange",
            tuple(
                Line(database, tuple((n, size / 1000) for n, size in seen.size.items()))
                for database, seen in provider.items()
            ),
            log_x=True,
            bar=MOST_BYTES / 1000,
        ),
        Curve(
            "store-times",
            "Look-up and commit in the provider's store",
            "exchanges",
            "ms, p99",
            tuple(
                Line(f"{database}, {what}", tuple((stage, series.median) for stage, series in times.items()))
                for database, seen in provider.items()
                for what, times in (("look-up", seen.look_up), ("commit", seen.commit))
            ),
            log_x=True,
            bar=MOST_MILLISECONDS,
        ),
    )
