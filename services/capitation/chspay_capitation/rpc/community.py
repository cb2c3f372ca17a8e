"""``CommunityService`` on the wire."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict
from google.type import decimal_pb2

from chspay.capitation.v1 import community_pb2 as pb
from chspay.capitation.v1 import community_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_capitation.app.communities import Communities
from chspay_capitation.engine.inside import Part
from chspay_capitation.store.communities import StoredDoubt, StoredRule, StoredSplit
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.convert import date_from_pb, date_to_pb, decimal_from_pb

SERVICE = "chspay.capitation.v1.CommunityService"
FIGURE_TWICE = Reason("COMMUNITY_FIGURE_TWICE", Kind.INVALID, "{value}给出了两次。")
Context = Any


class CommunityServicer(community_pb2_grpc.CommunityServiceServicer):
    """Serves ``CommunityService``."""

    WRITES = frozenset({"PutCommunityRule", "SplitSettlement", "DoubtVisit", "DecideDoubt"})

    def __init__(self, communities: Communities) -> None:
        self._communities = communities

    async def PutCommunityRule(
        self, request: pb.PutCommunityRuleRequest, _context: Context
    ) -> pb.PutCommunityRuleResponse:
        """A new version of a rule."""
        parts = [
            Part(part.figure, part.label, decimal_from_pb(part.share, "share")) for part in request.parts
        ]
        since = date_from_pb(request.since, "since")
        stored = await self._communities.put_rule(
            request.pool, request.community, since, request.document, parts
        )
        return pb.PutCommunityRuleResponse(rule=_rule_to_pb(stored))

    async def ListCommunityRules(
        self, request: pb.ListCommunityRulesRequest, _context: Context
    ) -> pb.ListCommunityRulesResponse:
        """A community's rules."""
        found = await self._communities.rules(request.pool, request.community)
        return pb.ListCommunityRulesResponse(rules=[_rule_to_pb(item) for item in found])

    async def SplitSettlement(
        self, request: pb.SplitSettlementRequest, _context: Context
    ) -> pb.SplitSettlementResponse:
        """A settlement handed on."""
        figures: dict[tuple[str, str], int] = {}
        for item in request.figures:
            if (item.institution, item.figure) in figures:
                raise Fault(FIGURE_TWICE, field="figures", value=f"{item.institution} {item.figure}")
            figures[item.institution, item.figure] = item.value
        found = await self._communities.split(request.request_id, request.settlement_id, figures)
        return pb.SplitSettlementResponse(split=_split_to_pb(found), worksheet=_sheet(found))

    async def GetSplit(self, request: pb.GetSplitRequest, _context: Context) -> pb.GetSplitResponse:
        """How a settlement was handed on."""
        found = await self._communities.get_split(request.settlement_id)
        return pb.GetSplitResponse(split=_split_to_pb(found), worksheet=_sheet(found))

    async def DoubtVisit(self, request: pb.DoubtVisitRequest, _context: Context) -> pb.DoubtVisitResponse:
        """A doubted visit."""
        found = await self._communities.doubt(
            request.attribution_id, request.visit_id, request.doubt_no, request.statement
        )
        return pb.DoubtVisitResponse(doubt=_doubt_to_pb(found))

    async def DecideDoubt(self, request: pb.DecideDoubtRequest, _context: Context) -> pb.DecideDoubtResponse:
        """The decision on a doubt."""
        found = await self._communities.decide(
            request.doubt_no, uphold=request.uphold, decision_no=request.decision_no
        )
        return pb.DecideDoubtResponse(doubt=_doubt_to_pb(found))

    async def ListDoubts(self, request: pb.ListDoubtsRequest, _context: Context) -> pb.ListDoubtsResponse:
        """The doubts of a community's visits."""
        found = await self._communities.doubts(request.attribution_id, request.community)
        return pb.ListDoubtsResponse(doubts=[_doubt_to_pb(item) for item in found])


def _rule_to_pb(stored: StoredRule) -> pb.CommunityRule:
    return pb.CommunityRule(
        pool=stored.pool,
        community=stored.community,
        version=stored.version,
        since=date_to_pb(stored.since),
        document=stored.document,
        parts=[
            pb.RulePart(figure=figure, label=label, share=decimal_pb2.Decimal(value=share))
            for figure, label, share in stored.parts
        ],
        lead=stored.lead,
        put_by=stored.put_by,
    )


def _split_to_pb(stored: StoredSplit) -> pb.CommunitySplit:
    return pb.CommunitySplit(
        split_id=stored.split_id,
        settlement_id=stored.settlement_id,
        pool=stored.pool,
        community=stored.community,
        rule_version=stored.rule_version,
        amount_fen=stored.amount_fen,
        shares=[pb.MemberShare(institution=code, fen=fen) for code, fen in stored.shares],
        split_by=stored.split_by,
    )


def _sheet(stored: StoredSplit) -> case_pb2.Worksheet:
    return ParseDict(stored.worksheet, case_pb2.Worksheet())


def _doubt_to_pb(stored: StoredDoubt) -> pb.VisitDoubt:
    names = (
        "doubt_no", "attribution_id", "visit_id", "community", "statement", "filed_by", "state",
        "decision_no", "decided_by",
    )  # fmt: skip
    return pb.VisitDoubt(**{name: getattr(stored, name) for name in names})
