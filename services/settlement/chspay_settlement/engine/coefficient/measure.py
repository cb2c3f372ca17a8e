"""Measures coefficients 差异系数 on a base year: cost ratio, composite, by group; pure and exact.

The raw ratios come from a named method; guard rails and renormalisation are the policy's. Renormalised
means Σ base × coefficient × cases = Σ base × cases on the base year, within the guard rails, so that
coefficients move points between hospitals and make none. The result is rounded once to the published
places; what that adds to the points is the table's ``drift``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from chspay_core.amounts import divide_half_up
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction, number, positive
from chspay_settlement.engine.coefficient.parts import (
    COMPONENTS,
    Cell,
    Component,
    HospitalFacts,
    Year,
    mean_ratio,
)
from chspay_settlement.engine.coefficient.source import METHOD
from chspay_settlement.engine.coefficient.table import RAW_PLACES, CoefficientRow, CoefficientTable

NOTHING_MEASURED = Reason(
    "COEFFICIENT_NO_CASES", Kind.PRECONDITION, "基准年没有可用于测算差异系数的入组病例（{value}）。"
)
GUARD, FLOOR, CEILING = "coefficient.guard", "coefficient.floor", "coefficient.ceiling"
RENORMALISE, PLACES = "coefficient.renormalise", "coefficient.places"
PARTS, SCOPE = "coefficient.components", "coefficient.scope"
SPREAD_MIN, CASES_MIN = "coefficient.group_spread_min", "coefficient.group_cases_min"
MEDICAL = "coefficient.medical_groups"
_RAW = 10**RAW_PLACES

#: Hospital, level as text, group, cases, base points of them (micro), raw ratio.
Raw = tuple[str, str, str, int, int, Fraction]


@dataclass(frozen=True, slots=True)
class Measured:
    """A way to measure raw ratios from a base year; ``params`` are the policy keys it reads."""

    name: str
    new_is_one: bool
    raws: Callable[[Year, Policy], list[Raw]]
    params: tuple[str, ...]


def cost_ratio(year: Year, _policy: Policy) -> list[Raw]:
    """Own group mean ÷ pool group mean; a new group takes 1 (金华市按病组点数法, 中国医院院长 2017(8))."""
    return [
        (code, "", drg, own.cases, own.base_micro, mean_ratio(own, year.groups[drg]))
        for (code, drg), own in sorted(year.own.items())
    ]


def composite(year: Year, policy: Policy) -> list[Raw]:
    """Σ w·r over the published components, Σw = 1, per hospital or per hospital and group (Zhejiang,
    unverified)."""
    parts = weights_of(policy)
    by_group = choice(policy, SCOPE, "hospital", "group") == "group"
    found: list[Raw] = []
    for code, sums in sorted(year.hospitals.items()):
        fixed = {
            part.name: part.ratio(year, code, "") for part, _ in parts if not (by_group and part.by_group)
        }
        if not by_group:
            ratio = sum((weight * fixed[part.name] for part, weight in parts), Fraction(0))
            found.append((code, "", "", sums.cases, sums.base_micro, ratio))
            continue
        for drg in sorted(drg for owner, drg in year.own if owner == code):
            ratio = sum(
                (weight * _ratio(year, part, code, drg, fixed) for part, weight in parts), Fraction(0)
            )
            own = year.own[code, drg]
            found.append((code, "", drg, own.cases, own.base_micro, ratio))
    return found


def _ratio(year: Year, part: Component, code: str, drg: str, fixed: Mapping[str, Fraction]) -> Fraction:
    return part.ratio(year, code, drg) if part.name not in fixed else fixed[part.name]


def weights_of(policy: Policy) -> list[tuple[Component, Fraction]]:
    """The components in force with their weights; they sum to 1 and keep the published bounds.

    :raises Fault: POLICY_MISSING, POLICY_VALUE naming the component.
    """
    found: dict[str, tuple[Component, Fraction]] = {}
    for row in policy.table(PARTS):
        name = cell(policy, PARTS, row, "component")
        weight = number(policy, PARTS, cell(policy, PARTS, row, "weight"))
        if name not in COMPONENTS or name in found:
            raise broken(policy, PARTS, name, f"分项应是{'、'.join(COMPONENTS)}之一，且不重复")
        part = COMPONENTS[name]
        if part.weight_min and policy.has(part.weight_min) and weight < fraction(policy, part.weight_min):
            raise broken(policy, PARTS, name, f"权重低于下限（{part.weight_min}）")
        if part.weight_max and policy.has(part.weight_max) and weight > fraction(policy, part.weight_max):
            raise broken(policy, PARTS, name, f"权重高于上限（{part.weight_max}）")
        found[name] = part, weight
    if sum(weight for _, weight in found.values()) != 1:
        raise broken(policy, PARTS, policy.rule(PARTS).value_json, "各分项权重之和应等于1")
    return list(found.values())


def by_group(year: Year, policy: Policy) -> list[Raw]:
    """The level's group mean ÷ the pool's group mean, where it may be used: levels far enough apart,
    enough cases at each level, and no inversion 倒挂 (a higher level never cheaper). Other groups, and
    medical ones, take the level's mean over all (DIP 3.0 征求意见稿, 第五章第二节)."""
    spread, least = positive(policy, SPREAD_MIN), policy.integer(CASES_MIN)
    medical = frozenset(policy.texts(MEDICAL)) if policy.has(MEDICAL) else frozenset()
    levels = sorted(level for level in year.levels if level is not None)
    found: list[Raw] = []
    for drg in sorted(year.groups):
        there = [level for level in levels if (level, drg) in year.level_groups]
        if drg in medical or not usable(year, drg, there, spread, least):
            continue
        for level in there:
            own = year.level_groups[level, drg]
            ratio = mean_ratio(own, year.groups[drg])
            found.append(("", str(level), drg, own.cases, own.base_micro, ratio))
    own_row = {drg for _, _, drg, *_ in found}
    for level in levels:
        rest = [
            sums for (tier, drg), sums in year.level_groups.items() if tier == level and drg not in own_row
        ]
        weight = sum(sums.base_micro for sums in rest)
        cases = sum(sums.cases for sums in rest)
        found.append(("", str(level), "", cases, weight, mean_ratio(year.levels[level], year.pool)))
    return found


