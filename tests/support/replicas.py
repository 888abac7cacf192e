"""The town as it is deployed for many: replicas of requester and provider as plain processes behind HAProxy."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from oots.deployment.keys import init_town_keys
from oots.deployment.processes import import_ahead, started
from oots.deployment.town import Ports, Town
from oots.exchange.journals import JournalOf
from tests.support.demo import wait_until
from tests.support.haproxy import Doors, haproxy, new_doors
from tests.support.ports import free_port

OOTS = ("oots", "serve")
"""How a service starts, unless a test has an entry of its own."""
SINGLE = ("authority", "directories", "eid")


@dataclass
class Replica:
    """One process of a service, which can be started again."""

    service: str
    port: int
    environment: Mapping[str, str] = field(repr=False)
    log: Path
    entry: Sequence[str] = OOTS
    process: BaseProcess | None = None

    def start(self) -> None:
        command = (*self.entry, self.service)
        self.process = started(command, dict(os.environ) | dict(self.environment), self.log)

    @property
    def running(self) -> BaseProcess:
        assert self.process is not None, f"{self.service} at {self.port} was not started"
        return self.process

    def kill(self) -> None:
        """`kill -9`."""
        self.running.kill()
        self.running.join()

    def terminate(self) -> None:
        """SIGTERM, as when a container is stopped; returns at once."""
        self.running.terminate()

    def ended(self) -> int:
        """Wait until it has ended; returns the exit code."""
        self.running.join(30)
        assert self.running.exitcode is not None, f"{self.service} at {self.port} does not end"
        return self.running.exitcode

    def answers(self, path: str = "/readyz") -> int:
        """The HTTP status at an address of this very process; 0 where nobody answers."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False).status_code
        except httpx.HTTPError:
            return 0

    def wait(self) -> None:
        """Until it answers."""
        wait_until(self._started, f"{self.service} at {self.port} to answer")

    def _started(self) -> bool:
        assert self.running.is_alive(), f"{self.service} ended:\n{self.log.read_text(errors='replace')[-4000:]}"
        return self.answers() == 200


@dataclass
class ReplicaTown:
    """What runs, and where it is reached. `portal` and `preview` are where a browser finds them."""

    town: Town
    doors: Doors
    replicas: Mapping[str, Sequence[Replica]]

    @property
    def portal(self) -> str:
        return self._address(self.doors.portal)

    @property
    def preview(self) -> str:
        return self._address(self.doors.preview)

    def journal(self, service: str) -> JournalOf:
        """The journal that all replicas of a service keep together."""
        environment = self.replicas[service][0].environment
        return JournalOf(service, self.town.state / service, database_url=environment.get("OOTS_DATABASE_URL"))

    def _address(self, port: int) -> str:
        return next(address for address in self.town.origins.values() if address.endswith(f":{port}"))

    def wait_until_served(self, service: str, replicas: Sequence[Replica]) -> None:
        """Until HAProxy gives requests to these replicas of a service and to no other."""
        ports = {replica.port for replica in replicas}
        wait_until(lambda: self.doors.in_service(service) == ports, f"HAProxy to see {service} at {sorted(ports)}")


@dataclass(frozen=True)
class Plan:
    """How many replicas there are, where their database is (`OOTS_DATABASE_URL`; None: a file in the state folder),
    how they start, and what else stands in their environment and in HAProxy's settings."""

    requesters: int = 1
    providers: int = 1
    databases: Mapping[str, str] = field(default_factory=dict)
    entry: Sequence[str] = OOTS
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    haproxy: str = ""

    def number(self, service: str) -> int:
        return {"requester": self.requesters, "provider": self.providers}[service]


@contextmanager
def replica_town(state: Path, plan: Plan, doors: Doors | None = None) -> Iterator[ReplicaTown]:
    """The town runs until the block ends; whoever was killed by then stays so."""
    import_ahead()
    doors = doors or new_doors()
    ports = Ports({"requester": doors.portal, "provider": doors.preview} | {service: free_port() for service in SINGLE})
    town = Town(state, ports)
    init_town_keys(state, town.municipality)
    singles = [_replica(town, service, ports[service], {}, OOTS) for service in SINGLE]
    replicas = {service: _replicas(town, service, plan) for service in ("requester", "provider")}
    everybody = [*singles, *replicas["requester"], *replicas["provider"]]
    with ExitStack() as ends:
        ends.callback(_end, everybody)
        for each in everybody:
            each.start()
        behind = {service: [each.port for each in those] for service, those in replicas.items()}
        ends.enter_context(haproxy(state, doors, behind, plan.haproxy))
        for each in everybody:
            each.wait()
        running = ReplicaTown(town, doors, replicas)
        for service, those in replicas.items():
            running.wait_until_served(service, those)
        yield running


def _replicas(town: Town, service: str, plan: Plan) -> list[Replica]:
    more = dict(plan.environment.get(service, {}))
    if service in plan.databases:
        more["OOTS_DATABASE_URL"] = plan.databases[service]
    return [_replica(town, service, free_port(), more, plan.entry) for _ in range(plan.number(service))]


def _replica(town: Town, service: str, port: int, more: Mapping[str, str], entry: Sequence[str]) -> Replica:
    environment = town.environment(service) | {"OOTS_PORT": str(port)} | dict(more)
    return Replica(service, port, environment, town.state / f"{service}-{port}.log", entry)


def _end(everybody: Sequence[Replica]) -> None:
    for each in everybody:
        if each.process is not None:
            each.terminate()
    for each in everybody:
        if each.process is not None:
            each.process.join(20)
            each.kill()
