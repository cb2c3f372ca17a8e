"""Before and after a reform: interrupted time series 中断时间序列 by segmented regression, exact.

    y = level + trend·t + level_change·[t ≥ T] + trend_change·(t − T)·[t ≥ T] + error

with ``t`` in months from the first one and ``T`` the first month under the reform; the change of level is
the one of that very month. Estimates by least squares and their errors by Newey and West (Econometrica
55, 1987: Bartlett weights, corrected by n ÷ (n − k)) are worked out in fractions; only roots and the t
distribution are rounded, at thirty digits. No season is taken out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from chspay_core.amounts import ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_settlement.engine.whatif.student import quantile, two_sided

SERIES_SHORT = Reason(
    "WHAT_IF_SERIES_SHORT",
    Kind.PRECONDITION,
    "改革前有{before}个月、改革后有{after}个月，两边都要至少{least}个月，结论才站得住；请补足月份。",
)
SERIES_GAP = Reason(
    "WHAT_IF_SERIES_GAP", Kind.PRECONDITION, "月份应连续且不重复，{value}之后应为{expected}，实为{found}。"
)
SERIES_CHANGE = Reason(
    "WHAT_IF_SERIES_CHANGE", Kind.INVALID, "改革的第一个月{value}不在{first}至{last}之间，请核对。"
)
SERIES_LAG = Reason("WHAT_IF_SERIES_LAG", Kind.INVALID, "自相关的月数应在0至{most}之间，收到{value}。")
SERIES_CONFIDENCE = Reason(
    "WHAT_IF_SERIES_CONFIDENCE", Kind.INVALID, "置信水平应大于0.5、小于1，最多四位小数，收到{value}。"
)
#: Fewer months than this on either side say nothing that would last (a common rule for such studies).
LEAST_MONTHS = 8
NAMES = ("level", "trend", "level_change", "trend_change")
LABELS = {
    "level": "起点水平",
    "trend": "改革前每月变化",
    "level_change": "改革当月水平变化",
    "trend_change": "改革后每月变化的改变",
}
#: Digits that roots are worked with, decimals that figures are shown with.
_DIGITS, SHOWN = 30, 6
Matrix = list[list[Fraction]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure, in the unit of the series (per month where it is a trend)."""

    name: str
    value: Fraction
    error: Decimal
    low: Decimal
    high: Decimal
    #: Two-sided; ``None`` where the error is zero.
    p: Decimal | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A reform, evaluated."""

    months: tuple[Month, ...]
    values: tuple[Fraction, ...]
    change: Month
    estimates: tuple[Estimate, ...]
    fitted: tuple[Fraction, ...]
    #: Where the trend before the reform would have come to, from the month of the reform on.
    without: tuple[Fraction | None, ...]
    before: int
    after: int
    lag: int
    confidence: Decimal


def evaluate(
    series: Sequence[tuple[Month, Fraction]], change: Month, *, lag: int | None, confidence: Decimal
) -> Evaluation:
    """The level and trend of a monthly series before a reform, and how the reform changed them.

    :param lag: months that errors may hang together; ``None`` = ⌊4·(n/100)^(2/9)⌋.
    :param confidence: of the intervals, such as 0.95.
    :raises Fault: WHAT_IF_SERIES_*.
    """
    months = tuple(month for month, _ in series)
    values = tuple(value for _, value in series)
    start = _checked(months, change, confidence)
    n = len(months)
    longest = lag_of(n) if lag is None else lag
    if not 0 <= longest < n // 2:
        raise Fault(SERIES_LAG, field="lag", value=longest, most=n // 2 - 1)
    rows = [[Fraction(cell) for cell in (1, t, t >= start, max(t - start, 0))] for t in range(n)]
    found, covariance, fitted = newey_west(rows, list(values), longest)
    critical = quantile(confidence, n - len(NAMES))
    estimates = tuple(
        _estimate(name, found[place], covariance[place][place], critical, n - len(NAMES))
        for place, name in enumerate(NAMES)
    )
    without = tuple(found[0] + found[1] * t if t >= start else None for t in range(n))
    return Evaluation(
        months, values, change, estimates, tuple(fitted), without, start, n - start, longest, confidence
    )


def _checked(months: Sequence[Month], change: Month, confidence: Decimal) -> int:
    """The place of the first month under the reform."""
    for one, following in pairwise(months):
        if following != one.next():
            raise Fault(SERIES_GAP, field="month", value=one, expected=one.next(), found=following)
    if change not in months:
        first, last = (months[0], months[-1]) if months else ("", "")
        raise Fault(SERIES_CHANGE, field="change", value=change, first=first, last=last)
    digits = -int(confidence.as_tuple().exponent)
    if not Decimal("0.5") < confidence < 1 or digits > 4:
        raise Fault(SERIES_CONFIDENCE, field="confidence", value=confidence)
    start = months.index(change)
    if min(start, len(months) - start) < LEAST_MONTHS:
        raise Fault(SERIES_SHORT, field="month", before=start, after=len(months) - start, least=LEAST_MONTHS)
    return start


def lag_of(n: int) -> int:
    """⌊4·(n/100)^(2/9)⌋, in whole numbers: L⁹·100² ≤ 4⁹·n²."""
    lag = 0
    while (lag + 1) ** 9 * 10_000 <= 4**9 * n * n:
        lag += 1
    return lag


def newey_west(
    rows: Matrix, values: list[Fraction], lag: int
) -> tuple[list[Fraction], Matrix, list[Fraction]]:
    """Least squares: coefficients, their covariance with autocorrelation up to ``lag``, fitted values.

    :param rows: one row of regressors for each value; more rows than regressors, none redundant.
    """
    n, k = len(rows), len(rows[0])
    inverse = inverted(
        [[_dot([row[i] for row in rows], [row[j] for row in rows]) for j in range(k)] for i in range(k)]
    )
    moments = [_dot([row[i] for row in rows], values) for i in range(k)]
    found = [_dot(line, moments) for line in inverse]
    fitted = [_dot(row, found) for row in rows]
    errors = [value - fit for value, fit in zip(values, fitted, strict=True)]
    scored = [[cell * error for cell in row] for row, error in zip(rows, errors, strict=True)]
    middle: Matrix = [[Fraction(0)] * k for _ in range(k)]
    for apart in range(lag + 1):
        weight = 1 - Fraction(apart, lag + 1)
        for i in range(k):
            for j in range(k):
                own = sum((scored[t][i] * scored[t - apart][j] for t in range(apart, n)), Fraction(0))
                middle[i][j] += weight * own
                if apart:
                    middle[j][i] += weight * own
    scale = Fraction(n, n - k)
    covariance = _times(_times(inverse, middle), inverse)
    return found, [[scale * cell for cell in line] for line in covariance], fitted


def inverted(matrix: Matrix) -> Matrix:
    """The inverse of a regular matrix, exact."""
    size = len(matrix)
    work = [[*line, *(Fraction(int(i == j)) for j in range(size))] for i, line in enumerate(matrix)]
    for i in range(size):
        pivot = next(row for row in range(i, size) if work[row][i])
        work[i], work[pivot] = work[pivot], work[i]
        over = work[i][i]
        work[i] = [cell / over for cell in work[i]]
        for row in range(size):
            factor = work[row][i]
            if row != i and factor:
                work[row] = [cell - factor * own for cell, own in zip(work[row], work[i], strict=True)]
    return [line[size:] for line in work]


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def _times(a: Matrix, b: Matrix) -> Matrix:
    return [[_dot(line, [row[j] for row in b]) for j in range(len(b[0]))] for line in a]


def _estimate(name: str, value: Fraction, variance: Fraction, critical: Decimal, df: int) -> Estimate:
    with localcontext(Context(prec=_DIGITS)):
        middle, error = decimal_of(value), decimal_of(variance).sqrt()
        wide = critical * error
        p = two_sided(middle / error, df) if error else None
        return Estimate(name, value, error, middle - wide, middle + wide, p)


def decimal_of(value: Fraction) -> Decimal:
    """A fraction to the digits of the context."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def shown(value: Fraction | Decimal) -> str:
    """A figure with six decimals, half up."""
    numerator, denominator = value.as_integer_ratio()
    return format(ratio_half_up(numerator, denominator, SHOWN), "f")
