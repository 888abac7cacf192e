"""What load balancers and supervisors are told of a service, and that it says first that it ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from oots.deployment.serving import DrainingServer
from oots.model.errors import ConfigurationError
from oots.web.health import Health, add_health
from tests.support.demo import free_port, wait_until
from tests.support.web import client_of


def door(health: Health) -> httpx.Client:
    app = FastAPI()
    add_health(app, health)
    return client_of(app, "http://127.0.0.1:8400")


def raises(fault: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise fault

    return fail


def test_a_service_that_needs_nothing_is_healthy_alive_and_ready() -> None:
    client = door(Health())
    assert {path: client.get(path).status_code for path in ("/healthz", "/livez", "/readyz")} == {
        "/healthz": 200,
        "/livez": 200,
        "/readyz": 200,
    }


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OSError("password=secret"), "the store cannot be reached\n"),
        (ConfigurationError("tables 0009 password=secret"), "the tables of the store are another version's\n"),
    ],
)
def test_without_its_database_it_lives_and_is_not_ready(fault: Exception, says: str) -> None:
    health = Health(expect_ready=raises(fault))
    client = door(health)
    assert client.get("/livez").status_code == client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, says)
    health.expect_ready = lambda: None
    assert client.get("/readyz").status_code == 200


def test_without_a_worker_it_should_be_started_again() -> None:
    health = Health(works=lambda: False)
    client = door(health)
    assert client.get("/livez").status_code == 503
    health.works = lambda: True
    assert client.get("/livez").status_code == 200


def test_told_to_end_it_is_not_ready_first() -> None:
    health = Health(draining=True)
    client = door(health)
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == client.get("/healthz").status_code == 200


@contextmanager
def served(drain: timedelta) -> Iterator[tuple[DrainingServer, str]]:
    """A server in a thread of this process; signals are handed to it by the test."""
    app, port = FastAPI(), free_port()
    add_health(app)
    server = DrainingServer(uvicorn.Config(app, port=port, log_config=None), app.state.health, drain)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, "the server")
    try:
        yield server, f"http://127.0.0.1:{port}/readyz"
    finally:
        server.should_exit = True
        thread.join()


def test_a_server_that_is_told_to_end_answers_until_others_have_noticed() -> None:
    with served(timedelta(minutes=5)) as (server, ready):
        assert httpx.get(ready, trust_env=False).status_code == 200
        server.handle_exit(signal.SIGTERM, None)
        assert httpx.get(ready, trust_env=False).status_code == 503
        assert not server.should_exit
        server.handle_exit(signal.SIGTERM, None)
        assert server.should_exit


@pytest.mark.parametrize(("sig", "drain"), [(signal.SIGINT, timedelta(minutes=5)), (signal.SIGTERM, timedelta())])
def test_ctrl_c_and_a_service_without_a_load_balancer_end_at_once(sig: signal.Signals, drain: timedelta) -> None:
    with served(drain) as (server, _):
        server.handle_exit(sig, None)
        assert server.should_exit


def test_it_ends_when_the_time_is_over() -> None:
    with served(timedelta(milliseconds=1)) as (server, _):
        server.handle_exit(signal.SIGTERM, None)
        wait_until(lambda: server.should_exit, "the end of draining")
