"""The elastic point value 弹性点值: some points at a fixed value, the others share what is left.

Only the distribution changes against one value for all points: together they are worth the same fund,
unless the floating value meets a ceiling, which leaves a residual (DIP 3.0 技术规范 征求意见稿, 第四章
第三节; 医保发〔2025〕18号 第十六条 弹性费率).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import MICRO
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import cited, positive
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.value.facts import FIXED_PART, FIXED_VALUES

#: A ceiling on the floating value, where the place has one (合理上限, the same section); yuan per point.
FLOATING_MAX = "elastic.floating_max"

ELASTIC_OVER_FUND = Reason(
    "ELASTIC_OVER_FUND",
    Kind.PRECONDITION,
    "固定点值部分需要{value}分，已超过可分配的{fund}分（{document}），浮动点值无法计算。请核对固定点值或基数点数。",
)
ELASTIC_NO_FLOATING = Reason(
    "ELASTIC_NO_FLOATING",
    Kind.PRECONDITION,
    "固定点值部分之外还有{value}分基金，但没有浮动点数可以分配（{document}）。",
)


@dataclass(frozen=True, slots=True)
class Elastic:
    """The two values of an elastic division."""

    fixed: PointValue
    floating: PointValue

    def weights(self, points_micro: Sequence[int], fixed_micro: Sequence[int]) -> list[int]:
        """Whole numbers in proportion to what the points are worth."""
        a = self.fixed.numerator_fen * self.floating.denominator_micro
        b = self.floating.numerator_fen * self.fixed.denominator_micro
        return [a * f + b * (p - f) for p, f in zip(points_micro, fixed_micro, strict=True)]

    def worth(self, points_micro: int, fixed_micro: int) -> Fraction:
        """What the points are worth, fen, exact."""
        fixed = Fraction(self.fixed.numerator_fen * fixed_micro, self.fixed.denominator_micro)
        rest = points_micro - fixed_micro
        return fixed + Fraction(self.floating.numerator_fen * rest, self.floating.denominator_micro)


def elastic(policy: Policy, whole: PointValue, fixed_micro: Sequence[int], base_micro: int) -> Elastic:
    """The two values of a pool whose points are worth ``whole`` together.

    :param fixed_micro: the points each hospital has at the fixed value.
    :param base_micro: the base points of all hospitals, over which a share of the fund is spread.
    :raises Fault: ELASTIC_OVER_FUND, ELASTIC_NO_FLOATING; nothing is clipped.
    """
    exact = FIXED_VALUES.chosen(policy).exact(policy, whole.numerator_fen, base_micro)
    spent = exact * sum(fixed_micro)
    left = whole.numerator_fen - spent
    floating = whole.denominator_micro - sum(fixed_micro)
    if left < 0:
        raise Fault(
            ELASTIC_OVER_FUND,
            field=FIXED_PART,
            value=-(-spent.numerator // spent.denominator),
            fund=whole.numerator_fen,
            document=cited(policy, FIXED_PART),
        )
    if left and not floating:
        raise Fault(
            ELASTIC_NO_FLOATING,
            field=FIXED_PART,
            value=left.numerator // left.denominator,
            document=cited(policy, FIXED_PART),
        )
    rest = left / floating if floating else Fraction(0)
    if policy.has(FLOATING_MAX):
        rest = min(rest, positive(policy, FLOATING_MAX) * 100 / MICRO)
    return Elastic(_pair(exact, whole), _pair(rest, whole))


def _pair(fen_per_micro: Fraction, whole: PointValue) -> PointValue:
    return PointValue(fen_per_micro.numerator, fen_per_micro.denominator, whole.includes_patient)
