"""The registry of institutions: rows are added and superseded, never altered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from chspay_kit.db import current_connection
from chspay_rulebook.engine.institutions import Institution

_COLUMNS = (
    "hospital_code, name, kind, level, pool, region_code, community, community_role, agreement, since, until"
)
_LOCK = (
    "SELECT pg_advisory_xact_lock(hashtextextended('rulebook.institution/' || c, 0))"
    " FROM unnest($1::text[]) c"
)
_STANDING = (
    f"SELECT row_id, {_COLUMNS} FROM institution"  # noqa: S608 - constants only
    " WHERE hospital_code = ANY($1) AND superseded_at IS NULL ORDER BY hospital_code, since"
)
_SUPERSEDE = (
    "UPDATE institution SET superseded_at = clock_timestamp(), superseded_by = $2 WHERE row_id = ANY($1)"
)
_INSERT = (
    f"INSERT INTO institution ({_COLUMNS}, recorded_by)"  # noqa: S608 - constants only
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
)
_AS_OF = (
    f"SELECT {_COLUMNS} FROM institution"  # noqa: S608 - constants only
    " WHERE superseded_at IS NULL AND since <= $2 AND (until IS NULL OR until > $2)"
    " AND starts_with(region_code, $1) AND ($3 = '' OR kind = $3)"
    " AND hospital_code > $4 ORDER BY hospital_code LIMIT $5"
)
_HISTORY = (
    f"SELECT {_COLUMNS}, recorded_at, recorded_by, superseded_at FROM institution"  # noqa: S608 - constants only
    " WHERE hospital_code = $1 ORDER BY recorded_at, row_id"
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row as it was registered, and until when it stood."""

    institution: Institution
    recorded_at: datetime
    recorded_by: str
    superseded_at: datetime | None


async def lock(codes: Sequence[str]) -> None:
    """Waits for others who change these institutions, and keeps them out until the transaction ends."""
    connection = await current_connection()
    await connection.execute(_LOCK, sorted(set(codes)))


async def standing(codes: Sequence[str]) -> dict[str, list[tuple[int, Institution]]]:
    """The standing rows of these institutions with their numbers, by code and day."""
    connection = await current_connection()
    found: dict[str, list[tuple[int, Institution]]] = {}
    for row in await connection.fetch(_STANDING, list(codes)):
        found.setdefault(row["hospital_code"], []).append((row["row_id"], _institution(row, 1)))
    return found


async def change(gone: Sequence[int], new: Sequence[Institution], by: str) -> None:
    """Supersedes rows and writes what stands now, all together."""
    connection = await current_connection()
    if gone:
        await connection.execute(_SUPERSEDE, list(gone), by)
    await connection.executemany(
        _INSERT,
        [
            (
                row.code,
                row.name,
                row.kind,
                row.level,
                row.pool,
                row.area,
                row.community,
                row.community_role,
                row.agreement,
                row.since,
                row.until,
                by,
            )
            for row in new
        ],
    )


async def as_of(prefix: str, on: date, kind: str, after: str, limit: int) -> list[Institution]:
    """Institutions of places that start with ``prefix`` as they stood on a day, by code, after one."""
    connection = await current_connection()
    return [_institution(row) for row in await connection.fetch(_AS_OF, prefix, on, kind, after, limit)]


async def history(code: str) -> list[Recorded]:
    """Everything ever registered of one institution."""
    connection = await current_connection()
    return [
        Recorded(_institution(row), row["recorded_at"], row["recorded_by"], row["superseded_at"])
        for row in await connection.fetch(_HISTORY, code)
    ]


def _institution(row: asyncpg.Record, first: int = 0) -> Institution:
    return Institution(*row[first : first + 11])
