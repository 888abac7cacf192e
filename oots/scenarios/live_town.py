"""The town in one process: the same apps over real HTTP on free ports, with a clock that can be moved forward."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from oots.deployment.apps import (
    PEER_SECONDS,
    Exchanging,
    Surroundings,
    authority_app,
    directories_app,
    eid_app,
    provider_service,
    requester_service,
)
from oots.deployment.keys import init_town_keys
from oots.deployment.serving import server_config
from oots.deployment.settings import (
    AuthoritySettings,
    DirectoriesSettings,
    EidSettings,
    ProviderSettings,
    RequesterSettings,
    ServiceSettings,
    read,
)
from oots.deployment.town import LOOPBACK, SERVICES, Ports, Town
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
    """A town that runs: `clock` moves all of its services, `tap` hears its messages."""

    town: Town
    clock: AdvancedClock
    tap: Wiretap
    requester: Exchanging
    provider: Exchanging
    limits: TimeLimits
    profiles: Profiles
    specimens: bool

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
        """Move the clock and let both sides notice."""
        self.clock.advance(by)
        for side in (self.provider, self.requester):
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
) -> Iterator[LiveTown]:
    """Run the town until the block ends. `specimen_keys` is a folder of marked test keys to use instead of own ones;
    `edm` the only version (`v1.0`) that the portal speaks.
    """
    with contextlib.ExitStack() as ends:
        sockets = {service: ends.enter_context(_reserved()) for service in SERVICES}
        ports = Ports(**{service: reserved.getsockname()[1] for service, reserved in sockets.items()})
        town = Town(state, ports, edm=edm)
        if specimen_keys is None:
            init_town_keys(state, town.municipality)
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

    def around(service: str) -> Surroundings:
        return Surroundings(clock, ids_of(service), client, specimens)

    requester_settings = read(RequesterSettings, town.values("requester"))
    provider_settings = read(ProviderSettings, town.values("provider"))
    directories_settings = read(DirectoriesSettings, town.values("directories"))
    eid_settings = read(EidSettings, town.values("eid"))
    authority_settings = read(AuthoritySettings, town.values("authority"))
    requester = requester_service(requester_settings, around("requester"))
    provider = provider_service(provider_settings, around("provider"))
    return _Composed(
        LiveTown(
            town, clock, tap, requester, provider, provider_settings.limits, provider_settings.profiles, specimens
        ),
        {
            "authority": (authority_app(authority_settings, around("authority")), authority_settings),
            "directories": (directories_app(directories_settings, around("directories")), directories_settings),
            "eid": (eid_app(eid_settings, around("eid")), eid_settings),
            "provider": (provider.app, provider_settings),
            "requester": (requester.app, requester_settings),
        },
    )


@contextlib.contextmanager
def _reserved() -> Iterator[socket.socket]:
    """A listening socket on a free port of the loopback interface."""
    with socket.socket() as reserved:
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
