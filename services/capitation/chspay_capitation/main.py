"""Plugs capitation together and serves it."""

from __future__ import annotations

from dataclasses import dataclass

from chspay.capitation.v1 import (
    benefit_pb2_grpc,
    capitation_pb2_grpc,
    community_pb2_grpc,
    results_pb2_grpc,
    roster_pb2_grpc,
    stays_pb2_grpc,
    visits_pb2_grpc,
)
from chspay_capitation.app.attributions import Attributions
from chspay_capitation.app.benefits import Benefits
from chspay_capitation.app.catchments import Catchments
from chspay_capitation.app.communities import Communities
from chspay_capitation.app.heads import Heads
from chspay_capitation.app.jobs import Jobs
from chspay_capitation.app.results import ResultsDesk
from chspay_capitation.app.rosters import Rosters
from chspay_capitation.app.settlements import Settlements
from chspay_capitation.app.stays import Stays
from chspay_capitation.app.visits import Visits
from chspay_capitation.clients import Ledger, Plans, Registry, Rulebook
from chspay_capitation.rpc.benefit import SERVICE as BENEFIT
from chspay_capitation.rpc.benefit import BenefitServicer
from chspay_capitation.rpc.capitation import SERVICE as CAPITATION
from chspay_capitation.rpc.capitation import CapitationServicer
from chspay_capitation.rpc.community import SERVICE as COMMUNITY
from chspay_capitation.rpc.community import CommunityServicer
from chspay_capitation.rpc.results import SERVICE as RESULTS
from chspay_capitation.rpc.results import ResultServicer
from chspay_capitation.rpc.roster import SERVICE as ROSTER
from chspay_capitation.rpc.roster import RosterServicer
from chspay_capitation.rpc.stays import SERVICE as STAYS
from chspay_capitation.rpc.stays import StayServicer
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


def build(database: Database, rulebook_: Channel, budget: Channel, settlement: Channel) -> Built:
    """Plugs the rooms together, over channels to the rulebook, budget and settlement."""
    rulebook, registry = Rulebook(rulebook_), Registry(rulebook_)
    attributions = Attributions(rulebook, Plans(budget))
    settlements, stays = Settlements(attributions, Ledger(settlement)), Stays(rulebook, registry)
    capitation = CapitationServicer(Catchments(), attributions, Heads(), settlements, (rulebook, registry))
    benefits = BenefitServicer(Benefits(rulebook, registry, stays))
    desk = ResultsDesk(attributions, rulebook)
    servicers: list[Add] = [
        (roster_pb2_grpc.add_RosterServiceServicer_to_server, RosterServicer(Rosters()), ROSTER),
        (capitation_pb2_grpc.add_CapitationServiceServicer_to_server, capitation, CAPITATION),
        (visits_pb2_grpc.add_VisitServiceServicer_to_server, VisitServicer(Visits(attributions)), VISITS),
        (benefit_pb2_grpc.add_BenefitServiceServicer_to_server, benefits, BENEFIT),
        (stays_pb2_grpc.add_StayServiceServicer_to_server, StayServicer(stays), STAYS),
        (
            community_pb2_grpc.add_CommunityServiceServicer_to_server,
            CommunityServicer(Communities(attributions)),
            COMMUNITY,
        ),
        (results_pb2_grpc.add_ResultServiceServicer_to_server, ResultServicer(desk), RESULTS),
    ]
    return Built(servicers, Worker("capitation", database, Jobs(rulebook)))


async def main(settings: CapitationSettings) -> None:
    """Serves capitation until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-capitation",
    )
    targets = (settings.rulebook_target, settings.budget_target, settings.settlement_target)
    channels = [Channel(target, settings.claim_secret()) for target in targets]
    built = build(database, *channels)
    try:
        await serve("capitation", built.servicers, settings, database, jobs=[built.worker.work])
    finally:
        for channel in channels:
            await channel.close()
