"""The yuan value of a DIP point before it is known what the year will bring 年初点值, and refinements of it.

DIP 3.0 技术规范 (征求意见稿), 第五章第四节. The settlement value 结算点值 of its 第五节 is a form of
:mod:`value_forms` (``dip_settlement@1``). The two-dimensional optimum interval 二维优值区间 is not offered:
the draft takes a geometric median of institutions, which has no exact rational value, and does not say
which of its two coordinates is the point value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from chspay_core.amounts import fen_to_yuan, from_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction, number
from chspay_core.statistics import quantile_linear, quantile_nearest_rank
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.model import PointValue

YEAR_MISSING = Reason(
    "DIP_YEAR_MISSING",
    Kind.PRECONDITION,
    "年初点值需要距今{value}年的住院费用与分值（{document}），但没有提供。",
)
NO_SCORE = Reason("DIP_NO_SCORE", Kind.PRECONDITION, "历史数据中没有任何分值，年初点值无法计算。")
YEAR_WEIGHTS, REFINE, QUANTILE = "dip.year_weights", "dip.value_refine", "points.quantile"
TRIM_LOW, TRIM_HIGH = "dip.value_trim_low", "dip.value_trim_high"


class History(NamedTuple):
    """Inpatient cost and score of one case, or of one hospital's year: ``year_back`` 1 is last year."""

    hospital_code: str
    year_back: int
    cost_fen: int
    score_micro: int


@dataclass(frozen=True, slots=True)
class Refine:
    """A way to keep unreasonable past cost out of the value; answers the history that counts."""

    name: str
    label: str
    keep: Callable[[Sequence[History], dict[int, int], Policy], list[History]]
    params: tuple[str, ...] = ()


def everything(history: Sequence[History], _weights: dict[int, int], _policy: Policy) -> list[History]:
    """The area's mean as it is 地区均值."""
    return list(history)


def between_percentiles(
    history: Sequence[History], _weights: dict[int, int], policy: Policy
) -> list[History]:
    """Percentiles 分位数法: each year's cases between two percentiles of its costs, both included
    (97.5 % and 2.5 % are the draft's example). One row must be one case."""
    low, high = fraction(policy, TRIM_LOW), fraction(policy, TRIM_HIGH)
    if not low <= high <= 1:
        raise broken(policy, TRIM_HIGH, policy.text(TRIM_HIGH), "下百分位不大于上百分位，且都不大于1")
    linear = choice(policy, QUANTILE, "linear", "nearest_rank") == "linear"
    quantile = quantile_linear if linear else quantile_nearest_rank
    kept: list[History] = []
    for year in sorted({row.year_back for row in history}):
        rows = [row for row in history if row.year_back == year]
        costs = sorted(row.cost_fen for row in rows)
        bottom, top = quantile(costs, low), quantile(costs, high)
        kept += [row for row in rows if bottom <= row.cost_fen <= top]
    return kept


def below_the_mean(history: Sequence[History], weights: dict[int, int], _policy: Policy) -> list[History]:
    """The one-dimensional optimum interval 一维优值区间: the institutions whose yuan per point lie below
    the area's mean, all years weighed together. With nobody below, all count."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in history:
        sums[row.hospital_code][0] += weights[row.year_back] * row.cost_fen
        sums[row.hospital_code][1] += weights[row.year_back] * row.score_micro
    cost, score = (sum(found[place] for found in sums.values()) for place in (0, 1))
    below = {code for code, (own, points) in sums.items() if own * score < cost * points}
    return [row for row in history if row.hospital_code in below] or list(history)


REFINES = Registry[Refine](REFINE)
REFINES.add(Refine("none@1", "地区均值", everything))
REFINES.add(Refine("percentiles@1", "分位数法", between_percentiles, (TRIM_LOW, TRIM_HIGH, QUANTILE)))
REFINES.add(Refine("optimum_interval@1", "一维优值区间", below_the_mean))


def budget_value(history: Iterable[History], policy: Policy, sheet: Worksheet | None = None) -> PointValue:
    """年初点值 = Σ weight × cost ÷ Σ weight × score over the years (1:2:7, the newest heaviest), exact.

    :raises Fault: DIP_YEAR_MISSING, DIP_NO_SCORE, POLICY_MISSING, POLICY_VALUE.
    """
    rows = sorted(history)
    weights = _weights(policy)
    known = [row for row in rows if row.year_back in weights]
    for year in weights:
        if all(row.year_back != year for row in known):
            raise Fault(YEAR_MISSING, value=year, document=policy.citation(policy.rule(YEAR_WEIGHTS)))
    method = REFINES.chosen(policy)
    kept = method.keep(known, weights, policy)
    cost = sum(weights[row.year_back] * row.cost_fen for row in kept)
    score = sum(weights[row.year_back] * row.score_micro for row in kept)
    if score <= 0:
        raise Fault(NO_SCORE, field="score")
    value = PointValue(cost, score, True)
    if sheet is not None:
        _write(sheet, kept, weights, method, value, policy)
    return value


def _weights(policy: Policy) -> dict[int, int]:
    """Weights of the years as whole numbers in the same proportion."""
    found: dict[int, Fraction] = {}
    for row in policy.table(YEAR_WEIGHTS):
        year = cell(policy, YEAR_WEIGHTS, row, "year_back")
        if not year.isdecimal() or int(year) in found:
            raise broken(policy, YEAR_WEIGHTS, year, "年份应为不重复的整数")
        found[int(year)] = number(policy, YEAR_WEIGHTS, cell(policy, YEAR_WEIGHTS, row, "weight"))
    unit = lcm(*(weight.denominator for weight in found.values()))
    return {year: int(weight * unit) for year, weight in sorted(found.items()) if weight}


def _write(
    sheet: Worksheet,
    kept: Sequence[History],
    weights: dict[int, int],
    method: Refine,
    value: PointValue,
    policy: Policy,
) -> None:
    sheet.rule("refine", "点值校正方法", method.label, "text", rule=policy.rule(REFINE))
    tops, bottoms, inputs = [], [], []
    for year, weight in weights.items():
        rows = [row for row in kept if row.year_back == year]
        cost, score, share = f"cost_{year}", f"score_{year}", f"weight_{year}"
        sheet.given(cost, f"前第{year}年住院总费用", fen_to_yuan(sum(row.cost_fen for row in rows)), "yuan")
        total = from_micro(sum(row.score_micro for row in rows))
        sheet.given(score, f"前第{year}年总分值", total, "points")
        sheet.rule(share, f"前第{year}年的权重", weight, "ratio", rule=policy.rule(YEAR_WEIGHTS))
        tops.append(f"{share} × {cost}")
        bottoms.append(f"{share} × {score}")
        inputs += [share, cost, score]
    sheet.line(
        "value",
        "年初点值",
        value.display(),
        "yuan per point",
        formula=f"({' + '.join(tops)}) ÷ ({' + '.join(bottoms)})",
        inputs=inputs,
        rounding="display_4",
        rule=policy.rule(REFINE),
    )
