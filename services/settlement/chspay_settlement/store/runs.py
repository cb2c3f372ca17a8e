"""Month runs: the run itself, the months of a pool, and what a run priced with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import asyncpg


@dataclass(frozen=True, slots=True)
class Run:
    """A row of ``month_run``; amounts in fen, points in millionths, ``period`` as yyyymm."""

    run_id: str
    pool: str
    pool_prefix: str
    period: int
    state: str
    stage: str
    done: int
    total: int
    policy_digest: str
    scheme: str
    scheme_digest: str
    engine_version: str
    fund_fen: int
    budget_version: int
    decision_no: str
    cases: int
    points_micro: int
    patient_fen: int
    value_fen: int
    value_micro: int
    evidence: str
    statements_digest: str
    rules_used: list[str]
    failure_reason: str
    failure_message: str
    started_by: str
    #: month closes and posts; trial does neither; replay runs the closed month of ``replays`` again.
    nature: str = "month"
    replays: str = ""
    point_table_id: str = ""
    held_lists: int = 0
    #: Taken from the month's fund for other payments; ``fund_fen`` is what remained.
    others_fen: int = 0


_NAMES = [field.name for field in fields(Run)]
_COLUMNS = ", ".join(_NAMES)
_ACTIVE = "('pending', 'running')"


async def reserve(connection: asyncpg.Connection, pool: str, period: int, run_id: str) -> str | None:
    """Takes the month for a run; answers the run that has it already, or ``None``."""
    taken = await connection.fetchval(
        "INSERT INTO settlement.pool_month (pool, period, run_id, state) VALUES ($1, $2, $3, 'starting')"
        " ON CONFLICT (pool, period) DO NOTHING RETURNING true",
        pool,
        period,
        run_id,
    )
    if taken:
        return None
    return str(
        await connection.fetchval(
            "SELECT run_id FROM settlement.pool_month WHERE pool = $1 AND period = $2", pool, period
        )
    )


async def attempts(connection: asyncpg.Connection, pool: str, period: int, nature: str) -> int:
    """Runs of this nature of the month so far; of those that post, all but the newest have failed."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.month_run WHERE pool = $1 AND period = $2 AND nature = $3",
            pool,
            period,
            nature,
        )
    )


async def month_state(connection: asyncpg.Connection, pool: str, period: int) -> str:
    """What a run has made of a month: starting, closing or closed; empty while it is open."""
    found: str | None = await connection.fetchval(
        "SELECT state FROM settlement.pool_month WHERE pool = $1 AND period = $2", pool, period
    )
    return found or ""


async def waiting_lists(connection: asyncpg.Connection, pool: str, period: int) -> bool:
    """Whether any list waits for the run of this month."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM settlement.list_head"
            " WHERE pool = $1 AND settle_period = $2 AND mark <> 'difference')",
            pool,
            period,
        )
    )


async def insert(connection: asyncpg.Connection, run: Run) -> None:
    """Stores a new run."""
    places = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))
    await connection.execute(
        f"INSERT INTO settlement.month_run ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - constants
        *(getattr(run, name) for name in _NAMES),
    )


async def one(connection: asyncpg.Connection, run_id: str, *, lock: bool = False) -> Run | None:
    """A run the asker may see; ``lock`` keeps others from changing it until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.month_run WHERE run_id = $1"  # noqa: S608 - constants
        + (" FOR UPDATE" if lock else ""),
        run_id,
    )
    return None if row is None else Run(*row)


async def page(connection: asyncpg.Connection, pool: str, before: tuple[int, str], limit: int) -> list[Run]:
    """Runs of a pool (empty = all the asker may see) before a month and run id, newest first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.month_run"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND (period, run_id) < ($2, $3)"
        " ORDER BY period DESC, run_id DESC LIMIT $4",
        pool,
        *before,
        limit,
    )
    return [Run(*row) for row in rows]


async def active(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Runs that wait or were interrupted, oldest first: ``(run_id, pool)``."""
    rows = await connection.fetch(
        f"SELECT run_id, pool FROM settlement.month_run WHERE state IN {_ACTIVE}"  # noqa: S608 - constant
        " ORDER BY created_at, run_id"
    )
    return [(row[0], row[1]) for row in rows]


