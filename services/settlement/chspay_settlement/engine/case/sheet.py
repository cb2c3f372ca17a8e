"""The worksheet 计算底稿 of a case: the same figures the pricer used, each with its rule and document.

Formulas are written over the keys of earlier lines, so that anybody can work them out again. A mean
is shown with 4 places (``display_4``) and used exactly, as its sum and its count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from chspay_core import measuring
from chspay_core.amounts import fen_to_yuan, plain, ratio_half_up
from chspay_core.artefact import POLICY_KEYS, ArtefactKind
from chspay_core.worksheet import Cited, Worksheet
from chspay_settlement.engine.case.edges import LIMIT_ON, Edge
from chspay_settlement.engine.case.marked import Step, Way
from chspay_settlement.engine.case.marks import Mark, MarkKind, merged
from chspay_settlement.engine.case.methods import LINES, STANDARD_VALUE
from chspay_settlement.engine.case.methods_day import BENCHMARK, DAY_POINTS, DAY_TIERS, DEPARTMENTS, EXCESS
from chspay_settlement.engine.case.plan import Plan
from chspay_settlement.engine.case.regroup import regrouping
from chspay_settlement.engine.case.sheet_marks import Decided, mark_key, write_idle, write_mark, write_steps
from chspay_settlement.engine.case.terms import GROUP_ABSENT, SETTLE_KEYS, Terms
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.model import BED_DAYS, CaseKind, CasePoints, Group, GroupTable, PricedInput

KIND_NAMES = {
    CaseKind.NORMAL: "正常病例",
    CaseKind.LOW: "低倍率病例",
    CaseKind.LOW_STEP: "低费用阶段病例",
    CaseKind.HIGH: "高倍率病例",
    CaseKind.EXTREME: "极高倍率病例",
    CaseKind.UNSTABLE: "非稳定病组病例",
    CaseKind.PER_DIEM: "床日病例",
    CaseKind.INCOMPLETE: "住院过程不完整病例",
    CaseKind.UNGROUPED: "未入组病例",
    CaseKind.AMBIGUOUS: "歧义病例",
    CaseKind.EXCLUDED: "不计点病例",
}
DISPLAY = "display_4"
WEIGHT_TABLE = POLICY_KEYS[ArtefactKind.WEIGHT_TABLE]
#: What settles a kind whose costs are not graded: the lines it rests on, and the rule.
_UNGRADED: dict[CaseKind, tuple[tuple[str, ...], str]] = {
    CaseKind.UNSTABLE: (("stability",), "stability.method"),
    CaseKind.PER_DIEM: ((), DEPARTMENTS),
    CaseKind.UNGROUPED: (("drg",), SETTLE_KEYS[CaseKind.UNGROUPED]),
    CaseKind.AMBIGUOUS: (("drg",), SETTLE_KEYS[CaseKind.AMBIGUOUS]),
    CaseKind.INCOMPLETE: (("mark_incomplete",), ""),
}
_TRIMMED = ("病例数（裁剪后）", "总费用（裁剪后）")
_PARAMS = {name: key for key, name in LINES.items()}


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
    def way(self, plan: Plan, inp: PricedInput) -> tuple[Way, list[Step]]: ...


def write_case(
    sheet: Worksheet, pricer: Priced, plan: Plan, inp: PricedInput, points: CasePoints, listed: str
) -> None:
    """Every step from the settlement list to the points of ``inp``; ``listed`` is the group of its list."""
    way, steps = pricer.way(plan, inp)
    moved = regrouping(inp)
    _given(sheet, inp, moved, listed)
    table = pricer.table
    if table.origin is not None:
        rule = pricer.terms.policy.rule(WEIGHT_TABLE)
        sheet.rule(
            "weight_table", f"权重表（{table.origin.table_id}）", table.origin.digest, "digest", rule=rule
        )
    bed_days = inp.status == BED_DAYS
    if not (plan.by_days or bed_days) or (way.method is not None and "overall_mean" in way.method.inputs):
        _overall(sheet, pricer.terms, table)
    if plan.group is not None:
        _group(sheet, pricer.terms, plan.group, inp.level if table.by_level(inp.drg) else None)
    elif table.origin is not None and not plan.by_days and inp.status in pricer.terms.measured:
        rule = pricer.terms.policy.rule(GROUP_ABSENT)
        sheet.rule("group_absent", "权重表没有该病组", "按未入组病例结算", "text", rule=rule)
    mark = write_mark(sheet, way.mark) if way.mark is not None else ""
    write_idle(sheet, merged(inp.case_id, inp.marks), [step.mark for step in steps] + [way.mark, moved])
    if way.cost != inp.cost_fen:
        sheet.line(
            "accepted_cost",
            "核减后费用",
            fen_to_yuan(way.cost),
            "yuan",
            formula=f"cost − {mark}",
            inputs=("cost", mark),
        )
    inputs = _Inputs(sheet, pricer, plan, inp, way)
    for name in pricer.terms.edges.limit_on.inputs if plan.edges else ():
        inputs.write(name)
    for edge in plan.edges:
        _limit(sheet, pricer.terms, plan, edge)
    _kind(sheet, pricer.terms, plan, way, mark)
    for name in way.method.inputs if way.method else ():
        inputs.write(name)
    _points(sheet, pricer.terms, inp, points, way, steps)


def _points(
    sheet: Worksheet, terms: Terms, inp: PricedInput, points: CasePoints, way: Way, steps: list[Step]
) -> None:
    """From the method's formula, or from what was decided, through every step to the points."""
    exact = steps[-1].exact if steps else way.exact
    if ratio_half_up(exact.numerator, exact.denominator, terms.places) != points.points:
        raise AssertionError(f"the worksheet of {inp.case_id} does not add up to its points")
    formula, names, rule = _method(sheet, terms, way)
    shown = ratio_half_up(way.exact.numerator, way.exact.denominator, 4) if steps else points.points
    sheet.line(
        "earned" if steps else "points",
        "认定前点数" if steps else "病例点数",
        shown,
        "points",
        formula=formula,
        inputs=names,
        rounding=DISPLAY if steps else f"half_up_{terms.places}",
        rule=rule,
    )
    write_steps(sheet, terms.policy, steps, terms.places, points.points)


