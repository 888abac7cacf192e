"""The keys of what is kept are changed without loss, whenever the change is broken off."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Table, event, insert, select, update

from oots.database.sqlite import DATABASE
from oots.deployment.at_rest import rotate_folder
from oots.exchange import outgoing, queue, rotation
from oots.exchange.chain import open_chain
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journal_report import examine_journal
from oots.exchange.schema import DICTIONARY, EXCHANGE, JOURNAL, JOURNAL_KEY, OUTBOX, SUBJECT_KEY
from oots.exchange.store import VAULT_KEY, Store
from oots.model.clock import SystemClock
from oots.model.content import whole
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from oots.trust.vault import Vault, read_keys
from oots.web.sessions import Session, SessionStore
from tests.support.two_sides import DOCUMENT, READABLE, SOLVEJ, two_sides

CLOCK = SystemClock()
HOUR = timedelta(hours=1)


class KilledError(BaseException):
    """Stands for a process that dies: nothing catches it."""


def killed(*_: object) -> None:
    raise KilledError


def killed_at(time: int) -> Callable[..., bytes]:
    """The process dies when something is sealed anew for this time."""
    honest, times = rotation._resealed, iter(range(1, time))

    def reseal(*arguments: Any) -> bytes:
        if next(times, None) is None:
            raise KilledError
        return honest(*arguments)

    return reseal


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, demo_keys: Path) -> tuple[Path, str, str]:
    """A provider's folder with evidence that waits and a session; the id of its exchange, the name of its session."""
    folder = tmp_path_factory.mktemp("pristine")
    town = two_sides(folder, demo_keys)
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    store = town.provider_store
    session = Session({})
    session["person"] = "Solvej"
    name = SessionStore(store.database, store.vault, CLOCK, HOUR).keep(session)
    assert name is not None
    store.close()
    town.requester_store.close()
    return folder / "provider", exchange_id, name


@pytest.fixture
def folder(tmp_path: Path, pristine: tuple[Path, str, str]) -> Path:
    return Path(shutil.copytree(pristine[0], tmp_path / "provider"))


def everything(folder: Path, pristine: tuple[Path, str, str]) -> object:
    """All that can be read with the keys as they are: record, files, session, and the journal without its own lines."""
    _, exchange_id, name = pristine
    store = Store(folder, ProviderExchange)
    try:
        with store.begin() as unit:
            kept = unit.find(exchange_id)
            assert kept is not None
            contents = [whole(unit.files.get(part.stored)) for part in kept.record.parts]
            told = [line.entry for line in unit.timeline(exchange_id)]
        session = SessionStore(store.database, store.vault, CLOCK, HOUR).load(name)
        return kept, contents, told, dict(session or {})
    finally:
        store.close()


def test_after_a_rotation_everything_is_there_and_the_old_key_opens_nothing(
    folder: Path, pristine: tuple[Path, str, str]
) -> None:
    (old,) = read_keys(folder / VAULT_KEY)
    before = everything(folder, pristine)
    assert before[1] == [DOCUMENT, READABLE]  # type: ignore[index]
    assert before[3] == {"person": "Solvej"}  # type: ignore[index]

    resealed = rotate_folder(folder, None, CLOCK)
    (new,) = read_keys(folder / VAULT_KEY)
    assert new != old
    assert everything(folder, pristine) == before

    old_vault = Vault(old)
    store = Store(folder, ProviderExchange)
    with store.engine.begin() as connection:
        rows = [
            *connection.execute(select(EXCHANGE.c.record)).scalars(),
            *connection.execute(select(JOURNAL.c.content)).scalars(),
            *connection.execute(select(DICTIONARY.c.sealed)).scalars(),
            *connection.execute(select(SUBJECT_KEY.c.sealed)).scalars(),
            *connection.exec_driver_sql("SELECT payload FROM web_session").scalars(),
        ]
        keys = connection.execute(select(JOURNAL_KEY.c.sealed)).scalars().all()
    store.close()
    assert resealed == len(rows) - 1  # the line that tells of it was sealed under the new key
    assert not any(old_vault.is_current(sealed) for sealed in rows)
    assert not any(old_vault.apart("journal chain").is_current(sealed) for sealed in keys)
    report = examine_journal(folder)
    assert report.faults == ()


def test_the_journal_tells_of_a_rotation_once_and_is_linked_with_another_key_from_there(
    folder: Path, pristine: tuple[Path, str, str]
) -> None:
    before = examine_journal(folder)
    rotate_folder(folder, None, CLOCK)
    after = examine_journal(folder)
    assert after.entries == before.entries + 1
    store = Store(folder, ProviderExchange)
    with store.engine.begin() as connection:
        firsts = connection.execute(select(JOURNAL_KEY.c.first).order_by(JOURNAL_KEY.c.first)).scalars().all()
        entry = connection.execute(select(JOURNAL.c.entry).order_by(JOURNAL.c.number.desc())).scalars().first()
        assert len(open_chain(connection, store.vault)._keys) == 2
    store.close()
    assert (list(firsts), entry) == ([0, after.head.number], Entry.KEYS_ROTATED)


