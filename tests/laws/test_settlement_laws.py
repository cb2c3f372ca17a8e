"""What must hold for every clearing, whatever the figures: order, sums, scale, splits and dates."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_settlement.engine.case.points import Pricer, case_points
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import HospitalTotals, PointValue, PricedInput
from chspay_settlement.engine.month.clearing import Clearing, clear
from chspay_settlement.engine.value.forms import FUND_ONLY, TOTAL_COST
from chspay_settlement.engine.value.split import case_funds, point_value, split_to_hospitals

POLICY = policy_of({"settle.high": "linear_add@1"})
V2 = policy_of({"settle.high": "linear_add@1", "point_value.form": "fund_only@1"})

rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "D"]),
        st.sampled_from(["G1", "G1", "G2", "G3"]),
        st.sampled_from(["grouped", "grouped", "grouped", "ungrouped"]),
        st.sampled_from(["", "", "", "A15"]),
        st.integers(1, 3_000_000),
        st.integers(0, 500_000),
    ),
    min_size=1,
    max_size=40,
).filter(lambda found: any(status == "grouped" and not dept for _, _, status, dept, _, _ in found))
funds = st.integers(0, 10**12)
totals = st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**9)), min_size=1, max_size=12).filter(
    lambda found: any(points for points, _ in found)
)


def inputs_of(found: list[tuple[str, str, str, str, int, int]]) -> list[PricedInput]:
    return [
        PricedInput(f"c{i:03}", hospital, None, drg, status, dept, 1 + i % 40, cost, patient)
        for i, (hospital, drg, status, dept, cost, patient) in enumerate(found)
    ]


def totals_of(found: list[tuple[int, int]]) -> list[HospitalTotals]:
    return [HospitalTotals(f"H{i:02}", 1, points, 0, patient) for i, (points, patient) in enumerate(found)]


def by_case(inputs: list[PricedInput], done: Clearing) -> dict[str, tuple[object, int]]:
    return {
        inp.case_id: (points, fund)
        for inp, points, fund in zip(inputs, done.points, done.funds_fen, strict=True)
    }


@settings(max_examples=120, deadline=None)
@given(found=rows, fund=funds, seed=st.integers(0, 2**16))
def test_order_never_matters(found: list, fund: int, seed: int) -> None:
    """Who comes first in a file must never decide who gets a fen."""
    inputs = inputs_of(found)
    shuffled = random.Random(seed).sample(inputs, len(inputs))
    first, second = clear(inputs, fund, POLICY), clear(shuffled, fund, POLICY)
    assert first.table == second.table
    assert first.hospitals == second.hospitals
    assert by_case(inputs, first) == by_case(shuffled, second)


@settings(max_examples=200, deadline=None)
@given(found=rows, fund=funds)
def test_no_fen_is_lost_or_made(found: list, fund: int) -> None:
    """The fund comes out whole, over hospitals and over cases, under both point values."""
    inputs = inputs_of(found)
    for policy in (POLICY, V2):
        done = clear(inputs, fund, policy)
        assert sum(amount.fund_fen for amount in done.hospitals) == fund
        assert sum(done.funds_fen) == fund
        for amount in done.hospitals:
            own = [
                money
                for inp, money in zip(inputs, done.funds_fen, strict=True)
                if inp.hospital_code == amount.hospital_code
            ]
            assert sum(own) == amount.fund_fen
            assert amount.total_fen == amount.fund_fen + amount.patient_fen


@settings(max_examples=120, deadline=None)
@given(found=rows)
def test_batch_is_the_single_case(found: list) -> None:
    """A case priced alone, with or without a worksheet, is the case priced among millions."""
    inputs = inputs_of(found)
    table = measure(inputs, POLICY)
    batch = Pricer(table, POLICY).price_all(inputs)
    assert batch == [case_points(inp, table, POLICY) for inp in inputs]


@given(found=totals, fund=funds, k=st.integers(2, 1000))
def test_scaling_all_points_changes_no_payment(found: list, fund: int, k: int) -> None:
    """Points are relative: k times as many for everybody pay the same."""
    for form in (TOTAL_COST, FUND_ONLY):
        plain, scaled = totals_of(found), totals_of([(points * k, patient) for points, patient in found])
        first = split_to_hospitals(point_value(form, fund, plain), plain)
        second = split_to_hospitals(point_value(form, fund, scaled), scaled)
        assert [a.fund_fen for a in first] == [b.fund_fen for b in second]


@given(found=totals, fund=funds, share=st.fractions(0, 1))
def test_splitting_a_hospital_leaves_the_sum(found: list, fund: int, share: object) -> None:
    """Two halves of a hospital get what it got, to within the fen that rounding moves; all still sum."""
    whole = totals_of(found)
    points, patient = found[0]
    part = int(points * share)
    halves = [
        HospitalTotals("H00", 1, part, 0, patient),
        HospitalTotals("H00b", 1, points - part, 0, 0),
        *whole[1:],
    ]
    for form in (TOTAL_COST, FUND_ONLY):
        one = split_to_hospitals(point_value(form, fund, whole), whole)
        two = split_to_hospitals(point_value(form, fund, halves), halves)
        assert sum(amount.fund_fen for amount in two) == sum(amount.fund_fen for amount in one) == fund
        assert abs(one[0].fund_fen - two[0].fund_fen - two[1].fund_fen) <= 2


@given(found=totals, fund=funds)
def test_both_point_values_sum_to_the_same_fund(found: list, fund: int) -> None:
    """V1 and V2 move money between hospitals, never into or out of the fund."""
    held = totals_of(found)
    for form in (TOTAL_COST, FUND_ONLY):
        amounts = split_to_hospitals(point_value(form, fund, held), held)
        assert sum(amount.fund_fen for amount in amounts) == fund


@given(found=totals, fund=funds, more=st.integers(1, 10**10), who=st.integers(0, 11))
def test_more_points_for_one_never_raise_another(found: list, fund: int, more: int, who: int) -> None:
    """V2: a hospital with more points takes from the others; a fen may move by rounding alone."""
    who %= len(found)
    before = totals_of(found)
    after = totals_of(
        [(points + (more if i == who else 0), patient) for i, (points, patient) in enumerate(found)]
    )
    first = split_to_hospitals(point_value(FUND_ONLY, fund, before), before)
    second = split_to_hospitals(point_value(FUND_ONLY, fund, after), after)
    for place, (old, new) in enumerate(zip(first, second, strict=True)):
        if place != who:
            assert new.fund_fen <= old.fund_fen + 1


@given(
    cases=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**6)), min_size=1, max_size=30),
    fund=st.integers(-(10**9), 10**12),
)
def test_cases_sum_to_their_hospital(cases: list, fund: int) -> None:
    """A hospital's money is handed to its cases whole, a receivable included."""
    if not any(points for points, _ in cases):
        return
    patients = sum(patient for _, patient in cases)
    points = sum(found for found, _ in cases)
    for includes in (True, False):
        held = HospitalTotals("H", len(cases), points, 0, patients)
        money = max(0, fund) + (patients if includes else 0)
        value = PointValue(money, points, includes)
        hospital = split_to_hospitals(value, [held])[0]
        columns = ([p for p, _ in cases], [m for _, m in cases])
        given_out = case_funds(value, hospital, [f"c{i}" for i in range(len(cases))], *columns)
        assert sum(given_out) == hospital.fund_fen


@settings(max_examples=40, deadline=None)
@given(found=rows, fund=funds)
def test_a_rule_of_a_later_day_never_matters(found: list, fund: int) -> None:
    """What begins tomorrow must not touch what is settled today."""
    later = policy_of(
        {"settle.high": "linear_add@1"},
        later={"outlier.low_multiple": "0.9", "settle.high": "cap@1", "point_value.form": "fund_only@1"},
    )
    inputs = inputs_of(found)
    first, second = clear(inputs, fund, POLICY), clear(inputs, fund, later)
    assert (first.points, first.funds_fen, first.hospitals) == (
        second.points,
        second.funds_fen,
        second.hospitals,
    )
