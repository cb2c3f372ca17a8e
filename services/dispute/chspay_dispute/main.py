"""Plugs dispute together and serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chspay.dispute.v1 import (
    cases_pb2_grpc,
    effects_pb2_grpc,
    machines_pb2_grpc,
    news_pb2_grpc,
    register_pb2_grpc,
    statistics_pb2_grpc,
)
from chspay_dispute.app import shelf
from chspay_dispute.app.cases.acting import Acting
from chspay_dispute.app.cases.common import CASE
from chspay_dispute.app.cases.cycles import CycleDesk
from chspay_dispute.app.cases.effects import CaseEffects
from chspay_dispute.app.cases.files import Papers
from chspay_dispute.app.cases.filing import Filing
from chspay_dispute.app.cases.quotas import QuotaDesk
from chspay_dispute.app.cases.reading import Reading
from chspay_dispute.app.cases.timers import CaseTimers
from chspay_dispute.app.deadlines import Handler, Scheduler
from chspay_dispute.app.moves import Moves
from chspay_dispute.app.register_desk import RegisterDesk
from chspay_dispute.app.relay import Relay
from chspay_dispute.clients import Rulebook
from chspay_dispute.clients_settlement import Settlement
from chspay_dispute.engine.calendar import Calendar
from chspay_dispute.negotiating import Negotiating, negotiating
from chspay_dispute.paneling import paneling
from chspay_dispute.rpc.cases import SERVICE as CASES
from chspay_dispute.rpc.cases import CaseServicer
from chspay_dispute.rpc.effects import SERVICE as EFFECTS
from chspay_dispute.rpc.effects import EffectServicer
from chspay_dispute.rpc.machines import SERVICE as MACHINES
from chspay_dispute.rpc.machines import MachineServicer
from chspay_dispute.rpc.news import SERVICE as NEWS
from chspay_dispute.rpc.news import CaseNewsServicer
from chspay_dispute.rpc.register import SERVICE as REGISTER
from chspay_dispute.rpc.register import RegisterServicer
from chspay_dispute.rpc.statistics import SERVICE as STATISTICS
from chspay_dispute.rpc.statistics import StatisticsServicer
from chspay_dispute.settings import DisputeSettings
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add, Job, serve
from chspay_kit.sm2 import Sm2Key
from chspay_kit.worker import Worker


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Built:
    """Dispute, plugged together."""

    servicers: list[Add]
    moves: Moves
    scheduler: Scheduler
    #: What runs beside the servicers.
    jobs: list[Job]
    topics: Negotiating


def build(
    database: Database,
    rulebook: Channel,
    settlement: Channel,
    calendar: Calendar,
    now: Callable[[], datetime] = utc_now,
    register_key: Sm2Key | None = None,
) -> Built:
    """Plugs the rooms together over a database and two channels.

    :param now: the instant that clocks are held against.
    :param register_key: signs the heads of the public register.
    """
    moves = Moves(shelf.machines(), calendar, Rulebook(rulebook), now)
    handlers: dict[str, Handler] = {}
    servicers: list[Add] = [
        (
            machines_pb2_grpc.add_MachineServiceServicer_to_server,
            MachineServicer(moves.machines, calendar),
            MACHINES,
        ),
        (
            register_pb2_grpc.add_RegisterServiceServicer_to_server,
            RegisterServicer(RegisterDesk(register_key)),
            REGISTER,
        ),
        (effects_pb2_grpc.add_EffectServiceServicer_to_server, EffectServicer(), EFFECTS),
        (
            news_pb2_grpc.add_CaseNewsServiceServicer_to_server,
            CaseNewsServicer(moves.machines[CASE]),
            NEWS,
        ),
        (
            statistics_pb2_grpc.add_StatisticsServiceServicer_to_server,
            StatisticsServicer(CycleDesk(moves)),
            STATISTICS,
        ),
    ]
    servicers.append(_cases(moves, handlers, Settlement(settlement)))
    servicers += paneling(moves, Settlement(settlement))
    topics = negotiating(database, moves, handlers, rulebook, settlement)
    servicers += topics.servicers
    scheduler = Scheduler(database, moves, handlers)
    relay = Worker("dispute", database, Relay(settlement, moves.policies, moves.today))
    return Built(servicers, moves, scheduler, [scheduler.work, relay.work, topics.impacts.work], topics)


def _cases(moves: Moves, handlers: dict[str, Handler], settlement: Settlement) -> Add:
    """Cases: their use-cases, what belongs to their steps, and what their clocks bring about."""
    moves.let(CASE, CaseEffects(moves))
    handlers[CASE] = CaseTimers(moves, settlement)
    quotas = QuotaDesk(moves, settlement)
    servicer = CaseServicer(
        Filing(moves, settlement), Acting(moves, settlement, quotas), Papers(moves), Reading(moves), quotas
    )
    return cases_pb2_grpc.add_CaseServiceServicer_to_server, servicer, CASES


async def main(settings: DisputeSettings) -> None:
    """Serves dispute until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-dispute",
    )
    rulebook, settlement = (
        Channel(target, settings.claim_secret())
        for target in (settings.rulebook_target, settings.settlement_target)
    )
    built = build(
        database,
        rulebook,
        settlement,
        shelf.calendar(settings.dispute_calendar),
        register_key=settings.register_signer(),
    )
    try:
        await serve("dispute", built.servicers, settings, database, built.jobs)
    finally:
        for channel in (rulebook, settlement):
            await channel.close()
