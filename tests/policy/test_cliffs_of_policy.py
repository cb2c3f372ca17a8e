"""What a published rule does at its thresholds, found from the policy and the engine that settles."""

from datetime import date
from fractions import Fraction

import pytest

import chspay_policy
from chspay_core.bundle import Bundle
from chspay_core.cliffs import find
from chspay_settlement.engine.curves import curves

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
