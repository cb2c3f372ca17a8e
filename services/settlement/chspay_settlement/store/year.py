"""Annual clearings: the clearing itself, its events, the facts it takes in, what it gave and stated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, NamedTuple

import asyncpg


@dataclass(frozen=True, slots=True)
class Clearing:
    """A row of ``year_clearing``; amounts in fen, points in millionths."""

    clearing_id: str
    pool: str
    pool_prefix: str
    year: int
    revision: int
    state: str
    stage: str
    done: int
    total: int
    policy_digest: str
    scheme: str
    scheme_digest: str
    engine_version: str
    budget_fen: int
    budget_version: int
    cases: int
    points_micro: int
    actual_fen: int
    terminated_fen: int
    shared_fen: int
    withheld_fen: int
    decision_fen: int
    value_fen: int
    value_micro: int
    evidence: str
    table_digest: str
    input_digest: str
    statements_digest: str
    rules_used: list[str]
    accounts_version: int
    decision_no: str
    published_on: date | None
    batch_id: str
    failure_reason: str
    failure_message: str
    started_by: str
    #: Other payments of the inpatient book in the year; ``budget_fen`` is what remained of the budget.
    others_fen: int = 0


class Event(NamedTuple):
    """A row of ``year_event``; ``at`` is RFC 3339 in UTC."""

    number: int
    event: str
    source: str
    target: str
    subject: str
    decision_no: str
    note: str
    warning: str
    at: str = ""


class Fact(NamedTuple):
    """A row of ``year_fact``: what was decided of one institution's year."""

    number: int
    hospital_code: str
    region_code: str
    kind: str
    value: str
    citation: str
    recorded_by: str


class HospitalRow(NamedTuple):
    """A row of ``year_hospital``."""

    hospital_code: str
    region_code: str
    name: str
    standing: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    actual_fen: int
    target_fen: int
    shared_fen: int
    withheld_fen: int
    gained_fen: int
    fund_fen: int
    assessed_fen: int
    released_fen: int
    audit_fen: int
    prepaid_fen: int
    retained_fen: int
    advance_fen: int
    balance_fen: int


class StatementRow(NamedTuple):
    """A row of ``year_statement``."""

    hospital_code: str
    region_code: str
    content: bytes
    digest: str


_NAMES = [field.name for field in fields(Clearing)]
_COLUMNS = ", ".join(_NAMES)
_STANDING = "state NOT IN ('returned', 'failed')"
_UTC = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"


async def lock(connection: asyncpg.Connection, pool: str, year: int) -> None:
    """Those who move a pool's year take turns until their transactions end."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement.year/' || $1 || '/' || $2::text, 0))",
        pool,
        str(year),
    )


async def standing(connection: asyncpg.Connection, pool: str, year: int) -> str:
    """The clearing of a year that was neither sent back nor failed; empty when there is none."""
    found: str | None = await connection.fetchval(
        f"SELECT clearing_id FROM settlement.year_clearing WHERE pool = $1 AND year = $2 AND {_STANDING}",  # noqa: S608
        pool,
        year,
    )
    return found or ""


async def under_way(connection: asyncpg.Connection, pool: str) -> list[tuple[str, int]]:
    """Clearings of a pool that have begun and are not closed: ``(clearing_id, year)``, oldest year first."""
    rows = await connection.fetch(
        "SELECT clearing_id, year FROM settlement.year_clearing"  # noqa: S608 - constant
        f" WHERE pool = $1 AND state <> 'closed' AND {_STANDING} ORDER BY year",
        pool,
    )
    return [(row[0], row[1]) for row in rows]


async def revisions(connection: asyncpg.Connection, pool: str, year: int) -> int:
    """Clearings of a year so far."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.year_clearing WHERE pool = $1 AND year = $2", pool, year
        )
    )


async def insert(connection: asyncpg.Connection, new: Clearing) -> None:
    """Stores a new clearing."""
    await _insert(connection, "year_clearing", _NAMES, [[getattr(new, name) for name in _NAMES]])


async def one(connection: asyncpg.Connection, clearing_id: str, *, hold: bool = False) -> Clearing | None:
    """A clearing the asker may see; ``hold`` keeps others from changing it until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.year_clearing WHERE clearing_id = $1"  # noqa: S608 - constants
        + (" FOR UPDATE" if hold else ""),
        clearing_id,
    )
    return None if row is None else Clearing(*row)


async def page(
    connection: asyncpg.Connection, pool: str, before: tuple[int, str], limit: int
) -> list[Clearing]:
    """Clearings of a pool (empty = all the asker may see), newest year first."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.year_clearing"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND (year, clearing_id) < ($2, $3)"
        " ORDER BY year DESC, clearing_id DESC LIMIT $4",
        pool,
        *before,
        limit,
    )
    return [Clearing(*row) for row in rows]


async def active(connection: asyncpg.Connection) -> list[tuple[str, str]]:
    """Clearings still to be computed, oldest first: ``(clearing_id, pool)``."""
    rows = await connection.fetch(
        "SELECT clearing_id, pool FROM settlement.year_clearing WHERE state = 'draft'"
        " ORDER BY created_at, clearing_id"
    )
    return [(row[0], row[1]) for row in rows]


