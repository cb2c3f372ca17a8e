"""A group's rule compiled to whole numbers: one straight line per band of costs or of days.

For a given group, department and coefficient every method is a straight line of the cost (or of the
days) over a band, and bands end at whole fen (or days). So any number of tiers is one ordered tuple of
bands, and a case costs one lookup and, unless its band is constant, one multiplication and one division.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import MICRO_PLACES
from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.case.edges import Edge
from chspay_settlement.engine.case.methods import Basis, PointLine, Settle
from chspay_settlement.engine.model import CaseKind, CasePoints, Group, PricedInput

POINTS_NEGATIVE = Reason(
    "POINTS_NEGATIVE",
    Kind.PRECONDITION,
    "病例{value}（病组{drg}）按方法{method}算出的点数小于零，请检查方法与差异系数的搭配。",
)
STAY_MISSING = Reason(
    "STAY_MISSING", Kind.PRECONDITION, "病例{value}按床日结算，但没有住院天数，无法计算点数。"
)
#: Above every possible cost: where the last band of a plan ends.
NEVER = 2**127


@dataclass(frozen=True, slots=True)
class Band:
    """One stretch of costs (or days) up to ``top``, included: its kind, method and straight line.

    Points in units of the policy's last place are ``(2·a·q + 2·b + d) // (2·d)``, half up, at most
    ``cap``, at least ``floor``; where there is no floor, points below zero are refused.
    """

    top: int
    kind: CaseKind
    method: Settle
    basis: Basis
    line: PointLine
    twice_slope: int
    twice_fixed_plus_half: int
    over: int
    cap: int
    floor: int | None
    unit_micro: int
    #: The answer itself where neither cost nor days matter.
    constant: CasePoints | None

    def points(self, inp: PricedInput, quantity: int) -> CasePoints:
        """Points of a case of this band, rounded once."""
        if self.constant is not None:
            return self.constant
        top = self.twice_slope * quantity + self.twice_fixed_plus_half
        units = min(top // (2 * self.over), self.cap)
        if self.floor is not None:
            units = max(units, self.floor)
        elif top < self.over:
            raise Fault(POINTS_NEGATIVE, value=inp.case_id, drg=inp.drg, method=self.method.name)
        return CasePoints(self.kind, units * self.unit_micro)


def compile_band(top: int, kind: CaseKind, method: Settle, basis: Basis, places: int) -> Band:
    """``method`` as integers for this group and coefficient, over the costs or days up to ``top``."""
    line = method.line(basis)
    unit = 10**places
    slope, fixed = line.slope * unit, line.fixed * unit
    over = slope.denominator * fixed.denominator
    a, b = slope.numerator * fixed.denominator, fixed.numerator * slope.denominator
    unit_micro = 10 ** (MICRO_PLACES - places)
    cap = NEVER if line.cap is None else _half_up(line.cap * unit)
    least = None if line.floor is None else _half_up(line.floor * unit)
    constant = None
    if not a and b >= 0:
        units = max(min(_half_up(fixed), cap), least or 0)
        constant = CasePoints(kind, units * unit_micro)
    return Band(
        top, kind, method, basis, line, 2 * a, 2 * b + over, over, cap, least, unit_micro, constant
    )  # fmt: skip


def _half_up(value: Fraction) -> int:
    """A value of zero or more to the nearest whole number."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the cases of one group, department and coefficient are settled.

    ``edges[i]`` lies between ``bands[i]`` and ``bands[i + 1]`` of a stable group; the bands of a per-diem
    plan have none, they end at days.
    """

    group: Group | None
    by_days: bool
    bands: tuple[Band, ...]
    edges: tuple[Edge, ...] = ()
    #: What the multiples of the edges are multiples of, fen.
    unit: Fraction = Fraction(0)

    def band(self, quantity: int) -> Band:
        """The band a cost in fen (or a number of days) falls into."""
        return next(band for band in self.bands if quantity <= band.top)


def stay_days(inp: PricedInput) -> int:
    """The days of a stay that is settled by days.

    :raises Fault: STAY_MISSING.
    """
    if inp.los_days is None:
        raise Fault(STAY_MISSING, field="los_days", value=inp.case_id)
    return inp.los_days
