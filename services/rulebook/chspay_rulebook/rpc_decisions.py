"""``DecisionService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.rulebook.v1 import decisions_pb2 as pb
from chspay.rulebook.v1 import decisions_pb2_grpc
from chspay_kit.convert import date_from_pb, date_to_pb
from chspay_rulebook.app.decisions import Decisions
from chspay_rulebook.engine.decisions import Decision, Item, Member
from chspay_rulebook.messages import instant_to_pb
from chspay_rulebook.store.decisions import Recorded

SERVICE = "chspay.rulebook.v1.DecisionService"
Context = Any


class DecisionServicer(decisions_pb2_grpc.DecisionServiceServicer):
    """Serves ``DecisionService``."""

    WRITES = frozenset({"RecordDecision"})

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    async def RecordDecision(
        self, request: pb.RecordDecisionRequest, _context: Context
    ) -> pb.RecordDecisionResponse:
        """A decision recorded."""
        new = Decision(
            request.place,
            request.decision_no,
            request.title,
            date_from_pb(request.decided, "decided"),
            tuple(Member(one.unit, one.person, one.present) for one in request.members),
            tuple(_item(one) for one in request.items),
        )
        return pb.RecordDecisionResponse(decision=decision_to_pb(await self._decisions.record(new)))

    async def GetDecision(self, request: pb.GetDecisionRequest, _context: Context) -> pb.GetDecisionResponse:
        """One decision."""
        found = await self._decisions.get(request.place, request.decision_no)
        return pb.GetDecisionResponse(decision=decision_to_pb(found))

    async def ListDecisions(
        self, request: pb.ListDecisionsRequest, _context: Context
    ) -> pb.ListDecisionsResponse:
        """A page of decisions."""
        found, token = await self._decisions.page(request.place, request.page_size, request.page_token)
        return pb.ListDecisionsResponse(
            decisions=[decision_to_pb(one) for one in found], next_page_token=token
        )


def decision_to_pb(found: Recorded) -> pb.Decision:
    """A recorded decision as a message."""
    decision = found.decision
    return pb.Decision(
        decision_no=decision.decision_no,
        place=decision.place,
        title=decision.title,
        decided=date_to_pb(decision.decided),
        members=[
            pb.MeetingMember(unit=one.unit, person=one.person, present=one.present)
            for one in decision.members
        ],
        items=[
            pb.DecidedItem(
                words=one.words,
                key=one.key,
                value=one.value,
                since=date_to_pb(one.since) if one.since is not None else None,
            )
            for one in decision.items
        ],
        recorded_by=found.recorded_by,
        recorded_at=instant_to_pb(found.recorded_at),
        digest=found.digest,
    )


def _item(item: pb.DecidedItem) -> Item:
    since = date_from_pb(item.since, "items.since") if item.HasField("since") else None
    return Item(item.words, item.key, item.value, since)
