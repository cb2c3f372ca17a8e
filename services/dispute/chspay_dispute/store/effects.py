"""The outbox in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg
import orjson

_COLUMNS = (
    "effect_id, case_no, kind, pool, hospital_code, region_code, outcome_no, citation, content, state, due,"
    " attempts, reason, message, points_micro, fen, value_delta, paid_month, statement_run_id, difference_id,"
    " reclear_id, enqueued_at"
)


@dataclass(frozen=True, slots=True)
class Effect:
    """An outcome on its way to settlement; money in fen, points in millionths.

    :param state: waiting, delivered, moved, refused, nothing.
    :param reason: why it was refused or what it waits for; ``message`` says it in words.
    """

    effect_id: str
    case_no: str
    kind: str
    pool: str
    hospital_code: str
    region_code: str
    outcome_no: str
    citation: str
    content: dict[str, Any]
    state: str
    due: bool
    attempts: int
    reason: str
    message: str
    points_micro: int
    fen: int
    value_delta: str
    paid_month: str
    statement_run_id: str
    difference_id: str
    reclear_id: str
    enqueued_at: datetime


@dataclass(frozen=True, slots=True)
class New:
    """An outcome to be handed over; without ``content`` it moves nothing."""

    effect_id: str
    case_no: str
    kind: str
    pool: str
    hospital_code: str
    region_code: str
    outcome_no: str
    citation: str
    content: dict[str, Any]


async def put(connection: asyncpg.Connection, new: New) -> None:
    """Puts an outcome into the outbox; the same one again changes nothing."""
    moves = bool(new.content)
    await connection.execute(
        "INSERT INTO dispute.effect (effect_id, case_no, kind, pool, hospital_code, region_code, outcome_no,"
        " citation, content, state, due, next_at, attempts, reason, message, points_micro, fen, value_delta,"
        " paid_month, statement_run_id, difference_id, reclear_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), 0, '', '', 0, 0, '', '', '', '', '')"
        " ON CONFLICT (effect_id) DO NOTHING",
        new.effect_id, new.case_no, new.kind, new.pool, new.hospital_code, new.region_code, new.outcome_no,
        new.citation, orjson.dumps(new.content).decode(), "waiting" if moves else "nothing", moves,
    )  # fmt: skip


async def due(connection: asyncpg.Connection, limit: int) -> list[tuple[str, str]]:
    """Effects whose turn it is, oldest first: ``(effect_id, pool)``; nothing is taken back while it still
    waits to be handed over."""
    rows = await connection.fetch(
        "SELECT effect_id, pool FROM dispute.effect e WHERE due AND next_at <= now()"
        " AND NOT (kind = 'revoke' AND EXISTS (SELECT FROM dispute.effect p WHERE p.case_no = e.case_no"
        " AND p.kind = 'post' AND p.state = 'waiting'))"
        " ORDER BY next_at, effect_id LIMIT $1",
        limit,
    )
    return [(row[0], row[1]) for row in rows]


async def one(connection: asyncpg.Connection, effect_id: str, *, lock: bool = False) -> Effect | None:
    """An effect the caller may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM dispute.effect WHERE effect_id = $1{' FOR UPDATE' if lock else ''}",  # noqa: S608
        effect_id,
    )
    return None if row is None else _effect(row)


async def of_case(connection: asyncpg.Connection, case_no: str) -> list[Effect]:
    """The effects of a case, oldest first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM dispute.effect WHERE case_no = $1 ORDER BY enqueued_at, effect_id",  # noqa: S608
        case_no,
    )
    return [_effect(row) for row in rows]


async def page(
    connection: asyncpg.Connection, case_no: str, pool: str, state: str, after: str, limit: int
) -> list[Effect]:
    """Effects the caller may see by number, after one; an empty filter lets everything through."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM dispute.effect WHERE ($1 = '' OR case_no = $1)"  # noqa: S608 - constants
        " AND ($2 = '' OR pool = $2) AND ($3 = '' OR state = $3) AND effect_id > $4"
        " ORDER BY effect_id LIMIT $5",
        case_no,
        pool,
        state,
        after,
        limit,
    )
    return [_effect(row) for row in rows]


class Delivered(NamedTuple):
    """A case that a delivered effect waits to be posted for, and the number it is cited by."""

    outcome_no: str
    hospital_code: str
    case_id: str


async def delivered(connection: asyncpg.Connection, pool: str) -> list[Delivered]:
    """The cases of a pool whose delivered effects wait to be posted, by number; a revocation is of the case
    whose effect it takes back."""
    rows = await connection.fetch(
        "SELECT outcome_no, content->'case'->>'hospital_code', content->'case'->>'case_id'"
        " FROM dispute.effect WHERE pool = $1 AND state = 'delivered' AND content ? 'case'"
        " UNION SELECT r.outcome_no, p.content->'case'->>'hospital_code', p.content->'case'->>'case_id'"
        " FROM dispute.effect r JOIN dispute.effect p ON p.outcome_no = r.content->>'revokes'"
        " WHERE r.pool = $1 AND r.state = 'delivered' AND p.content ? 'case' ORDER BY 1",
        pool,
    )
    return [Delivered(*row) for row in rows]


async def write(connection: asyncpg.Connection, effect_id: str, seconds: int, **changes: Any) -> None:
    """Writes what has become of an effect, and when it is looked at next."""
    names = list(changes)
    sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(names, start=3))
    await connection.execute(
        "UPDATE dispute.effect SET attempts = attempts + 1, next_at = now() + make_interval(secs => $2)"  # noqa: S608 - names from code
        f"{', ' if sets else ''}{sets} WHERE effect_id = $1",
        effect_id,
        seconds,
        *changes.values(),
    )


def _effect(row: asyncpg.Record) -> Effect:
    return Effect(**{**dict(row), "content": orjson.loads(row["content"])})
