"""One target under atheris: `python -m tests.fuzz.child TARGET FOLDER [libFuzzer options]`."""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Final

import atheris

# What reads PDF is large, and of no interest to any other target.
with atheris.instrument_imports(include=["pyhanko"] if "pdf-seal" in sys.argv else ["oots", "signxml"]):
    from tests.fuzz.mutation import mutate_xml
    from tests.fuzz.readers import BETWEEN_PARTS, TARGETS, Target

MOST_SECONDS: Final = 1.0
MOST_MEBIBYTES: Final = 200


class Costly(Exception):  # noqa: N818 (a finding, shown by its name)
    """An input that takes more time or memory than any may."""


class Watched:
    """A target whose inputs may take a second of CPU each and, all together, 200 MB above what it began with."""

    def __init__(self, target: Target, notes: Path) -> None:
        self._target = target
        self._notes = notes
        self._slowest = 0.0
        for seed in target.seeds():
            target.survives(seed)
        self._began_with = _mebibytes()

    def __call__(self, data: bytes) -> None:
        started = time.process_time()
        self._target.survives(data)
        took = time.process_time() - started
        if took > self._slowest:
            self._slowest = took
            self._notes.write_text(json.dumps({"slowest": took, "bytes": len(data), "rss_before": self._began_with}))
        if took > MOST_SECONDS:
            raise Costly(f"{took:.2f} s of CPU")
        if (grown := _mebibytes() - self._began_with) > MOST_MEBIBYTES:
            raise Costly(f"{grown} MiB more than at the start")


def _mebibytes() -> int:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Half the time as the fuzzer would, else as XML; what is too long stays as it was."""
    chance = random.Random(seed)  # noqa: S311 (the fuzzer's own seed)
    changed = mutate_xml(data, BETWEEN_PARTS, chance) if chance.random() < 0.5 else None
    if changed is None:
        changed = atheris.Mutate(data, len(data))
    return changed if len(changed) <= most else data


def main(name: str, folder: Path, options: list[str]) -> None:
    """Fuzz until an option says stop, or something is found."""
    watched = Watched(TARGETS[name], folder / "notes.json")
    mutator = {"custom_mutator": mutate} if TARGETS[name].is_xml else {}
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], watched, **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
