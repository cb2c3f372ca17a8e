"""Plugs budget together and serves it."""

from __future__ import annotations

from chspay.budget.v1 import (
    budget_pb2_grpc,
    forecast_pb2_grpc,
    indicators_pb2_grpc,
    plan_pb2_grpc,
    watch_pb2_grpc,
)
from chspay_budget.app.forecasts import Forecasts
from chspay_budget.app.hold_relay import HoldRelay
from chspay_budget.app.indicators import Benchmarks, Indicators
from chspay_budget.app.plans import Plans
from chspay_budget.app.watch import Watch
from chspay_budget.app.years import Budget
from chspay_budget.clients import Registry, Rulebook, Settlement
from chspay_budget.rpc.forecasts import SERVICE as FORECAST
from chspay_budget.rpc.forecasts import ForecastServicer
from chspay_budget.rpc.indicators import SERVICE as INDICATORS
from chspay_budget.rpc.indicators import IndicatorServicer
from chspay_budget.rpc.plan import SERVICE as PLAN
from chspay_budget.rpc.plan import PlanServicer
from chspay_budget.rpc.watch import SERVICE as WATCH
from chspay_budget.rpc.watch import WatchServicer
from chspay_budget.rpc.years import SERVICE as BUDGET
from chspay_budget.rpc.years import BudgetServicer
from chspay_budget.settings import BudgetSettings
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add, serve
from chspay_kit.worker import Worker


def build(to_rulebook: Channel, to_settlement: Channel) -> list[Add]:
    """Plugs the rooms together."""
    rulebook, settlement = Rulebook(to_rulebook), Settlement(to_settlement)
    budget = Budget(rulebook)
    benchmarks = Benchmarks(rulebook, Registry(to_rulebook))
    indicators = IndicatorServicer(benchmarks, Indicators(rulebook, benchmarks))
    watch = WatchServicer(Watch(rulebook, settlement))
    forecasts = ForecastServicer(Forecasts(rulebook, settlement, budget))
    return [
        (budget_pb2_grpc.add_BudgetServiceServicer_to_server, BudgetServicer(budget), BUDGET),
        (plan_pb2_grpc.add_PlanServiceServicer_to_server, PlanServicer(Plans(rulebook, budget)), PLAN),
        (indicators_pb2_grpc.add_IndicatorServiceServicer_to_server, indicators, INDICATORS),
        (watch_pb2_grpc.add_WatchServiceServicer_to_server, watch, WATCH),
        (forecast_pb2_grpc.add_ForecastServiceServicer_to_server, forecasts, FORECAST),
    ]


def relay(database: Database, to_settlement: Channel) -> Worker:
    """The background job that hands ordered holds over to settlement."""
    return Worker("budget", database, HoldRelay(Settlement(to_settlement)))


async def main(settings: BudgetSettings) -> None:
    """Serves budget until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-budget",
    )
    rules, settled = (
        Channel(target, settings.claim_secret())
        for target in (settings.rulebook_target, settings.settlement_target)
    )
    try:
        await serve("budget", build(rules, settled), settings, database, [relay(database, settled).work])
    finally:
        await rules.close()
        await settled.close()
