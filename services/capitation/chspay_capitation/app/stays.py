"""Stays settled one by one as hospitals ask for them, and taken back; what others come to by it follows.

What stands is at any time what the engine makes of a person's standing stays in their order with the
referrals on record: whoever writes takes the person's lock, so one deductible is never charged twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from chspay_capitation.app.access import may
from chspay_capitation.app.judged import judged_by
from chspay_capitation.app.members import members_of
from chspay_capitation.clients import Registered, Registry, Rulebook
from chspay_capitation.engine.benefit import Settled, settle_stays
from chspay_capitation.engine.referral import Contract
from chspay_capitation.store import attributions, records, stays
from chspay_capitation.store.scope import act_as
from chspay_capitation.store.stays import Benefit, Facts, StoredStay
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import choice
from chspay_core.regions import check_code, prefix
from chspay_kit.auth import Claim, current_claim, service_claim

MEMBER_KEY = "benefit.member_by"

STAY_TAKEN = Reason(
    "BENEFIT_STAY_TAKEN", Kind.CONFLICT, "住院“{value}”已经结算；更正请先撤销，再用新的编号。"
)
STAY_UNKNOWN = Reason("BENEFIT_STAY_UNKNOWN", Kind.NOT_FOUND, "没有住院“{value}”的结算。")
STAY_REVERSED = Reason("BENEFIT_STAY_REVERSED", Kind.PRECONDITION, "住院“{value}”的结算已经撤销。")
STAY_EMPTY = Reason("BENEFIT_STAY_EMPTY", Kind.INVALID, "“{field}”没有填写。")
STAY_PROOF = Reason("BENEFIT_EMERGENCY_PROOF", Kind.INVALID, "急诊住院须写明证明材料（{field}）。")
STAY_LEVEL = Reason(
    "BENEFIT_LEVEL_REGISTERED", Kind.INVALID, "机构{value}已登记，等级以登记为准，不接受另行给出的等级。"
)
INSTITUTION_UNREGISTERED = Reason(
    "BENEFIT_INSTITUTION_UNREGISTERED",
    Kind.PRECONDITION,
    "机构{value}在{day}没有登记为定点机构；统筹区外的机构由经办机构写明等级后办理。",
)
ATTRIBUTION_NONE = Reason(
    "BENEFIT_ATTRIBUTION_NONE",
    Kind.PRECONDITION,
    "统筹区{value}在{day}没有完成的归属计算，不能确定所属医共体。",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a hospital says of a stay; level 0 leaves it to the registry."""

    stay_id: str
    person_key: str
    institution: str
    level: int
    emergency: bool
    emergency_proof: str
    admitted: date
    discharged: date
    eligible_fen: int


class Outcome(NamedTuple):
    """A stay as it stands now, and the other stays that come to something else by it."""

    stay: StoredStay
    changed: list[StoredStay]


