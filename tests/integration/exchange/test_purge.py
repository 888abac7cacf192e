"""What has been kept for twelve months is deleted with all that belongs to it, and nothing else ever is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from oots.exchange.answers import believed_at
from oots.exchange.journal import Entry, JournalEntry, read_again
from oots.exchange.journal_report import examine_journal
from oots.exchange.purge import kept_since, kept_until, purge
from oots.exchange.schema import ANSWER, EXCHANGE, INBOX, JOURNAL, OUTBOX, REQUEST, place
from oots.exchange.store import Store
from oots.exchange.unit import Unit
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from tests.support.revocation import house, signed_list
from tests.support.two_sides import SOLVEJ, START, TwoSides

YEAR = timedelta(days=365)


def finished(town: TwoSides) -> str:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()
    town.requester.finish(exchange_id)
    return exchange_id


def stores(town: TwoSides) -> tuple[Store[object], Store[object]]:
    return town.requester_store, town.provider_store  # type: ignore[return-value]


def count(store: Store[object], table: Table) -> int:
    with store.engine.begin() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def lines(store: Store[object]) -> list[JournalEntry]:
    with store.engine.begin() as connection:
        rows = connection.execute(select(JOURNAL.c.number, JOURNAL.c.content).order_by(JOURNAL.c.number)).all()
        packing = store.packing(connection)
        return [read_again(packing.open(content, place(JOURNAL, number))) for number, content in rows]


def test_an_answer_about_revocation_is_written_once_with_what_is_committed_next_and_purged_with_the_journal(
    town: TwoSides,
) -> None:
    store, answer = town.requester_store, signed_list(house().issuing, begins=START, ends=START + YEAR)
    store.answers.add(answer, START)
    with pytest.raises(RuntimeError, match="undone"), store.begin():
        raise RuntimeError("undone")
    assert count(stores(town)[0], ANSWER) == 0
    for _ in range(2):
        store.answers.add(answer, START)
        with store.begin():
            pass
        assert count(stores(town)[0], ANSWER) == 1
    finished(town)
    for later, left in ((YEAR * 2, 1), (YEAR * 2 + timedelta(days=2), 0)):
        purge(stores(town)[0], START + later)
        assert count(stores(town)[0], ANSWER) == left


def test_what_was_believed_at_a_moment_is_the_last_that_was_known_then(town: TwoSides) -> None:
    minute, store = timedelta(minutes=1), town.requester_store
    first, second = (
        signed_list(house().issuing, begins=START + wait, ends=START + wait + 2 * minute)
        for wait in (0 * minute, minute)
    )
    store.answers.add(first, START)
    store.answers.add(second, START + minute)
    with store.begin():
        pass
    with store.look() as unit:
        for wait, believed in ((0.5, [first]), (1, [second]), (2.5, [second]), (3, []), (-0.1, [first]), (-9, [])):
            assert list(believed_at(unit.connection, [START + wait * minute])) == believed, wait
        assert set(believed_at(unit.connection, [START, START + minute])) == {first, second}


def test_twelve_months_end_on_the_same_day_a_year_later() -> None:
    assert kept_since(START.replace(year=2027)) == START
    assert kept_since(START.replace(year=2028, month=2, day=29)) == START.replace(year=2027, month=2, day=28)
    assert kept_until(START) == START.replace(year=2027)
    assert kept_until(START.replace(year=2028, month=2, day=29)) == START.replace(year=2029, month=2, day=28)


def test_nothing_is_purged_before_twelve_months_are_over_and_everything_of_it_after(town: TwoSides) -> None:
    finished(town)
    for store in stores(town):
        told = lines(store)
        assert purge(store, START + YEAR) is None
        assert lines(store) == told
        assert count(store, EXCHANGE) == count(store, INBOX) / 2 == 1

        done = purge(store, START + YEAR + timedelta(hours=2))
        assert done is not None
        assert (done.first, done.last, done.count) == (1, len(told), len(told))
        (line,) = lines(store)
        assert (line.entry, line.purge) == (Entry.JOURNAL_PURGED, done)
        assert [count(store, table) for table in (EXCHANGE, INBOX, REQUEST, OUTBOX)] == [0, 0, 0, 0]


def test_what_is_younger_stays_with_its_exchange_and_goes_on(town: TwoSides) -> None:
    finished(town)
    town.pass_time(timedelta(days=100))
    young = town.ask()
    told = dict(zip(stores(town), map(lines, stores(town)), strict=True))
    town.clock.advance(timedelta(days=266))
    for store in stores(town):
        done = purge(store, town.clock.now())
        assert done is not None
        *kept, line = lines(store)
        assert line.entry is Entry.JOURNAL_PURGED
        assert kept == told[store][done.last :]
        assert all(each.exchange_id == young for each in kept)
        assert [count(store, table) for table in (EXCHANGE, REQUEST)] == [1, 1]
        assert purge(store, town.clock.now()) is None


def test_an_exchange_in_which_something_is_yet_to_happen_stays(town: TwoSides) -> None:
    exchange_id = town.ask()
    purge(town.provider_store, START + 2 * YEAR)
    with town.provider_store.begin() as unit:
        assert unit.find(exchange_id) is not None
    town.pass_time(2 * YEAR)
    purge(town.provider_store, START + 4 * YEAR)
    with town.provider_store.begin() as unit:
        assert unit.find(exchange_id) is None


def test_files_go_with_their_exchange_and_no_others_do(town: TwoSides) -> None:
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    town.run()
    store = town.requester_store
    old = store.files.names()
    assert len(old) == 2
    with store.begin() as unit:
        other = unit.files.put(b"of another exchange").stored.name
    assert purge(store, START + YEAR) is None
    assert store.files.names() == old | {other}
    assert purge(store, START + YEAR + timedelta(hours=2)) is not None
    assert store.files.names() == {other}


def test_a_record_that_does_not_open_keeps_nothing_from_being_purged(town: TwoSides) -> None:
    finished(town)
    store = town.provider_store
    with store.engine.begin() as connection:
        connection.execute(update(EXCHANGE).values(record=b"spoilt"))
    assert purge(store, START + YEAR + timedelta(hours=2)) is not None
    assert count(store, EXCHANGE) == 0  # type: ignore[arg-type]


def test_a_date_may_name_less_than_twelve_months_allow_and_not_more(town: TwoSides) -> None:
    finished(town)
    now = START + YEAR + timedelta(days=30)
    with pytest.raises(ConfigurationError, match="twelve months"):
        purge(town.provider_store, now, before=kept_since(now) + timedelta(seconds=1))
    assert purge(town.provider_store, now, before=START - timedelta(days=1)) is None
    assert purge(town.provider_store, now, before=kept_since(now)) is not None


def test_an_old_entry_stays_as_long_as_one_before_it_does(town: TwoSides) -> None:
    with town.provider_store.begin() as unit:
        unit.journal(JournalEntry(START + YEAR, Entry.MESSAGE_REFUSED))
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))
    assert purge(town.provider_store, START + YEAR + timedelta(days=1)) is None
    assert purge(town.provider_store, START + 2 * YEAR + timedelta(days=2)) is not None


def test_no_hand_deletes_changes_or_replaces_an_entry_and_a_purge_lets_go_of_old_ones_alone(town: TwoSides) -> None:
    finished(town)
    old = len(lines(town.provider_store))  # type: ignore[arg-type]
    town.pass_time(timedelta(days=300))
    town.ask()
    engine = town.provider_store.engine

    def refused(statement: object) -> None:
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    with town.provider_store.begin() as unit:
        unit.journal(JournalEntry(START + YEAR, Entry.MESSAGE_REFUSED))
    refused(delete(JOURNAL).where(JOURNAL.c.number == 1))
    town.clock.advance(timedelta(days=70))
    assert purge(town.provider_store, town.clock.now()) is not None
    refused(delete(JOURNAL).where(JOURNAL.c.number == old + 1))
    refused(delete(JOURNAL))
    for column in (JOURNAL.c.at, JOURNAL.c.link, JOURNAL.c.number, JOURNAL.c.exchange_id, JOURNAL.c.entry):
        refused(update(JOURNAL).where(JOURNAL.c.number == old + 1).values({column: "99"}))
    row = {"number": old + 1, "at": "x", "entry": "x", "content": b"", "link": "x"}
    refused(insert(JOURNAL).values(row))
    refused(insert(JOURNAL).prefix_with("OR REPLACE").values(row))


def test_a_purge_goes_in_small_steps_between_which_the_service_works(
    town: TwoSides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = finished(town), finished(town)
    store = town.provider_store
    begin, steps = store.begin, []

    @contextmanager
    def counted() -> Iterator[Unit[ProviderExchange]]:
        with begin() as unit:
            yield unit
        steps.append(1)
        with begin() as unit:  # whoever else has something to write
            unit.journal(JournalEntry(START + YEAR, Entry.MESSAGE_REFUSED))

    monkeypatch.setattr(store, "begin", counted)
    monkeypatch.setattr("oots.exchange.purge._AT_ONCE", 4)
    old = len(lines(store))  # type: ignore[arg-type]
    done = purge(store, START + YEAR + timedelta(hours=2))
    monkeypatch.undo()
    assert done is not None
    assert (done.first, done.last, done.count) == (1, old, old)
    assert len(steps) > old / 4
    with store.look() as unit:
        assert unit.timeline(first) == unit.timeline(second) == ()
        assert unit.all() == ()
    store.note_head()
    assert examine_journal(tmp_path / "provider").faults == ()
