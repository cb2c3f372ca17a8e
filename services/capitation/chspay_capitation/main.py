"""Plugs capitation together and serves it."""

from __future__ import annotations

from dataclasses import dataclass

from chspay.capitation.v1 import (
    benefit_pb2_grpc,
    capitation_pb2_grpc,
    roster_pb2_grpc,
    visits_pb2_grpc,
)
from chspay_capitation.app.attributions import Attributions
from chspay_capitation.app.benefits import Benefits
from chspay_capitation.app.catchments import Catchments
from chspay_capitation.app.heads import Heads, Settlements
from chspay_capitation.app.jobs import Jobs
from chspay_capitation.app.rosters import Rosters
from chspay_capitation.app.visits import Visits
from chspay_capitation.clients import Rulebook
from chspay_capitation.rpc.benefit import SERVICE as BENEFIT
from chspay_capitation.rpc.benefit import BenefitServicer
from chspay_capitation.rpc.capitation import SERVICE as CAPITATION
from chspay_capitation.rpc.capitation import CapitationServicer
from chspay_capitation.rpc.roster import SERVICE as ROSTER
from chspay_capitation.rpc.roster import RosterServicer
from chspay_capitation.rpc.visits import SERVICE as VISITS
from chspay_capitation.rpc.visits import VisitServicer
from chspay_capitation.settings import CapitationSettings
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add, serve
from chspay_kit.worker import Worker


@dataclass(frozen=True, slots=True)
class Built:
    """Capitation, plugged together."""

    servicers: list[Add]
    worker: Worker


def build(database: Database, rulebook: Rulebook) -> Built:
    """Plugs the rooms together."""
    attributions = Attributions(rulebook)
    capitation = CapitationServicer(Catchments(), attributions, Heads(), Settlements(attributions))
    servicers: list[Add] = [
        (roster_pb2_grpc.add_RosterServiceServicer_to_server, RosterServicer(Rosters()), ROSTER),
        (capitation_pb2_grpc.add_CapitationServiceServicer_to_server, capitation, CAPITATION),
        (visits_pb2_grpc.add_VisitServiceServicer_to_server, VisitServicer(Visits(attributions)), VISITS),
        (benefit_pb2_grpc.add_BenefitServiceServicer_to_server, BenefitServicer(Benefits(rulebook)), BENEFIT),
    ]
    return Built(servicers, Worker("capitation", database, Jobs()))


async def main(settings: CapitationSettings) -> None:
    """Serves capitation until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-capitation",
    )
    channel = Channel(settings.rulebook_target, settings.claim_secret())
    built = build(database, Rulebook(channel))
    try:
        await serve("capitation", built.servicers, settings, database, jobs=[built.worker.work])
    finally:
        await channel.close()
