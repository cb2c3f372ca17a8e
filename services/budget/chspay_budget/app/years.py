"""Use-cases of budget: draft a year, approve it, look at it, and say what a month may spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chspay_budget.app.access import may
from chspay_budget.clients import Rulebook
from chspay_budget.engine import accounts as final
from chspay_budget.engine import states
from chspay_budget.engine import year as years
from chspay_budget.engine.accounts import Accounts, Cause
from chspay_budget.engine.plan import Amounts, plan
from chspay_budget.engine.records import YEAR_PLANNED, check_agreement
from chspay_budget.engine.year import Year
from chspay_budget.store import causes as cause_store
from chspay_budget.store import plans as plan_store
from chspay_budget.store import years as store
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.auth import current_claim


class Budget:
    """The year's fund of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def draft(self, pool: str, year: int, amounts: Amounts) -> Year:
        """A new version of a year without income, planned by the policy in force on its first day.

        :raises Fault: ROLE_DENIED, REGION_DENIED, POLICY_*, and those of :func:`plan`; BUDGET_YEAR_PLANNED
            once the year has a plan that begins with income, BUDGET_STATE_WRONG once it is approved.
        """
        claim = may(pool, "bureau")
        policy = await self._rulebook.policy(pool, date(years.check_year(year), 1, 1))
        await store.lock(pool, year)
        state, _ = await plan_store.state(pool, year)
        states.move(states.DRAFT, state, pool, year)
        await _refuse_planned(pool, year, step="编制年度预算", instead="编制（DraftPlan）")
        before = await store.in_force(pool, year - 1)
        planned = plan(amounts, before.amounts.inpatient_fen if before else None, policy)
        newest = await store.newest(pool, year)
        number = newest.version + 1 if newest else 1
        await store.draft(pool, year, number, planned, policy.digest, claim.subject)
        return await self.year(pool, year, number)

    async def approve(self, pool: str, year: int, version: int, decision_no: str) -> Year:
        """Lets the newest version of a year without a plan be spent; by another person than its drafter.

        :raises Fault: BUDGET_YEAR_UNKNOWN, BUDGET_YEAR_PLANNED and those of :func:`check_approval`.
        """
        may(pool, "bureau")
        await store.lock(pool, years.check_year(year))
        await _refuse_planned(pool, year, step="批准年度预算", instead="批准（ApprovePlan）")
        return await self.decide(pool, year, version, decision_no)

    async def decide(self, pool: str, year: int, version: int, decision_no: str) -> Year:
        """The decision on the newest version, planned or not; the caller knows which and holds the lock.

        :raises Fault: BUDGET_YEAR_UNKNOWN and those of :func:`check_approval`.
        """
        claim = may(pool, "bureau")
        newest = await store.newest(pool, year)
        if newest is None:
            raise Fault(years.YEAR_UNKNOWN, field="year", value=year, pool=pool)
        decision = years.check_approval(newest, version, decision_no, claim.subject)
        await store.approve(newest, decision, claim.subject)
        return replace(newest, decision_no=decision)

    async def year(self, pool: str, year: int, version: int = 0) -> Year:
        """One version of a year; 0 means the newest."""
        may(pool, "bureau", "service")
        years.check_year(year)
        found = await (store.version(pool, year, version) if version else store.newest(pool, year))
        if found is None:
            raise Fault(years.YEAR_UNKNOWN, field="year", value=year, pool=pool)
        return found

    async def list_years(self, size: int, token: str) -> tuple[list[Year], str]:
        """A page of years, newest version each, by pool and year."""
        current_claim().require_role("bureau", "service")
        limit = paging.size(size)
        after = paging.decode(("years",), token)
        start = (str(after[0]), int(after[1])) if after else ("", 0)
        found = await store.years(start, limit + 1)
        shown = found[:limit]
        more = len(found) > limit
        return shown, paging.encode(("years",), [shown[-1].pool, shown[-1].year]) if more else ""

    async def month_fund(self, pool: str, year: int, month: int) -> tuple[int, Year]:
        """What a month may spend, fen, and the approved version that says so.

        :raises Fault: BUDGET_MISSING when there is no year, BUDGET_NOT_APPROVED when there is only a draft.
        """
        may(pool, "bureau", "service")
        years.check_year(year)
        years.check_month(month)
        found = await self._approved(pool, year)
        return found.months[month - 1], found

    async def year_fund(self, pool: str, year: int) -> Year:
        """The approved version of a year that is in force.

        :raises Fault: BUDGET_MISSING, BUDGET_NOT_APPROVED.
        """
        may(pool, "bureau", "service")
        return await self._approved(pool, years.check_year(year))

    async def draft_accounts(
        self, pool: str, year: int, amounts: tuple[int, int], causes: Sequence[Cause], document: str
    ) -> Accounts:
        """A new version of a year's final accounts against the budget in force.

        :param amounts: actual and decision amount, fen.
        :raises Fault: ROLE_DENIED, REGION_DENIED, BUDGET_MISSING, BUDGET_NOT_APPROVED, ACCOUNTS_*;
            BUDGET_CAUSES_DISAGREE where the causes of this budget were computed.
        """
        claim = may(pool, "bureau")
        await store.lock(pool, years.check_year(year))
        budget = await self._approved(pool, year)
        final.check_accounts(budget.local_fen, *amounts, causes, document)
        newest = await store.accounts(pool, year)
        drafted = Accounts(
            pool, year, newest.version + 1 if newest else 1, budget.local_fen, budget.version, *amounts,
            tuple(causes), document.strip(), claim.subject,
        )  # fmt: skip
        computed = await cause_store.newest(pool, year)
        if computed is not None and computed.budget_version == budget.version:
            check_agreement(drafted, computed)
        await store.draft_accounts(drafted)
        return drafted

    async def approve_accounts(self, pool: str, year: int, version: int, decision_no: str) -> Accounts:
        """Lets the newest final accounts stand; by another person than their drafter.

        :raises Fault: ACCOUNTS_*, BUDGET_DECISION_WRONG.
        """
        claim = may(pool, "bureau")
        decision = years.check_decision(decision_no)
        await store.lock(pool, years.check_year(year))
        newest = await self.accounts(pool, year)
        budget = await self._approved(pool, year)
        final.check_approval(newest, version, budget.version, claim.subject)
        await store.approve_accounts(newest, decision, claim.subject)
        return replace(newest, decision_no=decision)

    async def accounts(self, pool: str, year: int, version: int = 0) -> Accounts:
        """One version of a year's final accounts; 0 means the newest.

        :raises Fault: ACCOUNTS_UNKNOWN.
        """
        may(pool, "bureau", "service")
        found = await store.accounts(pool, years.check_year(year), version)
        if found is None:
            raise Fault(final.ACCOUNTS_UNKNOWN, field="year", value=year, pool=pool)
        return found

    @staticmethod
    async def _approved(pool: str, year: int) -> Year:
        found = await store.in_force(pool, year)
        if found is not None:
            return found
        newest = await store.newest(pool, year)
        if newest is None:
            raise Fault(years.BUDGET_MISSING, field="year", value=year, pool=pool)
        raise Fault(years.BUDGET_NOT_APPROVED, field="year", value=year, pool=pool, version=newest.version)


async def _refuse_planned(pool: str, year: int, *, step: str, instead: str) -> None:
    """A year that is planned from income is drafted and approved as such, whatever version is newest.

    :raises Fault: BUDGET_YEAR_PLANNED.
    """
    if await plan_store.version(pool, year) is not None:
        raise Fault(YEAR_PLANNED, field="year", value=year, pool=pool, step=step, instead=instead)