async def update(
    connection: asyncpg.Connection, run_id: str, *, used: Iterable[str] = (), **values: Any
) -> None:
    """Changes columns of a run, and adds the policy keys a step has ``used`` to those known."""
    names = [name for name in values if name in _NAMES]
    if len(names) != len(values):
        raise ValueError(f"not columns of a run: {sorted(set(values) - set(names))}")
    sets = [f"{name} = ${number}" for number, name in enumerate(names, start=3)]
    sets.append("rules_used = ARRAY(SELECT DISTINCT k FROM unnest(rules_used || $2::text[]) k ORDER BY k)")
    await connection.execute(
        f"UPDATE settlement.month_run SET {', '.join(sets)} WHERE run_id = $1",  # noqa: S608 - checked names
        run_id,
        sorted(used),
        *values.values(),
    )


async def progress(connection: asyncpg.Connection, run_id: str, more: int, used: Iterable[str] = ()) -> None:
    """Counts ``more`` items of the stage as done."""
    await connection.execute(
        "UPDATE settlement.month_run SET done = done + $2,"
        " rules_used = ARRAY(SELECT DISTINCT k FROM unnest(rules_used || $3::text[]) k ORDER BY k)"
        " WHERE run_id = $1",
        run_id,
        more,
        sorted(used),
    )


async def set_month(connection: asyncpg.Connection, pool: str, period: int, state: str) -> None:
    """Tells intake that the month is closing or closed."""
    await connection.execute(
        "UPDATE settlement.pool_month SET state = $3 WHERE pool = $1 AND period = $2", pool, period, state
    )


async def reopen_month(connection: asyncpg.Connection, run: Run) -> None:
    """Gives the month of a failed run back, and the lists that went past it while it was closing."""
    pool, period = run.pool, run.period
    await connection.execute(
        "UPDATE settlement.list_head h SET settle_period = $2, mark = CASE"
        " WHEN to_char(h.discharge_date, 'YYYYMM')::int = $2 THEN '' ELSE 'late' END"
        " FROM settlement.run_held x WHERE x.run_id = $3 AND x.list_id = h.list_id AND h.pool = $1"
        " AND h.mark = 'held' AND NOT EXISTS (SELECT FROM settlement.pool_month m WHERE m.pool = h.pool"
        "  AND m.period = h.settle_period AND m.state <> 'starting')",
        pool,
        period,
        run.run_id,
    )
    await connection.execute(
        "DELETE FROM settlement.pool_month WHERE pool = $1 AND period = $2", pool, period
    )
    await connection.execute(
        "UPDATE settlement.list_head SET mark = ''"
        " WHERE pool = $1 AND settle_period = $2 AND mark = 'difference'",
        pool,
        period,
    )
    await connection.execute(
        "UPDATE settlement.list_head h SET settle_period = $2, mark = ''"
        " WHERE h.pool = $1 AND h.mark = 'late' AND to_char(h.discharge_date, 'YYYYMM')::int = $2"
        " AND NOT EXISTS (SELECT FROM settlement.pool_month m WHERE m.pool = h.pool"
        "  AND m.period = h.settle_period AND m.state <> 'starting')",
        pool,
        period,
    )


async def put_table(connection: asyncpg.Connection, run: Run, content: bytes, digest: str) -> None:
    """Keeps the group table the run prices with."""
    await connection.execute(
        "INSERT INTO settlement.run_table (run_id, pool, pool_prefix, content, digest)"
        " VALUES ($1, $2, $3, $4, $5)",
        run.run_id,
        run.pool,
        run.pool_prefix,
        content,
        digest,
    )


async def table(connection: asyncpg.Connection, run_id: str) -> tuple[bytes, str] | None:
    """The group table of a run and its digest."""
    row = await connection.fetchrow(
        "SELECT content, digest FROM settlement.run_table WHERE run_id = $1", run_id
    )
    return None if row is None else (row[0], row[1])
