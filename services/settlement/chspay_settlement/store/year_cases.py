"""The cases of a year as the months and their corrections settled them, gathered for an annual clearing.

They stand in ``run_case`` and ``run_mark`` under the clearing's id, as those of a month run do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from chspay_core.case import Case
from chspay_kit.convert import Answer
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.model import ROUTED, CaseKind, CasePoints, PricedInput
from chspay_settlement.engine.year.statement import YearGroup
from chspay_settlement.store import lists
from chspay_settlement.store.year import Clearing

CaseKey = tuple[str, str]
_INPUT = "case_id, hospital_code, level, drg, status, department, los_days, cost_fen, patient_fen"


class Freeze(NamedTuple):
    """What stands in the way of clearing a year: open months with lists, and corrections not yet taken."""

    open_months: list[int]
    pending: int
    runs: int


class Sums(NamedTuple):
    """One institution's cases over the year, those that earn no points left out."""

    hospital_code: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    #: Item-by-item fund bill, and how many cases have none.
    actual_fen: int
    unknown: int


# A case counts as its newest difference says, else as its month's run took it in.
_COLLECT = """
INSERT INTO settlement.run_case (run_id, hospital_code, case_id, list_id, version, region_code, level,
  drg, status, scheme_digest, department, los_days, cost_fen, patient_fen, kind, points_micro, excluded)
WITH month AS (
  SELECT run_id FROM settlement.month_run
  WHERE pool = $2 AND period BETWEEN $3 * 100 + 1 AND $3 * 100 + 12 AND state = 'done' AND nature = 'month'),
newest AS (
  SELECT DISTINCT ON (x.hospital_code, x.case_id) x.* FROM settlement.difference_case x
  JOIN settlement.difference d USING (difference_id) JOIN month USING (run_id)
  ORDER BY x.hospital_code, x.case_id, d.created_at DESC, d.difference_id DESC)
SELECT $1, c.hospital_code, c.case_id, coalesce(n.list_id, c.list_id), coalesce(n.version, c.version),
  c.region_code, CASE WHEN n.case_id IS NULL THEN c.level ELSE n.level END,
  coalesce(n.drg, c.drg), coalesce(n.status, c.status), c.scheme_digest,
  coalesce(n.department, c.department), CASE WHEN n.case_id IS NULL THEN c.los_days ELSE n.los_days END,
  coalesce(n.cost_fen, c.cost_fen), CASE WHEN n.case_id IS NULL THEN c.patient_fen ELSE n.patient_fen END,
  CASE WHEN $4 THEN coalesce(n.kind, c.kind) ELSE '' END,
  CASE WHEN $4 THEN coalesce(n.points_micro, c.points_micro) END,
  CASE WHEN $4 THEN coalesce(n.excluded, c.excluded) ELSE '' END
FROM month JOIN settlement.run_case c USING (run_id)
LEFT JOIN newest n ON n.hospital_code = c.hospital_code AND n.case_id = c.case_id
"""
# Decisions in force now; of what rules found in the months, whatever no decision speaks about.
_MARKS = """
INSERT INTO settlement.run_mark (run_id, hospital_code, case_id, kind, region_code, value, mode, cite)
SELECT DISTINCT ON (hospital_code, case_id, kind) $1, hospital_code, case_id, kind, region_code, value, mode,
  cite
FROM (
  SELECT 0 AS rank, d.hospital_code, d.case_id, d.kind, c.region_code, d.value, d.mode, d.decision_no AS cite
  FROM settlement.case_decision d JOIN settlement.run_case c USING (hospital_code, case_id)
  WHERE c.run_id = $1 AND d.kind <> 'revoke'
    AND NOT EXISTS (SELECT FROM settlement.case_decision r WHERE r.revokes = d.decision_no)
  UNION ALL
  SELECT 1, m.hospital_code, m.case_id, m.kind, c.region_code, m.value, m.mode, m.cite
  FROM settlement.run_mark m
  JOIN settlement.month_run r ON r.run_id = m.run_id AND r.pool = $2 AND r.state = 'done'
    AND r.nature = 'month' AND r.period BETWEEN $3 * 100 + 1 AND $3 * 100 + 12
  JOIN settlement.run_case c ON c.run_id = $1 AND c.hospital_code = m.hospital_code
    AND c.case_id = m.case_id
  WHERE NOT EXISTS (SELECT FROM settlement.case_decision d WHERE d.decision_no = m.cite)) found
ORDER BY hospital_code, case_id, kind, rank, cite
"""


