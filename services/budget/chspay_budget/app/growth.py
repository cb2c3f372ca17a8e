"""Use-cases of watching a year's spending: report a month, see the projection and the alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chspay_budget.app import steps
from chspay_budget.app.access import may
from chspay_budget.app.plans import Plans
from chspay_budget.engine import growth as engine
from chspay_budget.engine import year as years
from chspay_budget.engine.factors import PLACES
from chspay_budget.engine.growth import Month
from chspay_budget.engine.records import YearPlan
from chspay_budget.store import months as store
from chspay_budget.store import years as year_store
from chspay_budget.store.months import Raised
from chspay_core.amounts import divide_half_up, ratio_half_up
from chspay_core.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Growth:
    """A year's spending so far. Money in fen; ``projected_growth`` against last year's result."""

    plan: YearPlan
    months: tuple[Month, ...]
    spent_fen: int
    projected_fen: int
    projected_growth: Decimal
    alarms: tuple[Raised, ...]
    sheet: Worksheet

    @property
    def breached(self) -> bool:
        """Whether the cap is passed already."""
        return bool(self.plan.cap_fen) and self.spent_fen > self.plan.cap_fen


class Growths:
    """What months really cost, against the growth cap."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def report(
        self, pool: str, year: int, month: int, spent: Sequence[tuple[str, int]], document: str
    ) -> Growth:
        """Keeps a month's cost and raises the alarms that follow from it.

        :raises Fault: ROLE_DENIED, REGION_DENIED, BUDGET_STATE_WRONG, BUDGET_PLAN_MISSING and those of
            :func:`engine.month_of` and :func:`engine.watch`.
        """
        claim = may(pool, "bureau", "service")
        await year_store.lock(pool, years.check_year(year))
        await steps.check_running(pool, year, "报送月度支出")
        before = await store.months(pool, year)
        new = engine.month_of(month, list(spent), document, len(before))
        number = await store.report(pool, year, new, claim.subject)
        plan, policy = await self._plans.in_force(pool, year), await self._plans.policy(pool, year)
        known = await store.months(pool, year)
        alarms = engine.watch(known, plan.cap_fen, policy)
        await store.raise_alarms(pool, year, month, number, alarms)
        return await self.seen(pool, year)

    async def seen(self, pool: str, year: int) -> Growth:
        """Run rate, projection, and every alarm raised so far.

        :raises Fault: BUDGET_PLAN_MISSING, POLICY_*.
        """
        may(pool, "bureau", "service")
        plan, policy = await self._plans.in_force(pool, year), await self._plans.policy(pool, year)
        known = await store.months(pool, year)
        spent = [month.fen for month in known]
        value = engine.projected(spent, engine.weights(policy))
        grown = value / plan.base_fen - 1
        return Growth(
            plan, tuple(known), sum(spent), divide_half_up(value.numerator, value.denominator),
            ratio_half_up(*grown.as_integer_ratio(), PLACES) if known else Decimal(0),
            tuple(await store.alarms(pool, year)), engine.growth_sheet(known, plan.cap_fen, policy),
        )  # fmt: skip