def _method(sheet: Worksheet, terms: Terms, way: Way) -> tuple[str, list[str], Cited]:
    """The formula over the lines of ``sheet``, its inputs, and who chose it."""
    mark = "" if way.mark is None else mark_key(way.mark)
    rule = terms.policy.rule(way.rule) if way.rule else Decided(mark, way.mark.cite if way.mark else "")
    if way.method is None:
        return mark, [mark], rule
    cost = "accepted_cost" if "accepted_cost" in sheet else "cost"
    names = [cost if name == "cost" else name for name in way.method.inputs]
    return re.sub(r"\bcost\b", cost, way.method.formula), names, rule


@dataclass(frozen=True, slots=True)
class _Inputs:
    """Writes the lines a formula uses that are not there yet."""

    sheet: Worksheet
    pricer: Priced
    plan: Plan
    inp: PricedInput
    way: Way

    def write(self, name: str) -> None:
        """The line ``name``, when it is not written already."""
        if name in self.sheet:
            return
        if name == "coefficient":
            self.pricer.coefficients.write(
                self.sheet, self.inp.hospital_code, self.inp.level, self.inp.drg
            )  # fmt: skip
        elif name == "correction":
            self._correction()
        elif name in _PARAMS:
            self._param(name)
        elif name.startswith("day"):
            self._day(name)
        elif name == "paid_days":
            self._paid_days()

    def _correction(self) -> None:
        """Cost against the payment standard of the case, and what that makes of its points."""
        for name in ("base", "coefficient", "standard_value"):
            self.write(name)
        basis, cost = self.way.basis, self.way.cost
        standard = basis.base * basis.coefficient * basis.params[STANDARD_VALUE] * 100
        self.sheet.line(
            "standard",
            "支付标准",
            _yuan4(standard),
            "yuan",
            formula="base × coefficient × standard_value",
            inputs=("base", "coefficient", "standard_value"),
            rounding=DISPLAY,
        )
        if not standard:
            self.sheet.given("correction", "校正系数（支付标准为零）", 0, "ratio")
            return
        factor = cost / standard
        used = "accepted_cost" if "accepted_cost" in self.sheet else "cost"
        self.sheet.line(
            "correction",
            "校正系数",
            ratio_half_up(factor.numerator, factor.denominator, 4),
            "ratio",
            formula=f"{used} ÷ standard",
            inputs=(used, "standard"),
            rounding=DISPLAY,
        )

    def _param(self, name: str) -> None:
        policy = self.pricer.terms.policy
        asked = self.way.method.params if self.way.method else ()
        key = next((key for key in asked if LINES.get(key) == name), _PARAMS[name])
        rule = policy.rule(key)
        self.sheet.rule(name, rule.label, policy.decimal(key), rule.unit, rule=rule)

    def _day(self, name: str) -> None:
        sheet, policy, basis = self.sheet, self.pricer.terms.policy, self.way.basis
        rate = self.pricer.terms.per_diem[self.inp.department]
        tiered = len(rate.tiers) > 1
        rule = policy.rule(DAY_TIERS if tiered else DAY_POINTS)
        if name == "days":
            sheet.given("department", "科室", self.inp.department, "text")
            sheet.given("days", "住院天数", self.inp.los_days or 0, "days")
        elif name == "day_points":
            label = f"每床日点数（{rate.category}）"
            sheet.rule(name, label, _plain(basis.day_points), "points", rule=rule)
        elif name == "day_from":
            sheet.rule(name, "本档以前的天数", basis.day_from, "days", rule=rule)
        else:
            sheet.rule(name, "以前各档的点数合计", _plain(basis.day_before), "points", rule=rule)

    def _paid_days(self) -> None:
        sheet, policy = self.sheet, self.pricer.terms.policy
        rate = self.pricer.terms.per_diem[self.inp.department]
        label = f"基准住院天数（{rate.category}）"
        sheet.rule("benchmark_days", label, _plain(rate.benchmark), "days", rule=policy.rule(BENCHMARK))
        rule = policy.rule(EXCESS)
        sheet.rule("excess_share", rule.label, _plain(rate.excess), rule.unit, rule=rule)
        sheet.line(
            "paid_days",
            "最多计付天数",
            _plain(rate.paid_days),
            "days",
            formula="benchmark_days × (1 + excess_share)",
            inputs=("benchmark_days", "excess_share"),
        )


