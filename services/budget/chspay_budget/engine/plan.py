"""The plan of a fiscal year 年度预算: from the inpatient fund to what each month may spend."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chspay_budget.engine.months import METHOD_KEY, MONTHS, split
from chspay_core.amounts import EXACT, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet

CAP_KEY = "budget.growth_cap"

AMOUNT_NEGATIVE = Reason("BUDGET_AMOUNT_NEGATIVE", Kind.INVALID, "预算的“{field}”不能为负，收到{value}分。")
LOCAL_NOT_POSITIVE = Reason(
    "BUDGET_LOCAL_NOT_POSITIVE",
    Kind.INVALID,
    "住院预算减去异地就医和调剂金后应大于零，现为{value}分，请核对三个金额。",
)
GROWTH_OVER_CAP = Reason(
    "BUDGET_GROWTH_OVER_CAP",
    Kind.PRECONDITION,
    "住院预算{value}分超过上一年度批准数{last}分的增幅上限{cap}（最多{most}分，依据{cite}），"
    "请调低预算，或先按程序更新政策文件。",
)


@dataclass(frozen=True, slots=True)
class Amounts:
    """The three figures a bureau decides, fen."""

    inpatient_fen: int
    out_of_area_fen: int
    reserve_fen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A year's plan: what stays for local hospitals and what each month may spend, fen."""

    amounts: Amounts
    local_fen: int
    months: tuple[int, ...]
    sheet: Worksheet


def plan(amounts: Amounts, last_approved_fen: int | None, policy: Policy) -> Plan:
    """Checks and spreads a year's budget.

    local = inpatient − out of area − reserve: the inpatient fund is one unit that includes out-of-area
    care (杭州市县域医共体支付方式改革实施细则（征求意见稿）二(二)1(2)); a reserve for adjustment and clearing
    is allowed (2025版经办规程第十二条).

    :param last_approved_fen: the inpatient fund approved for the year before; ``None`` when there is none,
        and then no growth can be checked.
    :raises Fault: BUDGET_AMOUNT_NEGATIVE, BUDGET_LOCAL_NOT_POSITIVE, BUDGET_GROWTH_OVER_CAP, POLICY_MISSING.
    """
    sheet = Worksheet(f"{policy.place_name or policy.place}{policy.on.year}年度住院基金预算")
    for field, fen in (
        ("inpatient_fund_fen", amounts.inpatient_fen),
        ("out_of_area_fen", amounts.out_of_area_fen),
        ("reserve_fen", amounts.reserve_fen),
    ):
        if fen < 0:
            raise Fault(AMOUNT_NEGATIVE, field=field, value=fen)
    sheet.given("inpatient", "住院基金预算", amounts.inpatient_fen, "fen")
    sheet.given("out_of_area", "异地就医支出", amounts.out_of_area_fen, "fen")
    sheet.given("reserve", "调剂金（风险金）", amounts.reserve_fen, "fen")
    check_growth(amounts.inpatient_fen, last_approved_fen, policy, sheet)
    local = amounts.inpatient_fen - amounts.out_of_area_fen - amounts.reserve_fen
    if local <= 0:
        raise Fault(LOCAL_NOT_POSITIVE, field="inpatient_fund_fen", value=local)
    sheet.line(
        "local",
        "本地住院基金",
        local,
        "fen",
        formula="inpatient − out_of_area − reserve",
        inputs=["inpatient", "out_of_area", "reserve"],
    )
    months = split(local, policy)
    write_months(months, policy, sheet)
    return Plan(amounts, local, tuple(months), sheet)


def check_growth(
    inpatient: int, last: int | None, policy: Policy, sheet: Worksheet, *, needed: bool = False
) -> None:
    """Growth in principle at most the cap (e.g. 10 %): the comparison is exact, nothing is rounded.

    :param inpatient: the inpatient fund, fen; ``last`` the one approved for the year before.
    :param needed: whether the policy must name a cap, as it must for a year that is planned from income.
    :raises Fault: BUDGET_GROWTH_OVER_CAP, POLICY_MISSING.
    """
    if last is None or not (needed or policy.has(CAP_KEY)):
        return
    cap = policy.decimal(CAP_KEY)
    rule = policy.rule(CAP_KEY)
    most = int(EXACT.multiply(Decimal(last), EXACT.add(Decimal(1), cap)))
    sheet.given("last_approved", "上一年度批准的住院基金预算", last, "fen")
    sheet.rule("growth_cap", rule.label, cap, rule.unit, rule=rule)
    sheet.line(
        "most",
        "按增幅上限的最高预算",
        most,
        "fen",
        formula="last_approved × (1 + growth_cap)",
        inputs=["last_approved", "growth_cap"],
        rounding="down_to_fen",
        rule=rule,
    )
    if inpatient > most:
        raise Fault(
            GROWTH_OVER_CAP,
            field="inpatient_fund_fen",
            value=inpatient,
            last=last,
            cap=plain(cap),
            most=most,
            cite=policy.citation(rule),
        )


def write_months(months: list[int], policy: Policy, sheet: Worksheet) -> None:
    """The months on the sheet; ``local`` is above them. Fen."""
    rule = policy.rule(METHOD_KEY)
    sheet.rule("month_share", rule.label, policy.text(METHOD_KEY), rule.unit, rule=rule)
    for month, fen in zip(MONTHS, months, strict=True):
        sheet.line(
            f"month_{month}",
            f"{int(month)}月基金",
            fen,
            "fen",
            formula="local split by month_share",
            inputs=["local", "month_share"],
            rounding="largest_remainder",
            rule=rule,
        )
