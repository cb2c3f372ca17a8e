"""OpenTelemetry: traces and metrics across gateway, gRPC and PostgreSQL; off unless an endpoint is set.

Sampling follows the standard variables ``OTEL_TRACES_SAMPLER`` and ``OTEL_TRACES_SAMPLER_ARG``. Spans
leave the process without exception texts and status descriptions, which can quote data; codes stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from opentelemetry import metrics, trace
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

#: FastAPI's own telemetry: one span per request; no validation failures or bodies in spans or logs.
FASTAPI_TELEMETRY: dict[str, bool] = {"operation_spans": False, "logs": False, "auto_configure": False}

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


class _Telemetry:
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
        meter = self.meters.get_meter("chspay")
        self.server_seconds = meter.create_histogram("rpc.server.duration", unit="s")
        self.client_seconds = meter.create_histogram("rpc.client.duration", unit="s")
        trace.set_tracer_provider(self.tracers)
        metrics.set_meter_provider(self.meters)


class _State:
    """``made`` lives as long as the process; ``on`` is the same while it is switched on."""

    made: _Telemetry | None = None
    on: _Telemetry | None = None


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


def setup(
    service: str,
    endpoint: str | None,
    *,
    exporter: SpanExporter | None = None,
    reader: MetricReader | None = None,
) -> None:
    """Switches telemetry on for this process; without an endpoint (or a test's exporter) does nothing.

    :param endpoint: OTLP over gRPC, e.g. ``http://collector:4317``; ``https`` uses TLS.
    :param exporter: a test's own span exporter, ``reader``: its own metric reader.
    """
    if _State.on is not None or (not endpoint and exporter is None):
        return
    made = _State.made = _State.made or _Telemetry(service)
    if exporter is not None:
        made.switch.target = SimpleSpanProcessor(Private(exporter))
    elif endpoint:
        made.switch.target, reader = _exporters(endpoint)
    if reader is not None:
        made.meters.add_metric_reader(reader)
    made.reader = reader
    AsyncPGInstrumentor().instrument(tracer_provider=made.tracers)  # type: ignore[no-untyped-call]
    HTTPXClientInstrumentor().instrument(tracer_provider=made.tracers, meter_provider=made.meters)
    _State.on = made


def _exporters(endpoint: str) -> tuple[SpanProcessor, MetricReader]:
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    insecure = not endpoint.startswith("https://")
    spans = BatchSpanProcessor(Private(OTLPSpanExporter(endpoint=endpoint, insecure=insecure)))
    return spans, PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=endpoint, insecure=insecure))


def shutdown() -> None:
    """Sends what is still held and switches telemetry off."""
    on, _State.on = _State.on, None
    if on is None:
        return
    AsyncPGInstrumentor().uninstrument()  # type: ignore[no-untyped-call]
    HTTPXClientInstrumentor().uninstrument()
    on.switch.shutdown()
    if on.reader is not None:
        on.reader.force_flush()
        on.meters.remove_metric_reader(on.reader)
        on.reader = None


def is_on() -> bool:
    """Whether this process records telemetry."""
    return _State.on is not None


def server_interceptors() -> list[grpc.aio.ServerInterceptor[Any, Any]]:
    """Span-making interceptors for a server of this process; health probes make no spans."""
    if _State.on is None:
        return []
    return [aio_server_interceptor(tracer_provider=_State.on.tracers, filter_=_not_health)]  # type: ignore[no-untyped-call]


def client_interceptors() -> list[Any]:
    """Span-making interceptors for a channel of this process."""
    if _State.on is None:
        return []
    return list(aio_client_interceptors(tracer_provider=_State.on.tracers))  # type: ignore[no-untyped-call]


def _not_health(call: Any) -> bool:
    return not call.method.startswith(_HEALTH)


def served(method: str, code: str, seconds: float) -> None:
    """Counts one RPC answered by this process; ``method`` is ``/package.Service/Method``."""
    if _State.on is not None:
        _State.on.server_seconds.record(seconds, _attributes(method, code))


def called(method: str, code: str, seconds: float) -> None:
    """Counts one RPC made by this process."""
    if _State.on is not None:
        _State.on.client_seconds.record(seconds, _attributes(method, code))


def _attributes(method: str, code: str) -> dict[str, str]:
    service, _, name = method.lstrip("/").partition("/")
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name, "rpc.grpc.status_code": code}


def tell_reason(reason: str) -> None:
    """Writes the stable reason code of a refusal on the current span."""
    trace.get_current_span().set_attribute("chspay.reason", reason)