# A decision is taken when its month's run or a later difference of the case knows it; so is its revocation.
_UNTAKEN = """
SELECT count(*) FROM settlement.case_decision d JOIN settlement.run_case c USING (hospital_code, case_id)
JOIN settlement.month_run r ON r.run_id = c.run_id AND r.state = 'done' AND r.nature = 'month'
WHERE r.pool = $1 AND r.period BETWEEN $2 * 100 + 1 AND $2 * 100 + 12
  AND EXISTS (SELECT FROM settlement.run_mark m WHERE m.run_id = c.run_id
    AND m.hospital_code = c.hospital_code AND m.case_id = c.case_id
    AND m.cite = CASE d.kind WHEN 'revoke' THEN d.revokes ELSE d.decision_no END) = (d.kind = 'revoke')
  AND (d.kind = 'revoke' OR NOT EXISTS (SELECT FROM settlement.case_decision v
    WHERE v.revokes = d.decision_no))
  AND NOT EXISTS (SELECT FROM settlement.difference_case x JOIN settlement.difference f USING (difference_id)
    WHERE f.run_id = c.run_id AND x.hospital_code = c.hospital_code AND x.case_id = c.case_id
    AND f.created_at >= d.decided_at)
"""


async def freeze(connection: asyncpg.Connection, pool: str, year: int) -> Freeze:
    """Whether every month of a year that has lists is closed, and every correction taken."""
    months = await connection.fetch(
        "SELECT DISTINCT settle_period FROM settlement.list_head h WHERE pool = $1"
        " AND settle_period BETWEEN $2 * 100 + 1 AND $2 * 100 + 12 AND NOT EXISTS (SELECT FROM"
        "  settlement.pool_month m WHERE m.pool = h.pool AND m.period = h.settle_period"
        "  AND m.state = 'closed') ORDER BY 1",
        pool,
        year,
    )
    pending = await connection.fetchval(
        "SELECT count(*) FROM settlement.list_head h JOIN settlement.run_case c USING (list_id)"
        " JOIN settlement.month_run r ON r.run_id = c.run_id AND r.state = 'done' AND r.nature = 'month'"
        " WHERE r.pool = $1 AND r.period BETWEEN $2 * 100 + 1 AND $2 * 100 + 12 AND h.mark = 'difference'"
        " AND h.version > greatest(c.version, coalesce((SELECT max(x.version)"
        "  FROM settlement.difference_case x JOIN settlement.difference d USING (difference_id)"
        "  WHERE d.run_id = c.run_id AND x.hospital_code = c.hospital_code AND x.case_id = c.case_id), 0))",
        pool,
        year,
    )
    runs = await connection.fetchval(
        "SELECT count(*) FROM settlement.month_run WHERE pool = $1 AND state = 'done' AND nature = 'month'"
        " AND period BETWEEN $2 * 100 + 1 AND $2 * 100 + 12",
        pool,
        year,
    )
    untaken = await connection.fetchval(_UNTAKEN, pool, year)
    return Freeze([row[0] for row in months], int(pending) + int(untaken), int(runs))


async def close_months(connection: asyncpg.Connection, clearing: Clearing) -> None:
    """Keeps lists out of the months of the year that no run has closed."""
    await connection.execute(
        "INSERT INTO settlement.pool_month (pool, period, run_id, state)"
        " SELECT $1, $2 * 100 + month, $3, 'closed' FROM generate_series(1, 12) month"
        " ON CONFLICT (pool, period) DO NOTHING",
        clearing.pool,
        clearing.year,
        clearing.clearing_id,
    )


async def reopen_months(connection: asyncpg.Connection, clearing_id: str) -> None:
    """Gives back the months that :func:`close_months` took."""
    await connection.execute("DELETE FROM settlement.pool_month WHERE run_id = $1", clearing_id)


async def collect(connection: asyncpg.Connection, clearing: Clearing, *, as_settled: bool) -> int:
    """Takes in the cases of the year and their marks; answers how many cases.

    :param as_settled: whether they keep the points of their months.
    """
    done: str = await connection.execute(
        _COLLECT, clearing.clearing_id, clearing.pool, clearing.year, as_settled
    )
    await connection.execute(_MARKS, clearing.clearing_id, clearing.pool, clearing.year)
    return int(done.rsplit(" ", 1)[1])


async def foreign(connection: asyncpg.Connection, clearing: Clearing, limit: int) -> list[Case]:
    """The next cases grouped under another scheme than the year's, with all the grouper needs."""
    rows = await connection.fetch(
        "SELECT v.* FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version)"
        " WHERE c.run_id = $1 AND c.scheme_digest <> $2 AND NOT (c.status = ANY($4))"
        " ORDER BY c.hospital_code, c.case_id LIMIT $3",
        clearing.clearing_id,
        clearing.scheme_digest,
        limit,
        ROUTED,
    )
    return [lists.case_of(row) for row in rows]


