"""The cases of a run as the router takes them, and what it made of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import NamedTuple

import asyncpg

from chspay_settlement.engine.model import BED_DAYS, ELSEWHERE
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.run import Episode, Routed
from chspay_settlement.engine.routing.table import Method

_ROWS = 20_000
_EPISODES = """
SELECT c.hospital_code, c.case_id, c.region_code, v.person_key, v.admission_date, v.discharge_date,
  coalesce(p.kind, ''), c.department, v.insurance_type, c.cost_fen, c.patient_fen,
  c.level
FROM settlement.run_case c JOIN settlement.list_version v USING (list_id, version)
LEFT JOIN settlement.hospital p ON p.hospital_code = c.hospital_code AND p.since <= v.discharge_date
  AND (p.until IS NULL OR p.until >= v.discharge_date)
WHERE c.run_id = $1{wanted} ORDER BY c.hospital_code, c.case_id
"""
_COLUMNS = ", ".join(Routed._fields)


class Sum(NamedTuple):
    """Cases of one method and reason, and what they are paid besides points."""

    method: str
    reason: str
    cases: int
    amount_fen: int


#: Persons who have more than one list in the run.
_SEEN_TWICE = """ AND v.person_key IN (SELECT w.person_key FROM settlement.run_case d
  JOIN settlement.list_version w USING (list_id, version) WHERE d.run_id = $1 AND w.person_key <> ''
  GROUP BY w.person_key HAVING count(*) > 1)"""


async def episodes(connection: asyncpg.Connection, run_id: str) -> AsyncIterator[list[Episode]]:
    """Every case of a run, some thousand at a time."""
    cursor = await connection.cursor(_EPISODES.format(wanted=""), run_id)
    while rows := await cursor.fetch(_ROWS):
        yield [Episode(*row) for row in rows]


async def of_departments(
    connection: asyncpg.Connection, run_id: str, departments: Collection[str]
) -> list[Episode]:
    """The cases of some departments."""
    query = _EPISODES.format(wanted=" AND c.department = ANY($2)")
    return [Episode(*row) for row in await connection.fetch(query, run_id, sorted(departments))]


async def of_persons_seen_twice(connection: asyncpg.Connection, run_id: str) -> list[Episode]:
    """The cases of persons who have more than one."""
    return [Episode(*row) for row in await connection.fetch(_EPISODES.format(wanted=_SEEN_TWICE), run_id)]


async def of_cases(connection: asyncpg.Connection, run_id: str, keys: Collection[CaseKey]) -> list[Episode]:
    """Some cases of a run."""
    if not keys:
        return []
    wanted = (
        " AND (c.hospital_code, c.case_id) IN"
        " (SELECT hospital_code, case_id FROM unnest($2::text[], $3::text[]) AS k(hospital_code, case_id))"
    )
    columns = [list(column) for column in zip(*sorted(keys), strict=True)]
    return [
        Episode(*row) for row in await connection.fetch(_EPISODES.format(wanted=wanted), run_id, *columns)
    ]


async def present(connection: asyncpg.Connection, run_id: str, keys: Collection[CaseKey]) -> list[CaseKey]:
    """Those of some lists that stand in a run; one of an unnamed institution counts for every one."""
    rows = await connection.fetch(
        "SELECT DISTINCT k.hospital_code, k.case_id FROM settlement.run_case c"
        " JOIN unnest($2::text[], $3::text[]) AS k(hospital_code, case_id) ON k.case_id = c.case_id"
        "  AND k.hospital_code IN ('', c.hospital_code) WHERE c.run_id = $1 ORDER BY 1, 2",
        run_id,
        [key[0] for key in keys],
        [key[1] for key in keys],
    )
    return [(row[0], row[1]) for row in rows]


async def episode(
    connection: asyncpg.Connection, run_id: str, hospital_code: str, case_id: str
) -> Episode | None:
    """One case of a run."""
    wanted = " AND c.hospital_code = $2 AND c.case_id = $3"
    query = _EPISODES.format(wanted=wanted)
    row = await connection.fetchrow(query, run_id, hospital_code, case_id)
    return None if row is None else Episode(*row)


async def settled_of(
    connection: asyncpg.Connection, pool: str, keys: Sequence[CaseKey]
) -> frozenset[CaseKey]:
    """Those of some lists that a closed month of the pool paid by points.

    Days that stand on those of the run's own cases are looked for in :mod:`.settled_days`.
    """
    rows = await connection.fetch(
        "SELECT c.hospital_code, c.case_id FROM settlement.run_case c"
        " JOIN settlement.month_run r USING (run_id)"
        " JOIN unnest($2::text[], $3::text[]) AS k(hospital_code, case_id)"
        "  ON k.hospital_code = c.hospital_code AND k.case_id = c.case_id"
        " WHERE r.pool = $1 AND r.state = 'done' AND r.nature = 'month' AND c.kind <> 'excluded'",
        pool,
        [code for code, _ in keys],
        [case_id for _, case_id in keys],
    )
    return frozenset((row[0], row[1]) for row in rows)


async def put(connection: asyncpg.Connection, run_id: str, routed: Sequence[Routed]) -> None:
    """Keeps how cases are paid, and gives those that leave their group the status that says so."""
    names = [f"${place}" for place in range(1, len(Routed._fields) + 2)]
    await connection.executemany(
        f"INSERT INTO settlement.run_route (run_id, {_COLUMNS})"  # noqa: S608 - constants
        f" VALUES ({', '.join(names)})",
        [(run_id, *one) for one in routed],
    )
    moved = [
        (one.hospital_code, one.case_id, ELSEWHERE if one.points_micro is None else BED_DAYS)
        for one in routed
        if one.points_micro is not None or not one.by_points
    ]
    await connection.execute(
        "UPDATE settlement.run_case c SET status = i.status"
        " FROM unnest($2::text[], $3::text[], $4::text[]) AS i(hospital_code, case_id, status)"
        " WHERE c.run_id = $1 AND c.hospital_code = i.hospital_code AND c.case_id = i.case_id",
        run_id,
        *(list(column) for column in (zip(*moved, strict=True) if moved else ([], [], []))),
    )


async def one(connection: asyncpg.Connection, run_id: str, hospital_code: str, case_id: str) -> Routed | None:
    """How a case of a run is paid; ``None`` where it simply goes to its group."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.run_route"  # noqa: S608 - constants
        " WHERE run_id = $1 AND hospital_code = $2 AND case_id = $3",
        run_id,
        hospital_code,
        case_id,
    )
    return None if row is None else _routed(row)


async def page(
    connection: asyncpg.Connection, run_id: str, wanted: tuple[str, str], after: CaseKey, limit: int
) -> list[Routed]:
    """Routes of a run the asker may see, by hospital and case after one.

    :param wanted: hospital and method; empty for all.
    """
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.run_route"  # noqa: S608 - constants
        " WHERE run_id = $1 AND ($2 = '' OR hospital_code = $2) AND ($3 = '' OR method = $3)"
        " AND (hospital_code, case_id) > ($4, $5) ORDER BY hospital_code, case_id LIMIT nullif($6, 0)",
        run_id,
        *wanted,
        *after,
        limit,
    )
    return [_routed(row) for row in rows]


async def sums(connection: asyncpg.Connection, run_id: str) -> list[Sum]:
    """Routes added up by method and reason."""
    rows = await connection.fetch(
        "SELECT method, reason, count(*), sum(amount_fen)::bigint FROM settlement.run_route"
        " WHERE run_id = $1 GROUP BY 1, 2 ORDER BY 1, 2",
        run_id,
    )
    return [Sum(*row) for row in rows]


def _routed(row: asyncpg.Record) -> Routed:
    values = dict(row)
    return Routed(**{**values, "method": Method(values["method"])})
