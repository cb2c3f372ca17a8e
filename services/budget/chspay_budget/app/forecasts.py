"""Use-cases of the forecast: a year's point values from every month that is settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from chspay_budget.app.access import may, new_id
from chspay_budget.app.years import Budget
from chspay_budget.clients import Rulebook, Settlement
from chspay_budget.engine import forecast as engine
from chspay_budget.engine.findings import check_line
from chspay_budget.engine.forecast import Fact, MonthAhead, YearAhead
from chspay_budget.engine.forecast_sheet import explain, yuan
from chspay_budget.engine.peers import shown
from chspay_budget.engine.year import check_year
from chspay_budget.store import watching as store
from chspay_budget.store.watching import StoredForecast
from chspay_core.amounts import from_micro, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_kit import paging

FORECAST_UNKNOWN = Reason(
    "FORECAST_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的点值预测，或不在权限范围内。"
)


class Forecasts:
    """Forecasts of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook, settlement: Settlement, budget: Budget) -> None:
        self._rulebook, self._settlement, self._budget = rulebook, settlement, budget

    async def make(
        self, request_id: str, pool: str, year: int, history: Sequence[Fact], document: str
    ) -> StoredForecast:
        """Forecasts the rest of a year and the year.

        :param history: months before the first one settlement has, oldest first.
        :raises Fault: FORECAST_*, BUDGET_MISSING, BUDGET_NOT_APPROVED, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau")
        check_year(year)
        said = check_line("document", document) if history else document.strip()
        approved = await self._budget.year_fund(pool, year)
        runs = await self._settlement.runs(pool)
        settled = [
            Fact(run.month, run.fund_fen, run.numerator_fen - run.fund_fen, run.points_micro)
            for run in runs
            if not run.trial and run.month.year <= year
        ]
        facts = sorted([*history, *settled], key=lambda fact: fact.month)
        newest = facts[-1].month if facts else Month(year - 1, 12)
        policy = await self._rulebook.policy(pool, max(newest.last, date(year, 1, 1)))
        funds = dict(enumerate(approved.months, start=1))
        found = engine.forecast(year, facts, funds, policy)
        new = StoredForecast(
            new_id("VF", request_id), pool, year, _result(found), explain(found, policy).to_json(), said,
            policy.digest, approved.version, claim.subject,
        )  # fmt: skip
        await store.put_forecast(new)
        return new

    async def get(self, forecast_id: str) -> StoredForecast:
        """A forecast the caller may see.

        :raises Fault: FORECAST_UNKNOWN.
        """
        found = await store.forecast(forecast_id)
        if found is None:
            raise Fault(FORECAST_UNKNOWN, field="forecast_id", value=forecast_id)
        may(found.pool, "bureau", "service")
        return found

    async def page(self, pool: str, size: int, token: str) -> tuple[list[StoredForecast], str]:
        """A page of a pool's forecasts."""
        may(pool, "bureau", "service")
        query, wanted = ("forecasts", pool), paging.size(size)
        after = paging.decode(query, token)
        found = await store.forecasts(pool, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].forecast_id]) if more else ""


def _result(found: engine.Forecast) -> dict[str, Any]:
    return {
        "seen": found.seen,
        "method": found.method,
        "level": shown(found.level),
        "history": found.history,
        "months": [_value(one, str(one.month), one.ahead) for one in found.months],
        "whole": _value(found.whole, str(found.year), 0),
    }


def _value(one: MonthAhead | YearAhead, name: str, ahead: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "month": name, "ahead": ahead, "fund_fen": one.fund_fen, "other_fen": one.other_fen,
        "points": plain(from_micro(one.points_micro)), "value": plain(yuan(one.value)),
    }  # fmt: skip
    if one.width is not None and one.interval is not None:
        low, high = one.interval
        told["interval"] = {
            "low": plain(yuan(low)), "high": plain(yuan(high)), "errors": one.width.errors,
            "tested": one.width.tested, "covered": one.width.covered,
        }  # fmt: skip
    return told