class Stays:
    """Stays of every person; a hospital settles and sees its own."""

    def __init__(self, rulebook: Rulebook, registry: Registry) -> None:
        self._rulebook, self._registry = rulebook, registry

    async def settle(self, pool: str, asked: Asked) -> Outcome:
        """Settles a stay beside those on record and keeps it.

        :raises Fault: BENEFIT_*, POLICY_*, ROLE_DENIED, REGION_DENIED, INSTITUTION_DENIED.
        """
        claim = _party(pool, asked.institution)
        _check(asked)
        level, community, out_of_area = await self._place(claim, pool, asked)
        policy = await self._rulebook.policy(pool, asked.admitted)
        await act_as(service_claim("capitation", prefix(pool)))
        await records.lock_person(asked.person_key)
        member, member_by = await self._member(pool, asked, community, policy)
        new = Facts(
            asked.institution, asked.stay_id, pool, asked.person_key, level, community, member, member_by,
            out_of_area, asked.emergency, asked.emergency_proof.strip(), asked.admitted, asked.discharged,
            asked.eligible_fen, policy.digest,
        )  # fmt: skip
        if not await stays.put(new, claim.subject):
            raise Fault(STAY_TAKEN, field="stay_id", value=asked.stay_id)
        return await self._outcome(claim, new, "结算")

    async def reverse(self, pool: str, institution: str, stay_id: str, document: str) -> Outcome:
        """Takes a stay back; what was one admission with it is worked out anew.

        :raises Fault: BENEFIT_STAY_*, and as :meth:`settle`.
        """
        claim = _party(pool, institution)
        if not document.strip():
            raise Fault(STAY_EMPTY, field="document")
        await act_as(service_claim("capitation", prefix(pool)))
        person_key = await stays.person_of(pool, institution, stay_id)
        if person_key is None:
            raise Fault(STAY_UNKNOWN, field="stay_id", value=stay_id)
        await records.lock_person(person_key)
        known = {stay.facts.name: stay for stay in await stays.of_person(pool, person_key)}
        stored = known[f"{institution}/{stay_id}"]
        if stored.reversed_by:
            raise Fault(STAY_REVERSED, field="stay_id", value=stay_id)
        await stays.reverse(stored.facts, document.strip(), claim.subject)
        return await self._outcome(claim, stored.facts, f"撤销{stored.facts.name}：{document.strip()}")

    async def of_person(self, pool: str, person_key: str) -> list[StoredStay]:
        """A person's stays with everything worked out for them; a hospital sees its own."""
        claim = current_claim()
        if claim.role != "hospital":
            may(pool, "bureau", "service")
        return await stays.of_person(pool, person_key)

    async def refresh(self, pool: str, person_key: str, cause: str, by: str) -> list[StoredStay]:
        """Works a person's standing stays out again; those that come to something else get a new version.

        The caller holds the person's lock and may see all stays.
        """
        known = await stays.of_person(pool, person_key)
        standing = [stay for stay in known if not stay.reversed_by]
        if not standing:
            return []
        policies = [
            await self._rulebook.sealed(stay.facts.policy_digest, stay.facts.admitted) for stay in standing
        ]
        referrals = judged_by(await records.referrals(pool, person_key), policies[-1])
        found = settle_stays([stay.facts.admission for stay in standing], referrals, policies)
        changed = []
        for stay, settled in zip(standing, found, strict=True):
            if stay.benefits and stay.benefits[-1].same(settled):
                continue
            fresh = _benefit(settled, len(stay.benefits) + 1, cause)
            await stays.put_benefit(stay.facts, fresh, by)
            changed.append(replace(stay, benefits=[*stay.benefits, fresh]))
        return changed

    async def _outcome(self, claim: Claim, of: Facts, cause: str) -> Outcome:
        changed = await self.refresh(of.pool, of.person_key, cause, claim.subject)
        known = {stay.facts.name: stay for stay in await stays.of_person(of.pool, of.person_key)}
        others = [stay for stay in changed if stay.facts.name != of.name]
        if claim.role == "hospital":
            others = [stay for stay in others if stay.facts.institution == claim.institution]
        return Outcome(known[of.name], others)

    async def _place(self, claim: Claim, pool: str, asked: Asked) -> tuple[int, str, bool]:
        """Level, community and whether out of the area, as registered on the day of admission."""
        found: Registered | None = await self._registry.on(asked.institution, asked.admitted)
        if found is None:
            if claim.role == "hospital" or not asked.level:
                raise Fault(
                    INSTITUTION_UNREGISTERED, field="institution", value=asked.institution, day=asked.admitted
                )
            return asked.level, "", True
        if asked.level:
            raise Fault(STAY_LEVEL, field="level", value=asked.institution)
        if found.pool != pool:
            return found.level, "", True
        return found.level, found.community, False

    async def _member(self, pool: str, asked: Asked, community: str, policy: Policy) -> tuple[bool, str]:
        """Whether the person belongs to the hospital's community on the day, and how that was found."""
        if not community:
            return False, ""
        way = choice(policy, MEMBER_KEY, "contract", "attribution")
        if way == "attribution":
            run = await attributions.of_day(pool, asked.admitted)
            if run is None:
                raise Fault(ATTRIBUTION_NONE, field=MEMBER_KEY, value=pool, day=asked.admitted)
            spans = (await members_of(run, {asked.person_key})).get(asked.person_key, [])
            own = [name for name, since, until in spans if since <= asked.admitted < until]
            return community in own, run.attribution_id
        held = _held(await records.contracts(pool, asked.person_key), asked.admitted)
        if held is None:
            return False, ""
        signed = await self._registry.on(held.institution, asked.admitted)
        return signed is not None and signed.community == community, held.contract_no


def _held(contracts: Sequence[Contract], day: date) -> Contract | None:
    held = (item for item in contracts if item.since <= day and (item.until is None or day < item.until))
    return next(held, None)


def _party(pool: str, institution: str) -> Claim:
    """The caller: a hospital for itself, whatever pool insures; a bureau for its pools."""
    claim = current_claim()
    claim.require_role("bureau", "hospital")
    check_code(pool, "统筹区")
    if claim.role == "bureau":
        claim.require_region(pool)
    claim.require_institution(institution)
    return claim


def _check(asked: Asked) -> None:
    for name in ("stay_id", "person_key", "institution"):
        if not getattr(asked, name).strip():
            raise Fault(STAY_EMPTY, field=name)
    if asked.emergency and not asked.emergency_proof.strip():
        raise Fault(STAY_PROOF, field="emergency_proof")


def _benefit(settled: Settled, version: int, cause: str) -> Benefit:
    return Benefit(
        version, settled.linked_to, settled.deductible_fen, settled.surcharged, settled.fund_fen, cause,
        settled.sheet.to_json(),
    )  # fmt: skip
