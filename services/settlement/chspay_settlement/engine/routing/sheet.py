"""The worksheet of a route: facts, the row that decided with its document, and what follows from it; pure."""

from __future__ import annotations

from chspay_core.amounts import fen_to_yuan, from_micro
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.routing.bed_days import Answer
from chspay_settlement.engine.routing.by_item import write_bill
from chspay_settlement.engine.routing.run import Episode, Routed, bill_of
from chspay_settlement.engine.routing.table import BED_DAY_NAMES, NAMES, Facts, Method, Route

_KINDS = {"hospital": "医院", "clinic": "门诊部或诊所", "pharmacy": "零售药店"}


def write_facts(sheet: Worksheet, facts: Facts) -> None:
    """What the router looked at."""
    sheet.given(
        "institution", "机构类型", _KINDS.get(facts.institution, facts.institution or "未登记"), "text"
    )
    sheet.given("medical_type", "医疗类别", facts.medical_type or "未填", "code")
    sheet.given("department", "科别", facts.department or "未填", "code")
    sheet.given("insurance", "险种", facts.insurance or "未填", "code")
    sheet.given("fund_part", "是否有基金支付", "是" if facts.fund_part else "否", "text")
    sheet.given("bed_days", "床日付费服务的答复", BED_DAY_NAMES[facts.bed_days], "text")


def write_route(sheet: Worksheet, facts: Facts, route: Route) -> None:
    """The row that decided, its method and its reason."""
    write_facts(sheet, facts)
    sheet.rule("row", "付费方式表的行", f"第{route.row}行", "text", rule=route.rule)
    sheet.line(
        "route", "付费方式", NAMES[route.method], "text", formula="",
        inputs=("institution", "medical_type", "department", "insurance", "fund_part", "bed_days", "row"),
        rule=route.rule,
    )  # fmt: skip
    sheet.given("route_reason", "理由", f"{route.text}（{route.reason}）", "text")


def write_answer(sheet: Worksheet, answer: Answer) -> None:
    """What the bed-day service said of a stay: the pricing ends there, under its own worksheet."""
    sheet.given("pricing", "床日计价", answer.pricing_id or "无", "text")
    sheet.given("pricing_digest", "床日计价底稿的SM3", answer.worksheet_digest or "无", "digest")
    if answer.reason:
        sheet.given("pricing_reason", "床日付费服务的说明", f"{answer.message}（{answer.reason}）", "text")
    if answer.paid_days:
        sheet.given("paid_days", f"计付床日（{answer.category}，{answer.model}）", answer.paid_days, "days")
    if answer.factor:
        sheet.given("factor", "考核系数（已计入）", answer.factor, "ratio")
    days = "；".join(f"{one.since}至{one.until}（不含）{one.use}{one.by}" for one in answer.spans)
    if days:
        sheet.given("days", "各日的支付", days, "text")


def write_outcome(
    sheet: Worksheet, episode: Episode, route: Route, routed: Routed, answer: Answer | None
) -> None:
    """From the route to what the case is paid by it, and why where another list stands against it."""
    if answer is not None:
        write_answer(sheet, answer)
    if routed.method is not route.method:
        sheet.line(
            "method", "最终付费方式", NAMES[routed.method], "text", formula="", inputs=("route",),
            rule=route.rule,
        )  # fmt: skip
        sheet.given("reason", "不按上述方式支付的理由", f"{routed.text}（{routed.reason}）", "text")
    if routed.beside:
        sheet.given("beside", "相关的清单", routed.beside, "text")
    if routed.method is Method.BY_ITEM:
        write_bill(sheet, bill_of(episode, routed.cite), route, "bill_")
    elif routed.points_micro is not None:
        sheet.given("bed_day_points", "床日点数", from_micro(routed.points_micro), "points")
    elif routed.method is Method.PER_DIEM:
        sheet.given("bed_day_money", "床日应付基金", fen_to_yuan(routed.amount_fen), "yuan")
