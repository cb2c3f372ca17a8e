"""What opening an amount of the books reads, as far as the row policies show it to the asker."""

from __future__ import annotations

import asyncpg

from chspay_settlement.engine.books.ledger import ADVANCE, HELD, PAYABLE, RECEIVABLE, RETENTION
from chspay_settlement.engine.lineage.books import BookLine, Corrected, CorrectedCase

_LINE = (
    "SELECT p.batch_id, p.line_no, b.kind, b.period, b.run_id, p.account, p.hospital_code, p.amount_fen,"
    " p.note, encode(b.hash, 'hex')"
    " FROM settlement.posting p JOIN settlement.posting_batch b USING (batch_id)"
)


async def lines_of_account(connection: asyncpg.Connection, pool: str, account: str) -> list[BookLine]:
    """The lines of an account in the order they were posted."""
    rows = await connection.fetch(
        f"{_LINE} WHERE b.pool = $1 AND p.account = $2 ORDER BY b.opened_in, b.batch_id, p.line_no",
        pool,
        account,
    )
    return [BookLine(*row) for row in rows]


async def line(connection: asyncpg.Connection, pool: str, batch_id: str, line_no: int) -> BookLine | None:
    """One line of a batch."""
    row = await connection.fetchrow(
        f"{_LINE} WHERE b.pool = $1 AND p.batch_id = $2 AND p.line_no = $3", pool, batch_id, line_no
    )
    return None if row is None else BookLine(*row)


async def payment(connection: asyncpg.Connection, batch_id: str, hospital_code: str) -> BookLine | None:
    """The line that pays a hospital in a payment order."""
    row = await connection.fetchrow(
        f"{_LINE} WHERE p.batch_id = $1 AND p.hospital_code = $2", batch_id, hospital_code
    )
    return None if row is None else BookLine(*row)


async def of_month(connection: asyncpg.Connection, run_id: str, hospital_code: str) -> dict[str, int]:
    """The amounts of a hospital's month that the ledger books, fen."""
    row = await connection.fetchrow(
        "SELECT deducted_fen AS deducted, prepaid_fen AS prepaid, retained_fen AS retained, fund_fen AS fund,"
        " held_fen AS held FROM settlement.statement WHERE run_id = $1 AND hospital_code = $2",
        run_id,
        hospital_code,
    )
    return {} if row is None else dict(row)


async def of_year(connection: asyncpg.Connection, clearing_id: str, hospital_code: str) -> dict[str, int]:
    """The balance of a hospital's year, fen."""
    row = await connection.fetchrow(
        "SELECT balance_fen AS balance FROM settlement.year_hospital"
        " WHERE clearing_id = $1 AND hospital_code = $2",
        clearing_id,
        hospital_code,
    )
    return {} if row is None else dict(row)


async def correction(
    connection: asyncpg.Connection, difference_id: str, hospital_code: str
) -> tuple[Corrected, str] | None:
    """What a correction changes for a hospital, and the digest of the correction."""
    row = await connection.fetchrow(
        "SELECT h.fund_fen, h.prepaid_fen, h.points_micro, h.fund_delta_fen, h.prepaid_delta_fen,"
        " h.points_delta_micro, d.digest FROM settlement.difference_hospital h"
        " JOIN settlement.difference d USING (difference_id)"
        " WHERE h.difference_id = $1 AND h.hospital_code = $2",
        difference_id,
        hospital_code,
    )
    return None if row is None else (Corrected(*row[:6]), row[6])


async def corrected_case(
    connection: asyncpg.Connection, difference_id: str, hospital_code: str, case_id: str
) -> CorrectedCase | None:
    """What a correction changes for a case."""
    row = await connection.fetchrow(
        "SELECT list_id, version, points_micro, fund_fen, before_points_micro, before_fund_fen, why"
        " FROM settlement.difference_case WHERE difference_id = $1 AND hospital_code = $2 AND case_id = $3",
        difference_id,
        hospital_code,
        case_id,
    )
    return None if row is None else CorrectedCase(*row)


async def deducted_months(
    connection: asyncpg.Connection, pool: str, year: int, hospital_code: str
) -> list[tuple[str, int]]:
    """The months of a year that took something off a hospital for findings: run and fen."""
    rows = await connection.fetch(
        "SELECT run_id, deducted_fen FROM settlement.statement WHERE pool = $1 AND hospital_code = $3"
        " AND period BETWEEN $2 * 100 + 1 AND $2 * 100 + 12 AND deducted_fen <> 0 ORDER BY period",
        pool,
        year,
        hospital_code,
    )
    return [(row[0], row[1]) for row in rows]


_OF_YEAR = """
 WHERE b.pool = $1 AND p.hospital_code = $3 AND b.kind NOT IN ('year', 'reclear') AND
  coalesce((SELECT o.period FROM settlement.posting_batch o WHERE o.batch_id = b.corrects), b.period)
  BETWEEN $2 * 100 + 1 AND $2 * 100 + 12 ORDER BY b.opened_in, b.batch_id, p.line_no
"""
#: Account of the ledger -> figure of the clearing. What is held counts as prepaid.
_BOOKED = {
    PAYABLE: "prepaid",
    HELD: "prepaid",
    RETENTION: "retained",
    RECEIVABLE: "receivable",
    ADVANCE: "advance",
}
_MOVED = {"payment", "advance", "set_off"}


async def booked_of_year(
    connection: asyncpg.Connection, pool: str, year: int, hospital_code: str
) -> dict[str, list[BookLine]]:
    """The lines behind what the months of a year booked of a hospital, as the clearing counts them."""
    rows = await connection.fetch(_LINE + _OF_YEAR, pool, year, hospital_code)
    found: dict[str, list[BookLine]] = {}
    for row in rows:
        line = BookLine(*row)
        account = line.account.split("/")[0]
        if account == PAYABLE and line.kind in _MOVED:
            continue
        found.setdefault(_BOOKED.get(account, ""), []).append(line)
    return found
