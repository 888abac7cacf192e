"""What a measurement says: figures with their bars, and curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


class NotMeasuredError(Exception):
    """What a measurement needs is not here; the text says what."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must keep: `most` or `least`, in the figure's own unit unless `ratio` is what it binds."""

    most: float | None = None
    least: float | None = None
    on_ratio: bool = False

    def keeps(self, figure: float) -> bool:
        """Whether a figure is within the bar."""
        return (self.most is None or figure <= self.most) and (self.least is None or figure >= self.least)

    def __str__(self) -> str:
        bound = f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"
        return f"{bound} times" if self.on_ratio else bound


@dataclass(frozen=True, slots=True)
class Record:
    """One figure: the median over the rounds, and the least and the largest of them.

    `ratio` is to what stands beside it, a floor or a peer: the median of the ratios of each round, named by `beside`.
    """

    name: str
    value: float
    unit: str
    range: tuple[float, float] | None = None
    bar: Bar | None = None
    ratio: float | None = None
    beside: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the bar is kept; None without one."""
        if self.bar is None:
            return None
        bound = self.ratio if self.bar.on_ratio else self.value
        return bound is not None and self.bar.keeps(bound)

    def as_json(self) -> dict[str, Any]:
        """For `results.json`."""
        return asdict(self) | {"bar": str(self.bar) if self.bar else None, "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a curve: points (x, y)."""

    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A picture to be drawn: `name` is that of its file; an axis is logarithmic where it says so."""

    name: str
    title: str
    x: str
    y: str
    lines: tuple[Line, ...]
    log_x: bool = False
    log_y: bool = False
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that one measurement says; `notes` are sentences for people."""

    records: tuple[Record, ...]
    curves: tuple[Curve, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For `results.json`."""
        return {
            "records": [record.as_json() for record in self.records],
            "curves": [asdict(curve) for curve in self.curves],
            "notes": list(self.notes),
        }


@dataclass(slots=True)
class Series:
    """The same figure in each of the rounds."""

    values: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        """The figure of one more round."""
        self.values.append(value)

    @property
    def median(self) -> float:
        """Over the rounds."""
        return median(self.values)

    def record(
        self, name: str, unit: str, *, bar: Bar | None = None, beside: Series | None = None, named: str = ""
    ) -> Record:
        """Median and range; `beside` is the series of a floor or a peer, measured in the same rounds."""
        ratio = median(quotients(self.values, beside.values)) if beside else None
        return Record(name, self.median, unit, (min(self.values), max(self.values)), bar, ratio, named)


def quotients(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]
