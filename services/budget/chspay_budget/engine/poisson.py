"""Quantiles of the Poisson distribution in whole numbers, exact but for a stated width of the tail left out.

The terms ``λ^k ÷ k!`` are walked from the largest in both directions and divided by their own sum, so that no
``e^−λ`` is needed. Each is a whole number of 10^-60 of the largest; terms under one such unit are left out.
With fewer than 10^7 terms, all that is cut away is less than 10^-50 of the whole.
"""

from __future__ import annotations

from fractions import Fraction

_UNIT = 10**60


def terms(mean: Fraction) -> tuple[int, list[int]]:
    """The first count with a term that counts, and the terms from there on, in proportion.

    :param mean: not negative.
    """
    top = mean.numerator // mean.denominator
    up = [_UNIT]
    count = top
    while up[-1]:
        count += 1
        up.append(up[-1] * mean.numerator // (mean.denominator * count))
    down: list[int] = []
    term, count = _UNIT, top
    while count and term:
        term = term * count * mean.denominator // mean.numerator
        count -= 1
        down.append(term)
    return top - len(down), [*reversed(down), *up]


def quantiles(mean: Fraction, low: Fraction, high: Fraction) -> tuple[int, int]:
    """The least counts that are not exceeded with a chance of more than ``low``, and of at least ``high``.

    Between them, both counts included, lie at least ``high − low`` of all outcomes.
    """
    first, weights = terms(mean)
    whole = sum(weights)
    added, bottom = 0, -1
    for number, weight in enumerate(weights):
        added += weight
        if bottom < 0 and added > low * whole:
            bottom = first + number
        if added >= high * whole:
            return bottom, first + number
    raise AssertionError("all terms together reach every share")
