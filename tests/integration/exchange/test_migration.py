"""A store of the previous release goes on under this one: chained, bound to its places, with all that was in it."""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import inspect

from oots.database.sqlite import DATABASE
from oots.exchange import chaining, migration, outgoing, queue
from oots.exchange.journal import Entry
from oots.exchange.journal_report import examine_journal
from oots.exchange.migration import REVISION
from oots.exchange.packing import unpack
from oots.exchange.purge import purge
from oots.exchange.schema import DICTIONARY, EXCHANGE, JOURNAL, REQUEST, place
from oots.exchange.store import FILES, VAULT_KEY, Store
from oots.model.clock import AdvancedClock, FrozenClock, SystemClock
from oots.model.content import whole
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from oots.trust.sealed_file import SealedFile, Stored
from oots.trust.vault import Vault, read_keys
from oots.web.sessions import SessionStore
from tests.support.two_sides import DOCUMENT, READABLE, SOLVEJ, START, two_sides

OLD_TABLES = """
CREATE TABLE request (request_id VARCHAR NOT NULL, exchange_id VARCHAR NOT NULL, noted_at VARCHAR NOT NULL,
    PRIMARY KEY (request_id));
CREATE TABLE journal (number INTEGER NOT NULL, at VARCHAR NOT NULL, entry VARCHAR NOT NULL, exchange_id VARCHAR,
    message_id VARCHAR, content BLOB NOT NULL, PRIMARY KEY (number));
CREATE INDEX ix_journal_exchange_id ON journal (exchange_id);
CREATE INDEX ix_journal_message_id ON journal (message_id);
CREATE TRIGGER journal_refuses_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_refuses_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
OLD_OUTBOX = """
DROP INDEX outbox_due;
DROP INDEX ix_inbox_received_at;
ALTER TABLE outbox DROP COLUMN owner;
ALTER TABLE outbox DROP COLUMN why;
ALTER TABLE outbox DROP COLUMN outgoing;
ALTER TABLE outbox ADD COLUMN body_file VARCHAR NOT NULL DEFAULT '';
DROP TABLE evidence_file;
ALTER TABLE outbox RENAME COLUMN due TO next_attempt;
CREATE INDEX outbox_due ON outbox (state, next_attempt);
"""
NEW_TABLES = (
    *("request", "journal", "journal_key", "journal_head", "alembic_version", "partner", "form", "dictionary"),
    *("subject", "subject_key"),
)
SESSION = "name-of-a-session"


def made_old(folder: Path) -> None:
    """Turn a store into one as the previous release left it: no chain, request ids of nobody, sealed for no place."""
    (key,) = read_keys(folder / VAULT_KEY)
    vault, old = Vault(key), Fernet(key)
    with sqlite3.connect(folder / DATABASE) as database:
        requests = database.execute("SELECT request_id, exchange_id, noted_at FROM request").fetchall()
        entries = database.execute(
            "SELECT number, at, entry, exchange_id, message_id, content FROM journal ORDER BY number"
        ).fetchall()
        pieces = {
            bytes.fromhex(name): vault.open(sealed, place(DICTIONARY, name))
            for name, sealed in database.execute("SELECT name, sealed FROM dictionary")
        }
        for table in NEW_TABLES:
            database.execute(f"DROP TABLE {table}")
        database.executescript(OLD_OUTBOX)
        database.executescript(OLD_TABLES)
        database.executemany("INSERT INTO request VALUES (?, ?, ?)", requests)
        for *said, content in entries:
            opened = unpack(vault.open(content, place(JOURNAL, said[0])), pieces.__getitem__)
            database.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", (*said, old.encrypt(opened)))
        for exchange_id, record in database.execute("SELECT exchange_id, record FROM exchange").fetchall():
            opened = json.loads(unpack(vault.open(record, place(EXCHANGE, exchange_id)), pieces.__getitem__))
            for part in (part for package in opened["packages"] for part in package["parts"]):
                put_old_file(folder / FILES, part, old)
            values = (old.encrypt(json.dumps(opened).encode()), exchange_id)
            database.execute("UPDATE exchange SET record = ? WHERE exchange_id = ?", values)
        for message_id, receipt in database.execute("SELECT message_id, receipt FROM inbox").fetchall():
            as_it_was = unpack(receipt, pieces.__getitem__)
            database.execute("UPDATE inbox SET receipt = ? WHERE message_id = ?", (as_it_was, message_id))
        database.execute("CREATE TABLE web_session (id_hash VARCHAR PRIMARY KEY, payload BLOB, expires DATETIME)")
        database.execute(
            "INSERT INTO web_session VALUES (?, ?, '2099-01-01 00:00:00.000000')",
            ("bf6b3dd0", old.encrypt(b'{"person": "Solvej"}')),
        )
    database.close()
    (folder / "journal.head").unlink()


def put_old_file(files: Path, part: dict[str, Any], old: Fernet) -> None:
    """The file of a part as it was: sealed whole, under a random name, by the vault."""
    stored = Stored(part["file"], part.pop("key"), part["sha256"], part["length"])
    content = whole(SealedFile(files, stored))
    (files / stored.name).unlink()
    part["file"] = secrets.token_hex(16)
    (files / part["file"]).write_bytes(old.encrypt(content))


@pytest.fixture(scope="module")
def previous(tmp_path_factory: pytest.TempPathFactory, demo_keys: Path) -> tuple[Path, str]:
    """A provider's folder of the previous release, with evidence that waits, and the id of its exchange."""
    folder = tmp_path_factory.mktemp("previous")
    town = two_sides(folder, demo_keys)
    exchange_id = town.ask()
    assert town.space.admit(town.to_preview(exchange_id), SOLVEJ)
    town.provider_store.close()
    town.requester_store.close()
    made_old(folder / "provider")
    return folder / "provider", exchange_id


