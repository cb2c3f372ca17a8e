"""What a stored clearing was given and came to, read for its replay bundle; nothing is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import asyncpg

_CASES = """
SELECT c.case_id, c.hospital_code, c.level, c.drg, c.status, c.department, c.los_days, c.cost_fen,
  c.patient_fen, v.fund_paid_fen, c.kind, c.excluded, c.points_micro, c.fund_fen
FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version)
WHERE c.run_id = $1 ORDER BY c.hospital_code, c.case_id
"""


async def cases(
    connection: asyncpg.Connection, run_id: str, rows: int
) -> AsyncIterator[Sequence[Sequence[object]]]:
    """The cases of a run or an annual clearing with what they were paid, column by column, so many at a time.

    Columns: case, hospital, level, group, status, department, days, cost, patient, the fund's bill as its
    list says, kind, reason, points, fund.
    """
    # By the plain order of the key the rows come from the index and are not sorted.
    cursor = await connection.cursor(_CASES, run_id)
    while found := await cursor.fetch(rows):
        yield list(zip(*found, strict=True))


async def count(connection: asyncpg.Connection, run_id: str) -> int:
    """How many cases a run or an annual clearing has."""
    return int(
        await connection.fetchval("SELECT count(*) FROM settlement.run_case WHERE run_id = $1", run_id)
    )


async def batch(connection: asyncpg.Connection, batch_id: str) -> bytes:
    """A batch of the ledger as the journal holds it; empty when no money was booked."""
    found: bytes | None = await connection.fetchval(
        "SELECT j.payload FROM settlement.posting_batch b JOIN settlement.journal_batch j"
        " ON j.stream = 'ledger/' || b.pool AND j.hash = b.hash WHERE b.batch_id = $1",
        batch_id,
    )
    return found or b""


async def year_statements(connection: asyncpg.Connection, clearing_id: str) -> list[tuple[str, bytes]]:
    """Every annual statement of a clearing, by hospital."""
    rows = await connection.fetch(
        "SELECT hospital_code, content FROM settlement.year_statement WHERE clearing_id = $1 ORDER BY 1",
        clearing_id,
    )
    return [(row[0], row[1]) for row in rows]
