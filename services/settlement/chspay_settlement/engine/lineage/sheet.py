"""A worksheet as lineage: every line a node that opens to the lines it was made of.

A worksheet shows a mean with 4 places and uses it exactly; here the exact figure is worked out from the
formula and carried along, so that the next line can be checked to the last place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from chspay_core.policy import Policy
from chspay_core.worksheet import Line, Worksheet
from chspay_settlement.engine.lineage.formula import Unreadable, evaluate, kept_exact
from chspay_settlement.engine.lineage.node import Cite, Node, NodeKind, cite_of

#: Says where a line without a formula comes from: an input with its source, or a figure that opens further.
Origin = Callable[[Line], Node]


class Sheet:
    """The nodes of one worksheet by key."""

    def __init__(self, sheet: Worksheet, policy: Policy, ref: Callable[[str], str], origin: Origin) -> None:
        self._policy = policy
        self._ref = ref
        self._nodes: dict[str, Node] = {}
        for line in sheet.lines:
            self._nodes[line.key] = self._node(line, origin)

    def get(self, key: str) -> Node | None:
        """A line with the lines it was made of; ``None`` when the worksheet has no such line."""
        return self._nodes.get(key)

    def stub(self, key: str) -> Node:
        """A line unopened, under its own key."""
        return self._nodes[key].stub().named(key)

    def _node(self, line: Line, origin: Origin) -> Node:
        if line.rule and not line.formula:
            cite = self.cite(line)
            return Node("", line.label, line.value, line.unit, NodeKind.RULE, line.key, rule=cite)
        if not line.formula:
            return origin(line).named(line.key)
        inputs = tuple(self.stub(key) for key in line.inputs)
        return Node(
            ref=self._ref(line.key),
            label=line.label,
            value=line.value,
            unit=line.unit,
            kind=NodeKind.LINE,
            name=line.key,
            exact=self._exact(line),
            formula=line.formula,
            rounding=line.rounding,
            inputs=inputs,
            rule=self.cite(line) if line.rule else None,
        )

    def _exact(self, line: Line) -> Fraction | None:
        """The figure later lines use, where this one is rounded for display only."""
        if not kept_exact(line.rounding):
            return None
        names: Mapping[str, Fraction | str] = {
            key: node.value if (number := node.number) is None else number
            for key, node in self._nodes.items()
        }
        found = evaluate(line.formula, names)
        if not isinstance(found, Fraction):
            raise Unreadable(line.formula)
        return found

    def cite(self, line: Line) -> Cite:
        """The rule of a line; a decision on the case is its own document."""
        if self._policy.has(line.rule):
            found = cite_of(self._policy, line.rule)
            return found if line.inputs else replace(found, value=found.value)
        return Cite(
            line.rule, line.label, line.value, line.unit, "", "", line.citation, line.citation, "", "",
            line.evidence,
        )  # fmt: skip
