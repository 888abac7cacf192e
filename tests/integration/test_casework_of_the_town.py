"""A rare case from end to end: a composed town, a caseworker in her browser, the same person twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from oots.deployment.apps import PEER_SECONDS, Surroundings, directories_client, provider_service
from oots.deployment.settings import ProviderSettings, RequesterSettings, read
from oots.deployment.town import LOOPBACK
from oots.exchange.conversation import RequesterState
from oots.model.clock import RandomIds, SystemClock
from oots.model.person import LevelOfAssurance, NaturalPerson
from oots.requester.cases import CASES
from oots.requester.discovery import Discovery
from oots.requester.service import EvidenceRequester
from oots.scenarios.live_town import LiveTown, live_town
from tests.support.pages import PDF
from tests.support.web import client_of

SPECIMEN_KEYS = Path(__file__).parents[1] / "specimen_keys"
PATIENCE_SECONDS = 20.0
VERA = NaturalPerson("Ventetid", "Vera", date(1969, 5, 22), LevelOfAssurance.HIGH, identifier="DK/LT/ventetid-vera")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveTown]:
    with live_town(tmp_path_factory.mktemp("town"), SystemClock(), specimen_keys=SPECIMEN_KEYS) as live:
        yield live


def asked(town: LiveTown, until: RequesterState) -> str:
    """Vera asks, and her exchange comes to stand where it must."""
    requester = town.requester.service
    assert isinstance(requester, EvidenceRequester)
    settings = read(RequesterSettings, town.town.values("requester"))
    with httpx.Client(timeout=PEER_SECONDS, trust_env=False) as client:
        around = Surroundings(town.clock, RandomIds(), client, town.specimens)
        finding = Discovery(directories_client(settings, around), "LT", settings.versions).find(CASES[0], "DK")[0]
    exchange_id = requester.ask(CASES[0], finding, VERA, RandomIds().uuid())
    end = monotonic() + PATIENCE_SECONDS
    while requester.progress(exchange_id).state is not until:
        assert monotonic() < end, requester.progress(exchange_id).state
        sleep(0.02)
    return exchange_id


def csrf_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert found, page.status_code
    return found[1]


def test_what_a_caseworker_releases_is_offered_to_the_next_request(town: LiveTown) -> None:
    asked(town, RequesterState.DEFERRED)
    number = town.town.ports["provider"]
    own = {"Host": f"preview.aarhus.localhost:{number}"}
    with httpx.Client(base_url=f"http://{LOOPBACK}:{number}", headers=own, trust_env=False) as worker:
        worker.post("/casework/signin", data={"csrf": csrf_in(worker.get("/casework"))})
        case = re.search(r'href="(/casework/[0-9a-f-]{36})"', worker.get("/casework").text)
        assert case
        page = worker.get(case[1])
        assert "Vera Ventetid" in page.text
        assert "undersøger, hvor personen bor" in page.text
        files = {"file": ("scan.pdf", PDF, "application/pdf")}
        assert worker.post(f"{case[1]}/upload", data={"csrf": csrf_in(page)}, files=files).status_code == 303
        worker.post(f"{case[1]}/decision", data={"csrf": csrf_in(page), "decision": "attached", "confirmed": "yes"})
    asked(town, RequesterState.PREVIEW_OFFERED)


def test_the_pages_of_caseworkers_answer_to_the_service_s_own_name_only(town: LiveTown) -> None:
    number = town.town.ports["provider"]
    with httpx.Client(trust_env=False) as client:
        for named, status in ((f"preview.aarhus.localhost:{number}", 200), ("evil.example", 421)):
            answer = client.get(f"http://{LOOPBACK}:{number}/casework", headers={"Host": named})
            assert answer.status_code == status, named


@pytest.mark.parametrize(("opened", "status"), [(True, 200), (False, 404)])
def test_without_the_setting_there_are_no_pages_of_caseworkers(
    town: LiveTown, tmp_path: Path, opened: bool, status: int
) -> None:
    values = town.town.values("provider") | {"casework": opened, "state": tmp_path}
    address = f"http://preview.aarhus.localhost:{town.town.ports['provider']}"
    with httpx.Client(trust_env=False) as client:
        around = Surroundings(town.clock, RandomIds(), client, town.specimens)
        exchanging = provider_service(read(ProviderSettings, values), around)
        assert client_of(exchanging.app, address).get("/casework").status_code == status
        exchanging.store.close()
