"""Runs over several months of a pool."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import asyncpg


@dataclass(frozen=True, slots=True)
class Period:
    """A row of ``period_run``; months as yyyymm."""

    period_id: str
    pool: str
    pool_prefix: str
    first_period: int
    last_period: int
    next_period: int
    state: str
    run_ids: list[str]
    failure_reason: str
    failure_message: str
    started_by: str


_NAMES = [field.name for field in fields(Period)]
_COLUMNS = ", ".join(_NAMES)
_CHANGING = {"state", "next_period", "run_ids", "failure_reason", "failure_message"}


async def insert(connection: asyncpg.Connection, period: Period) -> None:
    """Stores a period to be closed."""
    places = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))
    await connection.execute(
        f"INSERT INTO settlement.period_run ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - constants
        *(getattr(period, name) for name in _NAMES),
    )


async def count(connection: asyncpg.Connection, pool: str, first_period: int) -> int:
    """Periods of a pool that begin with this month."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.period_run WHERE pool = $1 AND first_period = $2",
            pool,
            first_period,
        )
    )


async def one(connection: asyncpg.Connection, period_id: str, *, lock: bool = False) -> Period | None:
    """A period the asker may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.period_run WHERE period_id = $1"  # noqa: S608 - constants
        + (" FOR UPDATE" if lock else ""),
        period_id,
    )
    return None if row is None else Period(*row)


async def active(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Periods under way, oldest first: ``(period_id, pool)``."""
    rows = await connection.fetch(
        "SELECT period_id, pool FROM settlement.period_run WHERE state = 'running'"
        " ORDER BY created_at, period_id"
    )
    return [(row[0], row[1]) for row in rows]


async def update(connection: asyncpg.Connection, period_id: str, **values: Any) -> None:
    """Changes columns of a period under way."""
    if not values.keys() <= _CHANGING:
        raise ValueError(f"not columns that change: {sorted(values.keys() - _CHANGING)}")
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await connection.execute(
        f"UPDATE settlement.period_run SET {sets} WHERE period_id = $1",  # noqa: S608 - checked names
        period_id,
        *values.values(),
    )


async def last_run(
    connection: asyncpg.Connection, pool: str, period: int
) -> tuple[str, str, str, str] | None:
    """The newest posted or pending run of a month: id, state, failure reason and message."""
    row = await connection.fetchrow(
        "SELECT run_id, state, failure_reason, failure_message FROM settlement.month_run"
        " WHERE pool = $1 AND period = $2 AND nature = 'month' ORDER BY created_at DESC, run_id DESC LIMIT 1",
        pool,
        period,
    )
    return None if row is None else (row[0], row[1], row[2], row[3])
