"""Scenarios that are run from a page: each in a process of its own, one after the other, in a temporary folder."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oots.model.clock import Clock
from oots.workbench.notebook import Notebook, read_run

_LOG = logging.getLogger(__name__)
_LONGEST_SECONDS = 600
MOST_WAITING = 500

Start = Callable[[Sequence[str]], Mapping[str, Any]]
"""Runs the scenarios of these names and returns what `oots scenario run --json` prints."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What runs now and what waits for it, by name; `failed` those of which no result came."""

    running: str | None
    waiting: tuple[str, ...]
    failed: frozenset[str]


class Runs:
    """Runs what it is told to, and notes what came of it. One at a time: a run is a whole town."""

    def __init__(self, notebook: Notebook, clock: Clock, start: Start | None = None) -> None:
        self._notebook = notebook
        self._clock = clock
        self._start = start or run_in_a_process
        self._turn = threading.Lock()
        self._waiting: deque[str] = deque()
        self._running: str | None = None
        self._failed: set[str] = set()

    def want(self, name: str) -> bool:
        """Put a scenario in the queue unless it is there already; False where too many wait."""
        with self._turn:
            if name == self._running or name in self._waiting:
                return True
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(name)
            self._failed.discard(name)
            if self._running is None:
                self._running = self._waiting.popleft()
                threading.Thread(target=self._work, name="workbench-runs", daemon=True).start()
        return True

    @property
    def queue(self) -> Queue:
        with self._turn:
            return Queue(self._running, tuple(self._waiting), frozenset(self._failed))

    def _work(self) -> None:
        while name := self._running:
            failed = not self._run(name)
            with self._turn:
                if failed:
                    self._failed.add(name)
                self._running = self._waiting.popleft() if self._waiting else None

    def _run(self, name: str) -> bool:
        """Whether a result came."""
        try:
            told = self._start([name])
            for result in told["scenarios"]:
                self._notebook.add_run(read_run(result | {"at": self._clock.now()}))
        except Exception as failure:  # the thread goes on with the next; the page says that this one failed
            _LOG.error("the scenario %s could not be run: %s", name, type(failure).__name__)
            return False
        return bool(told["scenarios"])


def run_in_a_process(names: Sequence[str]) -> Mapping[str, Any]:
    """`oots scenario run NAME… --json` in a folder of its own, without the settings of the caller.

    Raises OSError, subprocess.TimeoutExpired, and ValueError where it prints no result.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OOTS_")}
    with tempfile.TemporaryDirectory(prefix="oots-workbench-") as folder:
        done = subprocess.run(  # noqa: S603 (our own interpreter; the names are those of known scenarios)
            [sys.executable, "-m", "oots", "scenario", "run", *names, "--json"],
            env=environment | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            cwd=folder,
            capture_output=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    told: Mapping[str, Any] = json.loads(done.stdout)
    return told
