"""Weights from columns of cases, in exact integers and fractions.

For one group: trim its cases of all years together, test for stability, trim once more if the test fails.
A stable group's typical cost is the mean of its kept cases over the years, an unstable group's the median
of all its cases. The weight is typical cost ÷ mean of all cases, both by the same reading of the years;
the mean of all cases is untrimmed, as in settlement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np

from chspay_core.amounts import divide_half_up, largest_remainder
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.statistics import Kept, Limits, cv_display, median_twice, trim_until_stable
from chspay_grouper.engine.weights.cases import UNKNOWN, Columns, Ints, WeightKind
from chspay_grouper.engine.weights.methods import YearSum
from chspay_grouper.engine.weights.model import PARTS, GroupWeight, LevelWeight, Measured
from chspay_grouper.engine.weights.terms import WeightTerms

ADJUST_UNKNOWN = Reason(
    "WEIGHTS_ADJUST_UNKNOWN", Kind.PRECONDITION, "调整系数表中的病组“{value}”没有可测算的病例，请核对编码。"
)
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Columns ordered by group and cost, and where each group begins."""

    columns: Columns
    edges: list[int]


def measure_weights(columns: Columns, terms: WeightTerms) -> Measured:
    """The weight of every group of these cases; the order of the cases never matters.

    :raises Fault: WEIGHTS_ADJUST_UNKNOWN, WEIGHTS_NO_CASES.
    """
    held = _sort(columns)
    inpatient = np.array([kind is not WeightKind.PER_DIEM for kind, _ in columns.names])[held.columns.group]
    overall_years = _years(terms, held.columns.back[inpatient], held.columns.cost[inpatient])
    overall = terms.years.mean(overall_years) if overall_years else Fraction(0)
    if overall == 0:
        # Bed-days have no price of their own: they are measured against the mean of all cases.
        raise Fault(_NO_MEAN)
    groups = []
    for place, (kind, code) in enumerate(columns.names):
        part = slice(held.edges[place], held.edges[place + 1])
        make = _per_diem if kind is WeightKind.PER_DIEM else _group
        groups.append(make(held.columns, part, (kind, code), overall, terms))
    groups.sort(key=lambda group: (group.kind, group.code))
    return _adjust(groups, overall_years, overall, terms)


_NO_MEAN = Reason(
    "WEIGHTS_NO_MEAN", Kind.PRECONDITION, "没有按病组计费的病例，无法得到全部病例的平均费用，不能测算权重。"
)


def _sort(columns: Columns) -> _Sorted:
    order = np.lexsort((columns.cost, columns.group))
    held = replace(
        columns,
        group=columns.group[order],
        cost=columns.cost[order],
        back=columns.back[order],
        days=columns.days[order],
        level=columns.level[order],
        fees=None if columns.fees is None else columns.fees[order],
    )
    edges = np.searchsorted(held.group, np.arange(len(columns.names) + 1)).tolist()
    return _Sorted(held, edges)


def _years(terms: WeightTerms, back: Ints, cost: Ints, n: Ints | None = None) -> tuple[YearSum, ...]:
    """Sums by year, oldest first; years without cases are not there. ``n`` counts cases unless given."""
    found = []
    for year in sorted(terms.year_weights or {0: ONE}, reverse=True):
        chosen = back == year
        number = int(chosen.sum()) if n is None else int(n[chosen].sum())
        if number:
            weight = terms.year_weights.get(year, ONE)
            found.append(YearSum(year, weight, int(cost[chosen].sum()), number))
    return tuple(found)


def _group(
    columns: Columns, part: slice, name: tuple[WeightKind, str], overall: Fraction, terms: WeightTerms
) -> GroupWeight:
    costs: list[int] = columns.cost[part].tolist()
    kept = trim_until_stable(costs, _limits(terms, overall), terms.stable)
    inner = slice(part.start + kept.start, part.start + kept.stop)
    years = _years(terms, columns.back[inner], columns.cost[inner])
    twice = median_twice(costs)
    typical = terms.years.mean(years) if kept.stable else Fraction(twice, 2)
    primary = _primary(columns, part, name[1], kept, terms)
    exact = terms.base.exact(typical, overall, ONE)
    levels, why = _levels(columns, inner, kept, primary, exact, terms)
    return GroupWeight(
        kind=name[0],
        code=name[1],
        cases=len(costs),
        kept=kept.n,
        trims=kept.trims,
        stable=kept.stable,
        cv_display=cv_display(kept.n, kept.total, kept.squares, terms.sample),
        years=years,
        median_twice_fen=twice,
        typical=typical,
        exact=exact,
        factor=ONE,
        measured_units=0,
        units=0,
        points_units=0,
        no_coefficient=primary,
        levels=levels,
        level_reason=why,
        part_units=None,
        part_sums=_parts(columns, inner if kept.stable else part, terms),
    )


