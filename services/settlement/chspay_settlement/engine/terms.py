"""A policy compiled for a clearing: every method resolved, every figure exact, before any work starts.

What is broken in the policy stops here, naming key, place, day and document.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chspay_core.measuring import (
    BASE_POINTS,
    HIGH_BOUNDARY,
    HIGH_TIERS,
    LOW_BOUNDARY,
    LOW_MULTIPLE,
    SCALE,
    STABILITY,
    BaseMethod,
    Outliers,
    places_of,
    sample_deviation,
)
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, fraction, number, positive
from chspay_core.statistics import StableTest
from chspay_settlement.engine import methods
from chspay_settlement.engine.coefficient import Coefficients
from chspay_settlement.engine.group_methods import coefficients_of
from chspay_settlement.engine.methods import Settle
from chspay_settlement.engine.model import CaseKind, Group
from chspay_settlement.engine.plan import Edge

DEPARTMENTS, DAY_POINTS = "per_diem.departments", "per_diem.day_points"

SETTLE: dict[CaseKind, Registry[Settle]] = {
    CaseKind.NORMAL: methods.SETTLE_NORMAL,
    CaseKind.LOW: methods.SETTLE_LOW,
    CaseKind.HIGH: methods.SETTLE_HIGH,
    CaseKind.UNSTABLE: methods.SETTLE_UNSTABLE,
    CaseKind.PER_DIEM: methods.SETTLE_PER_DIEM,
    CaseKind.UNGROUPED: methods.SETTLE_UNGROUPED,
}


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
    outlier: Outliers
    settle: dict[CaseKind, Settle]
    params: dict[str, Fraction]
    coefficients: Coefficients
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
            places=places_of(policy),
            outlier=Outliers.read(policy),
            settle=settle,
            params={key: fraction(policy, key) for key in sorted(asked)},
            coefficients=coefficients_of(policy),
            per_diem=_per_diem(policy),
            base=BASE_POINTS.chosen(policy),
            stable=STABILITY.chosen(policy).build(policy),
            sample=sample_deviation(policy),
        )

    def bands(self, group: Group) -> tuple[tuple[CaseKind, ...], tuple[Edge, ...]]:
        """The kinds of a stable group from the lowest cost to the highest, and what lies between them."""
        low = Edge(
            key="low_limit",
            label="低倍率界限费用",
            multiple_key="low_multiple",
            multiple_label="低倍率倍数",
            multiple=self.outlier.low_multiple,
            rule=LOW_MULTIPLE,
            boundary=LOW_BOUNDARY,
            closed=self.outlier.low_inclusive,
        )
        high = Edge(
            key="high_limit",
            label="高倍率界限费用",
            multiple_key="high_multiple",
            multiple_label="本病组高倍率倍数",
            multiple=Fraction(group.high_multiple),
            rule=HIGH_TIERS,
            boundary=HIGH_BOUNDARY,
            closed=not self.outlier.high_inclusive,
        )
        return (CaseKind.LOW, CaseKind.NORMAL, CaseKind.HIGH), (low, high)


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
