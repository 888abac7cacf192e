"""What hostile messages cost before it is known who sent them: `make bench-hostile`."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Final

from benchmarks.hostile_messages import CLASSES, MEBIBYTE, NOW, Hostile, domain
from oots.edelivery.message import open_message
from oots.model.errors import TransportError

MOST_MILLISECONDS: Final = 250.0
MOST_PER_MEBIBYTE: Final = 5.0
_SMALL: Final = MEBIBYTE
"""Below this size only the absolute bar holds: an honest signature over 25 parts costs milliseconds in 20 KB."""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU of one refusal, the median of the rounds, and the check that refused."""

    hostile: Hostile
    size: int
    milliseconds: float
    refusal: str

    @property
    def per_mebibyte(self) -> float | None:
        """None for a message so small that only the absolute bar holds."""
        return None if self.size < _SMALL else self.milliseconds / (self.size / MEBIBYTE)

    @property
    def is_over(self) -> bool:
        """Whether it costs more than either bar allows."""
        return self.milliseconds > MOST_MILLISECONDS or (self.per_mebibyte or 0.0) > MOST_PER_MEBIBYTE

    def line(self) -> str:
        """A row of the table in docs/performance.md."""
        rate = "" if self.per_mebibyte is None else f"{self.per_mebibyte:.2f}"
        over = " **over**" if self.is_over else ""
        return (
            f"| {self.hostile.group} | {self.hostile.name} | {self.size / 1024:,.0f} | {self.milliseconds:.2f}{over}"
            f" | {rate} | {self.refusal} |\n"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 whatever the outcome, for it is no test."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="times that each is measured (default 5)")
    rounds = options.parse_args(arguments).rounds
    sys.stdout.write("| class | message | KB | CPU, ms | ms per MB | refused, because |\n")
    sys.stdout.write("| --- | --- | ---: | ---: | ---: | --- |\n")
    costs = []
    for hostile in CLASSES:
        costs.append(cost(hostile, rounds))
        sys.stdout.write(costs[-1].line())
        sys.stdout.flush()
    over = sum(each.is_over for each in costs)
    dearest = max(each.milliseconds for each in costs)
    sys.stdout.write(f"\n{over} of {len(costs)} over a bar; the dearest {dearest:.0f} ms\n")
    return 0


def cost(hostile: Hostile, rounds: int) -> Cost:
    """The cost of one message; the first opening warms up and is not counted."""
    content_type, body = hostile.make()
    refusal = _refusal(content_type, body)
    times = []
    for _ in range(rounds):
        gc.collect()
        started = process_time()
        _refusal(content_type, body)
        times.append((process_time() - started) * 1000)
    return Cost(hostile, len(content_type) + len(body), median(times), refusal)


def _refusal(content_type: str, body: bytes) -> str:
    try:
        open_message(content_type, body, domain().anchors, NOW)
    except TransportError as refused:
        return f"{refused.ebms} {refused.why}"
    raise AssertionError("a hostile message was believed")


if __name__ == "__main__":
    raise SystemExit(main())
