"""What must hold of a year's plan whatever the figures: sums, conservation, causes, and alarms in time."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from plan_rules import changes, facts_of, month, policy_of, year_at

from chspay_budget.engine.adjust import Change, Standing, adjust, respread
from chspay_budget.engine.causes import Granted, Group, attribute, bills, whole
from chspay_budget.engine.funds import FUNDS, INPATIENT, RESERVE, SPENDING
from chspay_budget.engine.growth import next_month, watch
from chspay_budget.engine.proposal import propose
from chspay_budget.engine.split import Shift
from chspay_budget.engine.states import EVENT_NAMES, MOVES, State, move
from chspay_core.errors import Fault

POLICY = policy_of()
_WEIGHTS = ("0.09", "0.07", "0.09", *["0.08"] * 7, "0.09", "0.10")
SEASONS = policy_of(
    {
        "budget.month_share": "table@1",
        "budget.month_weights": [
            {"month": str(number), "weight": weight} for number, weight in enumerate(_WEIGHTS, start=1)
        ],
        "budget.run_rate": "month_share@1",
    }
)
FEN = st.integers(min_value=0, max_value=10**13)
SOME = st.integers(min_value=1, max_value=10**13)


def _tried(call):
    """What a call gives, or nothing and the code of its refusal."""
    try:
        return call(), ""
    except Fault as fault:
        return None, fault.reason.code


@given(SOME, FEN, FEN, FEN, FEN, st.decimals("-0.2", "0.2", places=6), st.integers(10**11, 10**14))
def test_five_funds_make_the_plan_and_income_covers_it(local, out, outpatient, days, heads, rate, income):
    """The funds of a plan that can be drafted add up to the plan, and income less the reserve carries it."""
    settled = {
        "inpatient": local, "out_of_area": out, "outpatient": outpatient, "per_diem": days,
        "capitation": heads,
    }  # fmt: skip
    found, code = _tried(lambda: propose(facts_of(income, settled, {"cost": str(rate)}), None, SEASONS))
    assert code in {"", "BUDGET_OVER_INCOME"}
    if found is None:
        return
    spending = sum(found.funds[fund] for fund in SPENDING)
    assert spending == int(found.sheet["spending"].value) <= found.ceiling_fen
    assert found.total_fen == spending + found.funds[RESERVE] <= income
    assert sum(found.months) == found.local_fen == found.funds[INPATIENT] - found.out_of_area_fen
    assert found.funds[RESERVE] == income - found.ceiling_fen


@given(st.lists(FEN, min_size=4, max_size=4), st.sampled_from(SPENDING), st.sampled_from(SPENDING), SOME)
def test_moving_between_funds_conserves_the_plan(settled, source, target, fen):
    """What one fund gives, another gets; nothing appears."""
    names = ("inpatient", "outpatient", "per_diem", "capitation")
    given_facts = dict(zip(names, settled, strict=True))
    assume(given_facts["inpatient"] > 0 and source != target)
    income = 4 * 10**14
    plain = propose(facts_of(income, given_facts), None, POLICY)
    facts = facts_of(income, given_facts, None, (Shift(source, target, fen, "联席会议"),))
    moved, code = _tried(lambda: propose(facts, None, POLICY))
    if moved is None:
        assert code in {"BUDGET_SHIFT_TOO_MUCH", "SPLIT_NO_WEIGHT"}
        assert fen >= plain.funds[source]
        return
    assert moved.total_fen == plain.total_fen
    assert moved.funds[source] == plain.funds[source] - fen
    assert moved.funds[target] == plain.funds[target] + fen


@given(
    st.integers(10**6, 10**12), st.integers(-(10**12), 10**12), st.integers(1, 12),
    st.sampled_from([POLICY, SEASONS]),
)  # fmt: skip
def test_an_adjustment_keeps_the_settled_months_and_the_sum(local, change, first, policy):
    """Months that are settled stay; the others make up the new sum exactly, whatever the change."""
    before = respread([0] * 12, local, 1, policy)
    after, code = _tried(lambda: respread(before, local + change, first, policy))
    if after is None:
        assert code == "BUDGET_ADJUST_BELOW_SETTLED"
        assert local + change < sum(before[: first - 1])
        return
    assert after[: first - 1] == before[: first - 1]
    assert sum(after) == local + change
    assert min(after) >= 0


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 11))
def test_drawing_on_the_reserve_changes_no_total(reserve, drawn, settled):
    """An adjustment out of the reserve moves money between funds; income and plan stay as they were."""
    funds = {"inpatient": 10**10, "outpatient": 10**9, "per_diem": 0, "capitation": 0, "reserve": reserve}
    income = sum(funds.values())
    months = respread([0] * 12, 10**10 - 10**8, 1, POLICY)
    standing = Standing(income, income - reserve, 10**10, 0, funds, 10**8, months)
    asked = Change("outbreak", changes(inpatient=drawn, reserve=-drawn), 0, 0, settled + 1, "通报")
    found, code = _tried(lambda: adjust(standing, asked, settled, POLICY))
    if found is None:
        assert code == "BUDGET_ADJUST_NOTHING" if drawn == 0 else code == "BUDGET_ADJUST_BELOW_ZERO"
        assert drawn == 0 or drawn > reserve
        return
    assert sum(found.funds.values()) == income == found.income_fen
    assert {f: found.funds[f] - funds[f] for f in FUNDS} == dict(asked.funds)


@given(
    st.lists(
        st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)),
        max_size=6,
    )
)
def test_no_run_of_adjustments_spends_what_income_does_not_carry(asked):
    """However a year is adjusted, spending grows by what the reserve gave and income brought, no more."""
    funds = {"inpatient": 10**10, "outpatient": 10**9, "per_diem": 0, "capitation": 0, "reserve": 10**9}
    income = sum(funds.values())
    at = Standing(income, income - 10**9, 10**10, 0, funds, 0, respread([0] * 12, 10**10, 1, POLICY))
    spent, room = 11 * 10**9, Fraction(11 * 10**9)
    for inpatient, reserve, more in asked:
        change = Change("outbreak", changes(inpatient=inpatient, reserve=reserve), 0, more, 1, "通报")
        found, _ = _tried(lambda: adjust(at, change, 0, POLICY))  # noqa: B023 - called at once
        if found is None:
            continue
        at = Standing(
            found.income_fen, found.ceiling_fen, 10**10, 0, found.funds, found.out_of_area_fen, found.months
        )
        spent = sum(found.funds[fund] for fund in SPENDING)
        room += (more * Fraction("0.97") if more > 0 else more) + max(-reserve, 0)
        assert spent <= found.ceiling_fen <= found.income_fen
        assert spent + found.funds[RESERVE] <= found.income_fen
        assert spent <= room
        assert sum(found.months) == found.local_fen


def test_no_other_move_is_accepted():
    """Of all 30 moves one could try, exactly the eight written down are."""
    allowed = set()
    for event in EVENT_NAMES:
        for state in State:
            found, code = _tried(lambda: move(event, state, "990100", 2027))  # noqa: B023 - called at once
            assert code in {"", "BUDGET_STATE_WRONG"}
            allowed |= {tuple(found)} if found else set()
    assert allowed == {tuple(found) for found in MOVES}
    assert len(allowed) == 8
    assert not any(source is State.CLOSED for _, source, _ in allowed)


@given(st.lists(st.integers(0, 10**11), min_size=12, max_size=12), st.integers(1, 10**12))
def test_the_alarm_precedes_the_breach_within_the_margin(spent, cap):
    """The promise of the alarm: a breach one could expect is told the month before at the latest."""
    weighed = [1] * 12
    known = [month(number, fen) for number, fen in enumerate(spent, start=1)]
    for last in range(1, 12):
        before, breaking = sum(spent[:last]), sum(spent[: last + 1])
        if before <= cap < breaking:
            foreseen = spent[last] <= Fraction("1.10") * next_month(spent[:last], weighed)
            if foreseen:
                assert watch(known[:last], cap, POLICY)
            return


def _noise(seed: int) -> list[int]:
    chance = random.Random(seed)
    return [chance.randint(-60, 60) for _ in range(12)]


def _first_alarm(spent: list[int], cap: int) -> int:
    known = [month(number, fen) for number, fen in enumerate(spent, start=1)]
    return next((last for last in range(1, 12) if watch(known[:last], cap, POLICY)), 99)


def _breach(spent: list[int], cap: int) -> int:
    return next((n for n in range(1, 13) if sum(spent[:n]) > cap), 0)


@pytest.mark.parametrize("share", ["1.03", "1.06", "1.12", "1.25", "1.60"])
def test_on_an_overrun_year_the_alarm_precedes_the_breach(share):
    """Eighty seeded years that pass the cap: not one does so before it was told, and most are told early."""
    early = 0
    for seed in range(80):
        cap = 10**11 + seed
        spent = year_at(cap, Fraction(share), _noise(seed))
        if breach := _breach(spent, cap):
            assert _first_alarm(spent, cap) < breach, (share, seed)
            early += _first_alarm(spent, cap) <= breach - 2
    assert early >= 40


def test_an_overrun_that_begins_in_the_year_is_told_before_the_breach():
    """A year that starts well and grows by the month is told late by the run rate; the margin helps."""
    for seed in range(80):
        cap = 10**11
        spent = [
            fen * (100 + max(0, number - 5) * 4) // 100
            for number, fen in enumerate(year_at(cap, Fraction("0.97"), _noise(seed)))
        ]
        breach = _breach(spent, cap)
        assert breach
        assert _first_alarm(spent, cap) < breach, seed


@pytest.mark.parametrize("share", ["0.80", "0.92", "0.96"])
def test_a_control_year_gives_no_alarm(share):
    """A year that stays below the cap must not cry wolf, or the next alarm is not believed."""
    for seed in range(80):
        assert _first_alarm(year_at(10**11, Fraction(share), _noise(seed)), 10**11) == 99, seed


@st.composite
def groups(draw):
    """Groups of which some have no cases on one side."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        sides = []
        for _ in range(2):
            cases = draw(st.integers(0, 5000))
            sides += [cases, draw(st.integers(0, 10**10)) if cases else 0]
        found.append(Group(f"G{number}", *sides))
    assume(sum(g.planned_fen for g in found) > 0 and sum(g.actual_fen for g in found) > 0)
    return found


