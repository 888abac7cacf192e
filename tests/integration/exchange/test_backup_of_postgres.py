"""A backup of a PostgreSQL: as whole as one of an SQLite, made and restored by PostgreSQL's own tools."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import pytest
from sqlalchemy import create_engine, inspect

from oots.database.opening import read_address
from oots.exchange import restore, standstill
from oots.exchange.backup import back_up
from oots.exchange.journal_report import examine_journal
from oots.exchange.restore import Wanted
from oots.exchange.status import examine
from oots.exchange.store import FILES, VAULT_KEY
from oots.model.clock import FrozenClock
from oots.model.content import whole
from oots.model.errors import ConfigurationError
from tests.support.demo import wait_until
from tests.support.postgres import Postgres, postgres
from tests.support.two_sides import DOCUMENT, SOLVEJ, START, TwoSides, two_sides

CLOCK = FrozenClock(START)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@contextmanager
def town(folder: Path, keys: Path, address: str) -> Iterator[TwoSides]:
    """Both sides, the provider's store in a PostgreSQL."""

    made = two_sides(folder, keys, databases=(None, address))
    with closing(made.requester_store), closing(made.provider_store):
        yield made


@pytest.fixture
def asked(server: Postgres, tmp_path: Path, demo_keys: Path) -> Iterator[tuple[TwoSides, str, str]]:
    """A provider that runs, with evidence in its preview; its database, and the link's token."""
    address = server.new_database()
    with town(tmp_path / "town", demo_keys, address) as made:
        token = made.to_preview(made.ask())
        assert made.space.admit(token, SOLVEJ)
        yield made, address, token


def tables(address: str) -> list[str]:
    engine = create_engine(read_address(address))
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_of_one_moment_and_an_exchange_goes_on_from_it(
    server: Postgres, asked: tuple[TwoSides, str, str], tmp_path: Path, demo_keys: Path
) -> None:
    made, address, token = asked
    provider, key = tmp_path / "town" / "provider", tmp_path / "town" / "provider" / VAULT_KEY
    named, dump = names(provider / FILES), standstill.dump

    def dump_late(*given: object) -> None:
        """All is delivered and deleted before the dump begins."""
        made.space.decide(token, [0])
        made.run()
        dump(*given)  # type: ignore[arg-type]

    with patch.object(standstill, "dump", dump_late):
        back_up(provider, tmp_path / "backup", START, database_url=address)
    assert names(tmp_path / "backup") == {"store.dump", "backup.json", "journal.head", FILES}
    assert names(tmp_path / "backup" / FILES) == named
    assert not names(provider / FILES) & named

    other = server.new_database()
    restored = tmp_path / "again" / "provider"
    restore.restore(tmp_path / "backup", restored, CLOCK, Wanted(key=key, database_url=other))
    assert examine_journal(restored, None, other).faults == ()
    (stands,) = examine(restored, other, START).values()
    assert stands.figures.exchanges == {"awaiting-decision": 1}
    with town(tmp_path / "again", demo_keys, other) as again:
        assert whole(again.space.content(token, 0, 0)[1]) == DOCUMENT


def test_nobody_commits_while_the_files_are_noted(asked: tuple[TwoSides, str, str], tmp_path: Path) -> None:
    made, address, token = asked
    pinned, deciding = standstill._pinned, Thread(target=made.space.decide, args=(token, [0]))
    provider = tmp_path / "town" / "provider"
    engine = create_engine(read_address(address))

    def waiting() -> int:
        with engine.connect() as connection:
            asked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'journal_head'::regclass"
            return int(connection.exec_driver_sql(asked).scalar_one())

    def listening(*given: Path) -> Iterator[Path]:
        deciding.start()
        wait_until(lambda: waiting() == 1, "the decision to wait")
        yield from pinned(*given)
        assert deciding.is_alive()

    with patch.object(standstill, "_pinned", listening):
        back_up(provider, tmp_path / "backup", START, database_url=address)
    deciding.join()
    engine.dispose()


def test_a_database_that_is_not_empty_is_left_as_it_is(asked: tuple[TwoSides, str, str], tmp_path: Path) -> None:
    _, address, _ = asked
    provider = tmp_path / "town" / "provider"
    back_up(provider, tmp_path / "backup", START, key=provider / VAULT_KEY, database_url=address)
    before = tables(address)
    with pytest.raises(ConfigurationError, match="the database is not empty"):
        restore.restore(tmp_path / "backup", tmp_path / "again", CLOCK, Wanted(database_url=address))
    assert tables(address) == before
    assert not (tmp_path / "again").exists()


def test_a_restore_that_is_refused_or_broken_off_leaves_the_database_empty(
    server: Postgres, asked: tuple[TwoSides, str, str], tmp_path: Path
) -> None:
    _, address, _ = asked
    provider = tmp_path / "town" / "provider"
    back_up(provider, tmp_path / "backup", START, key=provider / VAULT_KEY, database_url=address)
    other = server.new_database()
    with patch.object(restore, "_place", side_effect=OSError("full")), pytest.raises(OSError, match="full"):
        restore.restore(tmp_path / "backup", tmp_path / "again", CLOCK, Wanted(database_url=other))
    assert tables(other) == []
    damaged = Path(shutil.copytree(tmp_path / "backup", tmp_path / "damaged"))
    (damaged / "store.dump").write_bytes(b"x")
    with pytest.raises(ConfigurationError, match=r"store\.dump is damaged"):
        restore.restore(damaged, tmp_path / "again", CLOCK, Wanted(database_url=other))
    with pytest.raises(ConfigurationError, match="a backup of a PostgreSQL"):
        restore.restore(tmp_path / "backup", tmp_path / "again", CLOCK)
    assert not (tmp_path / "again").exists()
    restore.restore(tmp_path / "backup", tmp_path / "again", CLOCK, Wanted(database_url=other))
    assert sorted(tables(other)) == sorted(tables(address))


def test_without_the_tools_or_the_server_there_is_one_line_and_nothing_else(
    asked: tuple[TwoSides, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address, _ = asked
    provider = tmp_path / "town" / "provider"
    nobody = "postgresql://me:secret@127.0.0.1:1/x"
    with pytest.raises(ConfigurationError, match=r"^the database 127\.0\.0\.1:1/x cannot be backed up") as refusal:
        back_up(provider, tmp_path / "backup", START, database_url=nobody)
    assert "secret" not in str(refusal.value)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"^pg_dump is not installed here"):
        back_up(provider, tmp_path / "backup", START, database_url=address)
    assert names(tmp_path) == {"town"}
