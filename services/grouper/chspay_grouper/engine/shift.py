"""How much money moves when the same cases are grouped by another scheme. Exact; rounded where shown.

Two ways to say what a case is worth. *By fund*: a group is worth the mean cost of its cases, a case
without a group its own cost, and the fund is divided by that; both schemes divide the same fund, so
gains and losses sum to zero. *By weights*: a case is worth its group's weight times the price of one
weight; a case without a group is worth nothing and is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_core.amounts import divide_half_up
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason

COST_MISSING = Reason(
    "COST_MISSING",
    Kind.INVALID,
    "有{value}例没有总费用，不能按基金估算金额；请补齐 total_cost，或改用权重表。",
)
WEIGHT_MISSING = Reason(
    "WEIGHT_MISSING", Kind.INVALID, "权重表中没有{value}等{number}个病组的权重，不能估算金额；请补齐权重表。"
)
COST_ALL_ZERO = Reason("COST_ALL_ZERO", Kind.INVALID, "全部病例的总费用为零，不能按费用划分基金。")

#: What stands for a group when a case has none.
NO_GROUP = frozenset({Status.UNGROUPED.value, Status.INVALID.value})
_Key = tuple[str, str, str]
_Worth = Callable[[_Key], Fraction]


@dataclass(frozen=True, slots=True)
class Shifted:
    """Money before and after, fen, exact: per (from group, to group) and per hospital."""

    moves: Mapping[tuple[str, str], Fraction]
    hospitals: Mapping[str, tuple[Fraction, Fraction]]


class Shift:
    """Adds cases up by hospital, group before and group after."""

    def __init__(self) -> None:
        self._cases: Counter[_Key] = Counter()
        self._costs: Counter[_Key] = Counter()
        self._without_cost = 0

    def add(
        self,
        hospitals: Iterable[str],
        costs_fen: Iterable[int | None],
        before: Iterable[str],
        after: Iterable[str],
    ) -> None:
        """Some cases, column by column; groups as :func:`chspay_grouper.engine.compare.place` gives them."""
        for hospital, cost, old, new in zip(hospitals, costs_fen, before, after, strict=True):
            key = (hospital, old, new)
            self._cases[key] += 1
            self._costs[key] += cost or 0
            self._without_cost += cost is None

    def by_fund(self, fund_fen: int) -> Shifted:
        """The fund divided by mean costs of groups, before and after.

        :raises Fault: COST_MISSING, COST_ALL_ZERO.
        """
        if self._without_cost:
            raise Fault(COST_MISSING, field="total_cost", value=self._without_cost)
        total = self._costs.total()
        if not total:
            raise Fault(COST_ALL_ZERO, field="total_cost")
        means = [self._means(side) for side in (1, 2)]

        def worth(key: _Key, side: int) -> Fraction:
            if key[side] in NO_GROUP:
                return Fraction(self._costs[key] * fund_fen, total)
            return means[side - 1][key[side]] * self._cases[key] * fund_fen / total

        return self._shifted(lambda key: worth(key, 1), lambda key: worth(key, 2))

    def by_weights(
        self, before: Mapping[str, Decimal], after: Mapping[str, Decimal], price_fen: int
    ) -> Shifted:
        """Weights times the price of one weight, fen.

        :raises Fault: WEIGHT_MISSING, naming the first group without weight.
        """
        for side, weights in ((1, before), (2, after)):
            absent = sorted({key[side] for key in self._cases} - weights.keys() - NO_GROUP)
            if absent:
                raise Fault(WEIGHT_MISSING, field="weights", value=absent[0], number=len(absent))

        def worth(key: _Key, side: int, weights: Mapping[str, Decimal]) -> Fraction:
            if key[side] in NO_GROUP:
                return Fraction(0)
            return Fraction(weights[key[side]]) * self._cases[key] * price_fen

        return self._shifted(lambda key: worth(key, 1, before), lambda key: worth(key, 2, after))

    def _means(self, side: int) -> dict[str, Fraction]:
        cases: Counter[str] = Counter()
        costs: Counter[str] = Counter()
        for key, number in self._cases.items():
            cases[key[side]] += number
            costs[key[side]] += self._costs[key]
        return {group: Fraction(costs[group], number) for group, number in cases.items()}

    def _shifted(self, before: _Worth, after: _Worth) -> Shifted:
        moves: dict[tuple[str, str], Fraction] = {}
        hospitals: dict[str, tuple[Fraction, Fraction]] = {}
        for key in sorted(self._cases):
            hospital, old, new = key
            was, now = before(key), after(key)
            if old != new:
                moves[(old, new)] = moves.get((old, new), Fraction(0)) + now - was
            held = hospitals.get(hospital, (Fraction(0), Fraction(0)))
            hospitals[hospital] = (held[0] + was, held[1] + now)
        return Shifted(moves, hospitals)


def to_fen(amount: Fraction) -> int:
    """An exact amount as whole fen, half away from zero, to be shown."""
    return divide_half_up(amount.numerator, amount.denominator)
