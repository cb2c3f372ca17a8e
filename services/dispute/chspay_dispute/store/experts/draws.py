"""Batches of draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

_COLUMNS = (
    "batch_id, pool, region_code, state, commitment, beacon_source, beacon_at, beacon, secret,"
    " batch_digest, seed, opened_by, opened_at, closed_at, drawn_at"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as kept; beacon, secret and seed are empty until it is drawn."""

    batch_id: str
    pool: str
    region_code: str
    state: str
    commitment: str
    beacon_source: str
    beacon_at: datetime
    beacon: str
    secret: str
    batch_digest: str
    seed: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    drawn_at: datetime | None


async def put(connection: asyncpg.Connection, new: Batch) -> bool:
    """Stores a batch; ``False`` when its commitment was used before."""
    if await connection.fetchval(
        "SELECT EXISTS (SELECT FROM draw_batch WHERE commitment = $1) OR EXISTS"
        " (SELECT FROM cross_round WHERE commitment = $1)",
        new.commitment,
    ):
        return False
    names = _COLUMNS.split(", ")
    marks = ", ".join(f"${at}" for at in range(1, len(names) + 1))
    await connection.execute(
        f"INSERT INTO draw_batch ({_COLUMNS}) VALUES ({marks})",  # noqa: S608 - constants
        *(getattr(new, name) for name in names),
    )
    return True


async def one(connection: asyncpg.Connection, batch_id: str, *, lock: bool = False) -> Batch | None:
    """A batch the caller may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM draw_batch WHERE batch_id = $1{' FOR UPDATE' if lock else ''}",  # noqa: S608 - constants
        batch_id,
    )
    return None if row is None else Batch(**row)


async def moved(connection: asyncpg.Connection, now: Batch) -> None:
    """A batch after a step."""
    await connection.execute(
        "UPDATE draw_batch SET state = $2, beacon = $3, secret = $4, batch_digest = $5, seed = $6,"
        " closed_at = $7, drawn_at = $8 WHERE batch_id = $1",
        now.batch_id, now.state, now.beacon, now.secret, now.batch_digest, now.seed, now.closed_at,
        now.drawn_at,
    )  # fmt: skip


async def page(connection: asyncpg.Connection, pool: str, after: str, limit: int) -> list[Batch]:
    """Batches, the newest first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM draw_batch WHERE ($1 = '' OR pool = $1)"  # noqa: S608 - constants
        " AND ($2 = '' OR batch_id < $2) ORDER BY batch_id DESC LIMIT $3",
        pool,
        after,
        limit,
    )
    return [Batch(**row) for row in rows]


async def entry_numbers(connection: asyncpg.Connection, subjects: list[str]) -> list[str]:
    """Numbers of the register's entries about these, oldest first."""
    rows = await connection.fetch(
        "SELECT entry_no FROM register_entry WHERE subject = ANY($1) ORDER BY pool, seq", subjects
    )
    return [row["entry_no"] for row in rows]


async def entries(
    connection: asyncpg.Connection, subjects: list[str]
) -> list[tuple[int, datetime, str, bytes]]:
    """The register's entries about these that were not withdrawn: place, instant, subject, body."""
    rows = await connection.fetch(
        "SELECT seq, published_at, subject, body FROM register_entry WHERE subject = ANY($1)"
        " AND body IS NOT NULL ORDER BY seq",
        subjects,
    )
    return [(row["seq"], row["published_at"], row["subject"], row["body"]) for row in rows]
