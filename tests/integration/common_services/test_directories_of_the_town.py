"""The directories as the town composes them: their key, and who believes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from oots.deployment.apps import Surroundings, directories_app, directories_client
from oots.deployment.settings import DirectoriesSettings, RequesterSettings, read
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
    """A client whose every request is answered by the town's directories."""
    with httpx.Client() as unused:
        app = directories_app(settings_of(town), Surroundings(CLOCK, SequentialIds(3), unused, specimens=True))
    with client_of(app) as client:
        yield Surroundings(CLOCK, SequentialIds(3), client, specimens=True)


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
    with client_of(directories_app(settings_of(town), around)) as other:
        impostor = Surroundings(around.clock, around.ids, other, specimens=True)
        with pytest.raises(PeerError, match="not for directory"):
            directories_client(portal, impostor).requirements("V1", "LT")


def test_directories_without_their_key_do_not_start(town: Town, around: Surroundings) -> None:
    assert directories_app(settings_of(town), around)
    (town.keys / "directories.key.pem").unlink()
    with pytest.raises(ConfigurationError, match=r"directories\.key\.pem is missing"):
        directories_app(settings_of(town), around)
