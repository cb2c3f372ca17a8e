"""One trace from client over gRPC into PostgreSQL, made by the OpenTelemetry SDK; and no data in it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import plumbing as p
import pytest
from opentelemetry import trace
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from chspay_core.errors import Fault
from chspay_kit import auth, telemetry
from chspay_kit.db import Database

GET = f"/{p.BUDGET}/GetYear"
DRAFT = f"/{p.BUDGET}/DraftYear"


class Seen:
    """What was exported during a test."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()

    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def one(self, name: str, kind: SpanKind) -> ReadableSpan:
        (span,) = [span for span in self.spans() if span.name == name and span.kind is kind]
        return span

    def counts(self, metric: str) -> dict[tuple[str, str], int]:
        """How often each (method, code) was recorded."""
        data = self.reader.get_metrics_data()
        assert data is not None
        return {
            (str(point.attributes["rpc.method"]), str(point.attributes["rpc.grpc.status_code"])): point.count
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for found in scope.metrics
            if found.name == metric
            for point in found.data.data_points
        }


@pytest.fixture
def seen() -> Iterator[Seen]:
    """Telemetry switched on into memory, and off again."""
    seen = Seen()
    telemetry.setup("test", None, exporter=seen.exporter, reader=seen.reader)
    yield seen
    telemetry.shutdown()


async def _refused(call: Any) -> Fault:
    with pytest.raises(Fault) as caught:
        await call
    return caught.value


async def test_one_trace_crosses_client_server_and_database(seen: Seen, database: Database) -> None:
    """An operator must be able to follow one settlement list through every process it touched."""
    async with p.house(database=database) as house:
        with auth.use_claim(p.BUREAU):
            await house.budget.DraftYear(p.draft("r1"))
    client, server = seen.one(DRAFT, SpanKind.CLIENT), seen.one(DRAFT, SpanKind.SERVER)
    (insert,) = [
        s for s in seen.spans() if "INSERT INTO noted" in str((s.attributes or {}).get("db.statement"))
    ]
    assert client.context.trace_id == server.context.trace_id == insert.context.trace_id
    assert server.parent is not None
    assert server.parent.span_id == client.context.span_id
    assert insert.parent is not None
    assert insert.parent.span_id == server.context.span_id
    assert str(server.resource.attributes["service.name"]).startswith("chspay-")
    assert seen.counts("rpc.server.duration") == {("DraftYear", "OK"): 1}
    assert seen.counts("rpc.client.duration") == {("DraftYear", "OK"): 1}


async def test_a_channel_made_before_telemetry_is_traced_too() -> None:
    """A service builds its channels first and switches telemetry on when it begins to serve."""
    channel = p.Channel("127.0.0.1:1", p.KEY)
    stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
    exporter = InMemorySpanExporter()
    telemetry.setup("test", None, exporter=exporter)
    try:
        await _refused(stub.GetYear(p.year(), timeout=0.2))
    finally:
        telemetry.shutdown()
        await channel.close()
    assert [span.name for span in exporter.get_finished_spans()] == [GET]


async def test_a_refusal_is_on_the_span_and_its_data_is_not(seen: Seen, database: Database) -> None:
    """Spans record the code and the reason; values of a request never leave the process in telemetry."""

    async def refuse(request: Any) -> Any:
        raise Fault(p.BAD_POOL, field="pool", value="张三-330106199001011234")

    async with p.house(p.Budget(refuse, refuse), database=database) as house:
        with auth.use_claim(p.BUREAU):
            await _refused(house.budget.GetYear(p.year()))
            await _refused(house.budget.DraftYear(p.draft("r1")))
    for name in (GET, DRAFT):
        server, client = seen.one(name, SpanKind.SERVER), seen.one(name, SpanKind.CLIENT)
        assert server.attributes is not None
        assert client.attributes is not None
        assert server.attributes["rpc.grpc.status_code"] == 3
        assert server.attributes["chspay.reason"] == "BAD_POOL"
        assert client.attributes["rpc.grpc.status_code"] == 3
        assert client.status.status_code is StatusCode.ERROR
    assert seen.counts("rpc.server.duration")["GetYear", "INVALID_ARGUMENT"] == 1
    assert "张三" not in "".join(span.to_json() for span in seen.spans())


async def test_a_defect_is_an_error_span_without_its_text(seen: Seen, database: Database) -> None:
    """A database error quotes the row it met; the span keeps the code and drops the quotation."""

    async def twice(request: Any) -> Any:
        await p.note(request)
        return await p.note(request)

    async with p.house(p.Budget(draft=twice), database=database) as house:
        with auth.use_claim(p.BUREAU):
            assert (
                await _refused(house.budget.DraftYear(p.draft("r1", 987654321)))
            ).reason.code == "INTERNAL"
    server = seen.one(DRAFT, SpanKind.SERVER)
    assert server.attributes is not None
    assert server.attributes["rpc.grpc.status_code"] == 13
    assert server.status.status_code is StatusCode.ERROR
    assert any(span.status.status_code is StatusCode.ERROR for span in seen.spans() if span.name == "INSERT")
    for span in seen.spans():
        assert not span.events
        assert not span.status.description
        assert "987654321" not in span.to_json()


async def test_streams_are_traced_and_probes_are_not(seen: Seen) -> None:
    """A probe every second would drown the traces; a stream is one span, not one per case."""
    async with p.house() as house:
        with auth.use_claim(p.BUREAU):
            assert len([a async for a in house.grouper.GroupStream(p.cases("1", "2", "3"))]) == 3
        async with house.bare() as channel:
            from grpc_health.v1 import health_pb2, health_pb2_grpc

            await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    name = f"/{p.GROUPER}/GroupStream"
    assert [(s.name, s.kind) for s in seen.spans()] == [(name, SpanKind.SERVER), (name, SpanKind.CLIENT)]
    client, server = seen.one(name, SpanKind.CLIENT), seen.one(name, SpanKind.SERVER)
    assert client.context.trace_id == server.context.trace_id


async def test_nothing_is_recorded_when_it_is_off() -> None:
    """Without an endpoint telemetry costs nothing and no library is patched."""
    import asyncpg

    telemetry.setup("test", None)
    assert not telemetry.is_on()
    assert telemetry.server_interceptors() == []
    assert telemetry.client_interceptors() == []
    assert not hasattr(asyncpg.Connection.fetch, "__wrapped__")


def test_an_endpoint_receives_spans_and_metrics() -> None:
    """The OTLP setting must really reach a collector; a small one listens on a real port."""
    received: list[Any] = []

    def collect(request: Any, context: Any) -> Any:
        received.append(request)
        return trace_service_pb2.ExportTraceServiceResponse()

    class Traces(trace_service_pb2_grpc.TraceServiceServicer):
        Export = staticmethod(collect)

    class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
        Export = staticmethod(collect)

    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    telemetry.setup("test", f"http://127.0.0.1:{port}")
    with trace.get_tracer("test").start_as_current_span("a-span"):
        telemetry.served(GET, "OK", 0.01)
    telemetry.shutdown()
    server.stop(None).wait()
    text = "".join(str(message) for message in received)
    assert "a-span" in text
    assert "rpc.server.duration" in text