def usable(year: Year, drg: str, levels: Sequence[int], spread: Fraction, least: int) -> bool:
    """Whether a group may have coefficients of its own per level."""
    sums = [year.level_groups[level, drg] for level in levels]
    if len(sums) < 2 or any(own.cases < least for own in sums):
        return False
    means = [Fraction(own.cost_fen, own.cases) for own in sums]
    return means == sorted(means) and means[-1] >= spread * means[0]


#: The methods that measure; ``group_methods`` offers them beside the published tables.
MEASURED = {
    method.name: method
    for method in (
        Measured("cost_ratio@1", True, cost_ratio, ()),
        Measured("composite@1", False, composite, (PARTS, SCOPE)),
        Measured("by_group@1", False, by_group, (SPREAD_MIN, CASES_MIN)),
    )
}
#: What every measured method reads besides its own keys.
COMMON = (GUARD, RENORMALISE, PLACES)


@dataclass(frozen=True, slots=True)
class Guard:
    """Guard rails of a coefficient."""

    name: str
    read: Callable[[Policy], tuple[Fraction, Fraction] | None]
    params: tuple[str, ...] = ()


def no_rails(_policy: Policy) -> None:
    """Coefficients are what was measured."""


def capped(policy: Policy) -> tuple[Fraction, Fraction]:
    """No coefficient below the floor or above the ceiling; 1 must lie between them."""
    floor, ceiling = fraction(policy, FLOOR), positive(policy, CEILING)
    if not floor <= 1 <= ceiling:
        raise broken(policy, FLOOR, policy.text(FLOOR), "下限应不大于1，上限应不小于1")
    return floor, ceiling


GUARDS = Registry[Guard](GUARD)
GUARDS.add(Guard("none@1", no_rails))
GUARDS.add(Guard("capped@1", capped, (FLOOR, CEILING)))


