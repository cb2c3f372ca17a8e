"""What a simulation reads of a run beyond its columns."""

from __future__ import annotations

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
