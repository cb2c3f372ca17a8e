"""Money paid otherwise than by points: written once per source, never changed, held against the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import asyncpg

from chspay_settlement.store.accounts import OTHER_KIND


@dataclass(frozen=True, slots=True)
class Other:
    """A row of ``other_payment`` without its content; ``period`` as yyyymm, fen."""

    payment_id: str
    source_service: str
    source_id: str
    corrects: str
    pool: str
    payee: str
    payee_name: str
    region_code: str
    method: str
    insurance_type: str
    fund_book: str
    document: str
    worksheet_digest: str
    batch_id: str
    put_by: str
    period: int
    amount_fen: int


class Sum(NamedTuple):
    """Payments of one month, method and book."""

    period: int
    method: str
    fund_book: str
    payments: int
    amount_fen: int


class PaidBill(NamedTuple):
    """A bill paid by item: once only per institution."""

    payee: str
    bill_id: str
    pool: str
    region_code: str
    payment_id: str
    medical_type: str
    insurance_type: str
    total_fen: int
    patient_fen: int
    disallowed_fen: int
    fund_fen: int


_NAMES = [field.name for field in fields(Other)]
_COLUMNS = ", ".join(_NAMES)


async def order(connection: asyncpg.Connection, pool: str) -> None:
    """Payments of a pool are booked one after the other."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement.others/' || $1, 0))", pool
    )


async def enter(connection: asyncpg.Connection, pool: str) -> None:
    """Keeps a month's run from closing its gate until the transaction ends: a payment is in the month's
    division, or sees the month closed."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('settlement.intake/' || $1, 0))", pool
    )


async def put(connection: asyncpg.Connection, row: Other, content: bytes) -> None:
    """Stores a payment with what it was worked out from."""
    places = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 2))
    await connection.execute(
        f"INSERT INTO settlement.other_payment ({_COLUMNS}, content) VALUES ({places})",  # noqa: S608 - constants
        *(getattr(row, name) for name in _NAMES),
        content,
    )


async def put_bills(connection: asyncpg.Connection, rows: Sequence[PaidBill]) -> None:
    """Stores the bills of a payment."""
    await connection.executemany(
        f"INSERT INTO settlement.other_bill ({', '.join(PaidBill._fields)})"  # noqa: S608 - constants
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        rows,
    )


async def paid_bills(connection: asyncpg.Connection, payee: str, bill_ids: Sequence[str]) -> list[str]:
    """Those of an institution's bills that were paid before."""
    rows = await connection.fetch(
        "SELECT bill_id FROM settlement.other_bill WHERE payee = $1 AND bill_id = ANY($2) ORDER BY 1",
        payee,
        bill_ids,
    )
    return [row[0] for row in rows]


async def bills_of(connection: asyncpg.Connection, payment_id: str) -> int:
    """How many bills a payment has."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.other_bill WHERE payment_id = $1", payment_id
        )
    )


async def count(connection: asyncpg.Connection, pool: str, period: int) -> int:
    """Payments of a pool booked in a month so far."""
    return int(
        await connection.fetchval(
            "SELECT count(*) FROM settlement.other_payment WHERE pool = $1 AND period = $2", pool, period
        )
    )


async def of_source(connection: asyncpg.Connection, service: str, source_id: str) -> Other | None:
    """The payment of a source."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM settlement.other_payment"  # noqa: S608 - constants
        " WHERE source_service = $1 AND source_id = $2",
        service,
        source_id,
    )
    return None if row is None else Other(*row)


async def one(connection: asyncpg.Connection, payment_id: str) -> tuple[Other, bytes] | None:
    """A payment the asker may see, with its content."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS}, content FROM settlement.other_payment WHERE payment_id = $1",  # noqa: S608 - constants
        payment_id,
    )
    return None if row is None else (Other(*row[:-1]), row[-1])


async def page(
    connection: asyncpg.Connection,
    pool: str,
    span: tuple[int, int],
    wanted: tuple[str, str],
    after: str,
    limit: int,
) -> list[Other]:
    """Payments the asker may see, by number after one.

    :param span: first and last period.
    :param wanted: payee and method; empty for all.
    """
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.other_payment"  # noqa: S608 - constants
        " WHERE ($1 = '' OR pool = $1) AND period BETWEEN $2 AND $3 AND ($4 = '' OR payee = $4)"
        " AND ($5 = '' OR method = $5) AND payment_id > $6 ORDER BY payment_id LIMIT $7",
        pool,
        *span,
        *wanted,
        after,
        limit,
    )
    return [Other(*row) for row in rows]


async def in_month(connection: asyncpg.Connection, pool: str, period: int, book: str) -> list[Other]:
    """The payments of a month that stand in a book."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.other_payment"  # noqa: S608 - constants
        " WHERE pool = $1 AND period = $2 AND fund_book = $3 ORDER BY payment_id",
        pool,
        period,
        book,
    )
    return [Other(*row) for row in rows]


async def of_statement(
    connection: asyncpg.Connection, pool: str, period: int, statement_no: str
) -> list[Other]:
    """The payments that stand on a month's statements: all of the inpatient book, and those its run made."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM settlement.other_payment"  # noqa: S608 - constants
        " WHERE pool = $1 AND period = $2 AND (fund_book = 'inpatient' OR source_service = 'settlement'"
        "  AND starts_with(source_id, $3)) ORDER BY payment_id",
        pool,
        period,
        f"{statement_no}/",
    )
    return [Other(*row) for row in rows]


async def sums(connection: asyncpg.Connection, pool: str, first: int, last: int) -> list[Sum]:
    """Payments added up by month, method and book."""
    rows = await connection.fetch(
        "SELECT period, method, fund_book, count(*), sum(amount_fen)::bigint FROM settlement.other_payment"
        " WHERE pool = $1 AND period BETWEEN $2 AND $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        pool,
        first,
        last,
    )
    return [Sum(*row) for row in rows]


async def inpatient(connection: asyncpg.Connection, pool: str, year: int) -> int:
    """What a year's payments took from the inpatient fund, fen."""
    return await of_book(connection, pool, year, "inpatient")


async def of_book(connection: asyncpg.Connection, pool: str, year: int, book: str) -> int:
    """What a year's payments took from a book, fen."""
    return int(
        await connection.fetchval(
            "SELECT coalesce(sum(amount_fen), 0)::bigint FROM settlement.other_payment"
            " WHERE pool = $1 AND period BETWEEN $2 AND $3 AND fund_book = $4",
            pool,
            year * 100 + 1,
            year * 100 + 12,
            book,
        )
    )


async def booked(connection: asyncpg.Connection, pool: str, first: int, last: int) -> dict[str, int]:
    """What the ledger holds of these payments: the pool's accounts by name, fen."""
    rows = await connection.fetch(
        "SELECT split_part(p.account, '/', 1), sum(p.amount_fen)::bigint FROM settlement.posting_batch b"
        " JOIN settlement.posting p USING (batch_id) WHERE b.pool = $1 AND b.period BETWEEN $2 AND $3"
        " AND b.kind = $4 AND p.hospital_code = '' GROUP BY 1",
        pool,
        first,
        last,
        OTHER_KIND,
    )
    return {row[0]: row[1] for row in rows}
