"""The ledger read: what it holds of a pool and a year, the statement of an account, the chain of batches."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg

from chspay_settlement.engine.books.ledger import (
    ADVANCE,
    CLAW_BACK,
    DEDUCTION,
    HELD,
    PAYABLE,
    RECEIVABLE,
    RESIDUAL,
    RETENTION,
)
from chspay_settlement.engine.books.payment_order import Owed
from chspay_settlement.engine.year.clearing import Booked

#: Kinds of batches that pay out what others booked, or pay ahead of it.
PAYMENT, ADVANCE_KIND, YEAR_KIND, RECLEAR_KIND, SET_OFF = "payment", "advance", "year", "reclear", "set_off"
#: Batches of money paid otherwise than by points: no part of what a year divides.
OTHER_KIND = "other"


class Held(NamedTuple):
    """What the ledger holds of a year before it is cleared: by institution, and left over by methods."""

    booked: dict[str, Booked]
    residual_fen: int
    #: Taken off by audit, over the whole pool.
    deducted_fen: int


class Line(NamedTuple):
    """A line of an account: debit above zero; ``balance_fen`` is the account's after it."""

    seq: int
    line_no: int
    batch_id: str
    period: int
    kind: str
    corrects: str
    cause: str
    account: str
    amount_fen: int
    balance_fen: int
    note: str
    posted_at: str


class Stored(NamedTuple):
    """A batch of the ledger as it stands in the tables."""

    batch_id: str
    pool: str
    period: int
    kind: str
    corrects: str
    cause: str
    hash: bytes
    lines: list[list[object]]


# The batches of a year: of its months, and differences of those months whenever they were posted.
_OF_YEAR = """
SELECT b.batch_id, b.kind FROM settlement.posting_batch b
WHERE b.pool = $1 AND b.kind NOT IN ('year', 'reclear', 'other') AND (
  coalesce((SELECT o.period FROM settlement.posting_batch o WHERE o.batch_id = b.corrects), b.period)
  BETWEEN $2 * 100 + 1 AND $2 * 100 + 12)
"""
_HELD = f"""
WITH batch AS ({_OF_YEAR})
SELECT p.hospital_code, split_part(p.account, '/', 1) AS account, sum(p.amount_fen)::bigint AS amount_fen,
  coalesce(sum(p.amount_fen) FILTER (WHERE batch.kind IN ('payment', 'advance', 'set_off')), 0)::bigint
    AS moved_fen
FROM batch JOIN settlement.posting p USING (batch_id) GROUP BY 1, 2
"""  # noqa: S608 - constants only


async def held(connection: asyncpg.Connection, pool: str, year: int) -> Held:
    """What the months of a year, their differences and advances have booked; other payments stand apart.

    Payments and set-offs are left out: what was booked as owed counts as prepaid, whether the bank has paid
    it, a claw-back has taken it, or it still waits.
    """
    rows = await connection.fetch(_HELD, pool, year)
    sums: dict[str, dict[str, int]] = {}
    residual = deducted = 0
    for code, account, amount, moved in rows:
        own = sums.setdefault(code, {})
        own[account] = amount - (moved if account == PAYABLE else 0)
        if account == RESIDUAL:
            residual = -amount
        elif account == DEDUCTION:
            deducted = -amount
    booked = {
        code: Booked(
            prepaid_fen=-own.get(PAYABLE, 0) - own.get(HELD, 0),
            retained_fen=-own.get(RETENTION, 0),
            receivable_fen=own.get(RECEIVABLE, 0),
            advance_fen=own.get(ADVANCE, 0),
        )
        for code, own in sums.items()
        if code
    }
    return Held(booked, residual, deducted)


async def deductions(connection: asyncpg.Connection, pool: str, year: int) -> dict[str, int]:
    """What audit took off each institution on the statements of a year's months, fen."""
    rows = await connection.fetch(
        "SELECT hospital_code, sum(deducted_fen)::bigint FROM settlement.statement"
        " WHERE pool = $1 AND period BETWEEN $2 * 100 + 1 AND $2 * 100 + 12"
        " GROUP BY 1 HAVING sum(deducted_fen) <> 0",
        pool,
        year,
    )
    return {row[0]: row[1] for row in rows}


