"""A complete policy of the year plan for tests, in which any rule can be replaced; and facts to plan by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from chspay_budget.engine.factors import Factor
from chspay_budget.engine.funds import FUNDS, SPENDING
from chspay_budget.engine.growth import Month
from chspay_budget.engine.proposal import SETTLED, Facts, Settled
from chspay_core.bundle import Bundle, value_of
from chspay_core.policy import Document, Policy, Rule

PLACE = "990100"
BASE: dict[str, object] = {
    "budget.month_share": "twelfth@1",
    "budget.income_reserve": "0.03",
    "budget.total": "need@1",
    "budget.spending_growth_cap": "1",
    "budget.growth_cap": "1",
    "budget.growth": "weighted_sum@1",
    "budget.factors": [{"factor": "cost", "name": "医疗费用变化", "weight": "1"}],
    "budget.split": "last_settled_share@1",
    "budget.out_of_area": "included",
    "budget.drg_start": "2020-01-01",
    "budget.adjust_causes": [
        {"cause": "policy_change", "name": "重大政策调整", "account_cause": "policy", "over_cap": "no"},
        {"cause": "outbreak", "name": "疾病爆发", "account_cause": "volume", "over_cap": "yes"},
    ],
    "budget.run_rate": "even_months@1",
    "budget.alarm_levels": [
        {"level": "watch", "name": "关注", "from_month": "1", "share": "1.10"},
        {"level": "warn", "name": "预警", "from_month": "3", "share": "1.03"},
        {"level": "urgent", "name": "紧急", "from_month": "9", "share": "1"},
    ],
    "budget.alarm_margin": "1.10",
    "budget.dip_regional_share": "0.02",
    "budget.dip_growth_max": "0.06",
}


def policy_of(changes: Mapping[str, object] | None = None, on: date = date(2027, 1, 1)) -> Policy:
    """The policy with some rules replaced; a rule set to ``None`` is gone."""
    values = {key: value for key, value in {**BASE, **(changes or {})}.items() if value is not None}
    rules = [
        Rule(key, key, "text", date(2019, 1, 1), value_of(value), "t#第一条", "demo", PLACE)
        for key, value in values.items()
    ]
    document = Document("t", "测试办法", "", "测试", "", "demo")
    return Bundle.seal(PLACE, {PLACE: "演示市"}, rules, {"t": document}).on(on)


def facts_of(
    income: int, settled: Mapping[str, int], rates: Mapping[str, str] | None = None, shifts: tuple = ()
) -> Facts:
    """Facts with documents; a fund that is not named settled at zero."""
    return Facts(
        income, "收入预算文件",
        tuple(Settled(fund, settled.get(fund, 0), "上年决算文件") for fund in SETTLED),
        tuple(Factor(name, Decimal(rate), "测算报告") for name, rate in (rates or {"cost": "0"}).items()),
        shifts,
    )  # fmt: skip


def month(number: int, fen: int) -> Month:
    """A month that cost so much, all of it inpatient care."""
    return Month(number, {fund: fen if fund == "inpatient" else 0 for fund in SPENDING}, f"{number}月报表")


def changes(**fen: int) -> dict[str, int]:
    """Signed changes of the five funds."""
    return {fund: fen.get(fund, 0) for fund in FUNDS}


def year_at(cap: int, share: Fraction, noise: list[int]) -> list[int]:
    """Twelve months that cost ``share`` of ``cap`` but for noise in per mille of a month."""
    return [int(cap * share / 12 * (1000 + part) / 1000) for part in noise]
