"""``OpinionService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import opinions_pb2 as pb
from chspay.dispute.v1 import opinions_pb2_grpc
from chspay_dispute.app.negotiation.opinions import WAITING, Opinions
from chspay_dispute.app.negotiation.room import Room
from chspay_dispute.store.negotiation.opinions import StoredOpinion
from chspay_kit.auth import current_claim
from chspay_kit.convert import date_to_pb

SERVICE = "chspay.dispute.v1.OpinionService"
Context = Any


class OpinionServicer(opinions_pb2_grpc.OpinionServiceServicer):
    """Serves ``OpinionService``."""

    WRITES = frozenset({"FileOpinion", "AnswerOpinion"})

    def __init__(self, opinions: Opinions, room: Room) -> None:
        self._opinions, self._room = opinions, room

    async def FileOpinion(self, request: pb.FileOpinionRequest, _context: Context) -> pb.FileOpinionResponse:
        """An opinion of a hospital."""
        found = await self._opinions.file(
            request.request_id, request.pool, (request.target_kind, request.target), request.text,
            request.proposal, list(request.cases), request.masked,
        )  # fmt: skip
        return pb.FileOpinionResponse(opinion=self._shown(found, 1))

    async def AnswerOpinion(
        self, request: pb.AnswerOpinionRequest, _context: Context
    ) -> pb.AnswerOpinionResponse:
        """An answer to all that say the same."""
        found, count = await self._opinions.answer(
            request.opinion_id, request.outcome, request.reason, request.publish, request.topic_kind
        )
        return pb.AnswerOpinionResponse(opinion=self._shown(found, count), answered=count)

    async def GetOpinion(self, request: pb.GetOpinionRequest, _context: Context) -> pb.GetOpinionResponse:
        """One opinion."""
        return pb.GetOpinionResponse(opinion=self._shown(*await self._opinions.get(request.opinion_id)))

    async def ListOpinions(
        self, request: pb.ListOpinionsRequest, _context: Context
    ) -> pb.ListOpinionsResponse:
        """A page of opinions."""
        found, token = await self._opinions.page(
            request.pool, request.outcome, request.page_size, request.page_token
        )
        return pb.ListOpinionsResponse(
            opinions=[self._shown(item, alike) for item, alike in found], next_page_token=token
        )

    def _shown(self, item: StoredOpinion, alike: int) -> pb.Opinion:
        claim = current_claim()
        own = claim.role == "hospital" and claim.institution == item.hospital_code
        return pb.Opinion(
            opinion_id=item.opinion_id, pool=item.pool,
            hospital_code=item.hospital_code if own or not item.masked else "", masked=item.masked,
            target_kind=item.target_kind, target=item.target, text=item.text, proposal=item.proposal,
            cases=len(item.cases), filed=date_to_pb(item.filed_day), due=date_to_pb(item.due_day),
            overdue=item.outcome == WAITING and item.due_day < self._room.today(), lead_id=item.lead_id,
            alike=alike, outcome=item.outcome, reason=item.reason, topic_id=item.topic_id,
            published=item.published,
        )  # fmt: skip
