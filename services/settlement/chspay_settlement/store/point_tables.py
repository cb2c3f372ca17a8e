"""Point tables of prefectures: measured once, used by the runs of all its pools."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import asyncpg


@dataclass(frozen=True, slots=True)
class PointTable:
    """A row of ``point_table`` without its content; periods as yyyymm."""

    table_id: str
    place: str
    place_prefix: str
    first_period: int
    last_period: int
    in_force: int
    state: str
    stage: str
    cases: int
    groups: int
    policy_digest: str
    scheme: str
    scheme_digest: str
    engine_version: str
    digest: str
    failure_reason: str
    failure_message: str
    started_by: str


_NAMES = [field.name for field in fields(PointTable)]
_COLUMNS = ", ".join(_NAMES)
_CHANGING = {"state", "stage", "cases", "groups", "content", "digest", "failure_reason", "failure_message"}


async def insert(connection: asyncpg.Connection, table: PointTable) -> None:
    """Stores a table to be measured."""
    places = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))
    await connection.execute(
        f"INSERT INTO settlement.point_table ({_COLUMNS}, content)"  # noqa: S608 - constants
        f" VALUES ({places}, '')",
        *(getattr(table, name) for name in _NAMES),
    )


async def count(connection: asyncpg.Connection, place: str, in_force: int) -> int:
    """Tables of a place that came into force in this month."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.point_table WHERE place = $1 AND in_force = $2", place, in_force
        )
    )


async def one(connection: asyncpg.Connection, table_id: str, *, lock: bool = False) -> PointTable | None:
    """A table the asker may see; ``lock`` keeps others from changing it until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.point_table WHERE table_id = $1"  # noqa: S608 - constants
        + (" FOR UPDATE" if lock else ""),
        table_id,
    )
    return None if row is None else PointTable(*row)


async def content(connection: asyncpg.Connection, table_id: str) -> bytes:
    """The content of a table; empty before it is done."""
    found: bytes | None = await connection.fetchval(
        "SELECT content FROM settlement.point_table WHERE table_id = $1", table_id
    )
    return found or b""


async def page(connection: asyncpg.Connection, place: str, after: str, limit: int) -> list[PointTable]:
    """Tables the asker may see by id, after one."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.point_table"  # noqa: S608 - constants
        " WHERE ($1 = '' OR place = $1) AND table_id > $2 ORDER BY table_id LIMIT $3",
        place,
        after,
        limit,
    )
    return [PointTable(*row) for row in rows]


async def in_force(connection: asyncpg.Connection, place: str, period: int) -> PointTable | None:
    """The table that prices a month: the newest of those that came into force last by then."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.point_table"  # noqa: S608 - constants
        " WHERE place = $1 AND in_force <= $2 AND state = 'done'"
        " ORDER BY in_force DESC, created_at DESC, table_id DESC LIMIT 1",
        place,
        period,
    )
    return None if row is None else PointTable(*row)


async def active(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Tables that wait or were interrupted, oldest first: ``(table_id, place)``."""
    rows = await connection.fetch(
        "SELECT table_id, place FROM settlement.point_table WHERE state IN ('pending', 'running')"
        " ORDER BY created_at, table_id"
    )
    return [(row[0], row[1]) for row in rows]


async def update(connection: asyncpg.Connection, table_id: str, **values: Any) -> None:
    """Changes columns of a table under way."""
    if not values.keys() <= _CHANGING:
        raise ValueError(f"not columns that change: {sorted(values.keys() - _CHANGING)}")
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await connection.execute(
        f"UPDATE settlement.point_table SET {sets} WHERE table_id = $1",  # noqa: S608 - checked names
        table_id,
        *values.values(),
    )


# The newest version of every list of the prefecture discharged in the months, but for open findings:
# as the snapshot of a month run takes lists in.
_SNAPSHOT = """
INSERT INTO settlement.run_case (run_id, hospital_code, case_id, list_id, version, region_code, level,
  drg, status, scheme_digest, department, los_days, cost_fen, patient_fen)
SELECT $1, v.hospital_code, v.case_id, v.list_id, v.version, v.region_code, p.level,
  v.drg, v.status, v.scheme_digest, v.department,
  coalesce(v.los_days, greatest(v.discharge_date - v.admission_date, 1)), v.total_cost_fen,
  v.patient_paid_fen
FROM settlement.list_head h
JOIN settlement.list_version v USING (list_id, version)
LEFT JOIN settlement.hospital p ON p.hospital_code = v.hospital_code AND p.since <= v.discharge_date
  AND (p.until IS NULL OR p.until >= v.discharge_date)
WHERE starts_with(h.pool, $2) AND to_char(h.discharge_date, 'YYYYMM')::int BETWEEN $3 AND $4
  AND NOT EXISTS (SELECT FROM settlement.audit_finding f JOIN LATERAL
    (SELECT e.state FROM settlement.finding_event e WHERE e.finding_id = f.finding_id
     ORDER BY e.number DESC LIMIT 1) e ON e.state = 'open' WHERE f.list_id = h.list_id)
"""


async def snapshot(connection: asyncpg.Connection, table: PointTable) -> int:
    """Takes in the lists a table is measured over; answers how many."""
    done: str = await connection.execute(
        _SNAPSHOT, table.table_id, table.place_prefix, table.first_period, table.last_period
    )
    return int(done.rsplit(" ", 1)[1])
