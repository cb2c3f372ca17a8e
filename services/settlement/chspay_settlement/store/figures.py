"""What places and months add up to, as far as the row policies show rows to the asker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg


class Sums(NamedTuple):
    """A place in a month. Money in fen, points in millionths; ``None`` where an earlier month has no row."""

    place: str
    period: int
    hospitals: int
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int
    pools: list[str]
    month_fund_fen: int | None
    month_cases: int | None
    year_fund_fen: int | None
    year_cases: int | None


class Value(NamedTuple):
    """The point value of a pool in a month: fen for millionths of a point."""

    pool: str
    period: int
    value_fen: int
    value_micro: int


#: Fund and counts come from two sources on purpose: the fund is what the ledger booked.
_SUMS = """
WITH booked AS (
  SELECT rpad(left(p.region_code, $1), 6, '0') AS place, b.period, -sum(p.amount_fen) AS fund_fen
  FROM settlement.posting_batch b JOIN settlement.posting p USING (batch_id)
  WHERE b.kind = ANY($2) AND p.hospital_code <> '' AND starts_with(p.region_code, $3)
    AND b.period BETWEEN $4 - 100 AND $5
  GROUP BY 1, 2),
stated AS (
  SELECT rpad(left(region_code, $1), 6, '0') AS place, period, count(DISTINCT hospital_code) AS hospitals,
    sum(cases) AS cases, sum(points_micro) AS points_micro, sum(cost_fen) AS cost_fen,
    sum(patient_fen) AS patient_fen, array_agg(DISTINCT pool ORDER BY pool) AS pools
  FROM settlement.statement
  WHERE starts_with(region_code, $3) AND period BETWEEN $4 - 100 AND $5
  GROUP BY 1, 2),
row AS (
  SELECT place, period, coalesce(hospitals, 0) AS hospitals, coalesce(cases, 0) AS cases,
    coalesce(points_micro, 0) AS points_micro, coalesce(cost_fen, 0) AS cost_fen,
    coalesce(patient_fen, 0) AS patient_fen, coalesce(fund_fen, 0) AS fund_fen,
    coalesce(pools, '{}') AS pools,
    CASE WHEN period % 100 = 1 THEN period - 89 ELSE period - 1 END AS month_before
  FROM stated FULL JOIN booked USING (place, period))
SELECT row.place, row.period, row.hospitals::bigint, row.cases::bigint, row.points_micro::bigint,
  row.cost_fen::bigint, row.patient_fen::bigint, row.fund_fen::bigint, row.pools,
  month.fund_fen::bigint, month.cases::bigint, year.fund_fen::bigint, year.cases::bigint
FROM row
LEFT JOIN row AS month ON month.place = row.place AND month.period = row.month_before
LEFT JOIN row AS year ON year.place = row.place AND year.period = row.period - 100
WHERE row.period BETWEEN $4 AND $5 AND (-row.period, row.place) > (-$6::int, $7)
ORDER BY row.period DESC, row.place LIMIT $8
"""


async def page(
    connection: asyncpg.Connection,
    width: int,
    kinds: Sequence[str],
    inside: str,
    span: tuple[int, int],
    after: tuple[int, str],
    limit: int,
) -> list[Sums]:
    """Rows by month, newest first, and place.

    :param width: digits of a region code that name the place of a row.
    :param kinds: batches that book the fund to hospitals.
    :param inside: leading digits of every region code that counts.
    :param span: first and last month, ``yyyymm``.
    """
    first, last = span
    rows = await connection.fetch(_SUMS, width, list(kinds), inside, first, last, *after, limit)
    return [Sums(*row) for row in rows]


async def values(connection: asyncpg.Connection, pools: Sequence[str], periods: Sequence[int]) -> list[Value]:
    """The point values of finished runs."""
    rows = await connection.fetch(
        "SELECT pool, period, value_fen, value_micro FROM settlement.month_run"
        " WHERE state = 'done' AND value_micro > 0 AND pool = ANY($1) AND period = ANY($2)"
        " ORDER BY pool, period",
        list(pools),
        list(periods),
    )
    return [Value(*row) for row in rows]
