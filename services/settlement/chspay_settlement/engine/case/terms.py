"""A policy compiled for a clearing: every method resolved, every figure exact, before any work starts.

What is broken in the policy stops here, naming key, place, day and document.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

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
from chspay_core.policy_reading import choice, fraction, positive
from chspay_core.statistics import StableTest
from chspay_settlement.engine.case import factors, methods
from chspay_settlement.engine.case.edges import Edges
from chspay_settlement.engine.case.factors import Factor
from chspay_settlement.engine.case.marks import MarkKind
from chspay_settlement.engine.case.methods import Settle
from chspay_settlement.engine.case.methods_day import (
    SETTLE_PER_DIEM,
    DayRate,
    asked_of_service,
    day_rates,
)
from chspay_settlement.engine.coefficient.methods import coefficients_of
from chspay_settlement.engine.coefficient.source import Coefficients
from chspay_settlement.engine.model import AMBIGUOUS, GROUPED, CaseKind

#: What every place must have ruled.
SETTLE: dict[CaseKind, Registry[Settle]] = {
    CaseKind.NORMAL: methods.SETTLE_NORMAL,
    CaseKind.LOW: methods.SETTLE_LOW,
    CaseKind.HIGH: methods.SETTLE_HIGH,
    CaseKind.UNSTABLE: methods.SETTLE_UNSTABLE,
    CaseKind.PER_DIEM: SETTLE_PER_DIEM,
    CaseKind.UNGROUPED: methods.SETTLE_UNGROUPED,
}
#: What exists only where a place has ruled it: without a rule there is no such kind of case.
SETTLE_IF_RULED: dict[CaseKind, Registry[Settle]] = {
    CaseKind.LOW_STEP: methods.SETTLE_LOW_STEP,
    CaseKind.EXTREME: methods.SETTLE_EXTREME,
    CaseKind.AMBIGUOUS: methods.SETTLE_AMBIGUOUS,
    CaseKind.INCOMPLETE: methods.SETTLE_INCOMPLETE,
}
SETTLE_KEYS = {kind: registry.key for kind, registry in (SETTLE | SETTLE_IF_RULED).items()}
#: What becomes of a group the published weight table has no weight for; where nobody has ruled it, refused.
GROUP_ABSENT, AS_UNGROUPED = "points.group_absent", "as_ungrouped"
#: Factors on marked cases, likewise.
FACTORS: dict[MarkKind, Registry[Factor]] = {
    MarkKind.DAY_SURGERY: factors.DAY_SURGERY,
    MarkKind.TCM: factors.TCM_UPLIFT,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures and methods of one place and day, exact."""

    policy: Policy
    scale: Fraction
    places: int
    outlier: Outliers
    edges: Edges
    settle: dict[CaseKind, Settle]
    #: How a case is settled by item; ``None`` where nobody has ruled it.
    by_item: Settle | None
    factors: dict[MarkKind, Factor]
    params: dict[str, Fraction]
    coefficients: Coefficients
    #: By department; none where the bed-day service says what each stay earns.
    per_diem: dict[str, DayRate]
    base: BaseMethod
    stable: StableTest
    sample: bool
    absent_as_ungrouped: bool

    @staticmethod
    def read(policy: Policy) -> Terms:
        """Compiles ``policy``.

        :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
        """
        settle = {kind: registry.chosen(policy) for kind, registry in SETTLE.items()}
        for kind, registry in SETTLE_IF_RULED.items():
            if policy.has(registry.key):
                settle[kind] = registry.chosen(policy)
        by_item = methods.SETTLE_BY_ITEM
        item = by_item.chosen(policy) if policy.has(by_item.key) else None
        ruled = {kind: reg.chosen(policy) for kind, reg in FACTORS.items() if policy.has(reg.key)}
        outlier = Outliers.read(policy)
        edges = Edges.read(policy, outlier)
        asked = {key for method in settle.values() for key in method.params}
        asked |= {key for factor in ruled.values() for key in factor.params}
        asked |= {*edges.limit_on.params, *(item.params if item else ())}
        return Terms(
            policy=policy,
            scale=positive(policy, SCALE),
            places=places_of(policy),
            outlier=outlier,
            edges=edges,
            settle=settle,
            by_item=item,
            factors=ruled,
            params={key: _figure(policy, key) for key in sorted(asked)},
            coefficients=coefficients_of(policy),
            per_diem={} if asked_of_service(policy) else day_rates(policy, settle[CaseKind.PER_DIEM]),
            base=BASE_POINTS.chosen(policy),
            stable=STABILITY.chosen(policy).build(policy),
            sample=sample_deviation(policy),
            absent_as_ungrouped=policy.has(GROUP_ABSENT)
            and choice(policy, GROUP_ABSENT, "refuse", AS_UNGROUPED) == AS_UNGROUPED,
        )

    @property
    def measured(self) -> tuple[str, ...]:
        """The grouper's answers whose cases set prices: ambiguous ones only where they settle as a group."""
        as_group = self.settle.get(CaseKind.AMBIGUOUS) is methods.AS_GROUP
        return (GROUPED, AMBIGUOUS) if as_group else (GROUPED,)


def _figure(policy: Policy, key: str) -> Fraction:
    """A point value divides, so it must be above zero."""
    return positive(policy, key) if key == methods.STANDARD_VALUE else fraction(policy, key)
