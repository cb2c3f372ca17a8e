"""Named methods of the hospitals' coefficient 差异系数; measuring is ``chspay_core.measuring``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number

BY_LEVEL = "coefficient.by_level"


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
