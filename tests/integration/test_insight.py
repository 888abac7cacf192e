"""The pages with insight of a composed service answer by the service's own name only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from oots.denmark.registers import CPR
from oots.denmark.switch import Behaviour, RegisterSwitch
from oots.deployment.apps import REGISTER_SWITCH
from oots.deployment.town import LOOPBACK
from oots.model.clock import SystemClock
from oots.scenarios.live_town import LiveTown, live_town

SPECIMEN_KEYS = Path(__file__).parents[1] / "specimen_keys"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTown]:
    with live_town(tmp_path_factory.mktemp("town"), SystemClock(), specimen_keys=SPECIMEN_KEYS) as live:
        yield live


@pytest.mark.parametrize(
    ("port", "host", "path"),
    [
        ("provider", "preview.aarhus.localhost", "/registers"),
    ],
)
def test_pages_with_insight_answer_to_the_service_s_own_name_only(
    town: LiveTown, port: str, host: str, path: str
) -> None:
    number = town.town.ports[port]
    with httpx.Client(trust_env=False) as client:
        for named, status in ((f"{host}:{number}", 200), ("evil.example", 421), (f"{LOOPBACK}:{number}", 421)):
            answer = client.get(f"http://{LOOPBACK}:{number}{path}", headers={"Host": named})
            assert answer.status_code == status, named


def test_a_story_switches_the_registers_of_a_running_provider(town: LiveTown) -> None:
    """The file in the state folder is the switch: whoever holds it turns it while the service runs."""
    number = town.town.ports["provider"]
    address = f"http://{LOOPBACK}:{number}/registers"
    headers = {"Host": f"preview.aarhus.localhost:{number}"}
    switch = RegisterSwitch(lambda seconds: None, town.town.state / "provider" / REGISTER_SWITCH)
    with httpx.Client(trust_env=False, headers=headers) as client:
        assert "Tavst: svarer slet ikke</dd>" not in client.get(address).text
        switch.set(CPR, Behaviour.SILENT)
        assert "Tavst: svarer slet ikke</dd>" in client.get(address).text
