"""A group's rule compiled to whole numbers: limits in fen and one straight line per band of costs.

For a given group, department and coefficient every method is a straight line of the cost (or of the
days), and whole fen limits tell low from normal from high.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from chspay_core.amounts import MICRO_PLACES
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.methods import Basis, PointLine
from chspay_settlement.engine.model import CaseKind, CasePoints, Group, PricedInput
from chspay_settlement.engine.terms import Terms

POINTS_NEGATIVE = Reason(
    "POINTS_NEGATIVE",
    Kind.PRECONDITION,
    "病例{value}（病组{drg}）按方法{method}算出的点数小于零，请检查方法与差异系数的搭配。",
)
#: Above every possible cost: the high limit of a group that has none.
NEVER = 2**127


@dataclass(frozen=True, slots=True)
class Band:
    """One stretch of costs of a plan: its kind, method and straight line, compiled to integers.

    Points in units of the policy's last place are ``(2·a·q + 2·b + d) // (2·d)``, half up, at most ``cap``.
    """

    kind: CaseKind
    method: str
    line: PointLine
    by_days: bool
    twice_slope: int
    twice_fixed_plus_half: int
    over: int
    cap: int
    unit_micro: int
    #: The answer itself where neither cost nor days matter.
    constant: CasePoints | None

    def points(self, inp: PricedInput, quantity: int) -> CasePoints:
        """Points of a case of this band, rounded once."""
        if self.constant is not None:
            return self.constant
        top = self.twice_slope * quantity + self.twice_fixed_plus_half
        if top < self.over:
            raise Fault(POINTS_NEGATIVE, value=inp.case_id, drg=inp.drg, method=self.method)
        units = top // (2 * self.over)
        return CasePoints(self.kind, min(units, self.cap) * self.unit_micro)


def compile_band(kind: CaseKind, basis: Basis, terms: Terms) -> Band:
    """The method the policy chose for ``kind``, as integers for this group and coefficient."""
    method = terms.settle[kind]
    line = method.line(basis)
    unit = 10**terms.places
    slope, fixed = line.slope * unit, line.fixed * unit
    over = slope.denominator * fixed.denominator
    a, b = slope.numerator * fixed.denominator, fixed.numerator * slope.denominator
    unit_micro = 10 ** (MICRO_PLACES - terms.places)
    cap = NEVER if line.cap is None else _half_up(line.cap * unit)
    band = Band(
        kind, method.name, line, method.quantity == "days", 2 * a, 2 * b + over, over, cap, unit_micro, None
    )
    if a or b < 0:
        return band
    return replace(band, constant=CasePoints(kind, min(_half_up(fixed), cap) * unit_micro))


def _half_up(value: Fraction) -> int:
    """A value of zero or more to the nearest whole number."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cases of one group, department and coefficient are settled."""

    group: Group | None
    basis: Basis
    #: The highest low cost and the lowest high cost, whole fen.
    low_top: int
    high_from: int
    low: Band
    middle: Band
    high: Band

    def band(self, cost_fen: int) -> Band:
        """The band a cost falls into."""
        if cost_fen <= self.low_top:
            return self.low
        return self.middle if cost_fen < self.high_from else self.high
