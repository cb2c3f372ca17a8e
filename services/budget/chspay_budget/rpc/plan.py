"""``PlanService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.budget.v1 import plan_pb2 as pb
from chspay.budget.v1 import plan_pb2_grpc
from chspay_budget.app.adjustments import Adjustments
from chspay_budget.app.attributions import Attributions, Effect
from chspay_budget.app.growth import Growths
from chspay_budget.app.plans import Plans
from chspay_budget.app.targets import Targets
from chspay_budget.engine.causes import Group
from chspay_budget.engine.totals import DipFacts
from chspay_budget.rpc import plan_messages as messages
from chspay_kit.convert import decimal_from_pb, worksheet_to_pb

SERVICE = "chspay.budget.v1.PlanService"
Context = Any


class PlanServicer(plan_pb2_grpc.PlanServiceServicer):
    """Serves ``PlanService``."""

    WRITES = frozenset(
        {
            "DraftPlan", "ApprovePlan", "MoveYear", "RequestAdjustment", "DecideAdjustment", "ReportMonth",
            "IssueTargets", "AttributeCauses",
        }
    )  # fmt: skip

    def __init__(self, plans: Plans) -> None:
        self._plans = plans
        self._adjustments = Adjustments(plans)
        self._growths = Growths(plans)
        self._targets = Targets(plans)
        self._attributions = Attributions(plans)

    async def DraftPlan(self, request: pb.DraftPlanRequest, _context: Context) -> pb.DraftPlanResponse:
        """A new version of a year's plan."""
        seen = await self._plans.draft(request.pool, request.year, messages.facts(request))
        return pb.DraftPlanResponse(plan=messages.plan_to_pb(seen))

    async def ApprovePlan(self, request: pb.ApprovePlanRequest, _context: Context) -> pb.ApprovePlanResponse:
        """The decision on the version that was read."""
        seen = await self._plans.approve(request.pool, request.year, request.version, request.decision_no)
        return pb.ApprovePlanResponse(plan=messages.plan_to_pb(seen))

    async def GetPlan(self, request: pb.GetPlanRequest, _context: Context) -> pb.GetPlanResponse:
        """One version of a plan, with its worksheet and the steps of its year."""
        seen = await self._plans.seen(request.pool, request.year, request.version)
        return pb.GetPlanResponse(
            plan=messages.plan_to_pb(seen),
            worksheet=messages.sheet_to_pb(seen.plan.worksheet),
            steps=messages.steps_to_pb(seen),
        )

    async def ListPlans(self, request: pb.ListPlansRequest, _context: Context) -> pb.ListPlansResponse:
        """Every version of a year."""
        found = await self._plans.versions(request.pool, request.year)
        return pb.ListPlansResponse(plans=[messages.plan_to_pb(seen) for seen in found])

    async def MoveYear(self, request: pb.MoveYearRequest, _context: Context) -> pb.MoveYearResponse:
        """Executes or closes a year."""
        seen = await self._plans.move(
            request.pool, request.year, request.event, request.decision_no, request.note
        )
        return pb.MoveYearResponse(plan=messages.plan_to_pb(seen))

    async def GetPoolFund(self, request: pb.GetPoolFundRequest, _context: Context) -> pb.GetPoolFundResponse:
        """One of the five funds in force."""
        fen, plan = await self._plans.fund(request.pool, request.year, request.fund)
        return pb.GetPoolFundResponse(fund_fen=fen, version=plan.version, decision_no=plan.decision_no)

    async def CompareTotals(
        self, request: pb.CompareTotalsRequest, _context: Context
    ) -> pb.CompareTotalsResponse:
        """The three ways to a DIP total."""
        facts = DipFacts(
            request.inpatient_fen,
            decimal_from_pb(request.out_of_area_share, "out_of_area_share"),
            decimal_from_pb(request.outside_share, "outside_share"),
            request.last_inpatient_fen,
            request.last_dip_fen,
            decimal_from_pb(request.growth, "growth"),
            request.document,
        )
        return messages.totals_to_pb(await self._plans.totals(request.pool, request.year, facts))

    async def RequestAdjustment(
        self, request: pb.RequestAdjustmentRequest, _context: Context
    ) -> pb.RequestAdjustmentResponse:
        """Asks for an adjustment."""
        found, sheet = await self._adjustments.request(
            request.request_id, request.pool, request.year, messages.change(request)
        )
        return pb.RequestAdjustmentResponse(
            adjustment=messages.adjustment_to_pb(found), worksheet=worksheet_to_pb(sheet)
        )

    async def DecideAdjustment(
        self, request: pb.DecideAdjustmentRequest, _context: Context
    ) -> pb.DecideAdjustmentResponse:
        """Decides on one."""
        found, seen = await self._adjustments.decide(
            request.adjustment_id, request.approve, request.decision_no
        )
        plan = messages.plan_to_pb(seen) if seen is not None else None
        return pb.DecideAdjustmentResponse(adjustment=messages.adjustment_to_pb(found), plan=plan)

    async def ListAdjustments(
        self, request: pb.ListAdjustmentsRequest, _context: Context
    ) -> pb.ListAdjustmentsResponse:
        """The adjustments of a year."""
        found = await self._adjustments.of_year(request.pool, request.year)
        return pb.ListAdjustmentsResponse(adjustments=[messages.adjustment_to_pb(item) for item in found])

    async def ReportMonth(self, request: pb.ReportMonthRequest, _context: Context) -> pb.ReportMonthResponse:
        """What a month really cost."""
        found = await self._growths.report(
            request.pool, request.year, request.month, messages.amounts(request.spent), request.document
        )
        return pb.ReportMonthResponse(growth=messages.growth_to_pb(found))

    async def GetGrowth(self, request: pb.GetGrowthRequest, _context: Context) -> pb.GetGrowthResponse:
        """Run rate, projection and alarms."""
        found = await self._growths.seen(request.pool, request.year)
        return pb.GetGrowthResponse(
            growth=messages.growth_to_pb(found), worksheet=worksheet_to_pb(found.sheet)
        )

    async def IssueTargets(
        self, request: pb.IssueTargetsRequest, _context: Context
    ) -> pb.IssueTargetsResponse:
        """Targets of budget holders."""
        found, sheet = await self._targets.issue(
            request.pool, request.year, request.fund, messages.days(request), messages.holders(request),
            request.document,
        )  # fmt: skip
        return pb.IssueTargetsResponse(
            targets=messages.targets_to_pb(found), worksheet=worksheet_to_pb(sheet)
        )

    async def GetTargets(self, request: pb.GetTargetsRequest, _context: Context) -> pb.GetTargetsResponse:
        """The targets issued last."""
        found = await self._targets.newest(request.pool, request.year, request.fund)
        return pb.GetTargetsResponse(targets=messages.targets_to_pb(found))

    async def AttributeCauses(
        self, request: pb.AttributeCausesRequest, _context: Context
    ) -> pb.AttributeCausesResponse:
        """Computes the causes of a year's difference."""
        groups = [
            Group(item.group, item.planned_cases, item.planned_fen, item.actual_cases, item.actual_fen)
            for item in request.groups
        ]
        effects = [
            Effect(item.adjustment_id, item.amount_fen, item.document) for item in request.policy_effects
        ]
        recovered = (request.recovered_fen, request.recovered_document)
        found = await self._attributions.attribute(
            request.pool, request.year, groups, recovered, effects, request.document
        )
        return pb.AttributeCausesResponse(
            attribution=messages.attribution_to_pb(found),
            worksheet=messages.sheet_to_pb(found.attribution.worksheet),
        )

    async def GetCauses(self, request: pb.GetCausesRequest, _context: Context) -> pb.GetCausesResponse:
        """The causes computed last."""
        found = await self._attributions.newest(request.pool, request.year)
        return pb.GetCausesResponse(
            attribution=messages.attribution_to_pb(found),
            worksheet=messages.sheet_to_pb(found.attribution.worksheet),
        )
