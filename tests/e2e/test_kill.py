"""A service that dies at the worst moment: the exchange goes on after the restart, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from oots.scenarios.citizen import Citizen, Page
from tests.support import plain_way as way
from tests.support.demo import Demo
from tests.support.plain_way import told, wait_until_told


@pytest.fixture
def solvej() -> Iterator[Citizen]:
    with closing(Citizen()) as citizen:
        yield citizen


@pytest.fixture
def observer() -> Iterator[Citizen]:
    """Reads the logs of both sides, in a browser of her own."""
    with closing(Citizen()) as citizen:
        yield citizen


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Where a click waits for its page while the test does something else."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def assert_delivered_once(
    solvej: Citizen, observer: Citizen, demo: Demo, exchange: str, shown: set[str], page: Page
) -> None:
    page = way.wait_for_evidence(solvej, page)
    assert way.digests(solvej, page) == shown
    assert len(shown) == 2
    wait_until_told(observer, demo.preview, exchange, "Evidence deleted")
    asked, answered = told(observer, demo.portal, exchange), told(observer, demo.preview, exchange)
    for log, once in (
        (asked, "Response received"),
        (answered, "Response sent"),
        (answered, "Decision taken in the preview"),
        (asked, "Request 1"),
        (answered, "Request 1"),
        (asked, "Request 2 (for the preview)"),
        (answered, "Request 2 (for the preview)"),
    ):
        assert log.count(once) == 1, (once, log)
    for log in (asked, answered):
        assert log.count("Signed receipt received") == 2, log
    assert "Could not be delivered" not in asked + answered
    solvej.submit(page, "/finish")


def exchange_of(page: Page) -> str:
    return page.path.rpartition("/")[2]


def test_the_provider_dies_between_decision_and_answer(
    aarhus: Demo, solvej: Citizen, observer: Citizen, elsewhere: ThreadPoolExecutor
) -> None:
    offer = way.ask(solvej, aarhus)
    exchange = exchange_of(offer)
    page = way.open_preview(solvej, solvej.submit(offer, "/preview"))
    shown = way.digests(solvej, page)
    with aarhus.halted("requester"):  # the answer cannot be delivered, nor the portal's page
        coming = elsewhere.submit(way.approve, solvej, page)
        wait_until_told(observer, aarhus.preview, exchange, "Response sent")
        aarhus.kill("provider")
        assert told(observer, aarhus.preview, exchange).count("Signed receipt received") == 1
    assert_delivered_once(solvej, observer, aarhus, exchange, shown, coming.result())


def test_the_provider_dies_between_opening_and_decision(aarhus: Demo, solvej: Citizen, observer: Citizen) -> None:
    offer = way.ask(solvej, aarhus)
    page = way.open_preview(solvej, solvej.submit(offer, "/preview"))
    shown = way.digests(solvej, page)
    aarhus.kill("provider")
    assert way.digests(solvej, solvej.open(page.url)) == shown
    page = way.approve(solvej, page)
    assert_delivered_once(solvej, observer, aarhus, exchange_of(offer), shown, page)


def test_the_requester_dies_after_request_2(
    aarhus: Demo, solvej: Citizen, observer: Citizen, elsewhere: ThreadPoolExecutor
) -> None:
    offer = way.ask(solvej, aarhus)
    exchange = exchange_of(offer)
    with aarhus.halted("provider"):  # request 2 cannot be delivered, nor the page behind the preview link
        coming = elsewhere.submit(solvej.submit, offer, "/preview")
        wait_until_told(observer, aarhus.portal, exchange, "Request 2 (for the preview)")
        aarhus.kill("requester")
        assert told(observer, aarhus.portal, exchange).count("Signed receipt received") == 1
    page = way.open_preview(solvej, coming.result())
    shown = way.digests(solvej, page)
    assert_delivered_once(solvej, observer, aarhus, exchange, shown, way.approve(solvej, page))
