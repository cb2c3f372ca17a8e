"""Named methods of settling a case and of the point value; policy chooses among them.

A method is never changed once it has been used: a changed rule is a new version, so that a stored
settlement is replayed with the figures it was made with. Nothing here holds a figure from a document,
only the shape of its formula. b = base points, f = coefficient, c = cost, m = group mean, M = mean of
all cases, K = high multiple.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.method_registry import Registry


@dataclass(frozen=True, slots=True)
class Basis:
    """What a settlement method may use of a group; fen and points, exact.

    ``multiple`` is the high multiple of the group's tier. ``params`` holds the policy figures the
    method asked for, by key. A case outside every group has only ``overall``, ``scale`` and ``params``.
    """

    scale: Fraction
    overall: Fraction
    coefficient: Fraction
    params: dict[str, Fraction]
    base: Fraction = Fraction(0)
    mean: Fraction = Fraction(0)
    median: Fraction = Fraction(0)
    multiple: Fraction = Fraction(0)
    day_points: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class PointLine:
    """Points as a straight line of one quantity (cost in fen, or days), within ``floor`` and ``cap``.

    Every published method has this shape for a given group and coefficient, so one multiply-add
    prices a case, here and in a columnar kernel alike.
    """

    slope: Fraction
    fixed: Fraction
    cap: Fraction | None = None
    floor: Fraction | None = None

    def exact(self, quantity: Fraction | int) -> Fraction:
        """Points before rounding."""
        points = self.slope * quantity + self.fixed
        if self.cap is not None:
            points = min(points, self.cap)
        return points if self.floor is None else max(points, self.floor)


@dataclass(frozen=True, slots=True)
class Settle:
    """How one kind of case earns points. ``inputs`` name the worksheet lines its formula uses."""

    name: str
    formula: str
    inputs: tuple[str, ...]
    line: Callable[[Basis], PointLine]
    params: tuple[str, ...] = ()
    quantity: str = "cost"


SETTLE_NORMAL = Registry[Settle]("settle.normal")
SETTLE_LOW = Registry[Settle]("settle.low")
SETTLE_HIGH = Registry[Settle]("settle.high")
SETTLE_UNSTABLE = Registry[Settle]("settle.unstable")
SETTLE_PER_DIEM = Registry[Settle]("settle.per_diem")
SETTLE_UNGROUPED = Registry[Settle]("settle.ungrouped")

DISCOUNT_KEY = "settle.ungrouped_discount"


def base_times_coefficient(x: Basis) -> PointLine:
    """b·f. 金华市按病组点数法 (中国医院院长 2017(8)): a case earns its group's base points times the
    institution's coefficient. Also the Zhejiang screens' 基准点数 × 差异系数."""
    return PointLine(Fraction(0), x.base * x.coefficient)


def base_only(x: Basis) -> PointLine:
    """b. 基层病种 take no institution coefficient (DIP 3.0 技术规范 征求意见稿, 第三章第四节)."""
    return PointLine(Fraction(0), x.base)


def cost_ratio_capped(x: Basis) -> PointLine:
    """min(b·c/m, b), no coefficient. Jinhua's incomplete stay 住院过程不完整 (中国医院院长 2017(8));
    Zhejiang's low outliers follow it (unverified)."""
    return PointLine(x.base / x.mean, Fraction(0), cap=x.base)


def linear_add(x: Basis) -> PointLine:
    """b·f + b·(c/m − K). National DIP 1.0 技术规范 (cost/mean − 2 + 1, with f = 1), 济宁 2023
    (ratio − 2 + f); accepted special cases in Zhejiang (unverified). Continuous at K."""
    return PointLine(x.base / x.mean, x.base * (x.coefficient - x.multiple))


def deduct(x: Basis) -> PointLine:
    """c/M·scale − (K − 1)·b·f. 周口, historical; it jumps at K wherever f is not 1."""
    return PointLine(x.scale / x.overall, -(x.multiple - 1) * x.base * x.coefficient)


def cap_at_multiple(x: Basis) -> PointLine:
    """K·b·f. 盘锦: a high case earns the multiple itself; it jumps at K."""
    return PointLine(Fraction(0), x.multiple * x.base * x.coefficient)


def cost_over_median(x: Basis) -> PointLine:
    """b·c/median. Unstable groups, reading U1 (Zhejiang, unverified)."""
    return PointLine(x.base / x.median, Fraction(0))


def day_points(x: Basis) -> PointLine:
    """Σ daily base points. Jinhua: the institution's bed-day standard turned into points per day."""
    return PointLine(x.day_points, Fraction(0))


def day_points_coefficient(x: Basis) -> PointLine:
    """Daily points × days × f (Zhejiang, unverified)."""
    return PointLine(x.day_points * x.coefficient, Fraction(0))


def discounted_cost(x: Basis) -> PointLine:
    """c/M·scale·δ. 济宁 DIP 2023 pays cases outside every group at δ = 0.7 of their cost ratio; the
    national draft only asks that they stay below grouped cases (DIP 3.0, 第三章)."""
    return PointLine(x.scale / x.overall * x.params[DISCOUNT_KEY], Fraction(0))


_NORMAL = Settle(
    "base_times_coefficient@1", "base × coefficient", ("base", "coefficient"), base_times_coefficient
)
_BASE = Settle("base_only@1", "base", ("base",), base_only)

SETTLE_NORMAL.add(_NORMAL)
SETTLE_NORMAL.add(_BASE)
SETTLE_LOW.add(
    Settle(
        "cost_ratio_capped@1", "min(base × cost ÷ mean, base)", ("base", "cost", "mean"), cost_ratio_capped
    )
)
SETTLE_HIGH.add(Settle("as_normal@1", "base × coefficient", ("base", "coefficient"), base_times_coefficient))
SETTLE_HIGH.add(
    Settle(
        "linear_add@1",
        "base × coefficient + base × (cost ÷ mean − high_multiple)",
        ("base", "coefficient", "cost", "mean", "high_multiple"),
        linear_add,
    )
)
SETTLE_HIGH.add(
    Settle(
        "deduct@1",
        "cost ÷ overall_mean × scale − (high_multiple − 1) × base × coefficient",
        ("cost", "overall_mean", "scale", "high_multiple", "base", "coefficient"),
        deduct,
    )
)
SETTLE_HIGH.add(
    Settle(
        "cap@1",
        "high_multiple × base × coefficient",
        ("high_multiple", "base", "coefficient"),
        cap_at_multiple,
    )
)
SETTLE_UNSTABLE.add(
    Settle("cost_over_median@1", "base × cost ÷ median", ("base", "cost", "median"), cost_over_median)
)
SETTLE_UNSTABLE.add(_NORMAL)
SETTLE_PER_DIEM.add(
    Settle("day_points@1", "day_points × days", ("day_points", "days"), day_points, quantity="days")
)
SETTLE_PER_DIEM.add(
    Settle(
        "day_points_times_coefficient@1",
        "day_points × days × coefficient",
        ("day_points", "days", "coefficient"),
        day_points_coefficient,
        quantity="days",
    )
)
SETTLE_UNGROUPED.add(
    Settle(
        "discounted_cost@1",
        "cost ÷ overall_mean × scale × discount",
        ("cost", "overall_mean", "scale", "discount"),
        discounted_cost,
        params=(DISCOUNT_KEY,),
    )
)
