"""A worksheet reads the same in every window."""

from chspay_core import wording
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import CaseKind


def test_a_formula_is_read_with_the_labels_of_its_inputs():
    """People read Chinese names; keys are for programs."""
    sheet = Worksheet("t")
    sheet.given("group_cost", "病组总费用", 10, "fen")
    sheet.given("group_cases", "病组病例数", 4, "cases")
    sheet.line(
        "mean", "均费", "2.5", "fen", formula="group_cost ÷ group_cases", rounding="half_up_4",
        inputs=["group_cost", "group_cases"],
    )  # fmt: skip
    labels = {line.key: line.label for line in sheet.lines}
    assert wording.formula_text(sheet["mean"], labels) == "病组总费用 ÷ 病组病例数"
    assert wording.rounding_text("half_up_4") == "四舍五入，4位小数"
    assert wording.rounding_text("largest_remainder").startswith("最大余数法")
    assert wording.rounding_text("largest_remainder_4") == "最大余数法，4位小数，各部分之和不变"


def test_every_unit_and_mark_has_a_chinese_name():
    """An English word on a statement would be a hole in the explanation."""
    for unit in ("fen", "yuan", "points", "cases", "days", "yuan per point"):
        assert wording.unit_text(unit) != unit
    for mark in ("official", "unverified", "demo", "decision"):
        assert wording.evidence_text(mark) != mark
    for kind in CaseKind:
        assert wording.kind_text(kind.value) != kind.value
