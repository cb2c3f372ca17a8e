"""Intervals that cover what they say: from the errors a method has made before, adjusted as it goes on.

An interval at a level is as wide as the ``⌈level × (n + 1)⌉``-th smallest of the ``n`` relative errors known
so far. Were the errors exchangeable, it would cover at least that level by construction (split conformal
prediction). Series drift, so the level asked of the past is itself corrected after every error that becomes
known: down by a step when the interval held, up when it did not (adaptive conformal inference, Gibbs and
Candès 2021). Whatever the series does, the share of misses over ``T`` intervals then differs from what was
promised by at most ``(1 + 2 × step × delay) ÷ (step × T)``, as long as a width that is asked beyond all
known errors covers; for that, twice the largest known error is taken.

Errors are whole 10^-9 of the forecast; nothing is drawn at random and nothing is rounded but the errors.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

SCALE = 10**9
STEP = Fraction(1, 20)


@dataclass(frozen=True, slots=True)
class Width:
    """How wide the next interval is, in 10^-9 of the forecast, and how the ones before it did.

    ``errors`` are known; of ``tested`` earlier intervals, ``covered`` held.
    """

    width: int
    errors: int
    tested: int
    covered: int


def fewest(level: Fraction) -> int:
    """How many errors must be known before an interval at this level can be stated."""
    bound = level / (1 - level)
    return -(-bound.numerator // bound.denominator)


def error(actual: int, forecast: int) -> int:
    """The error of a forecast relative to it, in 10^-9, half up; ``forecast`` is above zero."""
    return (2 * abs(actual - forecast) * SCALE + forecast) // (2 * forecast)


def around(value: int, width: int) -> tuple[int, int]:
    """The interval around a forecast: rounded outward, never below zero."""
    low = value * (SCALE - width) // SCALE
    return max(low, 0), -(-value * (SCALE + width) // SCALE)


def next_width(errors: Sequence[int], delay: int, level: Fraction) -> Width | None:
    """The interval after a run of errors, each known ``delay`` steps after its forecast was made.

    :param errors: one per origin, in order; all of them known by now.
    :return: ``None`` while too few are known.
    """
    known: list[int] = []
    misses: list[bool | None] = []
    target = 1 - level
    asked = target
    tested = covered = 0
    for number, score in enumerate(errors):
        if number >= delay:
            asked = _known(known, errors[number - delay], misses[number - delay], asked, target)
        width = _width(known, asked, level)
        if width is None:
            misses.append(None)
            continue
        miss = score > width
        misses.append(miss)
        tested += 1
        covered += not miss
    for number in range(max(len(errors) - delay, 0), len(errors)):
        asked = _known(known, errors[number], misses[number], asked, target)
    width = _width(known, asked, level)
    return None if width is None else Width(width, len(known), tested, covered)


def _known(known: list[int], score: int, miss: bool | None, asked: Fraction, target: Fraction) -> Fraction:
    """One more error is known; the share of misses to be asked of the past from now on."""
    insort(known, score)
    return asked if miss is None else asked + STEP * (target - miss)


def _width(known: Sequence[int], asked: Fraction, level: Fraction) -> int | None:
    count = len(known)
    if count < fewest(level):
        return None
    place = (1 - asked) * (count + 1)
    rank = -(-place.numerator // place.denominator)
    if rank > count:
        return 2 * known[-1]
    return known[rank - 1] if rank > 0 else 0
