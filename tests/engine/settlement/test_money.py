"""Point value, splits, prepayment, postings and statements: where money is made of points."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_settlement.engine.books.ledger import MonthPay, difference_fen, month_postings
from chspay_settlement.engine.model import HospitalTotals, PointValue, PricedInput
from chspay_settlement.engine.month.clearing import clear
from chspay_settlement.engine.month.payment import Payment, prepaid_of, prepay_share
from chspay_settlement.engine.month.statement import (
    MONTH,
    RunFacts,
    group_lines,
    statement_content,
    statement_digest,
)
from chspay_settlement.engine.value.divide import divide
from chspay_settlement.engine.value.forms import FUND_ONLY, TOTAL_COST
from chspay_settlement.engine.value.split import (
    case_funds,
    form_of,
    hospital_totals,
    point_value,
    split_to_hospitals,
)

RUN = RunFacts(
    "r1", "990100", "2026-03", MONTH, "0.1.0", "990100", "2026-03-31", "d" * 64, "s", "e" * 64, "demo", 1000
)


def totals(*rows: tuple[int, int]) -> list[HospitalTotals]:
    return [HospitalTotals(f"H{i}", 1, points, 0, patient) for i, (points, patient) in enumerate(rows)]


def code_of(caught: pytest.ExceptionInfo[Fault]) -> str:
    return caught.value.reason.code


def test_a_hospital_whose_patients_paid_more_owes_the_difference() -> None:
    """A negative fund is a receivable: never clipped, and the others' funds still sum with it."""
    held = totals((10_000_000, 900_000), (90_000_000, 0))
    amounts = split_to_hospitals(point_value(TOTAL_COST, 100_000, held), held)
    assert [amount.fund_fen for amount in amounts] == [-800_000, 900_000]
    assert prepaid_of(amounts[0].fund_fen, Fraction(-800_000), prepay_share(policy_of())) == -800_000


def test_a_fund_without_points_is_refused_not_divided() -> None:
    """Nobody earned a point: the fund cannot be handed out, and zero is never divided by."""
    for found in ([], totals((0, 0), (0, 5))):
        with pytest.raises(Fault) as caught:
            point_value(FUND_ONLY, 1, found)
        assert code_of(caught) == "NO_POINTS"
    with pytest.raises(Fault) as caught:
        point_value(FUND_ONLY, -1, totals((1, 0)))
    assert code_of(caught) == "FUND_NEGATIVE"


def test_total_cost_needs_every_patients_part() -> None:
    """Absent is not zero: one unknown part stops the total-cost point value, not the fund-only one."""
    costs = [PricedInput(f"c{i}", "H", None, "G", "grouped", "", None, 1000, 10) for i in range(6)]
    costs[3] = costs[3]._replace(patient_fen=None)
    with pytest.raises(Fault) as caught:
        clear(costs, 100, policy_of())
    assert (code_of(caught), caught.value.value) == ("PATIENT_PAID_MISSING", "c3")
    assert sum(clear(costs, 100, policy_of({"point_value.form": "fund_only@1"})).funds_fen) == 100


def test_no_costless_point_is_paid_twice() -> None:
    """Excluded cases are in no total: neither their cost nor their patients' part counts."""
    cases = [PricedInput(f"c{i}", "H", None, "G", "grouped", "", None, 1000, 10) for i in range(6)]
    cases.append(PricedInput("bad", "H", None, "", "invalid", "", None, 5000, 4000))
    done = clear(cases, 100, policy_of())
    assert done.hospitals[0][:5] == ("H", 6, 600_000_000, 6000, 60)
    assert done.funds_fen[-1] == 0


def test_the_point_value_is_shown_not_used() -> None:
    """Four places are for the eye; the pair stays exact."""
    value = PointValue(11_100_000, 917_250_000, True)
    assert value.display() == "121.0139"


def test_no_more_is_retained_than_the_law_allows() -> None:
    """The 2025 procedures cap the retention at 5 %: a tenth held back is stopped, with the document named."""
    allowed = {"prepay.retention_max": "0.05"}
    assert prepay_share(policy_of({**allowed, "prepay.share": "0.95"})) == Fraction(19, 20)
    with pytest.raises(Fault) as caught:
        prepay_share(policy_of({**allowed, "prepay.share": "0.9"}))
    assert (code_of(caught), caught.value.field) == ("POLICY_VALUE", "prepay.share")


@pytest.mark.parametrize("share", ["1.01", "2"])
def test_more_than_everything_is_never_paid(share: str) -> None:
    """A prepayment share above one is a mistake in the policy, named with its document."""
    with pytest.raises(Fault) as caught:
        prepay_share(policy_of({"prepay.share": share}))
    assert (code_of(caught), caught.value.field) == ("POLICY_VALUE", "prepay.share")


