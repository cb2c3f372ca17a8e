"""Plans that differ by the hospital's coefficient alone: worked out once, then moved by whole numbers.

Every method is a straight line of the cost, and the line itself moves straight with the coefficient f:
slope, fixed part, cap and floor are each ``x + y·f``. So the pricer compiles the plans of a group at a few
coefficients, and every other one follows from two of them in whole numbers. That the others lie on the
line is looked at each time; a plan that bends is left to the pricer.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

import numpy as np

from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.plan import NEVER, Band, Plan
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.columnar import kernels
from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns
from chspay_settlement.engine.columnar.combining import searched
from chspay_settlement.engine.model import CaseKind, PricedInput

#: Kinds by the number they have in a column.
KINDS = tuple(CaseKind)
NUMBER = {kind: number for number, kind in enumerate(KINDS)}
_INT64, _LIMB = 2**63 - 1, 2**64
#: The first two make the line, the others must lie on it. None is zero: a method may refuse that.
_PROBES = (Fraction(1), Fraction(2), Fraction(5), Fraction(3, 7))

#: A band as the loop takes it: the columns of :class:`kernels.Bands` after those of plans.
Row = tuple[int, ...]
#: A band no case of which the loop prices.
LEFT: Row = (_INT64, 0, True, -1, 0, 0, 0, 1, 0, 0, -1, 1)


class _Same(Coefficients):
    """One coefficient for everybody, and whether anybody asked for it."""

    def __init__(self, policy: Policy, factor: Fraction) -> None:
        super().__init__(policy)
        self.factor, self.asked = factor, False

    def joined(self, _exempt: frozenset[str]) -> _Same:
        """Itself: whether a group takes a coefficient is for the pricer's own to say."""
        return self

    def _of(self, _hospital_code: str, _level: int | None, _drg: str) -> Fraction:
        self.asked = True
        return self.factor

    def _key(self, _hospital_code: str, _level: int | None, _drg: str) -> Hashable:
        return None

    def _write(self, _sheet: Worksheet, _hospital_code: str, _level: int | None, _drg: str) -> None:
        raise AssertionError("a probe writes no worksheet")


class _Moving(NamedTuple):
    """``(x + y·f) ÷ over`` of the line it belongs to, in whole numbers."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A band whose line moves with the coefficient; points in units of the policy's last place."""

    kind: int
    top: int
    unit_micro: int
    over: int
    slope: _Moving
    fixed: _Moving
    cap: _Moving | None
    floor: _Moving | None

    def at(self, factor: Fraction) -> Row:
        """The band of one coefficient."""
        n, m = factor.numerator, factor.denominator
        over = self.over * m
        slope, fixed = self.slope.x * m + self.slope.y * n, self.fixed.x * m + self.fixed.y * n
        cap = NEVER if self.cap is None else _half_up(self.cap.x * m + self.cap.y * n, over)
        floor = None if self.floor is None else _half_up(self.floor.x * m + self.floor.y * n, over)
        if slope or fixed < 0:
            twice = 2 * slope, 2 * fixed + over, over
            return line_row(self.top, self.kind, twice, cap, floor, self.unit_micro)
        units = max(min(_half_up(fixed, over), cap), floor or 0)
        return constant_row(self.top, self.kind, units * self.unit_micro)


def _half_up(number: int, over: int) -> int:
    return (2 * number + over) // (2 * over)


@dataclass(frozen=True, slots=True)
class _Family:
    """The plans of one group, status and department. ``lines`` is ``None`` where a plan bends."""

    #: Does any of its methods ask for the coefficient?
    asks: bool
    by_days: bool
    lines: tuple[_Line, ...] | None


#: Families that were made under the same rules, coefficients aside, and the same mean of all cases.
Known = dict[Hashable, _Family]


