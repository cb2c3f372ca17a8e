"""A run's totals proven when it ends: the tree kept, its root on every statement and in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import journal
from chspay_kit.package import canonical
from chspay_settlement import faults
from chspay_settlement.app.reading.lineage import stored_table
from chspay_settlement.engine.proof.leaves import CaseLeaf, case_leaf
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.proof.published import Published, publish
from chspay_settlement.engine.proof.stored import parse_pool, pool_content
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.store import proofs, run_cases, runs

PROOF_ABSENT = Reason(
    "PROOF_ABSENT",
    Kind.PRECONDITION,
    "结算{value}没有总额证明（早于本功能，或没有完成），不能出具可核对的数据包。",
)
#: The journal of the roots of a pool's closed months.
STREAM = "proof/"


async def prove_run(
    connection: asyncpg.Connection,
    run: runs.Run,
    division: Division,
    pool_of: Callable[[], Pool],
    *,
    closes: bool,
) -> Published:
    """The proof of a run's totals, stored with it; the roots of closed months are chained in a journal.

    :param pool_of: grows the tree over the run's cases; called off the event loop.
    :raises Fault: PROOF_SUMS_REFUSED, PROOF_TOTALS.
    """
    table = await stored_table(connection, run.run_id)
    pool = await asyncio.to_thread(pool_of)
    public = await asyncio.to_thread(publish, pool, division, table)
    root = pool.root.hash.hex()
    await proofs.put(connection, run.run_id, run.pool, root, pool_content(pool))
    if closes:
        said = {"run": run.run_id, "pool": run.pool, "period": run.period, "proof": public.section("")}
        await journal.append(connection, STREAM + run.pool, canonical(said))
    return public


async def stored_pool(connection: asyncpg.Connection, run_id: str) -> Pool:
    """The tree kept with a run, which must come to the stored root.

    :raises Fault: PROOF_ABSENT, LINEAGE_BROKEN.
    """
    found = await proofs.one(connection, run_id)
    if found is None:
        raise Fault(PROOF_ABSENT, field="run_id", value=run_id)
    root, content = found
    pool = await asyncio.to_thread(parse_pool, content)
    if pool.root.hash.hex() != root:
        raise Fault(
            faults.LINEAGE_BROKEN, field="proof", value=run_id, found=pool.root.hash.hex(), stored=root
        )
    return pool


def leaves_of(rows: Sequence[run_cases.Priced]) -> list[CaseLeaf]:
    """What is committed of one hospital's cases, in order."""
    found = [case_leaf(row.inp, row.points, row.fund_fen or 0) for row in rows if row.points is not None]
    return sorted(found, key=lambda leaf: leaf.case_id)
