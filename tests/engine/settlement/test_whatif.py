"""What-if: the base is the clearing to the fen, nothing is lost, and what is reused is the same again."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from combinations import CHOICES, figures, random_cases, random_rules
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.columnar.clearing import clear_columns
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded, Columns
from chspay_settlement.engine.columnar.pricing import EXCLUDED
from chspay_settlement.engine.model import Origin, PricedInput
from chspay_settlement.engine.whatif.bench import Bench, clear_all
from chspay_settlement.engine.whatif.outcome import By, Sums, compared, gini, summary
from chspay_settlement.engine.whatif.period import Grouping, Period, bands_of
from chspay_settlement.engine.whatif.scenario import BASE, Scenario, check_names, scenario_of
from chspay_settlement.engine.whatif.tables import with_points

FUND = 123_456_789


def cases(number: int = 60, hospitals: str = "ABC") -> list[PricedInput]:
    """Cases of three hospitals of three levels and three groups; some dear, some cheap."""
    return [
        PricedInput(
            f"c{n:03}", hospitals[n % 3], 1 + n % 3, f"G{n % 4 % 3}", "grouped", "", 3 + n % 9,
            (90_000 + 1_700 * n) * (9 if n % 13 == 0 else 1), 1_000 + n,
        )
        for n in range(number)
    ]  # fmt: skip


def period_of(inputs: list[PricedInput] | None = None, rules: dict | None = None, **more) -> Period:
    """A period of these cases."""
    columns = Columns.of(cases() if inputs is None else inputs)
    return Period("P", columns, FUND, policy_of(rules), **more)


def from_scratch(period: Period, scenario: Scenario, columns: Columns | None = None):
    """The clearing that a scenario must come to, by the clearing itself."""
    policy = period.policy.tried(scenario.rules)
    return clear_columns(columns or period.columns, period.fund_fen, policy)


def by_hand(period: Period, done, key) -> dict[str, Sums]:
    """Sums of a clearing, case by case."""
    found: dict[str, Sums] = {}
    for row, inp in enumerate(done.columns.inputs(range(len(done.columns)))):
        if done.points.kinds[row] != EXCLUDED:
            own = Sums(
                1,
                int(done.points.points_micro[row]),
                inp.cost_fen,
                inp.patient_fen or 0,
                int(done.funds_fen[row]),
            )
            found[key(row, inp)] = found.get(key(row, inp), Sums()).plus(own)
    return found


def five(rows) -> dict[str, tuple]:
    """What of the sums a clearing says by itself."""
    return {key: row[:5] for key, row in rows.items()}


def attempt(work, *given):
    """What comes of it, and the reason where nothing does."""
    try:
        return work(*given), ""
    except Fault as fault:
        return None, fault.reason.code


def test_base_and_scenario_are_the_clearings_by_every_facet():
    """A bureau signs on these figures: each facet is the money of the very clearing, to the fen."""
    ages = np.array([n % 95 if n % 10 else UNKNOWN for n in range(60)], np.int64)
    period = period_of(communities={"A": "X", "B": "X"}, ages=ages)
    bands = bands_of(["0-17", "18-64", "65-"])
    bench = Bench(period, bands=bands)

    def band(row: int) -> str:
        return next((b.text for b in bands if b.low <= ages[row] <= b.high), "")

    keys = {
        By.HOSPITAL: lambda row, inp: inp.hospital_code,
        By.LEVEL: lambda row, inp: str(inp.level),
        By.GROUP: lambda row, inp: inp.drg,
        By.COMMUNITY: lambda row, inp: period.communities.get(inp.hospital_code, ""),
        By.BAND: lambda row, inp: band(row),
    }
    for scenario in (BASE, Scenario("h", {"settle.high": "linear_add@1"})):
        found, done = bench.clear(scenario), from_scratch(period, scenario)
        for by, key in keys.items():
            assert five(found.facets[by]) == five(by_hand(period, done, key)), by
        assert found.values == (done.value,)


def test_what_is_reused_is_what_would_be_found_again():
    """A remembered step is only sound if it asked for every rule that it rests on; any rule may change."""
    assert sum(reused(random.Random(seed)) for seed in range(6)) > 8


def reused(chance: random.Random) -> int:
    """One period under a dozen random changes, each against a clearing from scratch; how many could be."""
    rules = random_rules(chance) | {"coefficient.method": "level_table@1"}
    columns = Columns.of(random_cases(chance, 60))
    bench, times = Bench(Period("P", columns, FUND, policy_of(rules))), 0
    for _ in range(12):
        changed = dict(chance.sample(sorted(figures(chance).items()), 2))
        if chance.random() < 0.3:
            one = chance.choice(CHOICES)
            changed[one.key] = chance.choice(one.names)
        values = {rule.key: rule.value for rule in policy_of(rules | changed).rules() if rule.key in changed}
        wanted, why = attempt(clear_columns, columns, FUND, bench.period.policy.tried(values))
        found, said = attempt(bench.clear, Scenario("s", values))
        assert said in {why, "WHAT_IF_UNUSED"}
        if wanted is None or found is None:
            continue
        times += 1
        given = {row.hospital_code: row.fund_fen for row in wanted.hospitals}
        assert {key: row.fund_fen for key, row in found.facets[By.HOSPITAL].items()} == given
        assert found.residual_fen == wanted.division.residual_fen
        quick = bench.clear(Scenario("s", values), detail=False)
        assert {key: row.fund_fen for key, row in quick.facets[By.HOSPITAL].items()} == given
        assert quick.recomputed == ()
    return times


def test_only_what_a_change_touches_is_done_again():
    """Seconds for three million cases come from not measuring what no rule has changed."""
    bench = Bench(period_of(rules={"coefficient.method": "level_table@1", "coefficient.by_level": [
        {"level": str(n), "value": "1"} for n in (1, 2, 3)]}))  # fmt: skip
    assert bench.clear().recomputed == ("measure", "points")
    assert bench.clear().recomputed == ()
    levels = scenario_of("级", {"rules": {"coefficient.by_level": [
        {"level": str(n), "value": f"1.{n}"} for n in (1, 2, 3)]}})  # fmt: skip
    assert bench.clear(levels).recomputed == ("points",)
    assert bench.clear(scenario_of("钱", {"fund_factor": "1.1"})).recomputed == ()
    assert bench.clear(scenario_of("限", {"rules": {"outlier.low_multiple": "0.5"}})).recomputed == (
        "measure",
        "points",
    )
    assert bench.clear(scenario_of("点", {"points": {"G1": "120"}})).recomputed == ("points",)


def test_changes_add_up_to_a_named_cause():
    """Nobody may gain a fen that nobody lost, unless the fund or the residual says so."""
    bench = Bench(period_of())
    base = bench.clear()
    moved = bench.clear(scenario_of("s", {"rules": {"settle.high": "linear_add@1"}}))
    more = bench.clear(scenario_of("m", {"fund_factor": "1.05"}))
    rate = bench.clear(
        scenario_of("r", {"rules": {"point_value.form": "fixed_rate_fund@1", "rate.fixed": "2"}})
    )
    for outcome in (base, moved, more, rate):
        for by in (By.HOSPITAL, By.LEVEL, By.GROUP):
            rows = compared(base, outcome, by)
            assert [row.change_fen for row in rows] == sorted(row.change_fen for row in rows)
    found = summary(base, moved)
    assert found.change_fen == 0
    assert found.losers > 0
    assert found.winners > 0
    assert found.moved_fen == sum(
        row.change_fen for row in compared(base, moved, By.HOSPITAL) if row.change_fen > 0
    )
    assert summary(base, more).change_fen == summary(base, more).fund_change_fen > 0
    shrunk = summary(base, rate)
    assert shrunk.change_fen == -shrunk.residual_change_fen < 0
    assert shrunk.residual_cause == "rate_below_fund"


def test_other_base_points_are_used_and_tiered():
    """Weights are what hospitals negotiate: one group's points move, and its tier of multiples with them."""
    period = period_of()
    bench = Bench(period)
    table = clear_columns(period.columns, FUND, period.policy).table
    group = table.groups["G1"]
    wanted = clear_columns(
        period.columns, FUND, period.policy,
        table=replace(table, groups=table.groups | {"G1": replace(group, base_micro=2 * group.base_micro,
            high_multiple="2.5" if 2 * group.base_micro > 100_000_000 else "3")}),
    )  # fmt: skip
    found = bench.clear(scenario_of("s", {"point_factors": {"G1": "2"}}))
    assert five(found.facets[By.HOSPITAL]) == five(by_hand(period, wanted, lambda _, inp: inp.hospital_code))
    with pytest.raises(Fault, match="G9"):
        bench.clear(scenario_of("s", {"points": {"G9": "2"}}))


