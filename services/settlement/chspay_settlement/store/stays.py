"""Stays of persons who were in hospital more than once, as the rule on readmissions looks at them."""

from __future__ import annotations

import asyncpg

from chspay_settlement.engine.case.readmission import Stay

#: The columns of ``readmission.Stay``; only grouped stays of persons known and seen twice.
_STAYS = """
WITH taken AS (
  SELECT c.case_id, c.hospital_code, v.person_key, c.drg, v.admission_date, v.discharge_date,
    coalesce(v.diagnoses[1], '') AS diagnosis, v.procedures
  FROM settlement.run_case c JOIN settlement.month_run r USING (run_id)
  JOIN settlement.list_version v USING (list_id, version)
  WHERE {which} AND c.status = 'grouped' AND v.person_key <> '' AND v.admission_date IS NOT NULL
)
SELECT * FROM taken WHERE person_key IN
  (SELECT person_key FROM taken GROUP BY person_key HAVING count(*) > 1)
ORDER BY hospital_code, case_id
"""


async def of_run(connection: asyncpg.Connection, run_id: str) -> list[Stay]:
    """The stays of one run."""
    rows = await connection.fetch(_STAYS.format(which="c.run_id = $1"), run_id)
    return [_stay(row) for row in rows]


async def since(connection: asyncpg.Connection, pool: str, period: int) -> list[Stay]:
    """The stays of every month a pool has closed, from ``period`` on."""
    which = "r.pool = $1 AND r.period >= $2 AND r.state = 'done' AND r.nature = 'month'"
    rows = await connection.fetch(_STAYS.format(which=which), pool, period)
    return [_stay(row) for row in rows]


def _stay(row: asyncpg.Record) -> Stay:
    return Stay(row[0], row[1], row[2], row[3], row[4], row[5], row[6], tuple(row[7]))
