"""The town in one process: the same apps over real HTTP on free ports, with a clock that can be moved forward."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from oots.deployment.apps import PEER_SECONDS, Exchanging, Surroundings
from oots.deployment.keys import init_service_keys
from oots.deployment.services import Kind
from oots.deployment.serving import KINDS, composed, server_config
from oots.deployment.settings import ExchangeSettings, ServiceSettings, read
from oots.deployment.topology import SHARED, load_topology
from oots.deployment.town import LOOPBACK, Ports, Town
from oots.deployment.trust import read_anchors
from oots.exchange.limits import TimeLimits
from oots.model.clock import AdvancedClock, Clock, Ids, RandomIds
from oots.model.errors import ConfigurationError, PeerError
from oots.scenarios.wiretap import Wiretap
from oots.trust.anchors import TrustAnchors
from oots.trust.authority import export_specimen_keys
from oots.wire.profile import Profiles

_START_SECONDS = 30.0


@dataclass(frozen=True)
class LiveTown:
    """A town that runs: `clock` moves all of its services, `tap` hears its messages.

    `sides` are the services with an access point by their names; `limits` and `profiles` are those of all of them.
    """

    town: Town
    clock: AdvancedClock
    tap: Wiretap
    sides: Mapping[str, Exchanging]
    limits: TimeLimits
    profiles: Profiles
    specimens: bool

    @property
    def requesters(self) -> Mapping[str, Exchanging]:
        return self._of(Kind.REQUESTER)

    @property
    def providers(self) -> Mapping[str, Exchanging]:
        return self._of(Kind.PROVIDER)

    @property
    def intermediaries(self) -> Mapping[str, Exchanging]:
        return self._of(Kind.INTERMEDIARY)

    def _of(self, kind: Kind) -> Mapping[str, Exchanging]:
        return {each.name: self.sides[each.name] for each in self.town.services if each.kind is kind}

    @property
    def requester(self) -> Exchanging:
        """The portal abroad, which every town has."""
        return self.sides["requester"]

    @property
    def provider(self) -> Exchanging:
        """The data service of the municipality whose name the town bears."""
        return self.provider_of(self.town.municipality)

    def provider_of(self, kommunekode: str) -> Exchanging:
        """The first data service that serves a municipality; raises LookupError where none does."""
        serving = (each.name for each in self.town.services if kommunekode in each.municipalities)
        name = next(serving, None)
        if name is None:
            raise LookupError(f"nobody serves {kommunekode} here")
        return self.sides[name]

    def address(self, service: str) -> str:
        """Where a browser finds the pages of a service, `http://portal.lt.localhost:8400`."""
        return self.town.address(self.town.service(service))

    @property
    def anchors(self) -> TrustAnchors:
        return read_anchors(self.town.keys, specimens=self.specimens)

    def wait_for_messages(self, number: int) -> None:
        """Until so many messages have been receipted; raises PeerError after half a minute."""
        end = time.monotonic() + _START_SECONDS
        while len(self.tap.overheard) < number:
            if time.monotonic() > end:
                raise PeerError(f"{len(self.tap.overheard)} of {number} messages were delivered")
            time.sleep(0.01)

    def pass_time(self, by: timedelta) -> None:
        """Move the clock and let all sides notice, those that answer first."""
        self.clock.advance(by)
        for side in self.sides.values():
            side.access_point.tick()


def new_random_ids(_service: str) -> Ids:
    """Identifiers for a run that nobody compares byte by byte."""
    return RandomIds()


@contextlib.contextmanager
def live_town(
    state: Path,
    clock: Clock,
    *,
    ids_of: Callable[[str], Ids] = new_random_ids,
    specimen_keys: Path | None = None,
    edm: str | None = None,
    topology: str | Path = SHARED,
    municipality: str = "0751",
    municipalities: Sequence[str] = (),
    both_ways: bool = False,
) -> Iterator[LiveTown]:
    """Run the town until the block ends. `specimen_keys` is a folder of marked test keys to use instead of own ones;
    `edm` the only version (`v1.0`) that the portals speak.

    `topology` is the name or the file of one; `municipalities` are the kommunekoder of those that answer, by default
    only `municipality`, whose name a shared preview space bears. `both_ways` adds the Danish portal (`requester-dk`)
    and the authority abroad (`provider-lt`).
    """
    founded = Town(
        state,
        Ports({}),
        edm=edm,
        municipality=municipality,
        municipalities=tuple(municipalities),
        topology=load_topology(topology),
        both_ways=both_ways,
    )
    with contextlib.ExitStack() as ends:
        sockets = {service.name: ends.enter_context(listening()) for service in founded.services}
        ports = Ports({service: reserved.getsockname()[1] for service, reserved in sockets.items()})
        town = replace(founded, ports=ports)
        if specimen_keys is None:
            init_service_keys(state, town.services)
        else:
            export_specimen_keys(specimen_keys, town.keys)
        running = _compose(town, AdvancedClock(clock), ids_of, specimen_keys is not None, ends)
        for service, (app, settings) in running.apps.items():
            ends.enter_context(_serving(app, settings, sockets[service]))
        yield running.live


@dataclass(frozen=True)
class _Composed:
    live: LiveTown
    apps: Mapping[str, tuple[FastAPI, ServiceSettings]]


def _compose(
    town: Town,
    clock: AdvancedClock,
    ids_of: Callable[[str], Ids],
    specimens: bool,
    ends: contextlib.ExitStack,
) -> _Composed:
    tap = Wiretap()
    client = ends.enter_context(httpx.Client(transport=tap.transport(), timeout=PEER_SECONDS))
    apps: dict[str, tuple[FastAPI, ServiceSettings]] = {}
    sides: dict[str, Exchanging] = {}
    for service in town.services:
        settings = read(KINDS[service.kind], town.values(service.name))
        made = composed(settings, Surroundings(clock, ids_of(service.name), client, specimens))
        if isinstance(made, Exchanging):
            sides[service.name] = made
        apps[service.name] = (made.app if isinstance(made, Exchanging) else made), settings
    of_portal = apps["requester"][1]
    assert isinstance(of_portal, ExchangeSettings)  # noqa: S101 (the kind of its service)
    return _Composed(LiveTown(town, clock, tap, sides, of_portal.limits, of_portal.profiles, specimens), apps)


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    """A listening socket on a free port of the loopback interface. It says that it speaks TCP, without which asyncio
    leaves Nagle's delay on for every answer."""
    with socket.socket(proto=socket.IPPROTO_TCP) as reserved:
        reserved.bind((LOOPBACK, 0))
        reserved.listen(128)
        yield reserved


@contextlib.contextmanager
def _serving(app: FastAPI, settings: ServiceSettings, reserved: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(server_config(app, settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [reserved]}, name=app.title)
    thread.start()
    end = time.monotonic() + _START_SECONDS
    while not server.started and thread.is_alive() and time.monotonic() < end:
        time.sleep(0.01)
    if not server.started:
        raise ConfigurationError(f"{app.title} did not start")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
