"""A message is sent until its receipt comes: lost answers, false receipts, partners that are away, killed processes."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from oots.edelivery.message import open_message
from oots.edelivery.receipt import seal_receipt
from oots.exchange.conversation import ProviderState, RequesterState
from oots.exchange.journal import Entry
from oots.exchange.store import Store
from oots.model.clock import RandomIds
from oots.model.errors import ConfigurationError
from oots.provider.record import ProviderExchange
from oots.requester.cases import CASES
from oots.trust.keys import load_key_pair
from tests.support.two_sides import FINDING, SOLVEJ, TwoSides, two_sides


def started(town: TwoSides) -> str:
    """Request 1 is queued and not yet sent."""
    return town.requester.ask(CASES[0], FINDING, SOLVEJ, RandomIds().uuid())


def count(town: TwoSides, exchange_id: str, entry: Entry) -> int:
    return [line.entry for line in town.provider_log(exchange_id)].count(entry)


def test_a_message_whose_receipt_was_lost_is_sent_again_and_acts_once(town: TwoSides) -> None:
    exchange_id = started(town)
    lost = []

    def lose_the_first_answer(request: httpx.Request) -> httpx.Response | None:
        if request.url.host != "dk" or lost:
            return None
        lost.append(town.provider_point.receive(request.headers["content-type"], request.read()))
        raise httpx.ReadTimeout("the answer was lost", request=request)

    town.wire.bend = lose_the_first_answer
    town.requester_point.tick()
    assert count(town, exchange_id, Entry.REQUEST_RECEIVED) == 1
    town.pass_time(timedelta(seconds=2))
    assert count(town, exchange_id, Entry.REQUEST_RECEIVED) == 1
    assert count(town, exchange_id, Entry.DUPLICATE_RECEIVED) == 1
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED


def test_a_partner_that_is_away_is_tried_until_it_comes_back(town: TwoSides) -> None:
    exchange_id = started(town)

    def refuse(request: httpx.Request) -> httpx.Response | None:
        raise httpx.ConnectError("nobody there", request=request)

    town.wire.bend = refuse
    for _ in range(5):
        town.pass_time(timedelta(seconds=20))
    assert town.requester.progress(exchange_id).state is RequesterState.REQUESTED
    town.wire.bend = None
    town.pass_time(timedelta(seconds=61))
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED


def test_a_message_that_cannot_be_delivered_in_time_fails_and_says_so(town: TwoSides) -> None:
    exchange_id = started(town)

    def unavailable(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(503)

    town.wire.bend = unavailable
    for _ in range(8):
        town.pass_time(timedelta(seconds=50))
    progress = town.requester.progress(exchange_id)
    assert progress.state in (RequesterState.UNDELIVERABLE, RequesterState.LAPSED)
    failed = [line for line in town.requester_log(exchange_id) if line.entry is Entry.DELIVERY_FAILED]
    assert "503" in str(failed[0].detail)
    assert not town.requester_store.files.names()


def test_a_message_that_the_partner_refuses_is_not_sent_again(town: TwoSides) -> None:
    town.provider_point.partners = {}
    exchange_id = started(town)
    town.run()
    assert town.requester.progress(exchange_id).state is RequesterState.UNDELIVERABLE
    town.pass_time(timedelta(minutes=1))
    assert len(town.wire.heard) == 1


def test_a_receipt_that_another_party_signed_is_not_believed(town: TwoSides) -> None:
    exchange_id = started(town)

    def forge(request: httpx.Request) -> httpx.Response | None:
        if request.url.host != "dk":
            return None
        now = town.clock.now()
        opened = open_message(request.headers["content-type"], request.read(), town.anchors, now)
        forged = seal_receipt(opened, "forged@test.example", now, load_key_pair(town.keys, "ap-xx-09"))
        return httpx.Response(200, content=forged)

    town.wire.bend = forge
    town.requester_point.tick()
    assert Entry.RECEIPT_RECEIVED not in [line.entry for line in town.requester_log(exchange_id)]
    town.wire.bend = None
    town.pass_time(timedelta(seconds=2))
    assert Entry.RECEIPT_RECEIVED in [line.entry for line in town.requester_log(exchange_id)]


def test_an_answer_that_was_decided_before_a_restart_arrives_once(tmp_path: Path, demo_keys: Path) -> None:
    town = two_sides(tmp_path, demo_keys)
    exchange_id = town.ask()
    token = town.to_preview(exchange_id)
    assert town.space.admit(token, SOLVEJ)
    town.space.decide(token, [0])
    for store in (town.provider_store, town.requester_store):
        store.close()

    again = two_sides(tmp_path, demo_keys)
    again.run()
    again.run()
    assert again.requester.progress(exchange_id).state is RequesterState.DELIVERED
    received = [line.entry for line in again.requester_log(exchange_id)]
    assert received.count(Entry.RESPONSE_RECEIVED) == 1
    assert Entry.DUPLICATE_RECEIVED not in received
    with again.provider_store.begin() as unit:
        kept = unit.find(exchange_id)
    assert kept is not None
    assert kept.state == ProviderState.CLOSED


def test_a_transaction_that_fails_leaves_no_receipt_and_no_trace(town: TwoSides) -> None:
    exchange_id = started(town)
    failing = replace(town)
    original = town.provider.take
    calls = []

    def fail_once(*arguments: object) -> None:
        original(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("killed before the commit")

    failing.provider.take = fail_once  # type: ignore[method-assign]
    town.wire.bend = _as_server_error(town)
    town.requester_point.tick()
    assert not town.provider_log(exchange_id)
    town.wire.bend = None
    town.pass_time(timedelta(seconds=2))
    assert count(town, exchange_id, Entry.REQUEST_RECEIVED) == 1
    assert town.requester.progress(exchange_id).state is RequesterState.PREVIEW_OFFERED


def _as_server_error(town: TwoSides):  # type: ignore[no-untyped-def]  # a bend of the wire
    def bend(request: httpx.Request) -> httpx.Response | None:
        if request.url.host != "dk":
            return None
        try:
            return httpx.Response(
                200, content=town.provider_point.receive(request.headers["content-type"], request.read())
            )
        except RuntimeError:
            return httpx.Response(500)

    return bend


def test_files_of_a_killed_process_are_removed_at_the_next_start(town: TwoSides) -> None:
    town.ask()
    needed = town.provider_store.files.names()
    assert len(needed) == 2
    files = town.provider_store.files
    left = files.put(b"written by a process that was killed before its commit").stored.name
    (files.directory / ".unfinished").touch()
    for name in files.names():
        os.utime(files.directory / name, (two_hours_ago := time.time() - 7200, two_hours_ago))
    fresh = files.put(b"of a message that another replica is taking in").stored.name
    assert files.names() == needed | {left, fresh, ".unfinished"}
    town.provider_point._worker._remove_orphans()
    assert files.names() == needed | {fresh}


def test_a_state_folder_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    first = Store(tmp_path, ProviderExchange)
    with pytest.raises(ConfigurationError, match="in use by another process"):
        Store(tmp_path, ProviderExchange)
    first.close()
    Store(tmp_path, ProviderExchange).close()
