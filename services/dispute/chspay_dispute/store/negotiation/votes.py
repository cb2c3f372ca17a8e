"""Councils and ballots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import asyncpg

_COUNCIL = "council_id, pool, region_code, since, until, content, digest"
_BALLOT = "topic_id, round, delegate_id, content, signature, choice, nonce, cast_by"


@dataclass(frozen=True, slots=True)
class StoredCouncil:
    """A council as its sealed list."""

    council_id: str
    pool: str
    region_code: str
    since: date
    until: date
    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class StoredBallot:
    """A ballot with its signature; ``nonce`` is empty for an open one."""

    topic_id: str
    round: int
    delegate_id: str
    content: bytes
    signature: bytes
    choice: str
    nonce: str
    cast_by: str


async def put_council(connection: asyncpg.Connection, new: StoredCouncil, by: str) -> bool:
    """A new council; ``False`` when the pool has one from that day on."""
    done: str = await connection.execute(
        f"INSERT INTO council ({_COUNCIL}, put_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"  # noqa: S608
        " ON CONFLICT DO NOTHING",
        new.council_id, new.pool, new.region_code, new.since, new.until, new.content, new.digest, by,
    )  # fmt: skip
    return done.endswith(" 1")


async def council(connection: asyncpg.Connection, pool: str, day: date) -> StoredCouncil | None:
    """The newest council of a pool that has begun by a day."""
    row = await connection.fetchrow(
        f"SELECT {_COUNCIL} FROM council WHERE pool = $1 AND since <= $2 ORDER BY since DESC LIMIT 1",  # noqa: S608
        pool,
        day,
    )
    return None if row is None else StoredCouncil(**row)


async def cast(connection: asyncpg.Connection, new: StoredBallot) -> bool:
    """Puts a ballot into the urn; ``False`` when this seat has voted."""
    done: str = await connection.execute(
        f"INSERT INTO ballot ({_BALLOT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",  # noqa: S608
        new.topic_id, new.round, new.delegate_id, new.content, new.signature, new.choice, new.nonce,
        new.cast_by,
    )  # fmt: skip
    return done.endswith(" 1")


async def urn(connection: asyncpg.Connection, topic_id: str, round_: int) -> list[StoredBallot]:
    """The ballots of a vote by delegate."""
    rows = await connection.fetch(
        f"SELECT {_BALLOT} FROM ballot WHERE topic_id = $1 AND round = $2 ORDER BY delegate_id",  # noqa: S608
        topic_id,
        round_,
    )
    return [StoredBallot(**row) for row in rows]
