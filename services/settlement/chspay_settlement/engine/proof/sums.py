"""The figures a Merkle-sum tree adds up: every one a whole number from zero to 2⁶³ − 1, at every node.

What can be below zero is kept as two figures: points and points deducted, fund and money owed. So no node
can be made smaller by hiding a negative one under it, and no sum can turn over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from operator import add
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason

SUMS_REFUSED = Reason(
    "PROOF_SUMS_REFUSED",
    Kind.INVALID,
    "总额证明中的“{field}”为{value}，应为零至2的63次方减一的整数，证明不成立。",
)
MOST = (1 << 63) - 1
_PACKED = struct.Struct(">7Q")


class Sums(NamedTuple):
    """What a leaf counts and a node adds up; money in fen, points in millionths."""

    cases: int = 0
    points_micro: int = 0
    #: Points deducted for violations.
    points_off_micro: int = 0
    cost_fen: int = 0
    patient_fen: int = 0
    fund_fen: int = 0
    #: What hospitals owe: funds below zero.
    owed_fen: int = 0

    @property
    def points_net_micro(self) -> int:
        """Points less points deducted: the denominator of the point value."""
        return self.points_micro - self.points_off_micro

    @property
    def fund_net_fen(self) -> int:
        """Funds less money owed: what the fund pays."""
        return self.fund_fen - self.owed_fen

    def checked(self) -> Sums:
        """The same figures.

        :raises Fault: PROOF_SUMS_REFUSED when one is negative or too large.
        """
        if min(self) < 0 or max(self) > MOST:
            wrong = next(n for n, v in zip(self._fields, self, strict=True) if not 0 <= v <= MOST)
            raise Fault(SUMS_REFUSED, field=wrong, value=getattr(self, wrong))
        return self

    def plus(self, other: Sums) -> Sums:
        """Both together.

        :raises Fault: PROOF_SUMS_REFUSED.
        """
        return Sums._make(map(add, self, other)).checked()

    def packed(self) -> bytes:
        """Seven unsigned numbers of 64 bits, big end first: how a node hash takes them in."""
        return _PACKED.pack(*self)


def sums_of_case(points_micro: int, cost_fen: int, patient_fen: int, fund_fen: int) -> Sums:
    """The figures of one case that earns points (or loses some).

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    return Sums(
        1, max(points_micro, 0), max(-points_micro, 0), cost_fen, patient_fen, max(fund_fen, 0),
        max(-fund_fen, 0),
    ).checked()  # fmt: skip


def total(parts: Iterable[Sums]) -> Sums:
    """All together; nothing at all is zero.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    columns = list(zip(*parts, strict=True))
    return Sums(*map(sum, columns)).checked() if columns else Sums()
