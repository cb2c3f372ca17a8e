"""Requests to adjust a year, and what was decided on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chspay_budget.engine.adjust import Change
from chspay_budget.engine.funds import FUNDS
from chspay_budget.engine.records import Adjustment
from chspay_kit.db import current_connection

_FOUND = """
SELECT a.*, d.approved, coalesce(d.version, 0) AS version, coalesce(d.decision_no, '') AS decision_no,
       coalesce(d.decided_by, '') AS decided_by
  FROM adjustment a LEFT JOIN adjustment_decision d USING (adjustment_id)
"""
_ONE = _FOUND + " WHERE a.adjustment_id = $1"
_LIST = _FOUND + " WHERE a.pool = $1 AND a.year = $2 ORDER BY a.requested_at, a.adjustment_id"
_REQUEST = (
    "INSERT INTO adjustment (adjustment_id, pool, year, base_version, cause, account_cause, inpatient_fen,"
    " outpatient_fen, per_diem_fen, capitation_fen, reserve_fen, out_of_area_fen, income_fen, from_month,"
    " evidence, note, requested_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
)
_DECIDE = (
    "INSERT INTO adjustment_decision (adjustment_id, pool, approved, version, decision_no, decided_by)"
    " VALUES ($1, $2, $3, $4, $5, $6)"
)


async def request(new: Adjustment) -> None:
    """Stores a request."""
    change = new.change
    connection = await current_connection()
    await connection.execute(
        _REQUEST, new.adjustment_id, new.pool, new.year, new.base_version, change.cause, new.account_cause,
        *(change.funds[fund] for fund in FUNDS), change.out_of_area_fen, change.income_fen,
        change.from_month, change.evidence, change.note, new.requested_by,
    )  # fmt: skip


async def decide(found: Adjustment, approved: bool, version: int, decision_no: str, subject: str) -> None:
    """Stores the decision on a request; ``version`` is what it made, 0 when refused."""
    connection = await current_connection()
    await connection.execute(
        _DECIDE, found.adjustment_id, found.pool, approved, version, decision_no, subject
    )


async def one(adjustment_id: str) -> Adjustment | None:
    """A request with its decision."""
    row = await (await current_connection()).fetchrow(_ONE, adjustment_id)
    return None if row is None else _of_row(row)


async def of_year(pool: str, year: int) -> list[Adjustment]:
    """The requests of a year, first to last."""
    rows = await (await current_connection()).fetch(_LIST, pool, year)
    return [_of_row(row) for row in rows]


def _of_row(row: Mapping[str, Any]) -> Adjustment:
    change = Change(
        row["cause"], {fund: row[f"{fund}_fen"] for fund in FUNDS}, row["out_of_area_fen"],
        row["income_fen"], row["from_month"], row["evidence"], row["note"],
    )  # fmt: skip
    return Adjustment(
        row["adjustment_id"], row["pool"], row["year"], row["base_version"], row["account_cause"], change,
        row["requested_by"], row["approved"], row["version"], row["decision_no"], row["decided_by"],
    )  # fmt: skip
