"""What must be true of any weights, whatever the cases."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of
from weights_world import ON, RULES, measured_of, table_of, terms_of

from chspay_core.errors import Fault
from chspay_grouper.engine.weights.cases import FEES, take_cases
from chspay_grouper.engine.weights.measure import measure_weights
from chspay_grouper.engine.weights.model import Measured
from chspay_grouper.engine.weights.stats import scheme_stats
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.model import PricedInput

TRIMS = ("none@1", "multiples@1", "interquartile@1", "percentiles@1")
READINGS = ("all_alike@1", "yearly_means@1", "pooled@1")
CHOICES = {"points.trim_fence": "1.5", "points.trim_low_share": "0.025", "points.trim_high_share": "0.975"}

row = st.fixed_dictionaries(
    {
        "drg": st.sampled_from(["G1", "G1", "G2", "G3"]),
        "hospital_code": st.sampled_from(["A", "B", "C"]),
        "total_cost": st.one_of(st.integers(80_000, 120_000), st.integers(400, 2_000_000)),
        "discharge_date": st.sampled_from([date(2023, 1, 1), date(2024, 12, 31), date(2025, 7, 1)]),
        "los_days": st.one_of(st.none(), st.integers(1, 40)),
        "fee_drug": st.integers(0, 100),
        "fee_consumable": st.integers(0, 100),
        "fee_test": st.integers(0, 100),
        "fee_service": st.integers(0, 100),
    }
)
rows_of_cases = st.lists(row, min_size=1, max_size=50)
choices = st.fixed_dictionaries(
    {"points.trim": st.sampled_from(TRIMS), "points.year_method": st.sampled_from(READINGS)}
).map(lambda found: {**CHOICES, **found})


def figures(measured: Measured) -> list[tuple[object, ...]]:
    """Everything a table of weights shows."""
    return [
        (group.code, group.kept, group.stable, group.units, group.points_units, group.part_units)
        for group in measured.groups
    ]


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_cases, rules=choices, seed=st.integers(0, 99))
def test_the_order_of_the_cases_never_matters(rows, rules, seed: int) -> None:
    """A file sorted another way must not move a weight."""
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert figures(measured_of(rows, rules)) == figures(measured_of(shuffled, rules))


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_cases, rules=choices, times=st.integers(2, 50))
def test_dearer_money_leaves_weights_unchanged(rows, rules, times: int) -> None:
    """A weight compares costs: when all cost so many times more, nothing moves."""
    money = ("total_cost", *FEES)
    dearer = [{**case, **{name: case[name] * times for name in money}} for case in rows]
    assert figures(measured_of(rows, rules)) == figures(measured_of(dearer, rules))


@settings(max_examples=80, deadline=None)
@given(
    rows=rows_of_cases,
    rules=choices,
    factors=st.dictionaries(st.sampled_from(["G1", "G2", "G3"]), st.sampled_from(["0.5", "1.1", "3"])),
)
def test_adjustment_keeps_the_total_weight(rows, rules, factors) -> None:
    """What one group gains all others give: exactly, and after rounding within half a step per case."""
    held = {case["drg"] for case in rows}
    table = [{"group": code, "factor": text} for code, text in factors.items() if code in held]
    moved = {**rules, "weights.adjust_method": "keep_total@1", "weights.adjustments": table}
    measured = measured_of(rows, moved)
    assert sum(group.adjusted * group.cases for group in measured.groups) == measured.total_weight
    rounded = sum(group.units * group.cases for group in measured.groups)
    assert abs(Fraction(rounded, 10**4) - measured.total_weight) <= Fraction(len(rows), 2 * 10**4)


@settings(max_examples=60, deadline=None)
@given(rows=rows_of_cases)
def test_weights_of_untrimmed_stable_groups_sum_to_the_cases(rows) -> None:
    """With RW from the same cases the total weight is the number of cases."""
    rules = {"points.trim": "none@1", "stability.n_min": "0", "stability.cv_max": "1000"}
    assert measured_of(rows, rules).total_weight == len(rows)


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_cases, rules=choices)
def test_parts_add_up_to_the_weight(rows, rules) -> None:
    """Drugs, consumables, tests, service and the rest are all there is."""
    for group in measured_of(rows, rules).groups:
        assert group.part_units is not None
        assert sum(group.part_units) == group.units
        assert min(group.part_units) >= 0


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_cases)
def test_level_weights_keep_the_total_of_their_group(rows) -> None:
    """Paying by level moves money between levels, never into or out of the group."""
    rules = {
        "weights.level_method": "level_mean@1",
        "weights.level_n_min": "0",
        "weights.level_spread_min": "1",
    }
    for group in measured_of(rows, rules, {"A": 1, "B": 2, "C": 3}).groups:
        if group.levels:
            assert sum(entry.exact * entry.n for entry in group.levels) == group.adjusted * group.kept


@settings(max_examples=80, deadline=None)
@given(rows=rows_of_cases)
def test_indices_are_one_over_the_area(rows) -> None:
    """Compared with itself an area consumes what it consumes: CMI, cost and time weigh out to 1."""
    stats = scheme_stats(table_of(rows))
    assert stats.cmi == 1
    hospitals = stats.hospitals
    assert sum(found.cost_index * found.cases for found in hospitals) == stats.priced == len(rows)
    stays = {
        name: sum(case["hospital_code"] == name and case["los_days"] is not None for case in rows)
        for name in "ABC"
    }
    timed = [(found.time_index, stays[found.hospital_code]) for found in hospitals if found.time_index]
    assert sum(index * n for index, n in timed) == sum(stays.values())


@settings(max_examples=60, deadline=None)
@given(rows=rows_of_cases)
def test_base_points_are_those_of_settlement(rows) -> None:
    """Weights and settlement share the arithmetic: one year, the same trimming, the same base points."""
    found = measured_of(rows, {"points.trim": "multiples@1"})
    inputs = [
        PricedInput(str(i), "H", None, case["drg"], "grouped", "", None, case["total_cost"], 0)
        for i, case in enumerate(rows)
    ]
    table = measure(inputs, policy_of(RULES, on=ON))
    assert [(group.code, group.kept, group.trims, group.stable) for group in found.groups] == [
        (group.drg, group.kept, group.trims, group.stable) for group in table.groups.values()
    ]
    assert [group.points_units * 100 for group in found.groups] == [
        group.base_micro for group in table.groups.values()
    ]


@pytest.mark.parametrize(
    "key",
    ["points.trim", "points.year_method", "weights.adjust_method", "weights.level_method", "tcm.method"],
)
def test_a_missing_parameter_refuses(key: str) -> None:
    """No weight is ever measured by a rule nobody made."""
    with pytest.raises(Fault) as refused:
        terms_of(without=(key,))
    assert (refused.value.reason.code, refused.value.field) == ("POLICY_MISSING", key)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points.trim": "interquartile@1"}, "points.trim_fence"),
        ({"points.trim": "percentiles@1"}, "points.trim_low_share"),
        ({"weights.level_method": "level_mean@1"}, "weights.level_n_min"),
        ({"weights.no_coefficient": "listed@1"}, "weights.no_coefficient_groups"),
        ({"weights.adjust_method": "keep_total@1"}, "weights.adjustments"),
        ({"tcm.method": "diagnosis_and_ratio@1"}, "tcm.groups"),
    ],
)
def test_a_method_asks_for_its_own_figures(changes: dict[str, object], field: str) -> None:
    """Choosing a method without its figures is refused, naming the figure."""
    with pytest.raises(Fault) as refused:
        terms_of(changes)
    assert (refused.value.reason.code, refused.value.field) == ("POLICY_MISSING", field)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({**CHOICES, "points.trim": "percentiles@1", "points.trim_low_share": "0.99"}, "POLICY_VALUE"),
        ({"points.trim": "median_only@1"}, "METHOD_UNKNOWN"),
        ({"points.year_method": "pooled@1", "points.year_weights": []}, "POLICY_VALUE"),
        (
            {
                "weights.adjust_method": "keep_total@1",
                "weights.adjustments": [{"group": "G", "factor": "0"}],
            },
            "POLICY_VALUE",
        ),
    ],
)
def test_a_value_that_cannot_be_meant_refuses(changes: dict[str, object], code: str) -> None:
    """A slip in a policy file stops before any figure is made."""
    with pytest.raises(Fault) as refused:
        terms_of(changes)
    assert refused.value.reason.code == code


def test_cases_left_out_say_why() -> None:
    """Nothing disappears silently: every case counts once, measured or under its first reason."""
    rows = [
        {"drg": "G", "status": "grouped", "total_cost": 100, "discharge_date": date(2025, 1, 1)},
        {"drg": "FQY", "status": "", "total_cost": 100, "discharge_date": date(2025, 1, 1)},
        {"drg": "G", "status": "invalid", "total_cost": 100, "discharge_date": date(2025, 1, 1)},
        {"drg": "G", "status": "", "total_cost": None, "discharge_date": date(2025, 1, 1)},
        {"drg": "G", "status": "", "total_cost": 0, "discharge_date": date(2025, 1, 1)},
        {"drg": "G", "status": "", "total_cost": 100, "discharge_date": None},
        {"drg": "G", "status": "", "total_cost": 100, "discharge_date": date(2022, 1, 1)},
        {"drg": "", "department": "A15", "total_cost": 100, "discharge_date": date(2025, 1, 1)},
    ]
    terms = terms_of({"points.year_method": "pooled@1"})
    columns = take_cases(table_of(rows), terms, {})
    assert columns.left_out == {
        "not_grouped": 2,
        "cost_missing": 1,
        "cost_not_positive": 1,
        "year_missing": 1,
        "year_outside": 1,
        "days_missing": 1,
    }
    assert len(columns.cost) == 1


@pytest.mark.parametrize(
    ("rows", "changes", "code"),
    [
        ([{"drg": "", "total_cost": 100}], {}, "WEIGHTS_NO_CASES"),
        ([{"drg": "G", "total_cost": 10**17}] * 50, {}, "AMOUNT_TOO_BIG"),
        ([{"drg": "G", "total_cost": 1}], {"points.year_method": "pooled@1"}, "COLUMN_MISSING"),
        ([{"drg": "G"}], {}, "COLUMN_MISSING"),
        (
            [{"drg": "G", "total_cost": 100, "department": "A15", "los_days": 2}],
            {},
            "WEIGHTS_NO_MEAN",
        ),
        (
            [{"drg": "G", "total_cost": 100, "hospital_code": "A"}],
            {
                "weights.level_method": "level_mean@1",
                "weights.level_n_min": "0",
                "weights.level_spread_min": "1",
            },
            "WEIGHTS_LEVEL_MISSING",
        ),
        (
            [{"drg": "G", "total_cost": 100}],
            {
                "weights.adjust_method": "keep_total@1",
                "weights.adjustments": [{"group": "X", "factor": "2"}],
            },
            "WEIGHTS_ADJUST_UNKNOWN",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(rows, changes, code: str) -> None:
    """A refusal names what is missing; a made-up weight would be paid."""
    terms = terms_of(changes)
    with pytest.raises(Fault) as refused:
        measure_weights(take_cases(table_of(rows), terms, {}), terms)
    assert refused.value.reason.code == code


def test_listed_groups_take_no_coefficient() -> None:
    """Where a document lists its primary-care groups, the list decides and nothing else."""
    rows = [{"drg": code, "total_cost": 100} for code in ("G1", "G2")]
    rules = {"weights.no_coefficient": "listed@1", "weights.no_coefficient_groups": ["G2"]}
    assert [group.no_coefficient for group in measured_of(rows, rules).groups] == [False, True]
