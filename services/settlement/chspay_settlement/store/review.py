"""Claims from outside the pool in SQL, the decisions on them, and counts of checked lists of a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from chspay_settlement.engine.quality.outside import State
from chspay_settlement.engine.quality.sampling import Checked


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a version of a list."""

    decision: str
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The newest version of a list whose person is insured outside the pool."""

    list_id: str
    version: int
    case_id: str
    hospital_code: str
    insured_region: str
    discharge_date: date
    received_at: datetime
    due: date
    state: State


@dataclass(frozen=True, slots=True)
class Where:
    """Which claims are meant."""

    pool: str
    #: Digits every place of the pool starts with.
    prefix: str
    #: Empty: every hospital the asker may see.
    hospital_code: str = ""
    #: Empty: every list.
    list_id: str = ""


#: The legal day in China of a moment.
_DAY = "(v.received_at AT TIME ZONE 'UTC' + interval '8 hours')::date"
_OUTSIDE = (
    "settlement.list_version v JOIN settlement.list_head h"
    " ON (h.list_id, h.version) = (v.list_id, v.version)"
    " WHERE h.pool = $1 AND v.insured_region <> '' AND NOT starts_with(v.insured_region, $2)"
    " AND ($3 = '' OR v.hospital_code = $3) AND ($4 = '' OR v.list_id = $4)"
)
#: True of every such claim when the pool is a city or larger; lets the index of claims from outside serve.
_BEYOND_CITY = " AND left(v.insured_region, 4) <> left(v.region_code, 4)"
_CITY_DIGITS = 4


def _outside(where: Where) -> str:
    return _OUTSIDE + (_BEYOND_CITY if len(where.prefix) <= _CITY_DIGITS else "")


def _claims(where: Where) -> str:
    """Claims with the state they are in; ``$5`` and ``$6`` say by when each day's lists are due."""
    return (
        "WITH claim AS (SELECT v.list_id, v.version, v.case_id, v.hospital_code, v.insured_region,"  # noqa: S608
        " v.discharge_date, v.received_at, l.due,"
        " coalesce((SELECT d.decision FROM settlement.review_decision d"
        "  WHERE (d.list_id, d.version) = (v.list_id, v.version) ORDER BY d.seq DESC LIMIT 1),"
        "  CASE WHEN l.due < $7 THEN 'overdue' ELSE 'waiting' END) AS state"
        f" FROM (SELECT v.* FROM {_outside(where)}) v"
        f" JOIN unnest($5::date[], $6::date[]) AS l(day, due) ON l.day = {_DAY})"
    )


def _values(where: Where, due: Mapping[date, date], today: date) -> tuple[object, ...]:
    return where.pool, where.prefix, where.hospital_code, where.list_id, [*due], [*due.values()], today


async def days(connection: asyncpg.Connection, where: Where) -> list[date]:
    """The legal days on which such claims were received."""
    rows = await connection.fetch(
        f"SELECT DISTINCT {_DAY} FROM {_outside(where)}",  # noqa: S608 - constants only
        where.pool, where.prefix, where.hospital_code, where.list_id,
    )  # fmt: skip
    return [row[0] for row in rows]


async def page(
    connection: asyncpg.Connection,
    where: Where,
    due: Mapping[date, date],
    today: date,
    state: str,
    after: tuple[datetime, str],
    limit: int,
) -> list[Claim]:
    """Claims by the moment they were received, after a position; an empty state means all."""
    rows = await connection.fetch(
        f"{_claims(where)} SELECT * FROM claim WHERE ($8 = '' OR state = $8)"  # noqa: S608 - constants only
        " AND (received_at, list_id) > ($9::timestamptz, $10) ORDER BY received_at, list_id LIMIT $11",
        *_values(where, due, today), state, *after, limit,
    )  # fmt: skip
    return [Claim(**{**row, "state": State(row["state"])}) for row in rows]


async def counts(
    connection: asyncpg.Connection, where: Where, due: Mapping[date, date], today: date
) -> dict[State, int]:
    """How many claims are in each state."""
    rows = await connection.fetch(
        f"{_claims(where)} SELECT state, count(*) FROM claim GROUP BY state",  # noqa: S608 - constants only
        *_values(where, due, today),
    )
    return {State(row[0]): row[1] for row in rows}


async def decisions(
    connection: asyncpg.Connection, claims: Sequence[Claim]
) -> dict[tuple[str, int], list[Decided]]:
    """What was decided on versions of lists, oldest first."""
    rows = await connection.fetch(
        "SELECT d.list_id, d.version, d.decision, d.reason, d.decided_by, d.decided_at"
        " FROM settlement.review_decision d JOIN unnest($1::text[], $2::int[]) AS i(list_id, version)"
        " USING (list_id, version) ORDER BY d.seq",
        [claim.list_id for claim in claims],
        [claim.version for claim in claims],
    )
    found: dict[tuple[str, int], list[Decided]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(Decided(*row[2:]))
    return found


async def pool_of(connection: asyncpg.Connection, list_id: str) -> str:
    """The pool a list belongs to; empty when it is not to be seen."""
    found: str | None = await connection.fetchval(
        "SELECT pool FROM settlement.list_head WHERE list_id = $1", list_id
    )
    return found or ""


async def decide(
    connection: asyncpg.Connection, list_id: str, version: int, decision: str, reason: str, decided_by: str
) -> None:
    """Adds a decision on a version that is there."""
    await connection.execute(
        "INSERT INTO settlement.review_decision"
        " (list_id, version, hospital_code, region_code, decision, reason, decided_by)"
        " SELECT list_id, version, hospital_code, region_code, $3, $4, $5 FROM settlement.list_version"
        " WHERE (list_id, version) = ($1, $2)",
        list_id, version, decision, reason, decided_by,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Checked lists of a pool by day of discharge, under a rule set."""

    rule_set: str
    pool: str
    first: date
    last: date
    #: Empty: every hospital the asker may see.
    hospital_code: str


_CHECKED = (
    "FROM settlement.quality_result r JOIN settlement.list_head h"
    " ON (h.list_id, h.version) = (r.list_id, r.version)"
    " WHERE r.rule_set = $1 AND h.pool = $2 AND r.discharge_date BETWEEN $3 AND $4"
    " AND ($5 = '' OR r.hospital_code = $5)"
)


def _of_span(span: Span) -> tuple[object, ...]:
    return span.rule_set, span.pool, span.first, span.last, span.hospital_code


async def checked(connection: asyncpg.Connection, span: Span) -> dict[str, Checked]:
    """Counts by hospital over the newest versions."""
    rows = await connection.fetch(
        "SELECT r.hospital_code, count(*), count(*) FILTER (WHERE r.errors > 0),"
        f" count(*) FILTER (WHERE r.errors > 0 OR r.warnings > 0) {_CHECKED} GROUP BY 1 ORDER BY 1",
        *_of_span(span),
    )
    return {row[0]: Checked(row[1], row[2], row[3]) for row in rows}


async def checked_lists(connection: asyncpg.Connection, span: Span) -> list[str]:
    """The numbers of the lists that :func:`checked` counts."""
    rows = await connection.fetch(f"SELECT r.list_id {_CHECKED}", *_of_span(span))
    return [row[0] for row in rows]
