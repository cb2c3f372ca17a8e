"""How a standard case is paid by a policy as its cost or its days grow, for ``chspay policy lint``.

The standard case lies in a stable group of mean cost 10,000 yuan, and the point value is the one at which
a case of mean cost is paid exactly its cost at coefficient 1. The pay itself comes from the same
:class:`Pricer` that settles; nothing of a method is repeated here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from chspay_core.amounts import MICRO, plain, ratio_half_up
from chspay_core.cliffs import MEAN_FEN, Curve
from chspay_core.measuring import Tier
from chspay_core.policy import Policy
from chspay_settlement.engine.coefficient import LevelCoefficients
from chspay_settlement.engine.model import GROUPED, Group, GroupTable, PricedInput
from chspay_settlement.engine.points import Pricer
from chspay_settlement.engine.terms import SETTLE_KEYS, Terms

#: A curve of cost ends at this multiple of the highest limit, one of days after this many days.
_BEYOND, _DAYS = 3, 400
_GROUP = "标准病组"


def curves(policy: Policy) -> list[Curve]:
    """The curves of every outlier tier, hospital level and bed-day category of ``policy``.

    :raises Fault: whatever keeps the policy from settling at all.
    """
    terms = Terms.read(policy)
    coefficients = terms.coefficients
    levels: list[int | None] = [None]
    if isinstance(coefficients, LevelCoefficients):
        levels = [*sorted(coefficients.levels)]
    elif terms.edges.levels is not None:
        levels = [*sorted(terms.edges.levels)]
    found: list[Curve] = []
    for level in levels:
        who = "" if level is None else f"{level}级医疗机构（系数{_shown(coefficients.of('', level, ''))}）"
        found += [_of_cost(policy, tier, level, who) for tier in _distinct(terms.outlier.tiers)]
        found += [_of_days(policy, department, level, who) for department in sorted(terms.per_diem)]
    return found


def _distinct(tiers: tuple[Tier, ...]) -> list[tuple[Tier, Fraction]]:
    """Each tier with base points that fall into it."""
    found: list[tuple[Tier, Fraction]] = []
    reached = Fraction(0)
    for tier in tiers:
        base = reached + 1 if tier.up_to is None else tier.up_to
        found.append((tier, base))
        reached = base
    return found


def _of_cost(policy: Policy, tier: tuple[Tier, Fraction], level: int | None, who: str) -> Curve:
    limit, base = tier
    pricer = Pricer(_table(policy, base, limit.text), policy)

    def case(cost: int) -> PricedInput:
        return PricedInput(_GROUP, "", level, _GROUP, GROUPED, "", 10, cost, 0)

    plan = pricer.plan(case(MEAN_FEN))
    turns = () if plan is None else tuple(band.top for band in plan.bands[:-1])
    return Curve(
        label="，".join(filter(None, (f"高倍率界限{limit.text}倍的病组", who))),
        unit="fen",
        start=1,
        stop=max([*turns, int(MEAN_FEN * max(limit.multiple, Fraction(1)))]) * _BEYOND,
        pay=_money(pricer, case),
        role=_role(pricer, case),
        plain=_key("normal"),
        turns=turns,
    )


def _of_days(policy: Policy, department: str, level: int | None, who: str) -> Curve:
    pricer = Pricer(_table(policy, _scale(policy), "1"), policy)
    category = pricer.terms.per_diem[department].category

    def case(days: int) -> PricedInput:
        return PricedInput(_GROUP, "", level, "", GROUPED, department, days, MEAN_FEN, 0)

    label = "，".join(filter(None, (f"床日类别{category}", who)))
    return Curve(label, "days", 1, _DAYS, _money(pricer, case), _role(pricer, case))


def _key(kind: str) -> str:
    """The policy key that chooses the method of a kind of case."""
    return next(key for known, key in SETTLE_KEYS.items() if known.value == kind)


def _scale(policy: Policy) -> Fraction:
    """Points of the mean case."""
    return Terms.read(policy).scale


def _money(pricer: Pricer, case: Callable[[int], PricedInput]) -> Callable[[int], Fraction]:
    per_point = pricer.table.overall_mean / pricer.terms.scale

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
