"""Payment holds: what stands, what runs have held, what was released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg


class Hold(NamedTuple):
    """A hold as it stands; ``held_fen`` is what posted months held, ``release_period`` 0 while it stands."""

    hold_id: str
    pool: str
    hospital_code: str
    region_code: str
    since_period: int
    amount_fen: int
    rule_id: str
    evidence: str
    citation: str
    placed_by: str
    held_fen: int
    release_period: int
    released_fen: int
    release_reason: str
    release_citation: str


class Release(NamedTuple):
    """A hold set free in an open month."""

    hold_id: str
    pool: str
    hospital_code: str
    region_code: str
    period: int
    amount_fen: int
    reason: str
    citation: str
    released_by: str


_PLACED = ", ".join(Hold._fields[:10])
_SELECT = f"""
SELECT {", ".join(f"h.{name}" for name in Hold._fields[:10])},
  coalesce((SELECT sum(x.amount_fen) FROM settlement.run_hold x WHERE x.hold_id = h.hold_id), 0)::bigint,
  coalesce(r.period, 0), coalesce(r.amount_fen, 0), coalesce(r.reason, ''), coalesce(r.citation, '')
FROM settlement.payment_hold h LEFT JOIN settlement.hold_release r USING (hold_id)
"""  # noqa: S608 - constants only


async def order(connection: asyncpg.Connection, pool: str) -> None:
    """Puts those who place, release or carry out holds of a pool in order until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement.holds/' || $1, 0))", pool
    )


async def place(connection: asyncpg.Connection, values: Sequence[object]) -> None:
    """Stores a hold: the first ten fields of :class:`Hold`."""
    await connection.execute(
        f"INSERT INTO settlement.payment_hold ({_PLACED})"  # noqa: S608 - constants only
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        *values,
    )


async def release(connection: asyncpg.Connection, found: Release) -> None:
    """Stores the end of a hold."""
    await connection.execute(
        f"INSERT INTO settlement.hold_release ({', '.join(Release._fields)})"  # noqa: S608 - constants only
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *found,
    )


async def one(connection: asyncpg.Connection, hold_id: str) -> Hold | None:
    """A hold the asker may see."""
    row = await connection.fetchrow(f"{_SELECT} WHERE h.hold_id = $1", hold_id)
    return None if row is None else Hold(*row)


async def page(connection: asyncpg.Connection, pool: str, after: str, limit: int) -> list[Hold]:
    """Holds the asker may see by id, after one."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE ($1 = '' OR h.pool = $1) AND h.hold_id > $2 ORDER BY h.hold_id LIMIT $3",
        pool,
        after,
        limit,
    )
    return [Hold(*row) for row in rows]


async def count(connection: asyncpg.Connection, pool: str, since_period: int) -> int:
    """Holds of a pool that begin in this month."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.payment_hold WHERE pool = $1 AND since_period = $2",
            pool,
            since_period,
        )
    )


async def standing(connection: asyncpg.Connection, pool: str, period: int) -> list[Hold]:
    """The holds that a month of the pool has to carry out, oldest first."""
    rows = await connection.fetch(
        f"{_SELECT} WHERE h.pool = $1 AND h.since_period <= $2 AND r.hold_id IS NULL"
        " ORDER BY h.since_period, h.hold_id",
        pool,
        period,
    )
    return [Hold(*row) for row in rows]


async def released(connection: asyncpg.Connection, pool: str, period: int) -> list[Release]:
    """What was set free in a month, by hospital."""
    rows = await connection.fetch(
        f"SELECT {', '.join(Release._fields)} FROM settlement.hold_release"  # noqa: S608 - constants only
        " WHERE pool = $1 AND period = $2 AND amount_fen > 0 ORDER BY hospital_code, hold_id",
        pool,
        period,
    )
    return [Release(*row) for row in rows]


async def put_held(
    connection: asyncpg.Connection, run_id: str, rows: Sequence[tuple[str, str, str, int]]
) -> None:
    """Keeps what a run held: ``(hold_id, hospital_code, region_code, fen)``."""
    await connection.executemany(
        "INSERT INTO settlement.run_hold (run_id, hold_id, hospital_code, region_code, amount_fen)"
        " VALUES ($1, $2, $3, $4, $5)",
        [(run_id, *row) for row in rows],
    )


async def held_by(connection: asyncpg.Connection, run_id: str) -> list[tuple[str, str, str, int]]:
    """What a run held, in the order it did: ``(hold_id, rule_id, hospital_code, fen)``."""
    rows = await connection.fetch(
        "SELECT x.hold_id, h.rule_id, x.hospital_code, x.amount_fen FROM settlement.run_hold x"
        " JOIN settlement.payment_hold h USING (hold_id) WHERE x.run_id = $1"
        " ORDER BY h.since_period, h.hold_id",
        run_id,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
