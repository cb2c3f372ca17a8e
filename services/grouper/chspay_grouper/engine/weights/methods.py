"""Named methods of measuring weights; policy chooses among them by ``name@version``.

Nothing here holds a figure from a document, only the shape of its formula. A method is never changed
once used: a changed rule is a new version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from chspay_core.measuring import Outliers, PointTerms
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, choice, fraction
from chspay_core.statistics import Limits, quantile_linear, quantile_nearest_rank

LOW_SHARE, HIGH_SHARE = "points.trim_low_share", "points.trim_high_share"
FENCE, QUANTILE = "points.trim_fence", "points.quantile"

#: (mean of all cases, how base points are made) -> the limits of one trimming; None trims nothing.
MakeLimits = Callable[[Fraction, PointTerms], Limits | None]
Quantile = Callable[[Sequence[int], Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class TrimMethod:
    """Which costs of a group are left out before its mean is taken 裁剪."""

    name: str
    build: Callable[[Policy], MakeLimits]


def no_trim(_policy: Policy) -> MakeLimits:
    """Every case counts."""
    return lambda _overall, _terms: None


def multiples(policy: Policy) -> MakeLimits:
    """Keeps costs that are neither low nor high by the multiples of settlement (``outlier.*``): 中间区段法,
    上下限裁剪 (Zhejiang, unverified). The tier of the high multiple follows the mean being trimmed."""
    outlier = Outliers.read(policy)

    def make(overall: Fraction, terms: PointTerms) -> Limits:
        return lambda kept, total: outlier.limits_around(total, len(kept), overall, terms)

    return make


def interquartile(policy: Policy) -> MakeLimits:
    """Keeps Q1 − f·(Q3 − Q1) ≤ cost ≤ Q3 + f·(Q3 − Q1), 四分位距法; f = 0 keeps the middle half
    (Zhejiang from 2025 trims by quartiles; f and the kind of quantile are unverified)."""
    fence, quantile = fraction(policy, FENCE), _quantile(policy)

    def limits(kept: Sequence[int], _total: int) -> tuple[int, int]:
        low, high = quantile(kept, Fraction(1, 4)), quantile(kept, Fraction(3, 4))
        reach = fence * (high - low)
        return _keep_between(low - reach, high + reach)

    return lambda _overall, _terms: limits


def percentiles(policy: Policy) -> MakeLimits:
    """Keeps the costs between two percentiles, both included, e.g. 2.5 and 97.5 (DIP 3.0 技术规范 征求意见稿,
    第五章)."""
    low_share, high_share = fraction(policy, LOW_SHARE), fraction(policy, HIGH_SHARE)
    if not low_share < high_share <= 1:
        raise broken(policy, HIGH_SHARE, policy.text(HIGH_SHARE), "应大于下百分位，且不超过1")
    quantile = _quantile(policy)

    def limits(kept: Sequence[int], _total: int) -> tuple[int, int]:
        return _keep_between(quantile(kept, low_share), quantile(kept, high_share))

    return lambda _overall, _terms: limits


def _keep_between(low: Fraction, high: Fraction) -> tuple[int, int]:
    return ceil(low) - 1, floor(high) + 1


def _quantile(policy: Policy) -> Quantile:
    if choice(policy, QUANTILE, "linear", "nearest_rank") == "linear":
        return quantile_linear
    return quantile_nearest_rank


TRIMS = Registry[TrimMethod]("points.trim")
TRIMS.add(TrimMethod("none@1", no_trim))
TRIMS.add(TrimMethod("multiples@1", multiples))
TRIMS.add(TrimMethod("interquartile@1", interquartile))
TRIMS.add(TrimMethod("percentiles@1", percentiles))


@dataclass(frozen=True, slots=True)
class YearSum:
    """Cost (fen) and number (cases, or bed-days) of one year, ``back`` years before the policy's day,
    and the weight of that year."""

    back: int
    weight: Fraction
    cost: int
    n: int


@dataclass(frozen=True, slots=True)
class YearMethod:
    """How the years make one mean. ``formula`` writes it over the worksheet keys of the years given."""

    name: str
    weighted: bool
    mean: Callable[[Sequence[YearSum]], Fraction]
    formula: Callable[[Sequence[tuple[str, str, str]]], str]


def all_alike(years: Sequence[YearSum]) -> Fraction:
    """Σ cost ÷ Σ n: no year counts more than another."""
    return Fraction(sum(year.cost for year in years), sum(year.n for year in years))


def yearly_means(years: Sequence[YearSum]) -> Fraction:
    """Σ w·(cost ÷ n) ÷ Σ w over the years that have cases: the yearly means are weighted (first reading of
    1:2:7 in DIP 3.0 技术规范 征求意见稿; the text does not say which)."""
    top = sum((year.weight * Fraction(year.cost, year.n) for year in years), Fraction(0))
    return top / sum(year.weight for year in years)


def pooled(years: Sequence[YearSum]) -> Fraction:
    """Σ w·cost ÷ Σ w·n: every case carries the weight of its year (second reading of 1:2:7)."""
    top = sum((year.weight * year.cost for year in years), Fraction(0))
    return top / sum(year.weight * year.n for year in years)


def _alike_formula(keys: Sequence[tuple[str, str, str]]) -> str:
    costs, numbers = (" + ".join(key[place] for key in keys) for place in (1, 2))
    return f"({costs}) ÷ ({numbers})"


def _yearly_formula(keys: Sequence[tuple[str, str, str]]) -> str:
    top = " + ".join(f"{weight} × {cost} ÷ {n}" for weight, cost, n in keys)
    return f"({top}) ÷ ({' + '.join(weight for weight, _, _ in keys)})"


def _pooled_formula(keys: Sequence[tuple[str, str, str]]) -> str:
    top = " + ".join(f"{weight} × {cost}" for weight, cost, _ in keys)
    return f"({top}) ÷ ({' + '.join(f'{weight} × {n}' for weight, _, n in keys)})"


YEARS = Registry[YearMethod]("points.year_method")
YEARS.add(YearMethod("all_alike@1", False, all_alike, _alike_formula))
YEARS.add(YearMethod("yearly_means@1", True, yearly_means, _yearly_formula))
YEARS.add(YearMethod("pooled@1", True, pooled, _pooled_formula))
