"""A town of real processes: `oots serve` for each service, on free ports, in a folder that goes with it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from oots.deployment.keys import init_town_keys
from oots.deployment.processes import import_ahead
from oots.deployment.supervisor import Child, Supervisor, wait_until_ready
from oots.deployment.town import AUTHORITY_SERVICE, LOOPBACK, PORTAL, SERVICES, Ports, Town

EXCHANGING: Final = ("requester", "provider")


class NotStartedError(Exception):
    """A service did not start; the text is the end of its log."""


@dataclass(frozen=True)
class RunningTown:
    """A town that runs, with a process for each service."""

    town: Town
    children: Mapping[str, Child]

    @property
    def portal(self) -> str:
        """Where a browser finds the portal."""
        return self.town.origins[f"https://{PORTAL}"]

    def process(self, service: str) -> int:
        """The id of a service's process."""
        process = self.children[service].process
        if process is None or process.pid is None:
            raise NotStartedError(service)
        return process.pid


class _Module(Child):
    """A service that is a module of its own instead of `oots serve`."""

    module: str

    @property
    def command(self) -> tuple[str, ...]:
        return (self.module,)


@contextlib.contextmanager
def running_town(
    state: Path,
    more: Mapping[str, Mapping[str, str]] | None = None,
    modules: Mapping[str, str] | None = None,
) -> Iterator[RunningTown]:
    """A town in `state` until the block ends; `more` are further environment variables by service, `modules` what runs
    in the place of a service."""
    import_ahead()
    more, modules = more or {}, modules or {}
    town = Town(state, Ports(dict(zip(SERVICES, _free_ports(len(SERVICES)), strict=True))))
    init_town_keys(state, town.municipality)
    children = {
        service: _child(service, town.environment(service) | dict(more.get(service, {})), state, modules)
        for service in SERVICES
    }
    supervisor = Supervisor(list(children.values()))
    try:
        _start(town, [children[AUTHORITY_SERVICE]])
        _start(town, [child for child in children.values() if child.name != AUTHORITY_SERVICE])
        yield RunningTown(town, children)
    finally:
        supervisor.stop()


@contextlib.contextmanager
def another(town: RunningTown, service: str) -> Iterator[Child]:
    """One more process of a service that runs, on a port of its own, until the block ends."""
    (port,) = _free_ports(1)
    first = town.children[service]
    child = Child(service, dict(first.environment) | {"OOTS_PORT": str(port)}, first.log.with_suffix(f".{port}.log"))
    try:
        _ready(child, port)
        yield child
    finally:
        Supervisor([child]).stop()


def _ready(child: Child, port: int) -> None:
    child.start()
    with httpx.Client(trust_env=False) as client:
        if not wait_until_ready(child, f"http://{LOOPBACK}:{port}/healthz", client):
            raise NotStartedError("\n".join([child.name, *child.said()[-5:]]))


def _child(service: str, environment: Mapping[str, str], state: Path, modules: Mapping[str, str]) -> Child:
    log = state / f"{service}.log"
    if service not in modules:
        return Child(service, environment, log)
    child = _Module(service, environment, log)
    child.module = modules[service]
    return child


def _start(town: Town, children: list[Child]) -> None:
    with ThreadPoolExecutor() as starting:
        list(starting.map(lambda child: _ready(child, town.ports[child.name]), children))


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in sockets]
