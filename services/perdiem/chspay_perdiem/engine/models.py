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

from chspay_core.method_registry import Registry

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
    params: tuple[str, ...] = ()


MODELS = Registry[Model]("per_diem.categories")
for _points in (False, True):
    _of = ("points", "points_") if _points else ("flat", "")
    _more = (MEAN_CASE,) if _points else ()
    _unit = "床日点数" if _points else "床日标准"
    MODELS.add(Model(f"{_of[0]}@1", f"{_unit}×床日", _flat, _points, params=_more))
    MODELS.add(
        Model(f"{_of[1]}marginal@1", f"{_unit}分段，各段床日用各段标准", _marginal, _points, tiers=True,
              params=_more)
    )  # fmt: skip
    MODELS.add(
        Model(f"{_of[1]}whole_stay@1", f"{_unit}分段，全部床日用最后一段标准", _whole_stay, _points,
              tiers=True, params=_more)
    )  # fmt: skip
    MODELS.add(
        Model(f"{_of[1]}capped@1", f"{_unit}×床日，超过基准天数及允许比例的不付", _capped, _points,
              capped=True, params=(BENCHMARK, EXCESS, *_more))
    )  # fmt: skip
