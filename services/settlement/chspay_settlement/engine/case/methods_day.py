"""Named methods of settling bed-days 床日: a straight line of the days, tier by tier.

A published rate in yuan per day becomes points per day (mean cost of a day ÷ mean of all cases × scale),
so that bed-days share the point value (金华市按病组点数法; DIP 3.0 技术规范 征求意见稿, 第四章).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction, number
from chspay_settlement.engine.case.methods import Basis, PointLine, Settle

DEPARTMENTS, DAY_POINTS = "per_diem.departments", "per_diem.day_points"
#: Who prices bed-days: the pool's own departments and points per day, or the bed-day service, case by case.
SOURCE, OWN_DEPARTMENTS, BY_SERVICE = "per_diem.source", "own_departments@1", "service@1"
DAY_TIERS, BENCHMARK, EXCESS = "per_diem.day_tiers", "per_diem.benchmark_days", "per_diem.excess_share"


def day_points(x: Basis) -> PointLine:
    """Points per day × days. Flat: Jinhua's sum over the daily base points. In tiers it pays the whole
    stay at the rate of its length and falls where a tier begins."""
    return PointLine(x.day_points, Fraction(0))


def marginal(x: Basis) -> PointLine:
    """Each day at the rate of its own tier; continuous."""
    return PointLine(x.day_points, x.day_before - x.day_points * x.day_from)


def capped(x: Basis) -> PointLine:
    """Points per day × days, of which at most the benchmark stay and its allowed excess are paid."""
    return PointLine(x.day_points, Fraction(0), cap=x.day_points * x.paid_days)


def _with_coefficient(shape: Callable[[Basis], PointLine]) -> Callable[[Basis], PointLine]:
    def scaled(x: Basis) -> PointLine:
        return shape(x).times(x.coefficient)

    return scaled


SETTLE_PER_DIEM = Registry[Settle]("settle.per_diem")


def _add(name: str, formula: str, inputs: tuple[str, ...], shape: Callable[[Basis], PointLine],
         *tables: str, params: tuple[str, ...] = ()) -> None:  # fmt: skip
    """Registers a method twice: as it is, and times the coefficient (Zhejiang, unverified)."""
    SETTLE_PER_DIEM.add(Settle(f"{name}@1", formula, inputs, shape, params, tables))
    times = f"({formula}) × coefficient" if "−" in formula or "," in formula else f"{formula} × coefficient"
    SETTLE_PER_DIEM.add(
        Settle(
            f"{name}_times_coefficient@1",
            times,
            (*inputs, "coefficient"),
            _with_coefficient(shape),
            params,
            tables,
        )
    )


_FLAT = ("day_points", "days")
_add("day_points", "day_points × days", _FLAT, day_points, DAY_POINTS)
_add(
    "day_points_capped",
    "min(day_points × days, day_points × paid_days)",
    (*_FLAT, "paid_days"),
    capped,
    DAY_POINTS,
    BENCHMARK,
    params=(EXCESS,),
)
_add(
    "day_tiers_marginal",
    "day_before + day_points × (days − day_from)",
    ("day_before", *_FLAT, "day_from"),
    marginal,
    DAY_TIERS,
)
_add("day_tiers_whole_stay", "day_points × days", _FLAT, day_points, DAY_TIERS)


@dataclass(frozen=True, slots=True)
class DayTier:
    """Points per day of stays (or days) up to ``up_to``; ``None`` for the last. ``before`` is what the
    ``since`` days of the tiers below earn when each day has the rate of its tier."""

    up_to: int | None
    points: Fraction
    since: int
    before: Fraction


@dataclass(frozen=True, slots=True)
class DayRate:
    """What a day of a per-diem category 床日类别 earns, by length of stay; mostly one tier."""

    category: str
    tiers: tuple[DayTier, ...]
    #: Benchmark stay and the share it may be exceeded by; zero where the method does not cap days.
    benchmark: Fraction
    excess: Fraction

    @property
    def paid_days(self) -> Fraction:
        """The most days of a stay that are paid."""
        return self.benchmark * (1 + self.excess)


def asked_of_service(policy: Policy) -> bool:
    """Whether the bed-day service prices bed-days; where nobody has ruled it, the pool's own departments do.

    :raises Fault: POLICY_VALUE.
    """
    return policy.has(SOURCE) and choice(policy, SOURCE, OWN_DEPARTMENTS, BY_SERVICE) == BY_SERVICE


def day_rates(policy: Policy, method: Settle) -> dict[str, DayRate]:
    """The rate of every per-diem department, from the tables ``method`` uses.

    :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE.
    """
    tiers = _tiers(policy) if DAY_TIERS in method.tables else _flat(policy)
    benchmarks = _by_category(policy, BENCHMARK, "days") if BENCHMARK in method.tables else None
    excess = fraction(policy, EXCESS) if EXCESS in method.params else Fraction(0)
    found: dict[str, DayRate] = {}
    for row in policy.table(DEPARTMENTS):
        category = cell(policy, DEPARTMENTS, row, "category")
        department = cell(policy, DEPARTMENTS, row, "department")
        if category not in tiers or (benchmarks is not None and category not in benchmarks):
            raise broken(policy, DEPARTMENTS, category, "这个床日类别没有每日点数或基准天数")
        if not department or department in found:
            raise broken(policy, DEPARTMENTS, department, "科室应不为空，且只属于一个床日类别")
        benchmark = Fraction(0) if benchmarks is None else benchmarks[category]
        found[department] = DayRate(category, tiers[category], benchmark, excess)
    return found


def _flat(policy: Policy) -> dict[str, tuple[DayTier, ...]]:
    flat = _by_category(policy, DAY_POINTS, "points")
    return {category: (DayTier(None, points, 0, Fraction(0)),) for category, points in flat.items()}


def _by_category(policy: Policy, key: str, column: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for row in policy.table(key):
        category = cell(policy, key, row, "category")
        if category in found:
            raise broken(policy, key, category, "每个床日类别只能有一行")
        found[category] = number(policy, key, cell(policy, key, row, column))
    return found


def _tiers(policy: Policy) -> dict[str, tuple[DayTier, ...]]:
    rows: dict[str, list[tuple[str, Fraction]]] = {}
    for row in policy.table(DAY_TIERS):
        points = number(policy, DAY_TIERS, cell(policy, DAY_TIERS, row, "points"))
        place = cell(policy, DAY_TIERS, row, "up_to")
        rows.setdefault(cell(policy, DAY_TIERS, row, "category"), []).append((place, points))
    found: dict[str, tuple[DayTier, ...]] = {}
    for category, given in rows.items():
        edges = [int(text) for text, _ in given if text.isdecimal()]
        rising = all(a < b for a, b in pairwise([0, *edges]))
        if not rising or given[-1][0] or len(edges) != len(given) - 1:
            raise broken(policy, DAY_TIERS, category, "各档up_to应为从小到大的整天数，最后一档为空")
        tiers: list[DayTier] = []
        since, before = 0, Fraction(0)
        for up_to, (_, points) in zip([*edges, None], given, strict=True):
            tiers.append(DayTier(up_to, points, since, before))
            if up_to is not None:
                since, before = up_to, before + points * (up_to - since)
        found[category] = tuple(tiers)
    return found
