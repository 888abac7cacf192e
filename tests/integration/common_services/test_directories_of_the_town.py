"""The directories as the town composes them: their key, and who believes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from oots.deployment.apps import Surroundings, authority_app, directories_app, directories_client
from oots.deployment.settings import AuthoritySettings, DirectoriesSettings, RequesterSettings, read
from oots.deployment.town import Ports, Town
from oots.model.clock import FrozenClock, SequentialIds
from oots.model.errors import ConfigurationError, PeerError
from oots.trust.authority import export_specimen_keys
from tests.support.common_services import client_of

SPECIMEN_KEYS = Path(__file__).parents[2] / "specimen_keys"
CLOCK = FrozenClock(datetime(2026, 9, 1, 8, 30, tzinfo=UTC))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A town with the marked test keys."""
    founded = Town(tmp_path, Ports.from_first(8400))
    export_specimen_keys(SPECIMEN_KEYS, founded.keys)
    return founded


@pytest.fixture
def around(town: Town) -> Iterator[Surroundings]:
    """A client whose every request is answered by the town's directories, or by its authority."""
    with httpx.Client() as unused:
        nobody = Surroundings(CLOCK, SequentialIds(3), unused, specimens=True)
    with streets(town, directories_app(settings_of(town), nobody)) as client:
        yield Surroundings(CLOCK, SequentialIds(3), client, specimens=True)


@contextmanager
def streets(town: Town, directories: FastAPI) -> Iterator[httpx.Client]:
    """A client that finds the directories and the authority at their addresses in the town."""
    with httpx.Client() as unused:
        around = Surroundings(CLOCK, SequentialIds(5), unused, specimens=True)
    authority = authority_app(read(AuthoritySettings, town.values("authority")), around)
    with client_of(directories) as to_directories, client_of(authority) as to_authority:

        def carry(request: httpx.Request) -> httpx.Response:
            client = to_authority if request.url.port == town.ports["authority"] else to_directories
            answer = client.request(request.method, request.url, content=request.content, headers=request.headers)
            return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

        with httpx.Client(transport=httpx.MockTransport(carry)) as client:
            yield client


def settings_of(town: Town) -> DirectoriesSettings:
    return read(DirectoriesSettings, town.values("directories"))


def test_the_portal_of_the_town_believes_its_directories(town: Town, around: Surroundings) -> None:
    portal = read(RequesterSettings, town.values("requester"))
    assert directories_client(portal, around).requirements("V1", "LT")
    strict = Surroundings(around.clock, around.ids, around.client)
    with pytest.raises(PeerError, match="specimen"):
        directories_client(portal, strict).requirements("V1", "LT")


@pytest.mark.parametrize("name", ["seal-0751", "tls"])
def test_the_portal_believes_no_other_key_of_the_same_authority(town: Town, around: Surroundings, name: str) -> None:
    portal = read(RequesterSettings, town.values("requester"))
    assert directories_client(portal, around).requirements("V1", "LT")
    for part in ("key", "cert"):
        file = town.keys / f"directories.{part}.pem"
        file.write_bytes((town.keys / f"{name}.{part}.pem").read_bytes())
    with streets(town, directories_app(settings_of(town), around)) as other:
        impostor = Surroundings(around.clock, around.ids, other, specimens=True)
        with pytest.raises(PeerError, match="not for directory"):
            directories_client(portal, impostor).requirements("V1", "LT")


def test_directories_without_their_key_do_not_start(town: Town, around: Surroundings) -> None:
    assert directories_app(settings_of(town), around)
    (town.keys / "directories.key.pem").unlink()
    with pytest.raises(ConfigurationError, match=r"directories\.key\.pem is missing"):
        directories_app(settings_of(town), around)