def _given(sheet: Worksheet, inp: PricedInput, moved: Mark | None = None, listed: str = "") -> None:
    sheet.given("case_id", "病例号", inp.case_id, "text")
    sheet.given("hospital", "医疗机构", inp.hospital_code, "text")
    if moved is None:
        sheet.given("drg", "病组", inp.drg or "未入组", "text")
    else:
        label = f"病组（经决定重分组，清单分组为{listed or '未入组'}）"
        sheet.rule("drg", label, inp.drg, "text", rule=Decided(mark_key(moved), moved.cite))
    sheet.given("cost", "总费用", "未知" if inp.cost_fen is None else fen_to_yuan(inp.cost_fen), "yuan")


def _overall(sheet: Worksheet, terms: Terms, table: GroupTable) -> None:
    if table.origin is None:
        sheet.given("all_cost", "全部入组病例总费用", fen_to_yuan(table.all_cost_fen), "yuan")
        sheet.given("all_cases", "全部入组病例数", table.all_cases, "cases")
    else:
        # Weighed years leave no whole cost over whole cases: the pair says the exact ratio only.
        sheet.given("all_cost", "权重表均费的分子（精确比）", fen_to_yuan(table.all_cost_fen), "yuan")
        sheet.given("all_cases", "权重表均费的分母（精确比）", table.all_cases, "ratio")
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


