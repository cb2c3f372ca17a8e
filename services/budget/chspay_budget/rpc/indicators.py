"""Benchmarks and indicators on the wire: messages to nouns of the engine, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import ParseDict
from google.type import decimal_pb2

from chspay.budget.v1 import indicators_pb2 as pb
from chspay.budget.v1 import indicators_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_budget.app.indicators import Benchmarks, Indicators
from chspay_budget.engine.indicators import Entry, Indicator, State
from chspay_budget.engine.peers import Observation
from chspay_budget.store.watching import StoredBenchmark
from chspay_kit.convert import points_from_pb, points_to_pb

SERVICE = "chspay.budget.v1.IndicatorService"
Context = Any


class IndicatorServicer(indicators_pb2_grpc.IndicatorServiceServicer):
    """Serves ``IndicatorService``."""

    WRITES = frozenset(
        {"MeasurePeers", "IssueIndicator", "ReviseIndicator", "MeasureIndicator", "SettleIndicator",
         "ProposeIndicator"}
    )  # fmt: skip

    def __init__(self, benchmarks: Benchmarks, indicators: Indicators) -> None:
        self._benchmarks, self._indicators = benchmarks, indicators

    async def MeasurePeers(
        self, request: pb.MeasurePeersRequest, _context: Context
    ) -> pb.MeasurePeersResponse:
        """A new benchmark."""
        rows = [
            Observation(
                row.institution, row.level, row.kind, row.group, row.cases, points_from_pb(row.value, "value")
            )
            for row in request.observations
        ]
        found = await self._benchmarks.measure(
            request.request_id, request.pool, request.year, request.indicator, rows, request.document
        )
        return pb.MeasurePeersResponse(benchmark=benchmark_to_pb(found))

    async def GetBenchmark(
        self, request: pb.GetBenchmarkRequest, _context: Context
    ) -> pb.GetBenchmarkResponse:
        """A benchmark with every institution's comparison."""
        found = await self._benchmarks.get(request.benchmark_id)
        return pb.GetBenchmarkResponse(benchmark=benchmark_to_pb(found))

    async def ListBenchmarks(
        self, request: pb.ListBenchmarksRequest, _context: Context
    ) -> pb.ListBenchmarksResponse:
        """A page of benchmarks, without comparisons."""
        found, token = await self._benchmarks.page(request.pool, request.page_size, request.page_token)
        return pb.ListBenchmarksResponse(
            benchmarks=[benchmark_to_pb(one, comparisons=False) for one in found], next_page_token=token
        )

    async def IssueIndicator(
        self, request: pb.IssueIndicatorRequest, _context: Context
    ) -> pb.IssueIndicatorResponse:
        """A target issued."""
        value = points_from_pb(request.target, "target")
        found = await self._indicators.issue(*_name(request.name), value, request.document)
        return pb.IssueIndicatorResponse(indicator=await self._told(found))

    async def ReviseIndicator(
        self, request: pb.ReviseIndicatorRequest, _context: Context
    ) -> pb.ReviseIndicatorResponse:
        """A target revised."""
        value = points_from_pb(request.target, "target")
        found = await self._indicators.revise(*_name(request.name), value, request.document)
        return pb.ReviseIndicatorResponse(indicator=await self._told(found))

    async def MeasureIndicator(
        self, request: pb.MeasureIndicatorRequest, _context: Context
    ) -> pb.MeasureIndicatorResponse:
        """An actual measured."""
        value = points_from_pb(request.actual, "actual")
        found = await self._indicators.measure(*_name(request.name), value, request.document)
        return pb.MeasureIndicatorResponse(indicator=await self._told(found))

    async def SettleIndicator(
        self, request: pb.SettleIndicatorRequest, _context: Context
    ) -> pb.SettleIndicatorResponse:
        """The actual made final."""
        found = await self._indicators.settle(*_name(request.name), request.decision_no)
        return pb.SettleIndicatorResponse(indicator=await self._told(found))

    async def ProposeIndicator(
        self, request: pb.ProposeIndicatorRequest, _context: Context
    ) -> pb.ProposeIndicatorResponse:
        """Next year's value proposed."""
        found = await self._indicators.propose(*_name(request.name), request.benchmark_id)
        return pb.ProposeIndicatorResponse(
            indicator=await self._told(found), worksheet=_sheet(found.steps[-1].worksheet)
        )

    async def GetIndicator(
        self, request: pb.GetIndicatorRequest, _context: Context
    ) -> pb.GetIndicatorResponse:
        """An indicator with its steps, and the worksheet of its newest proposal."""
        found = await self._indicators.get(*_name(request.name))
        answer = pb.GetIndicatorResponse(indicator=await self._told(found))
        if found.state is State.PROPOSED:
            answer.worksheet.CopyFrom(_sheet(found.steps[-1].worksheet))
        return answer

    async def ListIndicators(
        self, request: pb.ListIndicatorsRequest, _context: Context
    ) -> pb.ListIndicatorsResponse:
        """A page of indicators."""
        found, token = await self._indicators.page(
            request.pool, request.year, request.page_size, request.page_token
        )
        return pb.ListIndicatorsResponse(
            indicators=[await self._told(one) for one in found], next_page_token=token
        )

    async def _told(self, found: Indicator) -> pb.Indicator:
        known = (await self._indicators.known(found.pool, found.year)).get(found.code)
        return indicator_to_pb(found, known)


def indicator_to_pb(found: Indicator, known: Entry | None) -> pb.Indicator:
    """An indicator as a message; a code the catalogue no longer has is its own label."""
    steps = [
        pb.IndicatorStep(
            number=number,
            state=step.state.value,
            value=points_to_pb(step.value_micro),
            document=step.document,
            decision_no=step.decision_no,
            by=step.by,
            outcome=step.outcome,
        )
        for number, step in enumerate(found.steps, start=1)
    ]
    return pb.Indicator(
        name=pb.IndicatorName(pool=found.pool, year=found.year, holder=found.holder, code=found.code),
        label=known.name if known else found.code,
        unit=known.unit if known else "",
        state=found.state.value,
        target=points_to_pb(found.target_micro),
        steps=steps,
    )


def benchmark_to_pb(found: StoredBenchmark, *, comparisons: bool = True) -> pb.Benchmark:
    """A benchmark as a message."""
    plain = ("group", "level", "kind", "institutions")
    means = [
        pb.PeerMean(
            **{name: row[name] for name in plain},
            **{name: _decimal(row[name]) for name in ("own", "weight", "value")},
        )
        for row in found.result["means"]
    ]
    told = found.result["comparisons"] if comparisons else []
    return pb.Benchmark(
        benchmark_id=found.benchmark_id,
        pool=found.pool,
        year=found.year,
        indicator=found.indicator,
        method=found.method,
        means=means,
        comparisons=[_comparison(row) for row in told],
        document=found.document,
        policy_digest=found.policy_digest,
        measured_by=found.measured_by,
    )


def _comparison(row: Mapping[str, Any]) -> pb.PeerComparison:
    return pb.PeerComparison(
        **{name: row[name] for name in ("institution", "level", "kind")},
        **{name: _decimal(row[name]) for name in ("own", "peers", "ratio") if row[name]},
        worksheet=_sheet(row["worksheet"]),
    )


def _name(name: pb.IndicatorName) -> tuple[str, int, str, str]:
    return name.pool, name.year, name.holder, name.code


def _decimal(text: str) -> decimal_pb2.Decimal:
    return decimal_pb2.Decimal(value=text)


def _sheet(content: Mapping[str, Any]) -> case_pb2.Worksheet:
    return ParseDict(dict(content), case_pb2.Worksheet())
