"""The OpenTelemetry SDK side of :mod:`chspay_kit.telemetry`; imported only when telemetry is switched on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor
from opentelemetry.instrumentation.grpc import aio_client_interceptors, aio_server_interceptor
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace import Status

_HEALTH = "/grpc.health.v1.Health/"


class _Switch(SpanProcessor):
    """Passes spans to whoever listens now, so that the provider others hold stays the same."""

    def __init__(self) -> None:
        self.target: SpanProcessor | None = None

    def on_end(self, span: ReadableSpan) -> None:
        if self.target is not None:
            self.target.on_end(span)

    def shutdown(self) -> None:
        if self.target is not None:
            self.target.shutdown()
            self.target = None

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self.target is None or self.target.force_flush(timeout_millis)


class Telemetry:
    """The providers of this process; made once, for OpenTelemetry takes global ones only once."""

    def __init__(self, service: str) -> None:
        names = {"service.name": f"chspay-{service}", "service.namespace": "chspay"}
        resource = Resource.create(names)
        # No events: they are exceptions, whose messages can quote data.
        self.tracers = TracerProvider(resource=resource, span_limits=SpanLimits(max_events=0))
        self.switch = _Switch()
        self.tracers.add_span_processor(self.switch)
        self.meters = MeterProvider(resource=resource)
        self.reader: MetricReader | None = None
        meter = self._meter = self.meters.get_meter("chspay")
        self.server_seconds = meter.create_histogram("rpc.server.duration", unit="s")
        self.client_seconds = meter.create_histogram("rpc.client.duration", unit="s")
        self._counters: dict[str, metrics.Counter] = {}
        trace.set_tracer_provider(self.tracers)
        metrics.set_meter_provider(self.meters)

    def listen(
        self, endpoint: str | None, exporter: SpanExporter | None, reader: MetricReader | None
    ) -> None:
        """Sends spans and metrics to ``endpoint``, or to a test's own exporter and reader."""
        if exporter is not None:
            self.switch.target = SimpleSpanProcessor(Private(exporter))
        elif endpoint:
            self.switch.target, reader = _exporters(endpoint)
        if reader is not None:
            self.meters.add_metric_reader(reader)
        self.reader = reader
        AsyncPGInstrumentor().instrument(tracer_provider=self.tracers)  # type: ignore[no-untyped-call]
        HTTPXClientInstrumentor().instrument(tracer_provider=self.tracers, meter_provider=self.meters)

    def counter(self, name: str) -> metrics.Counter:
        """The counter of this name, made at first use."""
        found = self._counters.get(name)
        if found is None:
            found = self._counters[name] = self._meter.create_counter(name)
        return found

    def hush(self) -> None:
        """Sends what is still held and listens no more."""
        AsyncPGInstrumentor().uninstrument()  # type: ignore[no-untyped-call]
        HTTPXClientInstrumentor().uninstrument()
        self.switch.shutdown()
        if self.reader is not None:
            self.reader.force_flush()
            self.meters.remove_metric_reader(self.reader)
            self.reader = None

    def server_interceptor(self) -> Any:
        """Makes a span of every call answered, health probes left out."""
        return aio_server_interceptor(tracer_provider=self.tracers, filter_=_not_health)  # type: ignore[no-untyped-call]

    def client_interceptors(self) -> list[Any]:
        """Make a span of every call made."""
        return list(aio_client_interceptors(tracer_provider=self.tracers))  # type: ignore[no-untyped-call]


class Private(SpanExporter):
    """Passes spans on without events and status descriptions: these quote messages, and so data."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_bare(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _bare(span: ReadableSpan) -> ReadableSpan:
    if not span.status.description and not span.events:
        return span
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _exporters(endpoint: str) -> tuple[SpanProcessor, MetricReader]:
    insecure = not endpoint.startswith("https://")
    spans = BatchSpanProcessor(Private(OTLPSpanExporter(endpoint=endpoint, insecure=insecure)))
    return spans, PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=endpoint, insecure=insecure))


def _not_health(call: Any) -> bool:
    return not call.method.startswith(_HEALTH)
