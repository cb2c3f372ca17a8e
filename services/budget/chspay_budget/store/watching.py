"""Benchmarks, steps of indicators, and forecasts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chspay_budget.engine.indicators import Indicator, State, Step
from chspay_kit.db import current_connection

_BENCHMARK = (
    "SELECT benchmark_id, pool, year, indicator, method, result, document, policy_digest, measured_by"
    " FROM benchmark"
)
_STEPS = (
    "SELECT pool, year, holder, code, state, value_micro, document, decision_no, outcome, worksheet, done_by"
    " FROM indicator_step"
)
_FORECAST = (
    "SELECT forecast_id, pool, year, result, worksheet, document, policy_digest, budget_version, made_by"
    " FROM value_forecast"
)
_LIST = """
SELECT DISTINCT pool, year, holder, code FROM indicator_step
 WHERE pool = $1 AND ($2 = 0 OR year = $2) AND (year, holder, code) > ($3, $4, $5)
 ORDER BY year, holder, code LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class StoredBenchmark:
    """A benchmark as it was measured; ``result`` holds means and comparisons as text."""

    benchmark_id: str
    pool: str
    year: int
    indicator: str
    method: str
    result: dict[str, Any]
    document: str
    policy_digest: str
    measured_by: str


@dataclass(frozen=True, slots=True)
class StoredForecast:
    """A forecast as it was made; ``result`` holds its figures as text."""

    forecast_id: str
    pool: str
    year: int
    result: dict[str, Any]
    worksheet: dict[str, Any]
    document: str
    policy_digest: str
    budget_version: int
    made_by: str


async def put_benchmark(new: StoredBenchmark) -> None:
    """Stores a benchmark."""
    await (await current_connection()).execute(
        "INSERT INTO benchmark (benchmark_id, pool, year, indicator, method, result, document, policy_digest,"
        " measured_by) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)",
        new.benchmark_id, new.pool, new.year, new.indicator, new.method, _json(new.result), new.document,
        new.policy_digest, new.measured_by,
    )  # fmt: skip


async def benchmark(benchmark_id: str) -> StoredBenchmark | None:
    """A benchmark the caller may see."""
    row = await (await current_connection()).fetchrow(_BENCHMARK + " WHERE benchmark_id = $1", benchmark_id)
    return None if row is None else StoredBenchmark(**{**row, "result": json.loads(row["result"])})


async def benchmarks(pool: str, after: str, limit: int) -> list[StoredBenchmark]:
    """The benchmarks of a pool by id."""
    rows = await (await current_connection()).fetch(
        _BENCHMARK + " WHERE pool = $1 AND benchmark_id > $2 ORDER BY benchmark_id LIMIT $3",
        pool, after, limit,
    )  # fmt: skip
    return [StoredBenchmark(**{**row, "result": json.loads(row["result"])}) for row in rows]


async def lock_indicator(pool: str, year: int, holder: str, code: str) -> None:
    """Those who take a step with the same indicator take turns until their transaction ends."""
    await (await current_connection()).execute(
        "SELECT pg_advisory_xact_lock(hashtextextended("
        "'budget:indicator:' || $1 || ':' || ($2::int)::text || ':' || $3 || ':' || $4, 0))",
        pool, year, holder, code,
    )  # fmt: skip


async def indicator(pool: str, year: int, holder: str, code: str) -> Indicator | None:
    """An indicator with its steps."""
    rows = await (await current_connection()).fetch(
        _STEPS + " WHERE pool = $1 AND year = $2 AND holder = $3 AND code = $4 ORDER BY number",
        pool, year, holder, code,
    )  # fmt: skip
    if not rows:
        return None
    return Indicator(pool, year, holder, code, tuple(_step(row) for row in rows))


async def indicators(pool: str, year: int, after: tuple[int, str, str], limit: int) -> list[Indicator]:
    """The indicators of a pool by year, holder and code; year 0 means all."""
    rows = await (await current_connection()).fetch(_LIST, pool, year, *after, limit)
    found = [await indicator(*row) for row in rows]
    return [one for one in found if one is not None]


async def put_step(pool: str, year: int, holder: str, code: str, number: int, new: Step) -> None:
    """Stores a step of an indicator."""
    await (await current_connection()).execute(
        "INSERT INTO indicator_step (pool, year, holder, code, number, state, value_micro, document,"
        " decision_no, outcome, worksheet, done_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12)",
        pool, year, holder, code, number, new.state.value, new.value_micro, new.document, new.decision_no,
        new.outcome, _json(dict(new.worksheet)), new.by,
    )  # fmt: skip


async def put_forecast(new: StoredForecast) -> None:
    """Stores a forecast."""
    await (await current_connection()).execute(
        "INSERT INTO value_forecast (forecast_id, pool, year, result, worksheet, document, policy_digest,"
        " budget_version, made_by) VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7, $8, $9)",
        new.forecast_id, new.pool, new.year, _json(new.result), _json(new.worksheet), new.document,
        new.policy_digest, new.budget_version, new.made_by,
    )  # fmt: skip


async def forecast(forecast_id: str) -> StoredForecast | None:
    """A forecast the caller may see."""
    row = await (await current_connection()).fetchrow(_FORECAST + " WHERE forecast_id = $1", forecast_id)
    return None if row is None else _forecast(row)


async def forecasts(pool: str, after: str, limit: int) -> list[StoredForecast]:
    """The forecasts of a pool by id."""
    rows = await (await current_connection()).fetch(
        _FORECAST + " WHERE pool = $1 AND forecast_id > $2 ORDER BY forecast_id LIMIT $3", pool, after, limit
    )
    return [_forecast(row) for row in rows]


def _forecast(row: Any) -> StoredForecast:
    texts = {name: json.loads(row[name]) for name in ("result", "worksheet")}
    return StoredForecast(**{**row, **texts})


def _step(row: Any) -> Step:
    return Step(
        State(row["state"]), row["value_micro"], row["document"], row["decision_no"], row["done_by"],
        row["outcome"], json.loads(row["worksheet"]),
    )  # fmt: skip


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
