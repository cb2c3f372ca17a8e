"""Several months of a pool closed in order 连续月结: stored, resumable, one ordinary run each.

A month that is closed already is passed over, so the same period may be asked for again after a fault.
"""

from __future__ import annotations

import asyncpg

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit import logs
from chspay_kit.auth import Claim, current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.runs import DONE, FAILED, Runs, claim_of_pool
from chspay_settlement.store import periods

MOST_MONTHS = 24
log = logs.get_logger(__name__)


async def start(pool: str, first: Month, last: Month) -> periods.Period:
    """Stores a period for the worker to close, month after month.

    :raises Fault: MONTHS_REVERSED, PERIOD_TOO_LONG, REGION_DENIED.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    regions.check_code(pool, "pool")
    claim.require_region(pool)
    if last < first:
        raise Fault(faults_month.MONTHS_REVERSED, field="first_month", value=first, last=last)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months > MOST_MONTHS:
        raise Fault(faults_month.PERIOD_TOO_LONG, field="last_month", value=months)
    connection = await current_connection()
    begin, end = _period(first), _period(last)
    number = await periods.count(connection, pool, begin) + 1
    period = periods.Period(
        period_id=f"PR-{pool}-{begin}-{number}", pool=pool, pool_prefix=regions.prefix(pool),
        first_period=begin, last_period=end, next_period=begin, state="running", run_ids=[],
        failure_reason="", failure_message="", started_by=claim.subject,
    )  # fmt: skip
    await periods.insert(connection, period)
    return period


async def get(period_id: str) -> periods.Period:
    """A period the asker may see."""
    found = await periods.one(await current_connection(), period_id)
    if found is None:
        raise Fault(faults_month.PERIOD_NOT_FOUND, field="period_id", value=period_id)
    return found


def _period(month: Month) -> int:
    return month.year * 100 + month.month


class PeriodRuns:
    """Which periods wait, one step of one, and its end when it cannot go on."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """Periods under way, oldest first."""
        return [(period_id, claim_of_pool(pool)) for period_id, pool in await periods.active(connection)]

    def memory(self) -> None:
        """Nothing is kept between steps."""

    async def step(self, connection: asyncpg.Connection, run_id: str, _memory: None) -> bool:
        """Begins the next month, or passes on when it is closed; ``False`` while its run is under way."""
        period = await periods.one(connection, run_id, lock=True)
        if period is None or period.state != "running":
            return False
        found = await periods.last_run(connection, period.pool, period.next_period)
        if found is not None and found[1] == DONE:
            return await self._passed(connection, period, found[0])
        if found is not None and found[1] != FAILED:
            return False
        if found is not None and found[0] in period.run_ids:
            await periods.update(
                connection, run_id, state=FAILED, failure_reason=found[2], failure_message=found[3]
            )
            return False
        month = month_of(period.next_period)
        run = await self._runs.start(period.pool, month.year, month.month)
        await periods.update(connection, run_id, run_ids=[*period.run_ids, run.run_id])
        return False

    async def _passed(self, connection: asyncpg.Connection, period: periods.Period, run_id: str) -> bool:
        ids = period.run_ids if run_id in period.run_ids else [*period.run_ids, run_id]
        if period.next_period == period.last_period:
            await periods.update(connection, period.period_id, state=DONE, run_ids=ids)
            return False
        after = _period(month_of(period.next_period).next())
        await periods.update(connection, period.period_id, next_period=after, run_ids=ids)
        return True

    async def fail(self, connection: asyncpg.Connection, run_id: str, fault: Fault) -> None:
        """Ends the period with its reason; months closed by then stay closed."""
        log.warning("run.failed", run_id=run_id, reason=fault.reason.code)
        await periods.update(
            connection, run_id, state=FAILED, failure_reason=fault.reason.code, failure_message=fault.message
        )
