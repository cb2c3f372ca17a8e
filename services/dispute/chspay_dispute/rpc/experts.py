"""``ExpertService`` and ``DrawService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.dispute.v1 import experts_pb2 as pb
from chspay.dispute.v1 import experts_pb2_grpc
from chspay_dispute.app.experts import deciding
from chspay_dispute.app.experts.draws import Draws
from chspay_dispute.app.experts.packs import mark_desensitised
from chspay_dispute.app.experts.pool import Pool
from chspay_dispute.rpc import expert_messages as say
from chspay_dispute.store.docket import NO_DAY
from chspay_kit.auth import current_claim
from chspay_kit.convert import date_from_pb, date_to_pb

EXPERTS = "chspay.dispute.v1.ExpertService"
DRAWS = "chspay.dispute.v1.DrawService"
Context = Any


class ExpertServicer(experts_pb2_grpc.ExpertServiceServicer):
    """Serves ``ExpertService``."""

    WRITES = frozenset(
        {"RecommendExpert", "SetStanding", "AddEmployment", "DeclareTie", "RenewExpert", "RegisterKey"}
    )

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def RecommendExpert(
        self, request: pb.RecommendExpertRequest, _context: Context
    ) -> pb.RecommendExpertResponse:
        """A recommendation."""
        found = await self._pool.recommend(request.request_id, say.expert_from(request.expert))
        return pb.RecommendExpertResponse(expert=say.expert_to(found))

    async def SetStanding(self, request: pb.SetStandingRequest, _context: Context) -> pb.SetStandingResponse:
        """Confirms, suspends, restores, removes or bars."""
        found = await self._pool.set_standing(request.expert_id, request.event, request.reason)
        return pb.SetStandingResponse(expert=say.expert_to(found))

    async def AddEmployment(
        self, request: pb.AddEmploymentRequest, _context: Context
    ) -> pb.AddEmploymentResponse:
        """An employment."""
        found = await self._pool.employment(request.expert_id, say.job_from(request.employment))
        return pb.AddEmploymentResponse(expert=say.expert_to(found))

    async def DeclareTie(self, request: pb.DeclareTieRequest, _context: Context) -> pb.DeclareTieResponse:
        """A tie."""
        found = await self._pool.tie(request.expert_id, say.tie_from(request.tie))
        return pb.DeclareTieResponse(expert=say.expert_to(found))

    async def RenewExpert(self, request: pb.RenewExpertRequest, _context: Context) -> pb.RenewExpertResponse:
        """A longer term, newer training."""
        found = await self._pool.renew(
            request.expert_id,
            date_from_pb(request.term_until, "term_until"),
            date_from_pb(request.trained_until, "trained_until"),
            request.reason,
        )
        return pb.RenewExpertResponse(expert=say.expert_to(found))

    async def RegisterKey(self, request: pb.RegisterKeyRequest, _context: Context) -> pb.RegisterKeyResponse:
        """The caller's key for signatures."""
        found = await self._pool.register_key(request.public_key, request.proof)
        return pb.RegisterKeyResponse(expert=say.expert_to(found))

    async def GetExpert(self, request: pb.GetExpertRequest, _context: Context) -> pb.GetExpertResponse:
        """An expert, or the caller himself."""
        return pb.GetExpertResponse(expert=say.expert_to(await self._pool.get(request.expert_id)))

    async def ListExperts(self, request: pb.ListExpertsRequest, _context: Context) -> pb.ListExpertsResponse:
        """A page of the pool."""
        found, token = await self._pool.page(
            request.pool, request.standing, request.page_size, request.page_token
        )
        return pb.ListExpertsResponse(experts=[say.expert_to(one) for one in found], next_page_token=token)


class DrawServicer(experts_pb2_grpc.DrawServiceServicer):
    """Serves ``DrawService``."""

    WRITES = frozenset({"MarkDesensitised", "OpenBatch", "CloseBatch", "DrawBatch"})

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    async def ListWaiting(self, request: pb.ListWaitingRequest, _context: Context) -> pb.ListWaitingResponse:
        """Cases that wait for a panel."""
        answer = pb.ListWaitingResponse()
        for one in await self._draws.waiting(request.pool):
            added = answer.cases.add(case_no=one.case_no, pool=one.pool, stage=one.stage, mdc=one.mdc)
            if one.due != NO_DAY:
                added.due.CopyFrom(date_to_pb(one.due))
        return answer

    async def MarkDesensitised(
        self, request: pb.MarkDesensitisedRequest, _context: Context
    ) -> pb.MarkDesensitisedResponse:
        """A paper names nobody."""
        return pb.MarkDesensitisedResponse(
            attachment_id=await mark_desensitised(request.case_no, request.attachment_id, request.digest)
        )

    async def OpenBatch(self, request: pb.OpenBatchRequest, _context: Context) -> pb.OpenBatchResponse:
        """A batch with a commitment."""
        found = await self._draws.open(
            request.request_id,
            request.pool,
            request.commitment,
            request.beacon_source,
            say.instant_from(request.beacon_at),
        )
        return pb.OpenBatchResponse(batch=say.batch_to(found, []))

    async def CloseBatch(self, request: pb.CloseBatchRequest, _context: Context) -> pb.CloseBatchResponse:
        """The lists are fixed."""
        await self._draws.close(request.batch_id, list(request.case_nos))
        return pb.CloseBatchResponse(batch=await self._batch(request.batch_id))

    async def DrawBatch(self, request: pb.DrawBatchRequest, _context: Context) -> pb.DrawBatchResponse:
        """The panels are drawn."""
        await self._draws.draw(request.batch_id, request.secret, request.beacon)
        return pb.DrawBatchResponse(batch=await self._batch(request.batch_id))

    async def GetBatch(self, request: pb.GetBatchRequest, _context: Context) -> pb.GetBatchResponse:
        """A batch and its register entries."""
        batch, ids, entries = await self._draws.get(request.batch_id)
        return pb.GetBatchResponse(batch=say.batch_to(batch, ids), entry_nos=entries)

    async def ListBatches(self, request: pb.ListBatchesRequest, _context: Context) -> pb.ListBatchesResponse:
        """Batches, the newest first."""
        found, token = await self._draws.page(request.pool, request.page_size, request.page_token)
        return pb.ListBatchesResponse(batches=[say.batch_to(one, []) for one in found], next_page_token=token)

    async def ExplainList(self, request: pb.ExplainListRequest, _context: Context) -> pb.ExplainListResponse:
        """Why experts are not on a list."""
        found = await self._draws.explain(request.panel_id)
        return pb.ExplainListResponse(
            eligible=len(found.listed), kept_out=[pb.KeptOut(**one) for one in found.kept_out]
        )

    async def VerifyBatch(self, request: pb.VerifyBatchRequest, _context: Context) -> pb.VerifyBatchResponse:
        """The check anybody can make; for officers the inner one as well."""
        found, panels = await self._draws.verify(request.batch_id)
        inner = await deciding.inner_findings(panels) if current_claim().role == "bureau" else []
        return pb.VerifyBatchResponse(
            step=found.step,
            panel_ids=found.panels,
            findings=[
                pb.DrawFinding(code=one.code, panel_id=one.draw_id, text=one.text) for one in found.findings
            ],
            inner_findings=[
                pb.DrawFinding(code=one.code, panel_id=one.draw_id, text=one.text) for one in inner
            ],
        )

    async def _batch(self, batch_id: str) -> pb.PanelBatch:
        batch, ids, _ = await self._draws.get(batch_id)
        return say.batch_to(batch, ids)
