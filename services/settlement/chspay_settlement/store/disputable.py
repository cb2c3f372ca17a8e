"""What disputes rest on: a list with what its month gave it, settled discharges, how far months are."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

import asyncpg

# The newest version of a list, the institution as it was registered on the day of discharge, and its check.
_LIST = """
SELECT v.list_id, v.version, v.hospital_code, v.case_id, h.pool, v.region_code, h.settle_period,
  coalesce(p.name, ''), coalesce(p.level, 0), coalesce(p.community, ''), v.admission_date, v.discharge_date,
  coalesce(v.los_days, greatest(v.discharge_date - v.admission_date, 1)), v.department, v.insurance_type,
  v.icu_hours, v.newborn_weight_g, v.age_years, v.age_days, v.diagnoses, v.procedures, v.total_cost_fen,
  v.patient_paid_fen, v.status, v.mdc, v.adrg, v.drg, v.scheme_digest, q.list_id IS NOT NULL,
  coalesce(q.errors, 0), coalesce(q.warnings, 0)
FROM settlement.list_head h JOIN settlement.list_version v USING (list_id, version)
LEFT JOIN settlement.hospital p ON p.hospital_code = v.hospital_code AND p.since <= v.discharge_date
  AND (p.until IS NULL OR p.until >= v.discharge_date)
LEFT JOIN LATERAL (SELECT r.list_id, r.errors, r.warnings FROM settlement.quality_result r
  WHERE r.list_id = v.list_id AND r.version = v.version ORDER BY r.checked_at DESC LIMIT 1) q ON true
WHERE h.list_id = $1
"""
_SETTLED = """
SELECT c.run_id, b.posted_at, coalesce(t.method, ''), c.kind, c.drg, coalesce(c.points_micro, 0),
  coalesce(c.fund_fen, 0), coalesce(c.patient_fen, 0), c.level, coalesce(s.digest, '')
FROM settlement.month_run r
JOIN settlement.run_case c ON c.run_id = r.run_id AND c.hospital_code = $2 AND c.case_id = $3
LEFT JOIN settlement.run_route t ON t.run_id = c.run_id AND t.hospital_code = c.hospital_code
  AND t.case_id = c.case_id
LEFT JOIN settlement.posting_batch b ON b.run_id = c.run_id AND b.kind = 'month'
LEFT JOIN settlement.statement s ON s.run_id = c.run_id AND s.hospital_code = c.hospital_code
WHERE r.pool = $1 AND r.nature = 'month' AND r.state = 'done' ORDER BY r.period DESC LIMIT 1
"""
_CORRECTED = """
SELECT d.difference_id, d.period, c.why, c.before_points_micro, c.points_micro, c.before_fund_fen, c.fund_fen,
  c.drg, c.kind, coalesce(c.patient_fen, 0), c.marks
FROM settlement.difference_case c JOIN settlement.difference d USING (difference_id)
WHERE d.run_id = $1 AND c.hospital_code = $2 AND c.case_id = $3 ORDER BY d.created_at, d.difference_id
"""
# Methods under which a case goes to its group; a case of which no route is kept went there too.
_DISCHARGES = """
SELECT v.hospital_code, count(*), count(*) FILTER (WHERE t.method IS NULL OR t.method IN ('drg', 'dip'))
FROM settlement.list_head h
JOIN settlement.month_run r ON r.pool = h.pool AND r.period = h.settle_period AND r.nature = 'month'
  AND r.state = 'done'
JOIN settlement.list_version v USING (list_id, version)
JOIN settlement.run_case c ON c.run_id = r.run_id AND c.hospital_code = v.hospital_code
  AND c.case_id = v.case_id
LEFT JOIN settlement.run_route t ON t.run_id = c.run_id AND t.hospital_code = c.hospital_code
  AND t.case_id = c.case_id
