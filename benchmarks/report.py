"""The table of a measurement, for a terminal."""

from __future__ import annotations

from typing import Final

from benchmarks.record import Measured, Record

_ROW: Final = "  {:<52} {:>11} {:<18} {:>19} {:>8}  {:<18} {:<6}\n"


def table(title: str, measured: Measured) -> str:
    """Every figure with its unit, its range, its ratio to what stands beside it, and its bar."""
    lines = [f"\n{title}\n", _ROW.format("", "median", "unit", "range", "ratio", "bar", "").rstrip() + "\n"]
    lines += [_row(record) for record in measured.records]
    lines += [f"  {note}\n" for note in measured.notes]
    return "".join(lines)


def _row(record: Record) -> str:
    least_and_most = f"{shown(record.range[0])} – {shown(record.range[1])}" if record.range else ""
    ratio = f"{record.ratio:.2f}" if record.ratio is not None else ""
    verdict = {None: "", True: "kept", False: "MISSED"}[record.ok]
    bar = str(record.bar) if record.bar else ""
    row = _ROW.format(record.name, shown(record.value), record.unit, least_and_most, ratio, bar, verdict)
    return row.rstrip() + "\n"


def shown(value: float) -> str:
    """Three figures that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
