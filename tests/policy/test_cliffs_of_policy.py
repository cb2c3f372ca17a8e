"""What a published rule does at its thresholds, found from the policy and the engine that settles."""

from datetime import date
from fractions import Fraction

import pytest
from settlement_rules import policy_of

import chspay_policy
from chspay_core.bundle import Bundle
from chspay_core.cliffs import find
from chspay_settlement.engine.case.curves import curves

YUAN = Fraction(100)


def cliffs(place, **tried):
    """The steps of a demonstration pool with some methods exchanged: (key, threshold yuan, below, above)."""
    policy = Bundle.load(chspay_policy.ROOT, place).on(date(2026, 1, 1))
    if tried:
        policy = policy.tried({key.replace("__", "."): value for key, value in tried.items()})
    found = [cliff for curve in curves(policy) for cliff in find(curve, YUAN) if "界限3倍" in curve.label]
    return {
        (cliff.key, cliff.curve.label[-5:-1], cliff.threshold // 100): (
            int(cliff.below / 100), int(cliff.above / 100),
        )
        for cliff in found
    }  # fmt: skip


def test_deduct_jumps_as_the_table_of_cliffs_says():
    """DEDUCT, K = 3, f 1.05 and 0.95: 1.05 falls to 0.90, 0.95 rises to 1.10; f = 1 is continuous."""
    found = {key[1:]: money for key, money in cliffs("990100", settle__high="deduct@1").items()
             if key[0] == "settle.high"}  # fmt: skip
    assert found == {("1.05", 30_000): (10_500, 9_000), ("0.95", 30_000): (9_500, 11_000)}


@pytest.mark.parametrize(("method", "jumps"), [("linear_add@1", 0), ("as_normal@1", 0), ("cap@1", 3)])
def test_the_other_rules_for_high_cases_jump_or_not_as_published(method, jumps):
    """LINEAR_ADD is continuous, CAP pays the multiple from one fen to the next."""
    found = [key for key in cliffs("990100", settle__high=method) if key[0] == "settle.high"]
    assert len(found) == jumps


def test_the_low_threshold_is_a_step_of_every_rule_paid_by_ratio():
    """0.40 of the mean is paid below, the whole standard above."""
    assert cliffs("990200")[("settle.low", "3倍的病", 3_999)] == (3_999, 10_000)


def steps(**rules):
    """The steps of a policy made for the test, low threshold left out: (key, threshold, below, above)."""
    policy = policy_of({key.replace("__", "."): value for key, value in rules.items()})
    found = [cliff for curve in curves(policy) for cliff in find(curve, YUAN)]
    return sorted(
        {
            (c.key, c.threshold, round(c.below / 100), round(c.above / 100))
            for c in found
            if c.key != "settle.low"
        }
    )


JINING = {
    "coefficient__method": "level_table@1",
    "coefficient__by_level": [{"level": "3", "value": "1.08"}],
    "outlier__low_multiple": "0.5",
    "outlier__low_boundary": "le",
    "outlier__high_tiers": [{"up_to": "", "multiple": "2"}],
    "outlier__extreme_multiple": "5",
    "outlier__extreme_boundary": "gt",
    "settle__low": "cost_ratio@1",
    "settle__high": "linear_add@1",
    "settle__extreme": "as_normal@1",
}


def test_jining_falls_at_five_times_the_mean():
    """济宁 2023, f 1.08: continuous at 2, and at 5 times the mean 4.08 falls to 1.08."""
    assert steps(**JINING) == [("settle.extreme", 5_000_000, 40_800, 10_800)]


def test_the_table_of_cliffs_for_a_threshold_of_three():
    """LINEAR_ADD continuous; DEDUCT 1.08 to 0.84; CAP 1.08 to 3.24 (f 1.08, K = 3)."""
    level = {
        "coefficient__method": "level_table@1",
        "coefficient__by_level": [{"level": "3", "value": "1.08"}],
        "outlier__high_tiers": [{"up_to": "", "multiple": "3"}],
    }
    assert steps(**level, settle__high="linear_add@1") == []
    assert steps(**level, settle__high="deduct@1") == [("settle.high", 3_000_000, 10_800, 8_400)]
    assert steps(**level, settle__high="cap@1") == [("settle.high", 3_000_000, 10_800, 32_400)]


TIERS = [
    {"category": "psychiatry", "up_to": "30", "points": "4.8"},
    {"category": "psychiatry", "up_to": "60", "points": "3.8"},
    {"category": "psychiatry", "up_to": "", "points": "3"},
]


def test_a_whole_stay_at_one_rate_falls_where_a_tier_begins():
    """Rates 480/380/300: 30 days 14,400 and 31 days 11,780; 60 days 22,800 and 61 days 18,300."""
    whole = steps(per_diem__day_tiers=TIERS, settle__per_diem="day_tiers_whole_stay@1")
    assert whole == [("settle.per_diem", 30, 14_400, 11_780), ("settle.per_diem", 60, 22_800, 18_300)]
    assert steps(per_diem__day_tiers=TIERS, settle__per_diem="day_tiers_marginal@1") == []
