"""HAProxy with the settings that are deployed: what it gives to another replica, what never twice, what it logs."""

from __future__ import annotations

import os
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.support.demo import wait_until
from tests.support.haproxy import DEPLOYED, DOORS, Doors, haproxy, new_doors, program

PLACES = {"OOTS_PORTAL_DOOR": ":8400", "OOTS_PREVIEW_DOOR": ":8401"}


@dataclass
class Replica:
    """A service of a few lines, which can be ill in one way or another."""

    ready: int = 200
    dies: bool = False
    refuses: bool = False
    seen: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def start(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        replica = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if self.raw_requestline and self.parse_request():
                    self.rfile.read(int(self.headers.get("Content-Length", "0")))
                    self._answer()
                self.close_connection = True

            def _answer(self) -> None:
                if self.path == "/readyz":
                    self._say(replica.ready)
                    return
                replica.seen[f"{self.command} {self.path}"] += 1
                if not replica.dies:
                    self._say(503 if replica.refuses else 200)

            def _say(self, status: int) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler


@dataclass
class House:
    """Two replicas behind the portal's door."""

    doors: Doors
    replicas: tuple[Replica, Replica]
    log: Path

    def ask(self, method: str, path: str) -> int:
        url = f"http://127.0.0.1:{self.doors.portal}{path}"
        return httpx.request(method, url, content=b"" if method == "GET" else b"body", trust_env=False).status_code

    def seen(self, request: str) -> int:
        return sum(replica.seen[request] for replica in self.replicas)

    def in_service(self, *replicas: Replica) -> Callable[[], bool]:
        return lambda: self.doors.in_service("requester") == {replica.port for replica in replicas}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("haproxy")
    with ExitStack() as ends:
        replicas = (Replica(), Replica())
        for replica in replicas:
            replica.start()
            ends.callback(replica.stop)
        doors = new_doors()
        behind = [replica.port for replica in replicas]
        ends.enter_context(haproxy(folder, doors, {"requester": behind, "provider": behind}))
        yield House(doors, replicas, folder / "haproxy.log")


@pytest.fixture
def house(running: House) -> Iterator[House]:
    """With both replicas well and in service."""
    for replica in running.replicas:
        replica.ready, replica.dies, replica.refuses = 200, False, False
        replica.seen.clear()
    wait_until(running.in_service(*running.replicas), "both replicas to be in service")
    return running


def test_the_deployed_settings_are_valid(tmp_path: Path) -> None:
    misspelt = tmp_path / "misspelt.cfg"
    misspelt.write_text(DOORS.read_text(encoding="utf-8").replace("option redispatch", "option redespatch"))
    verdicts = [
        subprocess.run([program(), "-c", "-f", file], env=os.environ | PLACES, capture_output=True, check=False)
        for file in (DEPLOYED, misspelt)
    ]
    assert verdicts[0].returncode == 0, verdicts[0].stderr
    assert b"redespatch" in verdicts[1].stderr
    assert verdicts[1].returncode == 1


@pytest.mark.parametrize("request_line", ["POST /as4", "GET /cases"])
@pytest.mark.parametrize("illness", ["dies", "refuses"])
def test_a_message_and_a_page_are_given_to_another_replica(house: House, request_line: str, illness: str) -> None:
    setattr(house.replicas[0], illness, True)
    assert [house.ask(*request_line.split()) for _ in range(4)] == [200] * 4
    assert house.replicas[0].seen[request_line] > 0
    assert house.replicas[1].seen[request_line] == 4


def test_a_form_that_a_replica_took_with_it_is_not_sent_again(house: House) -> None:
    for replica in house.replicas:
        replica.dies = True
    assert house.ask("POST", "/cases/pension/request") == 502
    assert house.seen("POST /cases/pension/request") == 1


def test_a_form_finds_a_replica_although_another_is_gone(house: House) -> None:
    """Nobody took it, so it may go elsewhere; HAProxy has not noticed yet."""
    gone, staying = house.replicas
    gone.stop()
    try:
        assert [house.ask("POST", "/finish") for _ in range(4)] == [200] * 4
        assert staying.seen["POST /finish"] == 4
    finally:
        gone.start()


def test_a_replica_that_is_about_to_end_is_given_nothing_more(house: House) -> None:
    ending, staying = house.replicas
    ending.ready = 503
    wait_until(house.in_service(staying), "one replica to be taken out")
    assert [house.ask("POST", "/form") for _ in range(4)] == [200] * 4
    assert (ending.seen["POST /form"], staying.seen["POST /form"]) == (0, 4)


def test_the_log_tells_of_failures_and_of_no_address(house: House) -> None:
    for replica in house.replicas:
        replica.dies = True
    assert house.ask("POST", "/p/secret-of-a-link") == 502
    wait_until(lambda: " 502 " in house.log.read_text(), "HAProxy to log the failure")
    assert "secret-of-a-link" not in house.log.read_text()
