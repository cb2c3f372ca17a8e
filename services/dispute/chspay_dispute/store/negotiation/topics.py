"""Topics, their papers and the effects of their proposals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg

_TOPIC = "topic_id, pool, region_code, kind, title, groups, origin, opened_by, opened_day"
_PAPER = "topic_id, seq, pool, region_code, kind, ref, by, hospital_code, day, text, facts, digest"
_IMPACT = "topic_id, proposal, snapshot, pool, region_code, content, digest"


@dataclass(frozen=True, slots=True)
class Topic:
    """What is negotiated."""

    topic_id: str
    pool: str
    region_code: str
    kind: str
    title: str
    groups: tuple[str, ...]
    origin: str
    opened_by: str
    opened_day: date


@dataclass(frozen=True, slots=True)
class Paper:
    """Something written in a topic; ``facts`` is canonical JSON."""

    topic_id: str
    seq: int
    pool: str
    region_code: str
    kind: str
    ref: int
    by: str
    hospital_code: str
    day: date
    text: str
    facts: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Impact:
    """A sealed effect of a proposal on the months of a snapshot."""

    topic_id: str
    proposal: int
    snapshot: str
    pool: str
    region_code: str
    content: bytes
    digest: str


async def add_parties(
    connection: asyncpg.Connection, pool: str, hospitals: Iterable[tuple[str, str]]
) -> None:
    """Names hospitals of a pool that are not known yet: code and name."""
    await connection.executemany(
        "INSERT INTO negotiation_party (pool, hospital_code, name, region_code) VALUES ($1, $2, $3, $1)"
        " ON CONFLICT DO NOTHING",
        [(pool, code, name) for code, name in hospitals],
    )


async def is_party(connection: asyncpg.Connection, pool: str, hospital_code: str) -> bool:
    """Whether a hospital is known to be of a pool."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM negotiation_party WHERE pool = $1 AND hospital_code = $2)",
        pool,
        hospital_code,
    )
    return found


async def put_topic(connection: asyncpg.Connection, new: Topic) -> None:
    """A new topic."""
    await connection.execute(
        f"INSERT INTO topic ({_TOPIC}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",  # noqa: S608 - constants
        new.topic_id, new.pool, new.region_code, new.kind, new.title, list(new.groups), new.origin,
        new.opened_by, new.opened_day,
    )  # fmt: skip


async def topic(connection: asyncpg.Connection, topic_id: str) -> Topic | None:
    """A topic, if the row policies let it be seen."""
    row = await connection.fetchrow(f"SELECT {_TOPIC} FROM topic WHERE topic_id = $1", topic_id)  # noqa: S608
    return None if row is None else _topic(row)


async def page(connection: asyncpg.Connection, pool: str, before: str, limit: int) -> list[Topic]:
    """Topics from the highest number down; an empty pool means every one that is seen."""
    rows = await connection.fetch(
        f"SELECT {_TOPIC} FROM topic WHERE ($1 = '' OR pool = $1) AND ($2 = '' OR topic_id < $2)"  # noqa: S608
        " ORDER BY topic_id DESC LIMIT $3",
        pool,
        before,
        limit,
    )
    return [_topic(row) for row in rows]


async def put_paper(connection: asyncpg.Connection, new: Paper) -> None:
    """Adds a paper; its number was taken under the lock of the docket."""
    await connection.execute(
        f"INSERT INTO topic_paper ({_PAPER})"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        new.topic_id, new.seq, new.pool, new.region_code, new.kind, new.ref, new.by, new.hospital_code,
        new.day, new.text, new.facts, new.digest,
    )  # fmt: skip


async def papers(connection: asyncpg.Connection, topic_id: str) -> list[Paper]:
    """All papers of a topic in order."""
    rows = await connection.fetch(
        f"SELECT {_PAPER} FROM topic_paper WHERE topic_id = $1 ORDER BY seq",  # noqa: S608 - constants
        topic_id,
    )
    return [Paper(**row) for row in rows]


async def impacts(connection: asyncpg.Connection, topic_id: str, snapshot: str) -> dict[int, Impact]:
    """The effects of proposals on a snapshot, by number of the proposal."""
    rows = await connection.fetch(
        f"SELECT {_IMPACT} FROM proposal_impact WHERE topic_id = $1 AND snapshot = $2",  # noqa: S608
        topic_id,
        snapshot,
    )
    return {row["proposal"]: Impact(**row) for row in rows}


async def put_impact(connection: asyncpg.Connection, new: Impact) -> None:
    """Seals an effect; the first one written stays."""
    await connection.execute(
        f"INSERT INTO proposal_impact ({_IMPACT}) VALUES ($1, $2, $3, $4, $5, $6, $7)"  # noqa: S608
        " ON CONFLICT DO NOTHING",
        new.topic_id, new.proposal, new.snapshot, new.pool, new.region_code, new.content, new.digest,
    )  # fmt: skip


async def untried(connection: asyncpg.Connection, limit: int) -> Sequence[tuple[str, int, str]]:
    """Proposals of open topics whose effect on the newest snapshot is not known: topic, number, snapshot."""
    rows = await connection.fetch(
        "SELECT p.topic_id, p.seq, s.digest FROM topic_paper p"
        " JOIN docket d ON (d.owner, d.owner_id) = ('topic', p.topic_id) AND NOT d.closed"
        " JOIN LATERAL (SELECT digest FROM topic_paper WHERE topic_id = p.topic_id AND kind = 'snapshot'"
        "   ORDER BY seq DESC LIMIT 1) s ON true"
        " LEFT JOIN proposal_impact i ON (i.topic_id, i.proposal, i.snapshot) = (p.topic_id, p.seq, s.digest)"
        " WHERE p.kind = 'proposal' AND i.topic_id IS NULL ORDER BY p.topic_id, p.seq LIMIT $1",
        limit,
    )
    return [(row["topic_id"], row["seq"], row["digest"]) for row in rows]


async def effective_of_pool(connection: asyncpg.Connection, pool: str) -> list[str]:
    """Topics of a pool that are in effect."""
    rows = await connection.fetch(
        "SELECT owner_id FROM docket WHERE owner = 'topic' AND pool = $1 AND state = 'EFFECTIVE'"
        " ORDER BY owner_id",
        pool,
    )
    return [row["owner_id"] for row in rows]


def _topic(row: asyncpg.Record) -> Topic:
    return Topic(**{**dict(row), "groups": tuple(row["groups"])})