@pytest.fixture
def folder(tmp_path: Path, previous: tuple[Path, str]) -> Path:
    return Path(shutil.copytree(previous[0], tmp_path / "provider"))


def content_of(store: Store[ProviderExchange], exchange_id: str) -> list[bytes]:
    with store.begin() as unit:
        kept = unit.find(exchange_id)
        assert kept is not None
        return [whole(unit.files.get(part.stored)) for part in kept.record.parts]


def test_a_store_of_the_previous_release_goes_on_with_all_that_was_in_it(
    folder: Path, previous: tuple[Path, str]
) -> None:
    exchange_id = previous[1]
    with pytest.raises(ConfigurationError, match="no chain yet"):
        examine_journal(folder)
    store = Store(folder, ProviderExchange)
    assert content_of(store, exchange_id) == [DOCUMENT, READABLE]
    with store.begin() as unit:
        told = [line.entry.entry for line in unit.timeline(exchange_id)]
        documents = [line.entry.document for line in unit.timeline(exchange_id) if line.entry.document]
    assert told[0] is Entry.REQUEST_RECEIVED
    assert Entry.PREVIEW_OPENED in told
    assert len(documents) == 3
    store.close()
    report = examine_journal(folder)
    assert report.faults == ()
    assert report.chained_through == report.entries - 1 == len(told)


def test_request_ids_are_known_again_by_party_and_document(folder: Path, previous: tuple[Path, str]) -> None:
    store = Store(folder, ProviderExchange)
    with store.begin() as unit:
        asked = [each.entry for each in unit.timeline(previous[1]) if each.entry.entry is Entry.REQUEST_RECEIVED]
        assert len(asked) == 2
        for line in asked:
            noted = unit.noted_request("AP_LT_01", line.request_id or "")
            assert noted is not None
            assert noted.was(line.document or b"")
            assert unit.noted_request("AP_XX_09", line.request_id or "") is None
        assert len(unit.connection.execute(REQUEST.select()).all()) == 2
    store.close()


def test_it_is_done_once_and_says_so_once(folder: Path) -> None:
    for _ in range(2):
        Store(folder, ProviderExchange).close()
    assert examine_journal(folder).faults == ()
    with sqlite3.connect(folder / DATABASE) as database:
        told = [entry for (entry,) in database.execute("SELECT entry FROM journal")]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    database.close()
    assert told.count(Entry.JOURNAL_CHAINED) == 1
    assert told[-1] == Entry.JOURNAL_CHAINED
    assert not [name for name in tables if name.endswith("_unchained")]


