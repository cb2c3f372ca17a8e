"""Kinds, points, worksheets and refusals of single cases."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay import replay
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.model import CaseKind, Group, GroupTable, HospitalTotals, PricedInput
from chspay_settlement.engine.value.divide import divide
from chspay_settlement.engine.value.forms import FUND_ONLY, TOTAL_COST
from chspay_settlement.engine.value.sheet import write_amount

LEVELS = {
    "coefficient.method": "level_table@1",
    "coefficient.by_level": [{"level": "3", "value": "1.08"}, {"level": "2", "value": "0.97"}],
}


def group(drg: str = "G", base: int = 80_000_000, stable: bool = True, mean: int = 960_000) -> Group:
    """A group of seven kept cases; ``mean`` in fen."""
    return Group(drg, 9, 7, 1, 7 * mean, 2 * mean, stable, "0.5000", base, "3")


TABLE = GroupTable.of(7 * 1_200_000, 7, [group(), group("U", stable=False, mean=1_800_000, base=150_000_000)])


def case(**changes: object) -> PricedInput:
    return PricedInput("c1", "H1", 3, "G", "grouped", "", 8, 1_000_000, 200_000)._replace(**changes)


def fault_of(policy: Policy, inp: PricedInput) -> Fault:
    with pytest.raises(Fault) as caught:
        Pricer(TABLE, policy).price(inp)
    return caught.value


CASES = [
    case(),
    case(cost_fen=300_000),
    case(cost_fen=3_300_000),
    case(drg="U", cost_fen=2_100_000),
    case(department="A15", los_days=45),
    case(drg="", status="ungrouped", cost_fen=720_000),
    case(drg="FQY", status="ambiguous", cost_fen=720_000),
]
METHODS = [
    {},
    {"settle.high": "linear_add@1", "settle.unstable": "base_times_coefficient@1"},
    {"settle.high": "deduct@1", "settle.per_diem": "day_points_times_coefficient@1"},
    {"settle.high": "cap@1", "settle.normal": "base_only@1"},
    {"outlier.low_boundary": "le", "outlier.high_boundary": "ge", "points.places": "2"},
]


@pytest.mark.parametrize("changes", METHODS, ids=range(len(METHODS)))
@pytest.mark.parametrize("inp", CASES, ids=lambda inp: f"{inp.drg}-{inp.status}-{inp.cost_fen}")
@pytest.mark.parametrize("form", [TOTAL_COST, FUND_ONLY], ids=lambda form: form.name)
def test_a_worksheet_can_be_worked_out_again(changes: dict, inp: PricedInput, form: object) -> None:
    """Anybody with the sheet alone must come to the same points and the same money."""
    policy = policy_of({**LEVELS, **changes})
    pricer = Pricer(TABLE, policy)
    sheet = Worksheet("case")
    points = pricer.explain(inp, sheet)
    assert points == pricer.price(inp)
    totals = [
        HospitalTotals("H1", 2, points.points_micro + 40_000_000, 0, 300_000),
        HospitalTotals("H2", 1, 91_000_100, 0, 50_000),
    ]
    division = divide(7_000_001, totals, policy, form)
    fund = division.case_funds("H1", ["c1", "c2"], [points.points_micro, 40_000_000], [200_000, 100_000])[0]
    write_amount(sheet, division, policy, inp, fund, rule=policy.rule("point_value.form"))
    replay(sheet)
    cited = [line for line in sheet.lines if line.rule]
    assert all(line.citation and line.evidence == "demo" for line in cited)
    assert sheet["points"].rule.startswith("settle.")


@given(
    cost=st.integers(1, 4_000_000),
    mean=st.integers(1, 1_000_000),
    low=st.sampled_from(["lt", "le"]),
    high=st.sampled_from(["gt", "ge"]),
)
def test_whole_fen_limits_decide_as_the_exact_ones(cost: int, mean: int, low: str, high: str) -> None:
    """The compiled limits are whole fen; they must put every case where the exact ratio does."""
    found = GroupTable.of(1_200_000, 1, [Group("G", 9, 3, 1, mean, mean, True, "", 80_000_000, "3")])
    policy = policy_of({"outlier.low_boundary": low, "outlier.high_boundary": high})
    kind = Pricer(found, policy).price(case(cost_fen=cost)).kind
    ratio = Fraction(3 * cost, mean)
    is_low = ratio <= Fraction(2, 5) if low == "le" else ratio < Fraction(2, 5)
    is_high = ratio >= 3 if high == "ge" else ratio > 3
    assert kind is (CaseKind.LOW if is_low else CaseKind.HIGH if is_high else CaseKind.NORMAL)


def test_points_round_once_half_away_from_zero() -> None:
    """A quarter of a hundredth of a point ends in 5 and goes up, from the exact value."""
    found = GroupTable.of(1_200_000, 1, [group(base=80_000_500)])
    assert Pricer(found, policy_of({"points.places": "3"})).price(case()).points_micro == 80_001_000
    half = {**LEVELS, "coefficient.by_level": [{"level": "3", "value": "0.5"}]}
    odd = GroupTable.of(1_200_000, 1, [group(base=80_000_100)])
    assert Pricer(odd, policy_of(half)).price(case()).points_micro == 40_000_100


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "invalid"}, "INVALID_CASE"),
        ({"status": "invalid", "department": "A15"}, "INVALID_CASE"),
        ({"cost_fen": None}, "COST_MISSING"),
        ({"cost_fen": -1}, "COST_NEGATIVE"),
        ({"cost_fen": 0}, "COST_ZERO"),
    ],
)
def test_a_case_that_cannot_be_settled_says_why(changes: dict, reason: str) -> None:
    """Such a case earns nothing and is counted by its reason, also on its worksheet."""
    sheet = Worksheet("case")
    found = Pricer(TABLE, policy_of()).explain(case(**changes), sheet)
    assert (found.kind, found.points_micro, found.reason) == (CaseKind.EXCLUDED, 0, reason)
    assert sheet["reason"].value == reason


def test_a_level_is_asked_for_only_where_a_method_uses_it() -> None:
    """A hospital without a level is refused by name, but not for a case whose method ignores levels."""
    policy = policy_of(LEVELS)
    missing = fault_of(policy, case(level=None))
    assert (missing.reason.code, missing.value) == ("LEVEL_MISSING", "H1")
    assert "测试办法" in missing.message
    unknown = fault_of(policy, case(level=9))
    assert (unknown.reason.code, unknown.value) == ("LEVEL_UNKNOWN", "9")
    for inp in (
        case(level=None, drg="U"),
        case(level=None, status="ungrouped"),
        case(level=None, department="A15"),
    ):
        assert Pricer(TABLE, policy).price(inp).points_micro > 0


def test_refusals_name_the_case() -> None:
    """No base points, no days, points below zero: each is one sentence about one case."""
    assert fault_of(policy_of(), case(drg="NEW")).reason.code == "GROUP_NOT_MEASURED"
    assert fault_of(policy_of(), case(department="A15", los_days=None)).reason.code == "STAY_MISSING"
    steep = {**LEVELS, "settle.high": "deduct@1", "coefficient.by_level": [{"level": "3", "value": "9"}]}
    below = fault_of(policy_of(steep), case(cost_fen=2_900_000))
    assert (below.reason.code, below.value) == ("POINTS_NEGATIVE", "c1")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"settle.high": "magic@1"}, "settle.high", "METHOD_UNKNOWN"),
        ({"stability.method": "n_and_cv@2"}, "stability.method", "METHOD_UNKNOWN"),
        ({"points.base_method": "x@1"}, "points.base_method", "METHOD_UNKNOWN"),
        ({"coefficient.method": "composite@9"}, "coefficient.method", "METHOD_UNKNOWN"),
        ({"outlier.low_boundary": "about"}, "outlier.low_boundary", "POLICY_VALUE"),
        ({"stability.sd": "both"}, "stability.sd", "POLICY_VALUE"),
        ({"points.scale": "0"}, "points.scale", "POLICY_VALUE"),
        ({"points.places": "7"}, "points.places", "POLICY_VALUE"),
        ({"outlier.low_multiple": "-0.4"}, "outlier.low_multiple", "POLICY_VALUE"),
        ({"outlier.low_multiple": "3"}, "outlier.high_tiers", "POLICY_VALUE"),
        ({"outlier.high_tiers": [{"up_to": "100", "multiple": "3"}]}, "outlier.high_tiers", "POLICY_VALUE"),
        ({"outlier.high_tiers": [{"multiple": "3"}]}, "outlier.high_tiers", "POLICY_VALUE"),
        (
            {
                "outlier.high_tiers": [
                    {"up_to": "200", "multiple": "3"},
                    {"up_to": "100", "multiple": "2"},
                    {"up_to": "", "multiple": "2"},
                ]
            },
            "outlier.high_tiers",
            "POLICY_VALUE",
        ),
        (
            {"per_diem.departments": [{"category": "hospice", "department": "A24"}]},
            "per_diem.departments",
            "POLICY_VALUE",
        ),
        (
            {
                "coefficient.method": "level_table@1",
                "coefficient.by_level": [{"level": "3", "value": "1"}, {"level": "3", "value": "2"}],
            },
            "coefficient.by_level",
            "POLICY_VALUE",
        ),
    ],
)
def test_a_broken_policy_stops_before_any_work(changes: dict, field: str, code: str) -> None:
    """The refusal names key, place, day and document, so the reader knows which line to correct."""
    with pytest.raises(Fault) as caught:
        Terms.read(policy_of(changes))
    fault = caught.value
    assert (fault.field, fault.reason.code) == (field, code)
    assert "990100" in fault.message
    assert "2026-03-31" in fault.message
    assert "测试办法" in fault.message


@pytest.mark.parametrize(
    "key", ["points.scale", "settle.low", "settle.ungrouped_discount", "per_diem.departments"]
)
def test_a_missing_rule_is_never_a_default(key: str) -> None:
    """What nobody has ruled stops the clearing, whether or not a case needs it today."""
    with pytest.raises(Fault) as caught:
        Terms.read(policy_of(without=(key,)))
    assert (caught.value.reason.code, caught.value.field) == ("POLICY_MISSING", key)
