"""Several replicas of each service behind one address: whatever one begins, another finishes."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import httpx
import pytest

from oots.deployment.town import LOOPBACK
from oots.exchange.journal import Entry
from oots.scenarios.citizen import Citizen, Page
from tests.support import plain_way as way
from tests.support.demo import wait_until
from tests.support.journals import told, wait_until_told
from tests.support.postgres import postgres
from tests.support.replicas import Plan, Replica, ReplicaTown, replica_town

DRAIN = {"OOTS_DRAIN": "PT4S"}


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicaTown]:
    """Two requesters, two providers, a database for each side."""
    with postgres() as server:
        databases = {service: server.new_database() for service in ("requester", "provider")}
        plan = Plan(2, 2, databases, environment=dict.fromkeys(databases, DRAIN))
        with replica_town(tmp_path_factory.mktemp("replicas"), plan) as running:
            yield running


@pytest.fixture
def town(replicated: ReplicaTown) -> Iterator[ReplicaTown]:
    """With every replica in service again afterwards."""
    yield replicated
    for service, those in replicated.replicas.items():
        for replica in those:
            if not replica.running.is_alive():
                replica.start()
                replica.wait()
        replicated.wait_until_served(service, those)


@pytest.fixture
def solvej() -> Iterator[Citizen]:
    with closing(Citizen()) as citizen:
        yield citizen


def exchange_of(page: Page) -> str:
    return page.path.rpartition("/")[2]


def assert_told_once(town: ReplicaTown, exchange: str) -> None:
    """Whichever replica wrote it."""
    requester, provider = town.journal("requester"), town.journal("provider")
    wait_until_told(provider, exchange, Entry.EVIDENCE_DELETED)
    asked, answered = told(requester, exchange), told(provider, exchange)
    assert asked.count(Entry.REQUEST_SENT) == answered.count(Entry.REQUEST_RECEIVED) == 2
    for log in (asked, answered):
        assert log.count(Entry.RECEIPT_RECEIVED) == 2, log
    assert asked.count(Entry.RESPONSE_RECEIVED) == answered.count(Entry.RESPONSE_SENT) == 1
    assert answered.count(Entry.PREVIEW_DECIDED) == 1


def test_every_step_may_be_another_replica_s(town: ReplicaTown, solvej: Citizen) -> None:
    before = {service: town.doors.served(service) for service in town.replicas}
    offer = way.ask(solvej, town)
    page = way.open_preview(solvej, solvej.submit(offer, "/preview"))
    shown = way.digests(solvej, page)
    page = way.wait_for_evidence(solvej, way.approve(solvej, page))
    assert way.digests(solvej, page) == shown
    assert_told_once(town, exchange_of(offer))
    for service, served in before.items():
        now = town.doors.served(service)
        assert all(now[port] > served[port] + 1 for port in served), (service, served, now)


def test_what_a_killed_replica_began_another_finishes(town: ReplicaTown, solvej: Citizen) -> None:
    """HAProxy has noticed nothing yet when the next request comes."""
    offer = way.ask(solvej, town)
    town.replicas["requester"][0].kill()
    place = solvej.submit(offer, "/preview")
    town.replicas["provider"][0].kill()
    page = way.open_preview(solvej, place)
    shown = way.digests(solvej, page)
    town.replicas["requester"][0].start()
    town.replicas["requester"][0].wait()
    town.replicas["requester"][1].kill()
    page = way.wait_for_evidence(solvej, way.approve(solvej, page))
    assert way.digests(solvej, page) == shown
    assert_told_once(town, exchange_of(offer))


@dataclass
class Crowd:
    """Somebody who asks for the portal's front page again and again, each time by a new connection."""

    url: str
    statuses: list[int] = field(default_factory=list)

    def __enter__(self) -> Crowd:
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self._ask)
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._worker.join()

    def _ask(self) -> None:
        while not self._stop.wait(0.02):
            self.statuses.append(httpx.get(self.url, headers={"Connection": "close"}, trust_env=False).status_code)


def begun_upload(replica: Replica) -> socket.socket:
    """A message of which half has arrived."""
    line = socket.create_connection((LOOPBACK, replica.port), timeout=30)
    line.sendall(b"POST /as4 HTTP/1.1\r\nHost: portal\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nhello")
    return line


def test_a_replica_that_is_told_to_end_finishes_what_it_has_and_nobody_notices(town: ReplicaTown) -> None:
    ending, staying = town.replicas["requester"]
    with closing(begun_upload(ending)) as line, Crowd(f"http://{LOOPBACK}:{town.doors.portal}/") as crowd:
        ending.terminate()
        wait_until(lambda: ending.answers("/readyz") == 503, "the replica to say that it is about to end")
        town.wait_until_served("requester", [staying])
        assert ending.running.is_alive()
        line.sendall(b"world")
        assert line.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert ending.ended() == -signal.SIGTERM  # which uvicorn hands on once everything is finished
        asked = len(crowd.statuses)
        wait_until(lambda: len(crowd.statuses) > asked + 5, "the crowd to be served by the other replica")
    assert set(crowd.statuses) == {200}
