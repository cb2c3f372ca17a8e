"""Versions of the year plan and the steps of a year."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chspay_budget.engine.funds import FUNDS
from chspay_budget.engine.records import Step, YearPlan
from chspay_budget.engine.states import Move, State
from chspay_kit.db import current_connection

_PLAN = """
SELECT p.*, y.policy_digest, y.drafted_by, coalesce(a.decision_no, '') AS decision_no,
       (SELECT array_agg(m.fund_fen ORDER BY m.month) FROM month_fund m
         WHERE m.pool = p.pool AND m.year = p.year AND m.version = p.version) AS months
  FROM year_plan p JOIN fiscal_year y USING (pool, year, version)
       LEFT JOIN approval a USING (pool, year, version)
 WHERE p.pool = $1 AND p.year = $2
"""
_VERSION = _PLAN + " AND ($3 = 0 OR p.version = $3) ORDER BY p.version DESC LIMIT 1"
_ALL = _PLAN + " ORDER BY p.version DESC"
_IN_FORCE = _PLAN + " AND a.decision_no IS NOT NULL ORDER BY p.version DESC LIMIT 1"
_FIRST = _PLAN + " AND a.decision_no IS NOT NULL AND p.adjustment_id = '' ORDER BY p.version LIMIT 1"
_DRAFT = (
    "INSERT INTO year_plan (pool, year, version, income_fen, ceiling_fen, base_fen, cap_fen, growth,"
    " inpatient_fen, outpatient_fen, per_diem_fen, capitation_fen, reserve_fen, total_fen, out_of_area_fen,"
    " adjustment_id, worksheet)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::jsonb)"
)
_STATE = "SELECT number, target FROM year_step WHERE pool = $1 AND year = $2 ORDER BY number DESC LIMIT 1"
_STEP = (
    "INSERT INTO year_step (pool, year, number, event, source, target, version, subject, decision_no, note)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
_STEPS = (
    "SELECT event, source, target, version, subject, decision_no, note FROM year_step"
    " WHERE pool = $1 AND year = $2 ORDER BY number"
)


async def version(pool: str, year: int, number: int = 0) -> YearPlan | None:
    """One version of a plan; 0 means the newest."""
    return _plan(await (await current_connection()).fetchrow(_VERSION, pool, year, number))


async def versions(pool: str, year: int) -> list[YearPlan]:
    """Every version of a plan, newest first."""
    rows = await (await current_connection()).fetch(_ALL, pool, year)
    return [_of_row(row) for row in rows]


async def in_force(pool: str, year: int) -> YearPlan | None:
    """The newest approved version of a plan."""
    return _plan(await (await current_connection()).fetchrow(_IN_FORCE, pool, year))


async def first(pool: str, year: int) -> YearPlan | None:
    """The plan that was approved before any adjustment."""
    return _plan(await (await current_connection()).fetchrow(_FIRST, pool, year))


async def draft(new: YearPlan) -> None:
    """Stores the five funds of a version whose fiscal year is stored already."""
    connection = await current_connection()
    await connection.execute(
        _DRAFT, new.pool, new.year, new.version, new.income_fen, new.ceiling_fen, new.base_fen, new.cap_fen,
        new.growth, *(new.funds[fund] for fund in FUNDS), new.total_fen, new.out_of_area_fen,
        new.adjustment_id, json.dumps(new.worksheet, ensure_ascii=False),
    )  # fmt: skip


async def state(pool: str, year: int) -> tuple[State, int]:
    """Where a year stands, and the number of its last step."""
    row = await (await current_connection()).fetchrow(_STATE, pool, year)
    return (State.NONE, 0) if row is None else (State(row["target"]), int(row["number"]))


async def step(
    pool: str, year: int, number: int, move: Move, version: int, subject: str, decision_no: str, note: str
) -> None:
    """Stores a move; the database refuses one that is not allowed."""
    connection = await current_connection()
    await connection.execute(
        _STEP, pool, year, number, move.event, move.source.value, move.target.value, version, subject,
        decision_no, note,
    )  # fmt: skip


async def steps(pool: str, year: int) -> list[Step]:
    """The moves of a year, first to last."""
    rows = await (await current_connection()).fetch(_STEPS, pool, year)
    return [
        Step(
            row["event"], State(row["source"]), State(row["target"]), row["version"], row["subject"],
            row["decision_no"], row["note"],
        )
        for row in rows
    ]  # fmt: skip


def _plan(row: Mapping[str, Any] | None) -> YearPlan | None:
    return None if row is None else _of_row(row)


def _of_row(row: Mapping[str, Any]) -> YearPlan:
    return YearPlan(
        row["pool"], row["year"], row["version"], row["income_fen"], row["ceiling_fen"], row["base_fen"],
        row["cap_fen"], row["growth"], {fund: row[f"{fund}_fen"] for fund in FUNDS}, row["out_of_area_fen"],
        tuple(row["months"]), row["adjustment_id"], json.loads(row["worksheet"]), row["policy_digest"],
        row["drafted_by"], row["decision_no"],
    )  # fmt: skip
