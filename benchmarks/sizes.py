"""Whole exchanges with evidence from 1 KB to 100 MB: processor time and memory of both services."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.large_evidence import sealed_pdf
from benchmarks.large_provider import EVIDENCE
from benchmarks.processes import begin_peak, cpu_seconds, held_megabytes, peak_megabytes
from benchmarks.record import Bar, Curve, Line, Measured, Record
from benchmarks.town import EXCHANGING, RunningTown, running_town
from benchmarks.visitor import Visitor, exchange
from oots.deployment.participants import seal_name
from oots.trust.keys import load_key_pair

TITLE: Final = "Size of the evidence"
MEGABYTES: Final = (0.001, 1.0, 5.0, 20.0, 50.0, 100.0)
_PARALLEL: Final = (8, 20.0)
_TIMES: Final = 3
_LARGEST: Final = "115000000"
"""Beyond the 25 MB for a part and 100 MB for a message that the services take otherwise."""
MOST_OVER_IDLE: Final = 10.0
MOST_EIGHT_OVER_IDLE: Final = 30.0
MOST_SLOPE: Final = 0.2
MOST_CPU: Final = 15.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one exchange, or of all at once: milliseconds of both services together, and megabytes over idle of each."""

    cpu: float
    memory: Mapping[str, float]


def measure(rounds: int, *, full: bool = False) -> Measured:
    """A new town for each size, so that none inherits memory; an exchange of 1 KB comes first and is not counted."""
    del rounds, full
    costs = {size: _cost(size) for size in MEGABYTES}
    together = _cost(_PARALLEL[1], at_once=_PARALLEL[0])
    return Measured(
        tuple(_records(costs, together)),
        (
            Curve(
                "size-memory",
                "Memory over idle by the size of the evidence",
                "MB of evidence",
                "MB over idle",
                tuple(
                    Line(service, tuple((size, cost.memory[service]) for size, cost in costs.items()))
                    for service in EXCHANGING
                ),
            ),
            Curve(
                "size-cpu",
                "Processor time of an exchange by the size of the evidence",
                "MB of evidence",
                "ms, both services",
                (Line("both services", tuple((size, cost.cpu) for size, cost in costs.items())),),
            ),
        ),
        ("Memory is VmHWM of the service's own process over what it held at rest before.",),
    )


def _records(costs: Mapping[float, Cost], together: Cost) -> Iterator[Record]:
    for service in EXCHANGING:
        yield Record(
            f"20 MB: memory of the {service} over idle",
            costs[20.0].memory[service],
            "MB",
            bar=Bar(most=MOST_OVER_IDLE),
        )
    for service in EXCHANGING:
        yield Record(
            f"8 x 20 MB at once: memory of the {service} over idle",
            together.memory[service],
            "MB",
            bar=Bar(most=MOST_EIGHT_OVER_IDLE),
        )
    for service in EXCHANGING:
        slope = _slope([(size, cost.memory[service]) for size, cost in costs.items()])
        yield Record(f"to 100 MB: memory of the {service}", slope, "MB per MB", bar=Bar(most=MOST_SLOPE))
    slope = _slope([(size, cost.cpu) for size, cost in costs.items()])
    yield Record("to 100 MB: CPU of both services", slope, "ms per MB", bar=Bar(most=MOST_CPU))
    for size, cost in costs.items():
        held = ", ".join(f"{service} {cost.memory[service]:.1f}" for service in EXCHANGING)
        yield Record(f"  {_said(size)} (MB over idle: {held})", cost.cpu, "ms CPU per exchange")


def _said(size: float) -> str:
    return f"{size:g} MB" if size >= 1 else f"{size * 1000:g} KB"


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line that fits best."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def _cost(megabytes: float, at_once: int = 1) -> Cost:
    with _town() as (town, evidence):
        key = load_key_pair(town.town.keys, seal_name(town.town.municipality))
        evidence.write_bytes(sealed_pdf(1000, key))
        _exchange(town.portal)
        evidence.write_bytes(sealed_pdf(round(megabytes * 1e6), key))
        idle = {service: held_megabytes(town.process(service)) for service in EXCHANGING}
        for service in EXCHANGING:
            begin_peak(town.process(service))
        spent = [_spent(town, at_once) for _ in range(_TIMES if at_once == 1 else 1)]
        memory = {service: peak_megabytes(town.process(service)) - idle[service] for service in EXCHANGING}
        return Cost(median(spent), memory)


def _spent(town: RunningTown, at_once: int) -> float:
    before = sum(cpu_seconds(town.process(service)) for service in EXCHANGING)
    with ThreadPoolExecutor(at_once) as visitors:
        list(visitors.map(_exchange, [town.portal] * at_once))
    return (sum(cpu_seconds(town.process(service)) for service in EXCHANGING) - before) * 1000 / at_once


def _exchange(portal: str) -> None:
    with closing(Visitor()) as visitor:
        exchange(visitor, portal)


@contextmanager
def _town() -> Iterator[tuple[RunningTown, Path]]:
    """With a municipality whose PDFs come out of the file that is yielded."""
    with tempfile.TemporaryDirectory(prefix="oots-bench-") as name:
        folder = Path(name)
        evidence = folder / "evidence.pdf"
        larger = {"OOTS_LARGEST_EVIDENCE": _LARGEST, "OOTS_LARGEST_MESSAGE": _LARGEST}
        more = {"requester": larger, "provider": larger | {EVIDENCE: str(evidence)}}
        with running_town(folder / "town", more, {"provider": "benchmarks.large_provider"}) as town:
            yield town, evidence