STEPS: dict[str, Callable[[], object]] = {
    "once the new key is in the file": lambda: patch.object(Store, "use", killed),
    "before any row is sealed anew": lambda: patch.object(rotation, "_reseal_rows", killed),
    "with some rows sealed anew": lambda: patch.object(rotation, "_resealed", killed_at(3)),
    "before the keys of the links are sealed anew": lambda: patch.object(rotation, "reseal_keys", killed),
    "before the old key is dropped": lambda: patch.object(rotation, "drop_older_keys", killed),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_rotation_that_is_killed_loses_nothing_and_is_ended_by_the_next(
    folder: Path, pristine: tuple[Path, str, str], step: str
) -> None:
    before = everything(folder, pristine)
    (old,) = read_keys(folder / VAULT_KEY)
    with STEPS[step](), pytest.raises(KilledError):  # type: ignore[attr-defined]
        rotate_folder(folder, None, CLOCK)
    keys = read_keys(folder / VAULT_KEY)
    assert (len(keys), keys[1]) == (2, old)
    assert everything(folder, pristine) == before
    rotate_folder(folder, None, CLOCK)
    assert read_keys(folder / VAULT_KEY) == keys[:1]
    assert everything(folder, pristine) == before
    assert examine_journal(folder).faults == ()


def test_while_somebody_reads_what_it_has_sealed_the_old_key_is_kept(folder: Path) -> None:
    (old,) = read_keys(folder / VAULT_KEY)
    with closing(Store(folder, ProviderExchange)) as store, closing(sqlite3.connect(folder / DATABASE)) as reader:
        event.listen(store.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=0"))
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM journal").fetchall()
        with pytest.raises(ConfigurationError, match="somebody reads"):
            rotation.rotate(store, folder / VAULT_KEY)
    keys = read_keys(folder / VAULT_KEY)
    assert (len(keys), keys[1]) == (2, old)
    rotate_folder(folder, None, CLOCK)
    assert read_keys(folder / VAULT_KEY) == keys[:1]


@pytest.mark.parametrize("table", [EXCHANGE, OUTBOX], ids=lambda table: table.name)
def test_where_something_opens_with_no_key_the_old_one_is_kept(
    folder: Path, pristine: tuple[Path, str, str], table: Table
) -> None:
    _, exchange_id, _ = pristine
    store = Store(folder, ProviderExchange)
    with store.engine.begin() as connection:
        if table is EXCHANGE:
            connection.execute(update(EXCHANGE).values(record=b"spoilt"))
        else:
            connection.execute(insert(OUTBOX).values(waiting(b"spoilt")))
    store.close()
    with pytest.raises(
        ConfigurationError, match=f"no key opens {table.name} {exchange_id if table is EXCHANGE else 'm@x'}"
    ):
        rotate_folder(folder, None, CLOCK)
    assert len(read_keys(folder / VAULT_KEY)) == 2


def test_what_waits_to_be_sent_is_sealed_anew_and_what_failed_has_nothing_left(
    folder: Path, pristine: tuple[Path, str, str]
) -> None:
    store = Store(folder, ProviderExchange)
    pieces = (b"soap and document", outgoing.Filed(store.files.put(b"%PDF-1.7")))
    outgoing_of = outgoing.sealed(pieces, "m@x", "AP_LT_01", store.vault)
    with store.engine.begin() as connection:
        connection.execute(insert(OUTBOX).values(waiting(outgoing_of)))
        connection.execute(insert(OUTBOX).values(waiting(None) | {"message_id": "n@x", "state": "failed"}))
    store.close()
    old = Vault(*read_keys(folder / VAULT_KEY))
    rotate_folder(folder, None, CLOCK)
    store = Store(folder, ProviderExchange)
    with store.begin() as unit:
        (row,) = queue.waiting(unit.connection)
    assert not old.is_current(row.outgoing or b"")
    opened = outgoing.opened(row.outgoing or b"", "m@x", "AP_LT_01", store.vault, store.files)
    assert [*map(whole, opened)] == [b"soap and document", b"%PDF-1.7"]
    store.close()


def waiting(outgoing: bytes | None) -> dict[str, object]:
    """A row of the outbox."""
    return {
        "message_id": "m@x",
        "exchange_id": "e",
        "party_id": "AP_LT_01",
        "content_type": "text/plain",
        "outgoing": outgoing,
        "digests": "[]",
        "state": "waiting",
        "attempts": 0,
        "due": "2026-01-01",
        "deadline": "2027-01-01",
    }


def test_a_folder_in_use_is_neither_rotated_nor_are_its_keys_touched(
    folder: Path, pristine: tuple[Path, str, str]
) -> None:
    store = Store(folder, ProviderExchange)
    keys = read_keys(folder / VAULT_KEY)
    with pytest.raises(ConfigurationError, match="in use by another process"):
        rotate_folder(folder, None, CLOCK)
    assert read_keys(folder / VAULT_KEY) == keys
    store.close()
    rotate_folder(folder, None, CLOCK)
    assert read_keys(folder / VAULT_KEY) != keys


def test_the_keys_may_lie_outside_the_folder(tmp_path: Path, folder: Path) -> None:
    apart = tmp_path / "elsewhere" / "provider.key"
    apart.parent.mkdir()
    (folder / VAULT_KEY).rename(apart)
    with pytest.raises(ConfigurationError, match=r"vault\.key, the key for data at rest, is missing"):
        Store(folder, ProviderExchange)
    (old,) = read_keys(apart)
    rotate_folder(folder, apart, CLOCK)
    assert read_keys(apart) != (old,)
    assert not (folder / VAULT_KEY).exists()
    store = Store(folder, ProviderExchange, vault_key=apart)
    with store.begin() as unit:
        unit.journal(JournalEntry(CLOCK.now(), Entry.MESSAGE_REFUSED))
    store.close()
    assert examine_journal(folder, apart).faults == ()


def test_another_service_s_key_opens_no_store(tmp_path: Path, folder: Path) -> None:
    Vault.from_file(tmp_path / "other.key")
    assert (folder / DATABASE).exists()
    Store(folder, ProviderExchange).close()
    with pytest.raises(ConfigurationError, match="does not open with this key"):
        Store(folder, ProviderExchange, vault_key=tmp_path / "other.key")
