"""Use-cases of budget holders: issue the targets of a fund, before the point method starts only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from chspay_budget.app.access import may
from chspay_budget.app.plans import Plans
from chspay_budget.engine import holder as engine
from chspay_budget.engine import year as years
from chspay_budget.engine.funds import INPATIENT, NAMES, check_document, check_fund
from chspay_budget.engine.holder import Holder
from chspay_budget.engine.records import TARGETS_UNKNOWN
from chspay_budget.store import targets as store
from chspay_budget.store import years as year_store
from chspay_budget.store.targets import Issued
from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet


class Targets:
    """Targets of communities and of institutions outside any."""

    def __init__(self, plans: Plans) -> None:
        self._plans = plans

    async def issue(
        self, pool: str, year: int, fund: str, days: tuple[date | None, date | None],
        holders: Sequence[Holder], document: str,
    ) -> tuple[Issued, Worksheet]:  # fmt: skip
        """Hands a fund out to its holders; inpatient care of the place itself, or outpatient care.

        A part of a year gets the part of the fund that its days are of the year's days.

        :param days: since and until (not included); ``None`` is the year's first day or its end.
        :raises Fault: ROLE_DENIED, REGION_DENIED, BUDGET_PLAN_MISSING and those of :func:`engine.issue`.
        """
        claim = may(pool, "bureau")
        period = engine.check_period(*days, years.check_year(year))
        policy = await self._plans.policy(pool, year)
        engine.refuse_cap(fund, period, policy)
        await year_store.lock(pool, year)
        plan = await self._plans.in_force(pool, year)
        whole = plan.local_fen if fund == INPATIENT else plan.funds[fund]
        in_year = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        total = divide_half_up(whole * (period.until - period.since).days, in_year)
        fen, sheet = engine.issue(fund, total, holders, period, policy)
        before = await store.newest(pool, year, fund)
        new = Issued(
            pool, year, fund, before.number + 1 if before else 1, plan.version, period.since, period.until,
            total, check_document(document, "document"), tuple(holders), fen,
        )  # fmt: skip
        await store.issue(new, sheet, claim.subject)
        return new, sheet

    async def newest(self, pool: str, year: int, fund: str) -> Issued:
        """The targets of a fund that were issued last.

        :raises Fault: BUDGET_TARGETS_UNKNOWN.
        """
        may(pool, "bureau", "service")
        check_fund(fund, engine.HELD)
        found = await store.newest(pool, years.check_year(year), fund)
        if found is None:
            raise Fault(TARGETS_UNKNOWN, field=NAMES[fund], value=year, pool=pool)
        return found
