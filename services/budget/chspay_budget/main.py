"""Plugs budget together and serves it."""

from __future__ import annotations

from chspay.budget.v1 import budget_pb2_grpc
from chspay_budget.app import Budget
from chspay_budget.clients import Rulebook
from chspay_budget.rpc import SERVICE, BudgetServicer
from chspay_budget.settings import BudgetSettings
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import serve
from chspay_kit.settings import ServiceSettings


async def main(settings: ServiceSettings) -> None:
    """Serves budget until it is told to stop."""
    own = BudgetSettings(**settings.model_dump(exclude_unset=True))
    database = Database(
        own.database(), min_size=own.database_min, max_size=own.database_max, application="chspay-budget"
    )
    channel = Channel(own.rulebook_target, own.claim_secret())
    add = [
        (
            budget_pb2_grpc.add_BudgetServiceServicer_to_server,
            BudgetServicer(Budget(Rulebook(channel))),
            SERVICE,
        )
    ]
    try:
        await serve("budget", add, own, database)
    finally:
        await channel.close()
