"""Named factors 预算因素: why next year is not as last year, each with its weight and its document.

收入预算、重大政策调整、医疗费用变化、经济社会发展水平、同类机构平均水平 are named by the policy text; no
weight is, so the weights are policy (``budget.factors``) and the rates are handed in with a document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chspay_budget.engine.funds import check_document
from chspay_core.amounts import decimal_text, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell
from chspay_core.worksheet import Worksheet

FACTORS_KEY = "budget.factors"
#: Places a growth rate is shown with; it is used exactly.
PLACES = 6

FACTOR_UNKNOWN = Reason(
    "BUDGET_FACTOR_UNKNOWN", Kind.INVALID, "{place}的政策没有列出预算因素“{value}”，可用：{known}。"
)
FACTOR_TWICE = Reason("BUDGET_FACTOR_TWICE", Kind.INVALID, "预算因素“{value}”给出了两次。")
FACTOR_MISSING = Reason(
    "BUDGET_FACTOR_MISSING", Kind.INVALID, "缺少预算因素“{value}”；没有影响的请写增幅0并注明依据。"
)
RATE_WRONG = Reason(
    "BUDGET_RATE_WRONG", Kind.INVALID, "预算因素“{field}”的增幅应在-1至1之间（0.06即6%），收到{value}。"
)


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor: the growth it stands for, and where the figure comes from."""

    factor: str
    rate: Decimal
    document: str


@dataclass(frozen=True, slots=True)
class Weighted:
    """A row of the policy table."""

    factor: str
    name: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Method:
    """How the factors become one growth."""

    name: str
    formula: str
    meet: Callable[[Fraction, Fraction], Fraction]
    params: tuple[str, ...] = (FACTORS_KEY,)


GROWTH = Registry[Method]("budget.growth")
GROWTH.add(Method("weighted_sum@1", "各因素的权重 × 增幅之和", lambda total, _weights: total))
GROWTH.add(
    Method("weighted_mean@1", "各因素的权重 × 增幅之和 ÷ 权重之和", lambda total, weights: total / weights)
)


def read_factors(policy: Policy) -> list[Weighted]:
    """The factors the policy names, each with a weight above zero.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: list[Weighted] = []
    rows = policy.table(FACTORS_KEY)
    for row in rows:
        name, label, weight = (cell(policy, FACTORS_KEY, row, part) for part in ("factor", "name", "weight"))
        value = decimal_text(weight, FACTORS_KEY)
        if not name or value <= 0 or name in {item.factor for item in found}:
            raise broken(policy, FACTORS_KEY, row, "因素不能为空或重复，权重应大于零")
        found.append(Weighted(name, label, value))
    if not found:
        raise broken(policy, FACTORS_KEY, rows, "至少列出一个因素")
    return found


def growth(given: Sequence[Factor], policy: Policy, sheet: Worksheet) -> Fraction:
    """The growth of the factors together, exact; every factor the policy names must be given once.

    :raises Fault: POLICY_*, METHOD_UNKNOWN, BUDGET_FACTOR_*, BUDGET_RATE_WRONG, BUDGET_DOCUMENT_MISSING.
    """
    method, wanted = GROWTH.chosen(policy), read_factors(policy)
    known = {item.factor for item in wanted}
    rates: dict[str, Factor] = {}
    for factor in given:
        if factor.factor not in known:
            raise Fault(
                FACTOR_UNKNOWN, field="factors", value=factor.factor, place=policy.place_name,
                known="、".join(item.factor for item in wanted),
            )  # fmt: skip
        if factor.factor in rates:
            raise Fault(FACTOR_TWICE, field="factors", value=factor.factor)
        if not -1 <= factor.rate <= 1:
            raise Fault(RATE_WRONG, field=factor.factor, value=factor.rate)
        check_document(factor.document, factor.factor)
        rates[factor.factor] = factor
    total, weights, inputs = Fraction(0), Fraction(0), []
    for item in wanted:
        if item.factor not in rates:
            raise Fault(FACTOR_MISSING, field="factors", value=item.factor)
        found = rates[item.factor]
        _write(item, found, policy, sheet)
        inputs += [f"weight_{item.factor}", f"rate_{item.factor}"]
        total += Fraction(item.weight) * Fraction(found.rate)
        weights += Fraction(item.weight)
    together = method.meet(total, weights)
    sheet.line(
        "growth", "各因素合计的增幅", ratio_half_up(*together.as_integer_ratio(), PLACES), "ratio",
        formula=method.formula, inputs=inputs, rounding="display_6", rule=policy.rule(GROWTH.key),
    )  # fmt: skip
    return together


def _write(item: Weighted, found: Factor, policy: Policy, sheet: Worksheet) -> None:
    rule = policy.rule(FACTORS_KEY)
    sheet.rule(f"weight_{item.factor}", f"{item.name}的权重", item.weight, "ratio", rule=rule)
    label = f"{item.name}的增幅（{found.document.strip()}）"
    sheet.given(f"rate_{item.factor}", label, found.rate, "ratio")
