"""Student's t distribution to thirty digits, in decimals: the same answer on every machine.

Finite sums of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext
from functools import cache

#: Digits worked with, and digits that are meant.
_WORK, _MEANT = 50, 30
_HALVINGS = 120


def within(t: Decimal, df: int) -> Decimal:
    """The probability that a t of ``df`` degrees of freedom lies between −|t| and |t|."""
    with localcontext(Context(prec=_WORK)) as context:
        ratio = abs(t) / Decimal(df).sqrt()
        root = (1 + ratio * ratio).sqrt()
        sine, cosine = ratio / root, 1 / root
        if df % 2 == 0:
            found = sine * _series(cosine * cosine, df // 2, 1)
        else:
            angle = _arctan(ratio)
            rest = sine * cosine * _series(cosine * cosine, (df - 1) // 2, 2) if df > 1 else Decimal(0)
            found = 2 * (angle + rest) / _pi()
        context.prec = _MEANT
        return +found


def _series(square: Decimal, terms: int, first: int) -> Decimal:
    """``1 + (first/(first+1))·s + (first·(first+2))/((first+1)(first+3))·s² + …`` of so many terms."""
    total = term = Decimal(1)
    for number in range(terms - 1):
        term = term * square * (first + 2 * number) / (first + 2 * number + 1)
        total += term
    return total


def _arctan(x: Decimal) -> Decimal:
    """Arc tangent of a number of zero or more."""
    doublings = 0
    while x > Decimal("0.05"):
        x /= 1 + (1 + x * x).sqrt()
        doublings += 1
    total, power, square, number = x, x, x * x, 1
    while power and abs(power) > Decimal(10) ** -(_WORK + 2):
        power *= -square
        number += 2
        total += power / number
    return total * (1 << doublings)


@cache
def _pi() -> Decimal:
    with localcontext(Context(prec=_WORK)):
        return 4 * _arctan(Decimal(1))


def two_sided(t: Decimal, df: int) -> Decimal:
    """The probability of a t at least as far from zero as this one."""
    return 1 - within(t, df)


def quantile(confidence: Decimal, df: int) -> Decimal:
    """The t within which a share of ``confidence`` lies, above 0 and below 1: 0.95 gives 1.96 for many
    degrees of freedom."""
    with localcontext(Context(prec=_MEANT)):
        low, high = Decimal(0), Decimal(1)
        while within(high, df) < confidence:
            high *= 2
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if within(middle, df) < confidence:
                low = middle
            else:
                high = middle
        return high
