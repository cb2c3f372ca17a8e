"""Refusals around marks, thresholds and bed-day tiers: each names the case or the line to correct."""

from __future__ import annotations

from datetime import date

import pytest
from settlement_rules import policy_of

from chspay_core.errors import Fault
from chspay_settlement.engine.case.extreme_cost import extreme_costs
from chspay_settlement.engine.case.marks import MODES, Mark, MarkKind, figure, merged
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.readmission import Stay, readmissions
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.model import Group, GroupTable, PricedInput

TABLE = GroupTable.of(
    1_200_000,
    1,
    [
        Group("G", 9, 1, 0, 960_000, 1_920_000, True, "", 80_000_000, "3"),
        Group("U", 9, 0, 0, 0, 3_600_000, False, "", 150_000_000, "2.5"),
    ],
)
READMISSION = {
    "readmission.method": "same_group_earlier_factor@1",
    "readmission.days": "15",
    "readmission.earlier_factor": "0.5",
    "readmission.within": "hospital",
    "readmission.exempt": [],
}


def case(*marks: Mark, **changes: object) -> PricedInput:
    return PricedInput("c1", "H1", 3, "G", "grouped", "", 8, 3_300_000, 0, marks)._replace(**changes)


def refused(work) -> Fault:
    with pytest.raises(Fault) as caught:
        work()
    return caught.value


@pytest.mark.parametrize(
    ("kind", "value", "mode"),
    [
        (MarkKind.REVIEW, "1", ""),
        (MarkKind.REVIEW, "1", "magic"),
        (MarkKind.REVIEW, "-1", "linear_add"),
        (MarkKind.REVIEW, "5", "rejected"),
        (MarkKind.TCM, "1.01", ""),
        (MarkKind.READMISSION, "2", ""),
        (MarkKind.VIOLATION, "-2", ""),
        (MarkKind.INCOMPLETE, "1", ""),
        (MarkKind.NEW_TECHNOLOGY, "3", ""),
    ],
)
def test_a_mark_its_kind_does_not_know_is_refused(kind: MarkKind, value: str, mode: str) -> None:
    """A decision is checked before it is kept; the refusal names case, kind and document."""
    fault = refused(lambda: figure("c1", Mark(kind, value, mode, "决〔1〕号")))
    assert fault.reason.code == "MARK_VALUE"
    assert "c1" in fault.message
    assert "决〔1〕号" in fault.message


@pytest.mark.parametrize("value", ["", "1,5", "0.123"])
def test_an_amount_must_be_yuan_and_fen(value: str) -> None:
    """An unreadable amount is never read as nothing."""
    refused(lambda: figure("c1", Mark(MarkKind.REVIEW, value, "by_item", "d")))


def test_two_marks_of_one_kind_must_agree() -> None:
    """Two decisions that contradict each other stop the case; the same finding twice is one."""
    one, same = Mark(MarkKind.VIOLATION, "2", "", "a"), Mark(MarkKind.VIOLATION, "2", "", "b")
    assert merged("c1", [one], [same]) == (one,)
    fault = refused(lambda: merged("c1", [one], [same._replace(value="3")]))
    assert (fault.reason.code, fault.value) == ("MARKS_CONFLICT", "c1")
    assert set(MODES) == set(MarkKind)


@pytest.mark.parametrize(
    ("mark", "key"),
    [
        (Mark(MarkKind.REVIEW, "0", "by_item", "d"), "settle.by_item"),
        (Mark(MarkKind.BY_ITEM, "", "", "d"), "settle.by_item"),
        (Mark(MarkKind.INCOMPLETE, "", "", "d"), "settle.incomplete"),
        (Mark(MarkKind.DAY_SURGERY, "", "", "d"), "settle.day_surgery"),
        (Mark(MarkKind.TCM, "0.5", "", "d"), "tcm.uplift_method"),
    ],
)
def test_a_mark_needs_its_rule(mark: Mark, key: str) -> None:
    """What no place has ruled is never guessed: key, place and day are named."""
    fault = refused(lambda: Pricer(TABLE, policy_of()).price(case(mark)))
    assert (fault.reason.code, fault.field) == ("POLICY_MISSING", key)


@pytest.mark.parametrize(
    ("mark", "changes"),
    [
        (Mark(MarkKind.REVIEW, "0", "linear_add", "d"), {"drg": "U"}),
        (Mark(MarkKind.REVIEW, "0", "linear_add", "d"), {"status": "ungrouped"}),
        (Mark(MarkKind.REVIEW, "1", "cost_less", "d"), {"department": "A15"}),
        (Mark(MarkKind.REVIEW, "33000.01", "linear_add", "d"), {}),
    ],
)
def test_a_decision_that_does_not_fit_its_case_is_told(mark: Mark, changes: dict) -> None:
    """A decision about a case of another kind, or about more than its cost, is for people to correct."""
    fault = refused(lambda: Pricer(TABLE, policy_of()).price(case(mark, **changes)))
    assert (fault.reason.code, fault.value) == ("MARK_UNFIT", "c1")


