"""Lists of closed months whose persons are in a run again on the same days."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import asyncpg

from chspay_settlement.engine.month.settled import CaseKey

# The newest version of a list says its days; the index on person_key finds it. A case of which no route is
# kept went to its group.
_MET = """
SELECT o.hospital_code, o.case_id, r.run_id, r.period, c.hospital_code, c.case_id, w.admission_date,
  w.discharge_date, coalesce(t.method, '')
FROM settlement.run_case o JOIN settlement.list_version v USING (list_id, version)
JOIN settlement.list_version w ON w.person_key = v.person_key AND w.person_key <> ''
  AND w.list_id <> v.list_id
  AND w.admission_date < greatest(v.discharge_date, v.admission_date + 1)
  AND v.admission_date < greatest(w.discharge_date, w.admission_date + 1)
JOIN settlement.list_head h ON h.list_id = w.list_id AND h.version = w.version
JOIN settlement.month_run r ON r.pool = $2 AND r.state = 'done' AND r.nature = 'month'
JOIN settlement.run_case c ON c.run_id = r.run_id AND c.hospital_code = w.hospital_code
  AND c.case_id = w.case_id AND c.list_id = w.list_id
LEFT JOIN settlement.run_route t ON t.run_id = c.run_id AND t.hospital_code = c.hospital_code
  AND t.case_id = c.case_id
WHERE o.run_id = $1 AND v.person_key <> ''
ORDER BY r.run_id, c.hospital_code, c.case_id, o.hospital_code, o.case_id
"""


class Row(NamedTuple):
    """A case of the run, and a settled list of the same person whose stay has a day in common with it."""

    case: CaseKey
    run_id: str
    period: int
    key: CaseKey
    admission: date
    discharge: date
    #: As its run routed it; empty where it simply went to its group.
    method: str


async def met(connection: asyncpg.Connection, run_id: str, pool: str) -> list[Row]:
    """Settled lists that stand on days of cases of a run, whatever they were paid by."""
    rows = await connection.fetch(_MET, run_id, pool)
    return [Row((row[0], row[1]), row[2], row[3], (row[4], row[5]), row[6], row[7], row[8]) for row in rows]


async def without_person(connection: asyncpg.Connection, run_id: str) -> int:
    """Cases of a run whose list names no person."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.run_case c"
            " JOIN settlement.list_version v USING (list_id, version)"
            " WHERE c.run_id = $1 AND v.person_key = ''",
            run_id,
        )
    )


async def unfinished_before(connection: asyncpg.Connection, run_id: str, pool: str) -> str:
    """The oldest month run of a pool that was started before this one and has not ended; empty for none."""
    found = await connection.fetchval(
        "SELECT r.run_id FROM settlement.month_run r JOIN settlement.month_run own ON own.run_id = $1"
        " WHERE r.pool = $2 AND r.nature = 'month' AND r.state IN ('pending', 'running')"
        " AND (r.created_at, r.run_id) < (own.created_at, own.run_id)"
        " ORDER BY r.created_at, r.run_id LIMIT 1",
        run_id,
        pool,
    )
    return str(found or "")
