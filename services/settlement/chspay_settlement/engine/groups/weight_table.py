"""A published weight table as the group figures a month is priced by, instead of measuring its own cases.

The table is the one policy names by id and SM3; what it does not hold (the high multiple of a group's tier)
policy adds. A group's mean and the mean of all cases are exact ratios: where years were weighed, no whole
number of cases divides the cost, and the pair says the ratio only.
"""

from __future__ import annotations

from fractions import Fraction

from chspay_core.amounts import MICRO, divide_half_up
from chspay_core.artefact import require_named
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.weight_table import DRG, Row, WeightTable
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.model import Group, GroupTable, Origin

WEIGHT_TABLE_SCALE = Reason(
    "WEIGHT_TABLE_SCALE",
    Kind.PRECONDITION,
    "权重表的基准点数以{value}为均值，政策“points.scale”为{wanted}，不能混用；请按现行政策重新测算。",
)
WEIGHT_TABLE_SCHEME = Reason(
    "WEIGHT_TABLE_SCHEME",
    Kind.PRECONDITION,
    "权重表按另一个分组方案（SM3 {value}）的病组测算，本次结算用的方案是{wanted}，不能使用。",
)


def published(table: WeightTable, terms: Terms, scheme_digest: str) -> GroupTable:
    """The figures of a table under the policy of a run, with where they come from.

    :param scheme_digest: SM3 of the scheme the run groups by.
    :raises Fault: ARTEFACT_UNLIKE_POLICY and what naming needs; WEIGHT_TABLE_SCALE, WEIGHT_TABLE_SCHEME.
    """
    require_named(terms.policy, table.artefact)
    if Fraction(table.scale) != terms.scale:
        raise Fault(WEIGHT_TABLE_SCALE, field="points.scale", value=table.scale, wanted=terms.scale)
    if table.scheme and table.scheme != scheme_digest:
        raise Fault(WEIGHT_TABLE_SCHEME, field="scheme", value=table.scheme, wanted=scheme_digest)
    rows = [row for row in table.rows if row.kind == DRG]
    all_cost, all_cases = _pair(table.overall, sum(row.cases for row in rows))
    origin = Origin(
        table_id=table.table_id,
        digest=table.digest,
        by_level={row.code: _levels(row, table, terms) for row in rows if row.levels},
        exempt=frozenset(row.code for row in rows if row.no_coefficient),
    )
    return GroupTable.of(all_cost, all_cases, [_group(row, terms) for row in rows], origin)


def _group(row: Row, terms: Terms) -> Group:
    cost, kept = (0, 0) if row.mean is None else _pair(row.mean, row.kept)
    return Group(
        drg=row.code,
        cases=row.cases,
        kept=kept,
        trims=0,
        cost_sum_fen=cost,
        median_twice_fen=row.median_twice_fen,
        stable=row.stable,
        cv_display=row.cv,
        base_micro=row.points_micro,
        high_multiple=terms.outlier.tier(Fraction(row.points_micro, MICRO)).text,
    )


def _pair(mean: Fraction, cases: int) -> tuple[int, int]:
    """A mean as cost and cases: the real ones where they make it, else the bare ratio."""
    cost = mean * cases
    return (int(cost), cases) if cases and cost.denominator == 1 else (mean.numerator, mean.denominator)


def _levels(row: Row, table: WeightTable, terms: Terms) -> dict[int, int]:
    """Base points by level: weight × scale, rounded once to the table's places."""
    unit = 10**table.places
    step = MICRO // unit
    found = {}
    for level, weight in row.levels:
        exact = Fraction(weight, MICRO) * terms.scale * unit
        found[level] = divide_half_up(exact.numerator, exact.denominator) * step
    return found
