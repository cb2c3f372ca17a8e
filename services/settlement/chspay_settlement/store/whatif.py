"""What a simulation reads of a run beyond its columns."""

from __future__ import annotations

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
