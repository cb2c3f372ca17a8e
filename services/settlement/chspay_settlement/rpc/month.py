"""The servicer of what surrounds a month run: messages in, use-cases, messages out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chspay.settlement.v1 import month_pb2 as pb
from chspay.settlement.v1 import month_pb2_grpc
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit import paging
from chspay_settlement import faults
from chspay_settlement.app.month import decisions, holds, periods
from chspay_settlement.app.month.audit import Audit
from chspay_settlement.app.month.differences import Differences
from chspay_settlement.app.month.measuring import Measuring
from chspay_settlement.app.month.runs import Runs
from chspay_settlement.rpc import messages
from chspay_settlement.rpc import messages_month as to

NAME = "chspay.settlement.v1.MonthService"
Context = Any
T = TypeVar("T")


class MonthServicer(month_pb2_grpc.MonthServiceServicer):
    """What surrounds a month run, over gRPC."""

    WRITES = frozenset({
        "MeasurePoints", "ImportFindings", "DecideFinding", "ApplyDecision", "PlaceHold", "ReleaseHold",
        "CommitDifferences", "StartTrial", "StartReplay", "DiscardTrial", "StartPeriod",
    })  # fmt: skip

    def __init__(self, runs: Runs, measuring: Measuring, audit: Audit, differences: Differences) -> None:
        self._runs = runs
        self._measuring = measuring
        self._audit = audit
        self._differences = differences

    async def MeasurePoints(
        self, request: pb.MeasurePointsRequest, _context: Context
    ) -> pb.MeasurePointsResponse:
        """Stores a point table to be measured."""
        table = await self._measuring.start(
            request.place,
            Month.parse(request.first_month, "first_month"),
            Month.parse(request.last_month, "last_month"),
            Month.parse(request.in_force, "in_force"),
        )
        return pb.MeasurePointsResponse(table=to.table_to_pb(table))

    async def GetPointTable(
        self, request: pb.GetPointTableRequest, _context: Context
    ) -> pb.GetPointTableResponse:
        """A point table and its content."""
        table = await self._measuring.get(request.table_id)
        content = await self._measuring.content(request.table_id)
        return pb.GetPointTableResponse(table=to.table_to_pb(table), content=content)

    async def ListPointTables(
        self, request: pb.ListPointTablesRequest, _context: Context
    ) -> pb.ListPointTablesResponse:
        """Point tables the asker may see."""
        query, limit, after = _page(request, "point tables", request.place)
        found = await self._measuring.page(request.place, after, limit + 1)
        shown, token = _cut(found, limit, query, lambda table: table.table_id)
        return pb.ListPointTablesResponse(
            tables=[to.table_to_pb(table) for table in shown], next_page_token=token
        )

    async def ImportFindings(
        self, request: pb.ImportFindingsRequest, _context: Context
    ) -> pb.ImportFindingsResponse:
        """Takes findings in."""
        handed = [to.handed_from_pb(found) for found in request.findings]
        return to.imported_to_pb(await self._audit.import_findings(handed))

    async def DecideFinding(
        self, request: pb.DecideFindingRequest, _context: Context
    ) -> pb.DecideFindingResponse:
        """The next step of a finding."""
        amount = request.amount_fen if request.HasField("amount_fen") else None
        found = await self._audit.decide(
            request.finding_id, request.state, amount, request.reason, request.decision_no
        )
        return pb.DecideFindingResponse(finding=to.finding_to_pb(found))

    async def ListFindings(
        self, request: pb.ListFindingsRequest, _context: Context
    ) -> pb.ListFindingsResponse:
        """Findings the asker may see."""
        query, limit, after = _page(request, "findings", request.pool, request.hospital_code, request.state)
        found = await self._audit.page(request.pool, request.hospital_code, request.state, after, limit + 1)
        shown, token = _cut(found, limit, query, lambda row: row.finding_id)
        return pb.ListFindingsResponse(
            findings=[to.finding_to_pb(row) for row in shown], next_page_token=token
        )

    async def ListHeldLists(
        self, request: pb.ListHeldListsRequest, _context: Context
    ) -> pb.ListHeldListsResponse:
        """The lists a run left out."""
        query, limit, after = _page(request, "held", request.run_id)
        found = await self._audit.held(request.run_id, after, limit + 1)
        shown, token = _cut(found, limit, query, lambda row: row.list_id)
        return pb.ListHeldListsResponse(lists=[to.held_to_pb(row) for row in shown], next_page_token=token)

    async def ApplyDecision(
        self, request: pb.ApplyDecisionRequest, _context: Context
    ) -> pb.ApplyDecisionResponse:
        """A decision on one case, once and only once."""
        if not request.HasField("decision"):
            raise Fault(faults.FIELD_MISSING, field="decision")
        return to.applied_to_pb(await decisions.apply(to.wanted_from_pb(request.decision)))

    async def ListDecisions(
        self, request: pb.ListDecisionsRequest, _context: Context
    ) -> pb.ListDecisionsResponse:
        """Decisions the asker may see."""
        asked = (request.pool, request.hospital_code, request.case_id)
        query, limit, after = _page(request, "decisions", *asked)
        found = await decisions.page(*asked, after, limit + 1)
        shown, token = _cut(found, limit, query, lambda row: row.decision_no)
        return pb.ListDecisionsResponse(
            decisions=[to.decision_to_pb(row) for row in shown], next_page_token=token
        )

    async def PlaceHold(self, request: pb.PlaceHoldRequest, _context: Context) -> pb.PlaceHoldResponse:
        """Holds money of a hospital back."""
        return pb.PlaceHoldResponse(hold=to.hold_to_pb(await holds.place(to.hold_from_pb(request))))

    async def ReleaseHold(self, request: pb.ReleaseHoldRequest, _context: Context) -> pb.ReleaseHoldResponse:
        """Sets free what a hold held."""
        hold = await holds.release(request.hold_id, request.reason, request.citation)
        return pb.ReleaseHoldResponse(hold=to.hold_to_pb(hold))

    async def ListHolds(self, request: pb.ListHoldsRequest, _context: Context) -> pb.ListHoldsResponse:
        """Holds the asker may see."""
        query, limit, after = _page(request, "holds", request.pool)
        found = await holds.page(request.pool, after, limit + 1)
        shown, token = _cut(found, limit, query, lambda row: row.hold_id)
        return pb.ListHoldsResponse(holds=[to.hold_to_pb(row) for row in shown], next_page_token=token)

    async def PreviewDifferences(
        self, request: pb.PreviewDifferencesRequest, _context: Context
    ) -> pb.PreviewDifferencesResponse:
        """What would move in closed months."""
        return to.preview_to_pb(await self._differences.preview(request.pool))

    async def CommitDifferences(
        self, request: pb.CommitDifferencesRequest, _context: Context
    ) -> pb.CommitDifferencesResponse:
        """Posts what the preview showed."""
        posted = await self._differences.commit(request.pool, request.preview_digest, request.cause)
        return pb.CommitDifferencesResponse(
            differences=[to.difference_to_pb(*await self._differences.whole(row)) for row in posted]
        )

    async def ListDifferences(
        self, request: pb.ListDifferencesRequest, _context: Context
    ) -> pb.ListDifferencesResponse:
        """Posted differences the asker may see."""
        asked = (request.pool, request.hospital_code)
        query, limit, after = _page(request, "differences", *asked)
        found = await self._differences.page(*asked, after, limit + 1)
        shown, token = _cut(found, limit, query, lambda row: row[0].difference_id)
        return pb.ListDifferencesResponse(
            differences=[to.difference_to_pb(*row) for row in shown], next_page_token=token
        )

    async def StartTrial(self, request: pb.StartTrialRequest, _context: Context) -> pb.StartTrialResponse:
        """Stores a trial of a month."""
        run = await self._runs.trial(request.pool, request.year, request.month)
        return pb.StartTrialResponse(run=messages.run_to_pb(run))

    async def StartReplay(self, request: pb.StartReplayRequest, _context: Context) -> pb.StartReplayResponse:
        """Stores a run that does a closed month again."""
        return pb.StartReplayResponse(run=messages.run_to_pb(await self._runs.replay(request.run_id)))

    async def DiscardTrial(
        self, request: pb.DiscardTrialRequest, _context: Context
    ) -> pb.DiscardTrialResponse:
        """Throws a trial away."""
        return pb.DiscardTrialResponse(run=messages.run_to_pb(await self._runs.discard(request.run_id)))

    async def StartPeriod(self, request: pb.StartPeriodRequest, _context: Context) -> pb.StartPeriodResponse:
        """Stores a run over several months."""
        first = Month.parse(request.first_month, "first_month")
        last = Month.parse(request.last_month, "last_month")
        return pb.StartPeriodResponse(period=to.period_to_pb(await periods.start(request.pool, first, last)))

    async def GetPeriod(self, request: pb.GetPeriodRequest, _context: Context) -> pb.GetPeriodResponse:
        """A run over several months as it is now."""
        return pb.GetPeriodResponse(period=to.period_to_pb(await periods.get(request.period_id)))


def _page(request: Any, *query: str) -> tuple[tuple[str, ...], int, str]:
    """The query a page token is bound to, the size of a page, and the last key seen."""
    after = paging.decode(query, request.page_token) or [""]
    return query, paging.size(request.page_size), str(after[0])


def _cut(
    found: Sequence[T], limit: int, query: tuple[str, ...], key: Callable[[T], str]
) -> tuple[Sequence[T], str]:
    """One page of what was found, and the token of the next."""
    shown = found[:limit]
    return shown, paging.encode(query, [key(shown[-1])]) if len(found) > limit else ""
