"""What policy says of measuring groups: base points, stability, and the limits of outliers.

Settlement measures a month with it, and weights are measured from years of cases with it, so that a
group stable here is stable there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Protocol

from chspay_core.amounts import divide_half_up
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction, number
from chspay_core.statistics import StableTest, stable_above

LOW_MULTIPLE, LOW_BOUNDARY = "outlier.low_multiple", "outlier.low_boundary"
HIGH_TIERS, HIGH_BOUNDARY = "outlier.high_tiers", "outlier.high_boundary"
#: Said only where a place grades by weight, or where a tier ends below its edge.
TIER_ON, TIER_BOUNDARY = "outlier.tier_on", "outlier.tier_boundary"
SCALE, PLACES = "points.scale", "points.places"
MAX_PLACES = 6


@dataclass(frozen=True, slots=True)
class BaseMethod:
    """How a group's typical cost becomes base points: ``exact(typical, overall mean, scale)``."""

    name: str
    formula: str
    exact: Callable[[Fraction, Fraction, Fraction], Fraction]


def mean_over_mean(typical: Fraction, overall: Fraction, scale: Fraction) -> Fraction:
    """Typical cost ÷ mean of all cases × scale. 金华市按病组点数法 (中国医院院长 2017(8)): group mean over
    city mean × 100. The typical cost of an unstable group is its median (Zhejiang, unverified)."""
    return typical / overall * scale


BASE_POINTS = Registry[BaseMethod]("points.base_method")
BASE_POINTS.add(BaseMethod("mean_over_mean@1", "typical ÷ overall_mean × scale", mean_over_mean))


class PointTerms(Protocol):
    """How base points are made and rounded at one place."""

    @property
    def base(self) -> BaseMethod: ...
    @property
    def scale(self) -> Fraction: ...
    @property
    def places(self) -> int: ...


def rounded_base(typical: Fraction, overall: Fraction, terms: PointTerms) -> Fraction:
    """Base points of a typical cost (fen), rounded once to the policy's places."""
    exact = terms.base.exact(typical, overall, terms.scale)
    unit = 10**terms.places
    return Fraction(divide_half_up(exact.numerator * unit, exact.denominator), unit)


def places_of(policy: Policy) -> int:
    """The decimals points are rounded to, 0 to 6."""
    places = policy.integer(PLACES)
    if not 0 <= places <= MAX_PLACES:
        raise broken(policy, PLACES, places, f"小数位数应在0至{MAX_PLACES}之间")
    return places


@dataclass(frozen=True, slots=True)
class StabilityMethod:
    """How a group is found stable 稳定病组; ``sample`` names the standard deviation."""

    name: str
    build: Callable[[Policy], StableTest]


def n_and_cv(policy: Policy) -> StableTest:
    """n > n_min and CV ≤ cv_max (Zhejiang, unverified)."""
    n_min, cv_max = policy.integer("stability.n_min"), fraction(policy, "stability.cv_max")
    return stable_above(n_min, cv_max, sample_deviation(policy))


def sample_deviation(policy: Policy) -> bool:
    """Whether the policy's standard deviation divides by n − 1 (sample) and not by n (population)."""
    return choice(policy, "stability.sd", "population", "sample") == "sample"


STABILITY = Registry[StabilityMethod]("stability.method")
STABILITY.add(StabilityMethod("n_and_cv@1", n_and_cv))


@dataclass(frozen=True, slots=True)
class Tier:
    """Groups of base points up to ``up_to`` (included) are high above ``multiple`` times the mean."""

    up_to: Fraction | None
    multiple: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Outliers:
    """Where a cost is low or high against its group's mean."""

    low_multiple: Fraction
    low_inclusive: bool
    tiers: tuple[Tier, ...]
    high_inclusive: bool

    @staticmethod
    def read(policy: Policy) -> Outliers:
        """The limits in force.

        :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE.
        """
        return Outliers(
            low_multiple=fraction(policy, LOW_MULTIPLE),
            low_inclusive=choice(policy, LOW_BOUNDARY, "lt", "le") == "le",
            tiers=_tiers(policy),
            high_inclusive=choice(policy, HIGH_BOUNDARY, "gt", "ge") == "ge",
        )

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

    def limits_around(self, total: int, n: int, overall: Fraction, terms: PointTerms) -> tuple[int, int]:
        """The limits of ``n`` kept cases of cost ``total``: their mean decides the tier."""
        mean = Fraction(total, n)
        return self.limits(mean, self.tier(rounded_base(mean, overall, terms)).multiple)


def _tiers(policy: Policy) -> tuple[Tier, ...]:
    tiers: list[Tier] = []
    for row in policy.table(HIGH_TIERS):
        edge = cell(policy, HIGH_TIERS, row, "up_to")
        multiple = cell(policy, HIGH_TIERS, row, "multiple")
        up_to = _base_points(policy, number(policy, HIGH_TIERS, edge)) if edge else None
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


def _base_points(policy: Policy, edge: Fraction) -> Fraction:
    """The highest base points of a tier that ends at ``edge``.

    Some places grade by weight (points of the mean case = 1), and some end a tier below its edge; base
    points have so many places, so the highest below an edge can be named.
    """
    if policy.has(TIER_ON) and choice(policy, TIER_ON, "base_points", "weight") == "weight":
        edge *= fraction(policy, SCALE)
    if not policy.has(TIER_BOUNDARY) or choice(policy, TIER_BOUNDARY, "le", "lt") == "le":
        return edge
    unit = 10 ** places_of(policy)
    return Fraction(ceil(edge * unit) - 1, unit)
