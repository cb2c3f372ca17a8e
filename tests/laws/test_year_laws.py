"""What must hold for every annual clearing: the decision is handed out whole, re-clearing conserves."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.amounts import yuan_to_fen
from chspay_core.errors import Fault
from chspay_settlement.engine.books.ledger import (
    MonthPay,
    difference_fen,
    difference_postings,
    month_postings,
)
from chspay_settlement.engine.books.payment_order import (
    Owed,
    order_file,
    payable_lines,
    payment_postings,
    set_off_postings,
    set_offs,
)
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.year.bands import banded_fen, read_bands
from chspay_settlement.engine.year.clearing import Booked, Year, clear_year, year_postings
from chspay_settlement.engine.year.content import YearInput, year_input
from chspay_settlement.engine.year.reclear import reclear, reclear_postings, year_after
from chspay_settlement.engine.year.sharing import Member, Standing, decision_fen

RULES: dict[str, object] = {
    "clearing.level": "pool@1",
    "clearing.keep": "0.85",
    "clearing.bear": "0.85",
    "clearing.withheld": "to_fund@1",
    "clearing.assessment": "release_steps@1",
    "clearing.assessment_table": [{"score": "60", "share": "0.5"}, {"score": "80", "share": "1"}],
    "clearing.reclear": "pv_kept@1",
    "clearing.bands": [
        {"up_to": "0.8", "rule": "actual", "share": "0"},
        {"up_to": "1", "rule": "keep", "share": "0.7"},
        {"up_to": "1.1", "rule": "bear", "share": "0.6"},
        {"up_to": "", "rule": "bear", "share": "0"},
    ],
}
LEVELS = ["pool@1", "budget_used@1", "institution@1", "nested@1"]
money = st.integers(0, 10**11)
rows = st.lists(
    st.tuples(
        st.sampled_from(["990101", "990102", "990100"]),
        st.sampled_from([*Standing, Standing.NORMAL, Standing.NORMAL]),
        st.integers(1, 10**12),
        money,
        money,
        st.tuples(*[st.integers(0, 10**10)] * 6),
        st.integers(0, 100),
    ),
    min_size=1,
    max_size=9,
).filter(lambda found: any(row[1] is not Standing.TERMINATED for row in found))
budgets = st.integers(9 * 10**11, 10**13)


def year_of(found: list, budget: int, **rules: object) -> tuple[Year, dict[str, Decimal], object]:
    """A cleared year of random institutions."""
    members, booked, scores = [], {}, {}
    for number, (area, standing, points, patient, actual, held, score) in enumerate(found):
        code = f"H{number}"
        members.append(Member(code, area, standing, 1, points, 0, patient, actual))
        booked[code] = Booked(*held)
        scores[code] = Decimal(score)
    policy = policy_of({**RULES, **rules})
    return clear_year(members, budget, booked, scores, policy, 17), scores, policy


@settings(max_examples=60, deadline=None)
@given(
    found=rows,
    budget=budgets,
    level=st.sampled_from(LEVELS),
    form=st.sampled_from(["total_cost@1", "fund_only@1"]),
    withheld=st.sampled_from(["to_fund@1", "to_others@1"]),
)
def test_the_decision_is_handed_out_whole(
    found: list, budget: int, level: str, form: str, withheld: str
) -> None:
    """Invariant 1: whatever the level, the finals sum to the decision amount to the fen."""
    rules = {"clearing.level": level, "point_value.form": form, "clearing.withheld": withheld}
    year, _, _ = year_of(found, budget, **rules)
    decision = year.decision
    assert sum(hospital.fund_fen for hospital in year.hospitals) == decision.decision_fen
    assert decision.decision_fen == decision.terminated_fen + decision.shared_fen - decision.withheld_fen
    assert difference_fen(year_postings(year, "y")) == 0
    for hospital in year.hospitals:
        held = hospital.booked
        owed = hospital.fund_fen - hospital.assessed_fen - held.deducted_fen - held.audit_fen
        assert hospital.balance_fen == owed - held.prepaid_fen - held.advance_fen
        if hospital.member.standing is Standing.TERMINATED:
            assert hospital.fund_fen == hospital.member.actual_fen
        elif hospital.member.standing is not Standing.NORMAL:
            below = hospital.member.actual_fen < hospital.target_fen
            assert not below or hospital.fund_fen <= hospital.member.actual_fen


@settings(max_examples=60, deadline=None)
@given(found=rows, budget=budgets, seed=st.randoms(use_true_random=False), level=st.sampled_from(LEVELS))
def test_order_decides_nothing(found: list, budget: int, seed: object, level: str) -> None:
    """Who is written down first must not decide who gets a fen."""
    year, scores, policy = year_of(found, budget, **{"clearing.level": level})
    members = [hospital.member for hospital in year.hospitals]
    booked = {hospital.hospital_code: hospital.booked for hospital in year.hospitals}
    seed.shuffle(members)  # type: ignore[attr-defined]
    assert clear_year(members, budget, booked, scores, policy, 17) == year  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(
    found=rows,
    budget=budgets,
    method=st.sampled_from(["pv_kept@1", "pv_recomputed@1"]),
    share=st.fractions(min_value="1/100", max_value=1),
)
def test_clearing_again_conserves(found: list, budget: int, method: str, share: object) -> None:
    """K1 gives the fund exactly what it takes; K2 moves money between institutions and makes none."""
    year, scores, policy = year_of(found, budget, **{"clearing.reclear": method})
    offender = year.hospitals[0]
    points = max(1, int(offender.member.points_micro * share))  # type: ignore[operator]
    stayed = [h for h in year.hospitals if h.member.standing is not Standing.TERMINATED]
    if method == "pv_recomputed@1" and stayed == [offender] and points == offender.member.points_micro:
        return  # Nobody would have a point left to divide by.
    again = reclear(year, {offender.hospital_code: points}, scores, policy)
    postings = reclear_postings(again, year.decision, "r")
    assert difference_fen(postings) == 0
    if method == "pv_kept@1":
        moved = [e for e in again.effects if e.fund_fen or e.balance_fen]
        assert all(effect.hospital_code == offender.hospital_code for effect in moved)
        assert again.returned_fen >= 0
    elif all(h.member.standing is Standing.NORMAL for h in year.hospitals):
        assert again.returned_fen == 0
        assert sum(effect.fund_fen for effect in again.effects) == 0
    after = year_after(year, again)
    assert sum(h.fund_fen for h in after.hospitals) == after.decision.decision_fen
    total: Counter[tuple[str, str]] = Counter()
    for line in [*year_postings(year, "y"), *postings]:
        total[line.account, line.hospital_code] += line.debit_fen - line.credit_fen
    spent = total["fund_pool", ""] + total["reserve", ""] + 17
    months = sum(hospital.booked.months_fen for hospital in year.hospitals)
    assert spent + months == after.decision.decision_fen


def test_nested_sharing_without_any_claim_goes_by_points() -> None:
    """Bands that pay the bill and a pool without bills, found by random years, must not stop a clearing."""
    found = [("990101", Standing.NORMAL, 10**6 * n, 0, 0, (0,) * 6, 90) for n in (1, 3)]
    year, _, _ = year_of(found, 1000, **{"clearing.level": "nested@1", "point_value.form": "fund_only@1"})
    assert [hospital.fund_fen for hospital in year.hospitals] == [212, 638]


@given(actual=money, budget=money)
def test_keep_and_bear_meet_at_the_budget(actual: int, budget: int) -> None:
    """The decision lies between bill and budget, and neither ratio jumps where they meet."""
    policy = policy_of(RULES)
    decided = decision_fen(actual, budget, policy)
    assert min(actual, budget) <= decided <= max(actual, budget)
    assert decision_fen(budget, budget, policy) == budget


@given(standard=st.integers(1, 10**11), actual=money)
def test_bands_never_pay_more_than_standard_and_bill_allow(standard: int, actual: int) -> None:
    """No band may pay more than the higher of bill and standard, nor less than the lower."""
    paid = banded_fen(actual, standard, read_bands(policy_of(RULES)))
    assert min(actual, standard) <= paid <= max(actual, standard)


@given(
    parts=st.lists(st.tuples(*[st.integers(-(10**12), 10**12)] * 3), max_size=8),
    residual=st.integers(-99, 99),
)
def test_differences_mirror_what_they_correct(parts: list[tuple[int, int, int]], residual: int) -> None:
    """A correction and its opposite must leave no trace on any account."""
    for sign in (1, -1):
        deltas = [
            MonthPay(f"H{i}", sign * sum(part), *(sign * amount for amount in part))
            for i, part in enumerate(parts)
        ]
        lines = difference_postings(deltas, "d", sign * residual)
        assert difference_fen(lines) == 0
        found = {(line.account, line.hospital_code): line.debit_fen - line.credit_fen for line in lines}
        if sign == 1:
            first = found
    assert {key: -amount for key, amount in found.items()} == first


@given(parts=st.lists(st.tuples(*[st.integers(0, 10**12)] * 3), max_size=8), residual=st.integers(-99, 99))
def test_a_month_with_deductions_and_residual_balances(parts: list, residual: int) -> None:
    """What audit takes off and what a method leaves over are named, not lost."""
    pays = [MonthPay(f"H{i}", sum(part), *part) for i, part in enumerate(parts)]
    lines = month_postings(pays, "m", residual)
    found = Counter(
        {line.account: line.debit_fen - line.credit_fen for line in lines if not line.hospital_code}
    )
    assert difference_fen(lines) == 0
    assert found["fund_pool"] == sum(pay.fund_fen for pay in pays) + residual
    assert found["deduction"] == -sum(pay.deducted_fen for pay in pays)


@settings(max_examples=60, deadline=None)
@given(found=rows, budget=budgets, level=st.sampled_from(LEVELS))
def test_a_year_read_back_is_the_same_year(found: list, budget: int, level: str) -> None:
    """A re-clearing starts from the stored bytes: they must hold everything, and say it in one way."""
    year, scores, policy = year_of(found, budget, **{"clearing.level": level})
    kept = YearInput(
        pool="990100",
        year=2026,
        budget_fen=budget,
        residual_fen=17,
        members=tuple(reversed([hospital.member for hospital in year.hospitals])),
        booked={hospital.hospital_code: hospital.booked for hospital in year.hospitals},
        scores=scores,
        facts=Facts({"H0": 2}, {"H0": 5}, {"H0": [3, 1, 2]}),
    )
    content = kept.content()
    again = year_input(content)
    assert again.content() == content
    assert again.clear(policy) == year  # type: ignore[arg-type]


@given(
    owed=st.lists(st.tuples(st.integers(-(10**9), 10**11), st.integers(0, 10**9)), min_size=1, max_size=9),
    off=st.booleans(),
)
def test_an_order_pays_exactly_what_is_owed(owed: list[tuple[int, int]], off: bool) -> None:
    """Nobody is paid twice, nobody below zero, and the file's total is that of the postings."""
    debts = [Owed(f"H{i}", payable, claw) for i, (payable, claw) in enumerate(owed)]
    taken = set_offs(debts) if off else []
    if not any(one.payable_fen > 0 for one in debts) or (
        off and all(one.claw_back_fen >= one.payable_fen for one in debts)
    ):
        with pytest.raises(Fault, match="PAYMENT_NOTHING"):
            payable_lines(debts, taken, {}, "990100")
        return
    lines = payable_lines(debts, taken, {"H0": '医院"一",\n'}, "990100")
    books = [*set_off_postings(taken, "s"), *payment_postings(lines, "p")]
    assert difference_fen(books) == 0
    left = Counter({one.hospital_code: one.payable_fen for one in debts})
    for line in books:
        if line.account == "payable":
            left[line.hospital_code] -= line.debit_fen - line.credit_fen
    assert all(amount <= 0 for amount in left.values())
    paid = sum(line.credit_fen for line in books if line.account == "bank")
    content = order_file("PO-1", "990100", date(2026, 4, 1), "m", lines)
    assert content == order_file("PO-1", "990100", date(2026, 4, 1), "m", lines)
    parsed = list(csv.reader(io.StringIO(content.decode(), newline="")))
    assert yuan_to_fen(parsed[-1][2]) == paid == sum(yuan_to_fen(row[4]) for row in parsed[1:-1])
    assert len({row[1] for row in parsed[1:-1]}) == int(parsed[-1][1]) == len(lines)


