"""A policy compiled for a clearing: every method resolved, every figure exact, before any work starts.

What is broken in the policy stops here, naming key, place, day and document.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_settlement.engine import methods
from chspay_settlement.engine.group_methods import (
    BASE_POINTS,
    BY_LEVEL,
    COEFFICIENTS,
    STABILITY,
    BaseMethod,
    StableTest,
    sample_deviation,
)
from chspay_settlement.engine.methods import Settle
from chspay_settlement.engine.model import CaseKind
from chspay_settlement.engine.reading import broken, cell, choice, cited, fraction, number, positive
from chspay_settlement.engine.registry import Registry

LEVEL_MISSING = Reason(
    "LEVEL_MISSING",
    Kind.PRECONDITION,
    "医疗机构{value}没有等级，而差异系数按等级确定（{document}）。请提供医疗机构等级。",
)
LEVEL_UNKNOWN = Reason(
    "LEVEL_UNKNOWN",
    Kind.PRECONDITION,
    "医疗机构{hospital}的等级“{value}”在差异系数表中没有规定（{document}）。",
)

LOW_MULTIPLE, LOW_BOUNDARY = "outlier.low_multiple", "outlier.low_boundary"
HIGH_TIERS, HIGH_BOUNDARY = "outlier.high_tiers", "outlier.high_boundary"
SCALE, PLACES = "points.scale", "points.places"
DEPARTMENTS, DAY_POINTS = "per_diem.departments", "per_diem.day_points"
MAX_PLACES = 6

SETTLE: dict[CaseKind, Registry[Settle]] = {
    CaseKind.NORMAL: methods.SETTLE_NORMAL,
    CaseKind.LOW: methods.SETTLE_LOW,
    CaseKind.HIGH: methods.SETTLE_HIGH,
    CaseKind.UNSTABLE: methods.SETTLE_UNSTABLE,
    CaseKind.PER_DIEM: methods.SETTLE_PER_DIEM,
    CaseKind.UNGROUPED: methods.SETTLE_UNGROUPED,
}


@dataclass(frozen=True, slots=True)
class Tier:
    """Groups of base points up to ``up_to`` (included) are high above ``multiple`` times the mean."""

    up_to: Fraction | None
    multiple: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class DayRate:
    """Points per bed-day of a per-diem category 床日类别."""

    category: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures and methods of one place and day, exact."""

    policy: Policy
    scale: Fraction
    places: int
    low_multiple: Fraction
    low_inclusive: bool
    tiers: tuple[Tier, ...]
    high_inclusive: bool
    settle: dict[CaseKind, Settle]
    params: dict[str, Fraction]
    levels: dict[int, Fraction] | None
    per_diem: dict[str, DayRate]
    base: BaseMethod
    stable: StableTest
    sample: bool

    @staticmethod
    def read(policy: Policy) -> Terms:
        """Compiles ``policy``.

        :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
        """
        settle = {kind: registry.chosen(policy) for kind, registry in SETTLE.items()}
        asked = {key for method in settle.values() for key in method.params}
        return Terms(
            policy=policy,
            scale=positive(policy, SCALE),
            places=_places(policy),
            low_multiple=fraction(policy, LOW_MULTIPLE),
            low_inclusive=choice(policy, LOW_BOUNDARY, "lt", "le") == "le",
            tiers=_tiers(policy),
            high_inclusive=choice(policy, HIGH_BOUNDARY, "gt", "ge") == "ge",
            settle=settle,
            params={key: fraction(policy, key) for key in sorted(asked)},
            levels=COEFFICIENTS.chosen(policy).levels(policy),
            per_diem=_per_diem(policy),
            base=BASE_POINTS.chosen(policy),
            stable=STABILITY.chosen(policy).build(policy),
            sample=sample_deviation(policy),
        )

    def coefficient(self, level: int | None, hospital_code: str) -> Fraction:
        """The coefficient 差异系数 of a hospital of this level.

        :raises Fault: LEVEL_MISSING, LEVEL_UNKNOWN.
        """
        if self.levels is None:
            return Fraction(1)
        if level is None:
            document = cited(self.policy, BY_LEVEL)
            raise Fault(LEVEL_MISSING, field="level", value=hospital_code, document=document)
        found = self.levels.get(level)
        if found is None:
            document = cited(self.policy, BY_LEVEL)
            raise Fault(LEVEL_UNKNOWN, field="level", value=level, hospital=hospital_code, document=document)
        return found

    def tier(self, base: Fraction) -> Tier:
        """The tier of a group with these base points."""
        return next(tier for tier in self.tiers if tier.up_to is None or base <= tier.up_to)

    def limits(self, mean: Fraction, multiple: Fraction) -> tuple[int, int]:
        """The highest cost that is low and the lowest that is high, whole fen.

        Whole fen decide the same as the exact limits, because a cost is a whole number of fen.
        """
        low, high = mean * self.low_multiple, mean * multiple
        top = floor(low) if self.low_inclusive else ceil(low) - 1
        start = ceil(high) if self.high_inclusive else floor(high) + 1
        return top, start


def _places(policy: Policy) -> int:
    places = policy.integer(PLACES)
    if not 0 <= places <= MAX_PLACES:
        raise broken(policy, PLACES, places, f"小数位数应在0至{MAX_PLACES}之间")
    return places


def _tiers(policy: Policy) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    for row in policy.table(HIGH_TIERS):
        edge = cell(policy, HIGH_TIERS, row, "up_to")
        multiple = cell(policy, HIGH_TIERS, row, "multiple")
        up_to = number(policy, HIGH_TIERS, edge) if edge else None
        tiers.append(Tier(up_to, number(policy, HIGH_TIERS, multiple), multiple))
    edges = [tier.up_to for tier in tiers if tier.up_to is not None]
    shown = policy.rule(HIGH_TIERS).value_json
    if not tiers or tiers[-1].up_to is not None or len(edges) != len(tiers) - 1:
        raise broken(policy, HIGH_TIERS, shown, "最后一档（且仅最后一档）的up_to应为空")
    if edges != sorted(set(edges)):
        raise broken(policy, HIGH_TIERS, shown, "各档up_to应从小到大")
    low = fraction(policy, LOW_MULTIPLE)
    if any(tier.multiple <= low for tier in tiers):
        raise broken(policy, HIGH_TIERS, shown, "高倍率应大于低倍率")
    return tuple(tiers)


def _per_diem(policy: Policy) -> dict[str, DayRate]:
    rates: dict[str, Fraction] = {}
    for row in policy.table(DAY_POINTS):
        category = cell(policy, DAY_POINTS, row, "category")
        rates[category] = number(policy, DAY_POINTS, cell(policy, DAY_POINTS, row, "points"))
    found: dict[str, DayRate] = {}
    for row in policy.table(DEPARTMENTS):
        category = cell(policy, DEPARTMENTS, row, "category")
        department = cell(policy, DEPARTMENTS, row, "department")
        if category not in rates:
            raise broken(policy, DEPARTMENTS, category, "这个床日类别没有每日点数")
        if not department or department in found:
            raise broken(policy, DEPARTMENTS, department, "科室应不为空，且只属于一个床日类别")
        found[department] = DayRate(category, rates[category])
    return found
