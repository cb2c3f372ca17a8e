"""Experts and what is known of them over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import asyncpg
import orjson

from chspay_dispute.engine.experts.record import Employment, Expert, Role, Standing, Tie, TieKind

_COLUMNS = (
    "expert_id, subject, pool, region_code, name, title, institution, level, roles, specialties,"
    " communities, term_since, term_until, trained_until, standing, barred, public_key, recommended_by,"
    " confirmed_by"
)


@dataclass(frozen=True, slots=True)
class StoredExpert:
    """An expert as kept; lists of words are joined by blanks."""

    expert_id: str
    subject: str
    pool: str
    region_code: str
    name: str
    title: str
    institution: str
    level: int
    roles: str
    specialties: str
    communities: str
    term_since: date
    term_until: date
    trained_until: date
    standing: str
    barred: str
    public_key: str
    recommended_by: str
    confirmed_by: str


async def put(connection: asyncpg.Connection, new: StoredExpert) -> None:
    """Stores an expert, or what is said of him now."""
    names = _COLUMNS.split(", ")
    marks = ", ".join(f"${at}" for at in range(1, len(names) + 1))
    kept = {"expert_id", "pool", "region_code"}
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name not in kept)
    await connection.execute(
        f"INSERT INTO expert ({_COLUMNS}) VALUES ({marks})"  # noqa: S608 - constants
        f" ON CONFLICT (expert_id) DO UPDATE SET {sets}",
        *(getattr(new, name) for name in names),
    )


async def one(connection: asyncpg.Connection, expert_id: str, *, lock: bool = False) -> StoredExpert | None:
    """An expert the caller may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM expert WHERE expert_id = $1{' FOR UPDATE' if lock else ''}",  # noqa: S608 - constants
        expert_id,
    )
    return None if row is None else StoredExpert(**row)


async def of_subject(connection: asyncpg.Connection, subject: str) -> StoredExpert | None:
    """The expert behind a caller."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM expert WHERE subject = $1", subject)  # noqa: S608 - constants
    return None if row is None else StoredExpert(**row)


async def page(
    connection: asyncpg.Connection, pool: str, standing: str, after: str, limit: int
) -> list[StoredExpert]:
    """Experts by id; an empty condition is none."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM expert WHERE ($1 = '' OR pool = $1) AND ($2 = '' OR standing = $2)"  # noqa: S608 - constants
        " AND expert_id > $3 ORDER BY expert_id LIMIT $4",
        pool,
        standing,
        after,
        limit,
    )
    return [StoredExpert(**row) for row in rows]


async def note(
    connection: asyncpg.Connection, of: StoredExpert, kind: str, content: dict[str, Any], by: str
) -> None:
    """Adds to what is known of an expert."""
    await connection.execute(
        "INSERT INTO expert_note (expert_id, seq, subject, region_code, kind, content, put_by)"
        " SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5::jsonb, $6 FROM expert_note"
        " WHERE expert_id = $1",
        of.expert_id, of.subject, of.region_code, kind, orjson.dumps(content).decode(), by,
    )  # fmt: skip


async def notes(
    connection: asyncpg.Connection, expert_ids: Sequence[str], *kinds: str
) -> list[tuple[str, str, dict[str, Any]]]:
    """What is known of these experts: whose, which kind, what; oldest first."""
    rows = await connection.fetch(
        "SELECT expert_id, kind, content FROM expert_note WHERE expert_id = ANY($1) AND kind = ANY($2)"
        " ORDER BY expert_id, seq",
        list(expert_ids),
        list(kinds),
    )
    return [(row["expert_id"], row["kind"], orjson.loads(row["content"])) for row in rows]


async def recent(connection: asyncpg.Connection, since: datetime) -> dict[str, int]:
    """Panels each expert was drawn to sit on since an instant."""
    rows = await connection.fetch(
        "SELECT expert_id, count(*) AS panels FROM panel_seat WHERE drawn_at >= $1 AND state <> 'reserve'"
        " GROUP BY expert_id",
        since,
    )
    return {row["expert_id"]: row["panels"] for row in rows}


async def open_panels(connection: asyncpg.Connection, expert_ids: Sequence[str]) -> dict[str, int]:
    """Panels each expert sits on that have not ended."""
    rows = await connection.fetch(
        "SELECT s.expert_id, count(*) AS panels FROM panel_seat s JOIN panel p USING (panel_id)"
        " WHERE s.expert_id = ANY($1) AND s.state IN ('asked', 'accepted')"
        " AND p.state NOT IN ('concluded', 'dissolved', 'province') GROUP BY s.expert_id",
        list(expert_ids),
    )
    return {row["expert_id"]: row["panels"] for row in rows}


async def all_of(connection: asyncpg.Connection, pool: str, since: datetime) -> list[Expert]:
    """Every expert of a pool for the engine, with employments, ties and load."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM expert WHERE pool = $1 ORDER BY expert_id",  # noqa: S608 - constants
        pool,
    )
    stored = [StoredExpert(**row) for row in rows]
    loads = await recent(connection, since)
    known = await notes(connection, [one.expert_id for one in stored], "employment", "tie")
    return [engine_expert(one, known, loads.get(one.expert_id, 0)) for one in stored]


def engine_expert(
    stored: StoredExpert, known: Iterable[tuple[str, str, dict[str, Any]]], recent_panels: int = 0
) -> Expert:
    """The expert for the engine."""
    own = [(kind, content) for expert_id, kind, content in known if expert_id == stored.expert_id]
    jobs, ties = jobs_and_ties(own)
    return replace(
        Expert(
            expert_id=stored.expert_id,
            institution=stored.institution,
            level=stored.level,
            roles=frozenset(Role(one) for one in stored.roles.split()),
            specialties=frozenset(stored.specialties.split()),
            term=(stored.term_since, stored.term_until),
            trained_until=stored.trained_until,
            communities=frozenset(stored.communities.split()),
            standing=Standing(stored.standing),
            barred=stored.barred,
            recent=recent_panels,
        ),
        employments=jobs,
        ties=ties,
    )


def jobs_and_ties(
    known: Iterable[tuple[str, dict[str, Any]]],
) -> tuple[tuple[Employment, ...], tuple[Tie, ...]]:
    """Employments and ties out of notes."""
    jobs, ties = [], []
    for kind, content in known:
        if kind == "employment":
            until = content["until"]
            jobs.append(
                Employment(
                    content["institution"],
                    date.fromisoformat(content["since"]),
                    date.fromisoformat(until) if until else None,
                )
            )
        elif kind == "tie":
            ties.append(Tie(TieKind(content["kind"]), content["target"], content["note"]))
    return tuple(jobs), tuple(ties)