class Families:
    """Bands for the loop, from as few compiled plans as there are groups.

    :param known: families made before; what is made now is added.
    """

    def __init__(self, pricer: Pricer, known: Known | None = None) -> None:
        self._known: Known = {} if known is None else known
        self._pricer = pricer
        self._same = [_Same(pricer.terms.policy, factor) for factor in _PROBES]
        self._probes = [Pricer(pricer.table, pricer.terms.policy, same) for same in self._same]
        #: Every band so far, those of a plan one after the other.
        self.rows: list[Row] = [LEFT]

    def places(self, columns: Columns, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the bands of each row's plan begin in :attr:`rows`, and whether they are of days.

        A row without cost needs no plan: its group may have no other case to be measured from.

        :raises Fault: what the pricer raises when it makes a plan.
        """
        codes = [columns.drg.codes[rows], columns.status.codes[rows], columns.department.codes[rows]]
        by_level = self._levels(columns, rows)
        first, by_days = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_)
        costly = np.flatnonzero(columns.cost_fen[rows] > 0)
        if not len(costly):
            return first, by_days
        number = searched([part[costly] for part in [*codes, *by_level]])
        cases = columns.inputs(rows[costly[number.rows]].tolist())
        families = [self._found(inp) for inp in cases]
        begins = [self._alike(family, inp) for family, inp in zip(families, cases, strict=True)]
        first[costly] = np.array(begins, np.int64)[number.codes]
        by_days[costly] = np.array([family.by_days for family in families], np.bool_)[number.codes]
        asks = np.array([family.asks for family in families], np.bool_)[number.codes]
        asked = costly[asks]
        first[asked] = self._of_hospitals(columns, rows[asked], number.codes[asks], families, cases)
        return first, by_days

    def _levels(self, columns: Columns, rows: np.ndarray) -> list[np.ndarray]:
        """The level of each row as far as its plan depends on it: in every group, in some, or in none."""
        levels, origin = columns.level[rows], self._pricer.table.origin
        if self._pricer.by_level:
            return [levels]
        if origin is None or not origin.by_level:
            return []
        depends = columns.drg.one_of(set(origin.by_level))[columns.drg.codes[rows]]
        return [np.where(depends, levels, UNKNOWN)]

    def _of_hospitals(
        self,
        columns: Columns,
        rows: np.ndarray,
        numbers: np.ndarray,
        families: list[_Family],
        cases: list[PricedInput],
    ) -> np.ndarray:
        """Where the bands of plans begin that ask for the hospital's coefficient."""
        coefficients = self._pricer.coefficients
        levels = [None if level == UNKNOWN else level for level in columns.level[rows].tolist()]
        who = zip(numbers.tolist(), columns.hospital.at(rows), levels, columns.drg.at(rows), strict=True)
        found: dict[Hashable, int] = {}
        begins = []
        for number, hospital_code, level, drg in who:
            token = number, coefficients.key(hospital_code, level, drg)
            begin = found.get(token)
            if begin is None:
                begin = found[token] = len(self.rows)
                factor = coefficients.of(hospital_code, level, drg)
                inp = cases[number]._replace(hospital_code=hospital_code, level=level)
                self.rows += self._bands(families[number], inp, factor)
            begins.append(begin)
        return np.array(begins, np.int64)

    def _alike(self, family: _Family, inp: PricedInput) -> int:
        """Where the bands of a plan begin that is the same for every hospital; 0 where it is not."""
        if family.asks:
            return 0
        begin = len(self.rows)
        self.rows += self._bands(family, inp, _PROBES[0])
        return begin

    def _bands(self, family: _Family, inp: PricedInput, factor: Fraction) -> list[Row]:
        if family.lines is not None and factor:
            return [line.at(factor) for line in family.lines]
        plan = self._pricer.plan(inp)
        return [LEFT] if plan is None else [band_row(band) for band in plan.bands]

    def _found(self, inp: PricedInput) -> _Family:
        """The family of a case: what else its plan rests on, rules and coefficient aside, is its key."""
        group = self._pricer.table.group(inp.drg, inp.level)
        level = inp.level if self._pricer.by_level else None
        key = inp.drg, group, inp.status, inp.department, level
        family = self._known.get(key)
        if family is None:
            family = self._known[key] = self._family(inp)
        return family

    def _family(self, inp: PricedInput) -> _Family:
        first = self._same[0]
        first.asked = False
        plan = self._probes[0].plan(inp)
        if plan is None:
            return _Family(asks=False, by_days=False, lines=None)
        others = self._probes[1:] if first.asked else []
        plans = [plan, *(found for probe in others if (found := probe.plan(inp)) is not None)]
        return _Family(first.asked, plan.by_days, _lines(plans, self._pricer.terms.places))


def _lines(plans: list[Plan], places: int) -> tuple[_Line, ...] | None:
    """The lines through the plans of all probes; ``None`` where one does not lie on them."""
    shapes = {tuple((band.kind, band.top, band.method.name) for band in plan.bands) for plan in plans}
    if len(shapes) > 1:
        return None
    lines = [_line(list(bands), 10**places) for bands in zip(*(plan.bands for plan in plans), strict=True)]
    return None if None in lines else tuple(line for line in lines if line is not None)


def _line(bands: list[Band], unit: int) -> _Line | None:
    parts = [[band.line.slope, band.line.fixed, band.line.cap, band.line.floor] for band in bands]
    over = lcm(*(value.denominator for values in parts for value in values if value is not None))
    moving: list[_Moving | None] = []
    for values in zip(*parts, strict=True):
        known = [unit * over // value.denominator * value.numerator for value in values if value is not None]
        found = _through(known)
        if known and (found is None or len(known) < len(values)):
            return None
        moving.append(found)
    slope, fixed, cap, floor = moving
    if slope is None or fixed is None:
        raise AssertionError("a line has a slope and a fixed part")
    first = bands[0]
    top = min(first.top, _INT64)
    return _Line(NUMBER[first.kind], top, first.unit_micro, over, slope, fixed, cap, floor)


def _through(values: list[int]) -> _Moving | None:
    """The line of these values at the probes, ``None`` where there is none; one value stands for all."""
    if len(values) < 2:
        return _Moving(values[0], 0) if values else None
    y = values[1] - values[0]
    x = values[0] - y
    points = zip(values, _PROBES, strict=True)
    on_it = all((value - x) * at.denominator == y * at.numerator for value, at in points)
    return _Moving(x, y) if on_it else None


def band_row(band: Band) -> Row:
    """A compiled band as the loop takes it."""
    top, kind = min(band.top, _INT64), NUMBER[band.kind]
    if band.constant is not None:
        points = band.constant
        odd = points.kind is not band.kind or bool(points.reason)
        return LEFT if odd else constant_row(top, kind, points.points_micro)
    twice = band.twice_slope, band.twice_fixed_plus_half, band.over
    return line_row(top, kind, twice, band.cap, band.floor, band.unit_micro)


def constant_row(top: int, kind: int, points_micro: int) -> Row:
    """A band in which every case earns the same, or left alone where it does not fit."""
    fits = 0 <= points_micro <= _INT64
    return (top, kind, not fits, points_micro if fits else -1, *LEFT[4:])


def line_row(
    top: int, kind: int, twice: tuple[int, int, int], cap: int, floor: int | None, unit_micro: int
) -> Row:
    """A band that follows its line, in lower terms where that makes it fit, or left alone.

    :param twice: ``2a``, ``2b + d`` and ``d`` of points ``(2a·q + 2b + d) // 2d`` in units.
    """
    slope, fixed, half = twice
    if slope > _INT64 or 2 * half >= _LIMB or abs(fixed) >= 2**126:
        shared = gcd(*twice)
        slope, fixed, half = slope // shared, fixed // shared, half // shared
    least = -1 if floor is None else floor
    fits = 0 <= slope <= _INT64 and abs(fixed) < 2**126 and 2 * half < _LIMB
    if not fits or not -1 <= least <= kernels.MOST_UNITS or cap < 0:
        return (top, *LEFT[1:])
    high, low = divmod(fixed % 2**128, _LIMB)
    cap = min(cap, kernels.MOST_UNITS)
    return (top, kind, False, -1, slope, high, low, 2 * half, half, cap, least, unit_micro)
