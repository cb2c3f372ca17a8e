"""Audit of decisions and experts: who is reviewed a second time, and whose record ends his service; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chspay_dispute.engine.experts.stream import Stream
from chspay_dispute.engine.experts.terms import MEASURES, Limit


@dataclass(frozen=True, slots=True)
class Served:
    """One panel an expert served on: whether it was overturned later, he was late, he voted with the result.

    ``reviewed``: the decision was looked at again, by reconsideration or second review; only then can it
    have been overturned.
    """

    reviewed: bool
    overturned: bool
    late: bool
    agreed: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """The measures of an expert as exact counts: (times, of)."""

    overturned: tuple[int, int]
    late: tuple[int, int]
    disagreeing: tuple[int, int]


def quality(served: Sequence[Served]) -> Quality:
    """The measures of an expert."""
    reviewed = [one for one in served if one.reviewed]
    return Quality(
        (sum(one.overturned for one in reviewed), len(reviewed)),
        (sum(one.late for one in served), len(served)),
        (sum(not one.agreed for one in served), len(served)),
    )


def broken_limits(found: Quality, limits: Sequence[Limit]) -> list[str]:
    """Which limits an expert broke, in words; enough counts must stand behind each."""
    told = []
    for limit in limits:
        times, of = getattr(found, limit.measure)
        if of >= limit.least and Fraction(times, of) > limit.over:
            told.append(f"{MEASURES[limit.measure]}{times}/{of}，超过{limit.over}")
    return told


def second_reviews(decisions: Sequence[str], share: Fraction, stream: Stream) -> list[str]:
    """The decisions that are reviewed a second time: the share, rounded up, each equally likely.

    :param decisions: ids, whatever their order; the lot goes over them in alphabetical order.
    """
    rest = sorted(set(decisions))
    wanted = -(-len(rest) * share.numerator // share.denominator)
    return sorted(rest.pop(stream.below(len(rest))) for _ in range(wanted))
