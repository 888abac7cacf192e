"""A disk that is full, or may not be written: one line, nothing half done, and on it goes when there is room."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete

from oots.exchange.api import RETRY_SECONDS, router
from oots.exchange.evidence_files import EvidenceFiles
from oots.exchange.journal_report import examine_journal
from oots.exchange.schema import PARTNER
from oots.exchange.store import Store
from oots.exchange.uses import in_use
from oots.model.clock import RandomIds
from oots.model.errors import ConfigurationError, UnavailableError
from oots.requester.cases import CASES
from oots.trust.files import write_whole
from tests.support.two_sides import FINDING, SOLVEJ, TwoSides, two_sides
from tests.support.web import client_of

LARGEST = 10_000_000


@pytest.fixture
def town(tmp_path: Path, demo_keys: Path) -> Iterator[TwoSides]:
    town = two_sides(tmp_path, demo_keys)
    with closing(town.requester_store), closing(town.provider_store):
        yield town


@contextmanager
def full(store: Store) -> Iterator[None]:  # type: ignore[type-arg]
    """No page can be added to the database, as on a disk that is full."""
    with store.begin() as unit:
        pages = unit.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        with store.begin() as unit:
            unit.connection.exec_driver_sql("PRAGMA max_page_count=1000000")


@contextmanager
def no_file() -> Iterator[None]:
    with patch.object(EvidenceFiles, "put", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        yield


def lost_request(town: TwoSides) -> httpx.Request:
    """A request that the provider has not seen: it got lost on its way."""
    caught: list[httpx.Request] = []

    def lose(request: httpx.Request) -> httpx.Response:
        request.read()
        caught.append(request)
        raise httpx.ConnectError("lost", request=request)

    town.wire.bend = lose
    town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    town.requester_point.tick()
    town.wire.bend = None
    with town.requester_store.begin() as unit:
        unit.connection.execute(delete(PARTNER))  # so that it does not rest
    return caught[0]


def needed(town: TwoSides) -> tuple[int, frozenset[str]]:
    """How many exchanges the provider has, and the files that they need."""
    with town.provider_store.look() as unit:
        return len(unit.all()), in_use(unit.connection)


@pytest.mark.parametrize("room", ["database", "files"])
def test_a_message_for_which_there_is_no_room_is_put_off_and_taken_when_it_comes_again(
    town: TwoSides, tmp_path: Path, caplog: pytest.LogCaptureFixture, room: str
) -> None:
    app = FastAPI()
    app.include_router(router(town.provider_point, LARGEST))
    door = client_of(app, "http://dk")

    def post(request: httpx.Request) -> httpx.Response:
        return door.post("/as4", content=request.content, headers={"Content-Type": request.headers["content-type"]})

    lost = iter([lost_request(town) for _ in range(20)])
    with full(town.provider_store) if room == "database" else no_file():
        answers = ((request, post(request)) for request in lost)
        request, answer = next(each for each in answers if each[1].status_code != 200)  # the last pages have some room
    taken = 19 - len(list(lost))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(RETRY_SECONDS))
    lines = [line.getMessage() for line in caplog.records if "put off" in line.getMessage()]
    assert len(lines) == 1
    assert needed(town) == (taken, frozenset(town.provider_store.files.names()))
    assert examine_journal(tmp_path / "provider").faults == ()
    assert post(request).status_code == 200
    assert needed(town) == (taken + 1, frozenset(town.provider_store.files.names()))
    assert examine_journal(tmp_path / "provider").faults == ()


def test_what_could_not_be_recorded_is_sent_again_by_itself_when_there_is_room(town: TwoSides, tmp_path: Path) -> None:
    token = town.to_preview(town.ask())
    assert town.space.admit(token, SOLVEJ)
    with no_file(), pytest.raises(UnavailableError, match="No space left on device"):
        town.space.decide(token, [0])
    town.space.decide(token, [0])
    with patch.object(Store, "begin", side_effect=UnavailableError("database or disk is full")):
        town.provider_point._worker._attempt("the outbox", town.provider_point.tick)
    town.run()
    with town.requester_store.look() as unit:
        assert [kept.state for kept in unit.all()] == ["delivered"]
    for side in ("requester", "provider"):
        assert examine_journal(tmp_path / side).faults == ()


def test_a_worker_whose_database_is_lost_says_so_once_and_once_when_it_is_back(
    town: TwoSides, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    worker = town.provider_point._worker

    def lost() -> None:
        raise UnavailableError("database or disk is full")

    for duty in (lost, lost, lost, lambda: None, lambda: None, lost):
        worker._attempt("the outbox", duty)
    assert [line.getMessage() for line in caplog.records if "the outbox" in line.getMessage()] == [
        "the outbox must wait: database or disk is full",
        "the outbox must wait no longer",
        "the outbox must wait: database or disk is full",
    ]


def test_a_file_for_which_there_is_no_room_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    write_whole(tmp_path / "kept", b"before", mode=0o600)
    full = OSError(errno.ENOSPC, "No space left on device")
    with patch.object(os, "fsync", side_effect=full), pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "kept", b"after", mode=0o600)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"kept": b"before"}
    write_whole(tmp_path / "kept", b"after", mode=0o600)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"kept": b"after"}


@contextmanager
def as_nobody() -> Iterator[None]:
    """Whoever may write everywhere is nobody for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder with a service's state in which nobody may write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Store(folder / "state", object).close()
        folder.chmod(0o755)
        for path in (folder / "state", *(folder / "state").rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, 65534, 65534)
            path.chmod(0o500 if path.is_dir() else 0o400)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        for path in (folder / "state", *(folder / "state").rglob("*")):
            path.chmod(0o700)


@pytest.mark.parametrize("state", ["state", "another"])
def test_a_state_folder_that_cannot_be_written_is_named_at_start(read_only: Path, state: str) -> None:
    with as_nobody(), pytest.raises(ConfigurationError) as refusal:
        Store(read_only / state, object)
    (line,) = refusal.value.faults
    assert str(read_only / state) in line
    assert "\n" not in line
    assert not (read_only / "another").exists()


def test_a_state_folder_that_can_be_written_is_opened(tmp_path: Path) -> None:
    Store(tmp_path / "state", object).close()
    Store(tmp_path / "state", object).close()
