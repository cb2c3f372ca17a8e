"""The point value of the months to come and of the year 点值预测, with an interval that covers what it says.

A month's point value is ``(fund + other) ÷ points``: its fund is known once the year is approved, other (what
patients pay, in forms that count it) and points are not. Both are forecast from the months before by a named
method that policy chooses; the interval comes from the errors the same method made before on this very
series, over the same distance (:mod:`conformal`). The year's point value adds what is known to what is
forecast, and its errors come from every run of twelve months in the series, seen as far as the year is now.

Points are whole millionths, money whole fen, values whole 10^-8 yuan per point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from chspay_budget.engine import conformal
from chspay_budget.engine.conformal import Width
from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction

METHOD_KEY = "forecast.method"
LEVEL_KEY = "forecast.level"
MONTHS_KEY = "forecast.months"
YEAR = 12
#: Values are whole 10^-8 yuan per point: fen × 10^-2 ÷ (millionths × 10^-6) × 10^8.
_TO_VALUE = 10**12

GAP = Reason(
    "FORECAST_MONTHS_GAP",
    Kind.INVALID,
    "预测所用的各月应连续且不重复：{value}之后应为{wanted}，请补齐或删去。",
)
POINTS_ZERO = Reason(
    "FORECAST_POINTS_ZERO", Kind.INVALID, "{value}的总点数应大于零，基金不能为负，才能用来预测。"
)
TOO_SHORT = Reason(
    "FORECAST_TOO_SHORT",
    Kind.PRECONDITION,
    "方法{method}至少需要{wanted}个月的数据才能给出把握度{level}的区间，现有{value}个月。"
    "请补充往年各月的数据，或在政策文件中改用所需月份更少的方法。",
)
YEAR_DONE = Reason(
    "FORECAST_YEAR_DONE", Kind.PRECONDITION, "{value}年12个月都已月结，点值已经确定，不需要预测。"
)
NOT_UP_TO_YEAR = Reason(
    "FORECAST_NOT_UP_TO_YEAR",
    Kind.PRECONDITION,
    "要预测{value}年，各月数据应至少到{wanted}，现在只到{last}。请先完成月结或补充数据。",
)
FUND_MISSING = Reason("FORECAST_FUND_MISSING", Kind.PRECONDITION, "{value}没有批准的月度基金，不能预测点值。")


class Fact(NamedTuple):
    """A settled month: fund and the rest of the point value's numerator (fen), and points (millionths)."""

    month: Month
    fund_fen: int
    other_fen: int
    points_micro: int


class MonthAhead(NamedTuple):
    """A month's point value; without ``width`` no interval can be stated yet."""

    month: Month
    ahead: int
    fund_fen: int
    other_fen: int
    points_micro: int
    value: int
    width: Width | None

    @property
    def interval(self) -> tuple[int, int] | None:
        """The lower and the upper end."""
        return None if self.width is None else conformal.around(self.value, self.width.width)


