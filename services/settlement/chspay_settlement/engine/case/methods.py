"""Named methods of settling a case by its cost; policy chooses among them.

A method is never changed once it has been used: a changed rule is a new version, so that a stored
settlement is replayed with the figures it was made with. Nothing here holds a figure from a document,
only the shape of its formula. b = base points, f = coefficient, c = cost, m = group mean, M = mean of
all cases, K = high multiple, V = standard point value (yuan per point). Bed-days are in ``methods_day``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from chspay_core.method_registry import Registry

DISCOUNT_KEY, AMBIGUOUS_DISCOUNT = "settle.ungrouped_discount", "settle.ambiguous_discount"
STANDARD_VALUE = "point_value.standard"
LOW_ABOVE, LOW_ADD, LOW_UP_TO = "low_step.above", "low_step.add", "low_step.up_to"
#: Policy figure -> the worksheet line that shows it.
LINES = {
    DISCOUNT_KEY: "discount",
    AMBIGUOUS_DISCOUNT: "discount",
    STANDARD_VALUE: "standard_value",
    LOW_ADD: "low_step_add",
}
_ZERO = Fraction(0)
_FEN = 100


@dataclass(frozen=True, slots=True)
class Basis:
    """What a settlement method may use of a group; fen and points, exact.

    ``multiple`` is the high multiple of the case. ``params`` holds the policy figures the method asked
    for, by key. A case outside every group has only ``overall``, ``scale`` and ``params``; a bed-day
    tier its points per day, the days before it and the points these earned, and the days paid at most.
    """

    scale: Fraction
    overall: Fraction
    coefficient: Fraction
    params: dict[str, Fraction]
    base: Fraction = _ZERO
    mean: Fraction = _ZERO
    median: Fraction = _ZERO
    multiple: Fraction = _ZERO
    day_points: Fraction = _ZERO
    day_from: int = 0
    day_before: Fraction = _ZERO
    paid_days: Fraction = _ZERO


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

    def times(self, factor: Fraction) -> PointLine:
        """The line with every point counted ``factor`` times."""
        cap = None if self.cap is None else self.cap * factor
        return PointLine(self.slope * factor, self.fixed * factor, cap)


@dataclass(frozen=True, slots=True)
class Settle:
    """How one kind of case earns points. ``inputs`` name the worksheet lines its formula uses.

    ``params`` are the policy figures it needs, ``tables`` the policy tables. A method without a ``line``
    of its own settles the case as its group is settled.
    """

    name: str
    formula: str
    inputs: tuple[str, ...]
    shape: Callable[[Basis], PointLine] | None
    params: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()

    def line(self, basis: Basis) -> PointLine:
        """The straight line of this method for a group and coefficient."""
        if self.shape is None:
            raise AssertionError(f"{self.name} settles by the group's own methods")
        return self.shape(basis)


def base_times_coefficient(x: Basis) -> PointLine:
    """b·f. 金华市按病组点数法 (中国医院院长 2017(8)): a case earns its group's base points times the
    institution's coefficient. Also the Zhejiang screens' 基准点数 × 差异系数."""
    return PointLine(_ZERO, x.base * x.coefficient)


def base_only(x: Basis) -> PointLine:
    """b. 基层病种 take no institution coefficient (DIP 3.0 技术规范 征求意见稿, 第三章第四节)."""
    return PointLine(_ZERO, x.base)


def cost_ratio(x: Basis) -> PointLine:
    """b·c/m, no coefficient. 济宁 DIP 2023 up to half of the mean; 湖北 cities' low cases."""
    return PointLine(x.base / x.mean, _ZERO)


def cost_ratio_same_level(x: Basis) -> PointLine:
    """b·c/(m·f). National DIP 1.0 技术规范: cost over the mean of the group at hospitals of the same level,
    which is m·f where f is that level's mean over the mean of all (``coefficient.method`` by_group). A
    coefficient of zero earns nothing, here as in a normal case."""
    return PointLine(x.base / (x.mean * x.coefficient) if x.coefficient else _ZERO, _ZERO)


def cost_ratio_capped(x: Basis) -> PointLine:
    """min(b·c/m, b), no coefficient. Jinhua's incomplete stay 住院过程不完整 (中国医院院长 2017(8));
    Zhejiang's low outliers follow it (unverified)."""
    return PointLine(x.base / x.mean, _ZERO, cap=x.base)


