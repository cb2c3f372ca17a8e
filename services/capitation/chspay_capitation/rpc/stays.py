"""``StayService`` on the wire."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import ParseDict

from chspay.capitation.v1 import stays_pb2 as pb
from chspay.capitation.v1 import stays_pb2_grpc
from chspay.common.v1 import case_pb2
from chspay_capitation.app.stays import Asked, Stays
from chspay_capitation.store.stays import StoredStay
from chspay_kit.convert import date_from_pb, date_to_pb

SERVICE = "chspay.capitation.v1.StayService"
Context = Any


class StayServicer(stays_pb2_grpc.StayServiceServicer):
    """Serves ``StayService``."""

    WRITES = frozenset({"SettleStay", "ReverseStay"})

    def __init__(self, stays: Stays) -> None:
        self._stays = stays

    async def SettleStay(self, request: pb.SettleStayRequest, _context: Context) -> pb.SettleStayResponse:
        """A stay settled beside those on record."""
        given = request.facts
        found = await self._stays.settle(
            request.pool,
            Asked(
                given.stay_id, given.person_key, given.institution, given.level, given.emergency,
                given.emergency_proof, date_from_pb(given.admitted, "admitted"),
                date_from_pb(given.discharged, "discharged"), given.eligible_fen,
            ),
        )  # fmt: skip
        return pb.SettleStayResponse(
            stay=_to_pb(found.stay), changed=[_to_pb(stay) for stay in found.changed]
        )

    async def ReverseStay(self, request: pb.ReverseStayRequest, _context: Context) -> pb.ReverseStayResponse:
        """A stay taken back."""
        found = await self._stays.reverse(
            request.pool, request.institution, request.stay_id, request.document
        )
        return pb.ReverseStayResponse(
            stay=_to_pb(found.stay), changed=[_to_pb(stay) for stay in found.changed]
        )

    async def ListStays(self, request: pb.ListStaysRequest, _context: Context) -> pb.ListStaysResponse:
        """A person's stays."""
        found = await self._stays.of_person(request.pool, request.person_key)
        return pb.ListStaysResponse(stays=[_to_pb(stay) for stay in found])


def _to_pb(stored: StoredStay) -> pb.PersonStayRecord:
    facts = stored.facts
    return pb.PersonStayRecord(
        facts=pb.StayFacts(
            stay_id=facts.stay_id,
            person_key=facts.person_key,
            institution=facts.institution,
            emergency=facts.emergency,
            emergency_proof=facts.emergency_proof,
            admitted=date_to_pb(facts.admitted),
            discharged=date_to_pb(facts.discharged),
            eligible_fen=facts.eligible_fen,
        ),
        pool=facts.pool,
        level=facts.level,
        community=facts.community,
        member=facts.member,
        member_by=facts.member_by,
        out_of_area=facts.out_of_area,
        reversed_by_document=stored.reversed_by,
        benefits=[
            pb.StayBenefit(
                version=each.version,
                linked_to=each.linked_to,
                deductible_fen=each.deductible_fen,
                surcharged=each.surcharged,
                fund_fen=each.fund_fen,
                cause=each.cause,
                worksheet=ParseDict(each.worksheet, case_pb2.Worksheet()),
            )
            for each in stored.benefits
        ],
        policy_digest=facts.policy_digest,
    )
