"""`make bench`: every measurement in turn, its table, `benchmarks/results.json`, docs/performance.md."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from benchmarks import document
from benchmarks.record import Measured, NotMeasuredError
from benchmarks.report import table

MEASUREMENTS: Final = ("exchange", "rates", "seal_and_open", "sizes", "store", "replicas", "messages", "listing")
"""Modules of this package, each with a `TITLE` and `measure(rounds, full=…)`, in the order in which they run."""
FEWEST_ROUNDS: Final = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; 0 whatever the figures are, for it is no test, and 1 where one could not be made."""
    options = _options(arguments)
    seen: dict[str, Any] = {}
    failed = False
    for name in options.only or MEASUREMENTS:
        module = import_module(f"benchmarks.{name}")
        try:
            measured: Measured = module.measure(options.rounds, full=options.full)
        except NotMeasuredError as absent:
            sys.stdout.write(f"\n{module.TITLE}: not measured, {absent}\n")
            continue
        except Exception:  # a measurement that fails keeps no other from being made, and is told of
            sys.stdout.write(f"\n{module.TITLE}: failed\n{traceback.format_exc()}")
            failed = True
            continue
        sys.stdout.write(table(module.TITLE, measured))
        sys.stdout.flush()
        seen[name] = {"title": module.TITLE} | measured.as_json()
        _write(seen)
    document.write()
    _say_missed(seen)
    return int(failed)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help=f"rounds (at least {FEWEST_ROUNDS})")
    parser.add_argument("--only", nargs="+", choices=MEASUREMENTS, help="measure these alone")
    parser.add_argument("--full", action="store_true", help="as far as it goes: a million exchanges in a store")
    options = parser.parse_args(arguments)
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"fewer than {FEWEST_ROUNDS} rounds say little")
    return options


def machine() -> dict[str, str]:
    """On what it was measured."""
    return {"processor": _processor(), "system": platform.machine(), "python": platform.python_version()}


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} x {models[0]}" if models else platform.processor()


def _write(seen: Mapping[str, Any]) -> None:
    """What was measured anew takes the place of what stood there of the same name."""
    before = json.loads(document.RESULTS.read_text())["measurements"] if document.RESULTS.exists() else {}
    known = {**before, **seen}
    ordered = {name: known[name] for name in MEASUREMENTS if name in known}
    written = json.dumps({"machine": machine(), "measurements": ordered}, indent=1, ensure_ascii=False)
    document.RESULTS.write_text(written + "\n")


def _say_missed(measurements: Mapping[str, Any]) -> None:
    bars = [record for each in measurements.values() for record in each["records"] if record["ok"] is not None]
    missed = [record["name"].strip() for record in bars if not record["ok"]]
    sys.stdout.write(f"\n{len(bars) - len(missed)} of {len(bars)} bars kept")
    sys.stdout.write(f"; missed: {', '.join(missed)}\n" if missed else "\n")


if __name__ == "__main__":
    raise SystemExit(main())