def test_points_of_a_published_table_move_at_every_level():
    """Where a weight depends on the level, a factor moves every one of them and a figure replaces them."""
    table = clear_columns(period_of().columns, FUND, policy_of()).table
    table = replace(
        table, origin=Origin("W", "5c" * 32, {"G1": {1: 90_000_000, 2: 110_000_000}}, frozenset())
    )
    terms = Terms.read(policy_of())
    more = with_points(table, scenario_of("s", {"point_factors": {"G1": "1.5"}}), terms)
    assert [more.group("G1", level).base_micro for level in (1, 2)] == [135_000_000, 165_000_000]
    flat = with_points(table, scenario_of("s", {"points": {"G1": "77"}}), terms)
    assert [flat.group("G1", level).base_micro for level in (1, 2, None)] == [77_000_000] * 3


def test_a_price_list_changes_costs_and_what_rests_on_them():
    """New prices must move costs, groups and points as if the bills had been written so, and be refused
    where the bills do not say what was bought."""
    inputs = cases()
    drug = np.array([(inp.cost_fen or 0) // 3 for inp in inputs], np.int64)
    period = period_of(inputs, parts={"fee_drug": drug})
    bench = Bench(period)
    bench.clear()
    cheaper = {"prices": {"factors": {"fee_drug": "0.85"}, "patient": "proportional"}}
    changed = []
    for inp in inputs:
        own = (inp.cost_fen or 0) // 3
        cost = (inp.cost_fen or 0) - own + (2 * own * 85 + 100) // 200
        patient = Fraction((inp.patient_fen or 0) * cost, inp.cost_fen or 1)
        changed.append(inp._replace(cost_fen=cost, patient_fen=int(patient + Fraction(1, 2))))
    wanted = clear_columns(Columns.of(changed), FUND, period.policy)
    found = bench.clear(scenario_of("s", cheaper))
    assert found.recomputed == ("cases", "measure", "points")
    assert five(found.facets[By.HOSPITAL]) == five(by_hand(period, wanted, lambda _, inp: inp.hospital_code))
    for parts, reason in (({}, "WHAT_IF_PART_MISSING"), ({"fee_drug": drug * 9}, "WHAT_IF_PARTS_OVER_COST")):
        with pytest.raises(Fault) as caught:
            Bench(replace(period, parts=parts)).clear(scenario_of("s", cheaper))
        assert caught.value.reason.code == reason
    drug[3] = UNKNOWN
    with pytest.raises(Fault, match="c003"):
        Bench(period).clear(scenario_of("s", cheaper))


def test_another_grouping_is_cleared_as_if_it_were_the_first():
    """A new version of a scheme is compared on the same cases and the same fund."""
    inputs = cases()
    other = [inp._replace(drg="N1" if inp.drg == "G1" else "N0") for inp in inputs]
    grouping = Grouping(Coded.of([inp.drg for inp in other]), Coded.of([inp.status for inp in other]))
    period = period_of(inputs, groupings={"new": grouping})
    found = Bench(period).clear(scenario_of("s", {"grouping": "new"}))
    wanted = clear_columns(Columns.of(other), FUND, period.policy)
    assert five(found.facets[By.GROUP]) == five(by_hand(period, wanted, lambda _, inp: inp.drg))
    with pytest.raises(Fault, match="newer"):
        Bench(period).clear(scenario_of("s", {"grouping": "newer"}))


def test_months_are_cleared_each_by_itself_and_added_up():
    """A quarter's losers are those of its months together, each month with its own fund and point value."""
    one, two = period_of(), replace(period_of(cases(45)), name="Q", fund_fen=99_999_999)
    scenario = scenario_of("s", {"rules": {"settle.high": "linear_add@1"}})
    both = clear_all([Bench(one), Bench(two)], scenario)
    apart = [Bench(period).clear(scenario).facets[By.HOSPITAL] for period in (one, two)]
    assert both.fund_fen == FUND + 99_999_999
    assert {key: row.fund_fen for key, row in both.facets[By.HOSPITAL].items()} == {
        key: sum(rows[key].fund_fen for rows in apart) for key in apart[0]
    }
    assert len(both.values) == 2
    with pytest.raises(Fault, match="fund_factor"):
        clear_all([Bench(one), Bench(two)], scenario_of("s", {"fund": "1000"}))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"rulez": {}}, "WHAT_IF_PART_UNKNOWN"),
        ({"rules": {"points.scale": 3}}, "WHAT_IF_SHAPE"),
        ({"rules": []}, "WHAT_IF_SHAPE"),
        ({"points": {"G1": "many"}}, "NOT_A_NUMBER"),
        ({"point_factors": {"G1": "-1"}}, "WHAT_IF_SHAPE"),
        ({"fund": "1", "fund_factor": "2"}, "WHAT_IF_SHAPE"),
        ({"prices": {"factors": {"fee_drug": "1"}}}, "WHAT_IF_SHAPE"),
        ({"prices": {"factors": {"fee_drug": "1"}, "patient": "less"}}, "WHAT_IF_SHAPE"),
        ({"prices": {"factors": {}, "patient": "kept"}}, "WHAT_IF_SHAPE"),
    ],
)
def test_a_scenario_that_cannot_be_meant_is_refused(parts, reason):
    """A misread change would be signed for as if it moved nothing."""
    with pytest.raises(Fault) as caught:
        scenario_of("s", parts)
    assert caught.value.reason.code == reason


