"""Group statistics, stability and base points, in exact integers.

The steps for one group: trim the costs at the low and high multiples of the mean; the group is stable
when what is kept passes the policy's test; if not, trim what is kept once more and test again. The
high multiple depends on base points, which depend on the mean: the mean of all cases of the group
decides the first tier, the mean of the kept cases the next. A stable group's base points come from
the mean of its kept cases, an unstable group's from the median of all its cases.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction
from operator import mul

from chspay_core.amounts import MICRO, divide_half_up, round_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_settlement.engine.model import Group, GroupTable, PricedInput
from chspay_settlement.engine.terms import Terms

NOTHING_TO_MEASURE = Reason(
    "NOTHING_TO_MEASURE", Kind.PRECONDITION, "没有可用于测算的入组病例，无法计算基准点数。"
)
GROUPED = "grouped"
MAX_TRIMS = 2
_CV_CONTEXT = Context(prec=28)


def measure(inputs: Iterable[PricedInput], policy: Policy) -> GroupTable:
    """The group figures of these cases; per-diem, ungrouped and excluded cases are left out.

    The order of the input never matters.

    :raises Fault: NOTHING_TO_MEASURE, or a policy fault naming key, place and day.
    """
    terms = Terms.read(policy)
    costs: dict[str, list[int]] = {}
    per_diem = terms.per_diem
    for inp in inputs:
        cost = inp.cost_fen
        if inp.status == GROUPED and cost is not None and cost > 0 and inp.department not in per_diem:
            found = costs.get(inp.drg)
            if found is None:
                costs[inp.drg] = [cost]
            else:
                found.append(cost)
    return measure_costs(costs, terms)


def measure_costs(costs: dict[str, list[int]], terms: Terms) -> GroupTable:
    """The group figures from the costs (fen, above zero) of each group; the lists are sorted in place."""
    all_cases = sum(map(len, costs.values()))
    if all_cases == 0:
        raise Fault(NOTHING_TO_MEASURE)
    all_cost = sum(map(sum, costs.values()))
    overall = Fraction(all_cost, all_cases)
    groups = []
    for drg, found in costs.items():
        found.sort()
        groups.append(_measure_group(drg, found, overall, terms))
    return GroupTable.of(all_cost, all_cases, groups)


def _measure_group(drg: str, costs: list[int], overall: Fraction, terms: Terms) -> Group:
    """The figures of one group; ``costs`` sorted, at least one."""
    kept = costs
    total = sum(kept)
    squares = 0
    stable = False
    trims = 0
    while not stable and trims < MAX_TRIMS and kept:
        mean = Fraction(total, len(kept))
        multiple = terms.tier(rounded_base(mean, overall, terms)).multiple
        low_top, high_from = terms.limits(mean, multiple)
        kept = kept[bisect_right(kept, low_top) : bisect_left(kept, high_from)]
        total, squares = sum(kept), sum(map(mul, kept, kept))
        trims += 1
        stable = terms.stable(len(kept), total, squares)
    median_twice = costs[(len(costs) - 1) // 2] + costs[len(costs) // 2]
    typical = Fraction(total, len(kept)) if stable else Fraction(median_twice, 2)
    base = rounded_base(typical, overall, terms)
    return Group(
        drg=drg,
        cases=len(costs),
        kept=len(kept),
        trims=trims,
        cost_sum_fen=total,
        median_twice_fen=median_twice,
        stable=stable,
        cv_display=_cv_display(len(kept), total, squares, terms.sample),
        base_micro=_micro(base),
        high_multiple=terms.tier(base).text,
    )


def rounded_base(typical: Fraction, overall: Fraction, terms: Terms) -> Fraction:
    """Base points of a typical cost (fen), rounded once to the policy's places."""
    exact = terms.base.exact(typical, overall, terms.scale)
    unit = 10**terms.places
    return Fraction(divide_half_up(exact.numerator * unit, exact.denominator), unit)


def _micro(points: Fraction) -> int:
    return points.numerator * MICRO // points.denominator


def _cv_display(n: int, total: int, squares: int, sample: bool) -> str:
    """The coefficient of variation to 4 places, for people; the test itself never takes a root."""
    if total <= 0 or (sample and n < 2):
        return ""
    spread = (n * squares - total * total) * (n if sample else 1)
    ratio = _CV_CONTEXT.divide(Decimal(spread), Decimal(total * total * (n - 1 if sample else 1)))
    return format(round_half_up(_CV_CONTEXT.sqrt(ratio), 4), "f")
