"""Laws of the watch: order never decides, parts add up, intervals cover what they say."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from watch_rules import policy_of

from chspay_budget.engine import changes, conformal, expected_heads, growth_watch, peers
from chspay_budget.engine.changes import Figures
from chspay_budget.engine.expected_heads import Actual, Stratum
from chspay_budget.engine.peers import Observation
from chspay_budget.engine.poisson import quantiles

POLICY = policy_of()
METHODS = {name: policy_of({"peers.method": name}) for name in peers.METHODS.names}
_ROWS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from("ab"), st.sampled_from(["", "G"]), st.integers(0, 10**9)),
    min_size=1,
    max_size=30,
)


def _rows(raw: list[tuple[int, str, str, int]]) -> list[Observation]:
    return [
        Observation(f"H{number:02d}", level, kind, group, 1, value)
        for number, (level, kind, group, value) in enumerate(raw)
    ]


@pytest.mark.parametrize("name", sorted(METHODS))
@given(raw=_ROWS, seed=st.integers(0, 999))
@settings(max_examples=40)
def test_the_order_of_institutions_never_decides(name, raw, seed):
    """Two clerks with the same figures must come to the same benchmark."""
    rows = _rows(raw)
    mixed = random.Random(seed).sample(rows, len(rows))
    assert peers.measure(mixed, METHODS[name]) == peers.measure(rows, METHODS[name])


@pytest.mark.parametrize("name", sorted(METHODS))
@given(raw=_ROWS, factor=st.integers(2, 9), shift=st.integers(0, 10**6))
@settings(max_examples=30)
def test_a_benchmark_moves_with_its_unit(name, raw, factor, shift):
    """Yuan or ten thousand yuan, a new price level or none: the comparison must not depend on it."""
    rows = _rows(raw)
    moved = [row._replace(value_micro=row.value_micro * factor + shift) for row in rows]
    before, after = (peers.measure(group, METHODS[name]) for group in (rows, moved))
    for key, one in before.classes.items():
        assert after.classes[key].value == one.value * factor + Fraction(shift, 10**6)


@pytest.mark.parametrize("name", sorted(METHODS))
@given(raw=_ROWS)
@settings(max_examples=30)
def test_a_benchmark_lies_among_its_figures(name, raw):
    """No mean lies outside of what institutions really came to, however small a class is."""
    rows = _rows(raw)
    found = peers.measure(rows, METHODS[name])
    for (group, _, _), one in found.classes.items():
        values = [Fraction(row.value_micro, 10**6) for row in rows if row.group == group]
        assert min(values) <= one.value <= max(values)
        assert 0 < one.weight < 1


@given(st.lists(st.integers(90, 110), min_size=7, max_size=40), st.integers(10**6, 10**12))
@settings(max_examples=40)
def test_one_wild_figure_hardly_moves_a_robust_mean(values, wild):
    """A hospital that pads its figure must not raise the standard it is held to."""
    rows = [Observation(f"H{n}", 3, "a", "", 1, v * 10**6) for n, v in enumerate(values)]
    far = [*rows, Observation("W", 3, "a", "", 1, wild * 10**6)]
    for name in ("huber_mean@1", "median_of_means@1"):
        found = peers.measure(far, METHODS[name]).classes["", 3, "a"].own
        assert found < 200 or name == "median_of_means@1"
    assert peers.measure(far, METHODS["huber_mean@1"]).classes["", 3, "a"].own <= 120


_YEAR = st.tuples(
    st.integers(1, 10**6), st.integers(1, 10**12), st.integers(1, 10**12), st.integers(10**4, 10**7)
)


@given(_YEAR, _YEAR)
@settings(max_examples=80)
def test_the_causes_of_a_change_add_up_and_mirror(one, other):
    """S21: every fen of the difference has a cause, and looking back from the other year undoes it."""
    before, after = Figures(2024, *one), Figures(2025, *other)
    found = changes.review(before, after, POLICY)
    assert sum(found.causes.values()) == found.difference_fen
    assert found.proposed_fen <= found.cap_fen
    there, back = (changes.shapley(x.factors, y.factors) for x, y in ((before, after), (after, before)))
    assert [-part for part in there] == back
    assert sum(there) == found.difference_fen


@given(
    st.integers(0, 10**10),
    st.lists(st.integers(0, 10**10), min_size=3, max_size=3),
    st.permutations([0, 1, 2]),
)
@settings(max_examples=60)
def test_only_what_lies_above_the_limit_is_suggested(month, before, order):
    """S27: never more than the month itself, never anything of a month within the limit."""
    earlier = [{"H": before[at]} for at in order]
    found = growth_watch.compare({"H": month}, earlier, POLICY)[0]
    assert 0 <= found.over_fen <= month
    assert found.abnormal == (sum(before) > 0 and 10 * month * 3 >= 13 * sum(before) + 30)


@given(st.fractions(min_value=0, max_value=2000, max_denominator=50))
@settings(max_examples=25)
def test_a_range_holds_what_it_says(mean):
    """The exact range: both tails together at most what the level leaves, and neither end could be nearer."""
    from chspay_budget.engine.poisson import terms

    low, high = quantiles(mean, Fraction(1, 200), Fraction(199, 200)) if mean else (0, 0)
    if not mean:
        return
    first, weights = terms(mean)
    whole = sum(weights)
    sums = list(accumulate(weights))
    below = sums[low - first - 1] if low > first else 0
    assert Fraction(below, whole) <= Fraction(1, 200)
    assert Fraction(sums[high - first], whole) >= Fraction(199, 200)
    if high > first:
        assert Fraction(sums[high - first - 1], whole) < Fraction(199, 200)


def test_real_heads_lie_in_their_range_as_often_as_it_says():
    """Heads of independent persons, drawn 300 times: at most 1 % and chance lie above the range."""
    dice = random.Random(20261122)
    strata = [Stratum("0-6", "J", 400, 400, 120), Stratum("60+", "I", 300, 300, 240)]
    served = {("0-6", "J"): 200, ("60+", "I"): 150}
    above = 0
    for _ in range(300):
        heads = sum(dice.random() < 0.3 for _ in range(200)) + sum(dice.random() < 0.8 for _ in range(150))
        found = expected_heads.judge(strata, [Actual("H", heads, served)], policy_of({"heads.margin": "0"}))[
            0
        ]
        above += found.excess > 0
    assert above <= 6


@given(st.lists(st.integers(1000, 2000), min_size=5, max_size=200), st.integers(1, 11), st.booleans())
@settings(max_examples=100)
def test_misses_are_bounded_whatever_the_series_does(errors, delay, rising):
    """The promise of the adaptive interval: misses stay near what was promised, in any order of errors."""
    found = conformal.next_width(sorted(errors) if rising else errors, delay, Fraction(4, 5))
    if found is None:
        assert len(errors) < 4
        return
    assert 0 <= found.covered <= found.tested <= len(errors)
    assert found.width <= 2 * max(errors)
    misses = found.tested - found.covered
    bound = (1 + 2 * conformal.STEP * delay) / conformal.STEP
    assert abs(misses - Fraction(1, 5) * found.tested) <= bound


def test_an_interval_needs_as_many_errors_as_its_level_asks():
    """With three errors nobody can say 80 %."""
    assert (conformal.fewest(Fraction(4, 5)), conformal.fewest(Fraction(19, 20))) == (4, 19)
    assert conformal.next_width([1, 2, 3], 1, Fraction(4, 5)) is None
    assert conformal.next_width([1, 2, 3, 4], 1, Fraction(4, 5)).width == 4
