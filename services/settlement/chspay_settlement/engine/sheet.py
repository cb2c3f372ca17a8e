"""The worksheet 计算底稿 of a case: the same figures the pricer used, each with its rule and document.

Formulas are written over the keys of earlier lines, so that anybody can work them out again. A mean
is shown with 4 places (``display_4``) and used exactly, as its sum and its count.
"""

from __future__ import annotations

from fractions import Fraction

from chspay_core import measuring
from chspay_core.amounts import fen_to_yuan, ratio_half_up
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine import terms as keys
from chspay_settlement.engine.group_methods import BY_LEVEL
from chspay_settlement.engine.methods import DISCOUNT_KEY
from chspay_settlement.engine.model import CaseKind, CasePoints, Group, GroupTable, PricedInput
from chspay_settlement.engine.plan import Band, Plan
from chspay_settlement.engine.terms import SETTLE, Terms

KIND_NAMES = {
    CaseKind.NORMAL: "正常病例",
    CaseKind.LOW: "低倍率病例",
    CaseKind.HIGH: "高倍率病例",
    CaseKind.UNSTABLE: "非稳定病组病例",
    CaseKind.PER_DIEM: "床日病例",
    CaseKind.UNGROUPED: "未入组病例",
    CaseKind.EXCLUDED: "不计点病例",
}
DISPLAY = "display_4"


def write_excluded(sheet: Worksheet, inp: PricedInput, points: CasePoints) -> None:
    """A case without points: what is known of it, and the reason code."""
    _given(sheet, inp)
    sheet.given("kind", "结算类别", KIND_NAMES[points.kind], "text")
    sheet.given("reason", "不计点原因", points.reason, "code")


def write_case(
    sheet: Worksheet, terms: Terms, table: GroupTable, plan: Plan, inp: PricedInput, points: CasePoints
) -> None:
    """Every step from the settlement list to the points of ``inp``."""
    band = plan.band(inp.cost_fen or 0)
    method = terms.settle[band.kind]
    _given(sheet, inp)
    if points.kind is not CaseKind.PER_DIEM:
        _overall(sheet, terms, table)
    if plan.group is not None:
        _group(sheet, terms, plan.group)
    if plan.group is not None and plan.group.stable:
        _limits(sheet, terms, plan, plan.group)
    _kind(sheet, terms, band)
    if "coefficient" in method.inputs:
        _coefficient(sheet, terms, plan, inp)
    if "discount" in method.inputs:
        rule = terms.policy.rule(DISCOUNT_KEY)
        sheet.rule("discount", "折算比例", terms.policy.decimal(DISCOUNT_KEY), rule.unit, rule=rule)
    if "day_points" in method.inputs:
        _day_points(sheet, terms, inp)
    sheet.line(
        "points",
        "病例点数",
        points.points,
        "points",
        formula=method.formula,
        inputs=method.inputs,
        rounding=f"half_up_{terms.places}",
        rule=terms.policy.rule(SETTLE[band.kind].key),
    )
    _readd(terms, band, inp, points)


def _readd(terms: Terms, band: Band, inp: PricedInput, points: CasePoints) -> None:
    """The exact line and the compiled integers must agree before anything is shown."""
    quantity = inp.los_days if band.by_days else inp.cost_fen
    exact = band.line.exact(quantity or 0)
    if ratio_half_up(exact.numerator, exact.denominator, terms.places) != points.points:
        raise AssertionError(f"the worksheet of {inp.case_id} does not add up to its points")


def _given(sheet: Worksheet, inp: PricedInput) -> None:
    sheet.given("case_id", "病例号", inp.case_id, "text")
    sheet.given("hospital", "医疗机构", inp.hospital_code, "text")
    sheet.given("drg", "病组", inp.drg or "未入组", "text")
    sheet.given("cost", "总费用", "未知" if inp.cost_fen is None else fen_to_yuan(inp.cost_fen), "yuan")


def _overall(sheet: Worksheet, terms: Terms, table: GroupTable) -> None:
    sheet.given("all_cost", "全部入组病例总费用", fen_to_yuan(table.all_cost_fen), "yuan")
    sheet.given("all_cases", "全部入组病例数", table.all_cases, "cases")
    sheet.line(
        "overall_mean",
        "全部入组病例均费",
        _yuan4(table.overall_mean),
        "yuan",
        formula="all_cost ÷ all_cases",
        inputs=("all_cost", "all_cases"),
        rounding=DISPLAY,
    )
    rule = terms.policy.rule(measuring.SCALE)
    sheet.rule("scale", "均费对应的点数", terms.policy.decimal(measuring.SCALE), rule.unit, rule=rule)


