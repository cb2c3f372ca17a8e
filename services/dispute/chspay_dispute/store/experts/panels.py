"""Panels, who sits on them, sheets and votes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import asyncpg
import orjson

_JSON = ("shape", "listed", "kept_out", "drawn", "pack", "opinion", "result", "dropped")
_COLUMNS = (
    "panel_id, batch_id, case_no, stage, pool, region_code, state, blind, cost_fen, shape, listed,"
    " list_digest, kept_out, drawn, joined, pack, pack_digest, opinion, result, policy_digest, due_day,"
    " vote_round, dropped"
)
_SEAT = "panel_id, token, expert_id, subject, region_code, seat, place, state, reason, drawn_at, declared_at"
#: A panel that may still be asked for something.
OPEN = ("listed", "drawn", "scoring", "opinion")


@dataclass(frozen=True, slots=True)
class StoredPanel:
    """A panel; ``blind`` makes the tokens, ``listed`` holds the public entries of the list.

    :param vote_round: how often votes began anew; only votes of the present round count.
    :param dropped: opinions of earlier rounds, on which votes were dropped.
    """

    panel_id: str
    batch_id: str
    case_no: str
    stage: str
    pool: str
    region_code: str
    state: str
    blind: str
    cost_fen: int
    shape: dict[str, Any]
    listed: list[Any]
    list_digest: str
    kept_out: list[Any]
    drawn: dict[str, Any]
    joined: bool
    pack: dict[str, Any]
    pack_digest: str
    opinion: dict[str, Any]
    result: dict[str, Any]
    policy_digest: str
    due_day: date
    vote_round: int = 0
    dropped: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person drawn: ``place`` below the size of the panel sits, the rest are in reserve."""

    panel_id: str
    token: str
    expert_id: str
    subject: str
    region_code: str
    seat: str
    place: int
    state: str
    reason: str
    drawn_at: datetime
    declared_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredSheet:
    """A sheet as kept."""

    token: str
    subject: str
    content: dict[str, Any]
    digest: str
    day: date


@dataclass(frozen=True, slots=True)
class StoredVote:
    """A vote as kept."""

    token: str
    subject: str
    vote: str
    digest: str
    public_key: str
    signature: str
    day: date


async def put(connection: asyncpg.Connection, new: StoredPanel) -> None:
    """Stores a panel that was listed."""
    names = _COLUMNS.split(", ")
    marks = ", ".join(f"${at}" for at in range(1, len(names) + 1))
    values = [_json(getattr(new, name)) if name in _JSON else getattr(new, name) for name in names]
    await connection.execute(f"INSERT INTO panel ({_COLUMNS}) VALUES ({marks})", *values)  # noqa: S608 - constants


async def one(connection: asyncpg.Connection, panel_id: str, *, lock: bool = False) -> StoredPanel | None:
    """A panel the caller may see."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM panel WHERE panel_id = $1{' FOR UPDATE' if lock else ''}",  # noqa: S608 - constants
        panel_id,
    )
    return None if row is None else _panel(row)


async def note(connection: asyncpg.Connection, panel_id: str, **changes: Any) -> None:
    """Writes what stands now of a panel."""
    names = list(changes)
    values = [_json(value) if name in _JSON else value for name, value in changes.items()]
    sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(names, start=2))
    await connection.execute(f"UPDATE panel SET {sets} WHERE panel_id = $1", panel_id, *values)  # noqa: S608 - names from code


async def of_batch(connection: asyncpg.Connection, batch_id: str) -> list[StoredPanel]:
    """The panels of a batch."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM panel WHERE batch_id = $1 ORDER BY panel_id",  # noqa: S608 - constants
        batch_id,
    )
    return [_panel(row) for row in rows]


async def of_case(connection: asyncpg.Connection, case_no: str) -> list[StoredPanel]:
    """The panels of a case, oldest first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM panel WHERE case_no = $1 ORDER BY made_at, panel_id",  # noqa: S608 - constants
        case_no,
    )
    return [_panel(row) for row in rows]


async def page(
    connection: asyncpg.Connection, pool: str, case_no: str, states: list[str], after: str, limit: int
) -> list[StoredPanel]:
    """Panels by id; an empty condition is none."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM panel WHERE ($1 = '' OR pool = $1) AND ($2 = '' OR case_no = $2)"  # noqa: S608 - constants
        " AND (cardinality($3::text[]) = 0 OR state = ANY($3)) AND panel_id > $4 ORDER BY panel_id LIMIT $5",
        pool,
        case_no,
        states,
        after,
        limit,
    )
    return [_panel(row) for row in rows]