def measure_coefficients(
    cells: Iterable[Cell],
    base_micro: Mapping[str, int],
    policy: Policy,
    *,
    facts: Mapping[str, HospitalFacts] | None = None,
    exempt: Collection[str] = (),
    title: str = "",
) -> CoefficientTable:
    """The coefficient table of a base year by the policy's method.

    :param base_micro: base points of each group, millionths; they weigh the renormalisation.
    :param exempt: groups that take no coefficient; they are not measured and earn 1.
    :raises Fault: COEFFICIENT_NO_CASES, COEFFICIENT_FACT_MISSING, POLICY_MISSING, POLICY_VALUE.
    """
    method = MEASURED.get(policy.text(METHOD))
    if method is None:
        raise broken(policy, METHOD, policy.text(METHOD), "这个方法不需要测算差异系数")
    places = policy.integer(PLACES)
    if not 1 <= places <= 6:
        raise broken(policy, PLACES, places, "小数位数应在1至6之间")
    free = [found for found in cells if found.drg not in exempt]
    if not free:
        raise Fault(NOTHING_MEASURED, value=title or policy.place)
    year = Year.of(free, base_micro, {} if facts is None else facts)
    raws = method.raws(year, policy)
    units = [divide_half_up(ratio.numerator * _RAW, ratio.denominator) for *_, ratio in raws]
    rails = GUARDS.chosen(policy).read(policy)
    factor = Fraction(1)
    if choice(policy, RENORMALISE, "yes", "no") == "yes":
        factor = factor_of([raw[4] for raw in raws], units, rails)
    rows = [
        CoefficientRow(*raw[:5], unit, _published(within(Fraction(unit, _RAW) * factor, rails), places))
        for raw, unit in zip(raws, units, strict=True)
    ]
    return CoefficientTable(
        method=method.name,
        title=title,
        places=places,
        floor="" if rails is None else policy.text(FLOOR),
        ceiling="" if rails is None else policy.text(CEILING),
        factor=(factor.numerator, factor.denominator),
        new_is_one=method.new_is_one,
        exempt=tuple(sorted(exempt)),
        rows=tuple(rows),
    )


def _published(value: Fraction, places: int) -> int:
    return divide_half_up(value.numerator * 10**places, value.denominator)


def within(value: Fraction, rails: tuple[Fraction, Fraction] | None) -> Fraction:
    """``value`` inside the guard rails."""
    return value if rails is None else min(max(value, rails[0]), rails[1])


def factor_of(
    weights: Sequence[int], raws: Sequence[int], rails: tuple[Fraction, Fraction] | None
) -> Fraction:
    """The factor k with Σ weight × within(k × raw) = Σ weight, exact.

    Within guard rails the sum grows with k along straight pieces; the piece that holds the answer is
    searched by its turning points. Rows of no weight and raw ratios of zero decide nothing; with none
    left k is 1.

    :param raws: ratios in units of 10^-12.
    """
    pairs = [(weight, raw) for weight, raw in zip(weights, raws, strict=True) if weight]
    whole = sum(weight for weight, _ in pairs)
    free = [(weight, raw) for weight, raw in pairs if raw]
    if not free:
        return Fraction(1)
    if rails is None:
        return Fraction(whole * _RAW, sum(weight * raw for weight, raw in free))
    unit = lcm(rails[0].denominator, rails[1].denominator)
    floor, ceiling = (int(rail * unit) * _RAW for rail in rails)

    def total(k: Fraction) -> Fraction:
        """Σ weight × within(k × raw)."""
        low, high, step = floor * k.denominator, ceiling * k.denominator, k.numerator * unit
        held = sum(weight * min(max(step * raw, low), high) for weight, raw in pairs)
        return Fraction(held, unit * _RAW * k.denominator)

    turns = sorted({Fraction(rail, unit * raw) for _, raw in free for rail in (floor, ceiling)})
    first, last = 0, len(turns) - 1
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if total(turns[middle]) >= whole else (middle + 1, last)
    top = turns[first]
    start = turns[first - 1] if first else Fraction(0)
    inner = [(w, r) for w, r in free if floor <= start * unit * r and top * unit * r <= ceiling]
    slope = sum(weight * raw for weight, raw in inner)
    if not slope or total(top) < whole:
        return top
    back: Fraction = (total(top) - whole) * _RAW / slope
    return top - back
