"""Payment orders: their files, once and for all."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import asyncpg


class Order(NamedTuple):
    """A row of ``payment_order``."""

    order_no: str
    pool: str
    year: int
    number: int
    pay_on: date
    lines: int
    total_fen: int
    content: bytes
    digest: str
    batch_id: str
    created_by: str


_COLUMNS = ", ".join(Order._fields)


async def lock(connection: asyncpg.Connection, pool: str) -> None:
    """Those who pay out of a pool take turns until their transactions end."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement.payment/' || $1, 0))", pool
    )


async def count(connection: asyncpg.Connection, pool: str, year: int) -> int:
    """Orders of a pool in a year so far."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.payment_order WHERE pool = $1 AND year = $2", pool, year
        )
    )


async def insert(connection: asyncpg.Connection, new: Order) -> None:
    """Stores an order with its file."""
    places = ", ".join(f"${number}" for number in range(1, len(new) + 1))
    await connection.execute(
        f"INSERT INTO settlement.payment_order ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - constants
        *new,
    )


async def one(connection: asyncpg.Connection, order_no: str) -> Order | None:
    """An order the asker may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.payment_order WHERE order_no = $1",  # noqa: S608 - constants
        order_no,
    )
    return None if row is None else Order(*row)


async def page(connection: asyncpg.Connection, pool: str, after: str, limit: int) -> list[Order]:
    """Orders of a pool by number, after one."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.payment_order"  # noqa: S608 - constants
        " WHERE pool = $1 AND order_no > $2 ORDER BY order_no LIMIT $3",
        pool,
        after,
        limit,
    )
    return [Order(*row) for row in rows]