def ratio_plus(x: Basis) -> PointLine:
    """(c/m + a)·b. Zhejiang since 2025, cost from 0.4 to 0.8 of the mean, a = 0.2 (unverified)."""
    return PointLine(x.base / x.mean, x.params[LOW_ADD] * x.base)


def linear_add(x: Basis) -> PointLine:
    """b·f + b·(c/m − K). National DIP 1.0 技术规范 (cost/mean − 2 + 1, with f = 1), 济宁 2023
    (ratio − 2 + f); accepted special cases in Zhejiang (unverified). Continuous at K."""
    return PointLine(x.base / x.mean, x.base * (x.coefficient - x.multiple))


def linear_add_reviewed(x: Basis) -> PointLine:
    """b·f + b·max(0, c/m − K). An accepted special case 特例单议 after unreasonable cost was taken out;
    what is left may lie below the limit again (Zhejiang, unverified)."""
    return PointLine(x.base / x.mean, x.base * (x.coefficient - x.multiple), floor=x.base * x.coefficient)


def linear_add_reviewed_plain(x: Basis) -> PointLine:
    """b + b·max(0, c/m − K): the same where a normal case takes no coefficient."""
    return linear_add_reviewed(replace(x, coefficient=Fraction(1)))


def linear_add_on_standard(x: Basis) -> PointLine:
    """b·f·(c/(m·f) − K + 1). 湖北 cities: the ratio is taken against mean × coefficient. Continuous there."""
    return PointLine(x.base / x.mean, x.base * x.coefficient * (1 - x.multiple))


def deduct(x: Basis) -> PointLine:
    """c/M·scale − (K − 1)·b·f. 周口, historical; it jumps at K wherever f is not 1."""
    return PointLine(x.scale / x.overall, -(x.multiple - 1) * x.base * x.coefficient)


def cap_at_multiple(x: Basis) -> PointLine:
    """K·b·f. 盘锦: a high case earns the multiple itself; it jumps at K."""
    return PointLine(_ZERO, x.multiple * x.base * x.coefficient)


def cost_over_median(x: Basis) -> PointLine:
    """b·c/median. Unstable groups, reading U1 (Zhejiang, unverified)."""
    return PointLine(x.base / x.median, _ZERO)


def cost_over_mean(x: Basis) -> PointLine:
    """c/M·scale. By item 按项目付费: the cost itself, in points of the mean case (national CHS-DRG 费用极高
    and 费用极低, unverified; 经办规程 2025: accepted special cases by item)."""
    return PointLine(x.scale / x.overall, _ZERO)


def cost_over_value(x: Basis) -> PointLine:
    """c/V. Paid at cost when the final point value is V: DIP 3.0 技术规范 征求意见稿 (score × correction
    comes to it), 盘锦 and 武汉. With another final value it pays c × PV/V: 周口 and 达州."""
    return PointLine(1 / (x.params[STANDARD_VALUE] * _FEN), _ZERO)


def cost_over_standard(x: Basis) -> PointLine:
    """b·f·(c ÷ (b·f·V)) = c/V: a low case's score times its correction factor, which comes to its cost.
    DIP 3.0 技术规范 征求意见稿, 第五章; the standard is read as RW × f × V, f once. Of no score it stays
    nothing."""
    return cost_over_value(x) if x.base * x.coefficient else PointLine(_ZERO, _ZERO)


def discounted(key: str) -> Callable[[Basis], PointLine]:
    """c/M·scale·δ, δ from ``key``. 济宁 DIP 2023 pays cases outside every group at δ = 0.7 of their cost
    ratio; the national draft only asks that they stay below grouped cases (DIP 3.0, 第三章)."""

    def shape(x: Basis) -> PointLine:
        return cost_over_mean(x).times(x.params[key])

    return shape


