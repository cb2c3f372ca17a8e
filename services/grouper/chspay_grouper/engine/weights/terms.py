"""A policy compiled for measuring weights: every method resolved and every figure exact before any work."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chspay_core.measuring import (
    BASE_POINTS,
    SCALE,
    STABILITY,
    BaseMethod,
    places_of,
    sample_deviation,
)
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number, positive
from chspay_core.statistics import StableTest
from chspay_grouper.engine.weights.extras import ADJUST, LEVELS, PRIMARY, TCM, LevelRule, Primary, Tcm
from chspay_grouper.engine.weights.methods import TRIMS, YEARS, MakeLimits, YearMethod

YEAR_WEIGHTS, DEPARTMENTS = "points.year_weights", "per_diem.departments"


@dataclass(frozen=True, slots=True)
class WeightTerms:
    """The figures and methods of one place and day, exact."""

    policy: Policy
    scale: Fraction
    places: int
    base: BaseMethod
    stable: StableTest
    sample: bool
    trim: MakeLimits
    years: YearMethod
    #: Weight by how many years back; empty when all years count alike.
    year_weights: dict[int, Fraction]
    #: Department to per-diem category 床日类别.
    per_diem: dict[str, str]
    factors: dict[str, Fraction] | None
    levels: LevelRule | None
    primary: Primary
    tcm: Tcm | None

    @staticmethod
    def read(policy: Policy) -> WeightTerms:
        """Compiles ``policy``.

        :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
        """
        years = YEARS.chosen(policy)
        return WeightTerms(
            policy=policy,
            scale=positive(policy, SCALE),
            places=places_of(policy),
            base=BASE_POINTS.chosen(policy),
            stable=STABILITY.chosen(policy).build(policy),
            sample=sample_deviation(policy),
            trim=TRIMS.chosen(policy).build(policy),
            years=years,
            year_weights=_year_weights(policy) if years.weighted else {},
            per_diem=_per_diem(policy),
            factors=ADJUST.chosen(policy).factors(policy),
            levels=LEVELS.chosen(policy).rule(policy),
            primary=PRIMARY.chosen(policy).build(policy),
            tcm=TCM.chosen(policy).build(policy),
        )

    @property
    def needs_levels(self) -> bool:
        """Whether the level of every hospital must be known."""
        return self.levels is not None or self.primary.steady is not None


def _year_weights(policy: Policy) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    for row in policy.table(YEAR_WEIGHTS):
        back = cell(policy, YEAR_WEIGHTS, row, "year_back")
        weight = number(policy, YEAR_WEIGHTS, cell(policy, YEAR_WEIGHTS, row, "weight"))
        if not (back.isascii() and back.isdigit()) or int(back) in found or weight == 0:
            raise broken(policy, YEAR_WEIGHTS, back, "距今年数应为不重复的整数，权重应大于零")
        found[int(back)] = weight
    if not found:
        raise broken(policy, YEAR_WEIGHTS, "", "至少要有一年")
    return found


def _per_diem(policy: Policy) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in policy.table(DEPARTMENTS):
        category, department = (cell(policy, DEPARTMENTS, row, name) for name in ("category", "department"))
        if not department or department in found:
            raise broken(policy, DEPARTMENTS, department, "科室应不为空，且只属于一个床日类别")
        found[department] = category
    return found
