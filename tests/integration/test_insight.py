"""The exchange pages of a composed service: open with insight only, and by the service's own name only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from oots.deployment.town import LOOPBACK
from oots.model.clock import SystemClock
from oots.scenarios.live_town import LiveTown, live_town

SPECIMEN_KEYS = Path(__file__).parents[1] / "specimen_keys"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTown]:
    with live_town(tmp_path_factory.mktemp("town"), SystemClock(), specimen_keys=SPECIMEN_KEYS) as live:
        yield live


@pytest.mark.parametrize(
    ("port", "host"), [("requester", "portal.lt.localhost"), ("provider", "preview.aarhus.localhost")]
)
def test_the_exchange_pages_answer_to_the_service_s_own_name_only(town: LiveTown, port: str, host: str) -> None:
    number = town.town.ports[port]
    with httpx.Client(trust_env=False) as client:
        for named, status in ((f"{host}:{number}", 200), ("evil.example", 421), (f"{LOOPBACK}:{number}", 421)):
            answer = client.get(f"http://{LOOPBACK}:{number}/exchanges", headers={"Host": named})
            assert answer.status_code == status, named
