"""How many cases each scheme answered, and how, is counted on every way in."""

from __future__ import annotations

from collections import Counter

import pytest
from grouper_world import STARTER, arrow, grouping, parquet, some_cases
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chspay.grouper.v1 import grouper_pb2, runs_pb2
from chspay_kit import telemetry
from chspay_kit.convert import case_to_pb
from chspay_kit.db import Database


@pytest.fixture
def reader():
    """Telemetry switched on into memory, and off again."""
    reader = InMemoryMetricReader()
    telemetry.setup("test", None, exporter=InMemorySpanExporter(), reader=reader)
    yield reader
    telemetry.shutdown()


def counted(reader: InMemoryMetricReader) -> Counter[str]:
    """Cases of the starter scheme per outcome, as told so far."""
    data = reader.get_metrics_data()
    return Counter(
        {
            point.attributes["chspay.outcome"]: point.value
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == "chspay.grouper.cases"
            for point in metric.data.data_points
            if point.attributes["chspay.scheme"] == STARTER
        }
    )


async def test_every_way_in_counts_cases_per_scheme_and_outcome(reader, migrated_db):
    """A sudden rise of ungrouped cases is the first sign of a broken code list."""
    database = Database(migrated_db.url("grouper"))
    await database.open()
    cases = some_cases(8)
    async with grouping(database) as world:
        for case in cases:
            await world.grouper.GroupCase(grouper_pb2.GroupCaseRequest(scheme=STARTER, case=case_to_pb(case)))

        async def stream():
            for case in cases:
                yield grouper_pb2.GroupStreamRequest(scheme=STARTER, case=case_to_pb(case))

        async def chunks():
            yield grouper_pb2.GroupArrowRequest(scheme=STARTER, cases=arrow(cases))

        assert len([answer async for answer in world.grouper.GroupStream(stream())]) == 8
        assert len([answer async for answer in world.grouper.GroupArrow(chunks())]) == 1
        assert counted(reader) == {"grouped": 12, "ungrouped": 6, "invalid": 6}
        started = await world.runs.StartGroupRun(
            runs_pb2.StartGroupRunRequest(request_id="m1", scheme=STARTER)
        )
        run_id = started.run.run_id
        await world.runs.PutGroupRunCases(
            runs_pb2.PutGroupRunCasesRequest(request_id="m2", run_id=run_id, cases=parquet(cases))
        )
        await world.runs.CloseGroupRunCases(
            runs_pb2.CloseGroupRunCasesRequest(request_id="m3", run_id=run_id, parts=1)
        )
        async for _ in world.runs.WatchGroupRun(runs_pb2.WatchGroupRunRequest(run_id=run_id)):
            continue
        assert counted(reader) == {"grouped": 16, "ungrouped": 8, "invalid": 8}
    await database.close()