class YearAhead(NamedTuple):
    """The year's point value: what is known and what is forecast, together."""

    fund_fen: int
    other_fen: int
    points_micro: int
    value: int
    width: Width | None

    @property
    def interval(self) -> tuple[int, int] | None:
        """The lower and the upper end."""
        return None if self.width is None else conformal.around(self.value, self.width.width)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A year seen after ``seen`` of its months."""

    year: int
    seen: int
    method: str
    level: Fraction
    history: int
    months: tuple[MonthAhead, ...]
    whole: YearAhead


#: Series, how much of it is known, how far ahead (1 = the next month), months compared -> the figure.
Predict = Callable[[Sequence[int], int, int, int], int]


class Way(NamedTuple):
    """A registered method: what it says of a later month, and how many months it must know."""

    name: str
    predict: Predict
    first: Callable[[int], int]


METHODS: Registry[Way] = Registry(METHOD_KEY)


def seasonal_ratio(series: Sequence[int], known: int, ahead: int, months: int) -> int:
    """The same month a year before, times the newest months over the same months a year before."""
    now = sum(series[known - months : known])
    then = sum(series[known - months - YEAR : known - YEAR])
    same = series[known + ahead - 1 - YEAR]
    return divide_half_up(same * now, then) if then else same


def recent_ratio(series: Sequence[int], known: int, _ahead: int, months: int) -> int:
    """The mean of the newest months."""
    return divide_half_up(sum(series[known - months : known]), months)


METHODS.add(Way("seasonal_ratio@1", seasonal_ratio, lambda months: YEAR + months))
METHODS.add(Way("recent_ratio@1", recent_ratio, lambda months: months))


def value_of(numerator_fen: int, points_micro: int) -> int:
    """A point value in 10^-8 yuan per point, half up."""
    return divide_half_up(numerator_fen * _TO_VALUE, points_micro)


def forecast(year: int, facts: Sequence[Fact], funds: Mapping[int, int], policy: Policy) -> Forecast:
    """The rest of ``year`` and the year, from every settled month before.

    :param facts: consecutive months, the newest in ``year`` or the December before it.
    :param funds: the approved fund of each month of the year that is not settled, fen.
    :raises Fault: FORECAST_*, POLICY_MISSING, METHOD_UNKNOWN.
    """
    way, level, months = read(policy)
    facts = sorted(facts, key=lambda fact: (fact.month.year, fact.month.month))
    seen = check(year, facts)
    series = Series(facts, way, months, level)
    ahead = []
    for distance in range(1, YEAR - seen + 1):
        month = Month(year, seen + distance)
        if funds.get(month.month, 0) <= 0:
            raise Fault(FUND_MISSING, field="fund", value=month)
        ahead.append(series.month(month, distance, funds[month.month]))
    if not ahead or ahead[0].width is None:
        raise too_short(way, level, months, len(facts))
    whole = series.year(seen, ahead)
    return Forecast(year, seen, way.name, level, len(facts), tuple(ahead), whole)


def read(policy: Policy) -> tuple[Way, Fraction, int]:
    """The method, the level and the number of months compared.

    :raises Fault: POLICY_VALUE, POLICY_MISSING, METHOD_UNKNOWN.
    """
    level, months = fraction(policy, LEVEL_KEY), policy.integer(MONTHS_KEY)
    if not Fraction(1, 2) <= level <= Fraction(99, 100):
        raise broken(policy, LEVEL_KEY, policy.text(LEVEL_KEY), "应在0.5至0.99之间")
    if not 1 <= months <= YEAR:
        raise broken(policy, MONTHS_KEY, months, "应为1至12")
    return METHODS.chosen(policy), level, months


def too_short(way: Way, level: Fraction, months: int, have: int) -> Fault:
    """Why nothing can be said yet, and how many months it would take."""
    wanted = way.first(months) + conformal.fewest(level)
    return Fault(TOO_SHORT, field="history", value=have, method=way.name, wanted=wanted, level=level)


def check(year: int, facts: Sequence[Fact]) -> int:
    """How many months of the year are settled, when the months can be forecast from.

    :raises Fault: FORECAST_MONTHS_GAP, FORECAST_POINTS_ZERO, FORECAST_YEAR_DONE, FORECAST_NOT_UP_TO_YEAR.
    """
    for fact in facts:
        if fact.points_micro <= 0 or fact.fund_fen < 0 or fact.fund_fen + fact.other_fen <= 0:
            raise Fault(POINTS_ZERO, field="points", value=fact.month)
    for one, following in pairwise(facts):
        if following.month != one.month.next():
            raise Fault(GAP, field="months", value=one.month, wanted=one.month.next())
    last = facts[-1].month if facts else None
    if last == Month(year, YEAR):
        raise Fault(YEAR_DONE, field="year", value=year)
    if last is None or last.year not in {year - 1, year} or (last.year < year and last.month != YEAR):
        told = "没有数据" if last is None else str(last)
        raise Fault(NOT_UP_TO_YEAR, field="year", value=year, wanted=Month(year - 1, YEAR), last=told)
    return last.month if last.year == year else 0


class Series:
    """Settled months, and what a method would have said of them had it stood before them."""

    def __init__(self, facts: Sequence[Fact], way: Way, months: int, level: Fraction) -> None:
        self._facts = facts
        self._points = [fact.points_micro for fact in facts]
        self._other = [fact.other_fen for fact in facts]
        self._funds = [fact.fund_fen for fact in facts]
        self._values = [value_of(fact.fund_fen + fact.other_fen, fact.points_micro) for fact in facts]
        self._way, self._months, self._level = way, months, level
        self._first = way.first(months)

    def month(self, month: Month, ahead: int, fund_fen: int) -> MonthAhead:
        """The month ``ahead`` of the newest one."""
        if len(self._facts) < self._first:
            raise too_short(self._way, self._level, self._months, len(self._facts))
        other, points = self._ahead(len(self._facts), ahead)
        width = conformal.next_width(self.errors(ahead), ahead, self._level)
        return MonthAhead(month, ahead, fund_fen, other, points, value_of(fund_fen + other, points), width)

    def errors(self, ahead: int) -> list[int]:
        """The relative errors of what would have been said, one per month known so far."""
        found = []
        for known in range(self._first, len(self._facts) - ahead + 1):
            other, points = self._ahead(known, ahead)
            at = known + ahead - 1
            found.append(conformal.error(self._values[at], value_of(self._funds[at] + other, points)))
        return found

    def year(self, seen: int, ahead: Sequence[MonthAhead]) -> YearAhead:
        """The year's value after ``seen`` months, the others as forecast."""
        start = len(self._facts) - seen
        fund = sum(self._funds[start:]) + sum(one.fund_fen for one in ahead)
        other = sum(self._other[start:]) + sum(one.other_fen for one in ahead)
        points = sum(self._points[start:]) + sum(one.points_micro for one in ahead)
        width = conformal.next_width(self.year_errors(seen), YEAR - seen, self._level)
        return YearAhead(fund, other, points, value_of(fund + other, points), width)

    def year_errors(self, seen: int) -> list[int]:
        """The relative errors over every twelve months in the series, seen as far as the year is."""
        found = []
        for known in range(max(self._first, seen), len(self._facts) - (YEAR - seen) + 1):
            start, end = known - seen, known - seen + YEAR
            parts = [self._ahead(known, ahead) for ahead in range(1, YEAR - seen + 1)]
            other = sum(self._other[start:known]) + sum(part[0] for part in parts)
            points = sum(self._points[start:known]) + sum(part[1] for part in parts)
            fund = sum(self._funds[start:end])
            actual = value_of(fund + sum(self._other[start:end]), sum(self._points[start:end]))
            found.append(conformal.error(actual, value_of(fund + other, points)))
        return found

    def _ahead(self, known: int, ahead: int) -> tuple[int, int]:
        predict = self._way.predict
        other = predict(self._other, known, ahead, self._months)
        return other, max(predict(self._points, known, ahead, self._months), 1)
