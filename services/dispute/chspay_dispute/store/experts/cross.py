"""Rounds of cross-review, their records and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

_ROUND = (
    "round_id, pool, region_code, title, state, commitment, beacon_source, beacon_at, beacon, secret,"
    " per_hospital, frame_digest, seed, opened_by, opened_at"
)
_RECORD = "round_id, record_id, hospital_code, region_code, community, mdc, case_id, pack, drawn, conclusion"
_REVIEW = "round_id, record_id, place, expert_id, subject, region_code, asked, conclusion, reason"


@dataclass(frozen=True, slots=True)
class StoredRound:
    """A round as kept; beacon, secret and seed are empty until it is drawn."""

    round_id: str
    pool: str
    region_code: str
    title: str
    state: str
    commitment: str
    beacon_source: str
    beacon_at: datetime
    beacon: str
    secret: str
    per_hospital: int
    frame_digest: str
    seed: str
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A settled case of the frame, with its blind pack."""

    round_id: str
    record_id: str
    hospital_code: str
    region_code: str
    community: str
    mdc: str
    case_id: str
    pack: dict[str, Any]
    drawn: bool
    conclusion: str


@dataclass(frozen=True, slots=True)
class StoredReview:
    """Who judges a record; ``asked`` is false for a third who is not needed yet."""

    round_id: str
    record_id: str
    place: int
    expert_id: str
    subject: str
    region_code: str
    asked: bool
    conclusion: str
    reason: str


async def put(connection: asyncpg.Connection, new: StoredRound) -> bool:
    """Stores a round; ``False`` when its commitment was used before."""
    if await connection.fetchval(
        "SELECT EXISTS (SELECT FROM draw_batch WHERE commitment = $1) OR EXISTS"
        " (SELECT FROM cross_round WHERE commitment = $1)",
        new.commitment,
    ):
        return False
    marks = ", ".join(f"${at}" for at in range(1, 16))
    await connection.execute(
        f"INSERT INTO cross_round ({_ROUND}) VALUES ({marks})",  # noqa: S608 - constants
        *(getattr(new, name) for name in StoredRound.__slots__),
    )
    return True


async def one(connection: asyncpg.Connection, round_id: str, *, lock: bool = False) -> StoredRound | None:
    """A round the caller may see."""
    row = await connection.fetchrow(
        f"SELECT {_ROUND} FROM cross_round WHERE round_id = $1{' FOR UPDATE' if lock else ''}",  # noqa: S608 - constants
        round_id,
    )
    return None if row is None else StoredRound(**row)


async def rounds(connection: asyncpg.Connection, pool: str) -> list[StoredRound]:
    """Rounds, the newest first."""
    rows = await connection.fetch(
        f"SELECT {_ROUND} FROM cross_round WHERE ($1 = '' OR pool = $1) ORDER BY round_id DESC LIMIT 200",  # noqa: S608 - constants
        pool,
    )
    return [StoredRound(**row) for row in rows]


async def moved(connection: asyncpg.Connection, now: StoredRound) -> None:
    """A round after a step."""
    await connection.execute(
        "UPDATE cross_round SET state = $2, beacon = $3, secret = $4, frame_digest = $5, seed = $6"
        " WHERE round_id = $1",
        now.round_id, now.state, now.beacon, now.secret, now.frame_digest, now.seed,
    )  # fmt: skip


async def put_records(connection: asyncpg.Connection, new: list[StoredRecord]) -> None:
    """Stores a frame."""
    await connection.executemany(
        f"INSERT INTO cross_record ({_RECORD}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)",  # noqa: S608 - constants
        [
            (item.round_id, item.record_id, item.hospital_code, item.region_code, item.community, item.mdc,
             item.case_id, orjson.dumps(item.pack).decode(), item.drawn, item.conclusion)
            for item in new
        ],
    )  # fmt: skip


async def records(connection: asyncpg.Connection, round_id: str) -> list[StoredRecord]:
    """The frame of a round, as far as the caller may see it."""
    rows = await connection.fetch(
        f"SELECT {_RECORD} FROM cross_record WHERE round_id = $1 ORDER BY record_id",  # noqa: S608 - constants
        round_id,
    )
    return [StoredRecord(**dict(row) | {"pack": orjson.loads(row["pack"])}) for row in rows]


async def mark_drawn(connection: asyncpg.Connection, round_id: str, record_ids: list[str]) -> None:
    """These records were drawn."""
    await connection.execute(
        "UPDATE cross_record SET drawn = true WHERE round_id = $1 AND record_id = ANY($2)",
        round_id,
        record_ids,
    )


async def conclude(connection: asyncpg.Connection, round_id: str, record_id: str, conclusion: str) -> None:
    """What a record came to."""
    await connection.execute(
        "UPDATE cross_record SET conclusion = $3 WHERE round_id = $1 AND record_id = $2",
        round_id,
        record_id,
        conclusion,
    )


async def put_reviews(connection: asyncpg.Connection, new: list[StoredReview]) -> None:
    """Stores who judges what."""
    await connection.executemany(
        f"INSERT INTO cross_review ({_REVIEW}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",  # noqa: S608 - constants
        [tuple(getattr(item, name) for name in StoredReview.__slots__) for item in new],
    )


async def reviews_of(connection: asyncpg.Connection, subject: str) -> list[StoredReview]:
    """What a person was asked to judge, the newest round first."""
    rows = await connection.fetch(
        f"SELECT {_REVIEW} FROM cross_review WHERE subject = $1 AND asked"  # noqa: S608 - constants
        " ORDER BY round_id DESC, record_id",
        subject,
    )
    return [StoredReview(**row) for row in rows]


async def reviews(connection: asyncpg.Connection, round_id: str, record_id: str) -> list[StoredReview]:
    """Who judges a record, in the order drawn; locked until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {_REVIEW} FROM cross_review WHERE round_id = $1 AND record_id = $2"  # noqa: S608 - constants
        " ORDER BY place FOR UPDATE",
        round_id,
        record_id,
    )
    return [StoredReview(**row) for row in rows]


async def judge(connection: asyncpg.Connection, of: StoredReview, conclusion: str, reason: str) -> None:
    """What a person found."""
    await connection.execute(
        "UPDATE cross_review SET conclusion = $4, reason = $5"
        " WHERE round_id = $1 AND record_id = $2 AND place = $3",
        of.round_id, of.record_id, of.place, conclusion, reason,
    )  # fmt: skip


async def ask(connection: asyncpg.Connection, round_id: str, record_id: str, place: int) -> None:
    """The third is needed."""
    await connection.execute(
        "UPDATE cross_review SET asked = true WHERE round_id = $1 AND record_id = $2 AND place = $3",
        round_id,
        record_id,
        place,
    )
