"""What a simulation reads of a run beyond its columns."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import asyncpg

from chspay_core.case import Case
from chspay_settlement.store import lists
from chspay_settlement.store.run_cases import Key


async def cases(connection: asyncpg.Connection, run_id: str, after: Key, limit: int) -> list[Case]:
    """The next cases of a run by hospital and number, with everything the grouper needs."""
    rows = await connection.fetch(
        "SELECT v.* FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version)"
        " WHERE c.run_id = $1 AND (c.hospital_code, c.case_id) > ($2, $3)"
        " ORDER BY c.hospital_code, c.case_id LIMIT $4",
        run_id,
        *after,
        limit,
    )
    return [lists.case_of(row) for row in rows]


class MonthSums(NamedTuple):
    """What a closed month of a pool came to; money in fen, points in millionths."""

    period: int
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int


async def months(connection: asyncpg.Connection, pool: str, first: int, last: int) -> list[MonthSums]:
    """The closed months of a pool from ``first`` through ``last`` (yyyymm), in order."""
    rows = await connection.fetch(
        "SELECT r.period, sum(h.cases)::bigint, sum(h.points_micro)::bigint, sum(h.cost_fen)::bigint,"
        " sum(h.patient_fen)::bigint, sum(h.fund_fen)::bigint"
        " FROM settlement.month_run r JOIN settlement.run_hospital h USING (run_id)"
        " WHERE r.pool = $1 AND r.period BETWEEN $2 AND $3 AND r.state = 'done' AND r.nature = 'month'"
        " GROUP BY r.period ORDER BY r.period",
        pool,
        first,
        last,
    )
    return [MonthSums(*row) for row in rows]


class Stored(NamedTuple):
    """A simulation that was kept."""

    what_if_id: str
    pool: str
    content: bytes
    digest: str
    engine_version: str
    started_by: str
    created_at: datetime


_STORED = ", ".join(Stored._fields)
#: So many of the newest are listed.
MOST_LISTED = 20


async def put(connection: asyncpg.Connection, kept: Stored) -> None:
    """Keeps a simulation."""
    await connection.execute(
        f"INSERT INTO settlement.what_if_result ({_STORED})"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        *kept,
    )


async def one(connection: asyncpg.Connection, what_if_id: str) -> Stored | None:
    """A simulation that was kept and that the asker may see."""
    row = await connection.fetchrow(
        f"SELECT {_STORED} FROM settlement.what_if_result WHERE what_if_id = $1",  # noqa: S608 - constants
        what_if_id,
    )
    return None if row is None else Stored(*row)


async def newest(connection: asyncpg.Connection) -> list[Stored]:
    """Those that were kept and that the asker may see, the newest first."""
    rows = await connection.fetch(
        f"SELECT {_STORED} FROM settlement.what_if_result"  # noqa: S608 - constants
        " ORDER BY created_at DESC, what_if_id LIMIT $1",
        MOST_LISTED,
    )
    return [Stored(*row) for row in rows]
