"""A policy compiled for a clearing: every method resolved, every figure exact, before any work starts.

What is broken in the policy stops here, naming key, place, day and document.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chspay_core.errors import Fault
from chspay_core.measuring import (
    BASE_POINTS,
    SCALE,
    STABILITY,
    BaseMethod,
    Outliers,
    places_of,
    sample_deviation,
)
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, cited, fraction, number, positive
from chspay_core.statistics import StableTest
from chspay_settlement.engine import methods
from chspay_settlement.engine.coefficient import BY_LEVEL, LEVEL_MISSING, LEVEL_UNKNOWN
from chspay_settlement.engine.group_methods import COEFFICIENTS
from chspay_settlement.engine.methods import Settle
from chspay_settlement.engine.model import CaseKind

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
            places=places_of(policy),
            outlier=Outliers.read(policy),
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