@given(
    found=st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any),
    fund=st.integers(0, 10**7),
    share=st.integers(0, 10_000),
)
def test_paid_now_and_held_make_up_the_fund(found: list[int], fund: int, share: int) -> None:
    """What is held back is never negative and never more than the fund; a share of one holds nothing."""
    held = totals(*((points, 0) for points in found))
    policy = policy_of({"prepay.share": f"{share // 10_000}.{share % 10_000:04}"})
    done = divide(fund, held, policy, FUND_ONLY)
    for amount, exact in zip(done.hospitals, done.exact, strict=True):
        paid = prepaid_of(amount.fund_fen, exact, prepay_share(policy))
        assert 0 <= paid <= amount.fund_fen
        if share == 10_000:
            assert paid == amount.fund_fen


def test_postings_of_a_month_balance() -> None:
    """The fund is spent, payables and retentions owed, a receivable returned: debits equal credits."""
    postings = month_postings(
        [MonthPay("H2", -300, -300, 0), MonthPay("H1", 1000, 950, 50), MonthPay("H3", 0, 0, 0)], "2026-03"
    )
    assert [posting[:4] for posting in postings] == [
        ("fund_pool", "", 1000, 0),
        ("fund_pool", "", 0, 300),
        ("payable", "H1", 0, 950),
        ("retention", "H1", 0, 50),
        ("receivable", "H2", 300, 0),
    ]
    assert difference_fen(postings) == 0


def test_a_pay_that_does_not_add_up_is_not_posted() -> None:
    """A retention that was forgotten would be money lost; the hospital and the gap are named."""
    with pytest.raises(Fault) as caught:
        month_postings([MonthPay("H1", 1000, 950, 49)], "2026-03")
    assert (code_of(caught), caught.value.value) == ("PAY_UNBALANCED", "1")
    assert "H1" in caught.value.message


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 100)), max_size=10))
def test_any_month_balances(rows: list[tuple[int, int]]) -> None:
    """Whatever the amounts, the pool's net debit is the sum of the funds."""
    pays = []
    for i, (fund, percent) in enumerate(rows):
        retained = max(0, fund) * percent // 100
        pays.append(MonthPay(f"H{i}", fund, fund - retained, retained))
    postings = month_postings(pays, "m")
    assert difference_fen(postings) == 0
    pool = [posting for posting in postings if posting.account == "fund_pool"]
    assert sum(posting.debit_fen - posting.credit_fen for posting in pool) == sum(p.fund_fen for p in pays)


def statement(name: str = "演示医院") -> bytes:
    cases = [PricedInput(f"c{i}", "H", None, "G", "grouped", "", None, 1000 + i, 10) for i in range(6)]
    cases.append(PricedInput("u", "H", None, "", "ungrouped", "", None, 700, 10))
    policy = policy_of()
    done = clear(cases, 1000, policy)
    lines = group_lines(cases, done.points, done.funds_fen)
    hospital = done.hospitals[0]
    return statement_content(
        RUN,
        done.value,
        hospital,
        name,
        lines,
        Payment(prepaid_of(hospital.fund_fen, done.division.exact[0], prepay_share(policy))),
    )


def test_a_statement_is_the_same_bytes_for_the_same_facts() -> None:
    """A replay is compared byte for byte: sorted keys, compact, UTF-8, whole fen, plain decimals."""
    content = statement()
    assert content == statement()
    assert statement_digest(content) == sm3_hex(content)
    data = json.loads(content)
    again = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert again == content
    assert data["hospital"] == {"code": "H", "name": "演示医院"}
    assert data["totals"]["fund_fen"] == 1000 == sum(line["fund_fen"] for line in data["groups"])
    assert data["totals"]["prepaid_fen"] + data["totals"]["retained_fen"] == 1000
    assert [(line["drg"], line["kind"]) for line in data["groups"]] == [("", "ungrouped"), ("G", "normal")]
    assert b"." in content
    assert b"e+" not in content
    assert statement("另一家") != content


def test_a_statement_that_does_not_add_up_is_not_written() -> None:
    """Group lines that miss a case would hide money; the statement refuses to exist."""
    cases = [PricedInput(f"c{i}", "H", None, "G", "grouped", "", None, 1000, 10) for i in range(6)]
    done = clear(cases, 1000, policy_of())
    lines = group_lines(cases[1:], done.points[1:], done.funds_fen[1:])
    with pytest.raises(AssertionError, match="do not add up"):
        statement_content(RUN, done.value, done.hospitals[0], "", lines, Payment(0))


def test_the_steps_one_by_one_are_the_whole_clearing() -> None:
    """The service runs the steps over its database; they must come to what the whole function does."""
    cases = [
        PricedInput(f"c{i}", f"H{i % 3}", None, f"G{i % 2}", "grouped", "", None, 900 + 7 * i, i)
        for i in range(30)
    ]
    policy = policy_of()
    done = clear(cases, 98_765, policy)
    form = form_of(policy)
    held = hospital_totals(cases, done.points, form)
    value = point_value(form, 98_765, held)
    hospitals = split_to_hospitals(value, held)
    assert (value, hospitals) == (done.value, done.hospitals)
    for hospital in hospitals:
        own = [i for i, inp in enumerate(cases) if inp.hospital_code == hospital.hospital_code]
        funds = case_funds(
            value,
            hospital,
            [cases[i].case_id for i in own],
            [done.points[i].points_micro for i in own],
            [cases[i].patient_fen or 0 for i in own],
        )
        assert funds == [done.funds_fen[i] for i in own]