@pytest.mark.parametrize("step", ["_bind_exchanges", "start_chain", "_carry_over", "append"])
def test_killed_on_the_way_it_is_done_at_the_next_start(folder: Path, previous: tuple[Path, str], step: str) -> None:
    with patch.object(chaining, step, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        Store(folder, ProviderExchange)
    store = Store(folder, ProviderExchange)
    assert content_of(store, previous[1]) == [DOCUMENT, READABLE]
    store.close()
    assert examine_journal(folder).faults == ()


def test_a_file_that_no_key_opens_is_named(folder: Path) -> None:
    file = next((folder / FILES).iterdir())
    file.write_bytes(b"spoilt")
    with pytest.raises(ConfigurationError, match=f"no key opens.*{file.name}"):
        Store(folder, ProviderExchange)


def test_a_waiting_message_of_the_previous_release_is_bound_to_its_addressee(folder: Path) -> None:
    name = next((folder / FILES).iterdir()).name
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute(
            "INSERT INTO outbox (message_id, exchange_id, party_id, content_type, body_file, digests, state, attempts,"
            " next_attempt, deadline)"
            " VALUES ('m@x', 'e', 'AP_LT_01', 'text/plain', ?, '[]', 'waiting', 0, '2026-01-01', '2027-01-01')",
            (name,),
        )
        # Evidence and message cannot be in one file: nobody but the message has it.
        database.execute("DELETE FROM exchange")
    database.close()
    store = Store(folder, ProviderExchange)
    with store.begin() as unit:
        (row,) = queue.waiting(unit.connection)
    (piece,) = outgoing.opened(row.outgoing or b"", "m@x", "AP_LT_01", store.vault, store.files)
    assert whole(piece) in (DOCUMENT, READABLE)
    for message_id, addressee in (("m@x", "AP_XX_09"), ("n@x", "AP_LT_01")):
        with pytest.raises(ConfigurationError, match="not in the place"):
            outgoing.opened(row.outgoing or b"", message_id, addressee, store.vault, store.files)
    store.close()


def test_who_was_signed_in_under_the_previous_release_signs_in_again(folder: Path) -> None:
    store = Store(folder, ProviderExchange)
    sessions = SessionStore(store.database, store.vault, SystemClock(), timedelta(hours=1))
    with patch("oots.web.sessions._hash", lambda _: "bf6b3dd0"):
        assert sessions.load(SESSION) is None
    store.close()


def test_a_person_finds_her_exchange_of_before(folder: Path, previous: tuple[Path, str]) -> None:
    store = Store(folder, ProviderExchange)
    with store.look() as unit:
        assert unit.subjects.exchanges_of("key") == (previous[1],)
        assert unit.subjects.exchanges_of("another") == ()
    store.close()


def test_old_entries_are_purged_like_others(folder: Path) -> None:
    later = AdvancedClock(FrozenClock(START))
    later.advance(timedelta(days=400))
    store = Store(folder, ProviderExchange, clock=later)
    done = purge(store, later.now())
    store.close()
    report = examine_journal(folder)
    assert done is not None
    assert (done.first, report.entries, report.faults) == (1, 2, ())
    assert report.purges[0].what == done


def shape(store: Store[ProviderExchange]) -> dict[str, tuple[set[str], set[tuple[object, ...]]]]:
    """Columns and indexes of each table."""
    inspector = inspect(store.engine)
    return {
        table: (
            {column["name"] for column in inspector.get_columns(table)},
            {(index["name"], *index["column_names"]) for index in inspector.get_indexes(table)},
        )
        for table in inspector.get_table_names()
        if table != "web_session"
    }


def test_the_steps_lead_to_the_tables_that_a_new_store_has(folder: Path, tmp_path: Path) -> None:
    upgraded, new = Store(folder, ProviderExchange), Store(tmp_path / "new", ProviderExchange)
    assert shape(upgraded) == shape(new)
    for store in (upgraded, new):
        with store.look() as unit:
            assert unit.connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == REVISION
    steps = ScriptDirectory(str(Path(migration.__file__).parent / "migrations"))
    assert steps.get_heads() == [REVISION]
    upgraded.close()
    new.close()
