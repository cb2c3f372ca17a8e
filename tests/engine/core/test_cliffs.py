"""Steps of pay are found by looking at the pay itself, whatever the method is called."""

from fractions import Fraction

import pytest

from chspay_core.cliffs import Curve, find

YUAN = Fraction(100)
RATES = ((30, 480), (60, 380), (10_000, 300))


def whole_stay(days: int) -> Fraction:
    """The whole stay at the rate of its length (synthetic rates 480/380/300)."""
    return Fraction(next(rate for up_to, rate in RATES if days <= up_to) * days * 100)


def marginal(days: int) -> Fraction:
    """Each day at the rate of its own band."""
    paid = [next(rate for up_to, rate in RATES if day <= up_to) for day in range(1, days + 1)]
    return Fraction(sum(paid) * 100)


def of_days(_: int) -> str:
    """The key every figure of a bed-day curve stands under."""
    return "settle.per_diem"


def test_a_whole_stay_band_falls_where_the_published_table_falls():
    """30 days 14,400, 31 days 11,780; 60 days 22,800, 61 days 18,300 (worked figures of per-diem)."""
    found = find(Curve("床日", "days", 1, 400, whole_stay, of_days), YUAN)
    assert [(c.threshold, c.below / 100, c.above / 100) for c in found] == [
        (30, 14_400, 11_780),
        (60, 22_800, 18_300),
    ]
    assert [c.jump / 100 for c in found] == [-2_620, -4_500]


def test_a_marginal_band_has_no_step():
    """A smaller rate for further days is no cliff: 31 days still pay more than 30."""
    assert find(Curve("床日", "days", 1, 400, marginal, of_days), YUAN) == []


@pytest.mark.parametrize(
    ("factor", "jump"),
    [(Fraction(108, 100), Fraction(-24, 100)), (Fraction(90, 100), Fraction(30, 100)), (Fraction(1), None)],
)
def test_a_deducting_rule_jumps_wherever_the_coefficient_is_not_one(factor, jump):
    """K = 3: 1.08 falls to 0.84, 0.90 rises to 1.20, and 1 stays 1, per unit of the mean cost."""
    mean, top = 1_000_000, 3

    def pay(cost: int) -> Fraction:
        if cost <= top * mean:
            return factor * mean
        return Fraction(cost) - (top - 1) * factor * mean

    def role(cost: int) -> str:
        return "settle.normal" if cost <= top * mean else "settle.high"

    found = find(Curve("高倍率", "fen", 1, 8 * mean, pay, role, "settle.normal"), YUAN)
    if jump is None:
        assert found == []
    else:
        assert [(cliff.threshold, cliff.key) for cliff in found] == [(top * mean, "settle.high")]
        assert abs(found[0].jump - jump * mean) <= 1


def test_two_steps_in_one_pace_are_found_where_the_rule_says_it_turns():
    """Thresholds that lie closer together than the paces are not passed over when they are named."""

    def pay(cost: int) -> Fraction:
        return Fraction(5_000 if 500_001 <= cost <= 500_010 else 0)

    found = find(Curve("x", "fen", 0, 1_000_000, pay, of_days, turns=(500_000, 500_010)), YUAN)
    assert [cliff.threshold for cliff in found] == [500_000, 500_010]


def test_rounding_is_no_step():
    """Points of one place make the pay a staircase; that is the grain, not a cliff."""

    def pay(cost: int) -> Fraction:
        return Fraction(cost // 1_000 * 1_000)

    assert find(Curve("x", "fen", 0, 1_000_000, pay, of_days), YUAN) != []
    assert find(Curve("x", "fen", 0, 1_000_000, pay, of_days, grain=Fraction(1_000)), YUAN) == []
