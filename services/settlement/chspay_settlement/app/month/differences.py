"""Differences of closed months 差额: what corrections and decisions move, shown first and then posted.

For every closed month touched, the cases as they are now are priced and paid under that month's own policy
bundle, group table and fund; a hospital's delta is where it stands then less where it stands posted. The
closed month itself is never changed: the delta is posted and stated in the open month.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from chspay_core import ENGINE_VERSION, regions
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.app.month.corrections import Changes, Corrections
from chspay_settlement.app.month.differing import Found, compute
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.month.difference import DIFFERENCES, postings
from chspay_settlement.store import differences, hospitals, runs, year, year_cases
from chspay_settlement.store.differences import CaseRow, Difference, HospitalRow

DIFFERENCE_KIND = "difference"
_LONGEST = 200
_YEAR_CLEARED_SQLSTATE = "CH008"


@dataclass(frozen=True)
class Preview:
    """Every difference a pool has at this moment, the open month that takes them, and their digest."""

    period: int
    found: tuple[Found, ...]
    digest: str


class Differences:
    """Differences as callers see them."""

    def __init__(self, grouper: Grouper, policies: Policies) -> None:
        self._policies = policies
        self._corrections = Corrections(grouper)

    async def preview(self, pool: str) -> Preview:
        """What corrections and decisions would move in closed months; nothing is stored.

        :raises Fault: REGION_DENIED, POLICY_MISSING (``difference.method``), LINEAGE_BROKEN when a posted
            month does not come out again as it was posted.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        regions.check_code(pool, "pool")
        claim.require_region(pool)
        connection = await current_connection()
        touched = await self._touched(connection, pool)
        found = [await self._found(connection, run, changes) for run, changes in touched]
        period = await differences.open_month(connection, pool) or 0
        content = "\n".join([pool, str(period), *(one.digest for one in found)])
        return Preview(period, tuple(found), sm3_hex(content.encode()))

    async def commit(self, pool: str, digest: str, cause: str) -> list[Difference]:
        """Posts what the preview with this digest showed, in the open month.

        :raises Fault: CAUSE_MISSING, NO_DIFFERENCES, DIFFERENCES_MOVED when anything has changed since;
            DIFFERENCE_YEAR_CLEARED when the clearing of the corrected year has begun.
        """
        if not cause.strip() or len(cause) > _LONGEST or not cause.isprintable():
            raise Fault(faults_month.CAUSE_MISSING, field="cause", value=cause)
        connection = await current_connection()
        await connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('settlement.difference/' || $1, 0))", pool
        )
        seen = await self._touched(connection, pool)
        shown = await self.preview(pool)
        if not any(one.cases for one in shown.found):
            await _not_cleared(connection, pool)
            raise Fault(faults_month.NO_DIFFERENCES, field="pool", value=pool)
        # Now nobody changes a list or closes a month until this is committed; what came in while the
        # differences were worked out would show.
        await hospitals.close_gate(connection, pool)
        period = await differences.open_month(connection, pool)
        if shown.digest != digest or period != shown.period or seen != await self._touched(connection, pool):
            await _not_cleared(connection, pool)
            raise Fault(faults_month.DIFFERENCES_MOVED, field="preview_digest", value=digest)
        return [await self._post(connection, one, shown.period, cause) for one in shown.found if one.cases]

    async def _touched(self, connection: asyncpg.Connection, pool: str) -> list[tuple[runs.Run, Changes]]:
        """The closed runs of a pool whose cases are not as they were last posted, oldest month first."""
        found = []
        for run_id, period in await differences.closed_runs(connection, pool):
            run = await runs.one(connection, run_id)
            assert run is not None  # noqa: S101 - it was listed in this transaction
            policy = (await self._policies.sealed(run.policy_digest)).on(month_of(period).last)
            changes = await self._corrections.of(connection, run, policy)
            if changes:
                found.append((run, changes))
        return found

    async def _found(self, connection: asyncpg.Connection, run: runs.Run, changes: Changes) -> Found:
        month = month_of(run.period)
        policy = (await self._policies.sealed(run.policy_digest)).on(month.last)
        known_now = (await self._policies.current(run.pool, month.last)).on(month.last)
        method = DIFFERENCES.chosen(known_now)
        state = await self._corrections.state(connection, run, policy, changes)
        return await asyncio.to_thread(compute, run, policy, method, state)

    async def _post(self, connection: asyncpg.Connection, one: Found, period: int, cause: str) -> Difference:
        run = one.run
        before = await differences.of_run(connection, run.run_id)
        number = f"DE-{run.pool}-{run.period}-{len(before) + 1}"
        corrects = await differences.batch_of(connection, run.run_id)
        codes = [delta.hospital_code for delta in one.deltas]
        named = await hospitals.named(connection, codes, month_of(run.period).last)
        places = {code: place[0] for code, place in named.items()}
        made = Difference(
            difference_id=number, pool=run.pool, pool_prefix=run.pool_prefix, corrected_period=run.period,
            run_id=run.run_id, corrects=corrects, method=one.method, period=period, cause=cause,
            residual_fen=one.residual_fen, value_fen=one.outcome.value_fen,
            value_micro=one.outcome.value_micro, policy_digest=run.policy_digest,
            engine_version=ENGINE_VERSION, digest=one.digest, created_by=current_claim().subject,
        )  # fmt: skip
        try:
            await differences.put(connection, made, one.hospital_rows(places), one.cases)
        except asyncpg.PostgresError as error:
            # A clearing of the year began after the months to be corrected were listed.
            if error.sqlstate == _YEAR_CLEARED_SQLSTATE:
                raise _year_cleared(run.pool, run.period // 100, "进行中") from error
            raise
        lines = postings(one.deltas, f"{month_of(run.period)} 差额 {number}")
        batch = Batch(number, run.pool, period, run.run_id, DIFFERENCE_KIND, corrects, cause)
        await post_batch(connection, batch, lines, places)
        return made

    async def page(
        self, pool: str, hospital_code: str, after: str, limit: int
    ) -> Sequence[tuple[Difference, Sequence[HospitalRow], Sequence[CaseRow]]]:
        """Posted differences the asker may see, after one, with the hospitals and cases they may see."""
        if pool:
            regions.check_code(pool, "pool")
        rows = await differences.page(await current_connection(), pool, hospital_code, after, limit)
        return [await self.whole(row) for row in rows]

    async def whole(self, row: Difference) -> tuple[Difference, Sequence[HospitalRow], Sequence[CaseRow]]:
        """A posted difference with the hospitals and cases the asker may see."""
        connection = await current_connection()
        return (
            row,
            await differences.hospitals_of(connection, row.difference_id),
            await differences.cases_of(connection, row.difference_id),
        )


def _year_cleared(pool: str, of: int, clearing: str) -> Fault:
    return Fault(faults_month.DIFFERENCE_YEAR_CLEARED, field="pool", value=clearing, pool=pool, year=of)


async def _not_cleared(connection: asyncpg.Connection, pool: str) -> None:
    """Tells corrections that wait in a year whose clearing has begun: they are not posted beside it.

    :raises Fault: DIFFERENCE_YEAR_CLEARED.
    """
    for clearing, of in await year.under_way(connection, pool):
        if (await year_cases.freeze(connection, pool, of)).pending:
            raise _year_cleared(pool, of, clearing)
