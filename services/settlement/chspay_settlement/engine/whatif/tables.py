"""Group figures of a scenario: what measuring looks at, tiers of another policy, other base points."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from chspay_core.amounts import MICRO, divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.measuring import BASE_POINTS, SCALE, STABILITY, Outliers, places_of, sample_deviation
from chspay_core.policy import Policy
from chspay_core.policy_reading import positive
from chspay_core.statistics import spread
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.columnar.columns import Columns, Each
from chspay_settlement.engine.columnar.sums import by_group, total_and_squares
from chspay_settlement.engine.model import Group, GroupTable
from chspay_settlement.engine.whatif.scenario import Scenario

GROUP_UNKNOWN = Reason(
    "WHAT_IF_GROUP_UNKNOWN",
    Kind.INVALID,
    "试用方案“{plan}”给病组{value}另定了点数，但这一期没有这个病组。",
)


def look_at_measuring(policy: Policy) -> None:
    """Reads what measuring reads of a policy, so that ``policy.asked`` names it.

    Which cases are measured (statuses, departments) is for the caller to compare: it rests on other keys.
    """
    Outliers.read(policy)
    positive(policy, SCALE)
    places_of(policy)
    BASE_POINTS.chosen(policy)
    STABILITY.chosen(policy).build(policy)
    sample_deviation(policy)


def measured_rows(columns: Columns, terms: Terms) -> np.ndarray:
    """The group code of every case that sets prices, -1 of the others."""
    status = columns.status.one_of(terms.measured)[columns.status.codes]
    others = ~columns.department.one_of(terms.per_diem)[columns.department.codes]
    return np.where(status & others & (columns.cost_fen > 0), columns.drg.codes, np.int32(-1))


def variation(columns: Columns, terms: Terms, each: Each) -> Fraction | None:
    """组间变异 RIV = 1 − variation within groups ÷ whole variation of cost; ``None`` when nothing varies."""
    pieces, size = columns.pieces(), len(columns.drg.texts)
    found = by_group(pieces, each, measured_rows(columns, terms), columns.cost_fen, size)
    all_n = all_total = all_squares = 0
    within = Fraction(0)
    for costs in found:
        n = len(costs)
        if not n:
            continue
        # The largest last is all the sum of squares asks of the order.
        costs.partition(n - 1)
        total, squares = total_and_squares(costs)
        all_n, all_total, all_squares = all_n + n, all_total + total, all_squares + squares
        within += Fraction(spread(n, total, squares), n)
    whole = Fraction(spread(all_n, all_total, all_squares), all_n) if all_n else Fraction(0)
    return 1 - within / whole if whole else None


def retiered(table: GroupTable, terms: Terms, before: Terms) -> GroupTable:
    """A given table under other tiers of high multiples; as it is where the tiers are the same."""
    if terms.outlier.tiers == before.outlier.tiers:
        return table
    return replace(table, groups={drg: _tiered(group, terms) for drg, group in table.groups.items()})


def _tiered(group: Group, terms: Terms) -> Group:
    return replace(group, high_multiple=terms.outlier.tier(Fraction(group.base_micro, MICRO)).text)


def with_points(table: GroupTable, scenario: Scenario, terms: Terms) -> GroupTable:
    """The table with the scenario's base points: given ones, or its own times a factor, rounded once to the
    policy's places; a group's tier of high multiples follows its points.

    :raises Fault: WHAT_IF_GROUP_UNKNOWN.
    """
    if not scenario.points_micro and not scenario.point_factors:
        return table
    groups, origin = dict(table.groups), table.origin
    levels = {} if origin is None else dict(origin.by_level)
    for drg in (*scenario.points_micro, *scenario.point_factors):
        if drg not in groups:
            raise Fault(GROUP_UNKNOWN, field="points", value=drg, plan=scenario.name)
    step = 10 ** (6 - terms.places)
    for drg, factor in scenario.point_factors.items():
        base = _times(groups[drg].base_micro, factor, step)
        groups[drg] = _tiered(replace(groups[drg], base_micro=base), terms)
        if drg in levels:
            levels[drg] = {level: _times(micro, factor, step) for level, micro in levels[drg].items()}
    for drg, micro in scenario.points_micro.items():
        groups[drg] = _tiered(replace(groups[drg], base_micro=micro), terms)
        # What is given for the group is given for every level.
        levels.pop(drg, None)
    moved = origin if origin is None else replace(origin, by_level=levels)
    return replace(table, groups=groups, origin=moved)


def _times(micro: int, factor: Fraction, step: int) -> int:
    exact = micro * factor
    return divide_half_up(exact.numerator, exact.denominator * step) * step