async def put_groups(
    connection: asyncpg.Connection, clearing: Clearing, cases: Sequence[Case], answers: Sequence[Answer]
) -> None:
    """Gives cases their group under the year's scheme."""
    await connection.execute(
        "UPDATE settlement.run_case c SET drg = i.drg, status = i.status, scheme_digest = $6"
        " FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])"
        " AS i(hospital_code, case_id, drg, status)"
        " WHERE c.run_id = $1 AND c.hospital_code = i.hospital_code AND c.case_id = i.case_id",
        clearing.clearing_id,
        [case.hospital_code for case in cases],
        [case.case_id for case in cases],
        [answer.drg for answer in answers],
        [answer.status.value for answer in answers],
        clearing.scheme_digest,
    )


async def marks(connection: asyncpg.Connection, clearing_id: str) -> dict[CaseKey, tuple[Mark, ...]]:
    """The marks of the year's cases, in a fixed order."""
    rows = await connection.fetch(
        "SELECT hospital_code, case_id, kind, value, mode, cite FROM settlement.run_mark"
        " WHERE run_id = $1 ORDER BY hospital_code, case_id, kind",
        clearing_id,
    )
    found: dict[CaseKey, tuple[Mark, ...]] = {}
    for row in rows:
        key = (row[0], row[1])
        found[key] = (*found.get(key, ()), Mark(MarkKind(row[2]), row[3], row[4], row[5]))
    return found


async def inputs(
    connection: asyncpg.Connection, clearing_id: str, after: CaseKey = ("", ""), limit: int = 0
) -> list[PricedInput]:
    """The next cases without points by hospital and case, after a position; ``limit`` 0 means all."""
    rows = await connection.fetch(
        f"SELECT {_INPUT} FROM settlement.run_case WHERE run_id = $1 AND kind = ''"  # noqa: S608 - constants
        " AND (hospital_code, case_id) > ($2, $3) ORDER BY hospital_code, case_id LIMIT nullif($4, 0)",
        clearing_id,
        *after,
        limit,
    )
    found = await marks(connection, clearing_id)
    return [PricedInput(*row)._replace(marks=found.get((row[1], row[0]), ())) for row in rows]


async def priced(
    connection: asyncpg.Connection, clearing_id: str
) -> tuple[list[PricedInput], list[CasePoints]]:
    """Every case of the year with its points, by hospital and case."""
    rows = await connection.fetch(
        f"SELECT {_INPUT}, kind, points_micro, excluded FROM settlement.run_case"  # noqa: S608 - constants
        " WHERE run_id = $1 ORDER BY hospital_code, case_id",
        clearing_id,
    )
    found = await marks(connection, clearing_id)
    cases = [PricedInput(*row[:9])._replace(marks=found.get((row[1], row[0]), ())) for row in rows]
    return cases, [CasePoints(CaseKind(row[9]), row[10], row[11]) for row in rows]


async def put_table(connection: asyncpg.Connection, clearing: Clearing, content: bytes, digest: str) -> None:
    """Keeps the group table the year is priced with."""
    await connection.execute(
        "INSERT INTO settlement.run_table (run_id, pool, pool_prefix, content, digest)"
        " VALUES ($1, $2, $3, $4, $5)",
        clearing.clearing_id,
        clearing.pool,
        clearing.pool_prefix,
        content,
        digest,
    )


async def table(connection: asyncpg.Connection, clearing_id: str) -> tuple[bytes, str] | None:
    """The group table of a year and its digest."""
    row = await connection.fetchrow(
        "SELECT content, digest FROM settlement.run_table WHERE run_id = $1", clearing_id
    )
    return None if row is None else (row[0], row[1])


async def sums(connection: asyncpg.Connection, clearing_id: str, *, by_list: bool) -> list[Sums]:
    """The institutions' cases added up, by code.

    :param by_list: whether the fund's bill is what the list says, else cost less what the patient bears.
    """
    bill = "v.fund_paid_fen" if by_list else "c.cost_fen - c.patient_fen"
    rows = await connection.fetch(
        "SELECT c.hospital_code, count(*), sum(c.points_micro)::bigint, sum(c.cost_fen)::bigint,"  # noqa: S608
        f" coalesce(sum(c.patient_fen), 0)::bigint, coalesce(sum({bill}), 0)::bigint,"
        f" count(*) FILTER (WHERE {bill} IS NULL)"
        " FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version)"
        " WHERE c.run_id = $1 AND c.kind <> 'excluded' GROUP BY 1 ORDER BY 1",
        clearing_id,
    )
    return [Sums(*row) for row in rows]


async def groups(connection: asyncpg.Connection, clearing_id: str) -> dict[str, list[YearGroup]]:
    """Each institution's cases by group and kind, sorted; excluded ones left out."""
    rows = await connection.fetch(
        "SELECT hospital_code, drg, kind, count(*), sum(points_micro)::bigint, sum(cost_fen)::bigint,"
        " coalesce(sum(patient_fen), 0)::bigint FROM settlement.run_case"
        " WHERE run_id = $1 AND kind <> 'excluded' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        clearing_id,
    )
    found: dict[str, list[YearGroup]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(YearGroup(*row[1:]))
    return found
