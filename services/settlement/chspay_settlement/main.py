"""Plugs settlement together and serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from chspay.settlement.v1 import (
    disputable_pb2_grpc,
    episodes_pb2_grpc,
    events_pb2_grpc,
    figures_pb2_grpc,
    frontpages_pb2_grpc,
    groupings_pb2_grpc,
    inputs_pb2_grpc,
    ledger_pb2_grpc,
    lineage_pb2_grpc,
    month_pb2_grpc,
    others_pb2_grpc,
    outcomes_pb2_grpc,
    quality_pb2_grpc,
    reconciliation_pb2_grpc,
    replay_pb2_grpc,
    review_pb2_grpc,
    routing_pb2_grpc,
    settlement_pb2_grpc,
    statement_package_pb2_grpc,
    whatif_pb2_grpc,
    year_pb2_grpc,
)
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add, serve
from chspay_kit.worker import Worker
from chspay_settlement.app.episodes.desk import Desk as EpisodeDesk
from chspay_settlement.app.intake.importing import Importer
from chspay_settlement.app.intake.keys import Keyring, read_keys
from chspay_settlement.app.intake.lists import Intake
from chspay_settlement.app.intake.registry_copy import RegistryCopy
from chspay_settlement.app.month.audit import Audit
from chspay_settlement.app.month.ceilings import Ceilings
from chspay_settlement.app.month.differences import Differences
from chspay_settlement.app.month.given import CoefficientTables
from chspay_settlement.app.month.measuring import Measuring, PointTables
from chspay_settlement.app.month.others import Bills
from chspay_settlement.app.month.outcomes import Outcomes
from chspay_settlement.app.month.periods import PeriodRuns
from chspay_settlement.app.month.runs import Runs
from chspay_settlement.app.month.stages import Stages
from chspay_settlement.app.proof.packages import Packages
from chspay_settlement.app.quality.checking import Quality, QualityChecks
from chspay_settlement.app.quality.frontpages import FrontPages
from chspay_settlement.app.quality.review import Review, Samples
from chspay_settlement.app.reading.disputable import Disputable
from chspay_settlement.app.reading.explain import Explain
from chspay_settlement.app.reading.outcomes import Effects
from chspay_settlement.app.reading.peers import Peers
from chspay_settlement.app.reading.routes import Routes
from chspay_settlement.app.reading.why import Lineage
from chspay_settlement.app.reading.why_memory import MonthMemory
from chspay_settlement.app.replay.export import ReplayBundles
from chspay_settlement.app.whatif.desk import Desk
from chspay_settlement.app.whatif.loading import Loader
from chspay_settlement.app.worker import MonthRuns
from chspay_settlement.app.year.life import Years, beijing_today
from chspay_settlement.app.year.reclearings import Reclearings
from chspay_settlement.app.year.stages import YearStages
from chspay_settlement.clients import Budget, Grouper, Policies
from chspay_settlement.clients_perdiem import BedDays
from chspay_settlement.clients_registry import Institutions
from chspay_settlement.rpc.disputable import NAME as DISPUTABLE
from chspay_settlement.rpc.disputable import DisputableServicer
from chspay_settlement.rpc.episodes import NAME as EPISODES
from chspay_settlement.rpc.episodes import EpisodeServicer
from chspay_settlement.rpc.events import NAME as EVENTS
from chspay_settlement.rpc.events import EventServicer
from chspay_settlement.rpc.figures import NAME as FIGURES
from chspay_settlement.rpc.figures import FiguresServicer
from chspay_settlement.rpc.frontpages import NAME as FRONT_PAGES
from chspay_settlement.rpc.frontpages import FrontPageServicer
from chspay_settlement.rpc.groupings import NAME as GROUPINGS
from chspay_settlement.rpc.groupings import GroupingServicer
from chspay_settlement.rpc.inputs import NAME as INPUTS
from chspay_settlement.rpc.inputs import InputServicer
from chspay_settlement.rpc.ledger import NAME as LEDGER
from chspay_settlement.rpc.ledger import LedgerServicer
from chspay_settlement.rpc.lineage import NAME as LINEAGE
from chspay_settlement.rpc.lineage import LineageServicer
from chspay_settlement.rpc.month import NAME as MONTH
from chspay_settlement.rpc.month import MonthServicer
from chspay_settlement.rpc.others import NAME as OTHERS
from chspay_settlement.rpc.others import OtherPaymentServicer
from chspay_settlement.rpc.outcomes import NAME as OUTCOMES
from chspay_settlement.rpc.outcomes import OutcomeServicer
from chspay_settlement.rpc.packages import NAME as PACKAGES
from chspay_settlement.rpc.packages import PackageServicer
from chspay_settlement.rpc.quality import NAME as QUALITY
from chspay_settlement.rpc.quality import QualityServicer
from chspay_settlement.rpc.reconciliation import NAME as RECONCILIATION
from chspay_settlement.rpc.reconciliation import ReconciliationServicer
from chspay_settlement.rpc.replay import NAME as REPLAY
from chspay_settlement.rpc.replay import ReplayServicer
from chspay_settlement.rpc.review import NAME as REVIEW
from chspay_settlement.rpc.review import ReviewServicer
from chspay_settlement.rpc.routing import NAME as ROUTING
from chspay_settlement.rpc.routing import RoutingServicer
from chspay_settlement.rpc.settlement import NAME, SettlementServicer
from chspay_settlement.rpc.whatif import NAME as WHAT_IF
from chspay_settlement.rpc.whatif import WhatIfServicer
from chspay_settlement.rpc.year import NAME as YEAR
from chspay_settlement.rpc.year import YearServicer
from chspay_settlement.settings import SettlementSettings


@dataclass(frozen=True, slots=True)
class Built:
    """Settlement, plugged together."""

    servicers: list[Add]
    #: Carries out month runs.
    worker: Worker
    #: Every worker: month runs, point tables, runs over several months, annual clearings.
    workers: list[Worker]


def build(
    database: Database,
    grouper: Channel,
    rulebook: Channel,
    budget: Channel,
    identity_keys: bytes,
    today: Callable[[], date] = beijing_today,
    package_key: str = "",
    perdiem: Channel | None = None,
) -> Built:
    """Plugs the rooms together over a database and three channels.

    :param today: the legal day that deadlines are held against.
    :param package_key: signs the packages hospitals recompute from, see ``app.proof.packages``.
    :param perdiem: to the bed-day service; without it pools that ask it are refused.
    """
    groups, policies, funds = Grouper(grouper), Policies(rulebook), Budget(budget)
    bed_days, ceilings = BedDays(perdiem), Ceilings(funds)
    keyring = read_keys(identity_keys)
    intake = Intake(groups, policies, keyring)
    runs = Runs(database, groups, policies, funds, bed_days)
    years = Years(groups, policies, funds, today)
    months = MonthMemory(policies)
    settlement = SettlementServicer(
        database, intake, Importer(intake, groups, policies), runs, Explain(runs, months)
    )
    month = MonthServicer(runs, Measuring(groups, policies), Audit(runs), Differences(groups, policies))
    desk = Desk(database, Loader(database, groups, policies, Institutions(rulebook)))
    packages = Packages(runs, policies, identity_keys, package_key)
    servicers: list[Add] = [
        (settlement_pb2_grpc.add_SettlementServiceServicer_to_server, settlement, NAME),
        (month_pb2_grpc.add_MonthServiceServicer_to_server, month, MONTH),
        (figures_pb2_grpc.add_FiguresServiceServicer_to_server, FiguresServicer(), FIGURES),
        (inputs_pb2_grpc.add_InputServiceServicer_to_server, InputServicer(CoefficientTables()), INPUTS),
        (
            year_pb2_grpc.add_YearServiceServicer_to_server,
            YearServicer(years, Reclearings(years, policies)),
            YEAR,
        ),
        (ledger_pb2_grpc.add_LedgerServiceServicer_to_server, LedgerServicer(), LEDGER),
        *_methods(runs, policies, ceilings),
        (whatif_pb2_grpc.add_WhatIfServiceServicer_to_server, WhatIfServicer(desk), WHAT_IF),
        *_beside_intake(intake, keyring, policies),
        (
            review_pb2_grpc.add_ReviewServiceServicer_to_server,
            ReviewServicer(Review(policies, today), Samples(policies, today)),
            REVIEW,
        ),
        *_opened(runs, years, months, policies, packages),
        *_disputed(months, Outcomes(Audit(runs), Reclearings(years, policies))),
    ]
    jobs = (
        MonthRuns(Stages(groups, policies, bed_days, ceilings)),
        PointTables(groups, policies),
        PeriodRuns(runs),
        YearStages(groups, policies),
        RegistryCopy(Institutions(rulebook)),
        QualityChecks(keyring),
    )
    workers = [Worker("settlement", database, job) for job in jobs]
    return Built(servicers, workers[0], workers)


def _methods(runs: Runs, policies: Policies, ceilings: Ceilings) -> list[Add]:
    """What pays otherwise than by points, and which method pays a case."""
    return [
        (
            others_pb2_grpc.add_OtherPaymentServiceServicer_to_server,
            OtherPaymentServicer(Bills(policies, ceilings), ceilings),
            OTHERS,
        ),
        (
            routing_pb2_grpc.add_RoutingServiceServicer_to_server,
            RoutingServicer(Routes(runs, policies)),
            ROUTING,
        ),
    ]


def _beside_intake(intake: Intake, keyring: Keyring, policies: Policies) -> list[Add]:
    """What stands beside the intake of lists: the parts they wait for, and their quality."""
    return [
        (
            episodes_pb2_grpc.add_EpisodeServiceServicer_to_server,
            EpisodeServicer(EpisodeDesk(intake, keyring)),
            EPISODES,
        ),
        (
            groupings_pb2_grpc.add_GroupingServiceServicer_to_server,
            GroupingServicer(Peers(keyring, policies)),
            GROUPINGS,
        ),
        (quality_pb2_grpc.add_QualityServiceServicer_to_server, QualityServicer(Quality()), QUALITY),
        (
            frontpages_pb2_grpc.add_FrontPageServiceServicer_to_server,
            FrontPageServicer(FrontPages(keyring)),
            FRONT_PAGES,
        ),
        (events_pb2_grpc.add_EventServiceServicer_to_server, EventServicer(), EVENTS),
        (
            reconciliation_pb2_grpc.add_ReconciliationServiceServicer_to_server,
            ReconciliationServicer(),
            RECONCILIATION,
        ),
    ]


def _opened(
    runs: Runs, years: Years, months: MonthMemory, policies: Policies, packages: Packages
) -> list[Add]:
    """What opens a finished clearing again: replay, lineage, packages."""
    return [
        (
            replay_pb2_grpc.add_ReplayServiceServicer_to_server,
            ReplayServicer(ReplayBundles(policies, packages)),
            REPLAY,
        ),
        (
            lineage_pb2_grpc.add_LineageServiceServicer_to_server,
            LineageServicer(Lineage(runs, years, months)),
            LINEAGE,
        ),
        (
            statement_package_pb2_grpc.add_StatementPackageServiceServicer_to_server,
            PackageServicer(packages),
            PACKAGES,
        ),
    ]


def _disputed(months: MonthMemory, outcomes: Outcomes) -> list[Add]:
    """What disputes ask, and what they decide."""
    return [
        (
            disputable_pb2_grpc.add_DisputableServiceServicer_to_server,
            DisputableServicer(Disputable(months)),
            DISPUTABLE,
        ),
        (
            outcomes_pb2_grpc.add_OutcomeServiceServicer_to_server,
            OutcomeServicer(outcomes, Effects(months)),
            OUTCOMES,
        ),
    ]


async def main(settings: SettlementSettings) -> None:
    """Serves until told to stop."""
    key = settings.claim_secret()
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="settlement",
    )
    grouper, rulebook, budget, perdiem = (
        Channel(target, key)
        for target in (
            settings.grouper_target, settings.rulebook_target, settings.budget_target,
            settings.perdiem_target,
        )
    )  # fmt: skip
    built = build(
        database, grouper, rulebook, budget, settings.identity_secret(),
        package_key=settings.package_secret(), perdiem=perdiem,
    )  # fmt: skip
    try:
        jobs = [worker.work for worker in built.workers]
        await serve("settlement", built.servicers, settings, database=database, jobs=jobs)
    finally:
        for channel in (grouper, rulebook, budget, perdiem):
            await channel.close()
