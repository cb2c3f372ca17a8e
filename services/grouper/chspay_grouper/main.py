"""Plugs the grouper together and serves it."""

from __future__ import annotations

from chspay.grouper.v1 import grouper_pb2_grpc
from chspay_grouper.app import GrouperApp
from chspay_grouper.rpc import SERVICE, GrouperServicer
from chspay_grouper.settings import GrouperSettings
from chspay_kit.db import Database
from chspay_kit.grpc_server import serve


async def main(settings: GrouperSettings) -> None:
    """Serves the grouper until it is told to stop; schemes are loaded before the first call."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-grouper",
    )
    await database.open()
    app = GrouperApp(database, settings.scheme_root)
    await app.start()
    add = [(grouper_pb2_grpc.add_GrouperServiceServicer_to_server, GrouperServicer(app), SERVICE)]
    await serve("grouper", add, settings, database, jobs=[app.keep_fresh])
