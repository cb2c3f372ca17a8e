"""The registry of institutions: rows are added and superseded, never altered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

import asyncpg

from chspay_kit.db import current_connection
from chspay_rulebook.engine.institutions import Institution

_COLUMNS = (
    "hospital_code, name, kind, level, pool, region_code, community, community_role, agreement, since, until"
)
#: The fields of an institution, in the order of the columns.
_FIELDS = tuple(field.name for field in fields(Institution))
#: One for the whole registry: a file may name more institutions than there is room for locks.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('rulebook.institutions', 0))"
_STANDING = (
    f"SELECT row_id, {_COLUMNS} FROM institution"  # noqa: S608 - constants only
    " WHERE hospital_code = ANY($1) AND superseded_at IS NULL ORDER BY hospital_code, since"
)
_SUPERSEDE = (
    "UPDATE institution SET superseded_at = clock_timestamp(), superseded_by = $2 WHERE row_id = ANY($1)"
)
# Columns of arrays, because rows under a row policy cannot be copied in.
_INSERT = (
    f"INSERT INTO institution ({_COLUMNS}, recorded_by)"  # noqa: S608 - constants only
    " SELECT *, $12 FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[],"
    " $7::text[], $8::text[], $9::text[], $10::date[], $11::date[])"
)
_AS_OF = (
    f"SELECT {_COLUMNS} FROM institution"  # noqa: S608 - constants only
    " WHERE superseded_at IS NULL AND since <= $2 AND (until IS NULL OR until > $2)"
    " AND starts_with(region_code, $1) AND ($3 = '' OR kind = $3)"
    " AND hospital_code > $4 ORDER BY hospital_code LIMIT $5"
)
# Rows are numbered under the lock of the registry, so numbers grow as changes are committed.
_CHANGED = (
    "WITH changed AS (SELECT hospital_code, max(row_id) AS version FROM institution"  # noqa: S608 - constants
    " WHERE row_id > $1 GROUP BY 1 ORDER BY 2 LIMIT $2)"
    f" SELECT version, {_COLUMNS} FROM institution JOIN changed USING (hospital_code)"
    " WHERE superseded_at IS NULL ORDER BY version, since"
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


async def lock() -> None:
    """Waits for others who change the registry, and keeps them out until the transaction ends."""
    connection = await current_connection()
    await connection.execute(_LOCK)


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
    columns = [[getattr(row, name) for row in new] for name in _FIELDS]
    await connection.execute(_INSERT, *columns, by)


async def as_of(prefix: str, on: date, kind: str, after: str, limit: int) -> list[Institution]:
    """Institutions of places that start with ``prefix`` as they stood on a day, by code, after one."""
    connection = await current_connection()
    return [_institution(row) for row in await connection.fetch(_AS_OF, prefix, on, kind, after, limit)]


async def changed(after: int, limit: int) -> list[tuple[int, Institution]]:
    """Everything that stands of the institutions changed after a version, each with its own version, in the
    order of the changes."""
    connection = await current_connection()
    return [(row["version"], _institution(row, 1)) for row in await connection.fetch(_CHANGED, after, limit)]


async def history(code: str) -> list[Recorded]:
    """Everything ever registered of one institution."""
    connection = await current_connection()
    return [
        Recorded(_institution(row), row["recorded_at"], row["recorded_by"], row["superseded_at"])
        for row in await connection.fetch(_HISTORY, code)
    ]


def _institution(row: asyncpg.Record, first: int = 0) -> Institution:
    return Institution(*row[first : first + 11])
