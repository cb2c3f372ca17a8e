"""What must hold of the points of any case under any combination of the named methods."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

from combinations import random_cases, random_policy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from replay import replay
from settlement_rules import policy_of

from chspay_core.amounts import MICRO, largest_remainder
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.marks import Mark, MarkKind, merged
from chspay_settlement.engine.case.points import Pricer, case_points
from chspay_settlement.engine.case.regroup import regrouped
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import CaseKind, Group, GroupTable, PricedInput
from chspay_settlement.engine.month.clearing import clear

seeds = st.integers(0, 2**32)
TABLE = GroupTable.of(1_200_000, 1, [Group("G", 9, 1, 0, 960_000, 1_920_000, True, "", 80_000_000, "3")])
MARKS = [
    Mark(MarkKind.DAY_SURGERY, "", "", "a"),
    Mark(MarkKind.TCM, "0.4", "", "b"),
    Mark(MarkKind.NEW_TECHNOLOGY, "7.77", "add_on", "c"),
    Mark(MarkKind.READMISSION, "0.5", "", "d"),
    Mark(MarkKind.VIOLATION, "2", "", "e"),
    Mark(MarkKind.REVIEW, "100", "linear_add", "f"),
]
RULED = {
    "settle.day_surgery": "factor@1",
    "settle.day_surgery_factor": "0.9",
    "tcm.uplift_method": "capped_share@1",
    "tcm.uplift_share_min": "0.3",
    "tcm.uplift_rate": "0.1",
    "tcm.uplift_cap": "0.05",
}


def world(seed: int) -> tuple[list[PricedInput], Pricer, random.Random]:
    """Random cases, some of them marked, and a pricer of a random policy without measured coefficients."""
    chance = random.Random(seed)
    policy = random_policy(chance)
    while policy.text("coefficient.method") == "cost_ratio@1":
        policy = random_policy(chance)
    inputs = random_cases(chance, 24)
    return inputs, Pricer(measure(inputs, policy), policy), chance


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_every_worksheet_of_every_method_can_be_worked_out_again(seed: int) -> None:
    """Whatever the methods and marks, the sheet alone comes to the points, and every rule is cited."""
    inputs, pricer, _ = world(seed)
    for inp in inputs:
        sheet = Worksheet(inp.case_id)
        try:
            found = pricer.price(inp)
        except Fault:
            continue
        assert pricer.explain(inp, sheet) == found
        replay(sheet)
        assert all(line.citation and line.evidence for line in sheet.lines if line.rule)


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_points_are_rounded_once_from_the_exact_value(seed: int) -> None:
    """The compiled integers and every chain of steps end within half of the last place of the exact value."""
    inputs, pricer, _ = world(seed)
    half = Fraction(1, 2 * 10**pricer.terms.places)
    for inp in map(regrouped, inputs):
        try:
            found = pricer.price(inp)
        except Fault:
            continue
        if found.kind is CaseKind.EXCLUDED:
            continue
        plan = pricer.plan(inp)
        assert plan is not None
        way, steps = pricer.way(plan, inp)
        exact = steps[-1].exact if steps else way.exact
        points = Fraction(found.points_micro, MICRO)
        assert way.kind is found.kind
        assert (points * 10**pricer.terms.places).denominator == 1
        assert abs(points - exact) <= half


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_a_single_case_is_the_case_of_the_batch_and_order_never_matters(seed: int) -> None:
    """A disputed case priced alone, in another order and with a fresh pricer earns what it earned."""
    inputs, pricer, chance = world(seed)
    try:
        batch = pricer.price_all(inputs)
    except Fault:
        assume(False)
    policy = pricer.terms.policy
    shuffled = chance.sample(inputs, len(inputs))
    assert measure(shuffled, policy) == pricer.table
    again = dict(zip((inp.case_id for inp in shuffled), Pricer(pricer.table, policy).price_all(shuffled),
                     strict=True))  # fmt: skip
    assert [again[inp.case_id] for inp in inputs] == batch
    some = chance.sample(range(len(inputs)), 4)
    assert [case_points(inputs[i], pricer.table, policy) for i in some] == [batch[i] for i in some]


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_within_a_band_more_cost_never_earns_less(seed: int) -> None:
    """Every method is a rising or level line; only thresholds may step down, and the lint names those."""
    inputs, pricer, chance = world(seed)
    for inp in inputs:
        try:
            plan = pricer.plan(inp)
        except Fault:
            continue
        for band in plan.bands if plan else ():
            assert band.line.slope >= 0
            low, high = sorted((chance.randrange(1, 10**7), chance.randrange(1, 10**7)))
            assert band.line.exact(low) <= band.line.exact(high)
        tops = [max(band.top, 0) for band in plan.bands] if plan else []
        assert tops == sorted(tops)


@given(cost=st.integers(1, 10**7), more=st.integers(0, 10**6))
def test_the_continuous_methods_together_never_fall(cost: int, more: int) -> None:
    """Ratio below, base between, linear above: a dearer case never earns less."""
    pricer = Pricer(TABLE, policy_of({"settle.normal": "base_only@1", "settle.high": "linear_add@1"}))
    assert pricer.price(_case(cost)).points_micro <= pricer.price(_case(cost + more)).points_micro


@given(days=st.integers(1, 500))
def test_marginal_bed_days_never_fall(days: int) -> None:
    """A day more earns at least nothing more; whole-stay tiers do not promise that."""
    tiers = [
        {"category": "psychiatry", "up_to": up_to, "points": points}
        for up_to, points in (("30", "4"), ("60", "3.2"), ("", "2.5"))
    ]
    policy = policy_of({"settle.per_diem": "day_tiers_marginal@1", "per_diem.day_tiers": tiers})
    pricer = Pricer(TABLE, policy)
    one, next_ = (
        pricer.price(PricedInput("c", "H", None, "", "grouped", "A15", n, 1, 0)) for n in (days, days + 1)
    )
    assert one.points_micro < next_.points_micro


def _case(cost: int, marks: tuple[Mark, ...] = ()) -> PricedInput:
    return PricedInput("c1", "H", None, "G", "grouped", "", 5, cost, 0, marks)


@given(order=st.permutations(MARKS), cut=st.integers(0, len(MARKS)))
def test_the_order_of_marks_never_matters(order: list[Mark], cut: int) -> None:
    """Marks come from several finders and decisions; merging them either way prices the same."""
    pricer = Pricer(TABLE, policy_of(RULED))
    whole = merged("c1", MARKS)
    assert merged("c1", order[:cut], order[cut:], order[:cut]) == whole
    given_so = pricer.price(_case(3_000_000, tuple(order)))
    assert given_so == pricer.price(_case(3_000_000, whole))
    assert given_so.points_micro < 0


def test_every_subset_of_marks_is_its_own_product() -> None:
    """The order of the steps is fixed: factors, then what is added, then readmission, then violation."""
    pricer = Pricer(TABLE, policy_of(RULED))
    steps = [Fraction("0.9"), Fraction("1.04"), Fraction("7.77"), Fraction("0.5"), Fraction(-2)]
    for chosen in itertools.product((False, True), repeat=5):
        points = Fraction(80)
        for place, (value, taken) in enumerate(zip(steps, chosen, strict=True)):
            if taken:
                points = points + value if place == 2 else points * value
        marks = tuple(mark for mark, taken in zip(MARKS, chosen, strict=False) if taken)
        assert pricer.price(_case(900_000, marks)).points_micro == points * MICRO


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_a_rule_dated_later_never_matters(seed: int) -> None:
    """What begins tomorrow must not touch today's points, whichever rules begin."""
    chance = random.Random(seed)
    inputs = [inp._replace(marks=()) for inp in random_cases(chance, 16)]
    later = {
        "settle.low_step": "ratio_plus@1",
        "settle.extreme": "cap@1",
        "settle.ambiguous": "as_group@1",
        "outlier.limit_on": "standard@1",
        "outlier.high_by_level": [{"level": "1", "multiple": "2"}],
        "outlier.tier_on": "weight",
    }
    levels = {"coefficient.method": "level_table@1",
              "coefficient.by_level": [{"level": str(n), "value": "1.01"} for n in (1, 2, 3)]}  # fmt: skip
    today, tomorrow = policy_of(levels), policy_of(levels, later=later)
    assert _points(inputs, today) == _points(inputs, tomorrow)


def _points(inputs: list[PricedInput], policy: Policy) -> list[object]:
    return list(clear(inputs, 10**9, policy).points)


@given(
    weights=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12),
    total=st.integers(-(10**10), 10**10),
)
def test_deducted_points_are_owed_and_the_sum_stays(weights: list[int], total: int) -> None:
    """Points below zero owe what they would have earned; to the fen the total is handed out."""
    whole = sum(weights)
    assume(whole)
    keys = [f"k{i:02}" for i in range(len(weights))]
    shares = largest_remainder(total, weights, keys, signed=True)
    assert sum(shares) == total
    for weight, share in zip(weights, shares, strict=True):
        assert abs(share - Fraction(total * weight, whole)) < 1
