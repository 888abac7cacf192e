"""Runs the services of a town as child processes, and starts again whichever dies."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from oots.deployment.processes import started
from oots.deployment.settings import PREFIX

_PAUSE = 0.2
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_LONGEST_RESTART_PAUSE = 10.0


@dataclass
class Child:
    """One service: how it is started, its log file, the process that runs now, and where in the log that began."""

    name: str
    environment: Mapping[str, str]
    log: Path
    process: BaseProcess | None = None
    restarts: int = 0
    next_start: float = field(default=0.0)
    began: int = 0

    @property
    def command(self) -> tuple[str, ...]:
        """What its process runs, as behind `python -m`."""
        return ("oots", "serve", self.name)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.began = log.tell()
        environment = _without_settings(os.environ) | dict(self.environment)
        self.process = started(self.command, environment, self.log)

    def said(self) -> list[str]:
        """The lines of the log since the last start."""
        return self.log.read_bytes()[self.began :].decode(errors="replace").splitlines()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.is_alive()

    @property
    def returncode(self) -> int | None:
        """With which status its process ended; None while it runs, and before."""
        return self.process.exitcode if self.process else None


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without settings of its own, which are for services that run alone."""
    return {name: value for name, value in environment.items() if not name.startswith(PREFIX)}


class Supervisor:
    """Watches children that were started, and stops them."""

    def __init__(self, children: list[Child]) -> None:
        self._children = children
        self._stop = threading.Event()

    def watch(self) -> None:
        """Until `stop`: a child that died is started again, ever more slowly if it keeps dying."""
        while not self._stop.wait(_PAUSE):
            for child in self._children:
                if not child.is_running:
                    self._revive(child)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.next_start == 0.0:
            child.restarts += 1
            child.next_start = now + min(_PAUSE * 2**child.restarts, _LONGEST_RESTART_PAUSE)
            status = child.returncode
            print(f"{child.name} ended (status {status}) and is started again; see {child.log}", file=sys.stderr)  # noqa: T201 (the supervisor speaks to its terminal)
        if now >= child.next_start:
            child.next_start = 0.0
            child.start()

    def stop(self) -> None:
        """Ask every child to end, and make it end after ten seconds."""
        self._stop.set()
        for child in self._children:
            if child.is_running and child.process is not None:
                child.process.terminate()
        for child in self._children:
            if child.process is not None:
                _end(child.process)


def _end(process: BaseProcess) -> None:
    process.join(_STOP_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()


def wait_until_ready(child: Child, health: str, client: httpx.Client) -> bool:
    """Whether the service answers at its health address before it dies or a minute has passed."""
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and child.is_running:
        try:
            if client.get(health).is_success:
                return True
        except httpx.HTTPError:
            time.sleep(_PAUSE)
    return False
