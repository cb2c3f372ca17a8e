"""From a month's fund to a payment, and the life of a finding: order, limits, signs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_settlement.engine.books.ledger import difference_fen
from chspay_settlement.engine.month.audit import NEXT, FindingState, state_of, step
from chspay_settlement.engine.month.payment import (
    LineKind,
    PayLine,
    Standing,
    hold_postings,
    payment,
    prepaid_of,
    prepay_share,
)

lines = st.lists(
    st.tuples(st.sampled_from([k for k in LineKind if k is not LineKind.HOLD]), st.integers(-10_000, 10_000)),
    max_size=6,
)
holds = st.lists(st.one_of(st.none(), st.integers(1, 20_000)), max_size=3)


def made(found: list[tuple[LineKind, int]]) -> list[PayLine]:
    """Lines with numbers of their own."""
    return [PayLine(kind, f"N{place}", "", "", amount) for place, (kind, amount) in enumerate(found)]


@settings(max_examples=150, deadline=None)
@given(prepaid=st.integers(-20_000, 20_000), found=lines, left=holds)
def test_a_payment_is_the_sum_of_its_lines_and_a_hold_never_makes_a_debt(prepaid, found, left) -> None:
    """Every fen between fund and payment has a line, and a hold takes no more than there is."""
    standing = [Standing(f"H{place}", "", fen) for place, fen in enumerate(left)]
    paid = payment(prepaid, made(found), standing)
    assert paid.payable_fen == prepaid + sum(line.amount_fen for line in paid.lines)
    assert paid.payable_fen == (
        prepaid - paid.deducted_fen + paid.difference_fen + paid.released_fen + paid.other_fen - paid.held_fen
    )
    before = prepaid + sum(amount for _, amount in found)
    assert 0 <= paid.held_fen <= max(before, 0)
    assert paid.payable_fen >= min(before, 0)
    if None in left and before > 0:
        assert paid.payable_fen == 0
    for hold in standing:
        taken = -sum(line.amount_fen for line in paid.lines if line.number == hold.number)
        assert hold.left_fen is None or taken <= hold.left_fen
    assert paid == payment(prepaid, list(reversed(made(found))), standing)


def test_holds_move_money_between_two_accounts_and_back() -> None:
    """What is held is neither paid nor lost: released, both accounts stand where they stood."""
    taken = hold_postings([("A", 500), ("B", 0)], "m")
    back = hold_postings([("A", -500)], "m")
    assert [(line.account, line.debit_fen, line.credit_fen) for line in taken] == [
        ("payable", 500, 0), ("held", 0, 500),
    ]  # fmt: skip
    assert difference_fen(taken) == difference_fen(back) == 0
    assert [(line.debit_fen, line.credit_fen) for line in back] == [(0, 500), (500, 0)]


@pytest.mark.parametrize(
    ("fund", "exact", "share", "expected"),
    [(100, Fraction(100), "0.95", 95), (101, Fraction(1005, 10), "0.95", 95), (-7, Fraction(-7), "0.95", -7),
     (3, Fraction(299, 100), "1", 3), (1, Fraction(3, 2), "0.95", 1), (0, Fraction(0), "0.5", 0)],
)  # fmt: skip
def test_prepayment_is_rounded_once_from_the_exact_fund(fund, exact, share, expected) -> None:
    """Whole fen were handed out by largest remainder; the share is of what the points are worth."""
    assert prepaid_of(fund, exact, prepay_share(policy_of({"prepay.share": share}))) == expected


def test_a_share_above_one_is_no_share() -> None:
    """Nobody is paid more than the fund."""
    with pytest.raises(Fault) as caught:
        prepay_share(policy_of({"prepay.share": "1.01"}))
    assert caught.value.reason.code == "POLICY_VALUE"


@pytest.mark.parametrize("now", FindingState)
@pytest.mark.parametrize("wanted", FindingState)
def test_a_finding_goes_only_the_ways_that_are_written_down(now, wanted) -> None:
    """Only what is upheld is deducted; a step nobody foresaw is refused."""
    if wanted in NEXT[now]:
        assert step("F", now, wanted, 120) == (120 if wanted is FindingState.UPHELD else 0)
        return
    with pytest.raises(Fault) as caught:
        step("F", now, wanted, 120)
    assert caught.value.reason.code == "FINDING_STEP_BAD"


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
def test_an_upheld_finding_takes_a_real_amount(amount) -> None:
    """A deduction of nothing, or of more than any list costs, is a slip of the pen."""
    with pytest.raises(Fault) as caught:
        step("F", FindingState.OPEN, FindingState.UPHELD, amount)
    assert caught.value.reason.code == "FINDING_AMOUNT_BAD"
    with pytest.raises(Fault):
        state_of("lost")
