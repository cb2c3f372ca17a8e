"""Members' visits 就诊费用: inside or outside the own community, and what of the outside is exempt; pure.

杭州2019征求意见稿 二(二)3: cost outside the own community counts in its budget, less the cost of special
causes (人口迁移、疾病等), each with its proof. 三(二): the lead checks the cost of those it is charged for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chspay_capitation.engine.catchment import Catchment
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell

CAUSES_KEY = "capitation.exempt_causes"

VISIT_SERVICE = Reason(
    "VISIT_SERVICE_UNKNOWN",
    Kind.PRECONDITION,
    "就诊{visit}的服务“{value}”不在包干服务范围表中，请补充政策{field}。",
)
VISIT_TWICE = Reason("VISIT_TWICE", Kind.INVALID, "就诊{value}出现两次。")
VISIT_COST = Reason("VISIT_COST_NEGATIVE", Kind.INVALID, "就诊{visit}的基金列支费用不能小于零：{value}分。")
CLAIM_CAUSE = Reason(
    "EXEMPT_CAUSE_UNKNOWN", Kind.INVALID, "剔除原因“{value}”不在政策的清单中，可用：{known}。"
)
CLAIM_PROOF = Reason("EXEMPT_PROOF_MISSING", Kind.INVALID, "剔除就诊{value}的费用须附证明（{proof}）。")
CLAIM_INSIDE = Reason(
    "EXEMPT_NOT_OUTSIDE", Kind.PRECONDITION, "就诊{value}不是本医共体人员在外的包干费用，不能剔除。"
)
CLAIM_TWICE = Reason("EXEMPT_TWICE", Kind.CONFLICT, "就诊{value}的费用已经申请剔除。")


class Side(StrEnum):
    """Where a visit counts."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NOT_CAPITATED = "not_capitated"
    NOT_MEMBER = "not_member"


class Visit(NamedTuple):
    """One visit: whose, where, when, for what, and what the fund bears of it, fen."""

    visit_id: str
    person_key: str
    institution: str
    day: date
    insurance_type: str
    service: str
    fund_fen: int


class Charged(NamedTuple):
    """A visit with the member's community of that day and the side it counts on."""

    visit: Visit
    community: str
    side: Side


class Claim(NamedTuple):
    """A claim that a visit outside be exempt: the cause, and the document that proves it."""

    visit_id: str
    cause: str
    proof: str


#: A person's days in communities: ``(community, since, until)``, until exclusive.
Membership = Mapping[str, Sequence[tuple[str, date, date]]]


def charge(
    visits: Iterable[Visit], members: Membership, catchment: Catchment, package: Mapping[str, bool]
) -> list[Charged]:
    """Each visit with the community it is charged to.

    An institution of no community is outside of every one. Days removed as invalid heads are still a
    member's days: who spent must not gain by it.

    :raises Fault: VISIT_*.
    """
    found, seen = [], set()
    for visit in visits:
        if visit.visit_id in seen:
            raise Fault(VISIT_TWICE, field="visit_id", value=visit.visit_id)
        seen.add(visit.visit_id)
        if visit.fund_fen < 0:
            raise Fault(VISIT_COST, field="fund_fen", value=visit.fund_fen, visit=visit.visit_id)
        if visit.service not in package:
            raise Fault(VISIT_SERVICE, field="capitation.services", value=visit.service, visit=visit.visit_id)
        own = _own(visit, members)
        found.append(Charged(visit, own, _side(visit, own, catchment, package)))
    return found


def _own(visit: Visit, members: Membership) -> str:
    for community, since, until in members.get(visit.person_key, ()):
        if since <= visit.day < until:
            return community
    return ""


def _side(visit: Visit, own: str, catchment: Catchment, package: Mapping[str, bool]) -> Side:
    if not own:
        return Side.NOT_MEMBER
    if not package[visit.service]:
        return Side.NOT_CAPITATED
    there = catchment.community_of(visit.institution, visit.day)
    return Side.INSIDE if there == own else Side.OUTSIDE


def exempted(
    charged: Iterable[Charged], claims: Iterable[Claim], policy: Policy
) -> list[tuple[Charged, Claim]]:
    """The visits outside whose claims stand.

    :raises Fault: EXEMPT_*: an unknown cause, no proof, a visit that is not charged as outside, or twice.
    """
    causes = read_causes(policy)
    outside = {item.visit.visit_id: item for item in charged if item.side is Side.OUTSIDE}
    found: dict[str, tuple[Charged, Claim]] = {}
    for claim in claims:
        if claim.cause not in causes:
            known = "、".join(causes)
            raise Fault(CLAIM_CAUSE, field="cause", value=claim.cause, known=known)
        if not claim.proof.strip():
            raise Fault(CLAIM_PROOF, field="proof", value=claim.visit_id, proof=causes[claim.cause])
        if claim.visit_id not in outside:
            raise Fault(CLAIM_INSIDE, field="visit_id", value=claim.visit_id)
        if claim.visit_id in found:
            raise Fault(CLAIM_TWICE, field="visit_id", value=claim.visit_id)
        found[claim.visit_id] = (outside[claim.visit_id], claim)
    return list(found.values())


def read_causes(policy: Policy) -> dict[str, str]:
    """The causes that exempt, and the proof each wants.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: dict[str, str] = {}
    for row in policy.table(CAUSES_KEY):
        cause, proof = (cell(policy, CAUSES_KEY, row, name) for name in ("cause", "proof"))
        if not cause or cause in found or not proof:
            raise broken(policy, CAUSES_KEY, row, "cause不能为空或重复，proof不能为空")
        found[cause] = proof
    return found


class Sums(NamedTuple):
    """Cost of one community and insurance, fen."""

    inside_fen: int
    outside_fen: int
    exempt_fen: int


def sums(charged: Iterable[Charged], exempt: Iterable[tuple[Charged, Claim]]) -> dict[tuple[str, str], Sums]:
    """What is charged to each community and insurance."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for item in charged:
        if item.side in (Side.INSIDE, Side.OUTSIDE):
            place = 0 if item.side is Side.INSIDE else 1
            found[item.community, item.visit.insurance_type][place] += item.visit.fund_fen
    for item, _ in exempt:
        found[item.community, item.visit.insurance_type][2] += item.visit.fund_fen
    return {key: Sums(*amounts) for key, amounts in found.items()}
