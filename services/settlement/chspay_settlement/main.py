"""Plugs settlement together and serves it."""

from __future__ import annotations

from chspay.settlement.v1 import settlement_pb2_grpc
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import serve
from chspay_settlement.app.intake import Intake
from chspay_settlement.app.keys import read_keys
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.rpc import NAME, SettlementServicer
from chspay_settlement.settings import SettlementSettings


async def main(settings: SettlementSettings) -> None:
    """Serves until told to stop."""
    key = settings.claim_secret()
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="settlement",
    )
    channels = [
        Channel(target, key)
        for target in (settings.grouper_target, settings.rulebook_target, settings.budget_target)
    ]
    grouper, policies = Grouper(channels[0]), Policies(channels[1])
    intake = Intake(grouper, policies, read_keys(settings.identity_secret()))
    servicer = SettlementServicer(intake)
    try:
        await serve(
            "settlement",
            [(settlement_pb2_grpc.add_SettlementServiceServicer_to_server, servicer, NAME)],
            settings,
            database=database,
        )
    finally:
        for channel in channels:
            await channel.close()
