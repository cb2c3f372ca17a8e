"""Statistics of costs in exact integers: median, quantiles, deviation, and trimming until stable.

Costs are whole fen, sorted; answers are integers and fractions. A square root is taken only to show a
coefficient of variation to people, never to decide anything.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil
from operator import mul

from chspay_core.amounts import round_half_up

MAX_TRIMS = 2
_CV_CONTEXT = Context(prec=28)

#: (cases, sum of cost, sum of squared cost) -> stable?
StableTest = Callable[[int, int, int], bool]
#: Costs (sorted) -> their sum and their sum of squares.
Totals = Callable[[Sequence[int]], tuple[int, int]]
#: The kept costs (sorted) and their sum -> the highest cost that is low, the lowest that is high.
Limits = Callable[[Sequence[int], int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What trimming left of sorted costs: ``costs[start:stop]``, its sum and sum of squares (fen)."""

    start: int
    stop: int
    trims: int
    total: int
    squares: int
    stable: bool

    @property
    def n(self) -> int:
        """How many costs were kept."""
        return self.stop - self.start


def totals(numbers: Sequence[int]) -> tuple[int, int]:
    """Σx and Σx², exact."""
    return sum(numbers), sum_of_squares(numbers)


def trim_until_stable(
    costs: Sequence[int], limits: Limits | None, stable: StableTest, add: Totals = totals
) -> Kept:
    """Trims sorted ``costs``, tests what is kept, and trims and tests once more if the test fails.

    Without ``limits`` nothing is trimmed and everything is tested once.

    :param add: adds up costs that are held in another way than as a list; exact.
    """
    start, stop, trims = 0, len(costs), 0
    kept = costs
    total, squares = add(kept)
    if limits is None:
        return Kept(start, stop, trims, total, squares, stable(stop, total, squares))
    found = False
    while not found and trims < MAX_TRIMS and start < stop:
        low_top, high_from = limits(kept, total)
        first = bisect_right(kept, low_top)
        kept = kept[first : bisect_left(kept, high_from)]
        start += first
        stop = start + len(kept)
        total, squares = add(kept)
        trims += 1
        found = stable(len(kept), total, squares)
    return Kept(start, stop, trims, total, squares, found)


def sum_of_squares(numbers: Sequence[int]) -> int:
    """Σx², exact."""
    return sum(map(mul, numbers, numbers))


def spread(n: int, total: int, squares: int) -> int:
    """n² times the population variance: n·Σx² − (Σx)²."""
    return n * squares - total * total


def stable_above(n_min: int, cv_max: Fraction, sample: bool) -> StableTest:
    """Stable when n > n_min and CV ≤ cv_max, tested without a square root:
    CV² = (n·Σx² − (Σx)²) ÷ (Σx)², and for the sample deviation that times n ÷ (n − 1)."""
    limit = cv_max**2
    top, bottom = limit.numerator, limit.denominator

    def stable(n: int, total: int, squares: int) -> bool:
        if n <= n_min or total <= 0:
            return False
        if not sample:
            return spread(n, total, squares) * bottom <= top * total * total
        return n > 1 and spread(n, total, squares) * n * bottom <= top * total * total * (n - 1)

    return stable


def cv_display(n: int, total: int, squares: int, sample: bool) -> str:
    """The coefficient of variation to 4 places, for people; empty where it is not defined."""
    if total <= 0 or (sample and n < 2):
        return ""
    top = spread(n, total, squares) * (n if sample else 1)
    ratio = _CV_CONTEXT.divide(Decimal(top), Decimal(total * total * (n - 1 if sample else 1)))
    return format(round_half_up(_CV_CONTEXT.sqrt(ratio), 4), "f")


def median_twice(costs: Sequence[int]) -> int:
    """Twice the median of sorted costs: a median of two middle costs may end in half a fen."""
    return int(costs[(len(costs) - 1) // 2]) + int(costs[len(costs) // 2])


def quantile_linear(costs: Sequence[int], share: Fraction) -> Fraction:
    """The quantile of sorted costs at ``share`` (0 to 1), between neighbours by straight line."""
    place = share * (len(costs) - 1)
    low = place.numerator // place.denominator
    high = min(low + 1, len(costs) - 1)
    return costs[low] + (place - low) * (costs[high] - costs[low])


def quantile_nearest_rank(costs: Sequence[int], share: Fraction) -> Fraction:
    """The smallest of the sorted costs that at least ``share`` of them do not exceed."""
    return Fraction(costs[max(ceil(share * len(costs)) - 1, 0)])
