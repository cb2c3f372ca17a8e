"""One trace from the HTTP request through every service to the rows it wrote, and no data in it."""

from __future__ import annotations

import pytest
import pytest_asyncio
from gateway_world import SOUND, running
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from chspay_kit import telemetry

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def traced(migrated_db):
    """A gateway and its services with telemetry on from the start."""
    exporter = InMemorySpanExporter()
    telemetry.setup("test", None, exporter=exporter)
    try:
        async with running(migrated_db) as world:
            world.exporter = exporter
            yield world
    finally:
        telemetry.shutdown()


async def test_one_trace_from_http_to_the_row(traced):
    """An operator must be able to follow one list from the hospital's request to the database."""
    traced.exporter.clear()
    body = SOUND | {"case_id": "TRACE", "identity": {"name": "张三丰", "certificate_no": "33010619900101"}}
    answer = await traced.ask("POST", "/api/v1/lists", json=body)
    assert answer.status_code == 201
    spans = traced.exporter.get_finished_spans()
    (edge,) = [span for span in spans if span.name == "POST /api/v1/lists"]
    assert edge.kind is SpanKind.SERVER
    mine = [span for span in spans if span.context.trace_id == edge.context.trace_id]
    names = {span.name for span in mine}
    assert "/chspay.settlement.v1.SettlementService/SubmitList" in names
    assert "/chspay.grouper.v1.GrouperService/GroupCases" in names
    statements = " ".join(str((span.attributes or {}).get("db.statement", "")) for span in mine)
    assert "list_version" in statements
    assert {"张三丰", "33010619900101"}.isdisjoint(
        word for word in ("张三丰", "33010619900101") for span in spans if word in span.to_json()
    )


async def test_a_refused_body_is_not_in_the_trace(traced):
    """Validation errors quote what was sent; telemetry must not."""
    traced.exporter.clear()
    answer = await traced.ask("POST", "/api/v1/lists", json=SOUND | {"sex": "李四", "certno": "330106"})
    assert answer.status_code == 422
    (edge,) = [span for span in traced.exporter.get_finished_spans() if span.kind is SpanKind.SERVER]
    assert (edge.attributes or {})["http.response.status_code"] == 422
    assert "李四" not in edge.to_json()
