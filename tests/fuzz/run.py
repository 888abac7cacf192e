"""Fuzz every target in turn, or one: `python -m tests.fuzz.run --seconds 3600 --target mime`."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.readers import FOUND, TARGETS

WORK: Final = Path("build/fuzz")
_LONGEST_INPUT: Final = 64 * 1024
_HANG: Final = 60
"""Seconds of the clock, on a machine that has other work too; CPU is what the child watches."""
_STATISTIC: Final = re.compile(r"^stat::(\w+):\s+(\d+)", re.MULTILINE)
_TOKEN: Final = re.compile(rb"[A-Za-z][A-Za-z0-9:._-]{3,40}")
_MOST_TOKENS: Final = 400


@dataclass(frozen=True)
class Outcome:
    """What one target's run came to."""

    target: str
    executions: int
    seconds: int
    slowest: float
    grown: int
    found: list[str]

    def line(self) -> str:
        found = ", ".join(self.found) or "nothing"
        return (
            f"{self.target:<12} {self.executions:>10,} executions {self.seconds:>6} s  "
            f"slowest {self.slowest * 1000:>7.1f} ms  memory +{self.grown} MiB  found {found}"
        )


def fuzz(name: str, seconds: int) -> Outcome:
    """Run one target in a process of its own; its corpus stays in `build/fuzz` and grows from run to run."""
    folder = WORK / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    for file in (FOUND / name).glob("*"):
        (corpus / file.name).write_bytes(file.read_bytes())
    (folder / "words").write_text(_dictionary(TARGETS[name].seeds()), encoding="ascii")
    (folder / "notes.json").unlink(missing_ok=True)
    before = {file.name for file in folder.glob("found-*")}
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST_INPUT}",
        f"-timeout={_HANG}",
        f"-artifact_prefix={folder}/found-",
        f"-dict={folder / 'words'}",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    with (folder / "log").open("w", encoding="utf-8") as log:
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.child", name, str(folder), *options],
            check=False,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return _outcome(name, folder, before, ended.returncode)


def _outcome(name: str, folder: Path, before: set[str], code: int) -> Outcome:
    """A child that ended in another way than libFuzzer does, has found something too: its log says what."""
    log = (folder / "log").read_text(encoding="utf-8", errors="replace")
    said = {key: int(value) for key, value in _STATISTIC.findall(log)}
    notes = json.loads((folder / "notes.json").read_text(encoding="utf-8"))
    done = re.search(r"Done \d+ runs in (\d+) second", log)
    return Outcome(
        name,
        said.get("number_of_executed_units", 0),
        int(done[1]) if done else 0,
        notes["slowest"],
        said.get("peak_rss_mb", 0) - notes["rss_before"],
        sorted({file.name for file in folder.glob("found-*")} - before) or ([f"{folder}/log"] if code else []),
    )


def _dictionary(seeds: list[bytes]) -> str:
    """The words of the seeds, which a fuzzer would take long to spell."""
    words = dict.fromkeys(word for seed in seeds for word in _TOKEN.findall(seed))
    return '"oots"\n' + "".join(f'"{word.decode()}"\n' for word in list(words)[:_MOST_TOKENS])


def main() -> int:
    """1 if anything was found, else 0."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=60, help="for each target (default 60)")
    options.add_argument("--target", choices=sorted(TARGETS), help="this one alone")
    asked = options.parse_args()
    outcomes = []
    for name in [asked.target] if asked.target else TARGETS:
        outcomes.append(fuzz(name, asked.seconds))
        sys.stdout.write(outcomes[-1].line() + "\n")
        sys.stdout.flush()
    return 1 if any(outcome.found for outcome in outcomes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
