"""Payment holds 暂缓拨付: money of a hospital kept back with a rule and its evidence, until it is released.

A hold never stops patients from being settled: lists, points and statements go on; only what would be
paid now goes to the held account. Released, all of it is payable in the open month.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chspay_core import regions
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults_month
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.month.payment import hold_postings
from chspay_settlement.store import differences, holds, hospitals, runs
from chspay_settlement.store.holds import Hold

RELEASE_KIND = "release"
_LONGEST = 200
MOST_FEN = 10**14


class Wanted(NamedTuple):
    """A hold as it is asked for; ``amount_fen`` 0 holds everything payable while it stands."""

    pool: str
    hospital_code: str
    since: Month
    amount_fen: int
    rule_id: str
    evidence: str
    citation: str


async def place(wanted: Wanted) -> Hold:
    """Places a hold from a month on that is not settled yet.

    :raises Fault: HOLD_BAD, HOLD_AMOUNT_BAD, HOSPITAL_NOT_IN_POOL, HOLD_MONTH_CLOSED, REGION_DENIED.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    regions.check_code(wanted.pool, "pool")
    claim.require_region(wanted.pool)
    for name in ("rule_id", "evidence", "citation"):
        _check_text(name, getattr(wanted, name))
    if not 0 <= wanted.amount_fen <= MOST_FEN:
        raise Fault(faults_month.HOLD_AMOUNT_BAD, field="amount", value=wanted.amount_fen)
    connection = await current_connection()
    await holds.order(connection, wanted.pool)
    hospital = await hospitals.in_pool(connection, wanted.hospital_code, wanted.pool, wanted.since.last)
    if hospital is None:
        raise Fault(
            faults_month.HOSPITAL_NOT_IN_POOL, field="hospital_code", value=wanted.hospital_code,
            pool=wanted.pool,
        )  # fmt: skip
    period = wanted.since.year * 100 + wanted.since.month
    if await runs.month_state(connection, wanted.pool, period) not in {"", "starting"}:
        raise Fault(faults_month.HOLD_MONTH_CLOSED, field="since", value=wanted.since, pool=wanted.pool)
    number = await holds.count(connection, wanted.pool, period) + 1
    hold_id = f"HD-{wanted.pool}-{period}-{number}"
    await holds.place(
        connection,
        (
            hold_id, wanted.pool, wanted.hospital_code, hospital.region_code, period, wanted.amount_fen,
            wanted.rule_id, wanted.evidence, wanted.citation, claim.subject,
        ),
    )  # fmt: skip
    return await get(hold_id)


async def release(hold_id: str, reason: str, citation: str) -> Hold:
    """Ends a hold: everything it held is payable in the open month, posted now.

    :raises Fault: HOLD_NOT_FOUND, HOLD_RELEASED, HOLD_BAD, REGION_DENIED.
    """
    claim = current_claim()
    claim.require_role("bureau", "service")
    _check_text("reason", reason)
    _check_text("citation", citation)
    hold = await get(hold_id)
    claim.require_region(hold.pool)
    connection = await current_connection()
    # The gate of intake: the open month stays open until this is committed.
    await hospitals.close_gate(connection, hold.pool)
    await holds.order(connection, hold.pool)
    hold = await get(hold_id)
    if hold.release_period:
        raise Fault(faults_month.HOLD_RELEASED, field="hold_id", value=hold_id)
    period = await differences.open_month(connection, hold.pool) or hold.since_period
    await holds.release(
        connection,
        holds.Release(
            hold_id, hold.pool, hold.hospital_code, hold.region_code, period, hold.held_fen, reason, citation,
            claim.subject,
        ),
    )  # fmt: skip
    memo = f"{month_of(period)} 解除暂缓拨付 {hold_id}"
    batch = Batch(f"{hold_id}/R", hold.pool, period, "", RELEASE_KIND, cause=reason)
    postings = hold_postings([(hold.hospital_code, -hold.held_fen)], memo)
    await post_batch(connection, batch, postings, {hold.hospital_code: hold.region_code})
    return await get(hold_id)


async def get(hold_id: str) -> Hold:
    """A hold the asker may see."""
    hold = await holds.one(await current_connection(), hold_id)
    if hold is None:
        raise Fault(faults_month.HOLD_NOT_FOUND, field="hold_id", value=hold_id)
    return hold


async def page(pool: str, after: str, limit: int) -> Sequence[Hold]:
    """Holds the asker may see, after one."""
    if pool:
        regions.check_code(pool, "pool")
    return await holds.page(await current_connection(), pool, after, limit)


def _check_text(name: str, text: str) -> None:
    if not text.strip() or len(text) > _LONGEST or not text.isprintable():
        raise Fault(faults_month.HOLD_BAD, field=name, value=text)
