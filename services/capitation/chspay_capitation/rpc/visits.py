"""``VisitService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.capitation.v1 import capitation_pb2, visits_pb2_grpc
from chspay.capitation.v1 import visits_pb2 as pb
from chspay_capitation.app.visits import Visits
from chspay_capitation.engine.visits import Claim
from chspay_capitation.store.visits import StoredVisit
from chspay_kit.convert import date_to_pb

SERVICE = "chspay.capitation.v1.VisitService"
Context = Any


class VisitServicer(visits_pb2_grpc.VisitServiceServicer):
    """Serves ``VisitService``."""

    WRITES = frozenset({"PutVisits", "PutExemption"})

    def __init__(self, visits: Visits) -> None:
        self._visits = visits

    async def PutVisits(self, request: pb.PutVisitsRequest, _context: Context) -> pb.PutVisitsResponse:
        """A file of visits."""
        return pb.PutVisitsResponse(**await self._visits.put(request.attribution_id, request.content))

    async def PutExemption(
        self, request: pb.PutExemptionRequest, _context: Context
    ) -> pb.PutExemptionResponse:
        """An exemption with its proof."""
        claim = Claim(request.visit_id, request.cause, request.proof)
        return pb.PutExemptionResponse(visit=_to_pb(await self._visits.exempt(request.attribution_id, claim)))

    async def ListMemberVisits(
        self, request: pb.ListMemberVisitsRequest, _context: Context
    ) -> pb.ListMemberVisitsResponse:
        """A page of the members' visits of a community."""
        found, token = await self._visits.page(
            request.attribution_id, request.community, request.page_size, request.page_token
        )
        return pb.ListMemberVisitsResponse(visits=[_to_pb(item) for item in found], next_page_token=token)

    async def GetMemberCosts(
        self, request: pb.GetMemberCostsRequest, _context: Context
    ) -> pb.GetMemberCostsResponse:
        """What the visits come to."""
        rows = await self._visits.costs(request.attribution_id, request.community)
        return pb.GetMemberCostsResponse(
            costs=[
                capitation_pb2.MemberCost(
                    insurance_type=kind, inside_fen=inside, outside_fen=outside, exempt_fen=exempt
                )
                for kind, inside, outside, exempt in rows
            ]
        )


def _to_pb(stored: StoredVisit) -> pb.MemberVisit:
    visit = stored.charged.visit
    return pb.MemberVisit(
        visit_id=visit.visit_id,
        person_key=visit.person_key,
        institution=visit.institution,
        day=date_to_pb(visit.day),
        insurance_type=visit.insurance_type,
        service=visit.service,
        fund_fen=visit.fund_fen,
        community=stored.charged.community,
        side=stored.charged.side.value,
        cause=stored.cause,
        proof=stored.proof,
        struck_by=stored.struck_by,
    )
