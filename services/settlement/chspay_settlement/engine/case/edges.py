"""The thresholds of cost between the bands of a stable group, as a place has ruled them.

Low and high are ruled everywhere. A step between low and normal (Zhejiang since 2025), an extreme limit
above high (济宁), high limits by hospital level (national CHS-DRG, tertiary 3, secondary 2) and limits
against something other than the group mean exist only where a place has made them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.measuring import (
    HIGH_BOUNDARY,
    HIGH_TIERS,
    LOW_BOUNDARY,
    LOW_MULTIPLE,
    Outliers,
)
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, cited, fraction, number
from chspay_settlement.engine.case.methods import (
    LOW_ABOVE,
    LOW_UP_TO,
    SETTLE_EXTREME,
    SETTLE_LOW_STEP,
    STANDARD_VALUE,
    Basis,
)
from chspay_settlement.engine.model import CaseKind

HIGH_BY_LEVEL, LIMIT_ON = "outlier.high_by_level", "outlier.limit_on"
EXTREME_MULTIPLE, EXTREME_BOUNDARY = "outlier.extreme_multiple", "outlier.extreme_boundary"
HIGH_LEVEL_MISSING = Reason(
    "HIGH_LEVEL_MISSING",
    Kind.PRECONDITION,
    "医疗机构{hospital}的等级“{value}”没有高倍率界限，而界限按等级确定（{document}）。请补充等级或规则。",
)


@dataclass(frozen=True, slots=True)
class Edge:
    """A threshold of cost between two bands: ``multiple`` times the plan's unit of limits.

    ``key`` and ``multiple_key`` name its worksheet lines; ``rule`` set the multiple, ``boundary`` said to
    which band the limit itself belongs: to the lower one when ``closed``.
    """

    key: str
    label: str
    multiple_key: str
    multiple_label: str
    multiple: Fraction
    rule: str
    boundary: str
    closed: bool

    def top(self, unit: Fraction) -> int:
        """The highest cost of the lower band, whole fen; decides as the exact limit does."""
        limit = unit * self.multiple
        return floor(limit) if self.closed else ceil(limit) - 1


@dataclass(frozen=True, slots=True)
class LimitOn:
    """What the multiples are multiples of, fen; ``inputs`` name its worksheet lines."""

    name: str
    formula: str
    inputs: tuple[str, ...]
    unit: Callable[[Basis], Fraction]
    params: tuple[str, ...] = ()


def group_mean(x: Basis) -> Fraction:
    """m. DIP 1.0, 济宁, 松原, 定州, Zhejiang."""
    return x.mean


def mean_times_coefficient(x: Basis) -> Fraction:
    """m·f. 湖北 cities: the hospital's own standard."""
    return x.mean * x.coefficient


def standard(x: Basis) -> Fraction:
    """b·V: the payment standard without the institution (DIP 3.0 技术规范 征求意见稿, RW × PV)."""
    return x.base * x.params[STANDARD_VALUE] * 100


def standard_times_coefficient(x: Basis) -> Fraction:
    """b·f·V: the payment standard of the institution's level (DIP 3.0 技术规范 征求意见稿)."""
    return standard(x) * x.coefficient


LIMITS = Registry[LimitOn](LIMIT_ON)
MEAN = LIMITS.add(LimitOn("mean@1", "mean", ("mean",), group_mean))
LIMITS.add(
    LimitOn("mean_times_coefficient@1", "mean × coefficient", ("mean", "coefficient"), mean_times_coefficient)
)
LIMITS.add(
    LimitOn(
        "standard@1", "base × standard_value", ("base", "standard_value"), standard, (STANDARD_VALUE,)
    )
)  # fmt: skip
LIMITS.add(
    LimitOn(
        "standard_times_coefficient@1",
        "base × coefficient × standard_value",
        ("base", "coefficient", "standard_value"),
        standard_times_coefficient,
        (STANDARD_VALUE,),
    )
)


