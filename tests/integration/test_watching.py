"""How running services are watched: readiness, figures, state, each as its operator meets it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from oots.cli import Exit
from oots.cli.commands import app as commands
from oots.deployment.metrics import Metrics
from oots.exchange.access_point import AccessPoint
from oots.exchange.status import figures
from oots.exchange.store import Store
from oots.exchange.watch import Watch
from oots.model.errors import ConfigurationError, UnavailableError
from tests.support.services import services
from tests.support.two_sides import SOLVEJ, TwoSides, make_keys, two_sides
from tests.support.web import client_of


@pytest.fixture(scope="module")
def demo_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, tuple[FastAPI, str]]]:
    with ExitStack() as ends:
        yield services(tmp_path_factory.mktemp("town"), ends)


ALL = ("authority", "directories", "eid", "provider", "requester")
EXCHANGING = ("provider", "requester")


@pytest.mark.parametrize("service", ALL)
def test_every_service_is_alive_and_ready(apps: Mapping[str, tuple[FastAPI, str]], service: str) -> None:
    client = client_of(apps[service][0], apps[service][1])
    assert {client.get(path).status_code for path in ("/healthz", "/livez", "/readyz")} == {200}


@pytest.mark.parametrize("service", EXCHANGING)
@pytest.mark.parametrize(
    "fault", [UnavailableError("no such host"), ConfigurationError("tables 0009, this version knows 0002")]
)
def test_a_service_whose_database_is_lost_or_of_a_newer_version_is_not_ready(
    apps: Mapping[str, tuple[FastAPI, str]], service: str, fault: Exception
) -> None:
    client = client_of(apps[service][0], apps[service][1])
    with patch.object(Store, "look", side_effect=fault):
        answer = client.get("/readyz")
        assert (answer.status_code, client.get("/livez").status_code) == (503, 200)
    assert str(fault) not in answer.text
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("service", EXCHANGING)
def test_figures_are_not_where_browsers_go(apps: Mapping[str, tuple[FastAPI, str]], service: str) -> None:
    app, origin = apps[service]
    told = client_of(app, "http://127.0.0.1:8400").get("/metrics")
    assert told.status_code == 200
    assert "oots_store_reachable 1.0" in told.text
    assert client_of(app, origin).get("/metrics").status_code == 404


@pytest.mark.parametrize("service", ALL)
def test_the_framework_tells_nobody_of_addresses_and_exceptions(
    apps: Mapping[str, tuple[FastAPI, str]], service: str
) -> None:
    kinds = ("tracing", "metrics", "logs")
    assert [FastAPI()._telemetry[kind] for kind in kinds] == [True, True, True]
    assert [apps[service][0]._telemetry[kind] for kind in kinds] == [False, False, False]


@pytest.fixture
def town(tmp_path: Path, demo_keys: Path) -> Iterator[TwoSides]:
    town = two_sides(tmp_path, demo_keys)
    with closing(town.requester_store), closing(town.provider_store):
        yield town


def watched(point: AccessPoint, store: Store) -> Metrics:  # type: ignore[type-arg]
    """Figures of an access point that is composed already."""

    def asked():  # type: ignore[no-untyped-def]
        with store.look() as unit:
            return figures(unit.connection)

    metrics = Metrics(asked, point._clock)
    point._watch._watchers = point._worker._outbox._watch._watchers = (metrics.watch,)
    return metrics


def sample(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_what_is_received_and_sent_is_counted_by_partner_and_outcome(town: TwoSides) -> None:
    town.requester_point._watch = town.requester_point._worker._outbox._watch = Watch()
    town.provider_point._watch = town.provider_point._worker._outbox._watch = Watch()
    asking = watched(town.requester_point, town.requester_store)
    answering = watched(town.provider_point, town.provider_store)
    town.ask()
    of_requester, of_provider = {"party_id": "AP_LT_01"}, {"party_id": "AP_DK_01"}
    received = "oots_messages_received_total"
    assert sample(answering, received, outcome="receipted", **of_requester) == 1
    assert sample(asking, "oots_deliveries_total", outcome="delivered", **of_provider) == 1
    assert sample(asking, received, outcome="receipted", **of_provider) == 1
    assert sample(asking, "oots_exchanges", state="preview-offered") == 1
    assert sample(answering, "oots_exchanges", state="preview-offered") == 1
    host, content_type, body = town.wire.heard[0]
    assert host == "dk"
    town.provider_point.receive(content_type, body)
    assert sample(answering, received, outcome="duplicate", **of_requester) == 1
    town.provider_point.receive(content_type, body[:-9] + b"x" * 9)
    assert sample(answering, received, outcome="refused", **of_requester) == 1
    with patch.object(Store, "begin", side_effect=UnavailableError("full")), pytest.raises(UnavailableError):
        town.provider_point.receive(content_type, body)
    assert sample(answering, received, outcome="put-off", **of_requester) == 1
    town.wire.bend = lambda _request: httpx.Response(503)
    town.ask()
    assert sample(asking, "oots_deliveries_total", outcome="not-delivered", **of_provider) >= 1
    assert sample(asking, "oots_outbox_messages", state="waiting") == 1
    town.clock.advance(timedelta(minutes=1))
    assert sample(asking, "oots_outbox_oldest_seconds") >= 60
    town.pass_time(timedelta(hours=2))
    assert sample(asking, "oots_outbox_messages", state="failed") == 1
    assert sample(asking, "oots_partner_failures", **of_provider) >= 1


def test_what_is_logged_while_a_message_is_handled_says_which(town: TwoSides, caplog: pytest.LogCaptureFixture) -> None:
    from oots.model.about import at_hand

    seen: list[dict[str, str]] = []

    class Noting(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            seen.append(dict(at_hand()))
            return True

    caplog.handler.addFilter(Noting())
    town.source.fails = True
    exchange_id = town.ask()
    assert any(ids.get("exchange_id") == exchange_id and ids["party_id"] == "AP_LT_01" for ids in seen)
    assert all(SOLVEJ.family_name not in json.dumps(ids, ensure_ascii=False) for ids in seen)


def oots(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(commands, [str(word) for word in words], env={"OOTS_DATABASE_URL": None})
    if isinstance(done.exception, ConfigurationError):
        return Exit.UNREADABLE, str(done.exception)
    return done.exit_code, done.output


def test_status_shows_states_queue_and_partners_while_services_run(town: TwoSides, tmp_path: Path) -> None:
    town.ask()
    code, said = oots("status", tmp_path)
    assert code == Exit.GOOD
    assert f"{tmp_path / 'provider'}: 1 exchanges" in said
    assert "preview-offered           1   the oldest for" in said
    assert "partner AP_DK_01: last delivery" in said
    town.wire.bend = lambda _request: httpx.Response(503)
    lost = town.ask()
    code, said = oots("status", tmp_path / "requester", "--json")
    told = json.loads(said)[str(tmp_path / "requester")]
    assert told["figures"]["outbox"] == {"waiting": 1}
    assert told["figures"]["oldest_waiting"] == "2026-09-01T08:30:00.000Z"
    assert told["figures"]["exchanges"] == {"preview-offered": 1, "requested": 1}
    town.pass_time(timedelta(hours=2))
    code, said = oots("status", tmp_path / "requester", "--json")
    told = json.loads(said)[str(tmp_path / "requester")]
    assert code == Exit.BAD
    (failed,) = told["failed"]
    assert (failed["exchange_id"], failed["party_id"]) == (lost, "AP_DK_01")
    assert failed["why"]
    assert failed["message_id"] in oots("status", tmp_path / "requester")[1]


def test_status_needs_no_key_and_shows_nothing_personal(town: TwoSides, tmp_path: Path) -> None:
    token = town.to_preview(town.ask())
    assert town.space.admit(token, SOLVEJ)
    for side in ("requester", "provider"):
        (tmp_path / side / "vault.key").unlink()
    code, said = oots("status", tmp_path, "--json")
    assert code == Exit.GOOD
    assert all(secret not in said for secret in (SOLVEJ.family_name, SOLVEJ.given_name, token))


def test_status_says_what_it_cannot_read(tmp_path: Path) -> None:
    assert oots("status", tmp_path / "nowhere") == (Exit.UNREADABLE, f"{tmp_path / 'nowhere'} is no folder")
    assert oots("status", tmp_path) == (Exit.NOTHING_CHECKED, "no store here\n")
    (tmp_path / "store.sqlite").write_bytes(b"")
    assert oots("status", tmp_path) == (Exit.UNREADABLE, "there is no store in the database yet")
    (tmp_path / "store.sqlite").write_bytes(b"no database at all")
    code, said = oots("status", tmp_path)
    assert code == Exit.UNREADABLE
    assert said.endswith("store.sqlite is no store that can be read (file is not a database)")
    code, said = oots("status", tmp_path, "--database-url", "postgresql://me:secret@127.0.0.1:1/x")
    assert code == Exit.UNREADABLE
    assert "the database 127.0.0.1:1/x is no store that can be read" in said
    assert "secret" not in said
