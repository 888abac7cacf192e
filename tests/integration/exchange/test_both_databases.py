"""What SQLite and PostgreSQL do alike: whole exchanges, claims, one effect, a journal that only grows."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, delete, event, select, text
from sqlalchemy.exc import IntegrityError

from oots.database.sqlite import DATABASE, SqliteDatabase
from oots.exchange import queue
from oots.exchange.chain import SealedHead
from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.ends import Ends, ends_of
from oots.exchange.journal import Entry, JournalEntry
from oots.exchange.journal_report import examine_journal
from oots.exchange.limits import SendingLimits
from oots.exchange.purge import purge
from oots.exchange.resending import want_again
from oots.exchange.rotation import rotate
from oots.exchange.schema import EXCHANGE, INBOX, JOURNAL, OUTBOX, PARTNER, SUBJECT
from oots.exchange.store import VAULT_KEY, Store
from oots.exchange.unit import Kept
from oots.model.clock import RandomIds
from oots.model.errors import BusyError, ConfigurationError, UnavailableError
from oots.model.issuing import ByHand
from oots.provider.casework import COUNTS, Decision
from oots.provider.record import ProviderExchange
from oots.requester import own_log
from oots.requester.cases import CASES
from oots.trust.certificates import UntrustedError
from oots.trust.revocation import UnsettledError
from tests.support.postgres import Postgres, postgres
from tests.support.two_sides import FINDING, SOLVEJ, START, TwoSides, two_sides

SQLITE, POSTGRES = "sqlite", "postgres"
SENDING = SendingLimits(in_flight=2, queue=3, failures=2)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def pair(server: Postgres) -> tuple[str, str]:
    return server.new_database(), server.new_database()


@pytest.fixture(params=[SQLITE, POSTGRES])
def addresses(request: pytest.FixtureRequest) -> tuple[str | None, str | None]:
    if request.param == SQLITE:
        return None, None
    server, pair = request.getfixturevalue("server"), request.getfixturevalue("pair")
    for address in pair:
        server.empty(address)
    return pair


@pytest.fixture
def both(tmp_path: Path, demo_keys: Path, addresses: tuple[str | None, str | None]) -> Iterator[TwoSides]:
    town = two_sides(tmp_path, demo_keys, databases=addresses, sending=SENDING)
    yield town
    town.requester_store.close()
    town.provider_store.close()


def asked(town: TwoSides, number: int) -> list[str]:
    return [town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid()) for _ in range(number)]


def count(town: TwoSides, exchange_id: str, entry: Entry) -> int:
    return [line.entry for line in town.provider_log(exchange_id)].count(entry)


def test_a_person_finds_her_exchanges_also_under_a_new_key_and_until_they_are_purged(both: TwoSides) -> None:
    first, second = both.ask(), both.ask()
    rotate(both.provider_store, both.provider_store._directory / VAULT_KEY)
    rotate(both.requester_store, both.requester_store._directory / VAULT_KEY)
    (herself,) = own_log.calls(SOLVEJ, None)
    stores = ((both.provider_store, ("key",)), (both.requester_store, herself))
    for store, who in stores:
        with store.begin() as unit:
            unit.subjects.note(first, *who)  # noted again
        with store.look() as unit:
            assert unit.subjects.exchanges_of(*who) == (second, first)
            assert unit.subjects.exchanges_of(*who, *who) == unit.subjects.exchanges_of("another") == ()
    both.clock.advance(timedelta(days=400))
    for store, who in stores:
        purge(store, both.clock.now())
        with store.look() as unit:
            assert unit.subjects.exchanges_of(*who) == ()
            assert unit.connection.execute(select(SUBJECT)).all() == []


def test_a_case_by_hand_is_kept_decided_and_read_under_a_new_key(both: TwoSides) -> None:
    both.source.issue_result = ByHand(START + timedelta(days=1), "looked into")
    both.ask()
    (case,) = both.casework.cases()
    both.casework.attach(case.case_id, b"%PDF-1.7 a scan")
    rotate(both.provider_store, both.provider_store._directory / VAULT_KEY)
    assert both.casework.attached(case.case_id) == b"%PDF-1.7 a scan"
    both.casework.decide(case.case_id, Decision.ATTACHED)
    assert both.requester.progress(both.ask()).state is RequesterState.PREVIEW_OFFERED
    both.pass_time(COUNTS)
    purge(both.provider_store, both.clock.now())
    with both.provider_store.look() as unit:
        assert unit.papers.find(case.case_id) is None


def test_a_whole_exchange_ends_and_leaves_nothing_to_send(both: TwoSides) -> None:
    exchange_id = both.ask()
    token = both.to_preview(exchange_id)
    assert both.space.admit(token, SOLVEJ)
    both.space.decide(token, [0])
    both.run()
    assert both.requester.progress(exchange_id).state is RequesterState.DELIVERED
    with both.provider_store.look() as unit:
        kept = unit.find(exchange_id)
        assert not unit.connection.execute(select(OUTBOX)).all()
    assert kept is not None
    assert kept.state == ProviderState.CLOSED


def test_the_same_message_twice_at_the_same_time_has_one_effect(both: TwoSides) -> None:
    (exchange_id,) = asked(both, 1)
    posts: list[httpx.Request] = []

    def twice(request: httpx.Request) -> httpx.Response | None:
        posts.append(request)
        body, content_type = request.read(), request.headers["content-type"]
        together = threading.Barrier(2)
        receipts = []

        def deliver() -> None:
            together.wait()
            receipts.append(both.provider_point.receive(content_type, body))

        deliveries = [threading.Thread(target=deliver) for _ in range(2)]
        for each in deliveries:
            each.start()
        for each in deliveries:
            each.join()
        assert receipts[0] == receipts[1]
        return httpx.Response(200, content=receipts[0])

    both.wire.bend = twice
    both.requester_point.tick()
    assert len(posts) == 1
    assert count(both, exchange_id, Entry.REQUEST_RECEIVED) == 1
    assert count(both, exchange_id, Entry.DUPLICATE_RECEIVED) == 1
    with both.provider_store.look() as unit:
        assert len(queue.waiting(unit.connection)) == 1


def test_what_one_has_claimed_another_does_not_get_before_the_lease_is_over(both: TwoSides) -> None:
    asked(both, 3)
    store = both.requester_store
    with store.begin() as unit:
        now = store.database.now(unit.connection, both.clock)
        first = queue.claim(unit.connection, "AP_DK_01", "one", now, now + timedelta(seconds=20), 2)
    with store.begin() as unit:
        second = queue.claim(unit.connection, "AP_DK_01", "two", now, now + timedelta(seconds=20), 2)
    with store.begin() as unit:
        later = now + timedelta(seconds=21)
        again = queue.claim(unit.connection, "AP_DK_01", "two", later, later + timedelta(seconds=20), 5)
    assert (len(first), len(second), len(again)) == (2, 1, 3)
    assert not {one.message_id for one in first} & {two.message_id for two in second}


def test_no_more_is_claimed_than_was_asked_for_whatever_way_the_database_goes(both: TwoSides) -> None:
    asked(both, 3)
    store = both.requester_store
    with store.begin() as unit:
        if store.database.is_shared:  # the way that a planner goes who believes that next to nothing waits
            for other in ("hashjoin", "mergejoin", "material", "hashagg", "sort"):
                unit.connection.execute(text(f"SET LOCAL enable_{other} = off"))
        now = store.database.now(unit.connection, both.clock)
        claimed = queue.claim(unit.connection, "AP_DK_01", "one", now, now + timedelta(seconds=20), 1)
    assert len(claimed) == 1


def test_a_claim_that_is_renewed_stays(both: TwoSides) -> None:
    asked(both, 1)
    store = both.requester_store
    with store.begin() as unit:
        now = store.database.now(unit.connection, both.clock)
        (claimed,) = queue.claim(unit.connection, "AP_DK_01", "one", now, now + timedelta(seconds=20), 1)
        queue.renew(unit.connection, [claimed.message_id], "two", now + timedelta(hours=1))
        later = now + timedelta(seconds=30)
        assert queue.summary(unit.connection).parties_due(later) == ("AP_DK_01",)
        queue.renew(unit.connection, [claimed.message_id], "one", now + timedelta(seconds=40))
        assert queue.summary(unit.connection).parties_due(later) == ()


def test_a_partner_who_cannot_be_reached_rests_and_is_then_tried_with_one_message(both: TwoSides) -> None:
    asked(both, 3)
    tried: list[str] = []

    def down(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.host)
        raise httpx.ConnectError("refused")

    both.wire.bend = down
    both.requester_point.tick()
    assert len(tried) == 2
    store = both.requester_store
    with store.look() as unit:
        health = queue.health(unit.connection)["AP_DK_01"]
        now = store.database.now(unit.connection, both.clock)
    assert health.failures == 2
    assert health.rests_until is not None
    assert now < health.rests_until <= now + SENDING.rest
    with store.begin() as unit:
        unit.connection.execute(PARTNER.update().values(rests_until=START.isoformat()))
    both.requester_point.tick()
    assert len(tried) == 3

    both.wire.bend = None
    with store.begin() as unit:
        unit.connection.execute(PARTNER.update().values(rests_until=START.isoformat()))
        unit.connection.execute(OUTBOX.update().values(due=""))
    both.requester_point.tick()
    with store.look() as unit:
        assert queue.health(unit.connection)["AP_DK_01"].failures == 0
        assert not queue.waiting(unit.connection)


def test_more_than_the_queue_takes_is_refused_until_there_is_room(both: TwoSides) -> None:
    both.wire.bend = lambda _: httpx.Response(503)
    asked(both, 3)
    both.requester_point.tick()
    with pytest.raises(BusyError):
        asked(both, 1)
    both.wire.bend = None
    with both.requester_store.begin() as unit:
        unit.connection.execute(PARTNER.update().values(rests_until=None, failures=0))
        unit.connection.execute(OUTBOX.update().values(due=""))
    both.requester_point.tick()
    both.requester_point.tick()
    assert len(asked(both, 1)) == 1


def test_a_form_that_is_sent_twice_asks_once(both: TwoSides) -> None:
    first, second, other = (
        both.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid(), form) for form in ("one", "one", "two")
    )
    assert first == second != other
    with both.requester_store.look() as unit:
        assert len(queue.waiting(unit.connection)) == 2


def test_a_failed_message_is_sent_again_as_a_new_one_when_somebody_wants_it(both: TwoSides, tmp_path: Path) -> None:
    (exchange_id,) = asked(both, 1)
    both.wire.bend = lambda _: httpx.Response(200, content=_refusal(both))
    both.requester_point.tick()
    assert both.requester.progress(exchange_id).state is RequesterState.UNDELIVERABLE
    with both.requester_store.look() as unit:
        (failed,) = unit.connection.execute(select(OUTBOX)).all()
    assert failed.why.startswith("refused by AP_DK_01")

    both.wire.bend = None
    assert not want_again(tmp_path / "requester", "unknown", _url(both.requester_store))
    assert want_again(tmp_path / "requester", failed.message_id, _url(both.requester_store))
    both.requester_point.tick()
    both.run()
    assert both.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED
    assert count(both, exchange_id, Entry.REQUEST_RECEIVED) == 1
    with both.requester_store.look() as unit:
        assert not unit.connection.execute(select(OUTBOX)).all()


def test_what_is_too_old_to_be_sent_again_stays_failed_and_says_why(both: TwoSides, tmp_path: Path) -> None:
    (exchange_id,) = asked(both, 1)
    both.wire.bend = lambda _: httpx.Response(200, content=_refusal(both))
    both.requester_point.tick()
    both.wire.bend = None
    with both.requester_store.look() as unit:
        (failed,) = unit.connection.execute(select(OUTBOX)).all()
    assert want_again(tmp_path / "requester", failed.message_id, _url(both.requester_store))
    both.pass_time(timedelta(minutes=42))
    with both.requester_store.look() as unit:
        (still,) = unit.connection.execute(select(OUTBOX)).all()
    assert (still.state, "too old" in still.why) == (queue.FAILED, True)
    assert both.requester.progress(exchange_id).state is RequesterState.UNDELIVERABLE


def test_an_answer_that_was_refused_is_sent_again_with_its_evidence(both: TwoSides, tmp_path: Path) -> None:
    exchange_id = both.ask()
    token = both.to_preview(exchange_id)
    assert both.space.admit(token, SOLVEJ)
    both.space.decide(token, [0])
    both.wire.bend = lambda request: httpx.Response(200, content=_refusal(both)) if request.url.host == "lt" else None
    both.run()
    with both.provider_store.look() as unit:
        (failed,) = unit.connection.execute(select(OUTBOX)).all()
        kept = unit.find(exchange_id)
    assert kept is not None
    assert kept.state == ProviderState.UNDELIVERABLE
    assert kept.record.files

    both.wire.bend = None
    assert want_again(tmp_path / "provider", failed.message_id, _url(both.provider_store))
    both.run()
    assert both.requester.progress(exchange_id).state is RequesterState.DELIVERED
    with both.provider_store.look() as unit:
        kept = unit.find(exchange_id)
    assert kept is not None
    assert (kept.state, kept.record.files) == (ProviderState.CLOSED, ())


@pytest.mark.parametrize(
    ("doubt", "why"),
    [
        (UntrustedError("revoked"), "the certificate of the requester is not believed any more"),
        (UnsettledError("no list"), "nobody can say at present whether the requester is believed; try again"),
        (ZeroDivisionError(), "it could not be handled"),
    ],
)
def test_evidence_is_not_sent_again_to_whom_it_would_not_be_given_now(
    both: TwoSides, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doubt: Exception, why: str
) -> None:
    exchange_id = both.ask()
    token = both.to_preview(exchange_id)
    assert both.space.admit(token, SOLVEJ)
    both.space.decide(token, [0])
    both.wire.bend = lambda request: httpx.Response(200, content=_refusal(both)) if request.url.host == "lt" else None
    both.run()
    both.wire.bend = None
    with both.provider_store.look() as unit:
        (failed,) = unit.connection.execute(select(OUTBOX)).all()

    def doubted(_certificate: str) -> None:
        raise doubt

    monkeypatch.setattr(both.provider_point, "expect_believed", doubted)
    assert want_again(tmp_path / "provider", failed.message_id, _url(both.provider_store))
    both.run()
    with both.provider_store.look() as unit:
        (still,) = unit.connection.execute(select(OUTBOX)).all()
    assert (still.message_id, still.state, still.why) == (failed.message_id, queue.FAILED, why)
    assert both.requester.progress(exchange_id).state is RequesterState.PREVIEWING

    monkeypatch.undo()
    assert want_again(tmp_path / "provider", failed.message_id, _url(both.provider_store))
    both.run()
    assert both.requester.progress(exchange_id).state is RequesterState.DELIVERED


def test_an_answer_that_nobody_sends_again_is_given_up_with_its_evidence(both: TwoSides) -> None:
    exchange_id = both.ask()
    token = both.to_preview(exchange_id)
    assert both.space.admit(token, SOLVEJ)
    both.space.decide(token, [0])
    both.wire.bend = lambda request: httpx.Response(200, content=_refusal(both)) if request.url.host == "lt" else None
    both.run()
    both.pass_time(timedelta(minutes=41))
    with both.provider_store.look() as unit:
        kept = unit.find(exchange_id)
    assert kept is not None
    assert (kept.state, kept.deadline, kept.record.files) == (ProviderState.UNDELIVERABLE, None, ())
    assert count(both, exchange_id, Entry.EVIDENCE_DELETED) == 1


def test_the_journal_only_grows(both: TwoSides) -> None:
    both.ask()
    engine = both.provider_store.engine
    for change in (
        JOURNAL.update().values(entry="time-up"),
        JOURNAL.delete(),
        JOURNAL.insert().values(number=1, at="", entry="time-up", content=b"", link=""),
    ):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(change)
    with engine.begin() as connection:
        assert connection.execute(delete(INBOX)).rowcount


def test_who_appends_at_the_same_time_leaves_no_gap(both: TwoSides, tmp_path: Path) -> None:
    store = both.provider_store

    def tell() -> None:
        for _ in range(10):
            with store.begin() as unit:
                unit.journal(*[JournalEntry(START, Entry.MESSAGE_REFUSED)] * 2)

    tellers = [threading.Thread(target=tell) for _ in range(4)]
    for each in tellers:
        each.start()
    for each in tellers:
        each.join()
    store.note_head()
    report = examine_journal(tmp_path / "provider", database_url=_url(store))
    assert (report.entries, report.faults) == (80, ())


def test_a_transaction_that_fails_leaves_nothing(both: TwoSides) -> None:
    store = both.provider_store
    with pytest.raises(ZeroDivisionError):
        _tell_and_fail(store)
    with store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED, detail="the second"))
    with store.look() as unit:
        assert [told.entry.detail for told in unit.refusals()] == ["the second"]


def test_after_twelve_months_a_finished_exchange_is_purged(both: TwoSides, tmp_path: Path) -> None:
    exchange_id = both.ask()
    both.pass_time(timedelta(minutes=20))
    store = both.provider_store
    assert purge(store, START + timedelta(days=360)) is None
    done = purge(store, START + timedelta(days=400))
    assert done is not None
    with store.look() as unit:
        assert unit.timeline(exchange_id) == ()
        assert not unit.connection.execute(select(EXCHANGE)).all()
        assert not unit.connection.execute(select(INBOX)).all()
    store.note_head()
    assert examine_journal(tmp_path / "provider", database_url=_url(store)).faults == ()


def test_a_rotation_leaves_nothing_under_the_old_key(both: TwoSides, tmp_path: Path) -> None:
    exchange_id = both.ask()
    store = both.provider_store
    assert rotate(store, tmp_path / "provider" / VAULT_KEY) > 5
    with store.look() as unit:
        assert unit.timeline(exchange_id)
        assert all(store.vault.is_current(row) for row in unit.connection.execute(select(EXCHANGE.c.record)).scalars())


def test_a_store_of_a_newer_version_is_not_opened(tmp_path: Path, addresses: tuple[str | None, str | None]) -> None:
    address = addresses[1]
    Store(tmp_path, ProviderExchange, database_url=address).close()
    with closing(Store(tmp_path, ProviderExchange, database_url=address)) as store, store.begin() as unit:
        unit.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match="newer version"):
        Store(tmp_path, ProviderExchange, database_url=address)


def test_word_of_something_to_send_reaches_every_listener(both: TwoSides) -> None:
    heard, stop = threading.Event(), threading.Event()
    listening = threading.Event()
    database = both.requester_store.database

    def hear() -> None:
        (heard if listening.is_set() else listening).set()

    listener = threading.Thread(target=database.listen, args=(hear, stop))
    listener.start()
    for _ in range(200):
        if heard.wait(0.05):
            break
        listening.set()
        asked(both, 1)
        with both.requester_store.begin() as unit:
            unit.connection.execute(delete(OUTBOX))
    stop.set()
    listener.join()
    assert heard.is_set()


def test_two_exchanges_never_share_the_secret_of_a_link(both: TwoSides) -> None:
    store = both.provider_store
    exchange_id = both.ask()
    both.to_preview(exchange_id)
    with store.begin() as unit:
        kept = unit.find(exchange_id)
        assert kept
        unit.keep(kept, "a secret")
    with pytest.raises(IntegrityError), store.begin() as unit:
        unit.keep(replace(kept, exchange_id="another"), "a secret")
    with store.begin() as unit:
        unit.keep(replace(kept, exchange_id="another"), "another secret")
    with store.look() as unit:
        found = [unit.find_by_token(token) for token in ("a secret", "another secret")]
    assert [each and each.exchange_id for each in found] == [exchange_id, "another"]


# --- one of the two alone ---


def test_ten_who_write_at_the_same_time_wait_for_the_disk_together(tmp_path: Path) -> None:
    store = Store(tmp_path, ProviderExchange)
    commits: list[object] = []
    event.listen(store.engine, "commit", commits.append)
    entered, writers = threading.Event(), []

    def write() -> None:
        with store.begin() as unit:
            unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))

    with store.begin():
        for _ in range(10):
            writers.append(threading.Thread(target=write))
            writers[-1].start()
        while store.database._writer._waiting < 10:  # type: ignore[attr-defined]  # SQLite's alone
            entered.wait(0.001)
    for writer in writers:
        writer.join()
    assert len(commits) == 1
    with store.look() as unit:
        assert len(unit.refusals()) == 10
    store.close()


def test_what_was_left_to_somebody_who_never_comes_is_committed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oots.database.group_commit._LEFT_SECONDS", 0.01)
    store = Store(tmp_path, ProviderExchange)
    store.database._writer._waiting += 1  # type: ignore[attr-defined]  # as of a thread that was interrupted
    with store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))
    with store.look() as unit:
        assert len(unit.refusals()) == 1
    store.close()


def test_one_of_a_group_that_fails_takes_nothing_from_the_others(tmp_path: Path) -> None:
    store = Store(tmp_path, ProviderExchange)
    failed = threading.Event()

    def fail() -> None:
        with pytest.raises(ZeroDivisionError):
            _tell_and_fail(store)
        failed.set()

    other = threading.Thread(target=fail)
    with store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED, detail="the first"))
        other.start()
        while store.database._writer._waiting < 1:  # type: ignore[attr-defined]  # SQLite's alone
            failed.wait(0.001)
    other.join()
    with store.look() as unit:
        assert [told.entry.detail for told in unit.refusals()] == ["the first"]
    store.close()


def test_whoever_waits_behind_one_that_fails_is_not_undone_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path, ProviderExchange)
    entered = threading.Event()
    other = threading.Thread(target=_tell, args=(store, "the other"))

    def let_it_wait() -> None:
        other.start()
        while store.database._writer._waiting < 1:  # type: ignore[attr-defined]  # SQLite's alone
            entered.wait(0.001)

    with pytest.raises(ZeroDivisionError):
        _tell_and_fail(store, let_it_wait)
    other.join()
    with store.look() as unit:
        assert [told.entry.detail for told in unit.refusals()] == ["the other"]
    store.close()


def test_traces_that_somebody_who_reads_keeps_are_no_success(tmp_path: Path) -> None:
    with closing(SqliteDatabase(tmp_path)) as database:
        event.listen(database.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=0"))
        with database.begin() as connection:
            connection.execute(text("CREATE TABLE line (said text)"))
        with database.look() as reading:
            reading.execute(text("SELECT * FROM line"))
            with pytest.raises(ConfigurationError, match="somebody reads"):
                database.leave_no_trace()
        database.leave_no_trace()
        assert (tmp_path / f"{DATABASE}-wal").stat().st_size == 0


def test_a_commit_that_is_interrupted_is_no_commit_for_those_who_left_it(tmp_path: Path) -> None:
    store = Store(tmp_path, ProviderExchange)
    interruptions = [KeyboardInterrupt]
    event.listen(store.engine, "commit", lambda _: interruptions and _raise(interruptions.pop()))
    ended = threading.Event()

    def interrupted() -> None:
        with pytest.raises(KeyboardInterrupt):
            _tell(store, "the other")
        ended.set()

    def let_it_wait() -> None:
        other.start()
        while store.database._writer._waiting < 1:  # type: ignore[attr-defined]  # SQLite's alone
            ended.wait(0.001)

    other = threading.Thread(target=interrupted)
    with pytest.raises(UnavailableError):
        _tell(store, "the first", let_it_wait)
    other.join()
    _tell(store, "the next")
    with store.look() as unit:
        assert [told.entry.detail for told in unit.refusals()] == ["the next"]
    store.close()


def test_of_two_who_both_found_nothing_the_second_adds_nothing(tmp_path: Path, server: Postgres) -> None:
    """A partner chooses the id of its exchange; another message with the same must not take the place of the first."""

    def keep(record: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        with store.begin() as unit:
            assert unit.find("chosen") is None
            meanwhile()
            unit.keep(Kept("chosen", "begun", None, record))

    with closing(Store(tmp_path, str, database_url=server.new_database())) as store:
        with pytest.raises(IntegrityError):
            keep("the second", lambda: keep("the first"))
        with store.look() as unit:
            assert [kept.record for kept in unit.all()] == ["the first"]


def test_a_replica_that_starts_while_others_append_finds_the_journal_whole(
    tmp_path: Path, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks at the last entry and at the head one after the other."""
    address = server.new_database()
    store = Store(tmp_path, ProviderExchange, database_url=address)
    appended = threading.Event()

    def append_meanwhile(connection: Connection, noted: SealedHead | None) -> Ends:
        def tell() -> None:
            with store.begin() as unit:
                unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))
            appended.set()

        last = select(JOURNAL.c.number).order_by(JOURNAL.c.number.desc()).limit(1)
        before = connection.execute(last).scalar()
        other = threading.Thread(target=tell)
        other.start()
        assert not appended.wait(0.2)  # what is waited for here must not come
        assert connection.execute(last).scalar() == before
        tellers.append(other)
        return ends_of(connection, noted)

    tellers: list[threading.Thread] = []
    monkeypatch.setattr("oots.exchange.ends.ends_of", append_meanwhile)
    Store(tmp_path, ProviderExchange, database_url=address).close()
    monkeypatch.undo()
    for teller in tellers:
        teller.join()
    assert appended.is_set()
    store.note_head()
    assert examine_journal(tmp_path, database_url=address).faults == ()
    store.close()


