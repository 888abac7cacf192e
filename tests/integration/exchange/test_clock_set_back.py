"""A clock that is set back keeps nothing from being sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest

from oots.exchange import queue
from oots.exchange.outbox import Outbox
from tests.support.two_sides import TwoSides, two_sides


@pytest.fixture
def town(tmp_path: Path, demo_keys: Path) -> Iterator[TwoSides]:
    town = two_sides(tmp_path, demo_keys)
    with closing(town.requester_store), closing(town.provider_store):
        yield town


def waiting(town: TwoSides) -> dict[str, int]:
    with town.requester_store.look() as unit:
        return queue.summary(unit.connection).lengths


@pytest.mark.parametrize("attempts", [1, 9])
def test_what_waits_is_sent_at_once_although_the_clock_was_set_back(town: TwoSides, attempts: int) -> None:
    """After nine attempts the partner rests as well."""
    town.wire.bend = lambda _request: httpx.Response(503)
    town.ask()
    for _ in range(attempts - 1):
        town.clock.advance(timedelta(seconds=20))
        town.requester_point.tick()
    town.wire.bend = None
    town.clock.advance(-timedelta(days=1))
    with patch.object(Outbox, "bring_forward"):
        town.requester_point.tick()
    assert waiting(town) == {"AP_DK_01": 1}
    town.requester_point.tick()
    assert waiting(town) == {}


def test_nothing_is_brought_forward_on_a_clock_that_goes_on(town: TwoSides) -> None:
    town.wire.bend = lambda _request: httpx.Response(503)
    town.ask()
    town.wire.bend = None
    town.requester_point.tick()
    assert waiting(town) == {"AP_DK_01": 1}
    town.clock.advance(timedelta(minutes=1))
    town.requester_point.tick()
    assert waiting(town) == {}
