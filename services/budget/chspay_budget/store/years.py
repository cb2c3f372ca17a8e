"""Versions of years, their months and approvals, and final accounts."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from chspay_budget.engine.accounts import Accounts, Cause
from chspay_budget.engine.plan import Amounts, Plan
from chspay_budget.engine.year import Year
from chspay_kit.db import current_connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('budget:' || $1 || ':' || ($2::int)::text, 0))"
_YEAR = """
SELECT y.pool, y.year, y.version, y.inpatient_fund_fen, y.out_of_area_fen, y.reserve_fen, y.local_fund_fen,
       y.policy_digest, y.worksheet, y.drafted_by, coalesce(a.decision_no, '') AS decision_no,
       (SELECT array_agg(m.fund_fen ORDER BY m.month) FROM month_fund m
         WHERE m.pool = y.pool AND m.year = y.year AND m.version = y.version) AS months
  FROM fiscal_year y LEFT JOIN approval a USING (pool, year, version)
"""
_NEWEST = _YEAR + " WHERE y.pool = $1 AND y.year = $2 ORDER BY y.version DESC LIMIT 1"
_VERSION = _YEAR + " WHERE y.pool = $1 AND y.year = $2 AND y.version = $3"
_IN_FORCE = (
    _YEAR + " WHERE y.pool = $1 AND y.year = $2 AND a.decision_no IS NOT NULL ORDER BY y.version DESC LIMIT 1"
)
_LIST = (
    _YEAR
    + """
 WHERE (y.pool, y.year) > ($1, $2)
   AND NOT EXISTS (SELECT FROM fiscal_year n
                    WHERE n.pool = y.pool AND n.year = y.year AND n.version > y.version)
 ORDER BY y.pool, y.year LIMIT $3
"""
)
_DRAFT = (
    "INSERT INTO fiscal_year (pool, year, version, inpatient_fund_fen, out_of_area_fen, reserve_fen,"
    " local_fund_fen, policy_digest, worksheet, drafted_by)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)"
)
_MONTH = "INSERT INTO month_fund (pool, year, version, month, fund_fen) VALUES ($1, $2, $3, $4, $5)"
_APPROVE = "INSERT INTO approval (pool, year, version, decision_no, approved_by) VALUES ($1, $2, $3, $4, $5)"

_ACCOUNTS = """
SELECT f.pool, f.year, f.version, f.budget_fen, f.budget_version, f.actual_fen, f.decision_fen, f.document,
       f.drafted_by, coalesce(a.decision_no, '') AS decision_no
  FROM final_account f LEFT JOIN account_approval a USING (pool, year, version)
 WHERE f.pool = $1 AND f.year = $2 AND ($3 = 0 OR f.version = $3) ORDER BY f.version DESC LIMIT 1
"""
_CAUSES = (
    "SELECT cause, amount_fen, note, document FROM account_cause"
    " WHERE pool = $1 AND year = $2 AND version = $3 ORDER BY number"
)
_DRAFT_ACCOUNTS = (
    "INSERT INTO final_account (pool, year, version, budget_version, budget_fen, actual_fen, decision_fen,"
    " document, drafted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
_CAUSE = (
    "INSERT INTO account_cause (pool, year, version, number, cause, amount_fen, note, document)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)
_APPROVE_ACCOUNTS = (
    "INSERT INTO account_approval (pool, year, version, decision_no, approved_by) VALUES ($1, $2, $3, $4, $5)"
)


async def lock(pool: str, year: int) -> None:
    """Those who write the same pool's year take turns until their transaction ends."""
    await (await current_connection()).execute(_LOCK, pool, year)


async def newest(pool: str, year: int) -> Year | None:
    """The newest version of a year, approved or not."""
    return _year(await (await current_connection()).fetchrow(_NEWEST, pool, year))


async def version(pool: str, year: int, number: int) -> Year | None:
    """One version of a year."""
    return _year(await (await current_connection()).fetchrow(_VERSION, pool, year, number))


async def in_force(pool: str, year: int) -> Year | None:
    """The newest approved version of a year: what months may spend."""
    return _year(await (await current_connection()).fetchrow(_IN_FORCE, pool, year))


async def years(after: tuple[str, int], limit: int) -> list[Year]:
    """The newest version of each year whose (pool, year) follows ``after``."""
    rows = await (await current_connection()).fetch(_LIST, *after, limit)
    return [_of_row(row) for row in rows]


async def draft(pool: str, year: int, number: int, plan: Plan, policy_digest: str, drafter: str) -> None:
    """Stores a version with its twelve months."""
    connection = await current_connection()
    sheet = json.dumps(plan.sheet.to_json(), ensure_ascii=False)
    amounts = plan.amounts
    await connection.execute(
        _DRAFT,
        pool,
        year,
        number,
        amounts.inpatient_fen,
        amounts.out_of_area_fen,
        amounts.reserve_fen,
        plan.local_fen,
        policy_digest,
        sheet,
        drafter,
    )
    rows = [(pool, year, number, month, fen) for month, fen in enumerate(plan.months, start=1)]
    await connection.executemany(_MONTH, rows)


async def approve(year: Year, decision_no: str, approver: str) -> None:
    """Stores the decision on a version."""
    connection = await current_connection()
    await connection.execute(_APPROVE, year.pool, year.year, year.version, decision_no, approver)


async def accounts(pool: str, year: int, number: int = 0) -> Accounts | None:
    """One version of a year's final accounts; 0 means the newest."""
    connection = await current_connection()
    row = await connection.fetchrow(_ACCOUNTS, pool, year, number)
    if row is None:
        return None
    causes = await connection.fetch(_CAUSES, pool, year, row["version"])
    return Accounts(**row, causes=tuple(Cause(*cause) for cause in causes))


async def draft_accounts(new: Accounts) -> None:
    """Stores a version of the final accounts with its causes."""
    connection = await current_connection()
    key = (new.pool, new.year, new.version)
    await connection.execute(
        _DRAFT_ACCOUNTS,
        *key,
        new.budget_version,
        new.budget_fen,
        new.actual_fen,
        new.decision_fen,
        new.document,
        new.drafted_by,
    )
    await connection.executemany(
        _CAUSE,
        [
            (*key, number, cause.cause, cause.amount_fen, cause.note.strip(), cause.document.strip())
            for number, cause in enumerate(new.causes, start=1)
        ],
    )


async def approve_accounts(found: Accounts, decision_no: str, approver: str) -> None:
    """Stores the decision on a version of the final accounts."""
    connection = await current_connection()
    await connection.execute(_APPROVE_ACCOUNTS, found.pool, found.year, found.version, decision_no, approver)


def _year(row: asyncpg.Record | None) -> Year | None:
    return None if row is None else _of_row(row)


def _of_row(row: Any) -> Year:
    return Year(
        pool=row["pool"],
        year=row["year"],
        version=row["version"],
        amounts=Amounts(row["inpatient_fund_fen"], row["out_of_area_fen"], row["reserve_fen"]),
        local_fen=row["local_fund_fen"],
        months=tuple(row["months"]),
        policy_digest=row["policy_digest"],
        worksheet=json.loads(row["worksheet"]),
        drafted_by=row["drafted_by"],
        decision_no=row["decision_no"],
    )
