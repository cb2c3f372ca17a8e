"""Group statistics, stability and base points, in exact integers.

The steps for one group: trim the costs at the low and high multiples of the mean; the group is stable
when what is kept passes the policy's test; if not, trim what is kept once more and test again. The
high multiple depends on base points, which depend on the mean: the mean of all cases of the group
decides the first tier, the mean of the kept cases the next. A stable group's base points come from
the mean of its kept cases, an unstable group's from the median of all its cases.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.measuring import rounded_base
from chspay_core.policy import Policy
from chspay_core.statistics import Kept, Totals, cv_display, median_twice, totals, trim_until_stable
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.model import Group, GroupSums, GroupTable, PricedInput

NOTHING_TO_MEASURE = Reason(
    "NOTHING_TO_MEASURE", Kind.PRECONDITION, "没有可用于测算的入组病例，无法计算基准点数。"
)


def measure(inputs: Iterable[PricedInput], policy: Policy) -> GroupTable:
    """The group figures of these cases; per-diem, ungrouped and excluded cases are left out.

    The order of the input never matters.

    :raises Fault: NOTHING_TO_MEASURE, or a policy fault naming key, place and day.
    """
    terms = Terms.read(policy)
    costs: dict[str, list[int]] = {}
    per_diem, measured = terms.per_diem, terms.measured
    for inp in inputs:
        cost = inp.cost_fen
        if inp.status in measured and cost is not None and cost > 0 and inp.department not in per_diem:
            found = costs.get(inp.drg)
            if found is None:
                costs[inp.drg] = [cost]
            else:
                found.append(cost)
    for group in costs.values():
        group.sort()
    return measure_costs(costs, terms)


def measure_costs(costs: Mapping[str, Sequence[int]], terms: Terms, add: Totals = totals) -> GroupTable:
    """The group figures from the sorted costs (fen, above zero) of each group.

    :param add: adds up costs that are held in another way than as a list; exact.
    """
    all_cases = sum(map(len, costs.values()))
    if all_cases == 0:
        raise Fault(NOTHING_TO_MEASURE)
    added = {drg: add(found) for drg, found in costs.items()}
    all_cost = sum(total for total, _ in added.values())
    overall = Fraction(all_cost, all_cases)
    groups, sums = [], []
    for drg, found in costs.items():
        group, kept = _measure_group(drg, found, overall, terms, add)
        groups.append(group)
        sums.append(_sums(drg, found, added[drg], kept))
    return replace(GroupTable.of(all_cost, all_cases, groups), sums=tuple(sums))


def _sums(drg: str, costs: Sequence[int], added: tuple[int, int], kept: Kept) -> GroupSums:
    middle = int(costs[(len(costs) - 1) // 2])
    return GroupSums(
        drg=drg,
        cases=len(costs),
        total_fen=added[0],
        squares=added[1],
        kept_start=kept.start,
        kept_above_fen=int(costs[kept.start - 1]) if kept.start else 0,
        kept=kept.n,
        kept_fen=kept.total,
        kept_squares=kept.squares,
        middle_fen=middle,
        below_middle=bisect_left(costs, middle),
    )


def _measure_group(
    drg: str, costs: Sequence[int], overall: Fraction, terms: Terms, add: Totals
) -> tuple[Group, Kept]:
    """The figures of one group, and what was kept of it; ``costs`` sorted, at least one."""

    def limits(kept: Sequence[int], total: int) -> tuple[int, int]:
        return terms.outlier.limits_around(total, len(kept), overall, terms)

    kept = trim_until_stable(costs, limits, terms.stable, add)
    twice = median_twice(costs)
    typical = Fraction(kept.total, kept.n) if kept.stable else Fraction(twice, 2)
    base = rounded_base(typical, overall, terms)
    group = Group(
        drg=drg,
        cases=len(costs),
        kept=kept.n,
        trims=kept.trims,
        cost_sum_fen=kept.total,
        median_twice_fen=twice,
        stable=kept.stable,
        cv_display=cv_display(kept.n, kept.total, kept.squares, terms.sample),
        base_micro=_micro(base),
        high_multiple=terms.outlier.tier(base).text,
    )
    return group, kept


def _micro(points: Fraction) -> int:
    return points.numerator * MICRO // points.denominator
