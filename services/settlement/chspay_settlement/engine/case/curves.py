"""How a standard case is paid by a policy as its cost or its days grow, for ``chspay policy lint``.

The standard case lies in a stable group of mean cost 10,000 yuan, and the point value is the one at which
a case of mean cost is paid exactly its cost at coefficient 1. The pay itself comes from the same
:class:`Pricer` that settles; nothing of a method is repeated here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import MICRO, plain, ratio_half_up
from chspay_core.cliffs import MEAN_FEN, Curve
from chspay_core.measuring import Tier
from chspay_core.policy import Policy
from chspay_core.policy_reading import fraction
from chspay_core.worksheet import Worksheet
from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.case.terms import SETTLE_KEYS, Terms
from chspay_settlement.engine.coefficient.measure import CEILING, FLOOR
from chspay_settlement.engine.coefficient.source import (
    METHOD,
    Coefficients,
    GroupCoefficients,
    HospitalCoefficients,
    LevelCoefficients,
    TableCoefficients,
)
from chspay_settlement.engine.model import GROUPED, Group, GroupTable, PricedInput

#: A curve of cost ends at this multiple of the highest limit, one of days after this many days.
_BEYOND, _DAYS = 3, 400
_GROUP = "标准病组"


class OneFactor(Coefficients):
    """The same coefficient for everybody: a hospital that stands for others."""

    def __init__(self, policy: Policy, factor: Fraction) -> None:
        super().__init__(policy)
        self.factor = factor

    def _of(self, _hospital_code: str, _level: int | None, _drg: str) -> Fraction:
        return self.factor

    def _key(self, _hospital_code: str, _level: int | None, _drg: str) -> Hashable:
        return None

    def _write(self, sheet: Worksheet, _hospital_code: str, _level: int | None, _drg: str) -> None:
        sheet.rule("coefficient", "差异系数", _shown(self.factor), "ratio", rule=self.policy.rule(METHOD))


class Standing(NamedTuple):
    """A hospital whose pay is looked at: its level, its coefficient, and how a reader knows it."""

    level: int | None
    factor: Fraction
    label: str


def curves(policy: Policy) -> list[Curve]:
    """The curves of every outlier tier, kind of hospital and bed-day category of ``policy``.

    :raises Fault: whatever keeps the policy from settling at all.
    """
    terms = Terms.read(policy)
    found: list[Curve] = []
    for who in _standings(terms):
        found += [_of_cost(policy, tier, who) for tier in _distinct(terms.outlier.tiers, terms.scale)]
        found += [_of_days(policy, department, who) for department in sorted(terms.per_diem)]
    return found


def _standings(terms: Terms) -> list[Standing]:
    """Every level where levels matter; the lowest and highest coefficient a hospital or a guard rail has."""
    coefficients, graded = terms.coefficients, terms.edges.levels
    if isinstance(coefficients, LevelCoefficients):
        levels = sorted(set(coefficients.levels) & set(graded or coefficients.levels))
        return [_standing(level, coefficients.levels[level]) for level in levels]
    factors = [Fraction(1)]
    if isinstance(coefficients, HospitalCoefficients) and coefficients.hospitals:
        factors = [min(coefficients.hospitals.values()), max(coefficients.hospitals.values())]
    elif isinstance(coefficients, GroupCoefficients) and coefficients.rows:
        factors = [min(coefficients.rows.values()), max(coefficients.rows.values())]
    elif isinstance(coefficients, TableCoefficients):
        factors = [
            fraction(terms.policy, key) for key in (FLOOR, CEILING) if terms.policy.has(key)
        ] or factors
    levels_or_none: list[int | None] = [None] if graded is None else [*sorted(graded)]
    return [_standing(level, factor) for level in levels_or_none for factor in sorted(set(factors))]


def _standing(level: int | None, factor: Fraction) -> Standing:
    if level is None:
        return Standing(level, factor, "" if factor == 1 else f"系数{_shown(factor)}的医疗机构")
    return Standing(level, factor, f"{level}级医疗机构（系数{_shown(factor)}）")


def _distinct(tiers: tuple[Tier, ...], scale: Fraction) -> list[tuple[Tier, Fraction]]:
    """Each tier with base points that fall into it, those of a group of mean cost where it can."""
    found: list[tuple[Tier, Fraction]] = []
    reached = Fraction(0)
    for tier in tiers:
        inside = reached < scale and (tier.up_to is None or scale <= tier.up_to)
        base = scale if inside else tier.up_to or reached * 2
        found.append((tier, base))
        reached = tier.up_to or base
    return found


def _of_cost(policy: Policy, tier: tuple[Tier, Fraction], who: Standing) -> Curve:
    limit, base = tier
    pricer = Pricer(_table(policy, base, limit.text), policy, OneFactor(policy, who.factor))

    def case(cost: int) -> PricedInput:
        return PricedInput(_GROUP, "", who.level, _GROUP, GROUPED, "", 10, cost, 0)

    plan = pricer.plan(case(MEAN_FEN))
    turns = () if plan is None else tuple(band.top for band in plan.bands[:-1])
    return Curve(
        label="，".join(filter(None, (f"高倍率界限{limit.text}倍的病组", who.label))),
        unit="fen",
        start=1,
        stop=max([*turns, int(MEAN_FEN * max(limit.multiple, Fraction(1)))]) * _BEYOND,
        pay=_money(pricer, case),
        role=_role(pricer, case),
        plain=_key("normal"),
        turns=turns,
        grain=_grain(pricer),
    )


def _of_days(policy: Policy, department: str, who: Standing) -> Curve:
    pricer = Pricer(_table(policy, _scale(policy), "1"), policy, OneFactor(policy, who.factor))
    category = pricer.terms.per_diem[department].category

    def case(days: int) -> PricedInput:
        return PricedInput(_GROUP, "", who.level, "", GROUPED, department, days, MEAN_FEN, 0)

    label = "，".join(filter(None, (f"床日类别{category}", who.label)))
    return Curve(label, "days", 1, _DAYS, _money(pricer, case), _role(pricer, case), grain=_grain(pricer))


def _key(kind: str) -> str:
    """The policy key that chooses the method of a kind of case."""
    return next(key for known, key in SETTLE_KEYS.items() if known.value == kind)


def _scale(policy: Policy) -> Fraction:
    """Points of the mean case."""
    return Terms.read(policy).scale


def _per_point(pricer: Pricer) -> Fraction:
    return pricer.table.overall_mean / pricer.terms.scale


def _grain(pricer: Pricer) -> Fraction:
    """Fen that the last place of the points is worth."""
    return _per_point(pricer) * Fraction(1, 10**pricer.terms.places)


def _money(pricer: Pricer, case: Callable[[int], PricedInput]) -> Callable[[int], Fraction]:
    per_point = _per_point(pricer)

    def pay(quantity: int) -> Fraction:
        return Fraction(pricer.price(case(quantity)).points_micro, MICRO) * per_point

    return pay


def _role(pricer: Pricer, case: Callable[[int], PricedInput]) -> Callable[[int], str]:
    def role(quantity: int) -> str:
        return _key(pricer.price(case(quantity)).kind.value)

    return role


def _table(policy: Policy, base: Fraction, multiple: str) -> GroupTable:
    """A group of the standard mean with these base points, and the overall mean that gives them."""
    overall = MEAN_FEN * _scale(policy) / base
    group = Group(
        drg=_GROUP,
        cases=1,
        kept=1,
        trims=0,
        cost_sum_fen=MEAN_FEN,
        median_twice_fen=2 * MEAN_FEN,
        stable=True,
        cv_display="",
        base_micro=int(base * MICRO),
        high_multiple=multiple,
    )
    return GroupTable.of(overall.numerator, overall.denominator, [group])


def _shown(value: Fraction) -> str:
    return plain(ratio_half_up(value.numerator, value.denominator, 4))
