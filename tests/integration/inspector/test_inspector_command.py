"""`oots inspector` as one types it: over the state of a town that does not run, and what keeps it from starting."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from oots.cli import Exit, main
from oots.database.sqlite import DATABASE
from oots.deployment.inspector_alone import settings_over
from oots.exchange.journal_report import examine_journal
from oots.exchange.journals import JournalOf, Journals
from oots.exchange.store import Store
from oots.review.record import Review
from oots.trust.authority import export_specimen_keys
from tests.support.demo import free_port, start, wait_until
from tests.support.doors import SPECIMEN_KEYS
from tests.support.inspector import told_town

Run = Callable[[Path, int], str]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a town that has been ended."""
    folder = tmp_path_factory.mktemp("town")
    with told_town(folder):
        pass
    export_specimen_keys(SPECIMEN_KEYS, folder / "keys")
    return folder


@pytest.fixture
def state(tmp_path: Path, finished: Path) -> Path:
    return Path(copytree(finished, tmp_path / "state"))


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command, which must not start, and returns what it says."""

    def run(state: Path, port: int) -> str:
        monkeypatch.setattr(sys, "argv", ["oots", "inspector", "--state", str(state), "--port", str(port)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == Exit.UNREADABLE
        return capsys.readouterr().err

    return run


@pytest.fixture
def running(state: Path) -> Iterator[tuple[str, Path]]:
    """The address that the command tells, and the state."""
    process = start("inspector", "--state", str(state), "--port", str(free_port()))
    try:
        assert process.stdout is not None
        told = "".join(process.stdout.readline() for _ in range(5))
        found = re.search(r"http://inspector\.localhost:(\d+)/exchanges", told)
        assert found, told
        yield f"http://127.0.0.1:{found[1]}", state
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == Exit.GOOD
    finally:
        process.kill()
        process.communicate()


def answers(browser: httpx.Client) -> bool:
    try:
        return browser.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_it_says_where_to_click_and_keeps_its_own_journal_beside_those_it_reads(running: tuple[str, Path]) -> None:
    address, state = running
    host = {"Host": f"inspector.localhost:{address.rpartition(':')[2]}"}
    with httpx.Client(base_url=address, headers=host) as browser:
        wait_until(lambda: answers(browser), "pages of the inspector")
        page = browser.get("/exchanges")
        assert (page.status_code, page.headers["location"]) == (303, "/signin?next=/exchanges")
        assert "Leif Læser" in browser.get("/signin").text
        assert browser.get("/signin", headers={"Host": "evil.example"}).status_code == 421
    assert examine_journal(state / "inspector").faults == ()


def test_it_reads_all_services_of_a_town_or_the_one_that_is_named(state: Path) -> None:
    whole, one = settings_over(state, 8410), settings_over(state / "provider", 8410)
    assert set(whole.journals) == {"requester", "provider"}
    assert set(one.journals) == {"provider"}
    assert whole.state == one.state == state / "inspector"
    assert whole.keys == one.keys == state / "keys"
    assert whole.host == "127.0.0.1"
    with closing(Store(whole.state, Review)):
        assert set(settings_over(state, 8410).journals) == {"requester", "provider"}, "its own is not among them"


def test_what_is_no_journal_is_passed_over_and_what_cannot_be_read_is_not(state: Path) -> None:
    for name in ("workbench", "provider-lt"):
        (state / name).mkdir()
    with closing(sqlite3.connect(state / "workbench" / DATABASE)) as other:
        other.execute("CREATE TABLE note (text VARCHAR)")
    assert set(settings_over(state, 8410).journals) == {"requester", "provider"}
    (state / "provider-lt" / DATABASE).write_bytes(b"no database")
    assert set(settings_over(state, 8410).journals) == {"requester", "provider", "provider-lt"}


def test_without_journals_it_does_not_start(tmp_path: Path, refused: Run) -> None:
    assert "no journals in" in refused(tmp_path, free_port())
    assert "is no folder" in refused(tmp_path / "nowhere", free_port())


def test_two_of_them_do_not_share_a_state(state: Path, refused: Run) -> None:
    with closing(Store(state / "inspector", Review)):
        assert "inspector is in use by another process" in refused(state, free_port())


def test_a_port_that_is_taken_is_named(state: Path, refused: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"port {port} is taken by another program; choose another with --port" in refused(state, port)


def test_a_town_that_rests_is_read_where_nothing_can_be_written(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that sees the states of others read-only."""
    journals = Journals([JournalOf(side, state / side) for side in ("requester", "provider")])
    with monkeypatch.context() as read_only:
        read_only.setattr(os, "access", lambda _path, _mode: False)
        found = journals.after({}, 1000)
    assert {line.service for line in found} == {"requester", "provider"}
    assert not list(state.rglob("*-shm"))
    assert journals.after({}, 1000) == found
