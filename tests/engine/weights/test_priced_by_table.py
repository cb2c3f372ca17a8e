"""A month priced by a published weight table: the same points as by its own cases, by no other table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from settlement_rules import PLACE, policy_of
from weights_world import ON, RULES, table_of

from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.weight_table import Facts, WeightTable, seal
from chspay_grouper.engine.weights.cases import take_cases
from chspay_grouper.engine.weights.measure import measure_weights
from chspay_grouper.engine.weights.sealed import weight_table_of
from chspay_grouper.engine.weights.terms import WeightTerms
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.groups.measure import measure
from chspay_settlement.engine.groups.weight_table import published
from chspay_settlement.engine.model import GroupTable, PricedInput

SCHEME = "c" * 64
NAME = "weights-990100@2026"
YEARS = {"points.year_method": "yearly_means@1"}
LEVELS = {
    "weights.level_method": "level_mean@1", "weights.level_n_min": "2", "weights.level_spread_min": "1.2",
    "weights.no_coefficient": "listed@1", "weights.no_coefficient_groups": ["B"],
}  # fmt: skip
COSTS = {
    "A": [400_000 + 40_000 * i for i in range(12)],
    "B": [900_000 + i for i in range(9)],
    "C": [1, 5_000_000],
}


def rows(year: int = 2025) -> list[dict[str, object]]:
    """Two stable groups and one that is not; dear cases of A at level 3."""
    return [
        {
            "case_id": f"{drg}{i}", "hospital_code": "H3" if i > 5 else "H2", "drg": drg, "status": "grouped",
            "total_cost": cost, "discharge_date": date(year, 3, 1),
        }
        for drg, costs in COSTS.items()
        for i, cost in enumerate(costs)
    ]  # fmt: skip


def inputs() -> list[PricedInput]:
    return [
        PricedInput(
            row["case_id"], row["hospital_code"], 3 if row["hospital_code"] == "H3" else 2, row["drg"],
            "grouped", "", 5, row["total_cost"], 0,
        )
        for row in rows()
    ]  # fmt: skip


def measured(changes: dict[str, object] | None = None) -> WeightTable:
    rules = {**RULES, "points.trim": "multiples@1", **(changes or {})}
    terms = WeightTerms.read(policy_of(rules, on=ON))
    cases = [*rows(2024), *rows(2025)] if "points.year_method" in rules and changes == YEARS else rows()
    columns = take_cases(table_of(cases), terms, {"H2": 2, "H3": 3})
    return weight_table_of(measure_weights(columns, terms), terms, "weights-990100", SCHEME)


def base_micro(table: GroupTable, drg: str, level: int | None) -> int | None:
    """Base points of a group at a level, as the pricer asks for them."""
    group = table.group(drg, level)
    return None if group is None else group.base_micro


def naming(digest: str, **changes: object) -> Policy:
    """A policy that names a weight table by id and digest."""
    plain = policy_of({"grouping.weight_table": NAME, **changes})
    documents = {"test": plain.document(plain.rules()[0])}
    return Bundle.seal(PLACE, {PLACE: "演示市"}, plain.rules(), documents, {NAME: digest}).on(plain.on)


def test_points_are_those_of_the_month_itself_when_the_table_is_of_its_cases():
    """Publishing weights must not move a point where nothing else has changed."""
    table = measured()
    policy = naming(table.digest)
    terms = Terms.read(policy)
    found = published(table, terms, SCHEME)
    own = measure(inputs(), policy)
    assert found.overall_mean == own.overall_mean
    assert {group.stable for group in own.groups.values()} == {True, False}
    priced = Pricer(found, policy).price_all(inputs())
    assert priced == Pricer(own, policy).price_all(inputs())
    real = [(group.kept, group.cost_sum_fen) for group in own.groups.values()]
    assert [(group.kept, group.cost_sum_fen) for group in found.groups.values()] == real
    assert found.origin is not None
    assert found.origin.digest == table.digest


def test_weights_over_several_years_keep_their_exact_means():
    """Weighed years leave no whole cost over whole cases; the ratio must still be exact."""
    table = measured(YEARS)
    found = published(table, Terms.read(naming(table.digest)), SCHEME)
    assert found.overall_mean == table.overall
    for row in table.rows:
        group = found.groups[row.code]
        assert group.mean == (row.mean or 0)
        assert (group.base_micro, group.median_twice_fen) == (row.points_micro, row.median_twice_fen)


def test_levels_and_groups_without_coefficient_come_from_the_table():
    """A level's weight prices a level's hospital; a base-level disease is paid alike everywhere."""
    table = measured(LEVELS)
    found = published(table, Terms.read(naming(table.digest)), SCHEME)
    assert found.origin is not None
    assert found.origin.exempt == {"B"}
    row = table.by_name["drg", "A"]
    assert {level for level, _ in row.levels} == {2, 3}
    for level, weight in row.levels:
        assert base_micro(found, "A", level) == weight * 100
    assert base_micro(found, "A", None) is None
    assert base_micro(found, "A", 1) is None
    assert base_micro(found, "B", 1) == table.by_name["drg", "B"].points_micro
    assert base_micro(found, "X", 1) is None


def test_another_table_scale_or_scheme_is_refused():
    """A month priced by the wrong version of a table would look right in every total."""
    table = measured()
    facts = Facts(
        table.table_id, table.place, table.on, table.policy_digest, SCHEME, table.scale, table.places,
        table.overall,
    )  # fmt: skip
    other = seal(replace(facts, table_id="weights-990200"), table.rows, table.rules)
    wide = seal(replace(facts, scale="1000"), table.rows, table.rules)
    free = seal(replace(facts, scheme=""), table.rows, table.rules)
    unsealed = policy_of({"grouping.weight_table": NAME})
    for made, policy, scheme, reason in (
        (table, naming("a" * 64), SCHEME, "ARTEFACT_UNLIKE_POLICY"),
        (other, naming(other.digest), SCHEME, "ARTEFACT_UNLIKE_POLICY"),
        (table, unsealed, SCHEME, "ARTEFACT_UNSEALED"),
        (table, policy_of(), SCHEME, "POLICY_MISSING"),
        (wide, naming(wide.digest), SCHEME, "WEIGHT_TABLE_SCALE"),
        (table, naming(table.digest), "d" * 64, "WEIGHT_TABLE_SCHEME"),
    ):
        with pytest.raises(Fault) as refused:
            published(made, Terms.read(policy), scheme)
        assert refused.value.reason.code == reason
    assert published(free, Terms.read(naming(free.digest)), "d" * 64).groups


def test_the_bundle_digest_covers_the_table_policy_names():
    """A new version under an old name must not settle a month that says it used the same policy."""
    first, second = naming("a" * 64), naming("b" * 64)
    assert first.digest != second.digest
    assert policy_of({"grouping.weight_table": NAME}).digest not in {first.digest, second.digest}