@pytest.mark.prove
@settings(max_examples=20_000, deadline=None)
@given(found=rows, budget=budgets, level=st.sampled_from(LEVELS))
def test_twenty_thousand_years_lose_no_fen(found: list, budget: int, level: str) -> None:
    """The same conservation, often enough to meet the rare roundings."""
    year, _, _ = year_of(found, budget, **{"clearing.level": level})
    assert sum(hospital.fund_fen for hospital in year.hospitals) == year.decision.decision_fen
    assert difference_fen(year_postings(year, "y")) == 0


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("bill", [0, 100_000])
def test_an_institution_that_owes_points_owes_money_or_stops_the_clearing(level: str, bill: int) -> None:
    """Points lost to violations are never forgiven by the way the year is shared."""
    members = [
        Member("H1", "990101", Standing.NORMAL, 1, -5_000_000, 0, 0, bill),
        Member("H2", "990101", Standing.NORMAL, 1, 80_000_000, 0, 0, 20 * bill),
        Member("H3", "990102", Standing.NORMAL, 1, 90_000_000, 0, 0, 30 * bill),
    ]
    policy = policy_of({**RULES, "clearing.level": level})
    scores = {member.hospital_code: Decimal(90) for member in members}
    if level == "nested@1":
        with pytest.raises(Fault) as caught:
            clear_year(members, 10_000_000, {}, scores, policy)
        assert (caught.value.reason.code, caught.value.facts["hospital"]) == ("YEAR_POINTS_NEGATIVE", "H1")
        return
    year = clear_year(members, 10_000_000, {}, scores, policy)
    assert year.hospitals[0].balance_fen < 0
    assert sum(hospital.fund_fen for hospital in year.hospitals) == year.decision.decision_fen
    year_postings(year, "年度清算")
