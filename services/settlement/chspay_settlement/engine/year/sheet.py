"""The worksheet 计算底稿 of one institution's year: from budget and bills to what it still gets; pure.

Written again from the stored input on demand; its last line is the balance on the annual statement.
"""

from __future__ import annotations

from chspay_core.amounts import MICRO, from_micro, ratio_half_up
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.year.assessment import ASSESSMENT
from chspay_settlement.engine.year.bands import BANDS_KEY
from chspay_settlement.engine.year.clearing import HospitalYear, Year
from chspay_settlement.engine.year.sharing import BEAR_KEY, KEEP_KEY, LEVELS, WITHHELD, Decision, Standing


def year_sheet(year: Year, hospital_code: str, policy: Policy) -> Worksheet:
    """How one institution's year came about, line by line, in fen.

    :raises StopIteration: the institution is not in the year.
    """
    hospital = next(h for h in year.hospitals if h.hospital_code == hospital_code)
    sheet = Worksheet(f"{policy.on.year}年度清算底稿 {hospital_code}")
    if hospital.member.standing is Standing.TERMINATED:
        sheet.given("actual", "本机构据实基金费用", hospital.member.actual_fen, "fen")
        sheet.line(
            "fund", "决算基金", hospital.fund_fen, "fen", formula="actual（已解除协议，不参加分担）",
            inputs=["actual"], rule=policy.rule(LEVELS.key),
        )  # fmt: skip
        _cut(sheet, hospital, policy)
    else:
        _decision(sheet, year.decision, policy)
        _share(sheet, year.decision, hospital, policy)
        _cut(sheet, hospital, policy)
    _balance(sheet, hospital)
    return sheet


def _decision(sheet: Worksheet, decision: Decision, policy: Policy) -> None:
    """The pool's amount: budget and bills of those who stayed, and what sharing makes of them."""
    sheet.given("budget", "年度预算（本地可分配基金）", decision.budget_fen, "fen")
    sheet.given("pool_actual", "全部机构据实基金费用", decision.actual_fen, "fen")
    sheet.given("terminated", "其中已解除协议机构据实结算", decision.terminated_fen, "fen")
    budget = decision.budget_fen - decision.terminated_fen
    actual = decision.actual_fen - decision.terminated_fen
    sheet.line(
        "base_budget", "参加分担的预算", budget, "fen", formula="budget − terminated",
        inputs=["budget", "terminated"],
    )  # fmt: skip
    sheet.line(
        "base_actual", "参加分担的据实费用", actual, "fen", formula="pool_actual − terminated",
        inputs=["pool_actual", "terminated"],
    )  # fmt: skip
    level = LEVELS.chosen(policy)
    inputs, formula = ["base_budget", "base_actual"], level.formula
    if level.name in {"pool@1", "nested@1"}:
        key = KEEP_KEY if actual <= budget else BEAR_KEY
        rule = policy.rule(key)
        sheet.rule("ratio", rule.label, policy.text(key), rule.unit, rule=rule)
        inputs.append("ratio")
        formula = (
            "base_actual + ratio × (base_budget − base_actual)"
            if actual <= budget
            else "base_budget + (1 − ratio) × (base_actual − base_budget)"
        )
    if BANDS_KEY in level.params:
        rule = policy.rule(BANDS_KEY)
        sheet.rule("bands", rule.label, rule.value_json, rule.unit, rule=rule)
        inputs.append("bands")
    sheet.line(
        "shared", "分担后的总额", decision.shared_fen, "fen", formula=formula, inputs=inputs,
        rounding="half_up_fen", rule=policy.rule(LEVELS.key),
    )  # fmt: skip


def _share(sheet: Worksheet, decision: Decision, hospital: HospitalYear, policy: Policy) -> None:
    member = hospital.member
    value = decision.values[member.hospital_code]
    sheet.given("points", "本机构点数", from_micro(member.points_micro), "points")
    sheet.given("actual", "本机构据实基金费用", member.actual_fen, "fen")
    sheet.given("value_fen", "点值的分子", value.numerator_fen, "fen")
    sheet.given("value_points", "点值的分母", from_micro(value.denominator_micro), "points")
    shown = ratio_half_up(value.numerator_fen * MICRO, value.denominator_micro, 4)
    sheet.line(
        "value", "点值（分/点）", shown, "fen", formula="value_fen ÷ value_points",
        inputs=["value_fen", "value_points"], rounding="display_4", rule=policy.rule("point_value.form"),
    )  # fmt: skip
    sheet.given("target", "本机构年度目标（按预算点值）", hospital.target_fen, "fen")
    inputs, formula = ["shared", "points", "value_fen", "value_points"], "points × value_fen ÷ value_points"
    if value.includes_patient:
        sheet.given("patient", "本机构个人负担", member.patient_fen, "fen")
        inputs, formula = [*inputs, "patient"], f"{formula} − patient"
    if decision.level in {"institution@1", "nested@1"}:
        inputs, formula = ["shared", "actual", "target", "bands"], "bands(actual, target)"
    sheet.line(
        "own_share", "本机构分担后应得", hospital.shared_fen, "fen", formula=formula, inputs=inputs,
        rounding="largest_remainder", rule=policy.rule(LEVELS.key),
    )  # fmt: skip
    sheet.line(
        "withheld", "不予增加", hospital.withheld_fen, "fen",
        formula=f"max(0, own_share − actual)，机构状态{member.standing.value}且actual低于target时",
        inputs=["own_share", "actual", "target"], rule=policy.rule(WITHHELD.key),
    )  # fmt: skip
    sheet.given("gained", "分得他机构不予增加的部分", hospital.gained_fen, "fen")
    sheet.line(
        "fund", "决算基金", hospital.fund_fen, "fen", formula="own_share − withheld + gained",
        inputs=["own_share", "withheld", "gained"],
    )  # fmt: skip


def _cut(sheet: Worksheet, hospital: HospitalYear, policy: Policy) -> None:
    sheet.given("retained", "月度预留（质量保证金）", hospital.booked.retained_fen, "fen")
    sheet.line(
        "assessed", "考核扣减", hospital.assessed_fen, "fen", formula=ASSESSMENT.chosen(policy).formula,
        inputs=["fund", "retained"], rounding="half_up_fen", rule=policy.rule(ASSESSMENT.key),
    )  # fmt: skip


def _balance(sheet: Worksheet, hospital: HospitalYear) -> None:
    sheet.given("audit", "审核扣款", hospital.audit_fen, "fen")
    sheet.given("prepaid", "已预付", hospital.booked.prepaid_fen, "fen")
    sheet.given("advance", "预付金", hospital.booked.advance_fen, "fen")
    sheet.line(
        "balance", "应补付（负数为应收回）", hospital.balance_fen, "fen",
        formula="fund − assessed − audit − prepaid − advance",
        inputs=["fund", "assessed", "audit", "prepaid", "advance"],
    )  # fmt: skip
