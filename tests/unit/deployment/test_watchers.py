"""Figures and traces of messages: what is counted and told, and that nothing personal is."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from oots.deployment.clock_watch import ClockWatch
from oots.deployment.metrics import Metrics, router
from oots.deployment.tracing import tracing
from oots.exchange.status import Figures, PartnerStatus
from oots.exchange.watch import Outcome, Step, Watch, Work, came_to, concerns
from oots.model.about import at_hand
from oots.model.clock import AdvancedClock, FrozenClock
from tests.support.web import client_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIGURES = Figures(
    exchanges={"delivered": 3, "requested": 1},
    outbox={"waiting": 2, "failed": 1},
    oldest_waiting=NOW - MINUTE,
    partners=(
        PartnerStatus("AP_DK_01", 0, None, NOW),
        PartnerStatus("AP_SE_01", 5, NOW + MINUTE, None),
        PartnerStatus("AP_NO_01", 5, NOW - MINUTE, None),
    ),
    last_entry=41,
)
NAME = "Solvej Prøvesen"


def receive(watch: Watch, outcome: Outcome, party_id: str | None = "AP_DK_01") -> None:
    with watch.step(Work.RECEIVE):
        concerns(party_id=party_id, message_id="m-1")
        concerns(exchange_id="e-1")
        came_to(outcome)


def told(metrics: Metrics) -> dict[str, float]:
    """Each sample by its name and labels, `name{label=value}`."""
    return {
        sample.name + "{" + ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items())) + "}": (
            sample.value
        )
        for family in metrics.registry.collect()
        for sample in family.samples
    }


def test_messages_are_counted_by_sender_and_outcome() -> None:
    metrics, other = Metrics(lambda: FIGURES, FrozenClock(NOW)), Metrics(lambda: FIGURES, FrozenClock(NOW))
    watch = Watch(metrics.watch)
    receive(watch, Outcome.RECEIPTED)
    receive(watch, Outcome.RECEIPTED)
    receive(watch, Outcome.REFUSED, None)
    with watch.step(Work.SEND):
        concerns(party_id="AP_SE_01")
        came_to(Outcome.NOT_DELIVERED)
    samples = told(metrics)
    assert samples["oots_messages_received_total{outcome=receipted,party_id=AP_DK_01}"] == 2
    assert samples["oots_messages_received_total{outcome=refused,party_id=}"] == 1
    assert samples["oots_deliveries_total{outcome=not-delivered,party_id=AP_SE_01}"] == 1
    assert samples["oots_receive_seconds_count{outcome=receipted}"] == 2
    assert samples["oots_send_seconds_count{outcome=not-delivered}"] == 1
    assert not any(name.startswith(("oots_messages_received", "oots_receive")) for name in told(other))


def test_what_breaks_off_has_failed_and_nothing_is_swallowed() -> None:
    metrics = Metrics(lambda: FIGURES, FrozenClock(NOW))
    with pytest.raises(ValueError, match="over"), Watch(metrics.watch).step(Work.RECEIVE):
        raise ValueError("over")
    assert told(metrics)["oots_messages_received_total{outcome=failed,party_id=}"] == 1


def test_what_the_database_knows_is_told_at_the_scrape() -> None:
    samples = told(Metrics(lambda: FIGURES, FrozenClock(NOW)))
    expected = {
        "oots_store_reachable{}": 1,
        "oots_exchanges{state=delivered}": 3,
        "oots_exchanges{state=requested}": 1,
        "oots_outbox_messages{state=waiting}": 2,
        "oots_outbox_messages{state=failed}": 1,
        "oots_outbox_oldest_seconds{}": 60,
        "oots_partner_failures{party_id=AP_SE_01}": 5,
        "oots_partner_resting{party_id=AP_DK_01}": 0,
        "oots_partner_resting{party_id=AP_SE_01}": 1,
        "oots_partner_resting{party_id=AP_NO_01}": 0,
        "oots_journal_last_entry{}": 41,
    }
    assert {name: samples[name] for name in expected} == expected


def test_without_its_database_a_service_still_tells_what_it_counted() -> None:
    def lost() -> Figures:
        raise OSError("password=secret")

    metrics = Metrics(lost, FrozenClock(NOW))
    receive(Watch(metrics.watch), Outcome.PUT_OFF)
    samples = told(metrics)
    assert samples["oots_store_reachable{}"] == 0
    assert samples["oots_messages_received_total{outcome=put-off,party_id=AP_DK_01}"] == 1
    assert "oots_exchanges{state=delivered}" not in samples


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "requester:8400"}, 200),
        ({"Host": "portal.lt.localhost:8400"}, 404),
        ({"Host": "PORTAL.lt.localhost:8400"}, 404),
        ({"X-Forwarded-For": "192.0.2.1"}, 404),
        ({"Forwarded": "for=192.0.2.1"}, 404),
    ],
)
def test_figures_are_for_those_who_reach_the_service_itself(headers: dict[str, str], status: int) -> None:
    app = FastAPI()
    app.include_router(router(Metrics(lambda: FIGURES, FrozenClock(NOW)), ["http://portal.lt.localhost:8400"]))
    answer = client_of(app, "http://127.0.0.1:8400").get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("oots_exchanges" in answer.text) is (status == 200)


def traced(outcome: Outcome | None) -> ReadableSpan:
    spans = InMemorySpanExporter()
    watch = Watch(tracing(SimpleSpanProcessor(spans), "provider"))
    if outcome is None:
        with pytest.raises(ValueError, match=NAME), watch.step(Work.RECEIVE):
            raise ValueError(NAME)
    else:
        receive(watch, outcome)
    (span,) = spans.get_finished_spans()
    return span


def test_a_message_is_a_span_that_says_what_it_was_about_and_what_came_of_it() -> None:
    span = traced(Outcome.RECEIPTED)
    assert span.name == "oots.receive"
    assert span.status.is_ok
    assert dict(span.attributes or {}) == {
        "oots.party_id": "AP_DK_01",
        "oots.message_id": "m-1",
        "oots.exchange_id": "e-1",
        "oots.outcome": "receipted",
    }
    assert span.resource.attributes["service.name"] == "provider"


def test_a_span_of_a_failure_does_not_quote_it() -> None:
    span = traced(None)
    assert not span.status.is_ok
    assert NAME not in span.to_json()
    assert span.events == ()


def test_a_service_starts_without_what_it_may_never_need() -> None:
    """Nothing of the extra for traces, and not the validator that tells of faults."""
    code = "import sys, oots.deployment.serving; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = done.stdout.split()
    assert "oots.validation.faults" in imported
    assert [name for name in imported if name.startswith(("opentelemetry.sdk", "xmlschema", "elementpath"))] == []


def test_logs_know_what_a_step_is_about_and_forget_it_after() -> None:
    seen: list[dict[str, str]] = []

    @contextmanager
    def watcher(step: Step) -> Iterator[None]:
        yield
        seen.append(dict(step.ids))

    with Watch(watcher).step(Work.SEND):
        concerns(party_id="AP_DK_01", message_id="m-1")
        concerns(exchange_id="e-1", message_id=None)
        assert at_hand() == {"party_id": "AP_DK_01", "message_id": "m-1", "exchange_id": "e-1"}
    assert seen == [{"party_id": "AP_DK_01", "message_id": "m-1", "exchange_id": "e-1"}]
    assert at_hand() == {}
    concerns(message_id="of no step")
    came_to(Outcome.DELIVERED)
    assert at_hand() == {}


@pytest.mark.parametrize(
    ("jump", "says"),
    [
        (timedelta(hours=2), "the clock jumped forward by 2:00:00; deadlines count by it"),
        (-timedelta(hours=2), "the clock jumped backward by 2:00:00; deadlines count by it"),
        (timedelta(seconds=4), None),
        (-timedelta(seconds=4), None),
    ],
)
def test_a_clock_that_jumps_is_told_of_once_with_the_size_of_the_jump(
    caplog: pytest.LogCaptureFixture, jump: timedelta, says: str | None
) -> None:
    counted, clock = 100.0, AdvancedClock(FrozenClock(NOW))
    watch = ClockWatch(clock, lambda: counted)
    counted += 3600
    clock.advance(timedelta(hours=1))
    assert abs(watch.look()) < timedelta(milliseconds=1)
    assert caplog.records == []
    clock.advance(jump)
    assert abs(watch.look() - jump) < timedelta(milliseconds=1)
    assert abs(watch.look()) < timedelta(milliseconds=1)
    lines = [line.getMessage() for line in caplog.records if line.levelno >= logging.ERROR]
    assert len(lines) == (says is not None)
    assert all(line.startswith(says or "") for line in lines)
