"""What must hold for every form of the point value, every coefficient table and every carve-out."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_settlement.engine.coefficient.cells import cells_of
from chspay_settlement.engine.coefficient.measure import factor_of, measure_coefficients, within
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.parts import Cell
from chspay_settlement.engine.coefficient.table import RAW_PLACES, coefficient_table_of
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import CaseKind, CasePoints, HospitalTotals, PricedInput
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.value.carve import Carve, carve, payments
from chspay_settlement.engine.value.divide import Division, divide
from chspay_settlement.engine.value.facts import Facts, facts_of, fixed_of
from chspay_settlement.engine.value.forms import FUND_ONLY, POINT_VALUE, TOTAL_COST
from chspay_settlement.engine.value.split import hospital_totals

ELASTIC = {
    "elastic.fixed_part": "goods_share@1",
    "elastic.group_shares": [{"drg": "G1", "fixed_share": "0.37"}, {"drg": "G2", "fixed_share": "1"}],
    "elastic.value_method": "fund_share@1",
    "elastic.base_share": "0.4",
}
RULES = {
    "rate.level_shares": [{"level": "2", "share": "0.3"}, {"level": "3", "share": "0.7"}],
    "rate.fixed": "61.2345",
    "rate.by_level": [{"level": "2", "rate": "55.5"}, {"level": "3", "rate": "80.01"}],
    **ELASTIC,
}
FORMS = sorted(POINT_VALUE.names)
POLICIES = {name: policy_of({**RULES, "point_value.form": name}) for name in FORMS}
rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C", "D"]),
        st.sampled_from(["G1", "G2"]),
        st.integers(1, 10**9),
        st.integers(0, 10**6),
    ),
    min_size=2,
    max_size=30,
)
funds = st.integers(0, 10**12)
totals = st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**9)), min_size=1, max_size=12).filter(
    lambda found: any(points for points, _ in found)
)


def cases_of(found: list) -> tuple[list[PricedInput], list[CasePoints]]:
    """Cases with their points; A and B are of level 3, the first two cases of either level."""
    found = [("A", "G1", 10**6, 0), ("C", "G1", 10**6, 0), *found]
    inputs = [
        PricedInput(
            f"c{i:03}", code, 3 if code in "AB" else 2, drg, "grouped", "", None, patient + 10, patient
        )
        for i, (code, drg, _, patient) in enumerate(found)
    ]
    return inputs, [CasePoints(CaseKind.NORMAL, points) for _, _, points, _ in found]


def divided(inputs: list, points: list, fund: int, name: str) -> Division:
    policy = POLICIES[name]
    form = POINT_VALUE.named(name, policy)
    facts = facts_of(inputs, points, form, policy)
    return divide(fund, hospital_totals(inputs, points, form), policy, facts=facts)


@settings(max_examples=60, deadline=None)
@given(found=rows, fund=funds, name=st.sampled_from(FORMS), seed=st.integers(0, 99))
def test_every_form_hands_out_its_fund_in_any_order(found: list, fund: int, name: str, seed: int) -> None:
    """H 1: hospitals and a named residual sum to the fund, cases to their hospital; order decides nothing."""
    inputs, points = cases_of(found)
    done = divided(inputs, points, fund, name)
    assert sum(h.fund_fen for h in done.hospitals) + done.residual_fen == fund
    assert bool(done.cause) == bool(done.residual_fen)
    if not done.form.priced_up:
        assert done.residual_fen == 0
    mixed = list(zip(inputs, points, strict=True))
    random.Random(seed).shuffle(mixed)
    assert divided([i for i, _ in mixed], [p for _, p in mixed], fund, name) == done
    fixed = fixed_of(POLICIES[name], done.form)
    for hospital in done.hospitals:
        own = [(i, p) for i, p in mixed if i.hospital_code == hospital.hospital_code]
        given_out = done.case_funds(
            hospital.hospital_code,
            [inp.case_id for inp, _ in own],
            [found.points_micro for _, found in own],
            [inp.patient_fen or 0 for inp, _ in own],
            [] if fixed is None else [fixed(inp, found) for inp, found in own],
        )
        assert sum(given_out) == hospital.fund_fen


def totals_of(found: list) -> list[HospitalTotals]:
    return [HospitalTotals(f"H{i:02}", 1, points, 0, patient) for i, (points, patient) in enumerate(found)]


BASE = policy_of(
    {
        "point_value.form": "elastic@1",
        "elastic.fixed_part": "base_increment@1",
        "elastic.value_method": "fund_share@1",
        "elastic.base_share": "0.8",
    }
)


def elastic_of(found: list, base: list[int], fund: int) -> Division:
    held = totals_of(found)
    facts = Facts(fixed_micro={total.hospital_code: micro for total, micro in zip(held, base, strict=True)})
    return divide(fund, held, BASE, facts=facts)


@settings(max_examples=80, deadline=None)
@given(found=totals, fund=funds, k=st.integers(2, 1000), part=st.fractions(0, 1))
def test_elastic_is_the_floating_value_on_average_and_scales(
    found: list, fund: int, k: int, part: Fraction
) -> None:
    """H 8 and H 4: elastic values only move money between hospitals, and points stay relative."""
    base = [int(points * part) for points, _ in found]
    assume(any(base) and part < 1 and sum(base) < sum(points for points, _ in found))
    done = elastic_of(found, base, fund)
    flat = divide(fund, totals_of(found), BASE, FUND_ONLY)
    assert sum(h.fund_fen for h in done.hospitals) == sum(h.fund_fen for h in flat.hospitals) == fund
    assert done.value == flat.value
    more = elastic_of(
        [(points * k, patient) for points, patient in found], [micro * k for micro in base], fund
    )
    assert [h.fund_fen for h in more.hospitals] == [h.fund_fen for h in done.hospitals]


@settings(max_examples=80, deadline=None)
@given(found=totals, fund=funds, more=st.integers(1, 10**10), who=st.integers(0, 11))
def test_more_points_for_one_never_raise_another_under_elastic(
    found: list, fund: int, more: int, who: int
) -> None:
    """H 6 for the elastic value with the same base: a fen may move by rounding alone."""
    base = [points // 2 for points, _ in found]
    assume(any(base))
    who %= len(found)
    after = [(points + (more if i == who else 0), patient) for i, (points, patient) in enumerate(found)]
    first, second = elastic_of(found, base, fund), elastic_of(after, base, fund)
    for place, (old, new) in enumerate(zip(first.hospitals, second.hospitals, strict=True)):
        if place != who:
            assert new.fund_fen <= old.fund_fen + 1


@given(found=totals, fund=funds)
def test_forms_of_one_value_sum_alike(found: list, fund: int) -> None:
    """H 7: counting the patients' part in moves money between hospitals, never out of the fund."""
    held = totals_of(found)
    for form in (TOTAL_COST, FUND_ONLY):
        assert sum(h.fund_fen for h in divide(fund, held, BASE, form).hospitals) == fund


