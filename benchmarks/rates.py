"""Whole exchanges at fixed rates, each timed from when it should have begun, on both databases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from benchmarks.processes import cpu_seconds
from benchmarks.record import Curve, Line, Measured, NotMeasuredError, Record
from benchmarks.servers import server
from benchmarks.town import EXCHANGING, RunningTown, running_town
from benchmarks.visitor import Visitor, exchange

TITLE: Final = "Whole exchanges at fixed rates"
RATES: Final = (0.5, 1.0, 2.0)
"""Exchanges begun in a second."""
_SECONDS: Final = 12.0
_MOST_VISITORS: Final = 64
_PAUSE: Final = 0.1
_CLOSED: Final = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """At one rate: seconds of each exchange from its intended start, and how many ended in a second."""

    seconds: tuple[float, ...]
    done: float


def measure(rounds: int, *, full: bool = False) -> Measured:
    """Each rate once on each database, after exchanges that are not counted; then as many as go, eight at a time."""
    del rounds, full
    seen: dict[tuple[str, float], Seen] = {}
    most: dict[str, float] = {}
    cpu: dict[str, dict[str, float]] = {}
    notes = []
    with ExitStack() as ends:
        databases: dict[str, Mapping[str, Mapping[str, str]]] = {"SQLite": {}}
        try:
            running = ends.enter_context(server())
            databases["PostgreSQL"] = {service: {"OOTS_DATABASE_URL": running.new_database()} for service in EXCHANGING}
        except NotMeasuredError as absent:
            notes.append(f"PostgreSQL: not measured, {absent}")
        for database, more in databases.items():
            with tempfile.TemporaryDirectory(prefix="oots-bench-") as folder, running_town(Path(folder), more) as town:
                _closed(town, _CLOSED)
                for rate in RATES:
                    seen[database, rate] = _open(town, rate)
                before = {service: cpu_seconds(town.process(service)) for service in EXCHANGING}
                most[database] = _closed(town, 3 * _CLOSED)
                cpu[database] = {
                    service: (cpu_seconds(town.process(service)) - before[service]) * 1000 / (3 * _CLOSED)
                    for service in EXCHANGING
                }
    return Measured(tuple(_records(seen, most, cpu)), _curves(seen), tuple(notes))


def _open(town: RunningTown, rate: float) -> Seen:
    """One after the other at the rate, whatever becomes of those before."""
    number = round(rate * _SECONDS)
    began = time.monotonic()
    with ThreadPoolExecutor(_MOST_VISITORS) as visitors:
        done = list(visitors.map(lambda each: _one(town.portal, began + each / rate), range(number)))
    return Seen(tuple(done), number / (time.monotonic() - began))


def _one(portal: str, intended: float) -> float:
    time.sleep(max(0.0, intended - time.monotonic()))
    with closing(Visitor(_PAUSE)) as visitor:
        exchange(visitor, portal)
    return time.monotonic() - intended


def _closed(town: RunningTown, number: int) -> float:
    """Exchanges in a second, eight at a time."""
    began = time.monotonic()
    with ThreadPoolExecutor(_CLOSED) as visitors:
        list(visitors.map(lambda _: _one(town.portal, time.monotonic()), range(number)))
    return number / (time.monotonic() - began)


def _records(
    seen: Mapping[tuple[str, float], Seen], most: Mapping[str, float], cpu: Mapping[str, Mapping[str, float]]
) -> Iterator[Record]:
    for (database, rate), at in seen.items():
        ranging = (min(at.seconds), max(at.seconds))
        yield Record(f"{database}, {rate:g} begun a second: p50", median(at.seconds), "s", ranging)
        yield Record(f"{database}, {rate:g} begun a second: p99", _p99(at), "s")
        yield Record(f"{database}, {rate:g} begun a second: ended", at.done, "exchanges/s")
    for database, done in most.items():
        yield Record(f"{database}, {_CLOSED} users who do not wait", done, "exchanges/s")
        for service, milliseconds in cpu[database].items():
            yield Record(f"  CPU of the {service}, without the database server", milliseconds, "ms per exchange")


def _p99(at: Seen) -> float:
    return quantiles(at.seconds, n=100, method="inclusive")[98]


def _curves(seen: Mapping[tuple[str, float], Seen]) -> tuple[Curve, ...]:
    databases = dict.fromkeys(database for database, _ in seen)
    lines = tuple(
        Line(f"{database}, {name}", tuple((rate, found(seen[database, rate])) for rate in RATES))
        for database in databases
        for name, found in (("p50", lambda at: median(at.seconds)), ("p99", _p99))
    )
    return (Curve("rates", TITLE, "exchanges begun a second", "seconds", lines),)
