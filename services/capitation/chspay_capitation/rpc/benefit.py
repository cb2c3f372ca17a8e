"""``BenefitService`` on the wire."""

from __future__ import annotations

from typing import Any

from chspay.capitation.v1 import benefit_pb2 as pb
from chspay.capitation.v1 import benefit_pb2_grpc
from chspay_capitation.app.benefits import Benefits
from chspay_capitation.engine.benefit import Admission
from chspay_capitation.engine.referral import Contract, Referral
from chspay_capitation.store.records import StoredReferral
from chspay_kit.convert import date_from_pb, date_to_pb, worksheet_to_pb

SERVICE = "chspay.capitation.v1.BenefitService"
Context = Any


class BenefitServicer(benefit_pb2_grpc.BenefitServiceServicer):
    """Serves ``BenefitService``."""

    WRITES = frozenset({"PutContract", "PutReferral"})

    def __init__(self, benefits: Benefits) -> None:
        self._benefits = benefits

    async def PutContract(self, request: pb.PutContractRequest, _context: Context) -> pb.PutContractResponse:
        """A new contract."""
        given = request.contract
        until = date_from_pb(given.until, "until") if given.HasField("until") else None
        new = Contract(
            given.contract_no, given.person_key, given.institution, date_from_pb(given.since, "since"), until
        )
        await self._benefits.put_contract(given.pool, new)
        return pb.PutContractResponse(contract=given)

    async def ListContracts(
        self, request: pb.ListContractsRequest, _context: Context
    ) -> pb.ListContractsResponse:
        """A person's contracts."""
        found = await self._benefits.contracts(request.pool, request.person_key)
        return pb.ListContractsResponse(contracts=[_contract_to_pb(request.pool, item) for item in found])

    async def PutReferral(self, request: pb.PutReferralRequest, _context: Context) -> pb.PutReferralResponse:
        """A referral, judged."""
        given = request.referral
        new = Referral(
            given.referral_no, given.person_key, given.from_institution, given.from_level,
            given.to_institution, given.to_level, given.out_of_area, date_from_pb(given.day, "day"),
            given.diagnosis, given.reason,
        )  # fmt: skip
        stored = await self._benefits.put_referral(given.pool, new)
        return pb.PutReferralResponse(referral=_referral_to_pb(given.pool, stored))

    async def ListReferrals(
        self, request: pb.ListReferralsRequest, _context: Context
    ) -> pb.ListReferralsResponse:
        """A person's referrals with their judgements."""
        found = await self._benefits.referrals(request.pool, request.person_key)
        return pb.ListReferralsResponse(referrals=[_referral_to_pb(request.pool, item) for item in found])

    async def SettleStays(self, request: pb.SettleStaysRequest, _context: Context) -> pb.SettleStaysResponse:
        """What one person's stays come to."""
        stays = [_admission(request.person_key, stay) for stay in request.stays]
        found = await self._benefits.settle(request.pool, request.person_key, stays)
        return pb.SettleStaysResponse(
            stays=[
                pb.SettledStay(
                    stay_id=item.stay_id,
                    linked_to=item.linked_to,
                    deductible_fen=item.deductible_fen,
                    surcharged=item.surcharged,
                    fund_fen=item.fund_fen,
                    worksheet=worksheet_to_pb(item.sheet),
                )
                for item in found.stays
            ],
            policy_digest=found.policy_digest,
        )


def _admission(person_key: str, stay: pb.Stay) -> Admission:
    return Admission(
        stay.stay_id, person_key, stay.institution, stay.level, stay.community, stay.member, stay.out_of_area,
        stay.emergency, date_from_pb(stay.admitted, "admitted"), date_from_pb(stay.discharged, "discharged"),
        stay.eligible_fen,
    )  # fmt: skip


def _contract_to_pb(pool: str, item: Contract) -> pb.Contract:
    message = pb.Contract(
        contract_no=item.contract_no,
        pool=pool,
        person_key=item.person_key,
        institution=item.institution,
        since=date_to_pb(item.since),
    )
    if item.until is not None:
        message.until.CopyFrom(date_to_pb(item.until))
    return message


def _referral_to_pb(pool: str, stored: StoredReferral) -> pb.Referral:
    item = stored.referral
    return pb.Referral(
        referral_no=item.referral_no,
        pool=pool,
        person_key=item.person_key,
        from_institution=item.from_institution,
        from_level=item.from_level,
        to_institution=item.to_institution,
        to_level=item.to_level,
        out_of_area=item.out_of_area,
        day=date_to_pb(item.day),
        diagnosis=item.diagnosis,
        reason=item.reason,
        called_for=stored.called_for,
        code=stored.code,
        text=stored.told,
        until=date_to_pb(stored.until),
        citation=stored.citation,
    )