@settings(max_examples=40, deadline=None)
@given(found=rows, first=funds, second=funds, cut=st.integers(1, 31))
def test_pools_of_one_city_are_each_exact(found: list, first: int, second: int, cut: int) -> None:
    """One point table, two funds: each pool hands out its own and no case earns other points than alone."""
    inputs = [
        PricedInput(f"c{i:03}", f"{code}{i % 2}", None, drg, "grouped", "", None, 1 + cost % 10**7, patient)
        for i, (code, drg, cost, patient) in enumerate(found)
    ]
    cut = cut % (len(inputs) - 1) + 1
    policy = policy_of()
    table = measure(inputs, policy)
    west, east = inputs[:cut], inputs[cut:]
    together = clear(inputs, first, policy, table=table)
    for pool, fund, place in ((west, first, 0), (east, second, cut)):
        if not sum(case.points_micro for case in together.points[place : place + len(pool)]):
            with pytest.raises(Fault, match="NO_POINTS"):
                clear(pool, fund, policy, table=table)
            continue
        done = clear(pool, fund, policy, table=table)
        assert sum(done.funds_fen) == fund
        assert done.points == together.points[place : place + len(pool)]


weights = st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 5 * 10**12)), min_size=1, max_size=25)


@given(pairs=weights, floor=st.integers(0, 100), ceiling=st.integers(100, 300))
def test_renormalising_makes_no_points(pairs: list, floor: int, ceiling: int) -> None:
    """H 2: with any guard rails around 1 the base year's points stay what they were, exactly."""
    ws, raws = [w for w, _ in pairs], [r for _, r in pairs]
    whole, unit = sum(ws), 10**RAW_PLACES
    free = any(w and r for w, r in pairs)
    k = factor_of(ws, raws, None)
    if free:
        assert sum(w * k * r / unit for w, r in pairs) == whole
    rails = (Fraction(floor, 100), Fraction(ceiling, 100))
    k = factor_of(ws, raws, rails)
    held = sum((w * within(k * r / unit, rails) for w, r in pairs), Fraction(0))
    nothing = sum(w for w, r in pairs if not r)
    if free and nothing * rails[0] + (whole - nothing) * rails[1] >= whole:
        assert held == whole


