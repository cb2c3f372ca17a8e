"""``CapitationService`` on the wire."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay.capitation.v1 import capitation_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_capitation.app import attributions as app
from chspay_capitation.app.attributions import Attributions
from chspay_capitation.app.catchments import Catchments, entries_of
from chspay_capitation.app.heads import Heads
from chspay_capitation.app.settlements import Asked, Cost, Settlements
from chspay_capitation.app.terms import terms
from chspay_capitation.clients import Registry, Rulebook
from chspay_capitation.engine.attribution import Span
from chspay_capitation.engine.catchment import INSTITUTION, LEAD, Entry
from chspay_capitation.engine.findings import State
from chspay_capitation.rpc.settlements import postings_to_pb, settlement_to_pb, sheet_of, terms_to_pb
from chspay_capitation.store.attributions import Attribution, StoredCatchment
from chspay_capitation.store.records import StoredFinding
from chspay_kit.convert import date_from_pb, date_to_pb, decimal_from_pb, points_to_pb, worksheet_to_pb

SERVICE = "chspay.capitation.v1.CapitationService"
Context = Any

_STATE = {
    app.RUNNING: pb.ATTRIBUTION_STATE_RUNNING,
    app.DONE: pb.ATTRIBUTION_STATE_DONE,
    app.FAILED: pb.ATTRIBUTION_STATE_FAILED,
}
_FINDING = {
    State.FOUND: pb.HEAD_FINDING_STATE_FOUND,
    State.HEARD: pb.HEAD_FINDING_STATE_HEARD,
    State.REMOVED: pb.HEAD_FINDING_STATE_REMOVED,
    State.DISMISSED: pb.HEAD_FINDING_STATE_DISMISSED,
}


class CapitationServicer(capitation_pb2_grpc.CapitationServiceServicer):
    """Serves ``CapitationService``."""

    WRITES = frozenset(
        {"PutCatchment", "DrawCatchment", "StartAttribution", "FileHeadFinding", "HearHeadFinding",
         "DecideHeadFinding", "SettleCommunity", "PostSettlement"}
    )  # fmt: skip

    def __init__(
        self,
        catchments: Catchments,
        attributions: Attributions,
        heads: Heads,
        settlements: Settlements,
        books: tuple[Rulebook, Registry],
    ) -> None:
        self._catchments, self._attributions = catchments, attributions
        self._heads, self._settlements = heads, settlements
        self._rulebook, self._registry = books

    async def PutCatchment(
        self, request: pb.PutCatchmentRequest, _context: Context
    ) -> pb.PutCatchmentResponse:
        """A new version of who is served by whom."""
        entries = [_entry(entry) for entry in request.entries]
        stored = await self._catchments.put(request.pool, request.document, entries)
        return pb.PutCatchmentResponse(catchment=_catchment_to_pb(stored))

    async def GetCatchment(
        self, request: pb.GetCatchmentRequest, _context: Context
    ) -> pb.GetCatchmentResponse:
        """One version."""
        stored = await self._catchments.get(request.pool, request.version)
        return pb.GetCatchmentResponse(catchment=_catchment_to_pb(stored))

    async def DrawCatchment(
        self, request: pb.DrawCatchmentRequest, _context: Context
    ) -> pb.DrawCatchmentResponse:
        """A new version drawn from the registry."""
        entries = [_entry(entry) for entry in request.entries]
        stored = await self._catchments.draw(request.pool, request.document, entries, self._registry)
        kinds = [entry.kind for entry in entries_of(stored)]
        counts = (kinds.count(INSTITUTION), kinds.count(LEAD))
        return pb.DrawCatchmentResponse(
            catchment=_catchment_to_pb(stored), institutions=counts[0], leads=counts[1],
            others=len(kinds) - sum(counts),
        )  # fmt: skip

    async def GetTerms(self, request: pb.GetTermsRequest, _context: Context) -> pb.GetTermsResponse:
        """Service package, rates and causes of exemption."""
        return terms_to_pb(await terms(self._rulebook, request.pool, date_from_pb(request.on, "on")))

    async def StartAttribution(
        self, request: pb.StartAttributionRequest, _context: Context
    ) -> pb.StartAttributionResponse:
        """A new attribution."""
        run = await self._attributions.start(
            request.request_id,
            request.pool,
            request.roster_id,
            (date_from_pb(request.since, "since"), date_from_pb(request.until, "until")),
            {item.insurance_type: item.budget_fen for item in request.budgets},
            {item.insurance_type: item.budget_fen for item in request.last_year},
        )
        return pb.StartAttributionResponse(attribution=_attribution_to_pb(run))

    async def GetAttribution(
        self, request: pb.GetAttributionRequest, _context: Context
    ) -> pb.GetAttributionResponse:
        """An attribution, and how its budgets came about."""
        run = await self._attributions.get(request.attribution_id)
        answer = pb.GetAttributionResponse(attribution=_attribution_to_pb(run))
        if "worksheet" in run.outcome:
            answer.worksheet.CopyFrom(ParseDict(run.outcome["worksheet"], case_pb2.Worksheet()))
        return answer

    async def ListAttributions(
        self, request: pb.ListAttributionsRequest, _context: Context
    ) -> pb.ListAttributionsResponse:
        """A page of the attributions the caller may see."""
        found, token = await self._attributions.page(request.page_size, request.page_token)
        return pb.ListAttributionsResponse(
            attributions=[_attribution_to_pb(run) for run in found], next_page_token=token
        )

    async def ListQuotas(self, request: pb.ListQuotasRequest, _context: Context) -> pb.ListQuotasResponse:
        """Heads and quotas by community and insurance."""
        rows = await self._attributions.quotas(request.attribution_id)
        return pb.ListQuotasResponse(quotas=[pb.CommunityQuota(**row._asdict()) for row in rows])

    async def ExplainPerson(
        self, request: pb.ExplainPersonRequest, _context: Context
    ) -> pb.ExplainPersonResponse:
        """Where one person belongs, why, and what quota goes with him."""
        stays, sheets = await self._attributions.explain(request.attribution_id, request.person_key)
        return pb.ExplainPersonResponse(
            stays=[
                pb.PersonStay(
                    community=stay.community,
                    since=date_to_pb(stay.since),
                    until=date_to_pb(stay.until),
                    insurance_type=stay.insurance_type,
                    removed=stay.removed,
                    risk_factor=points_to_pb(stay.factor_micro),
                    quota_fen=stay.quota_fen,
                )
                for stay in stays
            ],
            worksheets=[worksheet_to_pb(sheet) for sheet in sheets],
        )

    async def FileHeadFinding(
        self, request: pb.FileHeadFindingRequest, _context: Context
    ) -> pb.FileHeadFindingResponse:
        """A new finding."""
        span = Span(date_from_pb(request.since, "since"), date_from_pb(request.until, "until"))
        found = await self._heads.file(
            request.pool, request.finding_no, request.person_key, span, request.cause, request.document
        )
        return pb.FileHeadFindingResponse(finding=_finding_to_pb(found))

    async def HearHeadFinding(
        self, request: pb.HearHeadFindingRequest, _context: Context
    ) -> pb.HearHeadFindingResponse:
        """What the community answered."""
        found = await self._heads.hear(request.finding_no, request.statement)
        return pb.HearHeadFindingResponse(finding=_finding_to_pb(found))

    async def DecideHeadFinding(
        self, request: pb.DecideHeadFindingRequest, _context: Context
    ) -> pb.DecideHeadFindingResponse:
        """The decision on a finding."""
        found = await self._heads.decide(
            request.finding_no, remove=request.remove, decision_no=request.decision_no
        )
        return pb.DecideHeadFindingResponse(finding=_finding_to_pb(found))

    async def ListHeadFindings(
        self, request: pb.ListHeadFindingsRequest, _context: Context
    ) -> pb.ListHeadFindingsResponse:
        """A page of the findings the caller may see."""
        found, token = await self._heads.page(request.page_size, request.page_token)
        return pb.ListHeadFindingsResponse(
            findings=[_finding_to_pb(item) for item in found], next_page_token=token
        )

    async def SettleCommunity(
        self, request: pb.SettleCommunityRequest, _context: Context
    ) -> pb.SettleCommunityResponse:
        """What a community is paid at the end."""
        costs = {
            item.insurance_type: Cost(item.inside_fen, item.outside_fen, item.exempt_fen)
            for item in request.costs
        }
        score, rate = (
            decimal_from_pb(getattr(request, name), name) if request.HasField(name) else None
            for name in ("score", "chronic_rate")
        )
        counted = request.from_visits and not costs
        asked = Asked(
            request.attribution_id, request.community, None if counted else costs, score, rate,
            request.document, request.corrects,
        )  # fmt: skip
        found = await self._settlements.settle(request.request_id, asked)
        return pb.SettleCommunityResponse(settlement=settlement_to_pb(found), worksheet=sheet_of(found))

    async def GetSettlement(
        self, request: pb.GetSettlementRequest, _context: Context
    ) -> pb.GetSettlementResponse:
        """A settlement with its worksheet."""
        found = await self._settlements.get(request.settlement_id)
        return pb.GetSettlementResponse(settlement=settlement_to_pb(found), worksheet=sheet_of(found))

    async def ListSettlements(
        self, request: pb.ListSettlementsRequest, _context: Context
    ) -> pb.ListSettlementsResponse:
        """The settlements of an attribution."""
        found = await self._settlements.of_attribution(request.attribution_id)
        return pb.ListSettlementsResponse(settlements=[settlement_to_pb(item) for item in found])

    async def PostSettlement(
        self, request: pb.PostSettlementRequest, _context: Context
    ) -> pb.PostSettlementResponse:
        """A settlement booked in the ledger."""
        found, booked = await self._settlements.post(request.request_id, request.settlement_id, request.month)
        return postings_to_pb(found, booked, request.month)


def _entry(entry: pb.CatchmentEntry) -> Entry:
    until = date_from_pb(entry.until, "until") if entry.HasField("until") else None
    return Entry(entry.kind, entry.code, entry.community, date_from_pb(entry.since, "since"), until)


def _catchment_to_pb(stored: StoredCatchment) -> pb.Catchment:
    message = pb.Catchment(
        pool=stored.pool,
        version=stored.version,
        document=stored.document,
        digest=stored.digest,
        registry_version=stored.registry_version,
    )
    for entry in entries_of(stored):
        added = message.entries.add(
            kind=entry.kind, code=entry.code, community=entry.community, since=date_to_pb(entry.since)
        )
        if entry.until is not None:
            added.until.CopyFrom(date_to_pb(entry.until))
    return message


def _attribution_to_pb(run: Attribution) -> pb.Attribution:
    budgets = run.outcome.get("budgets") or run.asked.get("given", {})
    return pb.Attribution(
        attribution_id=run.attribution_id,
        pool=run.pool,
        roster_id=run.roster_id,
        catchment_version=run.catchment_version,
        since=date_to_pb(run.since),
        until=date_to_pb(run.until),
        state=_STATE[run.state],
        total=run.total,
        done=run.done,
        failure_reason=run.failure_reason,
        failure_message=run.failure_message,
        policy_digest=run.policy_digest,
        budgets=[
            pb.InsuranceBudget(insurance_type=kind, budget_fen=fen) for kind, fen in sorted(budgets.items())
        ],
        digest=run.digest,
    )


def _finding_to_pb(stored: StoredFinding) -> pb.HeadFinding:
    found = stored.finding
    return pb.HeadFinding(
        finding_no=found.finding_no,
        pool=stored.pool,
        person_key=found.person_key,
        since=date_to_pb(found.span.since),
        until=date_to_pb(found.span.until),
        cause=found.cause,
        document=found.document,
        state=_FINDING[found.state],
        statement=found.statement,
        decision_no=found.decision_no,
    )