async def put_seats(connection: asyncpg.Connection, new: list[Seat]) -> None:
    """Stores everybody who was drawn."""
    await connection.executemany(
        f"INSERT INTO panel_seat ({_SEAT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",  # noqa: S608 - constants
        [tuple(getattr(item, name) for name in Seat.__slots__) for item in new],
    )


async def seats(connection: asyncpg.Connection, panel_id: str) -> list[Seat]:
    """Everybody drawn for a panel whom the caller may see, in the order of the places."""
    rows = await connection.fetch(
        f"SELECT {_SEAT} FROM panel_seat WHERE panel_id = $1 ORDER BY place, token",  # noqa: S608 - constants
        panel_id,
    )
    return [Seat(**row) for row in rows]


async def seat_of(connection: asyncpg.Connection, panel_id: str, subject: str) -> Seat | None:
    """The caller's own seat."""
    row = await connection.fetchrow(
        f"SELECT {_SEAT} FROM panel_seat WHERE panel_id = $1 AND subject = $2",  # noqa: S608 - constants
        panel_id,
        subject,
    )
    return None if row is None else Seat(**row)


async def seats_of(connection: asyncpg.Connection, subject: str) -> list[Seat]:
    """The seats of a person, the newest first."""
    rows = await connection.fetch(
        f"SELECT {_SEAT} FROM panel_seat WHERE subject = $1 AND state <> 'reserve'"  # noqa: S608 - constants
        " ORDER BY drawn_at DESC, panel_id",
        subject,
    )
    return [Seat(**row) for row in rows]


async def note_seat(connection: asyncpg.Connection, panel_id: str, token: str, **changes: Any) -> None:
    """Writes what stands now of a seat."""
    sets = ", ".join(f"{name} = ${at}" for at, name in enumerate(changes, start=3))
    await connection.execute(
        f"UPDATE panel_seat SET {sets} WHERE panel_id = $1 AND token = $2",  # noqa: S608 - names from code
        panel_id,
        token,
        *changes.values(),
    )


async def put_sheet(connection: asyncpg.Connection, seat: Seat, new: StoredSheet) -> bool:
    """Stores a sheet; ``False`` when there is one."""
    done: str = await connection.execute(
        "INSERT INTO panel_sheet (panel_id, token, subject, region_code, content, digest, day)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7) ON CONFLICT DO NOTHING",
        seat.panel_id, seat.token, seat.subject, seat.region_code, _json(new.content), new.digest, new.day,
    )  # fmt: skip
    return done.endswith(" 1")


async def sheets(connection: asyncpg.Connection, panel_id: str) -> list[StoredSheet]:
    """The sheets of a panel the caller may see, by token."""
    rows = await connection.fetch(
        "SELECT token, subject, content, digest, day FROM panel_sheet WHERE panel_id = $1 ORDER BY token",
        panel_id,
    )
    return [StoredSheet(**dict(row) | {"content": orjson.loads(row["content"])}) for row in rows]


async def put_vote(connection: asyncpg.Connection, seat: Seat, new: StoredVote) -> bool:
    """Stores a vote of the present round; ``False`` when there is one."""
    done: str = await connection.execute(
        "INSERT INTO panel_vote (panel_id, token, subject, region_code, vote, digest, public_key, signature,"
        " day, vote_round) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, vote_round FROM panel"
        " WHERE panel_id = $1 ON CONFLICT DO NOTHING",
        seat.panel_id, seat.token, seat.subject, seat.region_code, new.vote, new.digest, new.public_key,
        new.signature, new.day,
    )  # fmt: skip
    return done.endswith(" 1")


async def votes(connection: asyncpg.Connection, panel_id: str) -> list[StoredVote]:
    """The votes of a panel in its present round, by token."""
    rows = await connection.fetch(
        "SELECT token, v.subject, vote, digest, public_key, signature, day FROM panel_vote v"
        " JOIN panel USING (panel_id, vote_round) WHERE panel_id = $1 ORDER BY token",
        panel_id,
    )
    return [StoredVote(**row) for row in rows]


async def drop_round(connection: asyncpg.Connection, panel: StoredPanel) -> None:
    """Back to the sheets: the opinion goes on file, and votes begin anew."""
    dropped = [*panel.dropped, panel.opinion] if panel.opinion else panel.dropped
    changes = {"opinion": {}, "dropped": dropped, "vote_round": panel.vote_round + 1}
    await note(connection, panel.panel_id, state="scoring", **changes)


async def mark_desensitised(
    connection: asyncpg.Connection, case_no: str, attachment_id: str, region_code: str, digest: str, by: str
) -> None:
    """A paper names nobody; marked once."""
    await connection.execute(
        "INSERT INTO desensitised (case_no, attachment_id, region_code, digest, marked_by)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        case_no, attachment_id, region_code, digest, by,
    )  # fmt: skip


