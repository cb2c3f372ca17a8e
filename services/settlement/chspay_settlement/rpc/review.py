"""Review over gRPC: claims from outside the pool, decisions on them, samples and the warning list."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import review_pb2 as pb
from chspay.settlement.v1 import review_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_kit.convert import date_to_pb, worksheet_to_pb
from chspay_settlement import faults_review as faults
from chspay_settlement.app.quality.checking import rules
from chspay_settlement.app.quality.review import Period, Review, Samples, Shown
from chspay_settlement.engine.quality.outside import Decision, State
from chspay_settlement.engine.quality.sampling import Sampling

NAME = "chspay.settlement.v1.ReviewService"
Context = Any
_STATES = {
    pb.CLAIM_STATE_WAITING: State.WAITING,
    pb.CLAIM_STATE_OVERDUE: State.OVERDUE,
    pb.CLAIM_STATE_CHECKED: State.CHECKED,
    pb.CLAIM_STATE_QUESTIONED: State.QUESTIONED,
}
_STATE_PB = {state: number for number, state in _STATES.items()}
_DECISIONS = {
    pb.CLAIM_DECISION_CHECKED: Decision.CHECKED,
    pb.CLAIM_DECISION_QUESTIONED: Decision.QUESTIONED,
}
_DECISION_PB = {decision.value: number for number, decision in _DECISIONS.items()}


class ReviewServicer(review_pb2_grpc.ReviewServiceServicer):
    """Serves ``ReviewService``."""

    WRITES = frozenset({"DecideClaim"})

    def __init__(self, review: Review, samples: Samples) -> None:
        self._review = review
        self._samples = samples

    async def ListClaims(self, request: pb.ListClaimsRequest, _context: Context) -> pb.ListClaimsResponse:
        """A page of the queue and how many claims are in each state."""
        pool, hospital = request.pool, request.hospital_code
        query = ("review", pool, hospital, request.state)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token) or []
        found = await self._review.claims(pool, hospital, _STATES.get(request.state), after, limit + 1)
        counts = await self._review.counts(pool, hospital)
        shown, token = found[:limit], ""
        if len(found) > limit:
            last = shown[-1].claim
            token = paging.encode(query, [last.received_at.isoformat(), last.list_id])
        return pb.ListClaimsResponse(
            claims=[_claim(one) for one in shown],
            next_page_token=token,
            **{state.value: counts.get(state, 0) for state in State},
        )

    async def DecideClaim(self, request: pb.DecideClaimRequest, _context: Context) -> pb.DecideClaimResponse:
        """Adds a decision."""
        decision = _DECISIONS.get(request.decision)
        if decision is None:
            raise Fault(faults.DECISION_UNKNOWN, field="decision")
        shown = await self._review.decide(request.list_id, request.version, decision, request.reason)
        return pb.DecideClaimResponse(claim=_claim(shown))

    async def GetSampling(self, request: pb.GetSamplingRequest, _context: Context) -> pb.GetSamplingResponse:
        """Rates, shares and the warning list."""
        period = Period.parse(request.first, request.last)
        found = await self._samples.of(request.pool, period, request.hospital_code)
        return pb.GetSamplingResponse(
            rule_set=rules().version,
            period=period.text,
            policy_digest=found.policy.digest,
            institutions=[_sampled(code, one) for code, one in sorted(found.institutions.items())],
        )

    async def DrawSample(self, request: pb.DrawSampleRequest, _context: Context) -> pb.DrawSampleResponse:
        """The lists that are looked at, page by page."""
        period = Period.parse(request.first, request.last)
        found = await self._samples.draw(request.pool, period, request.hospital_code)
        query = ("sample", request.pool, period.text, request.hospital_code)
        limit = paging.size(request.page_size)
        after = paging.decode(query, request.page_token)
        rest = [one for one in found.lists if after is None or one[0] > str(after[0])]
        return pb.DrawSampleResponse(
            period=period.text,
            share=str(found.sampling.share),
            lists=found.sampling.counted.lists,
            drawn=len(found.lists),
            digest=found.digest,
            items=[pb.DrawnList(list_id=list_id, draw=f"{draw:016x}") for list_id, draw in rest[:limit]],
            next_page_token=paging.encode(query, [rest[limit - 1][0]]) if len(rest) > limit else "",
        )


def _claim(shown: Shown) -> pb.Claim:
    claim = shown.claim
    message = pb.Claim(
        list_id=claim.list_id,
        version=claim.version,
        case_id=claim.case_id,
        hospital_code=claim.hospital_code,
        insured_region=claim.insured_region,
        discharge_date=date_to_pb(claim.discharge_date),
        due=date_to_pb(claim.due),
        state=_STATE_PB[claim.state],
    )
    message.received_at.FromDatetime(claim.received_at)
    for one in shown.decisions:
        added = message.decisions.add(
            decision=_DECISION_PB[one.decision], reason=one.reason, decided_by=one.decided_by
        )
        added.decided_at.FromDatetime(one.decided_at)
    return message


def _sampled(hospital_code: str, found: Sampling) -> pb.Sampled:
    return pb.Sampled(
        hospital_code=hospital_code,
        lists=found.counted.lists,
        anomalous=found.anomalous,
        rate=str(found.rate),
        share=str(found.share),
        warned=found.warned,
        worksheet=worksheet_to_pb(found.sheet),
    )
