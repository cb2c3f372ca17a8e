"""Cases of extreme cost 费用极高 that are paid by item: at most a share of each hospital's discharges.

National CHS-DRG (unverified): cost above a multiple of the standard (by level: tertiary 3, secondary 2)
is paid by item, for at most 5 % of the hospital's discharges; if there are more, those with the largest
cost above the standard. A batch decision: it needs all discharges of a hospital.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.model import CaseKind, PricedInput

METHOD, SHARE = "by_item.method", "by_item.share_max"
_HIGH = (CaseKind.HIGH, CaseKind.EXTREME)


@dataclass(frozen=True, slots=True)
class ByItemMethod:
    """A rule that picks cases to be paid by item: marks by hospital and case."""

    name: str
    find: Callable[[Sequence[PricedInput], Pricer, Policy], dict[tuple[str, str], Mark]]
    params: tuple[str, ...] = ()


def top_share(inputs: Sequence[PricedInput], pricer: Pricer, policy: Policy) -> dict[tuple[str, str], Mark]:
    """Of each hospital's high cases those of the largest cost above the standard, no more than
    ``by_item.share_max`` of its discharges (rounded down). Equal ones go by case id."""
    share = fraction(policy, SHARE)
    if share > 1:
        raise broken(policy, SHARE, policy.text(SHARE), "比例不能大于1")
    cite = policy.rule(METHOD).cite
    discharges: dict[str, int] = {}
    above: dict[str, list[tuple[Fraction, str]]] = {}
    for inp in inputs:
        discharges[inp.hospital_code] = discharges.get(inp.hospital_code, 0) + 1
        excess = _excess(inp, pricer)
        if excess is not None:
            above.setdefault(inp.hospital_code, []).append((-excess, inp.case_id))
    found: dict[tuple[str, str], Mark] = {}
    for hospital, cases in above.items():
        most = floor(discharges[hospital] * share)
        for _, case_id in sorted(cases)[:most]:
            found[hospital, case_id] = Mark(MarkKind.BY_ITEM, "", "", cite)
    return found


def _excess(inp: PricedInput, pricer: Pricer) -> Fraction | None:
    """Cost less standard (b·f at the mean point value) of a high case, fen; ``None`` for any other."""
    plan, cost = pricer.plan(inp), inp.cost_fen
    if plan is None or cost is None or cost <= 0 or not plan.edges:
        return None
    band = plan.band(cost)
    if band.kind not in _HIGH:
        return None
    standard = band.basis.base * band.basis.coefficient * pricer.table.overall_mean / pricer.terms.scale
    return cost - standard


BY_ITEM = Registry[ByItemMethod](METHOD)
BY_ITEM.add(ByItemMethod("top_share@1", top_share, (SHARE,)))


def extreme_costs(inputs: Iterable[PricedInput], pricer: Pricer) -> dict[tuple[str, str], Mark]:
    """The cases paid by item under the rule of the place, by ``(hospital_code, case_id)``; none without one.

    The order of ``inputs`` never matters; they are priced as if they had no marks.

    :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
    """
    policy = pricer.terms.policy
    return BY_ITEM.chosen(policy).find(list(inputs), pricer, policy) if policy.has(METHOD) else {}
