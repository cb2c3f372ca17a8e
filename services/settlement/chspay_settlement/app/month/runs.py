"""Starting a month run 月结 and reading what runs have made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from chspay_core import ENGINE_VERSION, regions
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import EVERYWHERE, Claim, current_claim, service_claim
from chspay_kit.db import Database, current_connection
from chspay_settlement import faults, faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month import routing_check
from chspay_settlement.app.month.given import given_to
from chspay_settlement.app.month.measuring import chosen_table
from chspay_settlement.clients import Budget, Grouper, Policies
from chspay_settlement.clients_perdiem import BedDays
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.groups.point_source import SOURCE
from chspay_settlement.engine.month.payment import prepay_share
from chspay_settlement.engine.value.split import form_of
from chspay_settlement.store import ledger, run_cases, run_inputs, runs

DONE, FAILED, PENDING, RUNNING = "done", "failed", "pending", "running"
TRIED, DISCARDED = "tried", "discarded"
#: States a run does not leave by itself.
ENDED = frozenset({DONE, FAILED, TRIED, DISCARDED})
MONTH, TRIAL, REPLAY = "month", "trial", "replay"
_LETTERS = {MONTH: "MR", TRIAL: "TR", REPLAY: "RR"}
SCHEME = "grouping.scheme"
#: How often a watched run is looked at, seconds.
WATCH_SECONDS = 0.25
_AFTER_ALL_MONTHS = 999_999


def claim_of_pool(pool: str) -> Claim:
    """The claim of background work: settlement itself, narrowed to the pool's region."""
    return service_claim("settlement", regions.prefix(pool) or EVERYWHERE)


