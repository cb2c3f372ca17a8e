"""Plugs settlement together and serves it."""

from __future__ import annotations

from dataclasses import dataclass

from chspay.settlement.v1 import settlement_pb2_grpc
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import serve
from chspay_settlement.app.intake import Intake
from chspay_settlement.app.keys import read_keys
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.rpc import NAME, SettlementServicer
from chspay_settlement.settings import SettlementSettings


@dataclass(frozen=True, slots=True)
class Built:
    """Settlement, plugged together."""

    servicer: SettlementServicer


def build(
    database: Database, grouper: Channel, rulebook: Channel, budget: Channel, identity_keys: bytes
) -> Built:
    """Plugs the rooms together over a database and three channels."""
    policies = Policies(rulebook)
    intake = Intake(Grouper(grouper), policies, read_keys(identity_keys))
    return Built(SettlementServicer(intake))


async def main(settings: SettlementSettings) -> None:
    """Serves until told to stop."""
    key = settings.claim_secret()
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="settlement",
    )
    targets = (settings.grouper_target, settings.rulebook_target, settings.budget_target)
    channels = [Channel(target, key) for target in targets]
    built = build(database, *channels, settings.identity_secret())
    add = settlement_pb2_grpc.add_SettlementServiceServicer_to_server
    try:
        await serve("settlement", [(add, built.servicer, NAME)], settings, database=database)
    finally:
        for channel in channels:
            await channel.close()