async def owed(connection: asyncpg.Connection, pool: str) -> list[Owed]:
    """What each institution of a pool is owed and owes now, by code."""
    rows = await connection.fetch(
        "SELECT p.hospital_code,"
        " coalesce(-sum(p.amount_fen) FILTER (WHERE split_part(p.account, '/', 1) = $2), 0)::bigint,"
        " coalesce(sum(p.amount_fen) FILTER (WHERE split_part(p.account, '/', 1) = $3), 0)::bigint"
        " FROM settlement.posting_batch b JOIN settlement.posting p USING (batch_id)"
        " WHERE b.pool = $1 AND p.hospital_code <> '' GROUP BY 1 ORDER BY 1",
        pool,
        PAYABLE,
        CLAW_BACK,
    )
    return [Owed(*row) for row in rows]


_STATEMENT = """
WITH line AS (
  SELECT j.seq, p.line_no, b.batch_id, b.period, b.kind, b.corrects, b.cause, p.account, p.amount_fen,
    sum(p.amount_fen) OVER (PARTITION BY p.account ORDER BY j.seq, p.line_no)::bigint AS balance_fen, p.note,
    to_char(b.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS posted_at
  FROM settlement.posting p JOIN settlement.posting_batch b USING (batch_id)
  JOIN settlement.journal_batch j ON j.stream = 'ledger/' || b.pool AND j.hash = b.hash
  WHERE b.pool = $1 AND p.hospital_code = $2)
SELECT * FROM line WHERE period BETWEEN $3 AND $4 AND (seq, line_no) > ($5, $6)
ORDER BY seq, line_no LIMIT $7
"""


async def statement(
    connection: asyncpg.Connection,
    pool: str,
    hospital_code: str,
    span: tuple[int, int],
    after: tuple[int, int],
    limit: int,
) -> list[Line]:
    """The lines of an institution's accounts (empty code: the pool's own) in the order they were posted.

    :param span: first and last period; balances count from the very first line, whatever the span.
    """
    rows = await connection.fetch(_STATEMENT, pool, hospital_code, *span, *after, limit)
    return [Line(*row) for row in rows]


async def batches(connection: asyncpg.Connection, pool: str) -> AsyncIterator[tuple[bytes, Stored | None]]:
    """The journal of a pool's ledger in order, each payload with the batch of its hash."""
    query = (
        "SELECT j.payload, b.batch_id, b.pool, b.period, b.kind, b.corrects, b.cause, b.hash,"
        " (SELECT coalesce(json_agg(json_build_array(p.account, p.region_code, p.hospital_code, p.amount_fen,"
        "   p.note) ORDER BY p.line_no), '[]') FROM settlement.posting p WHERE p.batch_id = b.batch_id)"
        " FROM settlement.journal_batch j LEFT JOIN settlement.posting_batch b ON b.pool = $1"
        "  AND b.hash = j.hash WHERE j.stream = 'ledger/' || $1 ORDER BY j.seq"
    )
    async for row in connection.cursor(query, pool, prefetch=100):
        yield row[0], None if row[1] is None else Stored(*(*row[1:8], _lines(row[8])))


def _lines(text: str) -> list[list[object]]:
    found: list[list[object]] = json.loads(text)
    return found


async def unchained(connection: asyncpg.Connection, pool: str) -> list[str]:
    """Batches of a pool that its journal does not know."""
    rows = await connection.fetch(
        "SELECT batch_id FROM settlement.posting_batch b WHERE pool = $1 AND NOT EXISTS (SELECT FROM"
        " settlement.journal_batch j WHERE j.stream = 'ledger/' || b.pool AND j.hash = b.hash)"
        " ORDER BY batch_id",
        pool,
    )
    return [row[0] for row in rows]
