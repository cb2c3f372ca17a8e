"""Named methods of the cost deviation factor 费用偏差系数 of DIP: what a cost ratio does to a case's score.

Published variants only, for comparing rules; settlement prices cases with its own named methods.
``ratio`` is cost ÷ the standard the method names, ``factor`` the institution factor f; the answer
multiplies RW.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

_ONE, _TWO, _HALF, _FIVE = Fraction(1), Fraction(2), Fraction(1, 2), Fraction(5)


@dataclass(frozen=True, slots=True)
class Deviation:
    """``kind``: low, normal, high, or extreme; ``review``: the text sends the case to experts."""

    kind: str
    factor: Fraction
    review: bool = False


def national_1(ratio: Fraction, _: Fraction) -> Deviation:
    """DIP 1.0 技术规范: below 50 % the ratio, above twice ``ratio − 2 + 1``, above five times also experts.

    ``ratio`` is against the same-level mean, so the institution factor takes no part.
    """
    if ratio < _HALF:
        return Deviation("low", ratio)
    if ratio > _TWO:
        return Deviation("high", ratio - _TWO + _ONE, review=ratio > _FIVE)
    return Deviation("normal", _ONE)


def hubei(ratio: Fraction, factor: Fraction) -> Deviation:
    """Hubei cities: the limits of DIP 1.0 against mean × f."""
    own = ratio / factor
    if own < _HALF:
        return Deviation("low", own)
    return Deviation("high", own - _TWO + _ONE) if own > _TWO else Deviation("normal", _ONE)


def jining_2023(ratio: Fraction, factor: Fraction) -> Deviation:
    """济宁 2023: to 0.5 the ratio without f; above 2 to 5 ``ratio − 2 + f``; above 5 only f."""
    if ratio <= _HALF:
        return Deviation("low", ratio)
    if ratio <= _TWO:
        return Deviation("normal", factor)
    return Deviation("high", ratio - _TWO + factor) if ratio <= _FIVE else Deviation("extreme", factor)


def national_3_draft(ratio: Fraction, factor: Fraction) -> Deviation:
    """DIP 3.0 技术规范（征求意见稿）第五章: below half the standard ``f × ratio ÷ f``, i.e. paid at cost.

    ``ratio`` is cost ÷ (RW × point value), without f. Twice and above only flags the case for review.
    """
    if ratio < _HALF:
        return Deviation("low", factor * (ratio / factor))
    return Deviation("high", factor, review=True) if ratio >= _TWO else Deviation("normal", factor)


DEVIATIONS: Mapping[str, Callable[[Fraction, Fraction], Deviation]] = {
    "dip_1_0@1": national_1,
    "hubei@1": hubei,
    "jining_2023@1": jining_2023,
    "dip_3_0_draft@1": national_3_draft,
}
