"""Commitment, seed and the stream of numbers a draw is made from; everything is SM3 over lines of text.

Written so that a person with ``openssl dgst -sm3`` and a pencil can follow it: no float, no library's random
numbers, no hidden state.

* commitment = SM3("chspay-commitment-1\\n" secret "\\n"), published before anything else is known;
* seed = SM3("chspay-seed-1\\n" beacon "\\n" batch digest "\\n" secret "\\n");
* block number i of a draw = SM3("chspay-block-1\\n" seed "\\n" draw id "\\n" i "\\n"), i = 0, 1, 2 …

A number below n is the first b bits of a block, b the bits of n − 1; a block that gives n or more is passed
over, so that every number is equally likely, exactly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import lcm

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason

SECRET_BAD = Reason("DRAW_SECRET_BAD", Kind.INVALID, "抽取密值应为64位小写十六进制数字。")
BEACON_BAD = Reason(
    "DRAW_BEACON_BAD", Kind.INVALID, "公开信标的值不能为空，不能有换行或首尾空格，最长200字，收到“{value}”。"
)
_SECRET = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_BITS = 256
#: Recent panels that lower the weight further; lcm(1 … 100) has 136 bits.
COUNTED = 99


def check_secret(secret: str) -> str:
    """The secret, when it has the one allowed form.

    :raises Fault: DRAW_SECRET_BAD.
    """
    if not _SECRET.match(secret):
        raise Fault(SECRET_BAD, field="secret")
    return secret


def check_beacon(beacon: str) -> str:
    """The value of a public beacon, one line of text as its publisher wrote it.

    :raises Fault: DRAW_BEACON_BAD.
    """
    if not 0 < len(beacon) <= 200 or beacon != beacon.strip() or not beacon.isprintable():
        raise Fault(BEACON_BAD, field="beacon", value=beacon)
    return beacon


def commitment(secret: str) -> str:
    """What is published of the secret before the batch closes."""
    return _of("chspay-commitment-1", check_secret(secret))


def seed(beacon: str, batch_digest: str, secret: str) -> str:
    """The seed of every draw of a batch."""
    return _of("chspay-seed-1", check_beacon(beacon), batch_digest, check_secret(secret))


def _of(*lines: str) -> str:
    return sm3_hex("".join(f"{line}\n" for line in lines).encode())


class Stream:
    """The numbers of one draw, one after the other."""

    def __init__(self, seed_: str, draw_id: str) -> None:
        self._seed = seed_
        self._draw_id = draw_id
        self.blocks = 0

    def below(self, limit: int) -> int:
        """The next number of 0 … limit − 1, each equally likely.

        :param limit: at least 1 and at most 2**256.
        """
        if not 0 < limit <= 1 << _BITS:
            raise ValueError(f"no number below {limit}")
        bits = (limit - 1).bit_length()
        while True:
            block = _of("chspay-block-1", self._seed, self._draw_id, str(self.blocks))
            self.blocks += 1
            number = int(block, 16) >> (_BITS - bits)
            if number < limit:
                return number

    def pick(self, recent: Sequence[int]) -> int:
        """Which of several is drawn, each with weight 1/(1 + recent): a place in the sequence.

        The weights are brought to whole numbers by their least common multiple; nothing is rounded. More
        than :data:`COUNTED` count as so many, which keeps the sum below the size of a block.
        """
        loads = [1 + min(count, COUNTED) for count in recent]
        whole = lcm(*loads)
        weights = [whole // load for load in loads]
        rest = self.below(sum(weights))
        for place, weight in enumerate(weights):
            rest -= weight
            if rest < 0:
                return place
        raise AssertionError("the number lies below the sum of the weights")
