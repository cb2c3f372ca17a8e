"""Plugs the grouper together and serves it."""

from __future__ import annotations

from dataclasses import dataclass

from chspay.grouper.v1 import (
    artefacts_pb2_grpc,
    dip_pb2_grpc,
    grouper_pb2_grpc,
    runs_pb2_grpc,
    schemes_pb2_grpc,
    weights_pb2_grpc,
)
from chspay_grouper.app import measuring
from chspay_grouper.app.artefacts import Artefacts
from chspay_grouper.app.dip import DipApp
from chspay_grouper.app.grouping import GrouperApp
from chspay_grouper.app.life import Lives
from chspay_grouper.app.runners import Runners
from chspay_grouper.app.runs import CarriedOut, GroupRuns
from chspay_grouper.app.sweep import Sweep
from chspay_grouper.rpc.artefacts import SERVICE as ARTEFACTS
from chspay_grouper.rpc.artefacts import ArtefactServicer
from chspay_grouper.rpc.dip import SERVICE as DIP
from chspay_grouper.rpc.dip import DipServicer
from chspay_grouper.rpc.grouping import SERVICE as GROUPER
from chspay_grouper.rpc.grouping import GrouperServicer
from chspay_grouper.rpc.runs import SERVICE as RUNS
from chspay_grouper.rpc.runs import GroupRunServicer
from chspay_grouper.rpc.schemes import SERVICE as SCHEMES
from chspay_grouper.rpc.schemes import SchemeServicer
from chspay_grouper.rpc.weights import SERVICE as WEIGHTS
from chspay_grouper.rpc.weights import WeightServicer
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
    dips, lives = DipApp(database), Lives(trusted)
    runners = Runners(app, dips)
    runs, schemes = GroupRunServicer(GroupRuns(database, runners)), SchemeServicer(app, lives)
    artefacts = ArtefactServicer(Artefacts(), lives)
    servicers: list[Add] = [
        (grouper_pb2_grpc.add_GrouperServiceServicer_to_server, GrouperServicer(app), GROUPER),
        (runs_pb2_grpc.add_GroupRunServiceServicer_to_server, runs, RUNS),
        (schemes_pb2_grpc.add_SchemeServiceServicer_to_server, schemes, SCHEMES),
        (artefacts_pb2_grpc.add_ArtefactServiceServicer_to_server, artefacts, ARTEFACTS),
        (dip_pb2_grpc.add_DipServiceServicer_to_server, DipServicer(dips), DIP),
        (weights_pb2_grpc.add_WeightServiceServicer_to_server, WeightServicer(), WEIGHTS),
    ]
    return Built(servicers, Worker("grouper", database, CarriedOut(runners, measuring.carry_out)))


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
    jobs = [app.keep_fresh, built.worker.work]
    if settings.upload_days is not None:
        jobs.append(Sweep(database, settings.upload_days).work)
    await serve("grouper", built.servicers, settings, database, jobs=jobs)