@settings(max_examples=40, deadline=None)
@given(
    found=st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C"]),
            st.sampled_from(["G1", "G2", "G3"]),
            st.integers(1, 60),
            st.integers(1, 10**7),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[:2],
    ),
    places=st.integers(1, 6),
    seed=st.integers(0, 9),
)
def test_measured_coefficients_drift_by_rounding_alone(found: list, places: int, seed: int) -> None:
    """Published places may move the base year's points by half a last place; the order by nothing."""
    cells = [Cell(code, 2, drg, cases, cases * mean, 0) for code, drg, cases, mean in found]
    base = {"G1": 80_000_000, "G2": 125_500_000, "G3": 40_000_000}
    policy = policy_of(
        {
            "coefficient.method": "cost_ratio@1",
            "coefficient.guard": "capped@1",
            "coefficient.floor": "0.7",
            "coefficient.ceiling": "1.3",
            "coefficient.renormalise": "yes",
            "coefficient.places": str(places),
        }
    )
    table = measure_coefficients(cells, base, policy)
    assert abs(table.drift) <= Fraction(1, 2 * 10**places)
    mixed = random.Random(seed).sample(cells, len(cells))
    assert measure_coefficients(mixed, base, policy).content == table.content
    assert coefficient_table_of(table.content) == table
    coefficients = coefficients_of(policy, table)
    for row in table.rows:
        assert Fraction(7, 10) <= coefficients.of(row.hospital_code, None, row.drg) <= Fraction(13, 10)


def test_a_table_of_another_method_or_none_at_all_stops_pricing() -> None:
    """A run must never price with coefficients nobody measured for it."""
    rules = {"coefficient.guard": "none@1", "coefficient.renormalise": "no", "coefficient.places": "4"}
    ratio = policy_of({**rules, "coefficient.method": "cost_ratio@1"})
    inputs, _ = cases_of([("A", "G1", 1, 0)] * 8)
    with pytest.raises(Fault) as caught:
        clear(inputs, 100, ratio)
    assert caught.value.reason.code == "COEFFICIENT_TABLE_MISSING"
    table = measure_coefficients(cells_of(inputs), {"G1": 100_000_000}, ratio)
    clear(inputs, 100, ratio, coefficients=coefficients_of(ratio, table))
    other = policy_of({**rules, "coefficient.method": "composite@1"})
    with pytest.raises(Fault) as caught:
        coefficients_of(other, table)
    assert caught.value.reason.code == "COEFFICIENT_TABLE_OTHER"


KINDS = [
    {"kind": "drugs", "name": "双通道药品", "side": "before"},
    {"kind": "surplus", "name": "集采结余留用", "side": "after"},
]


@given(
    found=totals,
    fund=st.integers(10**8, 10**12),
    amounts=st.lists(
        st.tuples(
            st.sampled_from(["drugs", "surplus"]), st.sampled_from(["H00", "H01", "P"]), st.integers(1, 10**6)
        ),
        max_size=10,
    ),
)
def test_what_is_carved_out_is_neither_lost_nor_paid_twice(found: list, fund: int, amounts: list) -> None:
    """Payments and residual are the fund and what was added, whatever is set apart."""
    policy = policy_of({"carve.kinds": KINDS})
    given_out = [Carve(kind, payee, fen, f"n{i}") for i, (kind, payee, fen) in enumerate(amounts)]
    carved = carve(fund, given_out, policy)
    done = divide(carved.divided_fen, totals_of(found), policy)
    paid = sum(payment.total_fen for payment in payments(carved, done))
    assert paid == fund + sum(fen for kind, _, fen in amounts if kind == "surplus")
