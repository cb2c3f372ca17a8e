"""Figures of a pool and its hospitals as unopened nodes, in the unit their columns tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from chspay_settlement.engine.lineage.handout import Handout, Party, Words, last_served
from chspay_settlement.engine.lineage.node import Node, count, money, points
from chspay_settlement.engine.model import HospitalAmount

#: Sums over the hospitals of a pool: item -> (label, column).
POOL_SUMS = {
    "points": ("全部点数", "points_micro"),
    "patient": ("全部病例个人负担", "patient_fen"),
    "cost": ("全部病例总费用", "cost_fen"),
    "cases": ("计点病例数", "cases"),
    "paid": ("各医疗机构基金合计", "fund_fen"),
    "total": ("各医疗机构结算总额", "total_fen"),
}
OF_HOSPITAL = {"paid": "fund"}


def amount_node(ref: str, item: str, amount: HospitalAmount, label: str = "") -> Node:
    """An unopened total of a hospital."""
    column = POOL_SUMS[item][1]
    return figure(ref, label or POOL_SUMS[item][0], column, getattr(amount, column), item)


def figure(ref: str, label: str, column: str, value: int, name: str) -> Node:
    """An unopened figure in the unit its column tells."""
    if column.endswith("_fen"):
        return money(ref, label, value, name=name)
    if column.endswith("_micro"):
        return points(ref, label, value, name=name)
    return count(ref, label, value, name=name, unit="cases")


class Sight(Protocol):
    """Whether an asker may see everything."""

    @property
    def everything(self) -> bool: ...


def handout_of(
    words: Words,
    source: Node,
    parties: Sequence[Party],
    own: Callable[[str, str], str],
    whole: Callable[[str], str],
    facts: Sight,
) -> Handout:
    """A hand-out of a sum of zero or more to parties that are all at hand."""
    floors = sum(int(party.exact * 100 // 1) for party in parties)
    left = sum(party.share_fen for party in parties) - floors
    return Handout(words, source, left, floors, last_served(parties), own, whole, facts.everything)
