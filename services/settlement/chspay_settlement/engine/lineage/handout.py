"""Whole fen handed out by largest remainder, as lineage: every fen has a figure that decided who got it.

A share is what one would get, rounded down to whole fen, plus one fen for those the rest went to. Who they
are is proven without listing all: the last one served is named, it is shown that as many stand at or before
it as there were fen left, and everybody can compare the own remainder with that of the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import NamedTuple

from chspay_settlement.engine.lineage.node import (
    Node,
    NodeKind,
    Source,
    count,
    exact,
    money,
    opened,
    text,
)

_NOT_OPEN = "尾差给谁由各方的余数大小决定，其他机构的数据不向本机构公开"


class Party(NamedTuple):
    """One that takes part in a hand-out: what it would get exactly (yuan), its weight, what it got (fen)."""

    key: str
    exact: Fraction
    weight: Fraction
    share_fen: int


@dataclass(frozen=True, slots=True)
class Words:
    """What the lines of a hand-out are called, and where the key of a party stands."""

    share: str
    exact: str
    weight: str
    weight_unit: str
    key: str
    source: Source


@dataclass(frozen=True, slots=True)
class Handout:
    """A sum handed out to parties; opens every line of it.

    ``left`` fen remained after rounding down to ``floors_fen``; ``last`` was served last. ``own`` and
    ``whole`` name a line of a party and of the sum. ``owed`` tells that the sum is below zero, ``turned``
    that the weights add up to less than zero, so that the smallest counts as the largest. ``everything``
    tells whether the asker may see other parties.
    """

    words: Words
    money: Node
    left: int
    floors_fen: int
    last: Party | None
    own: Callable[[str, str], str]
    whole: Callable[[str], str]
    everything: bool = True
    owed: bool = False
    turned: bool = False

    def floor_fen(self, party: Party) -> int:
        """The exact share without the part below a fen."""
        fen = party.exact * 100
        return -floor(-fen) if self.owed else floor(fen)

    def share(self, party: Party) -> Node:
        """What the party got: rounded down, and a fen of the rest."""
        node = money(self.own(party.key, "share"), self.words.share, party.share_fen, name="share")
        formula = "floor − 0.01 × served" if self.owed else "floor + 0.01 × served"
        return opened(node, formula, self._floor(party), self._served(party))

    def floor(self, party: Party, exact_node: Node) -> Node:
        """The exact share rounded down."""
        formula = "0 − fen_floor(0 − exact)" if self.owed else "fen_floor(exact)"
        return opened(self._floor(party), formula, exact_node.named("exact"))

    def rest(self, party: Party, exact_node: Node) -> Node:
        """What rounding down cut off."""
        formula = "floor − exact" if self.owed else "exact − floor"
        return opened(self._rest(party), formula, exact_node.named("exact"), self._floor(party))

    def served(self, party: Party, weight: Node) -> Node:
        """Whether the party got a fen of the rest."""
        node, last = self._served(party), self.last
        if node.kind is NodeKind.PUBLIC:
            return node
        if last is None:
            return opened(node, "0 × left", self._left())
        sign = "0 − " if self.turned else ""
        formula = f"served(rest, {sign}weight, key, last_rest, {sign}last_weight, last_key)"
        return opened(
            node,
            formula,
            self._rest(party),
            weight.named("weight"),
            self._key(party),
            self._rest(last).named("last_rest"),
            exact(self.own(last.key, "weight"), self.words.weight, last.weight, self.words.weight_unit,
                  name="last_weight"),
            self._last().named("last_key"),
        )  # fmt: skip

    def opened_left(self) -> Node:
        """How many fen rounding down left over."""
        formula = "(floors − money) ÷ 0.01" if self.owed else "(money − floors) ÷ 0.01"
        return opened(self._left(), formula, self.money.named("money"), self.floors())

    def opened_last(self) -> Node:
        """Who was served last: as many stand at or before it as there were fen."""
        return opened(self._last(), "left = served", self._left(), self.all_served())

    def floors(self) -> Node:
        """All shares rounded down, unopened."""
        return money(self.whole("floors"), "各份舍去不足一分后的合计", self.floors_fen, name="floors")

    def all_served(self) -> Node:
        """How many got a fen, unopened."""
        return count(self.whole("served"), "分得一分尾差的个数", self.left, name="served")

    def _floor(self, party: Party) -> Node:
        label = f"{self.words.exact}（舍去不足一分）"
        return money(self.own(party.key, "floor"), label, self.floor_fen(party), name="floor")

    def _rest(self, party: Party) -> Node:
        value = abs(party.exact - Fraction(self.floor_fen(party), 100))
        return exact(self.own(party.key, "rest"), "不足一分的部分", value, "yuan", name="rest")

    def _served(self, party: Party) -> Node:
        got = abs(party.share_fen - self.floor_fen(party))
        node = count(self.own(party.key, "served"), "分得的尾差（分）", got, name="served")
        return node if self.everything else node.closed(_NOT_OPEN)

    def _left(self) -> Node:
        return count(self.whole("left"), "舍去后剩余的分数", self.left, name="left")

    def _last(self) -> Node:
        key = "" if self.last is None else self.last.key
        return text(self.whole("last"), f"最后一个分得尾差的{self.words.key}", key, name="last")

    def _key(self, party: Party) -> Node:
        words = self.words
        return Node(
            "", words.key, party.key, "text", NodeKind.INPUT, "key", source=words.source,
        )  # fmt: skip


def last_served(parties: Iterable[Party], *, owed: bool = False, turned: bool = False) -> Party | None:
    """The last of those that got a fen of the rest: remainder, then weight, then key decide."""

    def order(party: Party) -> tuple[Fraction, Fraction, str]:
        return (
            -abs(party.exact - Fraction(_floor(party, owed), 100)),
            (party.weight if turned else -party.weight),
            party.key,
        )

    served = [party for party in parties if party.share_fen != _floor(party, owed)]
    return max(served, key=order) if served else None


def _floor(party: Party, owed: bool) -> int:
    fen = party.exact * 100
    return -floor(-fen) if owed else floor(fen)
