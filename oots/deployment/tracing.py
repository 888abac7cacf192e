"""Traces of messages (OpenTelemetry), for whoever has installed the extra `otel` and set where they go.

No trace context is sent to partners or taken from them: a trace ends at this service's own doors.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from oots.exchange.watch import Outcome, Step, Watcher
from oots.model.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

_NOT_INSTALLED = "OOTS_TRACES needs the extra: pip install 'oots-dk[otel]'"
_FAILURES = (Outcome.FAILED, Outcome.GIVEN_UP)


def tracing_to(address: str, service: str) -> Watcher:
    """A watcher whose spans go to the collector at `address` (OTLP over HTTP, `http://host:4318/v1/traces`).

    Raises ConfigurationError where the packages are not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ConfigurationError(_NOT_INSTALLED) from None
    return tracing(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)), service)


def tracing(processor: SpanProcessor, service: str) -> Watcher:
    """A watcher that makes a span of each step, with its outcome and what it is about."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import StatusCode

    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    provider.add_span_processor(processor)
    tracer = provider.get_tracer("oots")

    @contextmanager
    def watch(step: Step) -> Iterator[None]:
        with tracer.start_as_current_span(
            f"oots.{step.work}",
            record_exception=False,  # its text may quote a person
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                span.set_attributes({f"oots.{name}": value for name, value in step.ids.items()})
                span.set_attribute("oots.outcome", step.outcome)
                span.set_status(StatusCode.ERROR if step.outcome in _FAILURES else StatusCode.OK)

    return watch
