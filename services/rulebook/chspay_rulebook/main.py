"""Plugs the rulebook together and serves it."""

from __future__ import annotations

from chspay.rulebook.v1 import rulebook_pb2_grpc
from chspay_kit.db import Database
from chspay_kit.grpc_server import serve
from chspay_rulebook.app import Rulebook
from chspay_rulebook.rpc import SERVICE, RulebookServicer
from chspay_rulebook.settings import RulebookSettings
from chspay_rulebook.shelf import Shelf


async def main(settings: RulebookSettings) -> None:
    """Serves the rulebook until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-rulebook",
    )
    servicer = RulebookServicer(Rulebook(Shelf(settings.policy_root)))
    add = [(rulebook_pb2_grpc.add_RulebookServiceServicer_to_server, servicer, SERVICE)]
    await serve("rulebook", add, settings, database)
