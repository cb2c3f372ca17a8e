"""Named methods on whole groups: base points, stability, and the hospitals' coefficient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.policy import Policy
from chspay_settlement.engine.reading import broken, cell, choice, fraction, number
from chspay_settlement.engine.registry import Registry

BY_LEVEL = "coefficient.by_level"


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

#: (cases, sum of cost, sum of squared cost) -> stable?
StableTest = Callable[[int, int, int], bool]


@dataclass(frozen=True, slots=True)
class StabilityMethod:
    """How a group is found stable 稳定病组; ``sample`` names the standard deviation."""

    name: str
    build: Callable[[Policy], StableTest]


def n_and_cv(policy: Policy) -> StableTest:
    """n > n_min and CV ≤ cv_max (Zhejiang, unverified), tested without a square root:
    CV² = (n·Σx² − (Σx)²) ÷ (Σx)², and for the sample deviation that times n ÷ (n − 1)."""
    n_min = policy.integer("stability.n_min")
    limit = fraction(policy, "stability.cv_max") ** 2
    sample = sample_deviation(policy)
    top, bottom = limit.numerator, limit.denominator

    def stable(n: int, total: int, squares: int) -> bool:
        if n <= n_min or total <= 0:
            return False
        spread = n * squares - total * total
        if not sample:
            return spread * bottom <= top * total * total
        return n > 1 and spread * n * bottom <= top * total * total * (n - 1)

    return stable


def sample_deviation(policy: Policy) -> bool:
    """Whether the policy's standard deviation divides by n − 1 (sample) and not by n (population)."""
    return choice(policy, "stability.sd", "population", "sample") == "sample"


STABILITY = Registry[StabilityMethod]("stability.method")
STABILITY.add(StabilityMethod("n_and_cv@1", n_and_cv))


@dataclass(frozen=True, slots=True)
class CoefficientMethod:
    """Where the coefficient 差异系数 comes from; no levels means 1 for everybody."""

    name: str
    levels: Callable[[Policy], dict[int, Fraction] | None]


def no_coefficient(_policy: Policy) -> None:
    """Every hospital alike, 同病同价."""


def level_table(policy: Policy) -> dict[int, Fraction]:
    """A published figure per hospital level (DIP 3.0 征求意见稿, 第五章: level mean ÷ city mean)."""
    levels: dict[int, Fraction] = {}
    for row in policy.table(BY_LEVEL):
        level = cell(policy, BY_LEVEL, row, "level")
        if not level.isdecimal() or int(level) in levels:
            raise broken(policy, BY_LEVEL, level, "等级应为不重复的整数")
        levels[int(level)] = number(policy, BY_LEVEL, cell(policy, BY_LEVEL, row, "value"))
    return levels


COEFFICIENTS = Registry[CoefficientMethod]("coefficient.method")
COEFFICIENTS.add(CoefficientMethod("none@1", no_coefficient))
COEFFICIENTS.add(CoefficientMethod("level_table@1", level_table))
