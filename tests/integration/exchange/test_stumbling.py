"""What one exchange, message or duty breaks, breaks for nobody else, and tells nothing personal."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from oots.exchange import queue
from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.journal import Entry
from oots.exchange.queue import Waiting
from oots.exchange.schema import EXCHANGE, OUTBOX, place
from oots.model.clock import RandomIds
from oots.requester.cases import CASES
from tests.support.two_sides import FINDING, SOLVEJ, TwoSides


def spoil(town: TwoSides, exchange_id: str) -> None:
    """Leave a record of the provider that cannot be read, and quotes a person."""
    broken = town.provider_store.vault.seal(b'{"conversation_id": {"name": "Solvej"}}', place(EXCHANGE, exchange_id))
    with town.provider_store.engine.begin() as connection:
        connection.execute(update(EXCHANGE).where(EXCHANGE.c.exchange_id == exchange_id).values(record=broken))


def state_of(town: TwoSides, exchange_id: str) -> str:
    with town.provider_store.begin() as unit:
        kept = unit.find(exchange_id)
    assert kept is not None
    return kept.state


def test_an_exchange_that_cannot_be_read_keeps_no_other_from_lapsing(
    town: TwoSides, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = town.ask(), town.ask()
    spoil(town, broken)
    town.pass_time(timedelta(minutes=16))
    assert state_of(town, sound) == ProviderState.LINK_LAPSED
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(told) == 1
    assert broken in told[0]
    assert "Solvej" not in caplog.text


def put_outgoing(town: TwoSides, waiting: Waiting, outgoing: bytes | None) -> None:
    """What waits to be sent is something else now, such as nothing that opens."""
    with town.requester_store.begin() as unit:
        is_it = OUTBOX.c.message_id == waiting.message_id
        unit.connection.execute(update(OUTBOX).where(is_it).values(outgoing=outgoing))


def test_a_message_that_cannot_be_sent_keeps_no_other_from_being_sent(town: TwoSides) -> None:
    broken, sound = (town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid()) for _ in range(2))
    with town.requester_store.begin() as unit:
        first = next(waiting for waiting in queue.waiting(unit.connection) if waiting.exchange_id == broken)
    put_outgoing(town, first, b"")
    town.run()
    assert town.requester.progress(sound).state is RequesterState.PREVIEW_OFFERED
    assert town.requester.progress(broken).state is RequesterState.REQUESTED

    put_outgoing(town, first, first.outgoing)
    town.pass_time(timedelta(seconds=61))
    assert town.requester.progress(broken).state is RequesterState.PREVIEW_OFFERED


def test_a_message_that_can_never_be_sent_is_given_up_at_its_deadline(town: TwoSides) -> None:
    exchange_id = town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    with town.requester_store.begin() as unit:
        (waiting,) = queue.waiting(unit.connection)
    put_outgoing(town, waiting, b"")
    town.pass_time(timedelta(minutes=4))
    assert Entry.DELIVERY_FAILED not in [line.entry for line in town.requester_log(exchange_id)]
    town.pass_time(timedelta(minutes=1, seconds=30))
    assert Entry.DELIVERY_FAILED in [line.entry for line in town.requester_log(exchange_id)]
    assert town.requester.progress(exchange_id).state is RequesterState.UNDELIVERABLE


def test_a_worker_goes_on_when_it_cannot_tidy_up(town: TwoSides, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = town.ask()
    spoil(town, broken)
    kept = town.provider_store.files.names()
    sound = town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())
    stop, ticked = threading.Event(), threading.Event()
    note_head = town.provider_store.note_head

    def note_once() -> None:
        note_head()
        stop.set()
        ticked.set()

    monkeypatch.setattr(town.provider_store, "note_head", note_once)
    town.provider_point.work(stop)
    assert ticked.is_set()
    assert town.provider_store.files.names() == kept
    monkeypatch.undo()
    town.run()
    assert town.requester.progress(sound).state is RequesterState.PREVIEW_OFFERED