def test_a_rotation_is_refused_while_a_service_listens(tmp_path: Path, server: Postgres) -> None:
    store = Store(tmp_path, ProviderExchange, database_url=server.new_database())
    stop, listening = threading.Event(), threading.Event()
    listener = threading.Thread(target=store.database.listen, args=(listening.set, stop))
    listener.start()
    assert listening.wait(30)
    with pytest.raises(ConfigurationError, match="in use by a running service"):
        rotate(store, tmp_path / VAULT_KEY)
    stop.set()
    listener.join()
    assert rotate(store, tmp_path / VAULT_KEY) >= 0
    store.close()


@pytest.mark.parametrize(
    "address",
    [
        "mysql://user:secret@localhost/name",
        "postgresql://user:secret@localhost",
        "no address: secret",
        "sqlite:///secret",
    ],
)
def test_what_is_no_address_of_a_database_is_refused_without_repeating_it(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError, match="OOTS_DATABASE_URL") as refused:
        Store(tmp_path, ProviderExchange, database_url=address)
    assert "secret" not in str(refused.value)


def test_a_database_that_does_not_let_us_in_is_named_without_its_password(tmp_path: Path, server: Postgres) -> None:
    address = server.new_database()
    Store(tmp_path / "right", ProviderExchange, database_url=address).close()
    wrong = address.replace(server.password, "not-the-password")
    with pytest.raises(ConfigurationError, match="does not let this service in") as refused:
        Store(tmp_path / "wrong", ProviderExchange, database_url=wrong)
    assert "not-the-password" not in str(refused.value)


