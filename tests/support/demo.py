"""The demo as a person starts it: `oots demo` as a process of its own, with its children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from oots.deployment.services import INSPECTOR_HOST
from oots.deployment.town import LOOPBACK, PLACES, Ports, Town
from oots.exchange.journals import JournalOf

DEADLINE_SECONDS = 90.0
_PAUSE_SECONDS = 0.05


def free_port() -> int:
    """A port that is free together with those of a whole demo; two processes look in places that lie apart."""
    for first in range(20000 + os.getpid() * 70 % 10000, 60000, 7):
        if not Ports.from_first(first, PLACES).taken():
            return first
    raise OSError("not enough free ports in a row")


def start(*arguments: str) -> subprocess.Popen[str]:
    """`oots` with these arguments; what it says can be read while it runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "oots", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@dataclass
class Demo:
    """A demo that runs. `said` is what it printed until it was ready."""

    process: subprocess.Popen[str]
    town: Town
    said: str

    @property
    def portal(self) -> str:
        """Where a browser finds the portal; likewise below."""
        return self._address("requester")

    @property
    def preview(self) -> str:
        return self._address("provider")

    @property
    def directories(self) -> str:
        return self._address("directories")

    @property
    def eid(self) -> str:
        return self._address("eid")

    @property
    def authority(self) -> str:
        return self._address("authority")

    @property
    def inspector(self) -> str:
        port = self.town.ports["requester"] + PLACES.index("inspector") - PLACES.index("requester")
        return f"{'https' if self.town.tls else 'http'}://{INSPECTOR_HOST}:{port}"

    def journal(self, service: str) -> JournalOf:
        """The journal of a service, which can be read beside it."""
        return JournalOf(service, self.town.state / service)

    def _address(self, service: str) -> str:
        port = self.town.ports[service]
        return next(address for address in self.town.origins.values() if address.endswith(f":{port}"))

    def child(self, service: str) -> int:
        """The process id of a service."""
        return self.children()[service]

    def children(self) -> dict[str, int]:
        """The process ids of the services that run, by name."""
        return services_below(self.process.pid)

    def kill(self, service: str) -> None:
        """`kill -9`, and wait until the service has been started again and answers."""
        killed = self.child(service)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: self.children().get(service, killed) != killed, f"{service} to be started again")
        health = f"http://{LOOPBACK}:{self.town.ports[service]}/healthz"
        wait_until(lambda: _answers(health), f"{service} to answer")

    @contextmanager
    def halted(self, service: str) -> Iterator[None]:
        """The service neither reads nor answers until the block ends (SIGSTOP)."""
        process = self.child(service)
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    def end(self, by: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C, or another signal; returns the exit code."""
        self.process.send_signal(by)
        self.process.communicate(timeout=DEADLINE_SECONDS)
        return self.process.returncode


@contextmanager
def demo(state: Path, *options: str, tls: bool = False, municipality: str = "0751") -> Iterator[Demo]:
    """A demo on free ports until the block ends, with one municipality unless options name more."""
    first = free_port()
    town = Town(state, Ports.from_first(first), tls, municipality)
    chosen = ("--port", str(first), "--state", str(state))
    served = ("--municipality", municipality, "--municipalities", municipality)
    process = start("demo", *chosen, *served, *options, *(["--tls"] if tls else []))
    running = Demo(process, town, "")
    try:
        running.said = _until_ready(process)
        yield running
    finally:
        if process.poll() is None:
            running.end()
        _close(process)


def _until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    watchdog = threading.Timer(DEADLINE_SECONDS, process.terminate)
    watchdog.start()
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            watchdog.cancel()
            return "".join(said)
    watchdog.cancel()
    raise AssertionError(f"the demo did not start: {''.join(said)}{process.stderr.read()}")


def _close(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _answers(health: str) -> bool:
    try:
        return httpx.get(health, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def services_below(ancestor: int) -> dict[str, int]:
    """The process ids of services that `ancestor` or one of its children started, by the name of the service."""
    parents, services = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
        except OSError:  # gone in the meantime
            continue
        parents[int(folder.name)] = int(status.rpartition(")")[2].split()[1])
        if command[:2] == ["oots", "serve"]:
            services[int(folder.name)] = command[2]
    return {
        name: process
        for process, name in services.items()
        if ancestor in (parents[process], parents.get(parents[process]))
    }


def runs(process: int) -> bool:
    """Whether a process of this id is there."""
    return Path(f"/proc/{process}").exists()


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Look again and again until `happened`; AssertionError when the deadline passes."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not happened():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(_PAUSE_SECONDS)
