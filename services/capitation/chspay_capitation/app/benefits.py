"""Family-doctor contracts, referrals, and what a stay costs the insured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chspay_capitation.app.access import may
from chspay_capitation.app.judged import judged_by
from chspay_capitation.app.sent import placed
from chspay_capitation.app.stays import Stays
from chspay_capitation.clients import Registry, Rulebook
from chspay_capitation.engine.benefit import Admission, Settled, settle_stays
from chspay_capitation.engine.referral import Contract, Referral, check_contract, judge
from chspay_capitation.store import records
from chspay_capitation.store.records import StoredReferral
from chspay_core.errors import Fault, Kind, Reason

RECORD_TAKEN = Reason("BENEFIT_RECORD_TAKEN", Kind.CONFLICT, "编号“{value}”已经使用；更正请用新的编号。")
RECORD_EMPTY = Reason("BENEFIT_RECORD_EMPTY", Kind.INVALID, "“{field}”没有填写。")
NO_STAYS = Reason("BENEFIT_NO_STAYS", Kind.INVALID, "没有一次住院。")


class SettledStays(NamedTuple):
    """Settled stays and the digest of the policy they were settled by."""

    stays: list[Settled]
    policy_digest: str


class Benefits:
    """Records and benefits of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook, registry: Registry, timeline: Stays) -> None:
        self._rulebook, self._registry, self._timeline = rulebook, registry, timeline

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

    async def put_referral(self, pool: str, asked: Referral) -> StoredReferral:
        """A referral, judged by the policy of its day and the registry; stays on record follow it.

        :raises Fault: REFERRAL_*, BENEFIT_RECORD_*, BENEFIT_LEVEL_WRONG, POLICY_*.
        """
        claim = may(pool, "bureau")
        _filled(asked, ("referral_no", "person_key", "from_institution", "to_institution", "diagnosis"))
        new = await placed(self._registry, pool, asked)
        policy = await self._rulebook.policy(pool, new.day)
        judged = judge(new, policy)
        citation = policy.citation(judged.rule)
        await records.lock_person(new.person_key)
        if not await records.put_referral(pool, new, judged, citation, claim.subject):
            raise Fault(RECORD_TAKEN, field="referral_no", value=new.referral_no)
        # A referral noted after the stays it joins makes them one admission all the same.
        await self._timeline.refresh(pool, new.person_key, f"转诊{new.referral_no}", claim.subject)
        return StoredReferral(new, judged.called_for, judged.code, judged.text, judged.until, citation)

    async def referrals(self, pool: str, person_key: str) -> list[StoredReferral]:
        """A person's referrals by day."""
        may(pool, "bureau", "service")
        return await records.referrals(pool, person_key)

    async def settle(self, pool: str, person_key: str, stays: Sequence[Admission]) -> SettledStays:
        """A person's stays with the referrals on record, each by the policy of its admission; kept nowhere.

        :raises Fault: BENEFIT_*, POLICY_*.
        """
        may(pool, "bureau", "service")
        if not stays:
            raise Fault(NO_STAYS, field="stays")
        policies = [await self._rulebook.policy(pool, stay.admitted) for stay in stays]
        judged = judged_by(await records.referrals(pool, person_key), policies[-1])
        return SettledStays(settle_stays(stays, judged, policies), policies[-1].digest)


def _filled(record: Contract | Referral, names: Sequence[str]) -> None:
    for name in names:
        if not getattr(record, name).strip():
            raise Fault(RECORD_EMPTY, field=name)
