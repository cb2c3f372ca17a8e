"""Use-cases of the year plan: draft it, approve it, execute it, look at it, close it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from chspay_budget.app import steps
from chspay_budget.app.access import may
from chspay_budget.app.years import Budget
from chspay_budget.clients import Rulebook
from chspay_budget.engine import states, totals
from chspay_budget.engine import year as years
from chspay_budget.engine.accounts import Accounts
from chspay_budget.engine.factors import PLACES
from chspay_budget.engine.funds import INPATIENT, check_fund
from chspay_budget.engine.plan import Amounts, Plan
from chspay_budget.engine.proposal import Facts, Proposal, Settled, propose
from chspay_budget.engine.records import (
    LAST_DIFFERS,
    PLAN_MISSING,
    PLAN_UNKNOWN,
    Step,
    YearPlan,
    check_agreement,
)
from chspay_budget.engine.states import State
from chspay_budget.store import causes as cause_store
from chspay_budget.store import months as month_store
from chspay_budget.store import plans as store
from chspay_budget.store import years as year_store
from chspay_core.amounts import plain, ratio_half_up
from chspay_core.errors import Fault
from chspay_core.policy import Policy

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """A version of a plan, and where its year stands."""

    plan: YearPlan
    state: State
    steps: tuple[Step, ...] = ()


class Plans:
    """The year plan of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook, budget: Budget) -> None:
        self._rulebook = rulebook
        self._budget = budget

    async def draft(self, pool: str, year: int, facts: Facts) -> Seen:
        """A new version, planned by the policy in force on the year's first day.

        :raises Fault: ROLE_DENIED, REGION_DENIED, BUDGET_STATE_WRONG, BUDGET_LAST_DIFFERS, POLICY_* and
            those of :func:`propose`.
        """
        claim = may(pool, "bureau")
        policy = await self.policy(pool, year)
        await year_store.lock(pool, year)
        before = await year_store.in_force(pool, year - 1)
        known = _with_accounts(facts, await year_store.accounts(pool, year - 1))
        found = propose(known, before.amounts.inpatient_fen if before else None, policy)
        newest = await year_store.newest(pool, year)
        number = newest.version + 1 if newest else 1
        amounts = Amounts(found.funds[INPATIENT], found.out_of_area_fen, 0)
        planned = Plan(amounts, found.local_fen, found.months, found.sheet)
        await year_store.draft(pool, year, number, planned, policy.digest, claim.subject)
        await store.draft(_of_proposal(pool, year, number, found, policy.digest, claim.subject))
        await steps.record(states.DRAFT, pool, year, number)
        return await self.seen(pool, year, number)

    async def approve(self, pool: str, year: int, version: int, decision_no: str) -> Seen:
        """The decision on the newest version, by another person than its drafter.

        :raises Fault: BUDGET_PLAN_UNKNOWN, BUDGET_STATE_WRONG and those of :meth:`Budget.decide`.
        """
        may(pool, "bureau")
        await year_store.lock(pool, years.check_year(year))
        if await store.version(pool, year, version) is None:
            raise Fault(PLAN_UNKNOWN, field="year", value=year, pool=pool)
        approved = await self._budget.decide(pool, year, version, decision_no)
        await steps.record(states.APPROVE, pool, year, version, decision_no=approved.decision_no)
        return await self.seen(pool, year, version)

    async def seen(self, pool: str, year: int, version: int = 0) -> Seen:
        """One version of a plan with the steps of its year; 0 means the newest.

        :raises Fault: BUDGET_PLAN_UNKNOWN.
        """
        may(pool, "bureau", "service")
        found = await store.version(pool, years.check_year(year), version)
        if found is None:
            raise Fault(PLAN_UNKNOWN, field="year", value=year, pool=pool)
        state, _ = await store.state(pool, year)
        return Seen(found, state, tuple(await store.steps(pool, year)))

    async def versions(self, pool: str, year: int) -> list[Seen]:
        """Every version of a year, newest first."""
        may(pool, "bureau", "service")
        state, _ = await store.state(pool, years.check_year(year))
        return [Seen(found, state) for found in await store.versions(pool, year)]

    async def fund(self, pool: str, year: int, fund: str) -> tuple[int, YearPlan]:
        """One of the five funds of the version in force, fen.

        :raises Fault: BUDGET_PLAN_MISSING, BUDGET_FUND_UNKNOWN.
        """
        may(pool, "bureau", "service")
        check_fund(fund)
        found = await self.in_force(pool, year)
        return found.funds[fund], found

    async def move(self, pool: str, year: int, event: str, decision_no: str, note: str) -> Seen:
        """Executes or closes a year.

        :raises Fault: BUDGET_EVENT_UNKNOWN, BUDGET_STATE_WRONG, BUDGET_DECISION_WRONG; to close also
            BUDGET_MONTHS_MISSING, BUDGET_ACCOUNTS_MISSING, BUDGET_CAUSES_*.
        """
        may(pool, "bureau")
        if event not in (states.EXECUTE, states.CLOSE):
            raise Fault(
                states.EVENT_UNKNOWN, field="event", value=event, known=f"{states.EXECUTE}、{states.CLOSE}"
            )
        await year_store.lock(pool, years.check_year(year))
        state, _ = await store.state(pool, year)
        states.move(event, state, pool, year)
        found = await self.in_force(pool, year)
        decision = decision_no.strip()
        if event == states.CLOSE:
            decision = years.check_decision(decision_no)
            await self._check_close(found)
        await steps.record(event, pool, year, found.version, decision_no=decision, note=note)
        return await self.seen(pool, year, found.version)

    async def totals(self, pool: str, year: int, facts: totals.DipFacts) -> totals.DipTotals:
        """The three ways to a DIP total; nothing is stored.

        :raises Fault: those of :func:`totals.compare`.
        """
        may(pool, "bureau", "service")
        return totals.compare(facts, await self.policy(pool, year))

    async def policy(self, pool: str, year: int) -> Policy:
        """The policy in force on the year's first day."""
        return await self._rulebook.policy(pool, date(years.check_year(year), 1, 1))

    @staticmethod
    async def in_force(pool: str, year: int) -> YearPlan:
        """The newest approved version.

        :raises Fault: BUDGET_PLAN_MISSING.
        """
        found = await store.in_force(pool, years.check_year(year))
        if found is None:
            raise Fault(PLAN_MISSING, field="year", value=year, pool=pool)
        return found

    @staticmethod
    async def _check_close(plan: YearPlan) -> None:
        known = await month_store.months(plan.pool, plan.year)
        if len(known) < _MONTHS:
            raise Fault(states.MONTHS_MISSING, field="months", value=_MONTHS - len(known))
        accounts = await year_store.accounts(plan.pool, plan.year)
        if accounts is None or not accounts.decision_no or accounts.budget_version != plan.version:
            raise Fault(states.ACCOUNTS_MISSING, field="accounts", value=plan.version)
        computed = await cause_store.newest(plan.pool, plan.year)
        if computed is None or computed.budget_version != plan.version:
            raise Fault(states.CAUSES_MISSING, field="causes", value=plan.version)
        check_agreement(accounts, computed)


def _with_accounts(facts: Facts, accounts: Accounts | None) -> Facts:
    """Last year's approved final accounts are its local inpatient result; another figure is refused."""
    if accounts is None or not accounts.decision_no:
        return facts
    given = next((item for item in facts.settled if item.fund == INPATIENT), None)
    if given is not None and given.fen != accounts.decision_fen:
        raise Fault(LAST_DIFFERS, field="settled", value=given.fen, accounts=accounts.decision_fen)
    document = f"{accounts.year}年度决算第{accounts.version}版，{accounts.decision_no}"
    others = tuple(item for item in facts.settled if item.fund != INPATIENT)
    return replace(facts, settled=(Settled(INPATIENT, accounts.decision_fen, document), *others))


def _of_proposal(pool: str, year: int, version: int, found: Proposal, digest: str, subject: str) -> YearPlan:
    growth = plain(ratio_half_up(*found.growth.as_integer_ratio(), PLACES))
    return YearPlan(
        pool, year, version, found.income_fen, found.ceiling_fen, found.base_fen, found.cap_fen, growth,
        found.funds, found.out_of_area_fen, found.months, "", found.sheet.to_json(), digest, subject,
    )  # fmt: skip
