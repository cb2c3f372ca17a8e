"""The lineage of a group's measured figures: which cases it was measured from, and which were kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import fen_to_yuan, ratio_half_up
from chspay_core.measuring import STABILITY
from chspay_core.statistics import MAX_TRIMS
from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.lineage import ref as refs
from chspay_settlement.engine.lineage.facts import MonthFacts, Page, plain_text
from chspay_settlement.engine.lineage.node import (
    RATIO,
    Node,
    NodeKind,
    cite_of,
    count,
    exact,
    given,
    money,
    opened,
    summed,
)
from chspay_settlement.engine.model import Group, GroupSums, GroupTable

SQUARES = "group_squares"
#: Sums over the cases of a group -> (line of a case, only those kept).
SUMS = {
    "group_all_cases": ("measured_cases", False),
    "group_cases": ("measured_cases", True),
    "group_cost": ("measured_cost", True),
    SQUARES: ("cost_squared", True),
}
_FEN = 100


class Sums(NamedTuple):
    """Some costs added up: how many, their sum and the sum of their squares, fen."""

    n: int
    total: int
    squares: int


class Span(NamedTuple):
    """The costs a group kept: those above ``low`` fen, before which ``start`` stand in order of cost.

    ``below_middle`` cost less than ``middle`` fen, and the middle of all is not among them.
    """

    low: int
    start: int
    kept: Sums
    middle: int = 0
    below_middle: int = 0


#: Above any cost.
_NEVER = 2**62
#: Adds up the costs of a group at or below one limit, and at or above another.
Tails = Callable[[int, int], Awaitable[tuple[Sums, Sums]]]


async def kept_of(whole: Sums, table: GroupTable, terms: Terms, tails: Tails) -> Span:
    """What trimming keeps of a group, from its sums and those of its ends: the same as when it was measured
    (:func:`chspay_core.statistics.trim_until_stable`), without looking at the costs in between."""
    low, high, start, kept, trims, found = -1, _NEVER, 0, whole, 0, False
    while not found and trims < MAX_TRIMS and kept.n:
        low_top, high_from = terms.outlier.limits_around(kept.total, kept.n, table.overall_mean, terms)
        low, high = max(low, low_top), min(high, high_from)
        below, above = await tails(low, high)
        start = below.n
        kept = Sums(*(w - b - a for w, b, a in zip(whole, below, above, strict=True)))
        trims += 1
        found = terms.stable(*kept)
    return Span(low, start, kept)


def stored_sums(stored: GroupSums) -> tuple[Sums, Span]:
    """All costs of a group, and what it kept, as they came out when it was measured."""
    kept = Sums(stored.kept, stored.kept_fen, stored.kept_squares)
    span = Span(stored.kept_above_fen, stored.kept_start, kept, stored.middle_fen, stored.below_middle)
    return Sums(stored.cases, stored.total_fen, stored.squares), span


@dataclass(frozen=True, slots=True)
class GroupLines:
    """Opens the figures of a group. ``whole`` are all costs it was measured from, ``span`` those it kept."""

    facts: MonthFacts
    terms: Terms
    group: Group
    whole: Sums
    span: Span
    page: Page

    def ref(self, item: str) -> str:
        """The name of a figure."""
        return refs.ref(refs.RUN, self.facts.run_id, refs.GROUP, self.group.drg, item=item).text

    def over(self, item: str) -> tuple[int, Sums]:
        """Which of the cases, by cost, a sum adds up: the place of the first, and what they add up to."""
        return (self.span.start, self.span.kept) if SUMS[item][1] else (0, self.whole)

    def shown(self, item: str) -> tuple[int, int]:
        """Which of the cases stand on the page that was asked for: first place, and place after the last."""
        start, sums = self.over(item)
        first = min(start + self.page.start, start + sums.n)
        return first, min(first + self.page.size, start + sums.n)

    def sum(self, item: str, cases: Sequence[tuple[str, str, int]], before: Sums) -> Node:
        """A sum over cases of the group.

        :param cases: hospital, case and cost of those on the page, in order of cost.
        :param before: what the cases of earlier pages add up to.
        """
        node = self.unopened(item)
        costs = [cost for _, _, cost in cases]
        own = Sums(len(costs), sum(costs), sum(cost * cost for cost in costs))
        after = Sums(*(w - b - o for w, b, o in zip(self.over(item)[1], before, own, strict=True)))
        size, place = self.page.size, self.page.start
        rests = (
            self._rest(node, item, before, "before", self.page.token(max(0, place - size))),
            self._rest(node, item, after, "after", self.page.token(place + size)),
        )
        children = [self._case(item, *case) for case in cases]
        return summed(node, *children, *(rest for rest in rests if rest is not None))

    def unopened(self, item: str) -> Node:
        """A figure of the group by its name, as it is stored."""
        group, drg = self.group, self.group.drg
        if item == "group_cost":
            return money(self.ref(item), f"病组{drg}总费用（裁剪后）", group.cost_sum_fen, name=item)
        if item == SQUARES:
            squares = plain_text(Fraction(self.span.kept.squares, _FEN * _FEN))
            label = f"病组{drg}费用的平方和（裁剪后）"
            return Node(self.ref(item), label, squares, "yuan²", NodeKind.LINE, item, more=True)
        number = group.cases if item == "group_all_cases" else group.kept
        label = f"病组{drg}病例数（裁剪{'前' if item == 'group_all_cases' else '后'}）"
        return count(self.ref(item), label, number, name=item, unit="cases")

    def stated(self, item: str) -> Node:
        """Coefficient of variation or median as the group table says them."""
        group = self.group
        if item == "cv":
            label, value, unit = "变异系数（裁剪后）", group.cv_display or "无法计算", RATIO
        else:
            value = format(ratio_half_up(group.median_twice_fen, 2 * _FEN, 3), "f")
            label, unit = "费用中位数", "yuan"
        return Node(
            self.ref(item), f"病组{group.drg}{label}", value, unit, NodeKind.LINE, item, more=True
        )  # fmt: skip

    def cv(self) -> Node:
        """The coefficient of variation with 4 places; whether it is small enough is decided exactly."""
        policy, group = self.facts.policy, self.group
        node = self.stated("cv")
        if not group.cv_display:
            return given(node, self.facts.table_source, "保留的病例太少，变异系数没有定义")
        formula = f"cv_{'sample' if self.terms.sample else 'population'}(group_cases, group_cost, {SQUARES})"
        inputs = [self.unopened(item) for item in ("group_cases", "group_cost", SQUARES)]
        return opened(node, formula, *inputs, rule=cite_of(policy, STABILITY.key))

    def median(self, cases: Sequence[tuple[str, str, int]]) -> Node:
        """The median of all costs: the middle one, or half of the two in the middle.

        :param cases: those in the middle, in order of cost.
        """
        places = f"按费用由低到高第{(self.whole.n - 1) // 2 + 1}、{self.whole.n // 2 + 1}例"
        node = replace(self.stated("median"), note=places)
        low, high = self._case("group_cost", *cases[0]), self._case("group_cost", *cases[-1])
        return opened(node, "(lower + upper) ÷ 2", low.named("lower"), high.named("upper"))

    def middle(self) -> tuple[int, int]:
        """The places of the middle costs: first, and after the last."""
        return (self.whole.n - 1) // 2, self.whole.n // 2 + 1

    def _case(self, item: str, hospital_code: str, case_id: str, cost_fen: int) -> Node:
        own = SUMS[item][0]
        ref = self.facts.to("case", hospital_code, case_id, item=own)
        label = f"{hospital_code} 病例{case_id}"
        if own == "measured_cost":
            return money(ref, label, cost_fen, name=own)
        if own == "measured_cases":
            return count(ref, label, 1, name=own, unit="cases")
        return exact(ref, label, Fraction(cost_fen, _FEN) ** 2, "yuan²", name=own)

    def _rest(self, node: Node, item: str, sums: Sums, name: str, page_token: str) -> Node | None:
        """The part of a sum that stands before or after the page."""
        if not sums.n:
            return None
        own = SUMS[item][0]
        if own == "measured_cost":
            value = fen_to_yuan(sums.total)
        elif own == "measured_cases":
            value = str(sums.n)
        else:
            value = plain_text(Fraction(sums.squares, _FEN * _FEN))
        label = f"{'前' if name == 'before' else '后'}面各页合计（{sums.n}例）"
        return Node(node.ref, label, value, node.unit, NodeKind.REST, name, page_token=page_token)