_BF, _MEAN, _ALL = ("base", "coefficient"), ("base", "cost", "mean"), ("cost", "overall_mean", "scale")
NORMAL = Settle("base_times_coefficient@1", "base × coefficient", _BF, base_times_coefficient)
AS_NORMAL = Settle("as_normal@1", "base × coefficient", _BF, base_times_coefficient)
BASE = Settle("base_only@1", "base", ("base",), base_only)
RATIO = Settle("cost_ratio@1", "base × cost ÷ mean", _MEAN, cost_ratio)
SAME_LEVEL = Settle(
    "cost_ratio_same_level@1",
    "base × cost ÷ (mean × coefficient)",
    ("base", "cost", "mean", "coefficient"),
    cost_ratio_same_level,
)
CAPPED = Settle("cost_ratio_capped@1", "min(base × cost ÷ mean, base)", _MEAN, cost_ratio_capped)
PLUS = Settle(
    "ratio_plus@1",
    "(cost ÷ mean + low_step_add) × base",
    ("cost", "mean", "low_step_add", "base"),
    ratio_plus,
    (LOW_ADD, LOW_ABOVE, LOW_UP_TO),
)
BY_MEAN = Settle("cost_over_mean@1", "cost ÷ overall_mean × scale", _ALL, cost_over_mean)
BY_VALUE = Settle(
    "cost_over_value@1",
    "cost ÷ standard_value",
    ("cost", "standard_value"),
    cost_over_value,
    (STANDARD_VALUE,),
)
BY_STANDARD = Settle(
    "cost_over_standard@1",
    "base × coefficient × correction",
    ("base", "coefficient", "correction"),
    cost_over_standard,
    (STANDARD_VALUE,),
)
LINEAR = Settle(
    "linear_add@1",
    "base × coefficient + base × (cost ÷ mean − high_multiple)",
    ("base", "coefficient", "cost", "mean", "high_multiple"),
    linear_add,
)
#: These two are not chosen by policy: a decision of special review names them.
REVIEWED = Settle(
    "linear_add_reviewed@1",
    "base × coefficient + base × max(0, cost ÷ mean − high_multiple)",
    LINEAR.inputs,
    linear_add_reviewed,
)
REVIEWED_PLAIN = Settle(
    "linear_add_reviewed_plain@1",
    "base + base × max(0, cost ÷ mean − high_multiple)",
    ("base", "cost", "mean", "high_multiple"),
    linear_add_reviewed_plain,
)
ON_STANDARD = Settle(
    "linear_add_on_standard@1",
    "base × coefficient × (cost ÷ (mean × coefficient) − high_multiple + 1)",
    LINEAR.inputs,
    linear_add_on_standard,
)
DEDUCT = Settle(
    "deduct@1",
    "cost ÷ overall_mean × scale − (high_multiple − 1) × base × coefficient",
    ("cost", "overall_mean", "scale", "high_multiple", "base", "coefficient"),
    deduct,
)
CAP = Settle(
    "cap@1", "high_multiple × base × coefficient", ("high_multiple", "base", "coefficient"), cap_at_multiple
)
MEDIAN = Settle(
    "cost_over_median@1", "base × cost ÷ median", ("base", "cost", "median"), cost_over_median
)  # fmt: skip
#: The group of an ambiguous case is measured and settled like any other.
AS_GROUP = Settle("as_group@1", "", (), None)


def _discounted(key: str) -> Settle:
    return Settle(
        "discounted_cost@1",
        "cost ÷ overall_mean × scale × discount",
        (*_ALL, "discount"),
        discounted(key),
        (key,),
    )


def _registry(key: str, *methods: Settle) -> Registry[Settle]:
    registry = Registry[Settle](key)
    for method in methods:
        registry.add(method)
    return registry


SETTLE_NORMAL = _registry("settle.normal", NORMAL, BASE)
SETTLE_LOW = _registry("settle.low", CAPPED, RATIO, SAME_LEVEL, BY_MEAN, BY_VALUE, BY_STANDARD)
SETTLE_HIGH = _registry("settle.high", AS_NORMAL, LINEAR, ON_STANDARD, DEDUCT, CAP, BY_MEAN, BY_VALUE)
SETTLE_UNSTABLE = _registry("settle.unstable", MEDIAN, NORMAL, BY_MEAN)
SETTLE_UNGROUPED = _registry("settle.ungrouped", _discounted(DISCOUNT_KEY), BY_MEAN)
#: The rules below exist only where a place has made them.
SETTLE_LOW_STEP = _registry("settle.low_step", PLUS)
SETTLE_EXTREME = _registry("settle.extreme", AS_NORMAL, LINEAR, CAP, BY_MEAN, BY_VALUE)
SETTLE_AMBIGUOUS = _registry("settle.ambiguous", _discounted(AMBIGUOUS_DISCOUNT), BY_MEAN, AS_GROUP)
SETTLE_INCOMPLETE = _registry("settle.incomplete", CAPPED, RATIO, BY_MEAN, BY_VALUE)
SETTLE_BY_ITEM = _registry("settle.by_item", BY_MEAN, BY_VALUE)