class Runs:
    """Month runs as callers see them."""

    def __init__(
        self,
        database: Database,
        grouper: Grouper,
        policies: Policies,
        budget: Budget,
        bed_days: BedDays,
    ) -> None:
        self._database = database
        self._grouper = grouper
        self._policies = policies
        self._budget = budget
        self._bed_days = bed_days

    async def start(self, pool: str, year: int, month: int) -> runs.Run:
        """Stores a run for the worker to carry out.

        :raises Fault: no approved budget, no policy, no scheme, no lists, no point, weight or coefficient
            table where the policy wants one, or the month has a run already.
        """
        run, given = await self._drawn_up(pool, Month(year, month), MONTH)
        connection = await current_connection()
        other = await runs.reserve(connection, pool, run.period, run.run_id)
        if other is not None:
            raise Fault(faults.RUN_EXISTS, field="month", value=other, pool=pool, period=month_of(run.period))
        return await self._store(run, given)

    async def trial(self, pool: str, year: int, month: int) -> runs.Run:
        """Stores a trial: everything a month run does, except that nothing is closed and nothing posted.

        :raises Fault: as :meth:`start`; TRIAL_MONTH_TAKEN when the month is closed or closing.
        """
        run, given = await self._drawn_up(pool, Month(year, month), TRIAL)
        state = await runs.month_state(await current_connection(), pool, run.period)
        if state not in {"", "starting"}:
            raise Fault(
                faults_month.TRIAL_MONTH_TAKEN,
                field="month",
                value=state,
                pool=pool,
                period=month_of(run.period),
            )
        return await self._store(run, given)

    async def replay(self, run_id: str) -> runs.Run:
        """Stores a run that does a closed month again from what it was given.

        :raises Fault: RUN_NOT_FOUND, NOT_A_POSTED_RUN.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        source = await self.get(run_id)
        claim.require_region(source.pool)
        if source.state != DONE:
            raise Fault(faults_month.NOT_A_POSTED_RUN, field="run_id", value=run_id)
        fresh = replace(
            source, run_id=await _run_id(source.pool, source.period, REPLAY), nature=REPLAY,
            replays=source.run_id, state=PENDING, stage="snapshot", done=0, total=0, cases=0, points_micro=0,
            patient_fen=0, value_fen=0, value_micro=0, evidence="", statements_digest="",
            started_by=claim.subject, engine_version=ENGINE_VERSION, held_lists=0,
        )  # fmt: skip
        connection = await current_connection()
        await runs.insert(connection, fresh)
        await run_inputs.copy(connection, source.run_id, fresh.run_id)
        return fresh

    async def discard(self, run_id: str) -> runs.Run:
        """Throws a trial or replay away; what it stored says so and is not shown any more.

        :raises Fault: RUN_NOT_FOUND, NOT_A_TRIAL.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        run = await self.get(run_id)
        claim.require_region(run.pool)
        if run.nature == MONTH:
            raise Fault(faults_month.NOT_A_TRIAL, field="run_id", value=run_id)
        await runs.update(await current_connection(), run_id, state=DISCARDED)
        return replace(run, state=DISCARDED)

    async def _drawn_up(self, pool: str, span: Month, nature: str) -> tuple[runs.Run, list[run_inputs.Given]]:
        """The run with everything it needs: what is missing stops it here, before anything is written."""
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(pool, "pool")
        claim.require_region(pool)
        fund = await self._budget.month_fund(pool, span.year, span.month)
        bundle = await self._policies.current(pool, span.last)
        policy = bundle.on(span.last)
        Terms.read(policy)
        form_of(policy)
        prepay_share(policy)
        await routing_check.check(policy, self._bed_days, pool, span)
        scheme = policy.text(SCHEME)
        sealed = policy.scheme_digest(scheme)
        found = await self._grouper.digest(sealed or scheme)
        if sealed and found != sealed:
            raise Fault(faults.SCHEME_CHANGED, field=SCHEME, value=scheme)
        period = span.year * 100 + span.month
        connection = await current_connection()
        table_id = await chosen_table(connection, policy, pool, period, found)
        given = await given_to(connection, self._grouper, policy, pool, period, found)
        run = runs.Run(
            run_id=await _run_id(pool, period, nature), pool=pool, pool_prefix=regions.prefix(pool),
            period=period, state=PENDING, stage="snapshot", done=0, total=0, policy_digest=bundle.digest,
            scheme=scheme, scheme_digest=found, engine_version=ENGINE_VERSION, fund_fen=fund.fund_fen,
            budget_version=fund.version, decision_no=fund.decision_no, cases=0, points_micro=0,
            patient_fen=0, value_fen=0, value_micro=0, evidence="", statements_digest="",
            rules_used=[SCHEME, SOURCE], failure_reason="", failure_message="", started_by=claim.subject,
            nature=nature, point_table_id=table_id,
        )  # fmt: skip
        return run, given

    async def _store(self, run: runs.Run, given: Sequence[run_inputs.Given]) -> runs.Run:
        connection = await current_connection()
        if not await runs.waiting_lists(connection, run.pool, run.period):
            raise Fault(faults.NO_LISTS, field="month", pool=run.pool, period=month_of(run.period))
        await runs.insert(connection, run)
        await run_inputs.put(connection, run.run_id, run.pool, run.pool_prefix, given)
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
        while last is None or last.state not in ENDED:
            async with self._database.unit(claim):
                run = await self.get(run_id)
            if run != last:
                yield run
                last = run
            else:
                await asyncio.sleep(WATCH_SECONDS)

    async def statements(self, run_id: str, after: str, limit: int) -> list[ledger.StatementRow]:
        """Statements of a finished run, as far as the asker may see."""
        table = await self._finished(run_id)
        return await ledger.statements(await current_connection(), run_id, after, limit, table)

    async def statement(self, run_id: str, hospital_code: str) -> ledger.StatementRow:
        """One hospital's statement of a finished run."""
        table = await self._finished(run_id)
        row = await ledger.statement(await current_connection(), run_id, hospital_code, table)
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

    async def _finished(self, run_id: str) -> str:
        """Where the statements of a finished run lie."""
        run = await self.get(run_id)
        if run.state not in (DONE, TRIED):
            raise Fault(faults.RUN_NOT_DONE, field="run_id", value=run_id)
        return ledger.POSTED if run.state == DONE else ledger.TRIED

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


async def _run_id(pool: str, period: int, nature: str) -> str:
    """The number of the next run of this nature of a month."""
    attempt = await runs.attempts(await current_connection(), pool, period, nature) + 1
    return f"{_LETTERS[nature]}-{pool}-{period}-{attempt}"