async def update(
    connection: asyncpg.Connection, clearing_id: str, *, used: Iterable[str] = (), **values: Any
) -> None:
    """Changes columns of a clearing, and adds the policy keys a step has ``used`` to those known."""
    if unknown := set(values) - set(_NAMES):
        raise ValueError(f"not columns of a clearing: {sorted(unknown)}")
    sets = [f"{name} = ${number}" for number, name in enumerate(values, start=2)]
    if used:
        values["used"] = sorted(used)
        known = f"unnest(rules_used || ${len(values) + 1}::text[])"
        sets.append(f"rules_used = ARRAY(SELECT DISTINCT k FROM {known} k ORDER BY k)")  # noqa: S608
    await connection.execute(
        f"UPDATE settlement.year_clearing SET {', '.join(sets)} WHERE clearing_id = $1",  # noqa: S608
        clearing_id,
        *values.values(),
    )


async def put_event(connection: asyncpg.Connection, clearing: Clearing, event: Event) -> None:
    """Stores an event."""
    await connection.execute(
        "INSERT INTO settlement.year_event (clearing_id, pool, number, event, source, target, subject,"
        " decision_no, note, warning) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        clearing.clearing_id,
        clearing.pool,
        *event[:-1],
    )


async def events(connection: asyncpg.Connection, clearing_id: str) -> list[Event]:
    """The life of a clearing so far."""
    rows = await connection.fetch(
        f"SELECT number, event, source, target, subject, decision_no, note, warning, {_UTC}"  # noqa: S608
        " FROM settlement.year_event WHERE clearing_id = $1 ORDER BY number",
        clearing_id,
    )
    return [Event(*row) for row in rows]


async def place_in_pool(connection: asyncpg.Connection, pool: str, hospital_code: str) -> str | None:
    """The place of a hospital that the pool pays, as it stood last; ``None`` for a stranger."""
    found: str | None = await connection.fetchval(
        "SELECT region_code FROM settlement.hospital WHERE pool = $1 AND hospital_code = $2"
        " ORDER BY since DESC LIMIT 1",
        pool,
        hospital_code,
    )
    return found


async def put_fact(connection: asyncpg.Connection, pool: str, year: int, new: Fact) -> None:
    """Stores a fact of an institution's year."""
    await connection.execute(
        f"INSERT INTO settlement.year_fact (pool, year, {', '.join(Fact._fields)})"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        pool,
        year,
        *new,
    )


async def facts(connection: asyncpg.Connection, pool: str, year: int) -> list[Fact]:
    """Every fact recorded for a year, in order."""
    rows = await connection.fetch(
        f"SELECT {', '.join(Fact._fields)} FROM settlement.year_fact"  # noqa: S608 - constants
        " WHERE pool = $1 AND year = $2 ORDER BY number",
        pool,
        year,
    )
    return [Fact(*row) for row in rows]


async def put_input(connection: asyncpg.Connection, clearing: Clearing, content: bytes, digest: str) -> None:
    """Keeps what the clearing was computed from."""
    await connection.execute(
        "INSERT INTO settlement.year_input (clearing_id, pool, content, digest) VALUES ($1, $2, $3, $4)",
        clearing.clearing_id,
        clearing.pool,
        content,
        digest,
    )


async def input_of(connection: asyncpg.Connection, clearing_id: str) -> tuple[bytes, str] | None:
    """What a clearing was computed from, and its digest."""
    row = await connection.fetchrow(
        "SELECT content, digest FROM settlement.year_input WHERE clearing_id = $1", clearing_id
    )
    return None if row is None else (row[0], row[1])


async def put_hospitals(
    connection: asyncpg.Connection, clearing_id: str, rows: Sequence[HospitalRow]
) -> None:
    """Stores what a clearing gives each institution."""
    names = ("clearing_id", *HospitalRow._fields)
    await _insert(connection, "year_hospital", names, [(clearing_id, *row) for row in rows])


async def hospitals(
    connection: asyncpg.Connection, clearing_id: str, after: str = "", limit: int = 0
) -> list[HospitalRow]:
    """What a clearing gives the institutions the asker may see, by code; ``limit`` 0 means all."""
    rows = await connection.fetch(
        f"SELECT {', '.join(HospitalRow._fields)} FROM settlement.year_hospital"  # noqa: S608 - constants
        " WHERE clearing_id = $1 AND hospital_code > $2 ORDER BY hospital_code LIMIT nullif($3, 0)",
        clearing_id,
        after,
        limit,
    )
    return [HospitalRow(*row) for row in rows]


async def hospital(
    connection: asyncpg.Connection, clearing_id: str, hospital_code: str
) -> HospitalRow | None:
    """What a clearing gives one institution."""
    row = await connection.fetchrow(
        f"SELECT {', '.join(HospitalRow._fields)} FROM settlement.year_hospital"  # noqa: S608 - constants
        " WHERE clearing_id = $1 AND hospital_code = $2",
        clearing_id,
        hospital_code,
    )
    return None if row is None else HospitalRow(*row)


async def put_statements(
    connection: asyncpg.Connection, clearing_id: str, rows: Sequence[StatementRow]
) -> None:
    """Stores the annual statements."""
    names = ("clearing_id", *StatementRow._fields)
    await _insert(connection, "year_statement", names, [(clearing_id, *row) for row in rows])


async def statement(
    connection: asyncpg.Connection, clearing_id: str, hospital_code: str
) -> StatementRow | None:
    """One institution's annual statement."""
    row = await connection.fetchrow(
        f"SELECT {', '.join(StatementRow._fields)} FROM settlement.year_statement"  # noqa: S608 - constants
        " WHERE clearing_id = $1 AND hospital_code = $2",
        clearing_id,
        hospital_code,
    )
    return None if row is None else StatementRow(*row)


async def _insert(
    connection: asyncpg.Connection, table: str, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await connection.executemany(
        f"INSERT INTO settlement.{table} ({', '.join(names)}) VALUES ({places})",  # noqa: S608 - constants
        rows,
    )
