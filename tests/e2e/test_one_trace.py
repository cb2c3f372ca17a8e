"""One trace crosses HTTP, gRPC and the database, between real processes."""

from __future__ import annotations

import asyncio
import time
from concurrent import futures

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from chspay_cli.cli_client import issue
from chspay_cli.stack import Stack

SECRET_NAME = "张不可见"
PATIENCE_SECONDS = 60


class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """An OTLP collector that keeps what it gets."""

    def __init__(self):
        self.spans = []
        self.raw = []
        self.metrics = set()

    def Export(self, request, context):
        if isinstance(request, metrics_service_pb2.ExportMetricsServiceRequest):
            for resource in request.resource_metrics:
                for scope in resource.scope_metrics:
                    self.metrics |= {metric.name for metric in scope.metrics}
            return metrics_service_pb2.ExportMetricsServiceResponse()
        self.raw.append(request.SerializeToString())
        for resource in request.resource_spans:
            service = next(
                a.value.string_value for a in resource.resource.attributes if a.key == "service.name"
            )
            for scope in resource.scope_spans:
                self.spans += [(service, span) for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def collector():
    server = grpc.server(futures.ThreadPoolExecutor(4))
    keeps = Collector()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(keeps, server)
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(keeps, server)
    keeps.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield keeps
    server.stop(0)


LIST = {
    "case_id": "T1", "hospital_code": "H99010100001", "region_code": "990101", "sex": 1, "age_years": 67,
    "admission_date": "2026-01-05", "discharge_date": "2026-01-12", "diagnoses": ["I63.900"],
    "total_cost": "12345.60", "patient_paid": "3021.17", "identity": {"person_no": "1", "name": SECRET_NAME},
}  # fmt: skip


async def _submit(stack):
    key = await issue(stack.admin_url, region="990100")
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "t1"}
    hospital = {"name": "一院", "region_code": "990101", "level": 3, "since": "2020-01-01"}
    async with httpx.AsyncClient(
        base_url=f"{stack.gateway_url}/api/v1", headers=headers, trust_env=False
    ) as http:
        put = await http.put("/hospitals/H99010100001", json=hospital, headers={"Idempotency-Key": "h1"})
        assert put.status_code == 200, put.text
        answer = await http.post("/lists", json=LIST)
        assert answer.status_code == 201, answer.text


async def test_one_trace_from_http_to_the_row(tmp_path, collector):
    """An operator who sees a slow upload must see in one trace which hop was slow, and no patient."""
    env = {
        "CHSPAY_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
    }
    async with Stack(tmp_path, durable=False, env=env) as stack:
        await _submit(stack)
        found = await _wait_for_trace(collector)
    services = {service for service, _ in found}
    assert {"chspay-gateway", "chspay-settlement", "chspay-grouper"} <= services
    kinds = {(service, span.kind) for service, span in found}
    assert ("chspay-gateway", 2) in kinds  # the HTTP request
    assert ("chspay-settlement", 2) in kinds  # the gRPC call it made
    database = [span for _, span in found if any(a.key.startswith("db.") for a in span.attributes)]
    assert database
    assert not any(SECRET_NAME.encode() in raw for raw in collector.raw)
    assert "rpc.server.duration" in collector.metrics


async def _wait_for_trace(collector):
    """The spans of the upload's trace, once the database spans have come in."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        for service, span in list(collector.spans):
            if service == "chspay-gateway" and "/lists" in span.name and span.kind == 2:
                found = [pair for pair in list(collector.spans) if pair[1].trace_id == span.trace_id]
                if len({name for name, _ in found}) >= 3 and "rpc.server.duration" in collector.metrics:
                    return found
    raise AssertionError(f"no whole trace came in: {[(s, x.name) for s, x in collector.spans]}")
