"""How whole fen were handed out 最大余数法, told so that each hospital can check its own share alone.

Everybody's share is rounded down and the fen that are left go to the largest remainders. Whether a hospital
got one follows from a single public figure, the cut: a remainder at or above it got a fen. The cut is not
anybody's remainder (from a remainder the points behind it could be worked out) but the roundest number that
parts the two sides. It need not be believed: with the same cut for all and the funds adding up to the whole
fund, exactly the largest remainders can have been served.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason

CUT_MISSING = Reason(
    "CUT_MISSING", Kind.PRECONDITION, "余数恰在分界处，结算单没有写明先后（{value}），无法核对最后一分钱。"
)


class Tie(NamedTuple):
    """The last one served among equal remainders: by larger weight, then by smaller code. Where all weights
    together are below zero, weights stand with the other sign."""

    weight: int
    code: str


class Cut(NamedTuple):
    """A whole number of fen handed out by weights.

    ``of`` names what was handed out: empty for the pool, a level where each level has its own fund.
    """

    of: str
    total_fen: int
    #: Σ of all weights.
    weight: int
    at: int
    #: Whether a remainder that was not served equals the cut.
    tied: bool = False

    def share(self, weight: int, code: str, tie: Tie | None = None) -> int:
        """The share of one weight, whole fen.

        :raises Fault: CUT_MISSING when its remainder is the cut, others' too, and nobody said who is last.
        """
        total, own, whole = self.total_fen, weight, self.weight
        if whole < 0:
            own, whole = -own, -whole
        if whole == 0:
            return 0
        floor, rest = divmod(total * own, whole)
        if rest == self.at and self.tied:
            if tie is None:
                raise Fault(CUT_MISSING, field="tie", value=code)
            return floor + ((-own, code) <= (-tie.weight, tie.code))
        return floor + (rest >= self.at)

    def on_edge(self, weight: int) -> bool:
        """Whether the share of this weight depends on who is last among equals."""
        own, whole = (-weight, -self.weight) if self.weight < 0 else (weight, self.weight)
        return self.tied and whole > 0 and self.total_fen * own % whole == self.at


def cut_of(of: str, total: int, weights: Sequence[int], codes: Sequence[str]) -> tuple[Cut, Tie | None]:
    """The cut of a handing out, and the last one served where remainders tie across it.

    :param total: fen, not below zero; ``weights`` may be (points deducted), as ``largest_remainder`` has it.
    """
    whole = sum(weights)
    size = abs(whole)
    owns = [-weight for weight in weights] if whole < 0 else list(weights)
    if not total or not size:
        return Cut(of, total, whole, size), None
    rests = [total * own % size for own in owns]
    left = sum(rests) // size
    if not left:
        return Cut(of, total, whole, size), None
    order = sorted(range(len(owns)), key=lambda i: (-rests[i], -owns[i], codes[i]))
    last, next_one = order[left - 1], order[left]
    if rests[last] == rests[next_one]:
        return Cut(of, total, whole, rests[last], tied=True), Tie(owns[last], codes[last])
    return Cut(of, total, whole, roundest(rests[next_one], rests[last])), None


def roundest(above: int, up_to: int) -> int:
    """The number above one and up to another that ends in the most zeros; of several the largest."""
    unit = 1
    while up_to // (unit * 10) * (unit * 10) > above:
        unit *= 10
    return up_to // unit * unit
