"""Band models of bed-days 床日标准: what so many days earn, by name and version; pure.

With days d, rate r of a tier and F(d) what the first d days of a stay earn: flat and bed-day points are
straight, marginal is straight tier by tier, whole-stay pays all days at the rate of the tier the stay ends in
(so it falls where a cheaper tier begins), capped pays no day beyond benchmark × (1 + excess).
A list that continues an earlier one earns F(before + d) − F(before), so cutting a stay into lists is worth
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

BENCHMARK, EXCESS = "per_diem.benchmark_days", "per_diem.excess_share"
MEAN_CASE = "per_diem.mean_case_cost"


class Tier(NamedTuple):
    """Days up to ``up_to`` (none: all further); one earns ``rate`` fen or points, ``fen`` is as published."""

    up_to: int | None
    rate: Fraction
    fen: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The tiers in force for a stay; ``since[i]`` days lie below tier ``i`` and earn ``before[i]``.

    ``cap``: the most days that are paid, where the model caps.
    """

    tiers: tuple[Tier, ...]
    since: tuple[int, ...]
    before: tuple[Fraction, ...]
    cap: Fraction | None = None

    def tier_at(self, days: Fraction) -> int:
        """The tier that the last of ``days`` days lies in."""
        return next(
            number for number, tier in enumerate(self.tiers) if tier.up_to is None or days <= tier.up_to
        )


def shape_of(tiers: Sequence[Tier], cap: Fraction | None = None) -> Shape:
    """The shape of rising tiers."""
    since, before = [0], [Fraction(0)]
    for tier in tiers[:-1]:
        edge = tier.up_to or 0
        before.append(before[-1] + tier.rate * (edge - since[-1]))
        since.append(edge)
    return Shape(tuple(tiers), tuple(since), tuple(before), cap)


def _flat(days: Fraction, shape: Shape) -> Fraction:
    return days * shape.tiers[0].rate


def _marginal(days: Fraction, shape: Shape) -> Fraction:
    at = shape.tier_at(days)
    return shape.before[at] + (days - shape.since[at]) * shape.tiers[at].rate


def _whole_stay(days: Fraction, shape: Shape) -> Fraction:
    return days * shape.tiers[shape.tier_at(days)].rate


def _capped(days: Fraction, shape: Shape) -> Fraction:
    return paid_days(days, shape) * shape.tiers[0].rate


def paid_days(days: Fraction, shape: Shape) -> Fraction:
    """The days that are paid of so many."""
    return days if shape.cap is None else min(days, shape.cap)


@dataclass(frozen=True, slots=True)
class Model:
    """``pay(days, shape)`` is what the first ``days`` days earn, exact: fen, or points when ``points``.

    ``tiers``: the rates may be tiered; ``capped``: days beyond the benchmark are not paid.
    """

    name: str
    label: str
    pay: Callable[[Fraction, Shape], Fraction]
    points: bool
    tiers: bool = False
    capped: bool = False


def _models(*, points: bool) -> list[Model]:
    """The four shapes, in money or in points; a name is given once and for ever."""
    flat, more, unit = ("points", "points_", "床日点数") if points else ("flat", "", "床日标准")
    return [
        Model(f"{flat}@1", f"{unit}×床日", _flat, points),
        Model(f"{more}marginal@1", f"{unit}分段，各段床日用各段标准", _marginal, points, tiers=True),
        Model(f"{more}whole_stay@1", f"{unit}分段，全部床日用最后一段标准", _whole_stay, points, tiers=True),
        Model(f"{more}capped@1", f"{unit}×床日，超过基准天数及允许比例的不付", _capped, points, capped=True),
    ]


#: Chosen category by category, in a table; hence no registry of one policy key.
MODELS = {model.name: model for points in (False, True) for model in _models(points=points)}
