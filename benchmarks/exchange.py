"""CPU of a whole exchange with preview, both sides, beside its floor."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.captured import capture
from benchmarks.floor import CANONICAL, DIGESTS, PARSING, PRIVATE, VERIFYING, Floor
from benchmarks.processes import cpu_seconds
from benchmarks.record import Bar, Measured, Series
from benchmarks.town import EXCHANGING, RunningTown, running_town
from benchmarks.visitor import Visitor, exchange

TITLE: Final = "CPU of a whole exchange with preview"
MOST_TIMES_FLOOR: Final = 3.0
_VISITORS: Final = 4
_EXCHANGES: Final = 20
"""In each round; a tick of the processor clock is then half a millisecond of an exchange."""


def measure(rounds: int, *, full: bool = False) -> Measured:
    """Exchanges in a town of real processes, and after each round the floor of as many."""
    del full
    floor = Floor(capture())
    sides = {service: Series() for service in EXCHANGING}
    both, least = Series(), Series()
    kinds = {kind: Series() for kind in (PRIVATE, VERIFYING, CANONICAL, PARSING, DIGESTS)}
    with tempfile.TemporaryDirectory(prefix="oots-bench-") as folder, running_town(Path(folder)) as town:
        exchange_all(town, _VISITORS)
        for _ in range(rounds):
            spent = _spent(town)
            for service, milliseconds in spent.items():
                sides[service].add(milliseconds)
            both.add(sum(spent.values()))
            bare = floor.milliseconds()
            for kind, milliseconds in bare.items():
                kinds[kind].add(milliseconds)
            least.add(sum(bare.values()))
    return Measured(
        (
            both.record(
                "CPU of both sides",
                "ms per exchange",
                bar=Bar(most=MOST_TIMES_FLOOR, on_ratio=True),
                beside=least,
                named="the floor",
            ),
            *(series.record(f"  of the {service}", "ms per exchange") for service, series in sides.items()),
            least.record("floor: bare operations of both sides", "ms per exchange"),
            *(series.record(f"  {floor.count(kind)} {kind}", "ms per exchange") for kind, series in kinds.items()),
        ),
    )


def _spent(town: RunningTown) -> dict[str, float]:
    """Milliseconds of each side for one exchange."""
    before = {service: cpu_seconds(town.process(service)) for service in EXCHANGING}
    exchange_all(town, _EXCHANGES)
    return {
        service: (cpu_seconds(town.process(service)) - before[service]) * 1000 / _EXCHANGES for service in EXCHANGING
    }


def exchange_all(town: RunningTown, number: int) -> None:
    """So many exchanges, a few at a time."""
    with ThreadPoolExecutor(_VISITORS) as visitors:
        list(visitors.map(_exchange, [town.portal] * number))


def _exchange(portal: str) -> None:
    with closing(Visitor()) as visitor:
        exchange(visitor, portal)
