"""Named methods of the hospitals' coefficient 差异系数; measuring is ``chspay_core.measuring``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, number
from chspay_settlement.engine.coefficient.measure import COMMON, MEASURED
from chspay_settlement.engine.coefficient.source import (
    ADDONS,
    BY_GROUP,
    BY_HOSPITAL,
    BY_LEVEL,
    EXEMPT,
    METHOD,
    BasePlusAddon,
    Coefficients,
    GroupCoefficients,
    HospitalCoefficients,
    LevelCoefficients,
    NoCoefficient,
    TableCoefficients,
)
from chspay_settlement.engine.coefficient.table import CoefficientTable

#: What a method builds its coefficients from: the policy, the groups that take none, the measured table.
Build = Callable[[Policy, frozenset[str], CoefficientTable | None], Coefficients]


@dataclass(frozen=True, slots=True)
class CoefficientMethod:
    """Where the coefficient 差异系数 comes from; ``params`` are the further policy keys it reads."""

    name: str
    build: Build
    params: tuple[str, ...] = ()


def no_coefficient(policy: Policy, exempt: frozenset[str], _table: CoefficientTable | None) -> Coefficients:
    """Every hospital alike, 同病同价."""
    return NoCoefficient(policy, exempt)


def level_table(policy: Policy) -> dict[int, Fraction]:
    """A published figure per hospital level (DIP 3.0 征求意见稿, 第五章: level mean ÷ city mean)."""
    levels: dict[int, Fraction] = {}
    for row in policy.table(BY_LEVEL):
        level = cell(policy, BY_LEVEL, row, "level")
        if not level.isdecimal() or int(level) in levels:
            raise broken(policy, BY_LEVEL, level, "等级应为不重复的整数")
        levels[int(level)] = number(policy, BY_LEVEL, cell(policy, BY_LEVEL, row, "value"))
    return levels


def by_level(policy: Policy, exempt: frozenset[str], _table: CoefficientTable | None) -> Coefficients:
    """The published figures per level."""
    return LevelCoefficients(policy, level_table(policy), exempt)


def by_hospital(policy: Policy, exempt: frozenset[str], _table: CoefficientTable | None) -> Coefficients:
    """A published figure per hospital (松原 2024: 1.0817 for one hospital)."""
    return HospitalCoefficients(policy, _hospitals(policy, BY_HOSPITAL), exempt)


def base_plus_addon(policy: Policy, exempt: frozenset[str], _table: CoefficientTable | None) -> Coefficients:
    """基本系数 per level + 加成系数 per hospital, where it is listed (DIP 3.0 征求意见稿, 第五章第二节)."""
    return BasePlusAddon(policy, level_table(policy), _hospitals(policy, ADDONS), exempt)


def _hospitals(policy: Policy, key: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for row in policy.table(key):
        code = cell(policy, key, row, "hospital")
        if not code or code in found:
            raise broken(policy, key, code, "医疗机构代码应不为空且不重复")
        found[code] = number(policy, key, cell(policy, key, row, "value"))
    return found


def by_group(policy: Policy, exempt: frozenset[str], _table: CoefficientTable | None) -> Coefficients:
    """A published figure by hospital or level, and by group (DIP 3.0 征求意见稿, 第五章第二节); a measured
    table becomes one when a place publishes it."""
    rows: dict[tuple[str, str, str], Fraction] = {}
    for row in policy.table(BY_GROUP):
        hospital, level, drg = (cell(policy, BY_GROUP, row, name) for name in ("hospital", "level", "drg"))
        if (hospital and level) or (level and not level.isdecimal()) or (hospital, level, drg) in rows:
            shown = "、".join((hospital, level, drg))
            raise broken(policy, BY_GROUP, shown, "每行写医疗机构或等级之一，等级为整数，且不重复")
        rows[hospital, level, drg] = number(policy, BY_GROUP, cell(policy, BY_GROUP, row, "value"))
    return GroupCoefficients(policy, rows, exempt)


def measured(policy: Policy, exempt: frozenset[str], table: CoefficientTable | None) -> Coefficients:
    """Measured on a base year; see :mod:`coefficient_measure` for each method."""
    return TableCoefficients(policy, table, exempt)


COEFFICIENTS = Registry[CoefficientMethod](METHOD)
COEFFICIENTS.add(CoefficientMethod("none@1", no_coefficient))
COEFFICIENTS.add(CoefficientMethod("level_table@1", by_level, (BY_LEVEL,)))
COEFFICIENTS.add(CoefficientMethod("base_plus_addon@1", base_plus_addon, (BY_LEVEL, ADDONS)))
COEFFICIENTS.add(CoefficientMethod("hospital_table@1", by_hospital, (BY_HOSPITAL,)))
COEFFICIENTS.add(CoefficientMethod("group_table@1", by_group, (BY_GROUP,)))
for _method in MEASURED.values():
    COEFFICIENTS.add(CoefficientMethod(_method.name, measured, (*COMMON, *_method.params)))


def coefficients_of(
    policy: Policy, table: CoefficientTable | None = None, exempt: frozenset[str] = frozenset()
) -> Coefficients:
    """The coefficients in force.

    :param table: the measured table, for a method that measures.
    :param exempt: groups that take none, besides those the policy publishes
        (``weights.no_coefficient_groups``) and those of the table.
    :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN, COEFFICIENT_TABLE_OTHER.
    """
    listed = frozenset(policy.texts(EXEMPT)) if policy.has(EXEMPT) else frozenset()
    return COEFFICIENTS.chosen(policy).build(policy, exempt | listed, table)
