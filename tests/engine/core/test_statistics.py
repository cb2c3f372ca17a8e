"""Medians, quantiles, deviation and trimming: exact, and on the limit itself."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.statistics import (
    cv_display,
    median_twice,
    quantile_linear,
    quantile_nearest_rank,
    stable_above,
    sum_of_squares,
    trim_until_stable,
)

costs = st.lists(st.integers(1, 10**9), min_size=1, max_size=30).map(sorted)
shares = st.fractions(0, 1, max_denominator=1000)


@pytest.mark.parametrize(
    ("share", "linear", "nearest"),
    [("0", "1", 1), ("0.25", "1.75", 1), ("0.5", "2.5", 2), ("0.75", "3.25", 3), ("1", "4", 4)],
)
def test_two_kinds_of_quantile(share: str, linear: str, nearest: int) -> None:
    """[1, 2, 3, 4]: by straight line between neighbours, or the smallest that enough do not exceed."""
    numbers = [1, 2, 3, 4]
    assert quantile_linear(numbers, Fraction(share)) == Fraction(linear)
    assert quantile_nearest_rank(numbers, Fraction(share)) == nearest


@given(costs, shares)
def test_quantiles_stay_between_the_costs(numbers: list[int], share: Fraction) -> None:
    """A quantile never leaves the data, and the nearest rank is one of them."""
    assert numbers[0] <= quantile_linear(numbers, share) <= numbers[-1]
    assert quantile_nearest_rank(numbers, share) in numbers


@given(costs)
def test_the_median_is_the_half_quantile(numbers: list[int]) -> None:
    """Both ways to say the middle agree."""
    assert Fraction(median_twice(numbers), 2) == quantile_linear(numbers, Fraction(1, 2))


@given(costs, st.booleans())
def test_the_shown_variation_and_the_tested_one_agree(numbers: list[int], sample: bool) -> None:
    """A group shown with CV 0.7000 must not fail a limit of 0.71."""
    n, total, squares = len(numbers), sum(numbers), sum_of_squares(numbers)
    shown = cv_display(n, total, squares, sample)
    if not shown:
        assert sample
        assert n == 1
        return
    step = Fraction(1, 10**4)
    assert stable_above(0, Fraction(shown) + step, sample)(n, total, squares)
    below = Fraction(shown) - step
    assert below < 0 or not stable_above(0, below, sample)(n, total, squares)


def test_trimming_tests_trims_and_tests_again() -> None:
    """At most two trimmings; without limits one test of everything; no case left is not stable."""

    def drop_last(kept, _total):
        return 0, kept[-1]

    three = stable_above(2, Fraction(10), sample=False)
    found = trim_until_stable([1, 2, 3, 4, 5], drop_last, three)
    assert (found.start, found.stop, found.trims, found.total, found.stable) == (0, 4, 1, 10, True)
    found = trim_until_stable([1, 2, 3, 4], drop_last, stable_above(3, Fraction(10), sample=False))
    assert (found.n, found.trims, found.squares, found.stable) == (2, 2, 5, False)
    found = trim_until_stable([1, 2, 3], None, three)
    assert (found.n, found.trims, found.stable) == (3, 0, True)
    found = trim_until_stable([7], drop_last, three)
    assert (found.n, found.total, found.squares, found.stable) == (0, 0, 0, False)