@dataclass(frozen=True, slots=True)
class Edges:
    """All thresholds of a place; the high one depends on the group's tier or on the hospital's level."""

    limit_on: LimitOn
    low: Edge
    step: Edge | None
    high: Edge
    levels: dict[int, Fraction] | None
    document: str
    extreme: Edge | None

    @staticmethod
    def read(policy: Policy, outlier: Outliers) -> Edges:
        """The thresholds in force.

        :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
        """
        by_level = policy.has(HIGH_BY_LEVEL)
        highs = [tier.multiple for tier in outlier.tiers]
        levels = _by_level(policy) if by_level else None
        highs += (levels or {}).values()
        return Edges(
            limit_on=LIMITS.chosen(policy) if policy.has(LIMIT_ON) else MEAN,
            low=_low(outlier),
            step=_step(policy, outlier, min(highs)) if policy.has(SETTLE_LOW_STEP.key) else None,
            high=_high(outlier, HIGH_BY_LEVEL if by_level else HIGH_TIERS),
            levels=levels,
            document=cited(policy, HIGH_BY_LEVEL) if by_level else "",
            extreme=_extreme(policy, max(highs)) if policy.has(SETTLE_EXTREME.key) else None,
        )

    def kinds(self) -> tuple[CaseKind, ...]:
        """The kinds of a stable group, from the lowest cost to the highest."""
        step = (CaseKind.LOW_STEP,) if self.step else ()
        extreme = (CaseKind.EXTREME,) if self.extreme else ()
        return (CaseKind.LOW, *step, CaseKind.NORMAL, CaseKind.HIGH, *extreme)

    def between(self, multiple: Fraction) -> tuple[Edge, ...]:
        """What lies between those kinds where ``multiple`` is the high one."""
        high = replace(self.high, multiple=multiple)
        return tuple(edge for edge in (self.low, self.step, high, self.extreme) if edge is not None)

    def high_multiple(self, tier: Fraction, level: int | None, hospital_code: str) -> Fraction:
        """The high multiple of a case: its group's tier, or the hospital's level where that decides.

        :raises Fault: HIGH_LEVEL_MISSING.
        """
        if self.levels is None:
            return tier
        found = None if level is None else self.levels.get(level)
        if found is None:
            shown = "" if level is None else level
            raise Fault(HIGH_LEVEL_MISSING, value=shown, hospital=hospital_code, document=self.document)
        return found


def _low(outlier: Outliers) -> Edge:
    return Edge(
        key="low_limit",
        label="低倍率界限费用",
        multiple_key="low_multiple",
        multiple_label="低倍率倍数",
        multiple=outlier.low_multiple,
        rule=LOW_MULTIPLE,
        boundary=LOW_BOUNDARY,
        closed=outlier.low_inclusive,
    )


def _high(outlier: Outliers, rule: str) -> Edge:
    return Edge(
        key="high_limit",
        label="高倍率界限费用",
        multiple_key="high_multiple",
        multiple_label="高倍率倍数",
        multiple=Fraction(0),
        rule=rule,
        boundary=HIGH_BOUNDARY,
        closed=not outlier.high_inclusive,
    )


def _step(policy: Policy, outlier: Outliers, high: Fraction) -> Edge:
    """0.4 < c/m ≤ 0.8: the step begins just above low, so low itself must end at that multiple, included."""
    above, up_to = fraction(policy, LOW_ABOVE), fraction(policy, LOW_UP_TO)
    if above != outlier.low_multiple or not outlier.low_inclusive:
        raise broken(policy, LOW_ABOVE, policy.text(LOW_ABOVE), "应等于低倍率界限，且低倍率含界限本数（le）")
    if not above < up_to < high:
        raise broken(policy, LOW_UP_TO, policy.text(LOW_UP_TO), "应高于低费用阶段的下界并低于高倍率界限")
    return Edge(
        key="low_step_limit",
        label="低费用阶段界限费用",
        multiple_key="low_step_multiple",
        multiple_label="低费用阶段上界倍数",
        multiple=up_to,
        rule=LOW_UP_TO,
        boundary=LOW_UP_TO,
        closed=True,
    )


def _extreme(policy: Policy, high: Fraction) -> Edge:
    multiple = fraction(policy, EXTREME_MULTIPLE)
    if multiple <= high:
        raise broken(policy, EXTREME_MULTIPLE, policy.text(EXTREME_MULTIPLE), "应高于各档高倍率界限")
    return Edge(
        key="extreme_limit",
        label="极高倍率界限费用",
        multiple_key="extreme_multiple",
        multiple_label="极高倍率倍数",
        multiple=multiple,
        rule=EXTREME_MULTIPLE,
        boundary=EXTREME_BOUNDARY,
        closed=choice(policy, EXTREME_BOUNDARY, "gt", "ge") == "gt",
    )


def _by_level(policy: Policy) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    low = fraction(policy, LOW_MULTIPLE)
    for row in policy.table(HIGH_BY_LEVEL):
        level = cell(policy, HIGH_BY_LEVEL, row, "level")
        if not level.isdecimal() or int(level) in found:
            raise broken(policy, HIGH_BY_LEVEL, level, "等级应为不重复的整数")
        multiple = number(policy, HIGH_BY_LEVEL, cell(policy, HIGH_BY_LEVEL, row, "multiple"))
        if multiple <= low:
            raise broken(policy, HIGH_BY_LEVEL, multiple, "高倍率应大于低倍率")
        found[int(level)] = multiple
    return found
