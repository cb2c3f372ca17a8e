"""Amendments on the wire."""

from __future__ import annotations

from typing import Any

from chspay.rulebook.v1 import amendments_pb2 as pb
from chspay.rulebook.v1 import amendments_pb2_grpc
from chspay_core.policy_lint import Finding
from chspay_kit.convert import date_to_pb
from chspay_rulebook.app import Amendments
from chspay_rulebook.engine.amendments import Filed, State
from chspay_rulebook.messages import change_to_pb, instant_to_pb

SERVICE = "chspay.rulebook.v1.AmendmentService"
Context = Any

_STATES = {
    State.DRAFT: pb.AMENDMENT_STATE_DRAFT,
    State.REVIEWED: pb.AMENDMENT_STATE_REVIEWED,
    State.APPROVED: pb.AMENDMENT_STATE_APPROVED,
    State.PUBLISHED: pb.AMENDMENT_STATE_PUBLISHED,
    State.WITHDRAWN: pb.AMENDMENT_STATE_WITHDRAWN,
}
_NAMED = {number: state for state, number in _STATES.items()}


class AmendmentServicer(amendments_pb2_grpc.AmendmentServiceServicer):
    """Serves ``AmendmentService``."""

    WRITES = frozenset(
        {"DraftAmendment", "ReviewAmendment", "ApproveAmendment", "PublishAmendment", "WithdrawAmendment"}
    )

    def __init__(self, amendments: Amendments) -> None:
        self._amendments = amendments

    async def CheckAmendment(
        self, request: pb.CheckAmendmentRequest, _context: Context
    ) -> pb.CheckAmendmentResponse:
        """What it would change and what speaks against it."""
        judged = await self._amendments.check(request.content)
        return pb.CheckAmendmentResponse(
            findings=[finding_to_pb(item) for item in judged.findings],
            changes=[change_to_pb(item) for item in judged.changes],
            digest=judged.after.digest if judged.after is not None and judged.refusal is None else "",
        )

    async def DraftAmendment(
        self, request: pb.DraftAmendmentRequest, _context: Context
    ) -> pb.DraftAmendmentResponse:
        """Files an amendment."""
        filed, findings = await self._amendments.draft(request.content)
        return pb.DraftAmendmentResponse(
            amendment=filed_to_pb(filed), findings=[finding_to_pb(item) for item in findings]
        )

    async def ReviewAmendment(
        self, request: pb.ReviewAmendmentRequest, _context: Context
    ) -> pb.ReviewAmendmentResponse:
        """Found right by a second person."""
        filed = await self._amendments.review(request.id, request.note)
        return pb.ReviewAmendmentResponse(amendment=filed_to_pb(filed))

    async def ApproveAmendment(
        self, request: pb.ApproveAmendmentRequest, _context: Context
    ) -> pb.ApproveAmendmentResponse:
        """Decided by a third person."""
        filed = await self._amendments.approve(request.id, request.note)
        return pb.ApproveAmendmentResponse(amendment=filed_to_pb(filed))

    async def PublishAmendment(
        self, request: pb.PublishAmendmentRequest, _context: Context
    ) -> pb.PublishAmendmentResponse:
        """Makes it law."""
        filed, judged = await self._amendments.publish(request.id, request.note)
        return pb.PublishAmendmentResponse(
            amendment=filed_to_pb(filed),
            digest_before=judged.before.digest if judged.before else "",
            digest_after=judged.after.digest if judged.after else "",
            changes=[change_to_pb(item) for item in judged.changes],
        )

    async def WithdrawAmendment(
        self, request: pb.WithdrawAmendmentRequest, _context: Context
    ) -> pb.WithdrawAmendmentResponse:
        """Takes it back before it takes effect."""
        filed = await self._amendments.withdraw(request.id, request.note)
        return pb.WithdrawAmendmentResponse(amendment=filed_to_pb(filed))

    async def GetAmendment(
        self, request: pb.GetAmendmentRequest, _context: Context
    ) -> pb.GetAmendmentResponse:
        """One amendment with its steps."""
        return pb.GetAmendmentResponse(amendment=filed_to_pb(await self._amendments.get(request.id)))

    async def ListAmendments(
        self, request: pb.ListAmendmentsRequest, _context: Context
    ) -> pb.ListAmendmentsResponse:
        """A page of amendments."""
        found, token = await self._amendments.page(
            request.place, _NAMED.get(request.state), request.page_size, request.page_token
        )
        return pb.ListAmendmentsResponse(
            amendments=[filed_to_pb(item) for item in found], next_page_token=token
        )

    async def VerifyAmendments(
        self, request: pb.VerifyAmendmentsRequest, _context: Context
    ) -> pb.VerifyAmendmentsResponse:
        """The chain of hashes, recomputed."""
        chain = await self._amendments.verify(request.place)
        return pb.VerifyAmendmentsResponse(
            steps=chain.batches, head=chain.head.hex(), intact=chain.intact, broken_at=chain.broken_at or 0
        )


def filed_to_pb(filed: Filed) -> pb.Amendment:
    """An amendment as a message."""
    steps = [
        pb.AmendmentStep(state=_STATES[step.state], by=step.by, at=instant_to_pb(step.at), note=step.note)
        for step in filed.steps
    ]
    return pb.Amendment(
        id=filed.id,
        place=filed.place,
        title=filed.title,
        decision=filed.decision,
        decided_by=filed.decided_by,
        decided=date_to_pb(filed.decided),
        begins=date_to_pb(filed.begins),
        state=_STATES[filed.state],
        digest=filed.digest,
        content=filed.content,
        steps=steps,
        number=filed.number or 0,
    )


def finding_to_pb(item: Finding) -> pb.Finding:
    """Something a check found, as a message."""
    return pb.Finding(
        level=item.level,
        code=item.code,
        place=item.place,
        key=item.key,
        document=item.document,
        words=item.words,
        below_fen=item.below_fen,
        above_fen=item.above_fen,
    )
