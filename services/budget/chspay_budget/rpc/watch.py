"""The watch on the wire: messages to nouns of the engine, and back."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict
from google.type import decimal_pb2

from chspay.budget.v1 import watch_pb2 as pb
from chspay.budget.v1 import watch_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_budget.app.watch import Compared, Judged, Watch
from chspay_budget.engine.changes import Figures
from chspay_budget.engine.expected_heads import Actual, Stratum
from chspay_budget.engine.findings import Finding
from chspay_core.period import Month
from chspay_kit.convert import points_from_pb, worksheet_to_pb

SERVICE = "chspay.budget.v1.WatchService"
Context = Any


class WatchServicer(watch_pb2_grpc.WatchServiceServicer):
    """Serves ``WatchService``."""

    WRITES = frozenset(
        {"JudgeHeads", "CompareGrowth", "ReviewChange", "HearWatch", "DecideWatch", "ReleaseWatch"}
    )

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def JudgeHeads(self, request: pb.JudgeHeadsRequest, _context: Context) -> pb.JudgeHeadsResponse:
        """Heads against their expected range."""
        strata = [
            Stratum(row.age_band, row.disease, row.insured, row.base_insured, row.base_heads)
            for row in request.strata
        ]
        actual = [
            Actual(
                one.institution, one.heads, {(row.age_band, row.disease): row.served for row in one.served}
            )
            for one in request.institutions
        ]
        found = await self._watch.judge_heads(
            request.request_id, request.pool, request.year, (strata, actual), request.document
        )
        return pb.JudgeHeadsResponse(ranges=[_range(one) for one in found])

    async def CompareGrowth(
        self, request: pb.CompareGrowthRequest, _context: Context
    ) -> pb.CompareGrowthResponse:
        """A month against the months before."""
        month = Month(request.year, request.month)
        run_id, found = await self._watch.compare_growth(
            request.request_id, request.pool, month, request.document
        )
        return pb.CompareGrowthResponse(run_id=run_id, hospitals=[_growth(one) for one in found])

    async def ReviewChange(
        self, request: pb.ReviewChangeRequest, _context: Context
    ) -> pb.ReviewChangeResponse:
        """Two years of an institution."""
        years = (_figures(request.before, "before"), _figures(request.after, "after"))
        found = await self._watch.review_change(
            request.request_id, request.pool, request.institution, request.fund, years, request.document
        )
        return pb.ReviewChangeResponse(watch=watch_to_pb(found))

    async def HearWatch(self, request: pb.HearWatchRequest, _context: Context) -> pb.HearWatchResponse:
        """The institution's answer."""
        return pb.HearWatchResponse(
            watch=watch_to_pb(await self._watch.hear(request.watch_id, request.statement))
        )

    async def DecideWatch(self, request: pb.DecideWatchRequest, _context: Context) -> pb.DecideWatchResponse:
        """The decision."""
        found = await self._watch.decide(
            request.watch_id, uphold=request.uphold, decision_no=request.decision_no,
            removed=request.removed, since=request.since,
        )  # fmt: skip
        return pb.DecideWatchResponse(watch=watch_to_pb(found))

    async def ReleaseWatch(
        self, request: pb.ReleaseWatchRequest, _context: Context
    ) -> pb.ReleaseWatchResponse:
        """The review of a hold."""
        found = await self._watch.release(request.watch_id, request.statement, request.decision_no)
        return pb.ReleaseWatchResponse(watch=watch_to_pb(found))

    async def GetWatch(self, request: pb.GetWatchRequest, _context: Context) -> pb.GetWatchResponse:
        """A finding with how it came about."""
        found = await self._watch.get(request.watch_id)
        sheet = ParseDict(dict(found.worksheet), case_pb2.Worksheet())
        return pb.GetWatchResponse(watch=watch_to_pb(found), worksheet=sheet)

    async def ListWatch(self, request: pb.ListWatchRequest, _context: Context) -> pb.ListWatchResponse:
        """A page of findings."""
        found, token = await self._watch.page(
            request.pool, request.subject, request.page_size, request.page_token
        )
        return pb.ListWatchResponse(items=[watch_to_pb(one) for one in found], next_page_token=token)


def watch_to_pb(found: Finding) -> pb.Watch:
    """A finding as a message."""
    steps = [
        pb.WatchStep(
            state=step.state.value,
            by=step.by,
            statement=step.statement,
            decision_no=step.decision_no,
            outcome=dict(step.outcome),
        )
        for step in found.steps
    ]
    return pb.Watch(
        watch_id=found.finding_id,
        pool=found.pool,
        subject=found.subject.value,
        institution=found.institution,
        period=found.period,
        facts=dict(found.facts),
        document=found.document,
        policy_digest=found.policy_digest,
        state=found.state.value,
        steps=steps,
    )


def _range(one: Judged) -> pb.HeadRange:
    return pb.HeadRange(
        institution=one.found.institution,
        heads=one.found.heads,
        expected=decimal_pb2.Decimal(value=one.sheet["expected"].value),
        low=one.found.low,
        high=one.found.high,
        excess=one.found.excess,
        watch_id=one.watch_id,
        worksheet=worksheet_to_pb(one.sheet),
    )


def _growth(one: Compared) -> pb.HospitalGrowth:
    return pb.HospitalGrowth(
        hospital_code=one.found.hospital,
        cost_fen=one.found.month_fen,
        before_fen=one.found.before_fen,
        percent=one.found.percent,
        over_fen=one.found.over_fen,
        watch_id=one.watch_id,
        worksheet=worksheet_to_pb(one.sheet),
    )


def _figures(year: pb.YearFigures, field: str) -> Figures:
    return Figures(
        year.year,
        year.cases,
        year.cost_fen,
        points_from_pb(year.weight, f"{field}.weight"),
        points_from_pb(year.price_index, f"{field}.price_index"),
    )
