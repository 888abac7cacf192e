"""State folders that version 102729b left behind go on: what waited is sent, what was received can be read.

`state_before_0003.tar.xz` was made by `two_sides` of that version: one exchange whose evidence has arrived, and one
whose evidence was accepted and waits in the outbox of the provider.
"""

from __future__ import annotations

import re
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from oots.database.sqlite import DATABASE
from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.journal_report import examine_journal
from oots.exchange.store import FILES, Store
from oots.model.content import whole
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from tests.support import two_sides as support
from tests.support.doors import specimen_keys
from tests.support.two_sides import DOCUMENT, READABLE, TwoSides, two_sides

RECEIVED, SENDING = "2b4b4080-85a4-40fe-bd42-f535d8408aad", "3cbdc6ec-46d8-4ae1-973f-293a5c0ddd22"
OLD_NAME = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with tarfile.open(Path(support.__file__).with_name("state_before_0003.tar.xz")) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


@pytest.fixture
def town(state: Path) -> Iterator[TwoSides]:
    town = two_sides(state, specimen_keys(), specimens=True)
    yield town
    town.provider_store.close()
    town.requester_store.close()


def evidence(town: TwoSides, exchange_id: str) -> list[bytes]:
    return [whole(town.requester.evidence(exchange_id, number)[1]) for number in range(2)]


def test_evidence_that_had_arrived_can_be_read_and_is_deleted_with_the_last_step(town: TwoSides) -> None:
    assert evidence(town, RECEIVED) == [DOCUMENT, READABLE]
    kept = town.requester_store.files.names()
    town.requester.finish(RECEIVED)
    assert all(map(OLD_NAME.fullmatch, town.requester_store.files.names())), "only what was there before is left"
    assert len(kept) == 4


def test_evidence_that_waited_to_be_sent_arrives_and_is_forgotten(town: TwoSides) -> None:
    assert town.requester.progress(SENDING).state is RequesterState.PREVIEWING
    town.run()
    assert town.requester.progress(SENDING).state is RequesterState.DELIVERED
    assert evidence(town, SENDING) == [DOCUMENT, READABLE]
    with town.provider_store.begin() as unit:
        kept = unit.find(SENDING)
    assert kept is not None
    assert kept.state == ProviderState.CLOSED
    assert all(map(OLD_NAME.fullmatch, town.provider_store.files.names()))


def test_the_files_of_before_go_once_they_are_orphans(town: TwoSides) -> None:
    files = town.provider_store.files
    old = {name for name in files.names() if OLD_NAME.fullmatch(name)}
    assert (len(old), len(files.names())) == (3, 6)
    town.provider_point._worker._remove_orphans()
    assert (len(files.names()), old & files.names()) == (3, set())


def test_the_journals_are_whole(state: Path) -> None:
    town = two_sides(state, specimen_keys(), specimens=True)
    town.run()
    town.provider_store.close()
    town.requester_store.close()
    assert [examine_journal(state / side).faults for side in ("provider", "requester")] == [(), ()]


def test_a_waiting_message_whose_addressee_was_exchanged_is_not_taken_over(state: Path) -> None:
    with closing(sqlite3.connect(state / "provider" / DATABASE)) as database, database:
        database.execute("UPDATE outbox SET party_id = 'AP_XX_09' WHERE state = 'waiting'")
        ((name,),) = database.execute("SELECT body_file FROM outbox WHERE state = 'waiting'")
    with pytest.raises(ConfigurationError, match=f"{FILES}/{name}.*not in the place"):
        Store(state / "provider", ProviderExchange)


def test_a_file_that_no_key_opens_is_named(state: Path) -> None:
    victim = max((state / "provider" / FILES).iterdir(), key=lambda path: path.stat().st_size)
    victim.write_bytes(b"spoilt")
    with pytest.raises(ConfigurationError, match=f"{victim.name}.*does not open"):
        Store(state / "provider", ProviderExchange)