def _per_diem(
    columns: Columns, part: slice, name: tuple[WeightKind, str], overall: Fraction, terms: WeightTerms
) -> GroupWeight:
    """Mean cost per bed-day over the mean of all cases; neither trimmed nor tested (no text asks for it)."""
    years = _years(terms, columns.back[part], columns.cost[part], columns.days[part])
    typical = terms.years.mean(years)
    cases = part.stop - part.start
    return GroupWeight(
        kind=name[0],
        code=name[1],
        cases=cases,
        kept=cases,
        trims=0,
        stable=True,
        cv_display="",
        years=years,
        median_twice_fen=0,
        typical=typical,
        exact=terms.base.exact(typical, overall, ONE),
        factor=ONE,
        measured_units=0,
        units=0,
        points_units=0,
        no_coefficient=False,
        levels=(),
        level_reason="",
        part_units=None,
        part_sums=_parts(columns, part, terms),
    )


def _limits(terms: WeightTerms, overall: Fraction) -> Limits | None:
    return terms.trim(overall, terms)


def _primary(columns: Columns, part: slice, code: str, kept: Kept, terms: WeightTerms) -> bool:
    rule = terms.primary
    if rule.steady is None:
        return code in rule.listed
    level = columns.level[part]
    low = int(((level != UNKNOWN) & (level <= rule.level_max)).sum())
    enough = low * rule.share_min.denominator >= rule.share_min.numerator * len(level)
    return enough and kept.n > 0 and rule.steady(kept.n, kept.total, kept.squares)


def _levels(
    columns: Columns, inner: slice, kept: Kept, primary: bool, exact: Fraction, terms: WeightTerms
) -> tuple[tuple[LevelWeight, ...], str]:
    """A weight per level that keeps the group's total, or why there is none."""
    rule = terms.levels
    if rule is None:
        return (), ""
    if primary or not kept.stable:
        return (), "no_coefficient" if primary else "unstable"
    level, cost = columns.level[inner], columns.cost[inner]
    found = []
    for step in np.unique(level).tolist():
        chosen = level == step
        n, money = int(chosen.sum()), int(cost[chosen].sum())
        ratio = Fraction(money * kept.n, n * kept.total)
        found.append(LevelWeight(step, n, money, exact * ratio, 0))
    if len(found) < 2 or any(entry.n <= rule.n_min for entry in found):
        return (), "few_cases" if len(found) > 1 else "one_level"
    weights = [entry.exact for entry in found]
    if weights != sorted(weights):
        return (), "inverted"
    if weights[-1] < rule.spread_min * weights[0]:
        return (), "alike"
    return tuple(found), ""


def _parts(columns: Columns, part: slice, terms: WeightTerms) -> tuple[int, ...] | None:
    """The year-weighted mean of each fee, as whole numbers in the same proportion; None if any is unknown."""
    if columns.fees is None:
        return None
    fees = columns.fees[part]
    if fees.size == 0 or int(fees.min()) < 0:
        return None
    back, cost = columns.back[part], columns.cost[part]
    five = [*(fees[:, place] for place in range(len(PARTS) - 1)), cost - fees.sum(axis=1)]
    means = [terms.years.mean(_years(terms, back, money)) for money in five]
    common = lcm(*(mean.denominator for mean in means))
    return tuple(int(mean * common) for mean in means)


def _adjust(
    groups: Sequence[GroupWeight], overall_years: tuple[YearSum, ...], overall: Fraction, terms: WeightTerms
) -> Measured:
    factors = terms.factors or {}
    inpatient = [group for group in groups if group.kind is not WeightKind.PER_DIEM]
    unknown = sorted(set(factors) - {group.code for group in inpatient})
    if unknown:
        raise Fault(ADJUST_UNKNOWN, field="group", value=unknown[0])
    total = _sum(group.exact * group.cases for group in inpatient)
    raised = _sum(group.exact * factors.get(group.code, ONE) * group.cases for group in inpatient)
    k = total / raised
    done = []
    for group in groups:
        moved = group.kind is not WeightKind.PER_DIEM and terms.factors is not None
        factor = k * factors.get(group.code, ONE) if moved else ONE
        done.append(_finish(group, factor, overall, terms))
    return Measured(terms.places, overall_years, overall, total, raised, tuple(done))


def _finish(group: GroupWeight, factor: Fraction, overall: Fraction, terms: WeightTerms) -> GroupWeight:
    """The figures in force, each rounded once; the parts are split so that they add up."""
    unit = 10**terms.places
    units = _half_up(group.exact * factor * unit)
    sums = group.part_sums
    return replace(
        group,
        factor=factor,
        measured_units=_half_up(group.exact * unit),
        units=units,
        points_units=_half_up(terms.base.exact(group.typical, overall, terms.scale) * factor * unit),
        levels=tuple(
            replace(entry, exact=entry.exact * factor, units=_half_up(entry.exact * factor * unit))
            for entry in group.levels
        ),
        part_units=None if sums is None else tuple(largest_remainder(units, sums, PARTS)),
    )


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _half_up(value: Fraction) -> int:
    return divide_half_up(value.numerator, value.denominator)