def _group(sheet: Worksheet, terms: Terms, group: Group) -> None:
    policy = terms.policy
    sheet.given("group_all_cases", "病组病例数（裁剪前）", group.cases, "cases")
    sheet.given("group_cases", "病组病例数（裁剪后）", group.kept, "cases")
    sheet.given("group_cost", "病组总费用（裁剪后）", fen_to_yuan(group.cost_sum_fen), "yuan")
    sheet.given("cv", "病组变异系数（裁剪后）", group.cv_display or "无法计算", "ratio")
    sheet.rule(
        "stability",
        "稳定病组判断",
        "稳定病组" if group.stable else "非稳定病组",
        "text",
        rule=policy.rule("stability.method"),
    )
    if group.kept:
        sheet.line(
            "mean",
            "病组均费",
            _yuan4(group.mean),
            "yuan",
            formula="group_cost ÷ group_cases",
            inputs=("group_cost", "group_cases"),
            rounding=DISPLAY,
        )
    if not group.stable:
        sheet.given("median", "病组费用中位数", _half_yuan(group.median_twice_fen), "yuan")
    if not group.trims:
        sheet.given("base", "病组基准点数", group.base, "points")
        return
    typical = "mean" if group.stable else "median"
    sheet.line(
        "base",
        "病组基准点数",
        group.base,
        "points",
        formula=terms.base.formula.replace("typical", typical),
        inputs=(typical, "overall_mean", "scale"),
        rounding=f"half_up_{terms.places}",
        rule=policy.rule("points.base_method"),
    )


def _limits(sheet: Worksheet, terms: Terms, plan: Plan, group: Group) -> None:
    policy = terms.policy
    rule = policy.rule(measuring.LOW_MULTIPLE)
    sheet.rule("low_multiple", "低倍率倍数", policy.decimal(measuring.LOW_MULTIPLE), rule.unit, rule=rule)
    sheet.line(
        "low_limit",
        "低倍率界限费用",
        _yuan4(group.mean * terms.outlier.low_multiple),
        "yuan",
        formula="mean × low_multiple",
        inputs=("mean", "low_multiple"),
        rounding=DISPLAY,
    )
    rule = policy.rule(measuring.HIGH_TIERS)
    sheet.rule("high_multiple", "本病组高倍率倍数", group.high_multiple, "multiple", rule=rule)
    sheet.line(
        "high_limit",
        "高倍率界限费用",
        _yuan4(group.mean * plan.basis.multiple),
        "yuan",
        formula="mean × high_multiple",
        inputs=("mean", "high_multiple"),
        rounding=DISPLAY,
    )


def _kind(sheet: Worksheet, terms: Terms, band: Band) -> None:
    low = "≤" if terms.outlier.low_inclusive else "<"
    high = "≥" if terms.outlier.high_inclusive else ">"
    above, below = (
        ("<" if terms.outlier.low_inclusive else "≤"),
        ("<" if terms.outlier.high_inclusive else "≤"),
    )
    ways = {
        CaseKind.LOW: (f"cost {low} low_limit", ("cost", "low_limit"), measuring.LOW_BOUNDARY),
        CaseKind.HIGH: (f"cost {high} high_limit", ("cost", "high_limit"), measuring.HIGH_BOUNDARY),
        CaseKind.NORMAL: (
            f"low_limit {above} cost {below} high_limit",
            ("low_limit", "cost", "high_limit"),
            measuring.HIGH_BOUNDARY,
        ),
        CaseKind.UNSTABLE: ("", ("stability",), "stability.method"),
        CaseKind.PER_DIEM: ("", (), keys.DEPARTMENTS),
        CaseKind.UNGROUPED: ("", ("drg",), SETTLE[CaseKind.UNGROUPED].key),
    }
    formula, inputs, key = ways[band.kind]
    sheet.line(
        "kind",
        "结算类别",
        KIND_NAMES[band.kind],
        "text",
        formula=formula,
        inputs=inputs,
        rule=terms.policy.rule(key),
    )


def _coefficient(sheet: Worksheet, terms: Terms, plan: Plan, inp: PricedInput) -> None:
    policy = terms.policy
    factor = plan.basis.coefficient
    value = ratio_half_up(factor.numerator, factor.denominator, 6)
    if terms.levels is None:
        sheet.rule("coefficient", "差异系数", value, "ratio", rule=policy.rule("coefficient.method"))
        return
    sheet.given("level", "医疗机构等级", "" if inp.level is None else inp.level, "level")
    sheet.rule("coefficient", "差异系数", value, "ratio", rule=policy.rule(BY_LEVEL))


def _day_points(sheet: Worksheet, terms: Terms, inp: PricedInput) -> None:
    rate = terms.per_diem[inp.department]
    rule = terms.policy.rule(keys.DAY_POINTS)
    value = ratio_half_up(rate.points.numerator, rate.points.denominator, 6)
    sheet.given("department", "科室", inp.department, "text")
    sheet.given("days", "住院天数", 0 if inp.los_days is None else inp.los_days, "days")
    sheet.rule("day_points", f"每床日点数（{rate.category}）", value, "points", rule=rule)


def _yuan4(fen: Fraction) -> str:
    return format(ratio_half_up(fen.numerator, fen.denominator * 100, 4), "f")


def _half_yuan(twice_fen: int) -> str:
    """Half of ``twice_fen`` fen as yuan, exact: at most three decimals."""
    return format(ratio_half_up(twice_fen, 200, 3), "f")