def _raise(fault: type[BaseException]) -> None:
    raise fault


def _tell(store: Store[ProviderExchange], detail: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    with store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED, detail=detail))
        unit.write_journal()
        meanwhile()


def _tell_and_fail(store: Store[ProviderExchange], meanwhile: Callable[[], None] = lambda: None) -> None:
    with store.begin() as unit:
        unit.journal(JournalEntry(START, Entry.MESSAGE_REFUSED))
        unit.write_journal()
        meanwhile()
        raise ZeroDivisionError


def _url(store: Store[object]) -> str | None:
    database = store.database
    return database.engine.url.render_as_string(hide_password=False) if database.is_shared else None


def _refusal(town: TwoSides) -> bytes:
    """An error signal, as a partner gives it."""
    return town.provider_point.receive("text/plain", b"no message")


def test_a_starting_replica_removes_what_was_abandoned_and_nothing_that_another_is_writing(both: TwoSides) -> None:
    """On a shared folder a young file may belong to a transaction of another replica that is not committed yet."""
    store = both.provider_store
    others, abandoned = store.files.put(b"of another replica"), store.files.put(b"of a killed process")
    path = store.files.directory / abandoned.stored.name
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 7200))
    both.provider_point._worker._remove_orphans()
    assert store.files.names() == {others.stored.name}
