"""Plugs budget together and serves it."""

from __future__ import annotations

from chspay.budget.v1 import budget_pb2_grpc
from chspay_budget.app.years import Budget
from chspay_budget.clients import Rulebook
from chspay_budget.rpc.years import SERVICE as BUDGET
from chspay_budget.rpc.years import BudgetServicer
from chspay_budget.settings import BudgetSettings
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add, serve


def build(rulebook: Rulebook) -> list[Add]:
    """Plugs the rooms together."""
    budget = Budget(rulebook)
    return [(budget_pb2_grpc.add_BudgetServiceServicer_to_server, BudgetServicer(budget), BUDGET)]


async def main(settings: BudgetSettings) -> None:
    """Serves budget until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-budget",
    )
    channel = Channel(settings.rulebook_target, settings.claim_secret())
    try:
        await serve("budget", build(Rulebook(channel)), settings, database)
    finally:
        await channel.close()
