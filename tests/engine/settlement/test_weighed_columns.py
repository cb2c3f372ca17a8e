"""Cases priced by a published weight table: over columns as one by one, and explained with its digest."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from combinations import GROUPS, coefficients_for, random_cases, random_policy
from hypothesis import given, settings
from hypothesis import strategies as st
from settlement_rules import policy_of
from test_columnar import outcome

from chspay_core.errors import Fault
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import Columns
from chspay_settlement.engine.groups.table_content import TABLE_BROKEN, table_content, table_of
from chspay_settlement.engine.model import CaseKind, Group, GroupTable, Origin, PricedInput
from chspay_settlement.engine.month.clearing import clear

DIGEST = "ab" * 32


def weighed(chance: random.Random) -> GroupTable:
    """A table of some groups: stable or not, some by level, some without coefficient."""
    held = chance.sample(GROUPS, chance.randrange(2, len(GROUPS) + 1))
    groups = [
        Group(
            drg, 9, kept := chance.randrange(1, 9), 0, kept * chance.randrange(10_000, 2_000_000),
            chance.randrange(20_000, 4_000_000), chance.random() < 0.7, "0.5", chance.randrange(1, 10**9),
            chance.choice(["2", "2.5", "3"]),
        )
        for drg in held
    ]  # fmt: skip
    by_level = {
        drg: {level: chance.randrange(1, 10**9) for level in chance.sample((1, 2, 3), 2)}
        for drg in held
        if chance.random() < 0.4
    }
    exempt = frozenset(drg for drg in held if chance.random() < 0.3)
    return GroupTable.of(
        chance.randrange(10**6, 10**8), 97, groups, Origin("weights-990100", DIGEST, by_level, exempt)
    )


def both(chance: random.Random, number: int) -> bool:
    """One clearing both ways; whether it was not refused."""
    policy, table = random_policy(chance), weighed(chance)
    cases = random_cases(chance, number)
    coefficients = coefficients_for(policy, chance)
    single = outcome(lambda: clear(cases, 10**9, policy, table=table, coefficients=coefficients))
    columns = Columns.of(cases)
    batch = outcome(lambda: clear_columns(columns, 10**9, policy, table=table, coefficients=coefficients))
    cleared = len(single) > 2
    # Plans are made before cases are priced, so of two things that are wrong either may be told.
    assert batch == single if cleared else len(batch) == 2
    return cleared


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(3, 25))
def test_batch_is_the_single_case_with_a_weight_table(seed, number):
    """Weights by level and groups without coefficient must move the same points in both engines."""
    both(random.Random(seed), number)


def test_the_random_tables_do_price():
    """A comparison of refusals alone would prove nothing."""
    assert sum(both(random.Random(seed), 3) for seed in range(60)) > 5


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_run_keeps_the_table_it_was_given(seed):
    """A replay of years later must read the weights of then, from nothing but the stored bytes."""
    table = weighed(random.Random(seed))
    content = table_content(table)
    assert table_of(content) == table
    assert table_content(table_of(content)) == content
    with pytest.raises(Fault) as refused:
        table_of(content.replace(b"chspay-groups/2", b"chspay-groups/1"))
    assert refused.value.reason is TABLE_BROKEN


RULES = {
    "points.source": "weight_table@1", "grouping.weight_table": "weights-990100@2026",
    "coefficient.method": "level_table@1",
    "coefficient.by_level": [{"level": "2", "value": "0.9"}, {"level": "3", "value": "1.1"}],
}  # fmt: skip
TABLE = GroupTable.of(
    1_000_000, 1,
    [
        Group("A", 50, 50, 0, 50_000_000, 2_000_000, True, "0.3", 100_000_000, "3"),
        Group("B", 50, 50, 0, 25_000_000, 1_000_000, True, "0.3", 50_000_000, "3"),
    ],
    Origin("weights-990100", DIGEST, {"A": {2: 90_000_000, 3: 110_000_000}}, frozenset({"B"})),
)  # fmt: skip
CASE = PricedInput("c", "H3", 3, "A", "grouped", "", 5, 1_000_000, 0)


@pytest.mark.parametrize(
    ("drg", "level", "points"),
    [("A", 3, 121_000_000), ("A", 2, 81_000_000), ("B", 3, 50_000_000), ("B", None, 50_000_000)],
)
def test_points_are_weight_of_the_level_times_coefficient(drg, level, points):
    """110 × 1.1, 90 × 0.9; a group without coefficient is paid alike, even where no level is known."""
    pricer = Pricer(TABLE, policy_of(RULES))
    inp = CASE._replace(drg=drg, level=level, cost_fen=1_000_000 if drg == "A" else 500_000)
    sheet = Worksheet("t")
    assert pricer.explain(inp, sheet).points_micro == points
    lines = {line.key: line for line in sheet.lines}
    assert (lines["weight_table"].value, lines["weight_table"].rule) == (DIGEST, "grouping.weight_table")
    assert (lines["base"].inputs, lines["base"].rule) == (("weight_table",), "grouping.weight_table")
    if drg == "B":
        assert lines["coefficient"].rule == "grouping.weight_table"


def test_a_group_the_table_lacks_is_refused_or_settled_as_ruled():
    """A weight nobody published must never be made up."""
    inp = CASE._replace(drg="Z")
    for missing in (inp, CASE._replace(level=1), CASE._replace(level=None)):
        with pytest.raises(Fault) as refused:
            Pricer(TABLE, policy_of(RULES)).price(missing)
        assert refused.value.reason.code == "GROUP_NOT_IN_WEIGHT_TABLE"
    with pytest.raises(Fault) as refused:
        Pricer(TABLE, policy_of({**RULES, "points.group_absent": "refuse"})).price(inp)
    assert refused.value.reason.code == "GROUP_NOT_IN_WEIGHT_TABLE"
    ruled = Pricer(TABLE, policy_of({**RULES, "points.group_absent": "as_ungrouped"}))
    sheet = Worksheet("t")
    found = ruled.explain(inp, sheet)
    assert found.kind is CaseKind.UNGROUPED
    assert found == ruled.price(inp._replace(drg="", status="ungrouped"))
    assert {line.key: line.rule for line in sheet.lines}["group_absent"] == "points.group_absent"
    measured = replace(TABLE, origin=None)
    with pytest.raises(Fault) as refused:
        Pricer(measured, policy_of({**RULES, "points.group_absent": "as_ungrouped"})).price(inp)
    assert refused.value.reason.code == "GROUP_NOT_MEASURED"
