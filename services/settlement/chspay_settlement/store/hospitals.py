"""Hospitals of a pool, dated; and the gate through which their lists come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date

import asyncpg


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital as it stands from ``since`` to ``until`` (``None`` = until further notice).

    ``pool`` pays it; ``region_code`` is the place it stands in, the pool itself or a county of it. A row
    copied from the registry of institutions carries the registry's ``version``; 0 is one of our own.
    """

    hospital_code: str
    name: str
    pool: str
    region_code: str
    level: int
    since: date
    until: date | None
    kind: str = "hospital"
    agreement: str = "active"
    community: str = ""
    community_role: str = ""
    version: int = 0


_COLUMNS = (
    "hospital_code, name, pool, region_code, level, since, until, kind, agreement, community,"
    " community_role, version"
)

# The lock is shared among intakes and taken alone by a run's snapshot: a list is either in the
# snapshot or sees the month closed, never neither. It is taken before the statement that stores.
_ADMIT = f"""
SELECT {_COLUMNS}, pg_advisory_xact_lock_shared(hashtextextended('settlement.intake/' || pool, 0))
FROM settlement.hospital WHERE hospital_code = ANY($1) ORDER BY hospital_code, since
"""  # noqa: S608 - constants only


async def admit(connection: asyncpg.Connection, codes: Sequence[str]) -> dict[str, list[Hospital]]:
    """Every dated row of these hospitals, their pools' intake gates held open until the transaction ends."""
    found: dict[str, list[Hospital]] = {}
    for row in await connection.fetch(_ADMIT, codes):
        found.setdefault(row["hospital_code"], []).append(Hospital(*row[:12]))
    return found


async def close_gate(connection: asyncpg.Connection, pool: str) -> None:
    """Waits for intakes under way in ``pool`` and keeps new ones out until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement.intake/' || $1, 0))", pool
    )


async def put(connection: asyncpg.Connection, hospital: Hospital) -> None:
    """Registers a dated row; the row in force before it ends the day before."""
    await connection.execute(
        "UPDATE settlement.hospital SET until = $2::date - 1"
        " WHERE hospital_code = $1 AND since < $2 AND (until IS NULL OR until >= $2)",
        hospital.hospital_code,
        hospital.since,
    )
    await connection.execute(
        "INSERT INTO settlement.hospital (hospital_code, name, pool, region_code, level, since, until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (hospital_code, since) DO UPDATE SET"
        " name = excluded.name, pool = excluded.pool, region_code = excluded.region_code,"
        " level = excluded.level, until = excluded.until",
        hospital.hospital_code,
        hospital.name,
        hospital.pool,
        hospital.region_code,
        hospital.level,
        hospital.since,
        hospital.until,
    )


async def registered(connection: asyncpg.Connection, hospital_code: str) -> bool:
    """Whether the registry of institutions speaks of the hospital."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM settlement.hospital WHERE hospital_code = $1 AND version > 0)",
            hospital_code,
        )
    )


async def copy_version(connection: asyncpg.Connection, *, lock: bool = False) -> int:
    """The version of the registry the copy stands at; ``lock`` keeps others from moving it."""
    return int(
        await connection.fetchval(
            "SELECT version FROM settlement.registry_copy FOR UPDATE"
            if lock
            else "SELECT version FROM settlement.registry_copy"
        )
    )


async def take_copy(connection: asyncpg.Connection, rows: Sequence[Hospital], version: int) -> None:
    """Everything the registry says of some hospitals, instead of what was known of them."""
    codes = sorted({row.hospital_code for row in rows})
    await connection.execute("DELETE FROM settlement.hospital WHERE hospital_code = ANY($1)", codes)
    await connection.executemany(
        f"INSERT INTO settlement.hospital ({_COLUMNS})"  # noqa: S608 - constants only
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [astuple(row) for row in rows],
    )
    await connection.execute("UPDATE settlement.registry_copy SET version = $1", version)


async def in_pool(
    connection: asyncpg.Connection, hospital_code: str, pool: str, day: date
) -> Hospital | None:
    """The hospital as it stood in a pool on ``day`` or last before it."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.hospital"  # noqa: S608 - constants only
        " WHERE hospital_code = $1 AND pool = $2 AND since <= $3 ORDER BY since DESC LIMIT 1",
        hospital_code,
        pool,
        day,
    )
    return None if row is None else Hospital(*row)


async def named(
    connection: asyncpg.Connection, codes: Sequence[str], day: date
) -> dict[str, tuple[str, str]]:
    """Place and name of hospitals as they stand on a day (or first stood after it)."""
    rows = await connection.fetch(
        "SELECT DISTINCT ON (hospital_code) hospital_code, region_code, name FROM settlement.hospital"
        " WHERE hospital_code = ANY($1) ORDER BY hospital_code, (since <= $2) DESC, since DESC",
        codes,
        day,
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def page(
    connection: asyncpg.Connection, prefix: str, after: tuple[str, date], limit: int
) -> list[Hospital]:
    """Dated rows of hospitals whose pool code starts with ``prefix``, after a position."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.hospital"  # noqa: S608 - constants only
        " WHERE starts_with(pool, $1) AND (hospital_code, since) > ($2, $3)"
        " ORDER BY hospital_code, since LIMIT $4",
        prefix,
        *after,
        limit,
    )
    return [Hospital(*row) for row in rows]
