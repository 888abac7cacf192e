"""The server that the tests start is a durable one: what it has committed outlives its crash, also for a store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import text

from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.store import Store
from oots.model.errors import UnavailableError
from oots.provider.record import ProviderExchange
from tests.support.postgres import Postgres, postgres
from tests.support.two_sides import START


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_what_is_committed_outlives_a_crash(server: Postgres) -> None:
    database = name_of(server.new_database())
    server.ask(database, "CREATE TABLE line (said text); INSERT INTO line VALUES ('kept')")
    server.crash()
    with pytest.raises(AssertionError, match="refused"):
        server.ask(database, "SELECT said FROM line")
    server.start()
    assert server.ask(database, "SELECT said FROM line") == [["kept"]]
    assert "redo starts" in server.log.read_text(encoding="utf-8")


def test_a_database_that_is_lost_is_told_apart_from_a_wrong_statement(tmp_path: Path, server: Postgres) -> None:
    with closing(Store(tmp_path, ProviderExchange, database_url=server.new_database())) as store:
        server.crash()
        with pytest.raises(UnavailableError):
            _tell(store)
        server.start()
        _tell(store)
        with store.look() as unit:
            assert len(unit.refusals()) == 1


def test_a_connection_that_has_rested_is_tried_before_it_is_used(
    tmp_path: Path, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Store(tmp_path, ProviderExchange, database_url=server.new_database())) as store:
        for rests_after, lost in ((3600, True), (0, False)):
            monkeypatch.setattr("oots.database.postgres._RESTED_SECONDS", rests_after)
            _tell(store)
            server.crash()
            server.start()
            with pytest.raises(UnavailableError) if lost else nullcontext():
                _tell(store)
            _tell(store)
        with store.look() as unit:
            assert len(unit.refusals()) == 5


def test_statements_stay_prepared_after_a_look(tmp_path: Path, server: Postgres) -> None:
    with closing(Store(tmp_path, ProviderExchange, database_url=server.new_database())) as store:
        for _ in range(10):
            with store.look() as unit:
                assert unit.find("unknown") is None
        with store.look() as unit:
            prepared = unit.connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert any("FROM exchange" in statement for statement in prepared)


def _tell(store: Store[ProviderExchange]) -> None:
    with store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_durability_is_on(server: Postgres, setting: str) -> None:
    assert server.ask("postgres", f"SHOW {setting}") == [["on"]]


def test_each_database_is_empty_and_wants_the_password(server: Postgres) -> None:
    first, second = (name_of(server.new_database()) for _ in range(2))
    server.ask(first, "CREATE TABLE line (said text)")
    assert server.ask(second, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [["0"]]
    wrong = Postgres(server.bin, server.folder, server.port, password="another")
    with pytest.raises(AssertionError, match="password authentication failed"):
        wrong.ask(first, "SELECT 1")
