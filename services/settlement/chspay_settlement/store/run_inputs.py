"""What runs are given besides lists, kept byte for byte; and coefficient tables waiting to be given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from chspay_core.digest import sm3_hex

#: Kinds of a given thing.
WEIGHT_TABLE, COEFFICIENTS, BED_DAYS = "weight_table", "coefficients", "bed_days"
SETTLED_DAYS = "settled_days"


class Given(NamedTuple):
    """One thing a run is given."""

    kind: str
    content: bytes

    @property
    def digest(self) -> str:
        """SM3 of the content, hex."""
        return sm3_hex(self.content)


async def put(
    connection: asyncpg.Connection, run_id: str, pool: str, pool_prefix: str, given: Sequence[Given]
) -> None:
    """Keeps what a run is given."""
    await connection.executemany(
        "INSERT INTO settlement.run_input (run_id, kind, pool, pool_prefix, content, digest)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [(run_id, one.kind, pool, pool_prefix, one.content, one.digest) for one in given],
    )


async def copy(connection: asyncpg.Connection, source_id: str, run_id: str) -> None:
    """Gives a run what another one was given."""
    await connection.execute(
        "INSERT INTO settlement.run_input (run_id, kind, pool, pool_prefix, content, digest)"
        " SELECT $2, kind, pool, pool_prefix, content, digest FROM settlement.run_input WHERE run_id = $1",
        source_id,
        run_id,
    )


async def one(connection: asyncpg.Connection, run_id: str, kind: str) -> tuple[bytes, str] | None:
    """One thing a run was given, and the digest it was kept under."""
    row = await connection.fetchrow(
        "SELECT content, digest FROM settlement.run_input WHERE run_id = $1 AND kind = $2", run_id, kind
    )
    return None if row is None else (row[0], row[1])


class CoefficientRow(NamedTuple):
    """A row of ``coefficient_table`` without its content; ``in_force`` as yyyymm."""

    table_id: str
    pool: str
    pool_prefix: str
    in_force: int
    method: str
    title: str
    digest: str
    put_by: str


_COLUMNS = ", ".join(CoefficientRow._fields)


async def put_coefficients(connection: asyncpg.Connection, row: CoefficientRow, content: bytes) -> None:
    """Stores a measured table."""
    await connection.execute(
        f"INSERT INTO settlement.coefficient_table ({_COLUMNS}, content)"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *row,
        content,
    )


async def count_coefficients(connection: asyncpg.Connection, pool: str, in_force: int) -> int:
    """Tables of a pool that came into force in this month."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.coefficient_table WHERE pool = $1 AND in_force = $2",
            pool,
            in_force,
        )
    )


async def coefficients(connection: asyncpg.Connection, table_id: str) -> tuple[CoefficientRow, bytes] | None:
    """A table the asker may see, with its content."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS}, content FROM settlement.coefficient_table"  # noqa: S608 - constants
        " WHERE table_id = $1",
        table_id,
    )
    return None if row is None else (CoefficientRow(*row[:-1]), row[-1])


async def coefficients_in_force(connection: asyncpg.Connection, pool: str, period: int) -> bytes | None:
    """The content of the table that holds in a month: the newest of those in force last by then."""
    found: bytes | None = await connection.fetchval(
        "SELECT content FROM settlement.coefficient_table WHERE pool = $1 AND in_force <= $2"
        " ORDER BY in_force DESC, created_at DESC, table_id DESC LIMIT 1",
        pool,
        period,
    )
    return found


async def page_of_coefficients(
    connection: asyncpg.Connection, pool: str, after: str, limit: int
) -> list[CoefficientRow]:
    """Tables the asker may see by id, after one."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.coefficient_table"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND table_id > $2 ORDER BY table_id LIMIT $3",
        pool,
        after,
        limit,
    )
    return [CoefficientRow(*row) for row in rows]
