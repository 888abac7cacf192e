"""Processes of our own that need not each import everything anew."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Mapping
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

from setproctitle import setproctitle

_FORKING = sys.platform == "linux"
"""Whether processes are forked from one that has imported for all of them. Elsewhere the system's libraries do not bear
that, and each imports for itself."""
_PROCESSES = multiprocessing.get_context("forkserver") if _FORKING else multiprocessing.get_context("spawn")
_PROCESSES.set_forkserver_preload(["oots.cli.commands", "oots.deployment.serving"])


def import_ahead() -> None:
    """Begin with what every service imports, in a process of its own, while the caller goes on. Neither Ctrl-C nor the
    end of the terminal reaches that process; it ends with its children and the caller."""
    if not _FORKING:
        return
    heard = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)}
    try:
        forkserver.ensure_running()
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)


def started(command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> BaseProcess:
    """A process that runs `command`, a module and its arguments as behind `python -m`, with this environment; what it
    says is added to `log`. Once it runs, Ctrl-C does not reach it; it ends (SIGTERM) when whoever started it is gone,
    in whatever way."""
    process = _PROCESSES.Process(target=_run, args=(command, environment, log))
    process.start()
    return process


def _run(command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
    os.setsid()
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    setproctitle(" ".join(command))
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as said:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
    sys.argv = list(command)
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
