"""Family-doctor contracts, referrals, and what a stay costs the insured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from chspay_capitation.app.access import may
from chspay_capitation.clients import Rulebook
from chspay_capitation.engine.benefit import Admission, Settled, settle_stays
from chspay_capitation.engine.referral import Contract, Judgement, Referral, check_contract, judge
from chspay_capitation.store import records
from chspay_capitation.store.records import StoredReferral
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy

RECORD_TAKEN = Reason("BENEFIT_RECORD_TAKEN", Kind.CONFLICT, "编号“{value}”已经使用；更正请用新的编号。")
RECORD_EMPTY = Reason("BENEFIT_RECORD_EMPTY", Kind.INVALID, "“{field}”没有填写。")
LEVEL_WRONG = Reason("BENEFIT_LEVEL_WRONG", Kind.INVALID, "“{field}”应为1至3级，收到{value}。")
NO_STAYS = Reason("BENEFIT_NO_STAYS", Kind.INVALID, "没有一次住院。")


class SettledStays(NamedTuple):
    """Settled stays and the digest of the policy they were settled by."""

    stays: list[Settled]
    policy_digest: str


class Benefits:
    """Records and benefits of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def put_contract(self, pool: str, new: Contract) -> Contract:
        """A new contract; one a day for each person.

        :raises Fault: CONTRACT_*, BENEFIT_RECORD_*.
        """
        claim = may(pool, "bureau")
        _filled(new, ("contract_no", "person_key", "institution"))
        await records.lock_person(new.person_key)
        check_contract(new, await records.contracts(pool, new.person_key))
        if not await records.put_contract(pool, new, claim.subject):
            raise Fault(RECORD_TAKEN, field="contract_no", value=new.contract_no)
        return new

    async def contracts(self, pool: str, person_key: str) -> list[Contract]:
        """A person's contracts by day."""
        may(pool, "bureau", "service")
        return await records.contracts(pool, person_key)

    async def put_referral(self, pool: str, new: Referral) -> StoredReferral:
        """A referral, judged by the policy of its day.

        :raises Fault: REFERRAL_*, BENEFIT_RECORD_*, BENEFIT_LEVEL_WRONG, POLICY_*.
        """
        claim = may(pool, "bureau")
        _filled(new, ("referral_no", "person_key", "from_institution", "to_institution", "diagnosis"))
        for name in ("from_level", "to_level"):
            if getattr(new, name) not in (1, 2, 3):
                raise Fault(LEVEL_WRONG, field=name, value=getattr(new, name))
        policy = await self._rulebook.policy(pool, new.day)
        judged = judge(new, policy)
        citation = policy.citation(judged.rule)
        if not await records.put_referral(pool, new, judged, citation, claim.subject):
            raise Fault(RECORD_TAKEN, field="referral_no", value=new.referral_no)
        return StoredReferral(new, judged.called_for, judged.code, judged.text, judged.until, citation)

    async def referrals(self, pool: str, person_key: str) -> list[StoredReferral]:
        """A person's referrals by day."""
        may(pool, "bureau", "service")
        return await records.referrals(pool, person_key)

    async def settle(self, pool: str, person_key: str, stays: Sequence[Admission]) -> SettledStays:
        """A person's stays with the referrals on record, by the policy of the last admission.

        :raises Fault: BENEFIT_*, POLICY_*.
        """
        may(pool, "bureau", "service")
        if not stays:
            raise Fault(NO_STAYS, field="stays")
        policy = await self._rulebook.policy(pool, stays[-1].admitted)
        judged = [
            (stored.referral, _judged(stored, policy)) for stored in await records.referrals(pool, person_key)
        ]
        return SettledStays(settle_stays(stays, judged, policy), policy.digest)


def _judged(stored: StoredReferral, policy: Policy) -> Judgement:
    """The judgement as it was made then; the rules of today do not change it."""
    until: date = stored.until
    rule = policy.rule("benefit.level_catalogue")
    return Judgement(stored.called_for, stored.code, stored.told, until, rule)


def _filled(record: Contract | Referral, names: Sequence[str]) -> None:
    for name in names:
        if not getattr(record, name).strip():
            raise Fault(RECORD_EMPTY, field=name)
