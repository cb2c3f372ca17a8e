"""The lineage of a group's measured figures: which cases it was measured from, and which were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from chspay_core.amounts import fen_to_yuan, ratio_half_up
from chspay_core.measuring import STABILITY
from chspay_core.statistics import Kept, trim_until_stable
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
from chspay_settlement.engine.model import Group

SQUARES = "group_squares"
#: Sums over the cases of a group -> (line of a case, only those kept).
SUMS = {
    "group_all_cases": ("measured_cases", False),
    "group_cases": ("measured_cases", True),
    "group_cost": ("measured_cost", True),
    SQUARES: ("cost_squared", True),
}
_FEN = 100


@dataclass(frozen=True, slots=True)
class GroupLines:
    """Opens the figures of a group. ``costs`` are all it was measured from, fen, lowest first."""

    facts: MonthFacts
    terms: Terms
    group: Group
    costs: Sequence[int]
    page: Page

    def ref(self, item: str) -> str:
        """The name of a figure."""
        return refs.ref(refs.RUN, self.facts.run_id, refs.GROUP, self.group.drg, item=item).text

    def kept(self) -> Kept:
        """What trimming left of the costs: the same as when the group was measured."""
        overall = self.facts.table.overall_mean

        def limits(kept: Sequence[int], total: int) -> tuple[int, int]:
            return self.terms.outlier.limits_around(total, len(kept), overall, self.terms)

        return trim_until_stable(self.costs, limits, self.terms.stable)

    def span(self, item: str) -> tuple[int, int]:
        """Which of the cases, by cost, a sum adds up: first place and place after the last."""
        if not SUMS[item][1]:
            return 0, len(self.costs)
        kept = self.kept()
        return kept.start, kept.stop

    def shown(self, item: str) -> tuple[int, int]:
        """Which of the cases stand on the page that was asked for."""
        start, stop = self.span(item)
        first = min(start + self.page.start, stop)
        return first, min(first + self.page.size, stop)

    def sum(self, item: str, cases: Sequence[tuple[str, str, int]]) -> Node:
        """A sum over cases of the group.

        :param cases: hospital, case and cost of those on the page, in order of cost.
        """
        start, stop = self.span(item)
        first, last = self.shown(item)
        node = self.unopened(item)
        children = [self._case(item, *case) for case in cases]
        before = self._rest(node, item, start, first, "before", self.page.token(self._previous()))
        after = self._rest(node, item, last, stop, "after", self.page.token(self.page.start + self.page.size))
        return summed(node, *children, *(rest for rest in (before, after) if rest is not None))

    def _previous(self) -> int:
        return max(0, self.page.start - self.page.size)

    def unopened(self, item: str) -> Node:
        """A figure of the group by its name, as it is stored."""
        group, drg = self.group, self.group.drg
        if item == "group_cost":
            return money(self.ref(item), f"病组{drg}总费用（裁剪后）", group.cost_sum_fen, name=item)
        if item == SQUARES:
            squares = Fraction(self.kept().squares, _FEN * _FEN)
            return Node(
                self.ref(item), f"病组{drg}费用的平方和（裁剪后）", plain_text(squares), "yuan²",
                NodeKind.LINE, item, more=True,
            )  # fmt: skip
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
        places = f"按费用由低到高第{(len(self.costs) - 1) // 2 + 1}、{len(self.costs) // 2 + 1}例"
        node = replace(self.stated("median"), note=places)
        low, high = self._case("group_cost", *cases[0]), self._case("group_cost", *cases[-1])
        return opened(node, "(lower + upper) ÷ 2", low.named("lower"), high.named("upper"))

    def middle(self) -> tuple[int, int]:
        """The places of the middle costs: first, and after the last."""
        return (len(self.costs) - 1) // 2, len(self.costs) // 2 + 1

    def _case(self, item: str, hospital_code: str, case_id: str, cost_fen: int) -> Node:
        own = SUMS[item][0]
        ref = self.facts.to("case", hospital_code, case_id, item=own)
        label = f"{hospital_code} 病例{case_id}"
        if own == "measured_cost":
            return money(ref, label, cost_fen, name=own)
        if own == "measured_cases":
            return count(ref, label, 1, name=own, unit="cases")
        return exact(ref, label, Fraction(cost_fen, _FEN) ** 2, "yuan²", name=own)

    def _rest(
        self, node: Node, item: str, first: int, last: int, name: str, page_token: str
    ) -> Node | None:  # fmt: skip
        """The part of a sum that stands before or after the page."""
        if first >= last:
            return None
        costs = self.costs[first:last]
        own = SUMS[item][0]
        if own == "measured_cost":
            value = fen_to_yuan(sum(costs))
        elif own == "measured_cases":
            value = str(len(costs))
        else:
            value = plain_text(Fraction(sum(cost * cost for cost in costs), _FEN * _FEN))
        label = f"{'前' if name == 'before' else '后'}面各页合计（{len(costs)}例）"
        return Node(node.ref, label, value, node.unit, NodeKind.REST, name, page_token=page_token)
