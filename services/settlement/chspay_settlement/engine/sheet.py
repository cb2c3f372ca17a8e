"""The worksheet 计算底稿 of a case: the same figures the pricer used, each with its rule and document.

Formulas are written over the keys of earlier lines, so that anybody can work them out again. A mean
is shown with 4 places (``display_4``) and used exactly, as its sum and its count.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from chspay_core import measuring
from chspay_core.amounts import fen_to_yuan, plain, ratio_half_up
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine import terms as keys
from chspay_settlement.engine.coefficient import Coefficients
from chspay_settlement.engine.methods import DISCOUNT_KEY
from chspay_settlement.engine.model import CaseKind, CasePoints, Group, GroupTable, PricedInput
from chspay_settlement.engine.plan import Band, Edge, Plan
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
#: What settles a kind whose costs are not graded: the lines it rests on, and the rule.
_UNGRADED: dict[CaseKind, tuple[tuple[str, ...], str]] = {
    CaseKind.UNSTABLE: (("stability",), "stability.method"),
    CaseKind.PER_DIEM: ((), keys.DEPARTMENTS),
    CaseKind.UNGROUPED: (("drg",), SETTLE[CaseKind.UNGROUPED].key),
}


def write_excluded(sheet: Worksheet, inp: PricedInput, points: CasePoints) -> None:
    """A case without points: what is known of it, and the reason code."""
    _given(sheet, inp)
    sheet.given("kind", "结算类别", KIND_NAMES[points.kind], "text")
    sheet.given("reason", "不计点原因", points.reason, "code")


class Priced(Protocol):
    """What a worksheet needs of the pricer."""

    @property
    def terms(self) -> Terms: ...
    @property
    def table(self) -> GroupTable: ...
    @property
    def coefficients(self) -> Coefficients: ...


def write_case(sheet: Worksheet, pricer: Priced, plan: Plan, inp: PricedInput, points: CasePoints) -> None:
    """Every step from the settlement list to the points of ``inp``."""
    terms = pricer.terms
    quantity = (inp.los_days if plan.by_days else inp.cost_fen) or 0
    band = plan.band(quantity)
    method = band.method
    _given(sheet, inp)
    if not plan.by_days:
        _overall(sheet, terms, pricer.table)
    if plan.group is not None:
        _group(sheet, terms, plan.group)
    for edge in plan.edges:
        _limit(sheet, terms, plan, edge)
    _kind(sheet, terms, plan, band)
    if "coefficient" in method.inputs:
        pricer.coefficients.write(sheet, inp.hospital_code, inp.level, inp.drg)
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
    exact = band.line.exact(quantity)
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


def _limit(sheet: Worksheet, terms: Terms, plan: Plan, edge: Edge) -> None:
    rule = terms.policy.rule(edge.rule)
    sheet.rule(edge.multiple_key, edge.multiple_label, _plain(edge.multiple), "multiple", rule=rule)
    sheet.line(
        edge.key,
        edge.label,
        _yuan4(edge.multiple * plan.unit),
        "yuan",
        formula=f"mean × {edge.multiple_key}",
        inputs=("mean", edge.multiple_key),
        rounding=DISPLAY,
    )


def _kind(sheet: Worksheet, terms: Terms, plan: Plan, band: Band) -> None:
    """Between which limits the cost lies; the rule is what says to whom the upper limit belongs."""
    place = plan.bands.index(band)
    lower = plan.edges[place - 1] if place else None
    upper = plan.edges[place] if place < len(plan.edges) else None
    formula = ""
    if lower and upper:
        below, above = "<" if lower.closed else "≤", "≤" if upper.closed else "<"
        formula = f"{lower.key} {below} cost {above} {upper.key}"
    elif lower:
        formula = f"cost {'>' if lower.closed else '≥'} {lower.key}"
    elif upper:
        formula = f"cost {'≤' if upper.closed else '<'} {upper.key}"
    edge = upper or lower
    inputs, key = _UNGRADED.get(band.kind, (("cost",), ""))
    if edge:
        inputs = tuple(name for name in (lower and lower.key, "cost", upper and upper.key) if name)
        key = edge.boundary
    sheet.line(
        "kind",
        "结算类别",
        KIND_NAMES[band.kind],
        "text",
        formula=formula,
        inputs=inputs,
        rule=terms.policy.rule(key),
    )


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


def _plain(value: Fraction) -> str:
    """A multiple as it stands in the policy: at most six decimals."""
    return plain(ratio_half_up(value.numerator, value.denominator, 6).normalize())
