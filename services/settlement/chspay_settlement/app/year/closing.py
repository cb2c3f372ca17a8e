"""The books of a closed year: exactly the differences the stored figures say, in one chained batch."""

from __future__ import annotations

import asyncpg

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_settlement import faults_year
from chspay_settlement.app.month.batches import post_batch
from chspay_settlement.app.year import figures as year_figures
from chspay_settlement.engine.books.batch import Batch
from chspay_settlement.engine.year.clearing import NOTHING, Year, year_postings
from chspay_settlement.store import accounts, others, year
from chspay_settlement.store.accounts import YEAR_KIND
from chspay_settlement.store.year import Clearing


async def post_year(connection: asyncpg.Connection, clearing: Clearing, policy: Policy) -> str:
    """Posts the year and answers the batch; nothing to post, nothing is written and the answer is empty.

    :raises Fault: YEAR_CHANGED when the figures no longer follow from the stored input, YEAR_LEDGER_MOVED
        when the ledger has moved since the trial.
    """
    done = await year_figures.cleared(connection, clearing, policy)
    await _check_figures(connection, clearing, done)
    await _check_ledger(connection, clearing, done)
    postings = year_postings(done, f"{clearing.year} 年度清算")
    regions = {
        row.hospital_code: row.region_code for row in await year.hospitals(connection, clearing.clearing_id)
    }
    batch = Batch(
        clearing.clearing_id, clearing.pool, clearing.year * 100 + 12, clearing.clearing_id, YEAR_KIND
    )
    await post_batch(connection, batch, postings, regions)
    return clearing.clearing_id if postings else ""


async def _check_figures(connection: asyncpg.Connection, clearing: Clearing, done: Year) -> None:
    """What was reviewed and approved is what the stored input gives, to the fen."""
    stored = {
        row.hospital_code: (row.fund_fen, row.balance_fen)
        for row in await year.hospitals(connection, clearing.clearing_id)
    }
    found = {h.hospital_code: (h.fund_fen, h.balance_fen) for h in done.hospitals}
    if stored != found or done.decision.decision_fen != clearing.decision_fen:
        raise Fault(
            faults_year.YEAR_CHANGED, clearing=clearing.clearing_id, field="decision",
            value=clearing.decision_fen, found=done.decision.decision_fen,
        )  # fmt: skip


async def _check_ledger(connection: asyncpg.Connection, clearing: Clearing, done: Year) -> None:
    """Nobody has booked anything on the year since its figures were made."""
    held = await accounts.held(connection, clearing.pool, clearing.year)
    known = {hospital.hospital_code: hospital.booked for hospital in done.hospitals}
    for code in sorted({*held.booked, *known}):
        now = held.booked.get(code, NOTHING)
        then = known.get(code, NOTHING)._replace(deducted_fen=0, audit_fen=0)
        if now != then:
            raise Fault(faults_year.YEAR_LEDGER_MOVED, field="hospital_code", value=code)
    others_fen = await others.inpatient(connection, clearing.pool, clearing.year)
    if others_fen != clearing.others_fen:
        raise Fault(faults_year.YEAR_LEDGER_MOVED, field="others", value=clearing.pool)
    if held.residual_fen != done.residual_fen:
        raise Fault(faults_year.YEAR_LEDGER_MOVED, field="residual", value=clearing.pool)
