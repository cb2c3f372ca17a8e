"""The docket and its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

_COLUMNS = (
    "owner, owner_id, state, version, closed, overdue, hospital_code, region_code, pool, entered_day,"
    " due_day, head"
)
_STEP = "owner, owner_id, seq, event, source, target, role, actor, day, payload, previous, hash"
#: What the day of a docket is on which no clock runs.
NO_DAY = date.max


@dataclass(frozen=True, slots=True)
class Row:
    """Where a case or topic stands.

    ``due_day`` is the nearest end of a clock, :data:`NO_DAY` when none runs; ``head`` the hash of the newest
    step of the history.
    """

    owner: str
    owner_id: str
    state: str
    version: int
    closed: bool
    overdue: bool
    hospital_code: str
    region_code: str
    pool: str
    entered_day: date
    due_day: date
    head: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a history; ``payload`` is canonical JSON of all of it."""

    owner: str
    owner_id: str
    seq: int
    event: str
    source: str
    target: str
    role: str
    actor: str
    day: date
    payload: bytes
    previous: bytes
    hash: bytes


async def open_docket(connection: asyncpg.Connection, new: Row) -> bool:
    """Stores a docket; ``False`` when it is there already."""
    done: str = await connection.execute(
        f"INSERT INTO docket ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"  # noqa: S608 - constants
        " ON CONFLICT DO NOTHING",
        *_values(new),
    )
    return done.endswith(" 1")


async def one(connection: asyncpg.Connection, owner: str, owner_id: str, *, lock: bool = False) -> Row | None:
    """A docket, locked until the transaction ends if asked to."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM docket WHERE owner = $1 AND owner_id = $2{' FOR UPDATE' if lock else ''}",  # noqa: S608 - constants
        owner,
        owner_id,
    )
    return None if row is None else Row(**row)


async def stepped(connection: asyncpg.Connection, now: Row) -> None:
    """Writes where a docket stands after a step; the database holds it against the history."""
    await connection.execute(
        "UPDATE docket SET state = $3, version = $4, closed = $5, overdue = $6, entered_day = $7,"
        " due_day = $8, head = $9 WHERE owner = $1 AND owner_id = $2",
        now.owner, now.owner_id, now.state, now.version, now.closed, now.overdue, now.entered_day,
        now.due_day, now.head,
    )  # fmt: skip


async def mark_overdue(connection: asyncpg.Connection, owner: str, owner_id: str) -> None:
    """A clock ran out and nobody had acted."""
    await connection.execute(
        "UPDATE docket SET overdue = true WHERE owner = $1 AND owner_id = $2", owner, owner_id
    )


async def write_step(connection: asyncpg.Connection, step: Step, of: Row) -> None:
    """Adds a step to a history."""
    await connection.execute(
        f"INSERT INTO history ({_STEP}, hospital_code, region_code)"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        step.owner, step.owner_id, step.seq, step.event, step.source, step.target, step.role, step.actor,
        step.day, step.payload, step.previous, step.hash, of.hospital_code, of.region_code,
    )  # fmt: skip


async def steps(connection: asyncpg.Connection, owner: str, owner_id: str) -> list[Step]:
    """The history of a docket, oldest first."""
    rows = await connection.fetch(
        f"SELECT {_STEP} FROM history WHERE owner = $1 AND owner_id = $2 ORDER BY seq",  # noqa: S608 - constants
        owner,
        owner_id,
    )
    return [Step(**row) for row in rows]


def _values(row: Row) -> tuple[Any, ...]:
    return (
        row.owner, row.owner_id, row.state, row.version, row.closed, row.overdue, row.hospital_code,
        row.region_code, row.pool, row.entered_day, row.due_day, row.head,
    )  # fmt: skip