async def desensitised(connection: asyncpg.Connection, case_no: str) -> dict[str, str]:
    """Papers of a case that name nobody: digest by id."""
    rows = await connection.fetch(
        "SELECT attachment_id, digest FROM desensitised WHERE case_no = $1 ORDER BY attachment_id", case_no
    )
    return {row["attachment_id"]: row["digest"] for row in rows}


async def waiting(connection: asyncpg.Connection, pool: str, limit: int) -> list[tuple[str, str, str, date]]:
    """Cases that need a panel and have no open one: number, pool, state, nearest end of a clock."""
    rows = await connection.fetch(
        "SELECT owner_id, pool, state, due_day FROM docket d WHERE owner = 'case' AND NOT closed"
        " AND state IN ('PANEL_FORMING', 'PROV_REVIEW', 'RECONSIDER') AND ($1 = '' OR pool = $1)"
        " AND NOT EXISTS (SELECT FROM panel p WHERE p.case_no = d.owner_id AND p.state = ANY($3)"
        "  AND p.stage <> 'second')"
        " ORDER BY due_day, owner_id LIMIT $2",
        pool,
        limit,
        list(OPEN),
    )
    return [(row["owner_id"], row["pool"], row["state"], row["due_day"]) for row in rows]


def _panel(row: Any) -> StoredPanel:
    return StoredPanel(**dict(row) | {name: orjson.loads(row[name]) for name in _JSON})


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True)
class Service:
    """One panel that concluded, as one of its experts served on it."""

    expert_id: str
    reviewed: bool
    overturned: bool
    late: bool
    agreed: bool


async def service_of(connection: asyncpg.Connection, pool: str, since: datetime) -> list[Service]:
    """What every expert of a pool did on panels that concluded.

    A first panel is reviewed when another panel of the case concluded later, and overturned when that one
    came to another outcome.
    """
    rows = await connection.fetch(
        "SELECT s.expert_id, later.outcome IS NOT NULL AS reviewed,"
        " coalesce(later.outcome <> p.result->>'outcome', false) AS overturned,"
        " coalesce(sh.day > p.due_day, false) AS late,"
        " coalesce((v.vote = 'yes') = (p.result->>'passed')::boolean, false) AS agreed"
        " FROM panel_seat s JOIN panel p USING (panel_id)"
        " LEFT JOIN panel_sheet sh USING (panel_id, token) LEFT JOIN panel_vote v ON"
        "  v.panel_id = p.panel_id AND v.token = s.token AND v.vote_round = p.vote_round"
        " LEFT JOIN LATERAL (SELECT l.result->>'outcome' AS outcome FROM panel l WHERE l.case_no = p.case_no"
        "  AND l.state = 'concluded' AND l.made_at > p.made_at ORDER BY l.made_at LIMIT 1) later ON true"
        " WHERE p.pool = $1 AND p.state = 'concluded' AND s.state = 'accepted' AND s.drawn_at >= $2"
        " ORDER BY s.expert_id, p.panel_id",
        pool,
        since,
    )
    return [Service(**row) for row in rows]


async def decided_between(connection: asyncpg.Connection, pool: str) -> list[tuple[str, str, dict[str, str]]]:
    """Every drawn batch of a pool with its seed, and the first decisions since the batch before closed.

    The last vote on a panel is its decision; cases by panel.
    """
    rows = await connection.fetch(
        "WITH batch AS (SELECT batch_id, seed, closed_at,"
        "  lag(closed_at, 1, '-infinity') OVER (ORDER BY closed_at, batch_id) AS since"
        "  FROM draw_batch WHERE pool = $1 AND state = 'drawn'),"
        " decided AS (SELECT p.panel_id, p.case_no, max(v.put_at) AS at FROM panel p"
        "  JOIN panel_vote v USING (panel_id, vote_round) WHERE p.pool = $1 AND p.stage = 'first'"
        "  AND p.state = 'concluded' GROUP BY p.panel_id)"
        " SELECT b.batch_id, b.seed, d.panel_id, d.case_no FROM batch b"
        " JOIN decided d ON d.at >= b.since AND d.at < b.closed_at ORDER BY b.closed_at, d.panel_id",
        pool,
    )
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        found.setdefault((row["batch_id"], row["seed"]), {})[row["panel_id"]] = row["case_no"]
    return [(batch_id, seed, decided) for (batch_id, seed), decided in found.items()]


async def with_stage(connection: asyncpg.Connection, pool: str, stage: str) -> set[str]:
    """Cases that have a panel of a stage, unless it was dissolved."""
    rows = await connection.fetch(
        "SELECT DISTINCT case_no FROM panel WHERE pool = $1 AND stage = $2 AND state <> 'dissolved'",
        pool,
        stage,
    )
    return {row["case_no"] for row in rows}
