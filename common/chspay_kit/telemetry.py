"""OpenTelemetry: traces and metrics across gateway, gRPC and PostgreSQL; off unless an endpoint is set.

Sampling follows the standard variables ``OTEL_TRACES_SAMPLER`` and ``OTEL_TRACES_SAMPLER_ARG``. Spans
leave the process without exception texts and status descriptions, which can quote data; codes stay.
The SDK (half a second of start-up) is imported only when it is switched on: :mod:`chspay_kit.telemetry_sdk`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import grpc
from opentelemetry import trace

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace.export import SpanExporter

    from chspay_kit.telemetry_sdk import Telemetry

#: FastAPI's own telemetry: one span per request; no validation failures or bodies in spans or logs.
FASTAPI_TELEMETRY: dict[str, bool] = {"operation_spans": False, "logs": False, "auto_configure": False}


class _State:
    """``made`` lives as long as the process; ``on`` is the same while it is switched on."""

    made: Telemetry | None = None
    on: Telemetry | None = None


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
    from chspay_kit.telemetry_sdk import Telemetry

    made = _State.made = _State.made or Telemetry(service)
    made.listen(endpoint, exporter, reader)
    _State.on = made


def shutdown() -> None:
    """Sends what is still held and switches telemetry off."""
    on, _State.on = _State.on, None
    if on is not None:
        on.hush()


def is_on() -> bool:
    """Whether this process records telemetry."""
    return _State.on is not None


def server_interceptors() -> list[grpc.aio.ServerInterceptor[Any, Any]]:
    """Span-making interceptors for a server of this process; health probes make no spans."""
    return [] if _State.on is None else [_State.on.server_interceptor()]


def client_interceptors() -> list[Any]:
    """Span-making interceptors for a channel of this process."""
    return [] if _State.on is None else _State.on.client_interceptors()


def served(method: str, code: str, seconds: float) -> None:
    """Counts one RPC answered by this process; ``method`` is ``/package.Service/Method``."""
    if _State.on is not None:
        _State.on.server_seconds.record(seconds, _attributes(method, code))


def called(method: str, code: str, seconds: float) -> None:
    """Counts one RPC made by this process."""
    if _State.on is not None:
        _State.on.client_seconds.record(seconds, _attributes(method, code))


def count(name: str, number: int, attributes: Mapping[str, str]) -> None:
    """Adds to a counter of a service's own, e.g. ``chspay.grouper.cases``; never tell personal data in it."""
    if _State.on is not None:
        _State.on.counter(name).add(number, dict(attributes))


def _attributes(method: str, code: str) -> dict[str, str]:
    service, _, name = method.lstrip("/").partition("/")
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name, "rpc.grpc.status_code": code}


def tell_reason(reason: str) -> None:
    """Writes the stable reason code of a refusal on the current span."""
    trace.get_current_span().set_attribute("chspay.reason", reason)