def test_a_misspelt_key_is_refused_and_names_are_distinct():
    """A key nobody looks at would show that a change moves nothing."""
    with pytest.raises(Fault) as caught:
        Bench(period_of()).clear(scenario_of("s", {"rules": {"settle.hihg": "as_normal@1"}}))
    assert caught.value.reason.code == "WHAT_IF_UNUSED"
    for names in (["a", "a"], [""], ["现行规定"]):
        with pytest.raises(Fault):
            check_names([Scenario(name) for name in names])


def test_an_amendment_is_tried_as_it_is_written():
    """What is negotiated is an amendment; it must not be typed again to be tried."""
    dated = [
        {"since": "2027-01-01", "value": "linear_add@1"},
        {"since": "2026-01-01", "value": "as_normal@1"},
    ]
    amendment = {
        "amendment": "x",
        "rules": {"settle.high": {"label": "高", "unit": "method", "rules": dated}},
    }
    assert scenario_of("s", {"amendment": amendment}).rules == {"settle.high": "linear_add@1"}


def test_age_bands_in_order():
    """A band that overlaps another would count a patient twice."""
    assert [band.high for band in bands_of(["0-17", "18-"])] == [17, 200]
    for texts in (["0-17", "17-20"], ["18-17"], ["a-b"], ["18"], ["٣-٤"]):
        with pytest.raises(Fault):
            bands_of(texts)


def test_gini_by_hand():
    """Half and one and a half times one's cost is a Gini of a quarter; the same ratio for all is none."""
    assert gini([Sums(1, 1, 100, 0, 50), Sums(1, 1, 100, 0, 150)]) == "0.250000"
    assert gini([Sums(1, 1, 100, 20, 80), Sums(1, 1, 300, 0, 300)]) == "0.000000"
    assert gini([Sums(1, 1, 100, 0, -5)]) == ""
