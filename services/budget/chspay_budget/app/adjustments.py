"""Use-cases of adjusting a year: ask with evidence, decide by another person, keep every version."""

from __future__ import annotations

from dataclasses import replace

from chspay_budget.app import steps
from chspay_budget.app.access import may, new_id
from chspay_budget.app.plans import Plans, Seen
from chspay_budget.engine import adjust as engine
from chspay_budget.engine import states
from chspay_budget.engine import year as years
from chspay_budget.engine.adjust import Adjusted, Change
from chspay_budget.engine.funds import INPATIENT
from chspay_budget.engine.plan import Amounts, Plan
from chspay_budget.engine.records import Adjustment, YearPlan
from chspay_budget.store import adjustments as store
from chspay_budget.store import months as month_store
from chspay_budget.store import plans as plan_store
from chspay_budget.store import years as year_store
from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet


class Adjustments:
    """Requests to adjust the years of every pool the caller may act for."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def request(
        self, request_id: str, pool: str, year: int, change: Change
    ) -> tuple[Adjustment, Worksheet]:
        """Keeps a request that could be approved as things stand, with the version as it would be.

        :raises Fault: ROLE_DENIED, REGION_DENIED, BUDGET_STATE_WRONG, BUDGET_PLAN_MISSING and those of
            :func:`engine.adjust`.
        """
        claim = may(pool, "bureau")
        await year_store.lock(pool, years.check_year(year))
        await steps.check_running(pool, year, states.EVENT_NAMES[states.ADJUST])
        plan = await self._plans.in_force(pool, year)
        found = await self._adjusted(plan, change)
        kept = replace(change, evidence=change.evidence.strip(), note=change.note.strip())
        new = Adjustment(
            new_id("AD", request_id), pool, year, plan.version, found.cause.account_cause, kept, claim.subject
        )
        await store.request(new)
        return new, found.sheet

    async def decide(
        self, adjustment_id: str, approve: bool, decision_no: str
    ) -> tuple[Adjustment, Seen | None]:
        """Approves a request, which makes a new version of the year, or refuses it.

        :raises Fault: BUDGET_ADJUSTMENT_UNKNOWN, BUDGET_ADJUSTMENT_DECIDED, BUDGET_ADJUST_SAME_PERSON,
            BUDGET_ADJUST_BASE_MOVED, BUDGET_DECISION_WRONG, BUDGET_STATE_WRONG and those of
            :func:`engine.adjust`.
        """
        asked = await self._one(adjustment_id)
        claim = may(asked.pool, "bureau")
        await year_store.lock(asked.pool, asked.year)
        asked = await self._one(adjustment_id)
        if asked.approved is not None:
            raise Fault(
                engine.ADJUSTMENT_DECIDED, field="adjustment_id", value=adjustment_id,
                decision=asked.decision_no,
            )  # fmt: skip
        if asked.requested_by == claim.subject:
            raise Fault(engine.ADJUST_SAME_PERSON, field="subject", value=adjustment_id)
        decision = years.check_decision(decision_no)
        version, seen = 0, None
        if approve:
            version = await self._carry_out(asked, decision, claim.subject)
        await store.decide(asked, approve, version, decision, claim.subject)
        if approve:
            seen = await self._plans.seen(asked.pool, asked.year, version)
        decided = replace(
            asked, approved=approve, version=version, decision_no=decision, decided_by=claim.subject
        )
        return decided, seen

    async def of_year(self, pool: str, year: int) -> list[Adjustment]:
        """The requests of a year, first to last."""
        may(pool, "bureau", "service")
        return await store.of_year(pool, years.check_year(year))

    async def _carry_out(self, asked: Adjustment, decision_no: str, approver: str) -> int:
        """The version an approved request makes, drafted by who asked and approved by who decides."""
        pool, year = asked.pool, asked.year
        plan = await self._plans.in_force(pool, year)
        if plan.version != asked.base_version:
            raise Fault(
                engine.BASE_MOVED, field="base_version", value=asked.base_version, version=plan.version
            )
        found = await self._adjusted(plan, asked.change)
        newest = await year_store.newest(pool, year)
        number = newest.version + 1 if newest else 1
        amounts = Amounts(found.funds[INPATIENT], found.out_of_area_fen, 0)
        planned = Plan(amounts, found.local_fen, found.months, found.sheet)
        await year_store.draft(pool, year, number, planned, plan.policy_digest, asked.requested_by)
        await plan_store.draft(
            replace(
                plan, version=number, income_fen=found.income_fen, ceiling_fen=found.ceiling_fen,
                funds=found.funds, out_of_area_fen=found.out_of_area_fen, months=found.months,
                adjustment_id=asked.adjustment_id, worksheet=found.sheet.to_json(),
                drafted_by=asked.requested_by,
            )
        )  # fmt: skip
        made = await year_store.version(pool, year, number)
        if made is None:
            raise AssertionError("a version that was just stored is there")
        await year_store.approve(made, decision_no, approver)
        await steps.record(
            states.ADJUST, pool, year, number, decision_no=decision_no, note=asked.adjustment_id
        )
        return number

    async def _adjusted(self, plan: YearPlan, change: Change) -> Adjusted:
        policy = await self._plans.policy(plan.pool, plan.year)
        known = await month_store.months(plan.pool, plan.year)
        return engine.adjust(plan.standing, change, len(known), policy)

    @staticmethod
    async def _one(adjustment_id: str) -> Adjustment:
        found = await store.one(adjustment_id)
        if found is None:
            raise Fault(engine.ADJUSTMENT_UNKNOWN, field="adjustment_id", value=adjustment_id)
        return found
