"""Lists of a month with their groups, and sums over the cases of a closed month."""

from __future__ import annotations

from typing import NamedTuple

import asyncpg

from chspay_settlement.store.lists import ListRecord, answer_of, case_of


class PeerSum(NamedTuple):
    """Cases of a hospital, or of one of its groups, in a run."""

    hospital_code: str
    group: str
    scheme_digest: str
    groups: int
    cases: int
    cost_fen: int


async def page(
    connection: asyncpg.Connection, hospital_code: str, period: int, case_id: str, offset: int, limit: int
) -> tuple[list[ListRecord], int, str]:
    """Lists of a hospital that a month takes, how many there are in all, and the pool that pays them."""
    rows = await connection.fetch(
        "SELECT v.*, h.pool, count(*) OVER () AS total"
        " FROM settlement.list_head h JOIN settlement.list_version v USING (list_id, version)"
        " WHERE h.hospital_code = $1 AND h.settle_period = $2 AND ($3 = '' OR v.case_id = $3)"
        " ORDER BY h.list_id OFFSET $4 LIMIT $5",
        hospital_code, period, case_id, offset, limit,
    )  # fmt: skip
    total = rows[0]["total"] if rows else 0
    found = [
        ListRecord(
            row["list_id"], row["version"], case_of(row), answer_of(row), row["channel"], row["received_at"]
        )
        for row in rows
    ]
    return found, total, rows[0]["pool"] if rows else ""


async def closed_run(
    connection: asyncpg.Connection, hospital_code: str, period: int
) -> tuple[str, str] | None:
    """The run that closed the month of a hospital, and its pool; ``None`` when none has."""
    found = await connection.fetchrow(
        "SELECT r.run_id, r.pool FROM settlement.month_run r JOIN settlement.run_hospital h USING (run_id)"
        " WHERE h.hospital_code = $1 AND r.period = $2 AND r.nature = 'month' AND r.state = 'done'"
        " ORDER BY r.created_at DESC LIMIT 1",
        hospital_code, period,
    )  # fmt: skip
    return None if found is None else (found[0], found[1])


async def hospital_sums(connection: asyncpg.Connection, run_id: str) -> list[PeerSum]:
    """Every hospital of a run."""
    rows = await connection.fetch(
        "SELECT c.hospital_code, '', '', count(DISTINCT nullif(c.drg, '')), count(*),"
        " sum(c.cost_fen)::bigint FROM settlement.run_case c WHERE c.run_id = $1 GROUP BY c.hospital_code",
        run_id,
    )
    return [PeerSum(*row) for row in rows]


async def group_sums(connection: asyncpg.Connection, run_id: str, hospital_code: str) -> list[PeerSum]:
    """The groups of one hospital of a run."""
    rows = await connection.fetch(
        "SELECT c.hospital_code, c.drg, max(c.scheme_digest), 1, count(*),"
        " sum(c.cost_fen)::bigint FROM settlement.run_case c"
        " WHERE c.run_id = $1 AND c.hospital_code = $2 AND c.drg <> ''"
        " GROUP BY c.hospital_code, c.drg ORDER BY c.drg",
        run_id, hospital_code,
    )  # fmt: skip
    return [PeerSum(*row) for row in rows]
