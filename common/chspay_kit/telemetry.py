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
from opentelemetry.metrics import Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.trace import Status

#: FastAPI's own telemetry: one span per request; no validation failures or bodies in spans or logs.
FASTAPI_TELEMETRY: dict[str, bool] = {"operation_spans": False, "logs": False}

_HEALTH = "/grpc.health.v1.Health/"


class _Telemetry:
    """What is switched on in this process."""

    tracers: TracerProvider | None = None
    meters: MeterProvider | None = None
    server_seconds: Histogram | None = None
    client_seconds: Histogram | None = None


_on = _Telemetry()


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
    if _on.tracers is not None or (not endpoint and exporter is None):
        return
    resource = Resource.create({"service.name": f"chspay-{service}", "service.namespace": "chspay"})
    _on.tracers = TracerProvider(resource=resource, span_limits=SpanLimits(max_events=0))
    if exporter is not None:
        _on.tracers.add_span_processor(SimpleSpanProcessor(Private(exporter)))
    readers = [reader] if reader is not None else []
    if endpoint:
        readers.append(_export_to(endpoint, _on.tracers))
    _on.meters = MeterProvider(metric_readers=readers, resource=resource)
    trace.set_tracer_provider(_on.tracers)
    metrics.set_meter_provider(_on.meters)
    meter = _on.meters.get_meter("chspay")
    _on.server_seconds = meter.create_histogram("rpc.server.duration", unit="s")
    _on.client_seconds = meter.create_histogram("rpc.client.duration", unit="s")
    AsyncPGInstrumentor().instrument(tracer_provider=_on.tracers)  # type: ignore[no-untyped-call]
    HTTPXClientInstrumentor().instrument(tracer_provider=_on.tracers, meter_provider=_on.meters)


def _export_to(endpoint: str, tracers: TracerProvider) -> MetricReader:
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    insecure = not endpoint.startswith("https://")
    spans = Private(OTLPSpanExporter(endpoint=endpoint, insecure=insecure))
    tracers.add_span_processor(BatchSpanProcessor(spans))
    return PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=endpoint, insecure=insecure))


def shutdown() -> None:
    """Sends what is still held and switches telemetry off again."""
    if _on.tracers is None or _on.meters is None:
        return
    AsyncPGInstrumentor().uninstrument()  # type: ignore[no-untyped-call]
    HTTPXClientInstrumentor().uninstrument()
    _on.tracers.shutdown()
    _on.meters.shutdown()
    _on.tracers = _on.meters = _on.server_seconds = _on.client_seconds = None


def is_on() -> bool:
    """Whether this process records telemetry."""
    return _on.tracers is not None


def server_interceptors() -> list[grpc.aio.ServerInterceptor[Any, Any]]:
    """Span-making interceptors for a server of this process; health probes make no spans."""
    if _on.tracers is None:
        return []
    return [aio_server_interceptor(tracer_provider=_on.tracers, filter_=_not_health)]  # type: ignore[no-untyped-call]


def client_interceptors() -> list[Any]:
    """Span-making interceptors for a channel of this process."""
    if _on.tracers is None:
        return []
    return list(aio_client_interceptors(tracer_provider=_on.tracers))  # type: ignore[no-untyped-call]


def _not_health(call: Any) -> bool:
    return not call.method.startswith(_HEALTH)


def served(method: str, code: str, seconds: float) -> None:
    """Counts one RPC answered by this process; ``method`` is ``/package.Service/Method``."""
    if _on.server_seconds is not None:
        _on.server_seconds.record(seconds, _attributes(method, code))


def called(method: str, code: str, seconds: float) -> None:
    """Counts one RPC made by this process."""
    if _on.client_seconds is not None:
        _on.client_seconds.record(seconds, _attributes(method, code))


def _attributes(method: str, code: str) -> dict[str, str]:
    service, _, name = method.lstrip("/").partition("/")
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name, "rpc.grpc.status_code": code}


def tell_reason(reason: str) -> None:
    """Writes the stable reason code of a refusal on the current span."""
    trace.get_current_span().set_attribute("chspay.reason", reason)
