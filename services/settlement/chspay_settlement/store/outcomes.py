"""What decided disputes moved, and where it was posted."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import asyncpg


class Outcome(NamedTuple):
    """A row of ``decided_outcome``."""

    decision_no: str
    kind: str
    revokes: str
    pool: str
    hospital_code: str
    region_code: str
    citation: str
    content: str
    before: str
    decided_by: str


class Marked(NamedTuple):
    """A case that a closed month took in with the mark of a decision."""

    run_id: str
    period: int


_COLUMNS = ", ".join(Outcome._fields)


async def lock(connection: asyncpg.Connection, decision_no: str) -> None:
    """Those who send the same document take turns until their transactions end."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement.outcome/' || $1, 0))", decision_no
    )


async def insert(connection: asyncpg.Connection, new: Outcome) -> None:
    """Stores an outcome."""
    places = ", ".join(f"${number}" for number in range(1, len(new) + 1))
    await connection.execute(
        f"INSERT INTO settlement.decided_outcome ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - constants
        *new,
    )


async def one(connection: asyncpg.Connection, decision_no: str) -> Outcome | None:
    """An outcome the asker may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.decided_outcome WHERE decision_no = $1",  # noqa: S608 - constants
        decision_no,
    )
    return None if row is None else Outcome(*row)


async def revoked_by(connection: asyncpg.Connection, decision_no: str) -> str:
    """The document that took this one back; empty for none."""
    found = await connection.fetchval(
        "SELECT decision_no FROM settlement.decided_outcome WHERE revokes = $1", decision_no
    )
    return str(found or "")


async def upheld_before(connection: asyncpg.Connection, finding_id: str) -> int:
    """What was deducted of a finding when it was last upheld, fen; 0 when it never was."""
    return int(
        await connection.fetchval(
            "SELECT coalesce((SELECT amount_fen FROM settlement.finding_event WHERE finding_id = $1"
            " AND state = 'upheld' ORDER BY number DESC LIMIT 1), 0)",
            finding_id,
        )
    )


async def marked(
    connection: asyncpg.Connection, hospital_code: str, case_id: str, decision_no: str
) -> Marked | None:
    """The closed run that took a case in with the mark of a decision."""
    row = await connection.fetchrow(
        "SELECT r.run_id, r.period FROM settlement.run_mark k JOIN settlement.month_run r USING (run_id)"
        " WHERE k.hospital_code = $1 AND k.case_id = $2 AND k.cite = $3 AND r.state = 'done'"
        " AND r.nature = 'month' LIMIT 1",
        hospital_code,
        case_id,
        decision_no,
    )
    return None if row is None else Marked(*row)


async def closing_run(connection: asyncpg.Connection, pool: str, period: int) -> str:
    """The run that closed a month; empty while it is open."""
    found = await connection.fetchval(
        "SELECT run_id FROM settlement.month_run WHERE pool = $1 AND period = $2 AND state = 'done'"
        " AND nature = 'month'",
        pool,
        period,
    )
    return str(found or "")


async def charged_since(
    connection: asyncpg.Connection, finding_id: str, decision_no: str
) -> tuple[int, int, str] | None:
    """What the next closed month after an outcome took off for its finding: fen, month, run; below zero it
    gave back."""
    row = await connection.fetchrow(
        "SELECT d.amount_fen, r.period, r.run_id FROM settlement.run_deduction d"
        " JOIN settlement.month_run r USING (run_id)"
        " WHERE d.finding_id = $1 AND r.state = 'done' AND r.nature = 'month' AND r.created_at >"
        "  (SELECT decided_at FROM settlement.decided_outcome WHERE decision_no = $2)"
        " ORDER BY r.period LIMIT 1",
        finding_id,
        decision_no,
    )
    return None if row is None else (row[0], row[1], row[2])


async def decided_at(connection: asyncpg.Connection, decision_no: str) -> datetime:
    """The moment an outcome was taken in."""
    found: datetime = await connection.fetchval(
        "SELECT decided_at FROM settlement.decided_outcome WHERE decision_no = $1", decision_no
    )
    return found


async def pool_of_finding(connection: asyncpg.Connection, finding_id: str) -> tuple[int, str]:
    """The month of a finding's list as ``yyyymm``, and the list."""
    row = await connection.fetchrow(
        "SELECT h.settle_period, h.list_id FROM settlement.audit_finding f"
        " JOIN settlement.list_head h USING (list_id) WHERE f.finding_id = $1",
        finding_id,
    )
    return row[0], row[1]
