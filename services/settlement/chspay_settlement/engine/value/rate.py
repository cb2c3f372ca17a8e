"""The rate 费率 of a DRG year before it begins, and the fund's part of a payment standard.

CHS-DRG 技术规范 (unverified): predicted cases = last year's × (1 + the mean growth of three years);
predicted cost = the group budget ÷ last year's actual reimbursement ratio; rate = predicted cost ÷
predicted weight, for all together or for each level by its share of cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import divide_half_up, fen_to_yuan, from_micro, ratio_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken
from chspay_core.worksheet import Worksheet

FORECAST_INPUT = Reason("RATE_FORECAST_INPUT", Kind.INVALID, "费率测算的“{field}”不能使用：{value}。{why}")
PART_MISSING = Reason(
    "RATE_PART_MISSING",
    Kind.PRECONDITION,
    "按“{method}”计算基金支付额需要“{field}”，病例{value}没有提供。",
)
PLACES, FUND_PART = "rate.places", "rate.fund_part"


class LevelShare(NamedTuple):
    """One level's share of predicted cost and its predicted weight, millionths."""

    level: int
    share: Fraction
    weight_micro: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """A year's rate forecast; rates are yuan per weight 1.0 rounded once, exact fen beside them."""

    cost_fen: Fraction
    weight_micro: int
    rate: Decimal
    levels: dict[int, Decimal]


def predicted_cases(last_year: int, growths: Sequence[Fraction]) -> Fraction:
    """Last year's cases × (1 + the mean of the growths).

    :raises Fault: RATE_FORECAST_INPUT without any growth.
    """
    if not growths:
        raise Fault(FORECAST_INPUT, field="growths", value="", why="至少要有一年的增长率")
    return last_year * (1 + sum(growths, Fraction(0)) / len(growths))


def predicted_weight(cases: Mapping[str, Fraction], weights_micro: Mapping[str, int]) -> int:
    """Σ weight × predicted cases in millionths, rounded once.

    :raises Fault: RATE_FORECAST_INPUT for a group without a weight.
    """
    total = Fraction(0)
    for drg, number in sorted(cases.items()):
        if drg not in weights_micro:
            raise Fault(FORECAST_INPUT, field="weight", value=drg, why="这个病组没有权重")
        total += number * weights_micro[drg]
    return divide_half_up(total.numerator, total.denominator)


def forecast(
    fund_fen: int,
    ratio: Fraction,
    weight_micro: int,
    policy: Policy,
    levels: Sequence[LevelShare] = (),
    sheet: Worksheet | None = None,
) -> Forecast:
    """The rate of a year; with ``levels`` also each level's.

    :param ratio: last year's actual reimbursement ratio of inpatient cost, above 0 and at most 1.
    :raises Fault: RATE_FORECAST_INPUT, POLICY_MISSING.
    """
    places = policy.integer(PLACES)
    if not 0 <= places <= 6:
        raise broken(policy, PLACES, places, "小数位数应在0至6之间")
    if not 0 < ratio <= 1:
        raise Fault(FORECAST_INPUT, field="ratio", value=str(ratio), why="报销比例应大于0且不大于1")
    if weight_micro <= 0 or any(level.weight_micro <= 0 for level in levels):
        raise Fault(FORECAST_INPUT, field="weight", value=weight_micro, why="权重应大于0")
    if levels and sum(level.share for level in levels) != 1:
        shown = str([str(level.share) for level in levels])
        raise Fault(FORECAST_INPUT, field="share", value=shown, why="各等级份额之和应等于1")
    cost = fund_fen / ratio
    found = Forecast(
        cost,
        weight_micro,
        _rate(cost, weight_micro, places),
        {level.level: _rate(cost * level.share, level.weight_micro, places) for level in levels},
    )
    if sheet is not None:
        _write(sheet, fund_fen, ratio, found, levels, policy)
    return found


def _rate(cost_fen: Fraction, weight_micro: int, places: int) -> Decimal:
    exact = cost_fen * 10_000 / weight_micro
    return ratio_half_up(exact.numerator, exact.denominator, places)


def _write(
    sheet: Worksheet,
    fund_fen: int,
    ratio: Fraction,
    found: Forecast,
    levels: Sequence[LevelShare],
    policy: Policy,
) -> None:
    rule = policy.rule(PLACES)
    rounding = f"half_up_{policy.integer(PLACES)}"
    sheet.given("fund", "DRG基金预算", fen_to_yuan(fund_fen), "yuan")
    sheet.given("ratio", "上年住院实际报销比例", _plain(ratio), "ratio")
    cost = ratio_half_up(found.cost_fen.numerator, found.cost_fen.denominator * 100, 2)
    sheet.line(
        "cost",
        "预测总费用",
        format(cost, "f"),
        "yuan",
        formula="fund ÷ ratio",
        inputs=("fund", "ratio"),
        rounding="display_2",
    )
    sheet.given("weight", "预测总权重", from_micro(found.weight_micro), "weight")
    sheet.line(
        "rate",
        "费率",
        format(found.rate, "f"),
        "yuan per weight",
        formula="cost ÷ weight",
        inputs=("cost", "weight"),
        rounding=rounding,
        rule=rule,
    )
    for level in levels:
        share, weight = f"share_{level.level}", f"weight_{level.level}"
        sheet.given(share, f"{level.level}级医疗机构费用份额", _plain(level.share), "ratio")
        sheet.given(weight, f"{level.level}级医疗机构预测权重", from_micro(level.weight_micro), "weight")
        sheet.line(
            f"rate_{level.level}",
            f"{level.level}级医疗机构费率",
            format(found.levels[level.level], "f"),
            "yuan per weight",
            formula=f"cost × {share} ÷ {weight}",
            inputs=("cost", share, weight),
            rounding=rounding,
            rule=rule,
        )


