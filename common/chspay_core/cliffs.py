"""Where a rule pays by a step: one fen more of cost, or one day more, moves the pay by a jump.

An engine says how one standard case is paid as its cost or its days grow (:class:`Curve`); :func:`find`
looks the curve up and down and gives every step with the money just below and just above it. Nothing has
to be declared by a method, so a new method cannot forget to.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

#: The standard case lies in a group of this mean cost, fen.
MEAN_FEN = 1_000_000


@dataclass(frozen=True, slots=True)
class Curve:
    """How one standard case is paid as one whole quantity grows.

    ``unit`` is ``fen`` (of cost) or ``days``. ``pay`` gives fen, exact, for every whole quantity of
    ``start`` to ``stop``; ``role`` the policy key whose method pays there. ``plain`` is the key of the
    ordinary case, which is never named as the cause of a step while another one takes part. ``turns`` are
    quantities at which the rule changes, where they are known: steps closer together than the paces of
    the search are then found too. ``grain`` is what rounding may move the pay by, fen; steps of a few
    grains are none.
    """

    label: str
    unit: str
    start: int
    stop: int
    pay: Callable[[int], Fraction]
    role: Callable[[int], str]
    plain: str = ""
    turns: tuple[int, ...] = ()
    grain: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cliff:
    """A step of a curve: ``below`` fen are paid at ``threshold``, ``above`` fen at one unit more."""

    curve: Curve
    threshold: int
    below: Fraction
    above: Fraction

    @property
    def jump(self) -> Fraction:
        """What the one unit more brings, fen; negative when more cost or more days pay less."""
        return self.above - self.below

    @property
    def key(self) -> str:
        """The policy key whose method makes the step."""
        roles = [self.curve.role(self.threshold), self.curve.role(self.threshold + 1)]
        return next((role for role in reversed(roles) if role != self.curve.plain), roles[0])


#: Paces a curve is looked at in, before it is halved where it bends.
_PACES = 400
#: Steps of fewer grains are rounding.
_GRAINS = 4


def find(curve: Curve, least: Fraction) -> list[Cliff]:
    """Every step of at least ``least`` fen, from the smallest quantity to the largest.

    A stretch whose middle lies on the straight line between its ends is passed over; any other is halved,
    down to one unit. There a step is a change that stands out from those of both neighbours by ``least``:
    a mere change of slope does not.
    """
    least = max(least, curve.grain * _GRAINS)
    width = max(1, (curve.stop - curve.start) // _PACES)
    edges = {*range(curve.start, curve.stop, width), curve.stop}
    for turn in curve.turns:
        edges |= {at for at in (turn - 1, turn, turn + 1) if curve.start <= at <= curve.stop}
    paid: dict[int, Fraction] = {}

    def pay(at: int) -> Fraction:
        if at not in paid:
            paid[at] = curve.pay(at)
        return paid[at]

    found: list[Cliff] = []
    ordered = sorted(edges)
    pending = list(reversed(list(itertools.pairwise(ordered))))
    while pending:
        low, high = pending.pop()
        if high - low == 1:
            if _stands_out(curve, pay, low, least):
                found.append(Cliff(curve, low, pay(low), pay(high)))
            continue
        middle = (low + high) // 2
        straight = pay(low) + (pay(high) - pay(low)) * (middle - low) / (high - low)
        if abs(pay(middle) - straight) * 4 > least:
            pending += [(middle, high), (low, middle)]
    return found


def _stands_out(curve: Curve, pay: Callable[[int], Fraction], at: int, least: Fraction) -> bool:
    change = pay(at + 1) - pay(at)
    beside = [pay(other + 1) - pay(other) for other in (at - 1, at + 1) if curve.start <= other < curve.stop]
    return bool(beside) and (change >= max(beside) + least or change <= min(beside) - least)
