"""A service that dies at the worst moment: the exchange goes on after the restart, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from oots.exchange.journal import Entry
from oots.scenarios.citizen import Citizen, Page
from tests.support import plain_way as way
from tests.support.demo import Demo
from tests.support.journals import told, wait_until_told


@pytest.fixture
def solvej() -> Iterator[Citizen]:
    with closing(Citizen()) as citizen:
        yield citizen


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Where a click waits for its page while the test does something else."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def assert_delivered_once(solvej: Citizen, demo: Demo, exchange: str, shown: set[str], page: Page) -> None:
    page = way.wait_for_evidence(solvej, page)
    assert way.digests(solvej, page) == shown
    assert len(shown) == 2
    requester, provider = demo.journal("requester"), demo.journal("provider")
    wait_until_told(provider, exchange, Entry.EVIDENCE_DELETED)
    asked, answered = told(requester, exchange), told(provider, exchange)
    for log, entry, times in (
        (asked, Entry.RESPONSE_RECEIVED, 1),
        (answered, Entry.RESPONSE_SENT, 1),
        (answered, Entry.PREVIEW_DECIDED, 1),
        (asked, Entry.REQUEST_SENT, 2),
        (answered, Entry.REQUEST_RECEIVED, 2),
        (asked, Entry.RECEIPT_RECEIVED, 2),
        (answered, Entry.RECEIPT_RECEIVED, 2),
    ):
        assert log.count(entry) == times, (entry, log)
    assert Entry.DELIVERY_FAILED not in asked + answered
    solvej.submit(page, "/finish")


def exchange_of(page: Page) -> str:
    return page.path.rpartition("/")[2]


def test_the_provider_dies_between_decision_and_answer(
    aarhus: Demo, solvej: Citizen, elsewhere: ThreadPoolExecutor
) -> None:
    offer = way.ask(solvej, aarhus)
    exchange = exchange_of(offer)
    page = way.open_preview(solvej, solvej.submit(offer, "/preview"))
    shown = way.digests(solvej, page)
    with aarhus.halted("requester"):  # the answer cannot be delivered, nor the portal's page
        coming = elsewhere.submit(way.approve, solvej, page)
        wait_until_told(aarhus.journal("provider"), exchange, Entry.RESPONSE_SENT)
        aarhus.kill("provider")
        assert told(aarhus.journal("provider"), exchange).count(Entry.RECEIPT_RECEIVED) == 1
    assert_delivered_once(solvej, aarhus, exchange, shown, coming.result())


def test_the_provider_dies_between_opening_and_decision(aarhus: Demo, solvej: Citizen) -> None:
    offer = way.ask(solvej, aarhus)
    page = way.open_preview(solvej, solvej.submit(offer, "/preview"))
    shown = way.digests(solvej, page)
    aarhus.kill("provider")
    assert way.digests(solvej, solvej.open(page.url)) == shown
    page = way.approve(solvej, page)
    assert_delivered_once(solvej, aarhus, exchange_of(offer), shown, page)


def test_the_requester_dies_after_request_2(aarhus: Demo, solvej: Citizen, elsewhere: ThreadPoolExecutor) -> None:
    offer = way.ask(solvej, aarhus)
    exchange = exchange_of(offer)
    with aarhus.halted("provider"):  # request 2 cannot be delivered, nor the page behind the preview link
        coming = elsewhere.submit(solvej.submit, offer, "/preview")
        wait_until_told(aarhus.journal("requester"), exchange, Entry.REQUEST_SENT, Entry.REQUEST_SENT)
        aarhus.kill("requester")
        assert told(aarhus.journal("requester"), exchange).count(Entry.RECEIPT_RECEIVED) == 1
    page = way.open_preview(solvej, coming.result())
    shown = way.digests(solvej, page)
    assert_delivered_once(solvej, aarhus, exchange, shown, way.approve(solvej, page))
