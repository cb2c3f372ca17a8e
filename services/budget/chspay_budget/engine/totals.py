"""The three ways to a DIP total, side by side: by items, by last year's ratio, by growth.

国家医保DIP技术规范3.0 第四章第二节 names the three; which one is chosen moves several per cent of the fund,
so all are shown and none is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_budget.engine.funds import check_amount, check_document
from chspay_core.amounts import divide_half_up, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import fraction
from chspay_core.worksheet import Worksheet

REGIONAL_KEY, GROWTH_KEY = "budget.dip_regional_share", "budget.dip_growth_max"
METHODS = {"by_items": "按支出项目分配", "by_ratio": "按比例分配", "by_growth": "按增长率"}
_PLACES = 6

SHARE_WRONG = Reason(
    "DIP_TOTAL_SHARE_WRONG", Kind.INVALID, "“{field}”应在0至1之间，各项合计不超过1，收到{value}。"
)
LAST_WRONG = Reason(
    "DIP_TOTAL_LAST_WRONG",
    Kind.INVALID,
    "上年住院基金应大于零，且不小于上年DIP总额：{value}分，{field}。",
)
GROWTH_WRONG = Reason(
    "DIP_TOTAL_GROWTH_WRONG",
    Kind.PRECONDITION,
    "DIP总额的增长率{value}超过医疗费用增长控制目标{most}（依据{cite}），请调低。",
)


@dataclass(frozen=True, slots=True)
class DipFacts:
    """What the three methods start from; money in fen, shares of the inpatient fund."""

    inpatient_fen: int
    out_of_area_share: Decimal
    outside_share: Decimal
    last_inpatient_fen: int
    last_dip_fen: int
    growth: Decimal
    document: str


@dataclass(frozen=True, slots=True)
class DipTotals:
    """The three totals by method, fen, and how far they lie apart."""

    totals: dict[str, int]
    spread_fen: int
    spread_share: Decimal
    sheet: Worksheet


def compare(facts: DipFacts, policy: Policy) -> DipTotals:
    """All three totals, each rounded once, half up to fen.

    :raises Fault: DIP_TOTAL_*, BUDGET_FIGURE_NEGATIVE, BUDGET_DOCUMENT_MISSING, POLICY_*.
    """
    document = check_document(facts.document, "document")
    regional = fraction(policy, REGIONAL_KEY)
    outside = Fraction(facts.out_of_area_share) + Fraction(facts.outside_share) + regional
    _check(facts, outside, policy)
    sheet = Worksheet("DIP预算总额的三种确定方法")
    sheet.given("inpatient", f"住院基金（{document}）", facts.inpatient_fen, "fen")
    rule = policy.rule(REGIONAL_KEY)
    sheet.rule("regional", rule.label, policy.text(REGIONAL_KEY), rule.unit, rule=rule)
    sheet.given("out_share", "异地就医占比", facts.out_of_area_share, "ratio")
    sheet.given("outside_share", "不实行DIP的占比", facts.outside_share, "ratio")
    sheet.given("last_inpatient", "上年住院基金", facts.last_inpatient_fen, "fen")
    sheet.given("last_dip", "上年DIP总额", facts.last_dip_fen, "fen")
    sheet.given("dip_growth", "DIP总额增长率", facts.growth, "ratio")
    rule = policy.rule(GROWTH_KEY)
    sheet.rule("growth_max", rule.label, policy.text(GROWTH_KEY), rule.unit, rule=rule)
    by_items = facts.inpatient_fen * (1 - outside)
    by_growth = facts.last_dip_fen * (1 + Fraction(facts.growth))
    totals = {
        "by_items": divide_half_up(by_items.numerator, by_items.denominator),
        "by_ratio": divide_half_up(facts.inpatient_fen * facts.last_dip_fen, facts.last_inpatient_fen),
        "by_growth": divide_half_up(by_growth.numerator, by_growth.denominator),
    }
    formulas = {
        "by_items": (
            "inpatient × (1 − regional − out_share − outside_share)",
            ["inpatient", "regional", "out_share", "outside_share"],
        ),
        "by_ratio": ("inpatient × last_dip ÷ last_inpatient", ["inpatient", "last_dip", "last_inpatient"]),
        "by_growth": ("last_dip × (1 + dip_growth)", ["last_dip", "dip_growth", "growth_max"]),
    }
    for name, fen in totals.items():
        formula, inputs = formulas[name]
        sheet.line(name, METHODS[name], fen, "fen", formula=formula, inputs=inputs, rounding="half_up_fen")
    highest = max(totals.values())
    spread = highest - min(totals.values())
    share = ratio_half_up(spread, highest, _PLACES) if highest else Decimal(0)
    sheet.line(
        "spread", "最高与最低相差", spread, "fen", formula="三者中最高 − 三者中最低", inputs=list(totals)
    )
    sheet.line(
        "spread_share", "相差占最高的比例", share, "ratio", formula="spread ÷ 三者中最高",
        inputs=["spread", *totals], rounding="half_up_6",
    )  # fmt: skip
    return DipTotals(totals, spread, share, sheet)


def _check(facts: DipFacts, outside: Fraction, policy: Policy) -> None:
    for field, fen in (("inpatient_fen", facts.inpatient_fen), ("last_dip_fen", facts.last_dip_fen)):
        check_amount(fen, field)
    for field, share in (
        ("out_of_area_share", facts.out_of_area_share),
        ("outside_share", facts.outside_share),
    ):
        if not 0 <= share <= 1 or outside > 1:
            raise Fault(SHARE_WRONG, field=field, value=share)
    if facts.last_inpatient_fen <= 0 or facts.last_inpatient_fen < facts.last_dip_fen:
        raise Fault(LAST_WRONG, field=f"DIP{facts.last_dip_fen}分", value=facts.last_inpatient_fen)
    most = fraction(policy, GROWTH_KEY)
    if not -1 <= facts.growth <= 1 or Fraction(facts.growth) > most:
        raise Fault(
            GROWTH_WRONG, field="growth", value=facts.growth, most=policy.text(GROWTH_KEY),
            cite=policy.citation(policy.rule(GROWTH_KEY)),
        )  # fmt: skip
