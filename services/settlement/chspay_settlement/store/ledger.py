"""Statements and the ledger: written once, in one transaction, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import asyncpg

from chspay_settlement.engine.books.batch import Line

#: Where statements lie: those that were posted, and those of trials and replays.
POSTED, TRIED = "statement", "trial_statement"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A row of ``statement``."""

    run_id: str
    hospital_code: str
    region_code: str
    pool: str
    period: int
    hospital_name: str
    cases: int
    points_micro: int
    cost_fen: int
    patient_fen: int
    fund_fen: int
    total_fen: int
    prepaid_fen: int
    retained_fen: int
    content: bytes
    digest: str
    deducted_fen: int
    difference_fen: int
    held_fen: int
    released_fen: int
    payable_fen: int
    other_fen: int = 0


class Balance(NamedTuple):
    """What went in and out of an account, fen."""

    account: str
    debit_fen: int
    credit_fen: int


_NAMES = [field.name for field in fields(StatementRow)]
_COLUMNS = ", ".join(_NAMES)


async def put_statements(
    connection: asyncpg.Connection, rows: Sequence[StatementRow], table: str = POSTED
) -> None:
    """Stores the statements of a run; those of a trial in a table of their own."""
    places = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))
    await connection.executemany(
        f"INSERT INTO settlement.{table} ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - constants
        [[getattr(row, name) for name in _NAMES] for row in rows],
    )


async def statement(
    connection: asyncpg.Connection, run_id: str, hospital_code: str, table: str = POSTED
) -> StatementRow | None:
    """One hospital's statement."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.{table}"  # noqa: S608 - constants
        " WHERE run_id = $1 AND hospital_code = $2",
        run_id,
        hospital_code,
    )
    return None if row is None else StatementRow(*row)


async def statements(
    connection: asyncpg.Connection, run_id: str, after: str, limit: int, table: str = POSTED
) -> list[StatementRow]:
    """Statements of a run by hospital code, after one."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.{table}"  # noqa: S608 - constants
        " WHERE run_id = $1 AND hospital_code > $2 ORDER BY hospital_code LIMIT $3",
        run_id,
        after,
        limit,
    )
    return [StatementRow(*row) for row in rows]


async def post(  # noqa: PLR0913 - a batch is its ten facts
    connection: asyncpg.Connection,
    batch_id: str,
    pool: str,
    period: int,
    run_id: str,
    kind: str,
    chained: bytes,
    lines: Sequence[Line],
    *,
    corrects: str = "",
    cause: str = "",
) -> None:
    """Writes a batch and its lines; that it balances is checked by the database when it commits.

    :param chained: hash of the batch in the journal of the pool's ledger.
    :param corrects: the batch this one corrects, and the ``cause``.
    """
    await connection.execute(
        "INSERT INTO settlement.posting_batch (batch_id, pool, period, run_id, kind, corrects, cause, hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        batch_id,
        pool,
        period,
        run_id,
        kind,
        corrects,
        cause,
        chained,
    )
    await connection.execute(
        "INSERT INTO settlement.ledger_account (account, pool, region_code, hospital_code)"
        " SELECT DISTINCT i.account, $2, i.region_code, i.hospital_code"
        " FROM unnest($1::text[], $3::text[], $4::text[]) AS i(account, region_code, hospital_code)"
        " ON CONFLICT (account) DO NOTHING",
        [line.account for line in lines],
        pool,
        [line.region_code for line in lines],
        [line.hospital_code for line in lines],
    )
    await connection.executemany(
        "INSERT INTO settlement.posting (batch_id, line_no, account, region_code, hospital_code, amount_fen,"
        " note) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(batch_id, number, *line) for number, line in enumerate(lines, start=1)],
    )


async def balances(connection: asyncpg.Connection, pool: str, first: int, last: int) -> list[Balance]:
    """Debits and credits by account over the periods ``first`` to ``last``, as far as the asker may see."""
    rows = await connection.fetch(
        "SELECT p.account, coalesce(sum(p.amount_fen) FILTER (WHERE p.amount_fen > 0), 0)::bigint,"
        " coalesce(-sum(p.amount_fen) FILTER (WHERE p.amount_fen < 0), 0)::bigint"
        " FROM settlement.posting_batch b JOIN settlement.posting p USING (batch_id)"
        " WHERE b.pool = $1 AND b.period BETWEEN $2 AND $3 GROUP BY p.account ORDER BY p.account",
        pool,
        first,
        last,
    )
    return [Balance(*row) for row in rows]
