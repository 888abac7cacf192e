"""One service as a process: its settings, its keys, its app on uvicorn."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from oots.deployment.apps import (
    Exchanging,
    Surroundings,
    authority_app,
    directories_app,
    eid_app,
    intermediary_service,
    peer_client,
    provider_service,
    requester_service,
)
from oots.deployment.inspector import inspector_app
from oots.deployment.key_watch import KeyWatch, watch_of
from oots.deployment.logs import start_logging
from oots.deployment.participants import TLS
from oots.deployment.services import Kind, kind_of
from oots.deployment.settings import (
    AuthoritySettings,
    DirectoriesSettings,
    EidSettings,
    InspectorSettings,
    IntermediarySettings,
    ProviderSettings,
    RequesterSettings,
    ServiceSettings,
    WorkbenchSettings,
    read,
)
from oots.deployment.workbench import workbench_app
from oots.model.clock import RandomIds, SystemClock
from oots.trust.keys import certificate_path, key_path, read_private_key
from oots.trust.register import REGISTER_FILE, RevocationRegister
from oots.web.health import Health

KINDS: dict[str, type[ServiceSettings]] = {
    Kind.AUTHORITY: AuthoritySettings,
    Kind.DIRECTORIES: DirectoriesSettings,
    Kind.EID: EidSettings,
    Kind.INSPECTOR: InspectorSettings,
    Kind.INTERMEDIARY: IntermediarySettings,
    Kind.PROVIDER: ProviderSettings,
    Kind.REQUESTER: RequesterSettings,
    Kind.WORKBENCH: WorkbenchSettings,
}
"""The settings of each kind of service."""
_DRAIN_SECONDS = 5


class DrainingServer(uvicorn.Server):
    """A server that, told to end (SIGTERM), says so at `/readyz` and goes on for `drain`, so that whoever sends it
    requests can send them elsewhere before the port is closed. Ctrl-C, or a second SIGTERM, ends it at once."""

    def __init__(self, config: uvicorn.Config, health: Health, drain: timedelta) -> None:
        super().__init__(config)
        self._health = health
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        first, self._health.draining = not self._health.draining, True
        if first and sig == signal.SIGTERM and self._drain:
            end = threading.Timer(self._drain.total_seconds(), super().handle_exit, (sig, None))
            end.daemon = True
            end.start()
        else:
            super().handle_exit(sig, frame)


def serve(service: str) -> None:
    """Run the service of this name (`provider`, `provider-lt`) with settings from the environment until it is told to
    end; raises ConfigurationError."""
    settings = read(KINDS[kind_of(service)])
    os.umask(0o077)  # whatever a service writes is its own
    start_logging(settings.log)
    around = surroundings(settings)
    app = app_of(settings, around)
    server = DrainingServer(server_config(app, settings), app.state.health, settings.drain)
    with _watched(watch_of(settings, around.clock)):
        server.run()


@contextlib.contextmanager
def _watched(watch: KeyWatch) -> Iterator[None]:
    """While a service runs, somebody looks every day whether its certificates end soon."""
    stop = threading.Event()
    worker = threading.Thread(target=watch.work, args=(stop,), name="key-watch")
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def surroundings(settings: ServiceSettings) -> Surroundings:
    """The real clock, random identifiers, and a client that believes the demo authority."""
    return Surroundings(SystemClock(), RandomIds(), peer_client(settings))


def app_of(settings: ServiceSettings, around: Surroundings) -> FastAPI:
    """The app of the service that these settings are for.

    Raises ConfigurationError for what it cannot work with, a broken register of revoked certificates among it.
    """
    RevocationRegister(settings.keys / REGISTER_FILE).lines()
    made = composed(settings, around)
    return made.app if isinstance(made, Exchanging) else made


def composed(settings: ServiceSettings, around: Surroundings) -> FastAPI | Exchanging:
    """The service that these settings are for: its app, and more where it has an access point."""
    match settings:
        case RequesterSettings():
            return requester_service(settings, around)
        case ProviderSettings():
            return provider_service(settings, around)
        case IntermediarySettings():
            return intermediary_service(settings, around)
        case DirectoriesSettings():
            return directories_app(settings, around)
        case EidSettings():
            return eid_app(settings, around)
        case AuthoritySettings():
            return authority_app(settings, around)
        case InspectorSettings():
            return inspector_app(settings, around)
        case WorkbenchSettings():
            return workbench_app(settings, around)
    raise TypeError(type(settings))


def server_config(app: Callable[..., Any], settings: ServiceSettings) -> uvicorn.Config:
    """How uvicorn runs an app: no access log, since addresses may name persons, and no server header.

    Raises ConfigurationError where TLS is wanted and its key is not in a file of the owner's own.
    """
    tls = {}
    if settings.tls:
        read_private_key(key_path(settings.keys, TLS))
        tls = {
            "ssl_certfile": str(certificate_path(settings.keys, TLS)),
            "ssl_keyfile": str(key_path(settings.keys, TLS)),
        }
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_config=None,  # what uvicorn reports goes through the log of the service
        log_level="warning",
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        **tls,  # type: ignore[arg-type]  # uvicorn types its many arguments one by one
    )
