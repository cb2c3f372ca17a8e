"""``NegotiationService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import negotiation_pb2 as pb
from chspay.dispute.v1 import negotiation_pb2_grpc
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_dispute.app.negotiation.adoption import Adoption
from chspay_dispute.app.negotiation.ballots import openings_of
from chspay_dispute.app.negotiation.opening import Opening
from chspay_dispute.app.negotiation.presence import attend
from chspay_dispute.app.negotiation.reading import Reading
from chspay_dispute.app.negotiation.room import COUNCIL_NONE, Room, facts_of
from chspay_dispute.app.negotiation.session import Session
from chspay_dispute.app.negotiation.talking import Talking
from chspay_dispute.engine.negotiation.ballot import OPEN, urn_digest
from chspay_dispute.engine.negotiation.council import Seat
from chspay_dispute.rpc.negotiation_messages import council_to_pb, paper_to_pb, proposal_to_pb, topic_to_pb
from chspay_kit.convert import date_from_pb

SERVICE = "chspay.dispute.v1.NegotiationService"
EVENT_UNKNOWN = Reason("TOPIC_EVENT", Kind.INVALID, "“{value}”不是可以这样办理的步骤；可选：{known}。")
Context = Any
_EVENTS = (
    "propose", "freeze", "replace", "simulate", "attend", "agree", "revised", "adjourn", "deadlock",
    "admin_decide", "objection", "withdraw", "approve", "publish", "rollback",
)  # fmt: skip


class NegotiationServicer(negotiation_pb2_grpc.NegotiationServiceServicer):
    """Serves ``NegotiationService``."""

    WRITES = frozenset({"PutCouncil", "OpenTopic", "ActOnTopic", "FileProposal", "AddPaper", "CastBallot"})

    def __init__(
        self, room: Room, opening: Opening, talking: Talking, session: Session, adoption: Adoption
    ) -> None:
        self._room, self._opening, self._talking = room, opening, talking
        self._session, self._adoption = session, adoption
        self._reading = Reading(room, talking)

    async def PutCouncil(self, request: pb.PutCouncilRequest, _context: Context) -> pb.PutCouncilResponse:
        """A council from a day on."""
        seats = [
            Seat(
                item.delegate_id, item.side, item.institution, frozenset(item.classes), item.subject,
                item.public_key.lower(),
            )
            for item in request.seats
        ]  # fmt: skip
        found = await self._opening.put_council(request.pool, date_from_pb(request.since, "since"), seats)
        return pb.PutCouncilResponse(council=council_to_pb(found))

    async def GetCouncil(self, request: pb.GetCouncilRequest, _context: Context) -> pb.GetCouncilResponse:
        """The council that sits today."""
        found = await self._opening.council(request.pool)
        if found is None:
            raise Fault(COUNCIL_NONE, field="pool", value=request.pool, day=self._room.today())
        return pb.GetCouncilResponse(council=council_to_pb(found))

    async def OpenTopic(self, request: pb.OpenTopicRequest, _context: Context) -> pb.OpenTopicResponse:
        """A new topic."""
        topic_id = await self._opening.open(
            request.request_id, request.pool, request.kind, request.title, request.statement,
            list(request.groups),
        )  # fmt: skip
        return pb.OpenTopicResponse(topic=await self._topic(topic_id))

    async def ActOnTopic(self, request: pb.ActOnTopicRequest, _context: Context) -> pb.ActOnTopicResponse:
        """A step of the machine."""
        await self._act(request)
        return pb.ActOnTopicResponse(topic=await self._topic(request.topic_id))

    async def FileProposal(
        self, request: pb.FileProposalRequest, _context: Context
    ) -> pb.FileProposalResponse:
        """A proposal or a counter-proposal."""
        number = await self._talking.propose(
            request.topic_id, request.title, date_from_pb(request.effective, "effective"),
            [(item.key, item.value_json) for item in request.rules], request.counters,
        )  # fmt: skip
        view = await self._reading.view(request.topic_id)
        return pb.FileProposalResponse(
            proposal=next(proposal_to_pb(item) for item in view.proposals if item.number == number)
        )

    async def AddPaper(self, request: pb.AddPaperRequest, _context: Context) -> pb.AddPaperResponse:
        """A comment, an answer, an examination."""
        paper = await self._talking.add(
            request.topic_id, request.kind, request.text, request.ref, request.no_conflict
        )
        return pb.AddPaperResponse(paper=paper_to_pb(paper, paper.facts))

    async def GetTopic(self, request: pb.GetTopicRequest, _context: Context) -> pb.GetTopicResponse:
        """A topic with everything written in it that the caller may see."""
        view = await self._reading.view(request.topic_id)
        return pb.GetTopicResponse(
            topic=topic_to_pb(view.topic, view.row, self._text(view.row.state)),
            papers=[paper_to_pb(paper, facts) for paper, facts in view.papers],
            proposals=[proposal_to_pb(item) for item in view.proposals],
        )

    async def ListTopics(self, request: pb.ListTopicsRequest, _context: Context) -> pb.ListTopicsResponse:
        """A page of topics."""
        found, token = await self._reading.page(request.pool, request.page_size, request.page_token)
        return pb.ListTopicsResponse(
            topics=[topic_to_pb(topic, row, self._text(row.state)) for topic, row in found],
            next_page_token=token,
        )

    async def GetBallot(self, request: pb.GetBallotRequest, _context: Context) -> pb.GetBallotResponse:
        """What the caller's seat signs."""
        content, seat, paper = await self._session.ballot(request.topic_id, request.choice, request.nonce)
        return pb.GetBallotResponse(
            content=content, delegate_id=seat.delegate_id, round=paper.round, kind=paper.kind
        )

    async def CastBallot(self, request: pb.CastBallotRequest, _context: Context) -> pb.CastBallotResponse:
        """A signed ballot."""
        cast, entitled = await self._session.cast(
            request.topic_id, request.choice, request.nonce, request.signature
        )
        return pb.CastBallotResponse(cast=cast, entitled=entitled)

    async def GetCount(self, request: pb.GetCountRequest, _context: Context) -> pb.GetCountResponse:
        """A counted vote."""
        standing, paper, facts, ballots = await self._session.urn(request.topic_id, request.round)
        counted = next(
            facts_of(item) for item in standing.all("count") if facts_of(item)["round"] == str(paper.round)
        )
        vote = next(item for item in standing.all("vote") if facts_of(item)["round"] == str(paper.round))
        keys = {seat["delegate_id"]: seat["public_key"] for seat in facts["seats"]}
        open_ones = ballots if paper.kind == OPEN else []
        return pb.GetCountResponse(
            round=paper.round,
            kind=paper.kind,
            proposal=vote.ref,
            proposal_digest=paper.proposal_digest,
            method=facts["method"],
            count_json=canonical_json(counted).decode(),
            urn_digest=urn_digest((item.content, item.signature) for item in ballots),
            ballots=[
                pb.CountedBallot(
                    delegate_id=item.delegate_id,
                    public_key=keys[item.delegate_id],
                    content=item.content,
                    signature=item.signature,
                    volume=int(facts["entitled"][item.delegate_id]),
                )
                for item in open_ones
            ],
            openings=[]
            if paper.kind == OPEN
            else [pb.Opening(**item) for item in openings_of(paper, ballots)],
        )

    async def GetPackage(self, request: pb.GetPackageRequest, _context: Context) -> pb.GetPackageResponse:
        """What will be published."""
        found = await self._adoption.package(request.topic_id)
        return pb.GetPackageResponse(content=found.content, amendment=found.amendment)

    async def _act(self, request: pb.ActOnTopicRequest) -> None:
        topic_id, text, present = request.topic_id, request.text, list(request.present)
        match request.event:
            case "propose":
                await self._opening.take_up(topic_id, text)
            case "freeze":
                panel = [(item.subject, item.field) for item in request.panel]
                await self._talking.freeze(topic_id, list(request.run_ids), text, panel)
            case "replace":
                panel = [(item.subject, item.field) for item in request.panel]
                await self._talking.replace(topic_id, text, request.replaces, panel)
            case "simulate":
                await self._session.simulate(
                    topic_id, text, list(request.admitted),
                    {item.proposal: item.reason for item in request.not_admitted},
                )  # fmt: skip
            case "attend":
                await attend(self._room, topic_id, request.signature)
            case "agree":
                await self._session.agree(topic_id, text, present, request.proposal)
            case "revised":
                await self._session.revised(topic_id, text, present, request.proposal)
            case "adjourn" | "deadlock":
                await self._session.pause(topic_id, request.event, text)
            case "admin_decide":
                await self._session.decide(topic_id, text, request.proposal)
            case "objection" | "withdraw":
                adoption = self._adoption
                step = adoption.protest if request.event == "objection" else adoption.withdraw
                await step(topic_id, text)
            case "approve":
                await self._adoption.approve(
                    topic_id, text, request.decision_no, request.decided_by, request.filing_no,
                    date_from_pb(request.effective, "effective") if request.HasField("effective") else None,
                )  # fmt: skip
            case "publish":
                await self._adoption.publish(topic_id, text, request.signature)
            case "rollback":
                await self._adoption.rollback(topic_id, text)
            case _:
                raise Fault(EVENT_UNKNOWN, field="event", value=request.event, known="、".join(_EVENTS))

    async def _topic(self, topic_id: str) -> pb.Topic:
        view = await self._reading.view(topic_id)
        return topic_to_pb(view.topic, view.row, self._text(view.row.state))

    def _text(self, state: str) -> str:
        return self._room.moves.machines["topic"].state_text(state)
