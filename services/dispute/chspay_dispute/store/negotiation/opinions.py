"""Opinions, decided disputes, and the topics they opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

_OPINION = (
    "opinion_id, pool, region_code, hospital_code, masked, by, target_kind, target, text, proposal, cases,"
    " filed_day, due_day, lead_id, outcome, reason, answered_by, topic_id, published"
)


@dataclass(frozen=True, slots=True)
class StoredOpinion:
    """An opinion as it stands."""

    opinion_id: str
    pool: str
    region_code: str
    hospital_code: str
    masked: bool
    by: str
    target_kind: str
    target: str
    text: str
    proposal: str
    cases: tuple[str, ...]
    filed_day: date
    due_day: date
    lead_id: str
    outcome: str
    reason: str
    answered_by: str
    topic_id: str
    published: bool


@dataclass(frozen=True, slots=True)
class StoredDecided:
    """A decided dispute as far as it can ask for another rule."""

    case_id: str
    pool: str
    region_code: str
    year: int
    type: str
    target: str
    reason: str
    upheld: bool
    day: date


async def put(connection: asyncpg.Connection, new: StoredOpinion) -> None:
    """A new opinion."""
    await connection.execute(
        f"INSERT INTO opinion ({_OPINION}) VALUES"  # noqa: S608 - constants
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        new.opinion_id, new.pool, new.region_code, new.hospital_code, new.masked, new.by, new.target_kind,
        new.target, new.text, new.proposal, list(new.cases), new.filed_day, new.due_day, new.lead_id,
        new.outcome, new.reason, new.answered_by, new.topic_id, new.published,
    )  # fmt: skip


async def lock_target(connection: asyncpg.Connection, pool: str, kind: str, target: str) -> None:
    """One at a time files an opinion on a target, so that each is compared with all before it."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"opinion/{pool}/{kind}/{target}"
    )


async def one(connection: asyncpg.Connection, opinion_id: str) -> StoredOpinion | None:
    """An opinion, if it is seen."""
    row = await connection.fetchrow(f"SELECT {_OPINION} FROM opinion WHERE opinion_id = $1", opinion_id)  # noqa: S608
    return None if row is None else _of(row)


async def leads_of_target(
    connection: asyncpg.Connection, pool: str, kind: str, target: str
) -> list[StoredOpinion]:
    """The first of each cluster on one target that waits for an answer, in the order they came."""
    rows = await connection.fetch(
        f"SELECT {_OPINION} FROM opinion WHERE pool = $1 AND target_kind = $2 AND target = $3"  # noqa: S608
        " AND outcome = 'waiting' AND lead_id = opinion_id ORDER BY filed_day, opinion_id",
        pool,
        kind,
        target,
    )
    return [_of(row) for row in rows]


async def led(connection: asyncpg.Connection, lead_id: str) -> list[StoredOpinion]:
    """All that say the same as ``lead_id``, itself among them."""
    rows = await connection.fetch(
        f"SELECT {_OPINION} FROM opinion WHERE lead_id = $1 ORDER BY filed_day, opinion_id",  # noqa: S608
        lead_id,
    )
    return [_of(row) for row in rows]


async def join(connection: asyncpg.Connection, led_by: str, lead_id: str) -> None:
    """A whole cluster says the same as another."""
    await connection.execute("UPDATE opinion SET lead_id = $2 WHERE lead_id = $1", led_by, lead_id)


async def answer(
    connection: asyncpg.Connection, of: Sequence[str], outcome: str, reason: str, by: str, topic_id: str,
    published: bool,
) -> int:  # fmt: skip
    """Answers opinions that wait; how many that were."""
    done: str = await connection.execute(
        "UPDATE opinion SET outcome = $2, reason = $3, answered_by = $4, topic_id = $5, published = $6"
        " WHERE opinion_id = ANY($1) AND outcome = 'waiting'",
        list(of), outcome, reason, by, topic_id, published,
    )  # fmt: skip
    return int(done.rsplit(" ", 1)[1])


async def page(
    connection: asyncpg.Connection, pool: str, outcome: str, before: str, limit: int
) -> list[tuple[StoredOpinion, int]]:
    """Opinions from the newest on, each with how many seen ones say the same."""
    rows = await connection.fetch(
        f"SELECT {_OPINION}, (SELECT count(*) FROM opinion o WHERE o.lead_id = opinion.lead_id) AS alike"  # noqa: S608
        " FROM opinion WHERE ($1 = '' OR pool = $1) AND ($2 = '' OR outcome = $2)"
        " AND ($3 = '' OR opinion_id < $3) ORDER BY opinion_id DESC LIMIT $4",
        pool,
        outcome,
        before,
        limit,
    )
    return [(_of(row), row["alike"]) for row in rows]


async def decided(connection: asyncpg.Connection, new: StoredDecided) -> bool:
    """Notes a decided dispute, once; one at a time per pool."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"calls/{new.pool}")
    done: str = await connection.execute(
        "INSERT INTO decided_dispute (case_id, pool, region_code, year, type, target, reason, upheld, day)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        new.case_id, new.pool, new.region_code, new.year, new.type, new.target, new.reason, new.upheld,
        new.day,
    )  # fmt: skip
    return done.endswith(" 1")


async def decided_of(connection: asyncpg.Connection, pool: str, year: int) -> list[StoredDecided]:
    """The decided disputes of a pool in a year."""
    rows = await connection.fetch(
        "SELECT case_id, pool, region_code, year, type, target, reason, upheld, day FROM decided_dispute"
        " WHERE pool = $1 AND year = $2 ORDER BY case_id",
        pool,
        year,
    )
    return [StoredDecided(**row) for row in rows]


async def call(
    connection: asyncpg.Connection, pool: str, year: int, called: tuple[str, str, str, str], topic_id: str
) -> bool:
    """Notes that something opened a topic this year; ``False`` when it has.

    :param called: trigger, kind of topic, target, reason.
    """
    done: str = await connection.execute(
        "INSERT INTO topic_call (pool, year, trigger, topic_kind, target, reason, region_code, topic_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $1, $7) ON CONFLICT DO NOTHING",
        pool, year, *called, topic_id,
    )  # fmt: skip
    return done.endswith(" 1")


def _of(row: asyncpg.Record) -> StoredOpinion:
    plain = {name: row[name] for name in StoredOpinion.__slots__}
    return StoredOpinion(**{**plain, "cases": tuple(row["cases"])})
