"""``CrossReviewService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import experts_pb2 as pb
from chspay.dispute.v1 import experts_pb2_grpc
from chspay_core.digest import sm3_hex
from chspay_core.policy import canonical_json
from chspay_dispute.app.experts.cross import CrossReviews, Seen
from chspay_dispute.rpc import expert_messages as say
from chspay_dispute.store.experts.cross import StoredReview, StoredRound

CROSS = "chspay.dispute.v1.CrossReviewService"
Context = Any


class CrossReviewServicer(experts_pb2_grpc.CrossReviewServiceServicer):
    """Serves ``CrossReviewService``."""

    WRITES = frozenset({"OpenReviewRound", "CloseReviewRound", "DrawReviewRound", "SubmitCrossReview"})

    def __init__(self, cross: CrossReviews) -> None:
        self._cross = cross

    async def OpenReviewRound(
        self, request: pb.OpenReviewRoundRequest, _context: Context
    ) -> pb.OpenReviewRoundResponse:
        """A round with a commitment."""
        at = say.instant_from(request.beacon_at)
        new = StoredRound(
            "", request.pool, "", request.title, "", request.commitment, request.beacon_source, at, "", "",
            request.per_hospital, "", "", "", at,
        )  # fmt: skip
        found = await self._cross.open(request.request_id, new)
        return pb.OpenReviewRoundResponse(round=_round(Seen(found, (), ())))

    async def CloseReviewRound(
        self, request: pb.CloseReviewRoundRequest, _context: Context
    ) -> pb.CloseReviewRoundResponse:
        """The frame is fixed."""
        frame = [(one.hospital_code, one.case_id) for one in request.frame]
        return pb.CloseReviewRoundResponse(round=_round(await self._cross.close(request.round_id, frame)))

    async def DrawReviewRound(
        self, request: pb.DrawReviewRoundRequest, _context: Context
    ) -> pb.DrawReviewRoundResponse:
        """Records and reviewers are drawn."""
        found = await self._cross.draw(request.round_id, request.secret, request.beacon)
        return pb.DrawReviewRoundResponse(round=_round(found))

    async def ListCrossReviews(
        self, request: pb.ListCrossReviewsRequest, _context: Context
    ) -> pb.ListCrossReviewsResponse:
        """What the caller was asked to judge."""
        found = await self._cross.reviews(open_only=request.open)
        return pb.ListCrossReviewsResponse(reviews=[_review(one, pack) for one, pack in found])

    async def SubmitCrossReview(
        self, request: pb.SubmitCrossReviewRequest, _context: Context
    ) -> pb.SubmitCrossReviewResponse:
        """What the caller found."""
        found = await self._cross.submit(
            request.round_id, request.record_id, request.conclusion, request.reason
        )
        return pb.SubmitCrossReviewResponse(review=_review(found, None))

    async def GetReviewRound(
        self, request: pb.GetReviewRoundRequest, _context: Context
    ) -> pb.GetReviewRoundResponse:
        """A round and its results."""
        found = await self._cross.get(request.round_id)
        answer = pb.GetReviewRoundResponse(round=_round(found))
        for one in found.results:
            added = answer.results.add(hospital_code=one["hospital"], records=one["records"])
            for conclusion, records in one["conclusions"].items():
                added.conclusions.add(conclusion=conclusion, records=records)
        return answer

    async def ListReviewRounds(
        self, request: pb.ListReviewRoundsRequest, _context: Context
    ) -> pb.ListReviewRoundsResponse:
        """Rounds, the newest first."""
        found = await self._cross.rounds(request.pool)
        return pb.ListReviewRoundsResponse(rounds=[_round(Seen(one, (), ())) for one in found])


def _round(seen: Seen) -> pb.ReviewRound:
    names = (
        "round_id", "pool", "title", "state", "commitment", "beacon_source", "beacon", "per_hospital",
        "frame_digest",
    )  # fmt: skip
    drawn = [one for one in seen.records if one.drawn]
    return pb.ReviewRound(
        **{name: getattr(seen.round, name) for name in names},
        beacon_at=say.instant_to(seen.round.beacon_at),
        frame=len(seen.records),
        drawn=len(drawn),
        settled=sum(bool(one.conclusion) for one in drawn),
    )


def _review(one: StoredReview, pack: dict[str, Any] | None) -> pb.CrossReview:
    message = pb.CrossReview(
        round_id=one.round_id, record_id=one.record_id, conclusion=one.conclusion, reason=one.reason
    )
    if pack is not None:
        message.pack.CopyFrom(say.pack_to(pack, sm3_hex(canonical_json(pack))))
    return message