def _plain(value: Fraction) -> str:
    text = format(ratio_half_up(value.numerator, value.denominator, 6), "f")
    return text.rstrip("0").rstrip(".")


class Bill(NamedTuple):
    """What the fund's part of one case's standard may rest on, fen; ``None`` means unknown."""

    case_id: str
    patient_fen: int | None = None
    #: 全自费, 先行自付, 起付线.
    self_paid_fen: int | None = None
    first_paid_fen: int | None = None
    deductible_fen: int | None = None
    #: The benefit's reimbursement ratio, or the fund's share of cost.
    ratio: Fraction | None = None


@dataclass(frozen=True, slots=True)
class FundPart:
    """How the fund's part follows from a payment standard; ``needs`` are fields of the bill."""

    name: str
    formula: str
    needs: tuple[str, ...]
    exact: Callable[[int, Bill], Fraction]


def _less_patient(standard_fen: int, bill: Bill) -> Fraction:
    return Fraction(standard_fen - (bill.patient_fen or 0))


def _covered(standard_fen: int, bill: Bill) -> Fraction:
    out = (bill.self_paid_fen or 0) + (bill.first_paid_fen or 0) + (bill.deductible_fen or 0)
    return (standard_fen - out) * (bill.ratio or Fraction(0))


def _times_ratio(standard_fen: int, bill: Bill) -> Fraction:
    return standard_fen * (bill.ratio or Fraction(0))


FUND_PARTS = Registry[FundPart](FUND_PART)
#: standard − everything the patient pays (CHS-DRG 技术规范, unverified).
FUND_PARTS.add(FundPart("less_patient@1", "standard − patient", ("patient_fen",), _less_patient))
#: (standard − 全自费 − 先自付 − 起付线) × ratio (CHS-DRG 技术规范, unverified).
FUND_PARTS.add(
    FundPart(
        "covered_ratio@1",
        "(standard − self_paid − first_paid − deductible) × ratio",
        ("self_paid_fen", "first_paid_fen", "deductible_fen", "ratio"),
        _covered,
    )
)
#: standard × fund ratio (DIP 3.0 征求意见稿, 第七章第三节).
FUND_PARTS.add(FundPart("fund_ratio@1", "standard × ratio", ("ratio",), _times_ratio))


def fund_part_fen(standard_fen: int, bill: Bill, policy: Policy) -> int:
    """The fund's part of a payment standard in whole fen, rounded once; negative is a receivable.

    :raises Fault: RATE_PART_MISSING naming what the method needs; POLICY_MISSING, METHOD_UNKNOWN.
    """
    method = FUND_PARTS.chosen(policy)
    for name in method.needs:
        if getattr(bill, name) is None:
            raise Fault(PART_MISSING, field=name, value=bill.case_id, method=method.name)
    exact = method.exact(standard_fen, bill)
    return divide_half_up(exact.numerator, exact.denominator)


_LABELS = {
    "patient_fen": ("patient", "个人负担合计"),
    "self_paid_fen": ("self_paid", "全自费"),
    "first_paid_fen": ("first_paid", "先行自付"),
    "deductible_fen": ("deductible", "起付线"),
    "ratio": ("ratio", "报销或基金支付比例"),
}


def write_standard(
    sheet: Worksheet, weight: Decimal, coefficient: Decimal, rate: Decimal, bill: Bill, policy: Policy
) -> int:
    """The payment standard weight × coefficient × rate (医保发〔2025〕18号 第十七条) and the fund's part of
    it, line by line; answers the fund's part in fen.

    :raises Fault: as :func:`fund_part_fen`.
    """
    sheet.given("weight", "权重", weight, "weight")
    sheet.given("coefficient", "差异系数", coefficient, "ratio")
    sheet.given("rate", "费率", rate, "yuan per weight")
    exact = Fraction(weight) * Fraction(coefficient) * Fraction(rate) * 100
    standard = divide_half_up(exact.numerator, exact.denominator)
    sheet.line(
        "standard",
        "支付标准",
        fen_to_yuan(standard),
        "yuan",
        formula="weight × coefficient × rate",
        inputs=("weight", "coefficient", "rate"),
        rounding="half_up_2",
    )
    fund = fund_part_fen(standard, bill, policy)
    method = FUND_PARTS.chosen(policy)
    keys = []
    for name in method.needs:
        key, label = _LABELS[name]
        if name == "ratio":
            sheet.given(key, label, _plain(bill.ratio or Fraction(0)), "ratio")
        else:
            sheet.given(key, label, fen_to_yuan(getattr(bill, name)), "yuan")
        keys.append(key)
    sheet.line(
        "fund",
        "基金支付额",
        fen_to_yuan(fund),
        "yuan",
        formula=method.formula,
        inputs=("standard", *keys),
        rounding="half_up_2",
        rule=policy.rule(FUND_PART),
    )
    return fund