WHERE h.pool = $1 AND h.discharge_date BETWEEN $2 AND $3 GROUP BY 1 ORDER BY 1
"""


class ListFacts(NamedTuple):
    """The newest version of a list."""

    list_id: str
    version: int
    hospital_code: str
    case_id: str
    pool: str
    region_code: str
    period: int
    hospital_name: str
    level: int
    community: str
    admission: date | None
    discharge: date
    los_days: int | None
    department: str
    insurance_type: str
    icu_hours: int | None
    newborn_weight_g: int | None
    age_years: int | None
    age_days: int | None
    diagnoses: list[str]
    procedures: list[str]
    cost_fen: int
    patient_fen: int | None
    status: str
    mdc: str
    adrg: str
    drg: str
    scheme_digest: str
    checked: bool
    errors: int
    warnings: int


class SettledFacts(NamedTuple):
    """What the closed month gave the case; ``method`` is empty where it simply went to its group."""

    run_id: str
    posted_at: datetime | None
    method: str
    kind: str
    drg: str
    points_micro: int
    fund_fen: int
    patient_fen: int
    level: int | None
    statement_digest: str


class CorrectedFacts(NamedTuple):
    """What one difference made of the case."""

    difference_id: str
    period: int
    why: str
    before_points_micro: int
    points_micro: int
    before_fen: int
    fund_fen: int
    drg: str
    kind: str
    patient_fen: int
    marks: str


class Discharges(NamedTuple):
    """Settled discharges of one hospital, and how many of them were paid by their group."""

    hospital_code: str
    discharges: int
    by_group: int


async def list_facts(connection: asyncpg.Connection, list_id: str) -> ListFacts | None:
    """A list the asker may see."""
    row = await connection.fetchrow(_LIST, list_id)
    return None if row is None else ListFacts(*row)


async def settled_facts(
    connection: asyncpg.Connection, pool: str, hospital_code: str, case_id: str
) -> SettledFacts | None:
    """What the closed month that took the case gave it."""
    row = await connection.fetchrow(_SETTLED, pool, hospital_code, case_id)
    return None if row is None else SettledFacts(*row)


async def corrections(
    connection: asyncpg.Connection, run_id: str, hospital_code: str, case_id: str
) -> list[CorrectedFacts]:
    """The differences posted for a case of a closed month, oldest first."""
    return [
        CorrectedFacts(*row) for row in await connection.fetch(_CORRECTED, run_id, hospital_code, case_id)
    ]


async def group_stay(connection: asyncpg.Connection, run_id: str, drg: str) -> tuple[int, int, int]:
    """Cases of a group in a run, those whose stay is known, and the days of these together."""
    row = await connection.fetchrow(
        "SELECT count(*), count(los_days), coalesce(sum(los_days), 0)::bigint FROM settlement.run_case"
        " WHERE run_id = $1 AND drg = $2",
        run_id,
        drg,
    )
    return row[0], row[1], row[2]


async def discharges(connection: asyncpg.Connection, pool: str, since: date, until: date) -> list[Discharges]:
    """Settled discharges of these days by hospital."""
    return [Discharges(*row) for row in await connection.fetch(_DISCHARGES, pool, since, until)]


async def waiting(connection: asyncpg.Connection, pool: str, since: date, until: date) -> int:
    """Lists of these days that no closed month has taken."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.list_head h WHERE h.pool = $1"
            " AND h.discharge_date BETWEEN $2 AND $3 AND NOT EXISTS (SELECT FROM settlement.month_run r"
            "  WHERE r.pool = h.pool AND r.period = h.settle_period AND r.nature = 'month'"
            "  AND r.state = 'done')",
            pool,
            since,
            until,
        )
    )


async def home_of(connection: asyncpg.Connection, hospital_code: str, on: date) -> str:
    """The pool a hospital was registered in on a day; empty for none."""
    found = await connection.fetchval(
        "SELECT pool FROM settlement.hospital WHERE hospital_code = $1 AND since <= $2"
        " AND (until IS NULL OR until >= $2)",
        hospital_code,
        on,
    )
    return str(found or "")


async def month_of_pool(connection: asyncpg.Connection, pool: str, period: int) -> tuple[str, str]:
    """State and run of a month: ``("", "")`` while nothing has taken it."""
    row = await connection.fetchrow(
        "SELECT state, run_id FROM settlement.pool_month WHERE pool = $1 AND period = $2", pool, period
    )
    return ("", "") if row is None else (row[0], row[1])


async def year_of_pool(connection: asyncpg.Connection, pool: str, year: int) -> tuple[str, str]:
    """Number and state of the clearing of a year that was neither sent back nor failed; empty for none."""
    row = await connection.fetchrow(
        "SELECT clearing_id, state FROM settlement.year_clearing WHERE pool = $1 AND year = $2"
        " AND state NOT IN ('returned', 'failed')",
        pool,
        year,
    )
    return ("", "") if row is None else (row[0], row[1])
