"""Closed months, what has changed of their cases since, and the differences posted for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from chspay_settlement.store.runs import Run

CaseKey = tuple[str, str]


class Difference(NamedTuple):
    """A row of ``difference``."""

    difference_id: str
    pool: str
    pool_prefix: str
    corrected_period: int
    run_id: str
    corrects: str
    method: str
    period: int
    cause: str
    residual_fen: int
    value_fen: int
    value_micro: int
    policy_digest: str
    engine_version: str
    digest: str
    created_by: str


class HospitalRow(NamedTuple):
    """A row of ``difference_hospital``: where the hospital stands now, and what that changed."""

    hospital_code: str
    region_code: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int
    prepaid_fen: int
    cases_delta: int
    points_delta_micro: int
    fund_delta_fen: int
    prepaid_delta_fen: int


class CaseRow(NamedTuple):
    """A row of ``difference_case``: the case as it counts from now on."""

    hospital_code: str
    case_id: str
    region_code: str
    list_id: str
    version: int
    level: int | None
    drg: str
    status: str
    department: str
    los_days: int | None
    cost_fen: int
    patient_fen: int | None
    marks: str
    kind: str
    points_micro: int
    excluded: str
    fund_fen: int
    before_points_micro: int
    before_fund_fen: int
    why: str


class Corrected(NamedTuple):
    """A case of a closed run with a newer version of its list."""

    hospital_code: str
    case_id: str
    list_id: str
    version: int


class Now(NamedTuple):
    """A list version as a run would take it in."""

    hospital_code: str
    case_id: str
    region_code: str
    level: int | None
    drg: str
    status: str
    scheme_digest: str
    department: str
    los_days: int | None
    cost_fen: int
    patient_fen: int | None


class PaidNow(NamedTuple):
    """A hospital's part of a difference that is paid in an open month."""

    difference_id: str
    hospital_code: str
    region_code: str
    cause: str
    prepaid_delta_fen: int
    corrected_period: int


_DIFFERENCE = ", ".join(Difference._fields)
_HOSPITAL = ", ".join(HospitalRow._fields)
_CASE = ", ".join(CaseRow._fields)


async def closed_runs(connection: asyncpg.Connection, pool: str) -> list[tuple[str, int]]:
    """The posted runs of a pool: ``(run_id, period)``, oldest month first.

    Months of a year that is being cleared or was are left out: a re-clearing of the year corrects them.
    """
    rows = await connection.fetch(
        "SELECT run_id, period FROM settlement.month_run r"
        " WHERE pool = $1 AND state = 'done' AND nature = 'month' AND NOT EXISTS (SELECT FROM"
        "  settlement.year_clearing y WHERE y.pool = r.pool AND y.year = r.period / 100"
        "  AND y.state NOT IN ('returned', 'failed')) ORDER BY period, run_id",
        pool,
    )
    return [(row[0], row[1]) for row in rows]


async def of_run(connection: asyncpg.Connection, run_id: str) -> list[Difference]:
    """Differences posted for a run, oldest first."""
    rows = await connection.fetch(
        f"SELECT {_DIFFERENCE} FROM settlement.difference WHERE run_id = $1"  # noqa: S608 - constants
        " ORDER BY created_at, difference_id",
        run_id,
    )
    return [Difference(*row) for row in rows]


async def hospitals_of(connection: asyncpg.Connection, difference_id: str) -> list[HospitalRow]:
    """The hospitals of a difference that the asker may see, by code."""
    rows = await connection.fetch(
        f"SELECT {_HOSPITAL} FROM settlement.difference_hospital"  # noqa: S608 - constants
        " WHERE difference_id = $1 ORDER BY hospital_code",
        difference_id,
    )
    return [HospitalRow(*row) for row in rows]


async def cases_of(connection: asyncpg.Connection, difference_id: str) -> list[CaseRow]:
    """The cases of a difference that the asker may see, by hospital and case."""
    rows = await connection.fetch(
        f"SELECT {_CASE} FROM settlement.difference_case"  # noqa: S608 - constants
        " WHERE difference_id = $1 ORDER BY hospital_code, case_id",
        difference_id,
    )
    return [CaseRow(*row) for row in rows]


async def corrected(connection: asyncpg.Connection, run: Run) -> list[Corrected]:
    """Cases of a closed run whose list has a newer version than the one last settled or corrected."""
    rows = await connection.fetch(
        "SELECT c.hospital_code, c.case_id, c.list_id, h.version FROM settlement.list_head h"
        " JOIN settlement.list_version v USING (list_id, version)"
        " JOIN settlement.run_case c ON c.run_id = $1 AND c.hospital_code = v.hospital_code"
        "  AND c.case_id = v.case_id"
        " WHERE h.pool = $2 AND h.settle_period = $3 AND h.mark = 'difference'"
        " AND h.version > greatest(c.version,"
        "  coalesce((SELECT max(x.version) FROM settlement.difference_case x"
        "   JOIN settlement.difference d USING (difference_id)"
        "   WHERE d.run_id = $1 AND x.hospital_code = c.hospital_code AND x.case_id = c.case_id), 0))"
        " ORDER BY c.hospital_code, c.case_id",
        run.run_id,
        run.pool,
        run.period,
    )
    return [Corrected(*row) for row in rows]


