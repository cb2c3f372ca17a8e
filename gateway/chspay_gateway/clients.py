"""The services behind the gateway: one channel each, and the stubs on them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from grpc_health.v1 import health_pb2, health_pb2_grpc

from chspay.budget.v1 import (
    budget_pb2_grpc,
    forecast_pb2_grpc,
    indicators_pb2_grpc,
    plan_pb2_grpc,
    watch_pb2_grpc,
)
from chspay.capitation.v1 import (
    benefit_pb2_grpc,
    capitation_pb2_grpc,
    community_pb2_grpc,
    results_pb2_grpc,
    roster_pb2_grpc,
    stays_pb2_grpc,
    visits_pb2_grpc,
)
from chspay.dispute.v1 import (
    cases_pb2_grpc,
    effects_pb2_grpc,
    experts_pb2_grpc,
    machines_pb2_grpc,
    negotiation_pb2_grpc,
    news_pb2_grpc,
    opinions_pb2_grpc,
    register_pb2_grpc,
    statistics_pb2_grpc,
)
from chspay.grouper.v1 import (
    artefacts_pb2_grpc,
    dip_pb2_grpc,
    grouper_pb2_grpc,
    runs_pb2_grpc,
    schemes_pb2_grpc,
    weights_pb2_grpc,
)
from chspay.perdiem.v1 import (
    assessments_pb2_grpc,
    perdiem_pb2_grpc,
    pilots_pb2_grpc,
    records_pb2_grpc,
)
from chspay.rulebook.v1 import (
    amendments_pb2_grpc,
    decisions_pb2_grpc,
    institutions_pb2_grpc,
    rulebook_pb2_grpc,
)
from chspay.settlement.v1 import (
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
from chspay_core.errors import Fault
from chspay_gateway.settings import GatewaySettings
from chspay_gateway.together import ListsTogether
from chspay_kit import logs
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import READY

#: Generated stubs carry no types.
_STUBS: dict[str, Any] = {
    "grouper": grouper_pb2_grpc.GrouperServiceStub,
    "rulebook": rulebook_pb2_grpc.RulebookServiceStub,
    "budget": budget_pb2_grpc.BudgetServiceStub,
    "settlement": settlement_pb2_grpc.SettlementServiceStub,
    "capitation": capitation_pb2_grpc.CapitationServiceStub,
    "perdiem": perdiem_pb2_grpc.PerDiemServiceStub,
    "dispute": machines_pb2_grpc.MachineServiceStub,
}
#: Further services on a channel that has one already: name of the stub -> (channel, stub).
_MORE: dict[str, tuple[str, Any]] = {
    "group_runs": ("grouper", runs_pb2_grpc.GroupRunServiceStub),
    "scheme_life": ("grouper", schemes_pb2_grpc.SchemeServiceStub),
    "artefacts": ("grouper", artefacts_pb2_grpc.ArtefactServiceStub),
    "dip": ("grouper", dip_pb2_grpc.DipServiceStub),
    "weights": ("grouper", weights_pb2_grpc.WeightServiceStub),
    "plan": ("budget", plan_pb2_grpc.PlanServiceStub),
    "rosters": ("capitation", roster_pb2_grpc.RosterServiceStub),
    "benefits": ("capitation", benefit_pb2_grpc.BenefitServiceStub),
    "visits": ("capitation", visits_pb2_grpc.VisitServiceStub),
    "stays": ("capitation", stays_pb2_grpc.StayServiceStub),
    "communities": ("capitation", community_pb2_grpc.CommunityServiceStub),
    "results": ("capitation", results_pb2_grpc.ResultServiceStub),
    "stay_records": ("perdiem", records_pb2_grpc.StayRecordServiceStub),
    "pilots": ("perdiem", pilots_pb2_grpc.PilotServiceStub),
    "assessments": ("perdiem", assessments_pb2_grpc.AssessmentServiceStub),
    "amendments": ("rulebook", amendments_pb2_grpc.AmendmentServiceStub),
    "institutions": ("rulebook", institutions_pb2_grpc.InstitutionServiceStub),
    "decisions": ("rulebook", decisions_pb2_grpc.DecisionServiceStub),
    "indicators": ("budget", indicators_pb2_grpc.IndicatorServiceStub),
    "watch": ("budget", watch_pb2_grpc.WatchServiceStub),
    "forecasts": ("budget", forecast_pb2_grpc.ForecastServiceStub),
    "episodes": ("settlement", episodes_pb2_grpc.EpisodeServiceStub),
    "events": ("settlement", events_pb2_grpc.EventServiceStub),
    "figures": ("settlement", figures_pb2_grpc.FiguresServiceStub),
    "front_pages": ("settlement", frontpages_pb2_grpc.FrontPageServiceStub),
    "groupings": ("settlement", groupings_pb2_grpc.GroupingServiceStub),
    "inputs": ("settlement", inputs_pb2_grpc.InputServiceStub),
    "month": ("settlement", month_pb2_grpc.MonthServiceStub),
    "year": ("settlement", year_pb2_grpc.YearServiceStub),
    "ledger": ("settlement", ledger_pb2_grpc.LedgerServiceStub),
    "others": ("settlement", others_pb2_grpc.OtherPaymentServiceStub),
    "routing": ("settlement", routing_pb2_grpc.RoutingServiceStub),
    "replay": ("settlement", replay_pb2_grpc.ReplayServiceStub),
    "lineage": ("settlement", lineage_pb2_grpc.LineageServiceStub),
    "what_if": ("settlement", whatif_pb2_grpc.WhatIfServiceStub),
    "quality": ("settlement", quality_pb2_grpc.QualityServiceStub),
    "reconciliation": ("settlement", reconciliation_pb2_grpc.ReconciliationServiceStub),
    "review": ("settlement", review_pb2_grpc.ReviewServiceStub),
    "disputes": ("dispute", cases_pb2_grpc.CaseServiceStub),
    "case_news": ("dispute", news_pb2_grpc.CaseNewsServiceStub),
    "statistics": ("dispute", statistics_pb2_grpc.StatisticsServiceStub),
    "effects": ("dispute", effects_pb2_grpc.EffectServiceStub),
    "register": ("dispute", register_pb2_grpc.RegisterServiceStub),
    "negotiations": ("dispute", negotiation_pb2_grpc.NegotiationServiceStub),
    "opinions": ("dispute", opinions_pb2_grpc.OpinionServiceStub),
    "experts": ("dispute", experts_pb2_grpc.ExpertServiceStub),
    "draws": ("dispute", experts_pb2_grpc.DrawServiceStub),
    "panels": ("dispute", experts_pb2_grpc.PanelServiceStub),
    "cross_reviews": ("dispute", experts_pb2_grpc.CrossReviewServiceStub),
    "packages": ("settlement", statement_package_pb2_grpc.StatementPackageServiceStub),
}

log = logs.get_logger(__name__)

_PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Services:
    """The stubs; generated stubs carry no types, hence ``Any``."""

    grouper: Any
    rulebook: Any
    budget: Any
    plan: Any
    settlement: Any
    capitation: Any
    rosters: Any
    benefits: Any
    visits: Any
    stays: Any
    communities: Any
    results: Any
    perdiem: Any
    dispute: Any
    stay_records: Any
    pilots: Any
    assessments: Any
    group_runs: Any
    scheme_life: Any
    amendments: Any
    institutions: Any
    decisions: Any
    indicators: Any
    watch: Any
    forecasts: Any
    artefacts: Any
    dip: Any
    weights: Any
    episodes: Any
    events: Any
    figures: Any
    front_pages: Any
    groupings: Any
    inputs: Any
    month: Any
    year: Any
    ledger: Any
    others: Any
    routing: Any
    replay: Any
    lineage: Any
    what_if: Any
    quality: Any
    reconciliation: Any
    review: Any
    packages: Any
    disputes: Any
    case_news: Any
    statistics: Any
    effects: Any
    register: Any
    negotiations: Any
    opinions: Any
    experts: Any
    draws: Any
    panels: Any
    cross_reviews: Any
    channels: dict[str, Channel]

    async def close(self) -> None:
        """Closes every channel."""
        await asyncio.gather(*(channel.close() for channel in self.channels.values()))

    async def health(self) -> dict[str, bool]:
        """Which service answers its readiness probe."""
        names = list(self.channels)
        found = await asyncio.gather(*(_serving(name, self.channels[name]) for name in names))
        return dict(zip(names, found, strict=True))


def connect(settings: GatewaySettings) -> Services:
    """Channels to the services; connecting happens at the first call."""
    targets = {
        "grouper": settings.grouper_target,
        "rulebook": settings.rulebook_target,
        "budget": settings.budget_target,
        "settlement": settings.settlement_target,
        "capitation": settings.capitation_target,
        "perdiem": settings.perdiem_target,
        "dispute": settings.dispute_target,
    }
    key = settings.claim_secret()
    return on_channels({name: Channel(target, key) for name, target in targets.items()})


def on_channels(channels: dict[str, Channel]) -> Services:
    """The stubs on given channels."""
    stubs = {name: _STUBS[name](channel) for name, channel in channels.items()}
    stubs["settlement"].SubmitList = ListsTogether(stubs["settlement"])
    stubs |= {name: stub(channels[target]) for name, (target, stub) in _MORE.items()}
    return Services(**stubs, channels=channels)


async def _serving(name: str, channel: Channel) -> bool:
    stub = health_pb2_grpc.HealthStub(channel)
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=READY), timeout=_PROBE_SECONDS)
    except Fault as fault:
        log.warning("gateway.service_not_ready", target=name, reason=fault.reason.code)
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
