"""Starting a month run 月结 and reading what runs have made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from chspay_core import ENGINE_VERSION, regions
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import EVERYWHERE, Claim, current_claim, service_claim
from chspay_kit.db import Database, current_connection
from chspay_settlement import faults
from chspay_settlement.app.intake import month_of
from chspay_settlement.clients import Budget, Grouper, Policies
from chspay_settlement.engine.terms import Terms
from chspay_settlement.engine.value import PREPAY_SHARE, form_of
from chspay_settlement.store import ledger, run_cases, runs

DONE, FAILED, PENDING, RUNNING = "done", "failed", "pending", "running"
SCHEME = "grouping.scheme"
#: How often a watched run is looked at, seconds.
WATCH_SECONDS = 0.25
_AFTER_ALL_MONTHS = 999_999


def claim_of_pool(pool: str) -> Claim:
    """The claim of background work: settlement itself, narrowed to the pool's region."""
    return service_claim("settlement", regions.prefix(pool) or EVERYWHERE)


class Runs:
    """Month runs as callers see them."""

    def __init__(self, database: Database, grouper: Grouper, policies: Policies, budget: Budget) -> None:
        self._database = database
        self._grouper = grouper
        self._policies = policies
        self._budget = budget

    async def start(self, pool: str, year: int, month: int) -> runs.Run:
        """Stores a run for the worker to carry out.

        :raises Fault: no approved budget, no policy, no scheme, no lists, or the month has a run already.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(pool, "pool")
        claim.require_region(pool)
        span = Month(year, month)
        fund = await self._budget.month_fund(pool, year, month)
        bundle = await self._policies.current(pool, span.last)
        policy = bundle.on(span.last)
        # Everything the month will need is asked for now, so that a gap stops it before it begins.
        Terms.read(policy)
        form_of(policy)
        policy.decimal(PREPAY_SHARE)
        scheme = policy.text(SCHEME)
        sealed = policy.scheme_digest(scheme)
        found = await self._grouper.digest(sealed or scheme)
        if sealed and found != sealed:
            raise Fault(faults.SCHEME_CHANGED, field=SCHEME, value=scheme)
        period = year * 100 + month
        connection = await current_connection()
        attempt = await runs.attempts(connection, pool, period) + 1
        run_id = f"MR-{pool}-{period}-{attempt}"
        other = await runs.reserve(connection, pool, period, run_id)
        if other is not None:
            raise Fault(faults.RUN_EXISTS, field="month", value=other, pool=pool, period=span)
        if not await runs.waiting_lists(connection, pool, period):
            raise Fault(faults.NO_LISTS, field="month", pool=pool, period=span)
        run = runs.Run(
            run_id=run_id, pool=pool, pool_prefix=regions.prefix(pool), period=period, state=PENDING,
            stage="snapshot", done=0, total=0, policy_digest=bundle.digest, scheme=scheme,
            scheme_digest=found, engine_version=ENGINE_VERSION, fund_fen=fund.fund_fen,
            budget_version=fund.version, decision_no=fund.decision_no, cases=0, points_micro=0,
            patient_fen=0, value_fen=0, value_micro=0, evidence="", statements_digest="",
            rules_used=[SCHEME], failure_reason="", failure_message="", started_by=claim.subject,
        )  # fmt: skip
        await runs.insert(connection, run)
        return run

    async def get(self, run_id: str) -> runs.Run:
        """A run the asker may see."""
        run = await runs.one(await current_connection(), run_id)
        if run is None:
            raise Fault(faults.RUN_NOT_FOUND, field="run_id", value=run_id)
        return run

    async def page(self, pool: str, after: Sequence[str | int], limit: int) -> list[runs.Run]:
        """Runs the asker may see, newest month first; ``after`` is the month and id of the last one seen."""
        if pool:
            regions.check_code(pool, "pool")
        before = (int(after[0]), str(after[1])) if after else (_AFTER_ALL_MONTHS, "")
        return await runs.page(await current_connection(), pool, before, limit)

    async def watch(self, run_id: str) -> AsyncIterator[runs.Run]:
        """The run as it is now, and again whenever it has moved, until it ends."""
        claim = current_claim()
        last: runs.Run | None = None
        while last is None or last.state not in (DONE, FAILED):
            async with self._database.unit(claim):
                run = await self.get(run_id)
            if run != last:
                yield run
                last = run
            else:
                await asyncio.sleep(WATCH_SECONDS)

    async def statements(self, run_id: str, after: str, limit: int) -> list[ledger.StatementRow]:
        """Statements of a finished run, as far as the asker may see."""
        await self._finished(run_id)
        return await ledger.statements(await current_connection(), run_id, after, limit)

    async def statement(self, run_id: str, hospital_code: str) -> ledger.StatementRow:
        """One hospital's statement of a finished run."""
        await self._finished(run_id)
        row = await ledger.statement(await current_connection(), run_id, hospital_code)
        if row is None:
            raise Fault(faults.STATEMENT_NOT_FOUND, field="hospital_code", value=hospital_code)
        return row

    async def cases(
        self, run_id: str, hospital_code: str, after: str, limit: int
    ) -> Sequence[run_cases.Priced]:
        """Cases of one hospital in a run."""
        await self.get(run_id)
        if not hospital_code:
            raise Fault(faults.FIELD_MISSING, field="hospital_code")
        return await run_cases.priced_of(await current_connection(), run_id, hospital_code, after, limit)

    async def _finished(self, run_id: str) -> None:
        run = await self.get(run_id)
        if run.state != DONE:
            raise Fault(faults.RUN_NOT_DONE, field="run_id", value=run_id)

    async def trial_balance(self, pool: str, year: int) -> list[ledger.Balance]:
        """Debits and credits of a pool's accounts over a year; a bureau's view of the whole pool."""
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(pool, "pool")
        claim.require_region(pool)
        first = month_of(year * 100 + 1)
        return await ledger.balances(
            await current_connection(), pool, first.year * 100 + 1, first.year * 100 + 12
        )
