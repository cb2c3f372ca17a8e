"""Entries of the public register; everybody may read them, so no row policy holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

_COLUMNS = (
    "entry_no, pool, seq, kind, subject, region_code, published_at, content_sm3, previous, hash, body,"
    " withdrawn_by"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it is kept; ``body`` is ``None`` once it was withdrawn."""

    entry_no: str
    pool: str
    seq: int
    kind: str
    subject: str
    region_code: str
    published_at: datetime
    content_sm3: bytes
    previous: bytes
    hash: bytes
    body: bytes | None
    withdrawn_by: str


async def present(connection: asyncpg.Connection) -> datetime:
    """The instant of the transaction."""
    found: datetime = await connection.fetchval("SELECT now()")
    return found


async def put(connection: asyncpg.Connection, new: Stored, by: str) -> None:
    """Stores an entry."""
    await connection.execute(
        f"INSERT INTO register_entry ({_COLUMNS}, published_by)"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        new.entry_no, new.pool, new.seq, new.kind, new.subject, new.region_code, new.published_at,
        new.content_sm3, new.previous, new.hash, new.body, new.withdrawn_by, by,
    )  # fmt: skip


async def withdrawn(connection: asyncpg.Connection, entry_no: str, by: str) -> None:
    """The body of an entry is gone, by another entry."""
    await connection.execute(
        "UPDATE register_entry SET body = NULL, withdrawn_by = $2 WHERE entry_no = $1", entry_no, by
    )


async def one(connection: asyncpg.Connection, entry_no: str, *, lock: bool = False) -> Stored | None:
    """An entry by its number."""
    text = f"SELECT {_COLUMNS} FROM register_entry WHERE entry_no = $1"  # noqa: S608 - constants
    row = await connection.fetchrow(text + (" FOR UPDATE" if lock else ""), entry_no)
    return None if row is None else Stored(**row)


async def page(
    connection: asyncpg.Connection, chosen: tuple[str, str, str], before: tuple[datetime, str], limit: int
) -> list[Stored]:
    """Entries, the newest first.

    :param chosen: pool, kind, subject; an empty text means every one.
    :param before: instant and number of the last entry of the page before.
    """
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM register_entry"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND ($2 = '' OR kind = $2) AND ($3 = '' OR subject = $3)"
        " AND (published_at, entry_no) < ($4, $5)"
        " ORDER BY published_at DESC, entry_no DESC LIMIT $6",
        *chosen,
        *before,
        limit,
    )
    return [Stored(**row) for row in rows]


async def chain(connection: asyncpg.Connection, pool: str, after: int, limit: int) -> list[Stored]:
    """A pool's entries in the order of their chain."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM register_entry WHERE pool = $1 AND seq > $2 ORDER BY seq LIMIT $3",  # noqa: S608 - constants
        pool,
        after,
        limit,
    )
    return [Stored(**row) for row in rows]


async def heads(connection: asyncpg.Connection) -> list[Stored]:
    """The newest entry of each pool."""
    rows = await connection.fetch(
        f"SELECT DISTINCT ON (pool) {_COLUMNS} FROM register_entry ORDER BY pool, seq DESC"  # noqa: S608 - constants
    )
    return [Stored(**row) for row in rows]
