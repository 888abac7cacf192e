"""All five services as the deployment composes them, without sockets and without anybody to talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from oots.deployment.apps import (
    Surroundings,
    authority_app,
    directories_app,
    eid_app,
    provider_service,
    requester_service,
)
from oots.deployment.settings import (
    AuthoritySettings,
    DirectoriesSettings,
    EidSettings,
    ProviderSettings,
    RequesterSettings,
    read,
)
from oots.deployment.town import Ports, Town
from oots.model.clock import FrozenClock, RandomIds
from oots.trust.authority import export_specimen_keys
from tests.support.doors import SPECIMEN_KEYS
from tests.support.two_sides import START


def services(folder: Path, ends: ExitStack) -> Mapping[str, tuple[FastAPI, str]]:
    """App and browser-facing origin of each service; `ends` closes what they hold. Whoever they call is not there."""
    town = Town(folder, Ports.from_first(8400))
    export_specimen_keys(SPECIMEN_KEYS, town.keys)
    client = ends.enter_context(httpx.Client(transport=httpx.MockTransport(_nobody)))
    around = Surroundings(FrozenClock(START), RandomIds(), client, specimens=True)
    requester = requester_service(read(RequesterSettings, town.values("requester")), around)
    provider = provider_service(read(ProviderSettings, town.values("provider")), around)
    for side in (requester, provider):
        ends.callback(side.access_point._store.close)
        side.app.router.lifespan_context = _without_workers
    apps = {
        "authority": authority_app(read(AuthoritySettings, town.values("authority")), around),
        "directories": directories_app(read(DirectoriesSettings, town.values("directories")), around),
        "eid": eid_app(read(EidSettings, town.values("eid")), around),
        "provider": provider.app,
        "requester": requester.app,
    }
    origins = dict(
        zip(("requester", "provider", "directories", "eid", "authority"), town.origins.values(), strict=True)
    )
    return {name: (app, origins[name]) for name, app in apps.items()}


@asynccontextmanager
async def _without_workers(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _nobody(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("nobody is there", request=request)
