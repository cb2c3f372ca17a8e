"""Plugs the grouper together and serves it."""

from __future__ import annotations

from dataclasses import dataclass

from chspay.grouper.v1 import grouper_pb2_grpc, runs_pb2_grpc, schemes_pb2_grpc
from chspay_grouper.app.grouping import GrouperApp
from chspay_grouper.app.life import Lives
from chspay_grouper.app.runs import CarriedOut, GroupRuns
from chspay_grouper.rpc.grouping import SERVICE as GROUPER
from chspay_grouper.rpc.grouping import GrouperServicer
from chspay_grouper.rpc.runs import SERVICE as RUNS
from chspay_grouper.rpc.runs import GroupRunServicer
from chspay_grouper.rpc.schemes import SERVICE as SCHEMES
from chspay_grouper.rpc.schemes import SchemeServicer
from chspay_grouper.settings import GrouperSettings
from chspay_kit.db import Database
from chspay_kit.grpc_server import Add, serve
from chspay_kit.worker import Worker


@dataclass(frozen=True, slots=True)
class Built:
    """The grouper, plugged together."""

    servicers: list[Add]
    worker: Worker


def build(app: GrouperApp, database: Database, trusted: frozenset[str]) -> Built:
    """Plugs the rooms together; ``trusted`` are the public keys whose signatures of records count."""
    runs, schemes = GroupRunServicer(GroupRuns(database, app)), SchemeServicer(app, Lives(trusted))
    servicers: list[Add] = [
        (grouper_pb2_grpc.add_GrouperServiceServicer_to_server, GrouperServicer(app), GROUPER),
        (runs_pb2_grpc.add_GroupRunServiceServicer_to_server, runs, RUNS),
        (schemes_pb2_grpc.add_SchemeServiceServicer_to_server, schemes, SCHEMES),
    ]
    return Built(servicers, Worker("grouper", database, CarriedOut(app)))


async def main(settings: GrouperSettings) -> None:
    """Serves the grouper until it is told to stop; schemes are loaded before the first call."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-grouper",
    )
    trusted = settings.scheme_keys()
    await database.open()
    app = GrouperApp(database, settings.scheme_root)
    await app.start()
    built = build(app, database, trusted)
    await serve("grouper", built.servicers, settings, database, jobs=[app.keep_fresh, built.worker.work])
