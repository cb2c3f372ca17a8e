"""Clocks that run, and what they told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg

_COLUMNS = (
    "deadline_id, owner, owner_id, clock, kind, events, set_by, due_day, due_at, calendar, state, left_wd,"
    " outcome, hospital_code, region_code"
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock of a docket.

    :param kind: ``remind`` or ``due``.
    :param events: what follows by itself when it runs out, joined by commas; empty when nothing does.
    :param set_by: number of the step that set it.
    :param due_at: the instant from which it has run out.
    :param calendar: version of the working-day calendar it was counted with.
    :param state: ``waiting``, ``fired``, ``stopped`` (somebody acted in time) or ``failed``.
    :param left_wd: working days it had left when it was paused.
    :param outcome: the event it brought about, or the reason it could not.
    """

    deadline_id: str
    owner: str
    owner_id: str
    clock: str
    kind: str
    events: str
    set_by: int
    due_day: date
    due_at: datetime
    calendar: str
    state: str
    left_wd: int | None
    outcome: str
    hospital_code: str
    region_code: str


async def put(connection: asyncpg.Connection, items: Sequence[Deadline]) -> None:
    """Sets clocks."""
    await connection.executemany(
        f"INSERT INTO deadline ({_COLUMNS})"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        [_values(item) for item in items],
    )


async def stop(connection: asyncpg.Connection, owner: str, owner_id: str, at: datetime) -> None:
    """Stops what still waits of a docket."""
    await connection.execute(
        "UPDATE deadline SET state = 'stopped', ended_at = $3"
        " WHERE owner = $1 AND owner_id = $2 AND state = 'waiting'",
        owner,
        owner_id,
        at,
    )


async def pause(connection: asyncpg.Connection, deadline_id: str, left_wd: int, at: datetime) -> None:
    """Stops a clock and keeps what it had left."""
    await connection.execute(
        "UPDATE deadline SET state = 'stopped', left_wd = $2, ended_at = $3 WHERE deadline_id = $1",
        deadline_id,
        left_wd,
        at,
    )


async def end(
    connection: asyncpg.Connection, deadline_id: str, state: str, outcome: str, at: datetime
) -> bool:
    """A clock has run out; ``False`` when it had ended already."""
    done: str = await connection.execute(
        "UPDATE deadline SET state = $2, outcome = $3, ended_at = $4"
        " WHERE deadline_id = $1 AND state = 'waiting'",
        deadline_id,
        state,
        outcome,
        at,
    )
    return done.endswith(" 1")


async def waiting(connection: asyncpg.Connection, owner: str, owner_id: str) -> list[Deadline]:
    """The clocks of a docket that run, soonest first."""
    return await _all(
        connection,
        "WHERE owner = $1 AND owner_id = $2 AND state = 'waiting' ORDER BY due_at, deadline_id",
        owner,
        owner_id,
    )


async def of_owner(connection: asyncpg.Connection, owner: str, owner_id: str) -> list[Deadline]:
    """Every clock a docket ever had, in the order they were set."""
    return await _all(
        connection,
        "WHERE owner = $1 AND owner_id = $2 ORDER BY set_by, due_at, deadline_id",
        owner,
        owner_id,
    )


async def one(connection: asyncpg.Connection, deadline_id: str) -> Deadline | None:
    """A clock by its id."""
    found = await _all(connection, "WHERE deadline_id = $1", deadline_id)
    return found[0] if found else None


async def run_out(connection: asyncpg.Connection, at: datetime, limit: int) -> list[Deadline]:
    """Clocks that have run out and were not attended to, oldest first; not locked."""
    return await _all(
        connection,
        "WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, deadline_id LIMIT $2",
        at,
        limit,
    )


async def remind(connection: asyncpg.Connection, of: Deadline, kind: str, roles: str, day: date) -> None:
    """Writes down who was told of a clock."""
    await connection.execute(
        "INSERT INTO reminder (deadline_id, owner, owner_id, clock, kind, roles, day, hospital_code,"
        " region_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        of.deadline_id, of.owner, of.owner_id, of.clock, kind, roles, day, of.hospital_code, of.region_code,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a clock told: ``remind`` due soon, ``overdue`` nobody acted, ``moved`` it went on by itself."""

    deadline_id: str
    clock: str
    kind: str
    roles: str
    day: date


async def reminders(connection: asyncpg.Connection, owner: str, owner_id: str) -> list[Reminder]:
    """What the clocks of a docket told, oldest first."""
    rows = await connection.fetch(
        "SELECT deadline_id, clock, kind, roles, day FROM reminder WHERE owner = $1 AND owner_id = $2"
        " ORDER BY written_at, deadline_id",
        owner,
        owner_id,
    )
    return [Reminder(**row) for row in rows]


async def _all(connection: asyncpg.Connection, where: str, *values: Any) -> list[Deadline]:
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM deadline {where}", *values)  # noqa: S608 - constants
    return [Deadline(**row) for row in rows]


def _values(item: Deadline) -> tuple[Any, ...]:
    return (
        item.deadline_id, item.owner, item.owner_id, item.clock, item.kind, item.events, item.set_by,
        item.due_day, item.due_at, item.calendar, item.state, item.left_wd, item.outcome, item.hospital_code,
        item.region_code,
    )  # fmt: skip
