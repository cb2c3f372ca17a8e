"""Steps of all cases in the order they were committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True)
class Told:
    """A step as others hear of it; ``written_in`` is the transaction that wrote it."""

    written_in: int
    case_no: str
    seq: int
    type: str
    event: str
    state: str
    hospital_code: str
    region_code: str
    at: datetime


async def after(connection: asyncpg.Connection, place: int, limit: int) -> list[Told]:
    """The next steps, whole transactions; none that an open transaction could still precede."""
    rows = await connection.fetch(
        "SELECT h.written_in, h.owner_id, h.seq, c.type, h.event, h.target, h.hospital_code, h.region_code,"
        " h.written_at FROM history h JOIN dispute_case c ON c.case_no = h.owner_id"
        " WHERE h.owner = 'case' AND h.written_in > $1"
        " AND h.written_in < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint"
        " ORDER BY h.written_in FETCH FIRST ($2::bigint) ROWS WITH TIES",
        place,
        limit,
    )
    return sorted((Told(*row) for row in rows), key=lambda told: (told.written_in, told.case_no, told.seq))
