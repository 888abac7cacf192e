"""What a process and its children have used, as /proc tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KILOBYTE: Final = 1024
_RESET_PEAK: Final = "5"
"""What `/proc/PID/clear_refs` takes to begin a new VmHWM (proc(5))."""


def cpu_seconds(process: int) -> float:
    """Processor time of a process, of its children that run, and of those that it has waited for."""
    return sum(_cpu(each) for each in (process, *_below(process)))


def _cpu(process: int) -> float:
    user, system, waited_user, waited_system = _after_name(process)[11:15]
    return (int(user) + int(system) + int(waited_user) + int(waited_system)) / _TICKS


def peak_megabytes(process: int) -> float:
    """The most memory that the process itself has held since `begin_peak`, or since its start (VmHWM)."""
    return _status(process, "VmHWM") * _KILOBYTE / 1e6


def held_megabytes(process: int) -> float:
    """The memory that the process itself holds now (VmRSS)."""
    return _status(process, "VmRSS") * _KILOBYTE / 1e6


def begin_peak(process: int) -> None:
    """Forget the peak so far."""
    Path(f"/proc/{process}/clear_refs").write_text(_RESET_PEAK)


def _status(process: int, name: str) -> int:
    """A value in KB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def _below(process: int) -> Iterator[int]:
    """Children, their children and so on."""
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from _below(int(child))


def _after_name(process: int) -> list[str]:
    """The fields of `/proc/PID/stat` from the third on; a name may hold blanks."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
