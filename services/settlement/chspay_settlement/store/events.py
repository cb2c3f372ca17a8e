"""Events: written with what they tell of, read in the order they were committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
import orjson


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened; ``hospital_code`` is empty when it is of no single hospital."""

    event_id: str
    name: str
    hospital_code: str
    region_code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event."""

    seq: int
    event_id: str
    name: str
    hospital_code: str
    region_code: str
    facts: Mapping[str, str]
    at: datetime


async def add(connection: asyncpg.Connection, events: Sequence[NewEvent]) -> None:
    """Writes events in the transaction that made them happen."""
    if events:
        await connection.execute(
            "INSERT INTO settlement.event (event_id, name, hospital_code, region_code, facts)"
            " SELECT e.id, e.name, e.hospital, e.region, e.facts::jsonb"
            " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])"
            " AS e(id, name, hospital, region, facts)",
            [event.event_id for event in events],
            [event.name for event in events],
            [event.hospital_code for event in events],
            [event.region_code for event in events],
            [orjson.dumps(dict(event.facts)).decode() for event in events],
        )


async def after(connection: asyncpg.Connection, seq: int, limit: int) -> list[Event]:
    """The next events; none that an open transaction could still precede."""
    rows = await connection.fetch(
        "SELECT seq, event_id, name, hospital_code, region_code, facts, at FROM settlement.event"
        " WHERE seq > $1 AND written_in < (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint"
        " ORDER BY seq LIMIT $2",
        seq, limit,
    )  # fmt: skip
    return [Event(**{**row, "facts": orjson.loads(row["facts"])}) for row in rows]
