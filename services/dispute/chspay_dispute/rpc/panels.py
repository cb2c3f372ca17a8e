"""``PanelService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import experts_pb2 as pb
from chspay.dispute.v1 import experts_pb2_grpc
from chspay_dispute.app.experts import deciding
from chspay_dispute.app.experts.overview import Overview
from chspay_dispute.app.experts.panels import Panels
from chspay_dispute.app.experts.replacing import Replacing
from chspay_dispute.app.moves import Moves
from chspay_dispute.rpc import expert_messages as say

PANELS = "chspay.dispute.v1.PanelService"
Context = Any


class PanelServicer(experts_pb2_grpc.PanelServiceServicer):
    """Serves ``PanelService``."""

    WRITES = frozenset(
        {
            "Declare",
            "Recuse",
            "SubmitSheet",
            "ProposeOpinion",
            "VoteOnPanel",
            "SeatPanel",
            "ReplaceMember",
            "AdoptPanel",
        }
    )

    def __init__(self, moves: Moves, panels: Panels, overview: Overview) -> None:
        self._moves, self._panels, self._overview = moves, panels, overview
        self._replacing = Replacing(moves)

    async def ListReviews(self, request: pb.ListReviewsRequest, _context: Context) -> pb.ListReviewsResponse:
        """The caller's reviews."""
        found = await self._panels.reviews(open_only=request.open)
        return pb.ListReviewsResponse(reviews=[say.review_to(one) for one in found])

    async def GetReview(self, request: pb.GetReviewRequest, _context: Context) -> pb.GetReviewResponse:
        """A review with its blind pack."""
        view = await self._panels.review(request.panel_id)
        answer = pb.GetReviewResponse(
            review=say.review_to(view),
            pack=say.pack_to(view.panel.pack, view.panel.pack_digest),
            token=view.seat.token,
            sheets=[
                pb.OpenedSheet(token=one.token, sheet=say.sheet_to(one.content), digest=one.digest)
                for one in view.sheets
            ],
        )
        if view.own is not None:
            answer.own.CopyFrom(say.sheet_to(view.own.content))
        if view.panel.opinion:
            answer.opinion.CopyFrom(say.opinion_to(view.panel.opinion))
        return answer

    async def GetReviewFile(
        self, request: pb.GetReviewFileRequest, _context: Context
    ) -> pb.GetReviewFileResponse:
        """A paper of the pack, without its name."""
        stored, content = await self._panels.file(request.panel_id, request.file_id)
        file = pb.PackFile(
            file_id=request.file_id,
            kind=stored.kind,
            media_type=stored.media_type,
            size=stored.size,
            digest=stored.digest,
        )
        return pb.GetReviewFileResponse(file=file, content=content)

    async def Declare(self, request: pb.DeclareRequest, _context: Context) -> pb.DeclareResponse:
        """No ties, and silence."""
        found = await self._panels.declare(
            request.panel_id, no_conflict=request.no_conflict, confidential=request.confidential
        )
        return pb.DeclareResponse(review=say.review_to(found))

    async def Recuse(self, request: pb.RecuseRequest, _context: Context) -> pb.RecuseResponse:
        """The caller steps down."""
        await self._panels.recuse(request.panel_id, request.reason)
        return pb.RecuseResponse(review=pb.Review(panel_id=request.panel_id, seat_state="recused"))

    async def SubmitSheet(self, request: pb.SubmitSheetRequest, _context: Context) -> pb.SubmitSheetResponse:
        """The caller's sheet."""
        found = await self._panels.score(request.panel_id, say.sheet_from(request.sheet))
        return pb.SubmitSheetResponse(review=say.review_to(found))

    async def ProposeOpinion(
        self, request: pb.ProposeOpinionRequest, _context: Context
    ) -> pb.ProposeOpinionResponse:
        """The panel's opinion."""
        kept = await self._panels.propose(request.panel_id, say.opinion_from(request.opinion))
        return pb.ProposeOpinionResponse(opinion=say.opinion_to(kept))

    async def PrepareVote(self, request: pb.PrepareVoteRequest, _context: Context) -> pb.PrepareVoteResponse:
        """What a vote signs."""
        digest, needed = await self._panels.prepare(request.panel_id, request.vote)
        return pb.PrepareVoteResponse(digest=digest, signature_needed=needed)

    async def VoteOnPanel(self, request: pb.VoteOnPanelRequest, _context: Context) -> pb.VoteOnPanelResponse:
        """A vote."""
        view, whole = await self._panels.vote(
            request.panel_id, request.vote, request.digest, request.signature
        )
        panel = say.panel_to(whole)
        # A member sees how many voted and what it came to, not who sits with him.
        for seat in panel.seats:
            seat.ClearField("expert_id")
        panel.ClearField("case_no")
        return pb.VoteOnPanelResponse(review=say.review_to(view), panel=panel)

    async def SeatPanel(self, request: pb.SeatPanelRequest, _context: Context) -> pb.SeatPanelResponse:
        """A panel goes to work."""
        return pb.SeatPanelResponse(panel=say.panel_to(await self._panels.seat(request.panel_id)))

    async def ReplaceMember(
        self, request: pb.ReplaceMemberRequest, _context: Context
    ) -> pb.ReplaceMemberResponse:
        """A silent member leaves; the substitute of the draw follows."""
        await self._replacing.replace(request.panel_id, request.token, request.reason)
        return pb.ReplaceMemberResponse(panel=say.panel_to(await self._panels.get(request.panel_id)))

    async def AdoptPanel(self, request: pb.AdoptPanelRequest, _context: Context) -> pb.AdoptPanelResponse:
        """A conclusion is taken over into the case."""
        panel = await deciding.adopt(self._moves, request.panel_id)
        message = pb.Panel(
            panel_id=panel.panel_id, case_no=panel.case_no, stage=panel.stage, state=panel.state,
            outcome=panel.result["outcome"], passed=panel.result["passed"],
            evidence=panel.result["evidence"],
        )  # fmt: skip
        return pb.AdoptPanelResponse(panel=message)

    async def GetPanel(self, request: pb.GetPanelRequest, _context: Context) -> pb.GetPanelResponse:
        """A panel, for who keeps the pool or audits it."""
        return pb.GetPanelResponse(panel=say.panel_to(await self._panels.get(request.panel_id)))

    async def ListPanels(self, request: pb.ListPanelsRequest, _context: Context) -> pb.ListPanelsResponse:
        """A page of panels."""
        found, token = await self._overview.page(
            request.pool,
            request.case_no,
            open_only=request.open,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPanelsResponse(panels=[say.panel_to(one) for one in found], next_page_token=token)

    async def ListQuality(self, request: pb.ListQualityRequest, _context: Context) -> pb.ListQualityResponse:
        """How experts did."""
        answer = pb.ListQualityResponse()
        for one in await self._overview.measured(request.pool):
            added = answer.experts.add(expert_id=one.expert_id, broken=one.broken)
            for name in ("overturned", "late", "disagreeing"):
                times, of = getattr(one.quality, name)
                getattr(added, name).CopyFrom(pb.QualityMeasure(times=times, of=of))
        return answer
