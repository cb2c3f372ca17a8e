"""The checker of lineage trees: it works everything out again, so nothing stored or claimed is believed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from chspay_core.errors import Fault
from chspay_settlement.engine.lineage.check import checked, faults
from chspay_settlement.engine.lineage.formula import Unreadable, evaluate, rounded
from chspay_settlement.engine.lineage.node import Node, NodeKind, Source, exact, given, money, opened, summed

SOURCE = Source("list_version", "total_cost_fen", "iteminfo.amt", "L1", 1, "ab")
COST = given(money("", "总费用", 12_345, name="cost"), SOURCE)
DAYS = given(replace(COST, label="天数", value="7", unit="days", name="days"), SOURCE)
SHARE = opened(money("run/R/case/H/C/share", "份额", 1_764, name="share"), "cost ÷ days", COST, DAYS,
               rounding="half_up_2")  # fmt: skip
MEAN = opened(exact("run/R/case/H/C/mean", "均值", Fraction("123.45") / 7, "yuan"), "cost ÷ days", COST, DAYS)


def test_a_tree_that_re_adds_is_marked_as_checked():
    """The mark a page shows must mean that somebody has calculated."""
    tree = checked(summed(money("run/R/pool/x", "合计", 1_764 + 12_345), SHARE, COST))
    assert tree.checked
    assert [child.checked for child in tree.inputs] == [True, False]
    assert checked(MEAN).checked


@pytest.mark.parametrize(
    "broken",
    [
        replace(SHARE, value="17.65"),
        replace(SHARE, formula="cost ÷ days + 1"),
        replace(SHARE, formula="cost ÷ nothing"),
        replace(SHARE, formula="cost ÷ (days − 7)"),
        replace(SHARE, formula=""),
        replace(SHARE, rounding="half_up_1"),
        replace(SHARE, inputs=(replace(COST, value="124.46"), DAYS)),
        replace(SHARE, inputs=(COST, COST)),
        replace(MEAN, exact=Fraction("17.6357")),
        replace(MEAN, value="17.6358"),
        summed(money("r", "合计", 1), COST),
        summed(money("r", "合计", 1)),
        replace(COST, source=None),
        Node("", "参数", "1", "ratio", NodeKind.RULE),
        Node("", "无处可查", "1", "ratio", NodeKind.LINE),
    ],
)
def test_whatever_does_not_follow_is_found(broken):
    """A wrong figure, formula, rounding, input or end is named, wherever it stands in the tree."""
    assert list(faults(broken))
    with pytest.raises(Fault):
        checked(opened(replace(SHARE, value=broken.value), "x", replace(broken, name="x")))


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a + b × c", "14"),
        ("(a + b) × c", "20"),
        ("min(a, b) − max(c, 1)", "-2"),
        ("fen_floor(a ÷ 3)", "0.66"),
        ("half_up_fen(a ÷ 3)", "0.67"),
        ("0 − fen_floor(0 − a ÷ 3)", "0.67"),
        ("served(a, b, k, a, b, k)", "1"),
        ("served(a, b, z, a, b, k)", "0"),
        ("served(a, c, z, a, b, k)", "1"),
    ],
)
def test_a_formula_means_what_it_says(formula, value):
    """The reader of formulas is not the code that calculated: both must mean the same."""
    names = {"a": Fraction(2), "b": Fraction(3), "c": Fraction(4), "k": "k", "z": "z"}
    assert evaluate(formula, names) == Fraction(value)


def test_a_comparison_holds_or_not_and_nonsense_is_refused():
    """Kinds of cases follow from comparisons; anything else in a formula is not guessed at."""
    names = {"low": Fraction(1), "cost": Fraction(2), "high": Fraction(2)}
    assert evaluate("low < cost ≤ high", names) is True
    assert evaluate("low < cost < high", names) is False
    for text in ("", "cost cost", "cost ++", "f(cost)", "cost ÷ 0", "(cost", "cost @ 1"):
        with pytest.raises(Unreadable):
            evaluate(text, names)
    with pytest.raises(Unreadable):
        rounded(Fraction(1), "by_feel")
