"""Two contestants timed in turn on the same work: A B A B …, after a warm-up."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final

Work = Callable[[], object]

SHORTEST: Final = 0.08
"""Seconds that one turn of the faster contestant lasts at least."""


@dataclass(frozen=True, slots=True)
class Duel:
    """Milliseconds for one message in each round, ours and theirs side by side."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """How many times as fast we are: the median over rounds, each of which compares its own two turns."""
        return median(theirs / ours for ours, theirs in zip(self.ours, self.theirs, strict=True))

    def together(self, other: Duel) -> Duel:
        """One message of each, one after the other."""
        return Duel(
            tuple(map(float.__add__, self.ours, other.ours)), tuple(map(float.__add__, self.theirs, other.theirs))
        )


def duel(ours: Work, theirs: Work, rounds: int) -> Duel:
    """Both in turn; each does its work as often as makes a turn of the faster one long enough to measure."""
    times = max(1, round(SHORTEST / min(_warm(ours), _warm(theirs))))
    turns = [(_turn(ours, times), _turn(theirs, times)) for _ in range(rounds)]
    return Duel(tuple(ours for ours, _ in turns), tuple(theirs for _, theirs in turns))


def _warm(work: Work) -> float:
    """Seconds that the work takes once it is warm."""
    end = perf_counter() + SHORTEST
    best = float("inf")
    while (begin := perf_counter()) < end:
        work()
        best = min(best, perf_counter() - begin)
    return best


def _turn(work: Work, times: int) -> float:
    """Milliseconds for one piece of work, garbage of the turn before swept away first."""
    gc.collect()
    begin = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - begin) / times * 1000