# As the snapshot of a run takes lists in.
_NOW = """
SELECT v.hospital_code, v.case_id, v.region_code, p.level, v.drg, v.status, v.scheme_digest, v.department,
  coalesce(v.los_days, greatest(v.discharge_date - v.admission_date, 1)), v.total_cost_fen,
  v.patient_paid_fen
FROM unnest($1::text[], $2::int[]) AS i(list_id, version)
JOIN settlement.list_version v USING (list_id, version)
LEFT JOIN settlement.hospital p ON p.hospital_code = v.hospital_code AND p.since <= v.discharge_date
  AND (p.until IS NULL OR p.until >= v.discharge_date)
"""


async def now(connection: asyncpg.Connection, lists: Sequence[tuple[str, int]]) -> dict[CaseKey, Now]:
    """Versions ``(list_id, version)`` as a run would take them in."""
    rows = await connection.fetch(_NOW, [found[0] for found in lists], [found[1] for found in lists])
    return {(row[0], row[1]): Now(*row) for row in rows}


async def versions_of(
    connection: asyncpg.Connection, run_id: str, keys: Sequence[CaseKey]
) -> dict[CaseKey, tuple[str, int, str]]:
    """List, version and region of cases as the run took them in."""
    rows = await connection.fetch(
        "SELECT c.hospital_code, c.case_id, c.list_id, c.version, c.region_code FROM settlement.run_case c"
        " JOIN unnest($2::text[], $3::text[]) AS i(hospital_code, case_id) USING (hospital_code, case_id)"
        " WHERE c.run_id = $1",
        run_id,
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


async def put(
    connection: asyncpg.Connection,
    found: Difference,
    hospitals: Sequence[HospitalRow],
    cases: Sequence[CaseRow],
) -> None:
    """Stores a difference with its hospitals and cases."""
    await _insert(connection, "difference", Difference._fields, [found])
    await _insert(
        connection,
        "difference_hospital",
        ("difference_id", *HospitalRow._fields),
        [(found.difference_id, *row) for row in hospitals],
    )
    await _insert(
        connection,
        "difference_case",
        ("difference_id", *CaseRow._fields),
        [(found.difference_id, *row) for row in cases],
    )


async def _insert(
    connection: asyncpg.Connection, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await connection.executemany(
        f"INSERT INTO settlement.{table} ({', '.join(names)}) VALUES ({places})",  # noqa: S608 - constants
        rows,
    )


async def paid_in(connection: asyncpg.Connection, pool: str, period: int) -> list[PaidNow]:
    """What differences pay each hospital in an open month, by hospital and difference."""
    rows = await connection.fetch(
        "SELECT d.difference_id, h.hospital_code, h.region_code, d.cause, h.prepaid_delta_fen,"
        " d.corrected_period FROM settlement.difference d JOIN settlement.difference_hospital h"
        " USING (difference_id) WHERE d.pool = $1 AND d.period = $2 AND h.prepaid_delta_fen <> 0"
        " ORDER BY h.hospital_code, d.difference_id",
        pool,
        period,
    )
    return [PaidNow(*row) for row in rows]


async def page(
    connection: asyncpg.Connection, pool: str, hospital_code: str, after: str, limit: int
) -> list[Difference]:
    """Differences the asker may see by id, after one; with a hospital, only those that move it."""
    rows = await connection.fetch(
        f"SELECT {_DIFFERENCE} FROM settlement.difference d"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND difference_id > $3 AND ($2 = '' OR EXISTS"
        "  (SELECT FROM settlement.difference_hospital h WHERE h.difference_id = d.difference_id"
        "   AND h.hospital_code = $2)) ORDER BY difference_id LIMIT $4",
        pool,
        hospital_code,
        after,
        limit,
    )
    return [Difference(*row) for row in rows]


async def open_month(connection: asyncpg.Connection, pool: str) -> int | None:
    """The first month after the last closed one; ``None`` when the pool has closed none."""
    found: int | None = await connection.fetchval(
        "SELECT settlement.open_month($1, max(period)) FROM settlement.pool_month"
        " WHERE pool = $1 AND state <> 'starting'",
        pool,
    )
    return found


async def batch_of(connection: asyncpg.Connection, run_id: str) -> str:
    """The posting batch of a run's month; empty when the month moved no money."""
    found: str | None = await connection.fetchval(
        "SELECT batch_id FROM settlement.posting_batch WHERE run_id = $1 AND kind = 'month'", run_id
    )
    return found or ""
