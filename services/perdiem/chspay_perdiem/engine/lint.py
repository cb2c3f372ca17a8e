"""What a policy of bed-days does that its makers may not mean, and how a stay is paid day by day; pure.

Whole-stay tiers fall where a cheaper tier begins: one day more and the institution is paid less
(payment.md D: 480/380/300 a day, 30 days 14,400, 31 days 11,780). It is lawful, so it is told, not refused.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import divide_half_up, fen_to_yuan
from chspay_core.cliffs import Curve
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken
from chspay_perdiem.engine.models import Shape
from chspay_perdiem.engine.terms import CATEGORIES, Category, Terms, read_terms

#: A curve of days ends here.
_MOST = 400


class Finding(NamedTuple):
    """One thing a maker of rates should look at: stable code, category, scope, in words."""

    code: str
    category: str
    scope: str
    words: str


def check(policy: Policy) -> list[Finding]:
    """What is lawful and may hurt, by category and scope.

    :raises Fault: a policy that cannot price at all.
    """
    terms = read_terms(policy)
    found: list[Finding] = []
    for code, category in terms.categories.items():
        for scope in _scopes(terms, code):
            shape = _shape(terms, category, scope)
            found += _falls(terms, category, scope, shape)
            found += _rises(category, scope, shape)
    return found


def _scopes(terms: Terms, category: str) -> list[str]:
    return sorted(scope for known, scope in terms.rates if known == category)


def _shape(terms: Terms, category: Category, scope: str) -> Shape:
    kind, _, rest = scope.partition(":")
    hospital, level = (rest, None) if kind == "hospital" else ("", int(rest) if rest else None)
    found, used = terms.shape(category, hospital, level)
    if used != scope:
        raise broken(terms.policy, CATEGORIES, scope, "标准的适用范围查不到")
    return found


def _falls(terms: Terms, category: Category, scope: str, shape: Shape) -> list[Finding]:
    found = []
    for tier in shape.tiers[:-1]:
        days = Fraction(tier.up_to or 0)
        below, above = (category.model.pay(count, shape) for count in (days, days + 1))
        if above < below:
            words = (
                f"{category.name}{_whose(scope)}选用{category.model.name}：住院{tier.up_to}天计"
                f"{_worth(terms, category, below)}，多住一天只计{_worth(terms, category, above)}；"
                "如不是本意，请改用分段累计（marginal）"
            )
            found.append(Finding("PER_DIEM_PAYS_LESS_FOR_MORE", category.code, scope, words))
    return found


def _rises(category: Category, scope: str, shape: Shape) -> list[Finding]:
    rates = [tier.fen for tier in shape.tiers]
    if rates == sorted(rates, reverse=True):
        return []
    words = f"{category.name}{_whose(scope)}的每床日标准随天数升高，会鼓励延长住院，请核对"
    return [Finding("PER_DIEM_RATE_RISES", category.code, scope, words)]


def _whose(scope: str) -> str:
    kind, _, rest = scope.partition(":")
    return {"level": f"（{rest}级医疗机构）", "hospital": f"（医疗机构{rest}）"}.get(kind, "")


def _worth(terms: Terms, category: Category, exact: Fraction) -> str:
    """Money, or points as the money of the mean case they stand for."""
    fen = exact / terms.scale * terms.mean_case_fen if category.model.points else exact
    return f"{fen_to_yuan(divide_half_up(fen.numerator, fen.denominator))}元"


def curves(policy: Policy) -> list[Curve]:
    """How a stay of each category and scope is paid by its days, in fen; none where nothing is ruled.

    :raises Fault: a policy that cannot price at all.
    """
    if not policy.has(CATEGORIES):
        return []
    terms = read_terms(policy)
    found = []
    for code, category in terms.categories.items():
        for scope in _scopes(terms, code):
            found.append(_curve(terms, category, scope))
    return found


def _curve(terms: Terms, category: Category, scope: str) -> Curve:
    shape = _shape(terms, category, scope)
    unit = terms.mean_case_fen / terms.scale if category.model.points else Fraction(1)
    turns = tuple(tier.up_to for tier in shape.tiers if tier.up_to is not None)

    def pay(days: int) -> Fraction:
        return category.model.pay(Fraction(days), shape) * unit

    label = f"床日类别{category.name}{_whose(scope)}（{category.model.name}）"
    return Curve(label, "days", 1, max([_MOST, *turns]) + 1, pay, lambda _days: CATEGORIES, turns=turns)