def test_an_excluded_case_stays_excluded_whatever_its_marks() -> None:
    """No decision gives points to a case the grouper could not take."""
    found = Pricer(TABLE, policy_of()).price(case(Mark(MarkKind.VIOLATION, "2", "", "d"), status="invalid"))
    assert (found.points_micro, found.reason) == (0, "INVALID_CASE")


LOW_STEP = {
    "settle.low_step": "ratio_plus@1",
    "low_step.above": "0.4",
    "low_step.up_to": "0.8",
    "low_step.add": "0.2",
    "outlier.low_boundary": "le",
}
EXTREME = {
    "settle.extreme": "as_normal@1",
    "outlier.extreme_multiple": "5",
    "outlier.extreme_boundary": "gt",
}
CATEGORY = {"category": "psychiatry"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({**LOW_STEP, "outlier.low_boundary": "lt"}, "low_step.above"),
        ({**LOW_STEP, "low_step.above": "0.5"}, "low_step.above"),
        ({**LOW_STEP, "low_step.up_to": "0.4"}, "low_step.up_to"),
        ({**LOW_STEP, "low_step.up_to": "2"}, "low_step.up_to"),
        ({**EXTREME, "outlier.extreme_multiple": "3"}, "outlier.extreme_multiple"),
        ({**EXTREME, "outlier.extreme_boundary": "lt"}, "outlier.extreme_boundary"),
        ({"outlier.high_by_level": [{"level": "3", "multiple": "0.4"}]}, "outlier.high_by_level"),
        ({"outlier.high_by_level": [{"level": "三", "multiple": "3"}]}, "outlier.high_by_level"),
        ({"outlier.limit_on": "standard@1", "point_value.standard": "0"}, "point_value.standard"),
        ({"outlier.limit_on": "median@1"}, "outlier.limit_on"),
        ({"outlier.tier_on": "cost"}, "outlier.tier_on"),
        ({"outlier.tier_boundary": "gt"}, "outlier.tier_boundary"),
        (
            {"settle.per_diem": "day_tiers_marginal@1", "per_diem.day_tiers": [
                {**CATEGORY, "up_to": "60", "points": "3"}, {**CATEGORY, "up_to": "30", "points": "2"},
                {**CATEGORY, "up_to": "", "points": "1"}]},
            "per_diem.day_tiers",
        ),
        (
            {"settle.per_diem": "day_tiers_marginal@1", "per_diem.day_tiers": [
                {**CATEGORY, "up_to": "60", "points": "3"}]},
            "per_diem.day_tiers",
        ),
        (
            {"settle.per_diem": "day_points_capped@1", "per_diem.excess_share": "0.1",
             "per_diem.benchmark_days": [{"category": "hospice", "days": "9"}]},
            "per_diem.departments",
        ),
    ],
)  # fmt: skip
def test_thresholds_that_cannot_be_meant_stop_before_any_work(changes: dict, field: str) -> None:
    """Overlapping or empty bands would pay by accident."""
    fault = refused(lambda: Terms.read(policy_of(changes)))
    assert fault.field == field
    assert "测试办法" in fault.message


def test_a_level_without_a_high_limit_is_named() -> None:
    """Where limits go by level, a hospital without one cannot be judged."""
    policy = policy_of({"outlier.high_by_level": [{"level": "3", "multiple": "3"}]})
    assert Pricer(TABLE, policy).price(case()).kind.value == "high"
    fault = refused(lambda: Pricer(TABLE, policy).price(case(level=2)))
    assert (fault.reason.code, fault.value) == ("HIGH_LEVEL_MISSING", "2")


def test_the_finders_refuse_what_cannot_be_meant() -> None:
    """A factor above one would reward a readmission; an unknown exemption would exempt nothing."""
    for changes, field in (
        ({"readmission.earlier_factor": "1.5"}, "readmission.earlier_factor"),
        ({"readmission.within": "ward"}, "readmission.within"),
        ({"readmission.exempt": [{"what": "age", "prefix": "0"}]}, "readmission.exempt"),
        ({"readmission.exempt": [{"what": "group", "prefix": ""}]}, "readmission.exempt"),
    ):
        policy = policy_of({**READMISSION, **changes})
        assert refused(lambda policy=policy: readmissions([], policy)).field == field
    over = Pricer(TABLE, policy_of({"by_item.method": "top_share@1", "by_item.share_max": "1.1"}))
    assert refused(lambda: extreme_costs([], over)).field == "by_item.share_max"


def test_a_place_without_such_rules_finds_nothing() -> None:
    """Absence of a rule is no rule."""
    day = date(2026, 1, 1)
    stays = [Stay(name, "H", "P", "G", day, day, "", ()) for name in ("a", "b")]
    assert readmissions(stays, policy_of()) == {}
    assert len(readmissions(stays, policy_of(READMISSION))) == 1
    assert extreme_costs([case()], Pricer(TABLE, policy_of())) == {}
