"""Criteria, windows, quotas and outcomes to the point and the fen, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_dispute.app.shelf import calendar
from chspay_dispute.engine.cases import outcome
from chspay_dispute.engine.cases.criteria import criteria, eligible, on_list
from chspay_dispute.engine.cases.facts import Facts, Stated
from chspay_dispute.engine.cases.outcome import Decision
from chspay_dispute.engine.cases.quota import counts, hospital_quota, pool_quota, swap_quota
from chspay_dispute.engine.cases.window import cycle_of, read_cycle, window_of
from chspay_policy import ROOT

POLICY = Bundle.load(ROOT, "990100").on(date(2026, 4, 1))
PLAIN = Facts(
    list_id="L1", case_id="C1", hospital_code="H1", pool="990100", region_code="990101",
    admission=date(2026, 2, 1), discharge=date(2026, 2, 11), los_days=10, cost_fen=2_000_000,
    patient_fen=200_000, quality_checked=True, settled=True, method="drg", drg="AB15",
    points=Decimal(120), fund_fen=1_300_000, paid_fen=1_500_000, group_mean_fen=1_400_000,
    city_mean_fen=1_200_000, group_mean_los=Decimal("9.50"), value_fen=1_000_000_000,
    value_micro=90_000_000_000,
)  # fmt: skip


def _met(facts: Facts, stated: Stated) -> set[str]:
    return {item.name for item in criteria(facts, stated, POLICY, Worksheet("试验")) if item.met}


@pytest.mark.parametrize(
    ("changes", "stated", "met"),
    [
        ({}, Stated(), set()),
        ({"los_days": 60}, Stated(), {"C1"}),  # Three times the group's mean, though not over 60 days.
        ({"los_days": 60, "group_mean_los": None}, Stated(), set()),
        ({"los_days": 61, "group_mean_los": None}, Stated(), {"C1"}),
        ({"cost_fen": 4_200_000}, Stated(), {"C2"}),
        ({"cost_fen": 4_199_999}, Stated(), set()),
        ({"cost_fen": 4_200_000, "paid_fen": 3_700_001}, Stated(), set()),
        ({"procedures": ("00.44",)}, Stated(), {"C3"}),
        ({}, Stated(items=("XJS0001",)), {"C3"}),
        ({"icu_hours": 72}, Stated(), {"C4"}),
        ({"icu_hours": 71}, Stated(vent_hours=95), set()),
        ({}, Stated(vent_hours=96), {"C4"}),
        ({}, Stated(organ_support=True), {"C4"}),
        ({}, Stated(departments=("A", "B", "B")), set()),
        ({}, Stated(departments=("A", "B", "C")), {"C5"}),
        ({"newborn_weight_g": 1499, "cost_fen": 3_000_000}, Stated(), {"C6"}),
        ({"newborn_weight_g": 1500, "cost_fen": 3_000_000}, Stated(), set()),
        ({"newborn_weight_g": 1499, "cost_fen": 2_999_999}, Stated(), set()),
        ({"cost_fen": 11_500_000}, Stated(), {"C2", "C7-1"}),
    ],
)
def test_each_criterion_at_its_edge(changes: dict[str, object], stated: Stated, met: set[str]) -> None:
    # One fen or one hour decides whether a hospital may ask at all.
    assert _met(replace(PLAIN, **changes), stated) == met


def test_who_cannot_be_reviewed_is_told_why() -> None:
    # An unsettled, unchecked or faulty list, or one that is not paid by its group.
    assert eligible(PLAIN) == []
    assert len(eligible(replace(PLAIN, settled=False))) == 1
    assert "2处错误" in eligible(replace(PLAIN, quality_errors=2))[0]
    assert eligible(replace(PLAIN, method="per_diem"))
    assert eligible(replace(PLAIN, quality_checked=False))
    assert (
        on_list(replace(PLAIN, procedures=("50.59",)), Stated(), POLICY, "dispute.no_review_list") == "肝移植"
    )
    assert on_list(PLAIN, Stated(), POLICY, "dispute.no_review_list") == ""


def test_a_quarter_and_its_window() -> None:
    # The window is the first fifteen working days after the quarter, holidays and make-up days counted.
    quarter = cycle_of(date(2026, 2, 11), "quarter")
    assert (quarter.name, quarter.since, quarter.until) == ("2026Q1", date(2026, 1, 1), date(2026, 3, 31))
    assert window_of(quarter, 15, calendar()) == (date(2026, 4, 1), date(2026, 4, 22))
    assert cycle_of(date(2026, 12, 31), "month").name == "2026-12"
    assert cycle_of(date(2024, 2, 29), "year").until == date(2024, 12, 31)
    for name in ("2026Q1", "2026-03", "2026"):
        assert read_cycle(name).name == name
    for name in ("2026Q5", "2026-3", "26", "x", "2026Q01"):
        with pytest.raises(Fault) as fault:
            read_cycle(name)
        assert fault.value.reason.code == "CYCLE_UNKNOWN"
    with pytest.raises(Fault) as fault:
        window_of(cycle_of(date(2026, 11, 1), "quarter"), 15, calendar())
    assert fault.value.reason.code == "CALENDAR_ENDS"


def test_quotas_round_down() -> None:
    # 5 % of 59 is two cases, not three; the tenth case of ten thousand by DIP is the fiftieth per mille.
    assert pool_quota(POLICY, "drg", 59, 1, Worksheet("x")).left == 1
    assert pool_quota(POLICY, "dip", 10_000, 0, Worksheet("x")).limit == 50
    assert pool_quota(POLICY, "dip", 199, 0, Worksheet("x")).limit == 0
    assert hospital_quota(POLICY, 19, 1, Worksheet("x")).fits() is False
    swaps = swap_quota(POLICY, 9, 1, Worksheet("x"))
    assert (swaps.limit, swaps.fits(), swaps.left) == (1, False, 0)
    # Approved new technology is out of the count, applied for it is in.
    assert not counts(POLICY, approved=True, new_tech=True)
    assert counts(POLICY, approved=None, new_tech=True)
    assert counts(POLICY, approved=False, new_tech=False)


def _effect(decision: Decision, facts: Facts = PLAIN) -> outcome.Effect:
    return outcome.effect(decision, facts, POLICY, Worksheet("试验"))


def test_points_of_a_case_paid_by_item() -> None:
    # (20,000 - 1,234.56) / 12,000 * 100 = 156.3786666… points; rounded once; 36.3787 more than it had.
    found = _effect(Decision("ITEM", "属实", ("办法",), unreasonable_fen=123_456))
    assert (found.points_micro, found.delta_points_micro) == (156_378_700, 36_378_700)
    # At 10,000,000 yuan over 90,000 points: 36.3787 points are 4,042.08 yuan, rounded half up.
    assert found.delta_fen == 404_208


def test_the_share_of_the_fund_is_refused_until_it_can_be_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    # A figure that settlement would pay in another way must not be told to a hospital.
    monkeypatch.setattr(type(POLICY), "text", lambda _policy, _key: "fund_share")
    with pytest.raises(Fault, match="基金支付比例") as fault:
        outcome.effect(Decision("ITEM", "属实", ("办法",)), PLAIN, POLICY, Worksheet("试验"))
    assert fault.value.reason.code == "CASE_DECISION_BAD"


def test_other_outcomes() -> None:
    # What leaves the money alone, what sets it, and what only settlement can find.
    assert _effect(Decision("KEEP", "x", ("y",))) == outcome.Effect(None, 0, 0)
    assert _effect(Decision("REGROUP", "x", ("y",), drg="AB11")) == outcome.Effect(None, None, None)
    adjusted = _effect(Decision("ADJUST", "x", ("y",), points_micro=100_000_000))
    assert (adjusted.delta_points_micro, adjusted.delta_fen) == (-20_000_000, -222_222)
    assert _effect(Decision("REVOKE", "x", ("y",), restored_fen=500)) == outcome.Effect(None, 0, 500)
    # All of a deduction is given back: how much that is, settlement knows.
    assert _effect(Decision("REVOKE", "x", ("y",))) == outcome.Effect(None, 0, None)


@pytest.mark.parametrize(
    ("type_", "figures"),
    [
        ("T1 PARTIAL", {"restored_fen": 500}),  # Would pay the whole stay by item.
        ("T1 KEEP", {"unreasonable_fen": 1}),
        ("T1 ITEM", {"points_micro": 1}),
        ("T1 ADJUST", {"points_micro": 1, "drg": "AB15"}),
        ("T2 PARTIAL", {"restored_fen": 500}),
        ("T2 ITEM", {"unreasonable_fen": 2_000_000}),
        ("T4 PARTIAL", {}),
        ("T3 PARTIAL", {}),  # Would give the whole deduction back.
        ("T3 PARTIAL", {"restored_fen": -1}),
        ("T3 PARTIAL", {"restored_fen": 5, "points_micro": 1}),
        ("T3 ITEM", {"unreasonable_fen": 1}),
        ("T3 REVOKE", {"restored_fen": -1}),
        ("T5 ADJUST", {"points_micro": 1, "restored_fen": 1}),
        ("T7 PARTIAL", {}),
        ("T7 ADJUST", {"points_micro": 1}),
    ],
)
def test_a_figure_that_says_nothing_about_the_outcome_is_refused(type_: str, figures: dict[str, int]) -> None:
    # What an officer names and what is paid must be the same thing; a figure out of place means another.
    kind, named = type_.split()
    with pytest.raises(Fault) as fault:
        outcome.check(Decision(named, "x", ("y",), **figures), kind, tuple(outcome.OUTCOMES), PLAIN)
    assert fault.value.reason.code == "CASE_DECISION_BAD"


@pytest.mark.parametrize(
    ("type_", "figures"),
    [
        ("T1 PARTIAL", {"unreasonable_fen": 1}), ("T1 ITEM", {}), ("T2 REGROUP", {"drg": "AB15"}),
        ("T3 PARTIAL", {"restored_fen": 1}), ("T3 REVOKE", {}), ("T3 DEDUCT", {}),
        ("T5 ADJUST", {"points_micro": 1}), ("T7 REVOKE", {"restored_fen": 1}),
    ],
)  # fmt: skip
def test_a_figure_in_its_place_is_taken(type_: str, figures: dict[str, int]) -> None:
    # The same rule must not stand in the way of a decision that says what it should.
    kind, named = type_.split()
    outcome.check(Decision(named, "x", ("y",), **figures), kind, tuple(outcome.OUTCOMES), PLAIN)


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision("REGROUP", "x", ("y",), drg="A"), "OUTCOME_NOT_OPEN"),
        (Decision("NOVEL", "x", ("y",)), "OUTCOME_NOT_OPEN"),
        (Decision("ITEM", " ", ("y",)), "CASE_DECISION_BAD"),
        (Decision("ITEM", "x"), "CASE_DECISION_BAD"),
        (Decision("ITEM", "x", ("y",), unreasonable_fen=2_000_000), "CASE_DECISION_BAD"),
        (Decision("ITEM", "x", ("y",), unreasonable_fen=-1), "CASE_DECISION_BAD"),
        (Decision("ADJUST", "x", ("y",)), "CASE_DECISION_BAD"),
        (Decision("ADJUST", "x", ("y",), points_micro=-1), "CASE_DECISION_BAD"),
    ],
)
def test_a_decision_says_enough(decision: Decision, code: str) -> None:
    # A decision without reasons, sources or a figure cannot be told to a hospital.
    with pytest.raises(Fault) as fault:
        outcome.check(decision, "T1", ("KEEP", "ITEM", "ADJUST", "PARTIAL"), PLAIN)
    assert fault.value.reason.code == code


def test_each_approval_thins_the_point_value() -> None:
    # One budget, more points: -B*d/(P*(P+d)), exactly.
    points, budget, delta = 90_000_000_000, 1_000_000_000, 36_378_700
    change = outcome.diluted(budget, points, delta)
    expected = -Fraction(budget * delta, points * (points + delta)) * 1_000_000 / 100
    assert change == expected
    assert change < 0