@given(groups(), SOME, st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_causes_add_up_whatever_the_figures(given_groups, budget, granted, cost, recovered):
    """Every fen of the difference has its cause, against the first budget and against the one in force."""
    billed = sum(group.actual_fen for group in given_groups)
    assume(cost < billed)
    adjustments = [
        Granted("AD-1", "policy", granted, cost, "文件"), Granted("AD-2", "volume", granted // 2, 0, "文件")
    ]  # fmt: skip
    found = attribute(given_groups, budget, adjustments, (recovered, "文书"), "分析")
    assert sum(found.against_first.values()) == billed - recovered - budget
    assert sum(found.against_budget.values()) == found.actual_fen - found.budget_fen
    assert found.against_budget["misconduct"] == -recovered
    assert found.against_budget["policy"] == cost - granted
    swapped = attribute(given_groups[::-1], budget, adjustments, (recovered, "文书"), "分析")
    assert swapped.against_first == found.against_first


@given(groups(), SOME)
def test_the_causes_are_the_mean_over_every_order(given_groups, budget):
    """Each factor's part is what it adds on average over all six orders: no order is preferred."""
    billed = sum(group.actual_fen for group in given_groups)
    value = bills(given_groups, budget, billed)
    parts = [Fraction(0)] * 3
    for order in permutations(range(3)):
        mask = 0
        for player in order:
            parts[player] += Fraction(value[mask | 1 << player] - value[mask], 6)
            mask |= 1 << player
    found = attribute(given_groups, budget, [], (0, ""), "分析").against_first
    assert [found[name] for name in ("volume", "case_mix", "price")] == whole(parts)
    assert value[0] == budget
    assert value[7] == billed


@given(st.lists(st.integers(1, 400), min_size=1, max_size=4), st.integers(1, 9), st.integers(2, 5))
def test_a_factor_that_did_not_change_has_no_part(cases, price, times):
    """A dummy gets nothing: same mix and prices leave volume alone, same volume and mix leave price alone."""

    def groups_of(count: int, cost: int) -> list[Group]:
        return [
            Group(f"G{n}", c, c * price * (n + 1), c * count, c * count * price * (n + 1) * cost)
            for n, c in enumerate(cases)
        ]  # fmt: skip

    budget = sum(g.planned_fen for g in groups_of(1, 1))
    more = attribute(groups_of(times, 1), budget, [], (0, ""), "分析").against_first
    dearer = attribute(groups_of(1, times), budget, [], (0, ""), "分析").against_first
    gap = budget * (times - 1)
    assert more == {"volume": gap, "case_mix": 0, "price": 0, "policy": 0, "misconduct": 0}
    assert dearer == {"volume": 0, "case_mix": 0, "price": gap, "policy": 0, "misconduct": 0}