def _group(sheet: Worksheet, terms: Terms, group: Group, level: int | None) -> None:
    policy, weighed = terms.policy, "weight_table" in sheet
    sheet.given("group_all_cases", "病组病例数（裁剪前）", group.cases, "cases")
    many, much = ("均费的分母（精确比）", "均费的分子（精确比）") if weighed else _TRIMMED
    sheet.given("group_cases", f"病组{many}", group.kept, "ratio" if weighed else "cases")
    sheet.given("group_cost", f"病组{much}", fen_to_yuan(group.cost_sum_fen), "yuan")
    sheet.given("cv", "病组变异系数（裁剪后）", group.cv_display or "无法计算", "ratio")
    sheet.rule(
        "stability",
        "稳定病组判断",
        "稳定病组" if group.stable else "非稳定病组",
        "text",
        rule=policy.rule(WEIGHT_TABLE if weighed else "stability.method"),
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
    if weighed:
        label = "病组基准点数（权重表）" if level is None else f"病组基准点数（权重表，{level}级医疗机构）"
        rule = policy.rule(WEIGHT_TABLE)
        sheet.line("base", label, group.base, "points", formula="", inputs=("weight_table",), rule=rule)
        return
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
    rule, on = terms.policy.rule(edge.rule), terms.edges.limit_on
    sheet.rule(edge.multiple_key, edge.multiple_label, _plain(edge.multiple), "multiple", rule=rule)
    sheet.line(
        edge.key,
        edge.label,
        _yuan4(edge.multiple * plan.unit),
        "yuan",
        formula=f"{on.formula} × {edge.multiple_key}",
        inputs=(*on.inputs, edge.multiple_key),
        rounding=DISPLAY,
        rule=terms.policy.rule(LIMIT_ON) if terms.policy.has(LIMIT_ON) else None,
    )


def _kind(sheet: Worksheet, terms: Terms, plan: Plan, way: Way, mark: str) -> None:
    """Between which limits the cost lies; the rule is what says to whom the upper limit belongs."""
    kinds = [band.kind for band in plan.bands]
    if not plan.edges or way.kind not in kinds:
        inputs, key = _UNGRADED[way.kind]
        if way.mark is not None and way.mark.kind is MarkKind.BED_DAYS:
            inputs, key = (mark,), ""
        rule = Decided(mark, way.mark.cite) if way.mark and not key else terms.policy.rule(key)
        sheet.line("kind", "结算类别", KIND_NAMES[way.kind], "text", formula="", inputs=inputs, rule=rule)
        return
    place = kinds.index(way.kind)
    lower = plan.edges[place - 1] if place else None
    upper = plan.edges[place] if place < len(plan.edges) else None
    cost = "accepted_cost" if "accepted_cost" in sheet and way.by_own_cost else "cost"
    formula = ""
    if lower and upper:
        below, above = "<" if lower.closed else "≤", "≤" if upper.closed else "<"
        formula = f"{lower.key} {below} {cost} {above} {upper.key}"
    elif lower:
        formula = f"{cost} {'>' if lower.closed else '≥'} {lower.key}"
    elif upper:
        formula = f"{cost} {'≤' if upper.closed else '<'} {upper.key}"
    edge = upper or lower
    sheet.line(
        "kind",
        "结算类别",
        KIND_NAMES[way.kind],
        "text",
        formula=formula,
        inputs=[name for name in (lower and lower.key, cost, upper and upper.key) if name],
        rule=terms.policy.rule(edge.boundary) if edge else None,
    )


def _yuan4(fen: Fraction) -> str:
    return format(ratio_half_up(fen.numerator, fen.denominator * 100, 4), "f")


def _half_yuan(twice_fen: int) -> str:
    """Half of ``twice_fen`` fen as yuan, exact: at most three decimals."""
    return format(ratio_half_up(twice_fen, 200, 3), "f")


def _plain(value: Fraction) -> str:
    """A multiple as it stands in the policy: at most six decimals."""
    return plain(ratio_half_up(value.numerator, value.denominator, 6).normalize())
