"""What `/metrics` tells of a service, in the form that Prometheus reads: counts and times, nothing of any person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException

from oots.exchange.status import Figures
from oots.exchange.watch import Step, Work
from oots.model.clock import Clock
from oots.web.origins import origin_of

PATH = "/metrics"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host")


class Metrics:
    """The figures of one service, with a registry of its own: several services may share a process.

    `figures` reads what the database knows, at each scrape.
    """

    def __init__(self, figures: Callable[[], Figures], clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self._seconds = {
            Work.RECEIVE: Histogram(
                "oots_receive_seconds",
                "Time from a whole AS4 message to its receipt or error signal",
                ("outcome",),
                buckets=_SECONDS,
                registry=self.registry,
            ),
            Work.SEND: Histogram(
                "oots_send_seconds",
                "Time of one attempt to send a message, until its receipt has been checked and recorded",
                ("outcome",),
                buckets=_SECONDS,
                registry=self.registry,
            ),
        }
        self._counts = {
            Work.RECEIVE: Counter(
                "oots_messages_received",
                "AS4 messages by sender and by what came of them; a sender who was not believed has no name",
                ("party_id", "outcome"),
                registry=self.registry,
            ),
            Work.SEND: Counter(
                "oots_deliveries",
                "Attempts to send a message, by partner and by what came of them",
                ("party_id", "outcome"),
                registry=self.registry,
            ),
        }
        self.registry.register(_Kept(figures, clock))
        ProcessCollector(registry=self.registry)

    @contextmanager
    def watch(self, step: Step) -> Iterator[None]:
        """Count and time a step; see `oots.exchange.watch`."""
        began = perf_counter()
        try:
            yield
        finally:
            self._seconds[step.work].labels(step.outcome).observe(perf_counter() - began)
            self._counts[step.work].labels(step.ids.get("party_id", ""), step.outcome).inc()


class _Kept(Collector):
    """What the database knows at the time of the scrape; nothing of it while it cannot be reached."""

    def __init__(self, figures: Callable[[], Figures], clock: Clock) -> None:
        self._figures = figures
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of the database when this is registered."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        try:
            figures = self._figures()
        except Exception:  # whatever it is: what this process counted itself must be told all the same
            yield _gauge("oots_store_reachable", "Whether the database answered at this scrape", 0)
            return
        yield _gauge("oots_store_reachable", "Whether the database answered at this scrape", 1)
        yield _by("oots_exchanges", "Exchanges by state", "state", figures.exchanges)
        yield _by("oots_outbox_messages", "Messages of the outbox by state", "state", figures.outbox)
        oldest = (self._clock.now() - figures.oldest_waiting).total_seconds() if figures.oldest_waiting else 0.0
        yield _gauge("oots_outbox_oldest_seconds", "For how long the message has waited that waits longest", oldest)
        failures = {each.party_id: each.failures for each in figures.partners}
        resting = {each.party_id: int(each.rests(self._clock.now())) for each in figures.partners}
        yield _by("oots_partner_failures", "Failures since the last delivery to a partner", "party_id", failures)
        yield _by("oots_partner_resting", "Whether sending to a partner rests after failures", "party_id", resting)
        yield _gauge("oots_journal_last_entry", "The number of the last entry of the journal", figures.last_entry)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)


def _by(name: str, says: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def router(metrics: Metrics, public: Sequence[str]) -> APIRouter:
    """`GET /metrics` for whoever reaches the service itself: not under one of its `public` origins, and not through a
    proxy, where it is 404 like any path that is not there."""
    hosts = {urlsplit(origin_of(origin)).netloc for origin in public}
    routes = APIRouter()

    @routes.get(PATH, include_in_schema=False)
    def tell(request: Request) -> Response:
        headers = request.headers
        if headers.get("host", "").lower() in hosts or any(name in headers for name in _FORWARDED):
            raise HTTPException(404)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
