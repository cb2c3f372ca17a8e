"""A node of a lineage tree: an amount, how it came about, and what it was made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from chspay_core.amounts import fen_to_yuan, from_micro, plain, ratio_half_up
from chspay_core.policy import Policy
from chspay_settlement.engine.lineage.formula import decimal_of

YUAN, POINTS, CASES, VALUE, RATIO, TEXT = "yuan", "points", "cases", "yuan per point", "ratio", "text"
COUNT = "count"
#: How an exact figure is shown to people; the exact one is carried beside it.
DISPLAY, HALF_UP = "display_4", "half_up_2"


class NodeKind(StrEnum):
    """What a node is."""

    #: The sum of its children.
    SUM = "sum"
    #: Its formula over its children.
    LINE = "line"
    #: A field of a settlement list, a decision, a booking; the tree ends.
    INPUT = "input"
    #: A parameter with document and article; the tree ends.
    RULE = "rule"
    #: The part of a long sum that stands on other pages.
    REST = "rest"
    #: A published figure of the pool whose parts this asker may not see.
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Cite:
    """The rule behind a node, with the document and article that set it."""

    key: str
    label: str
    value: str
    unit: str
    since: str
    place: str
    cite: str
    document_title: str
    document_number: str
    article: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where an input was read: our table and column, the member of message 4101, the row and its SM3."""

    table: str
    column: str
    member: str = ""
    row: str = ""
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An amount: ``value`` as text, ``exact`` where it is used unrounded.

    ``name`` is what the parent's formula calls it. ``more`` says that there is something below that is not
    among ``inputs``; ``checked`` that it was worked out again from ``inputs``.
    """

    ref: str
    label: str
    value: str
    unit: str
    kind: NodeKind
    name: str = ""
    exact: Fraction | None = None
    formula: str = ""
    rounding: str = ""
    inputs: tuple[Node, ...] = ()
    rule: Cite | None = None
    source: Source | None = None
    more: bool = False
    page_token: str = ""
    checked: bool = False
    note: str = ""

    @property
    def number(self) -> Fraction | None:
        """The figure the parent works with; ``None`` for a text."""
        return self.exact if self.exact is not None else decimal_of(self.value)

    def named(self, name: str) -> Node:
        """The same amount under the name of a formula."""
        return replace(self, name=name)

    def closed(self, note: str) -> Node:
        """The same figure for somebody who may not see its parts."""
        return replace(
            self, kind=NodeKind.PUBLIC, inputs=(), formula="", rounding="", more=False, note=note, ref=""
        )

    def stub(self) -> Node:
        """The same amount unopened."""
        ends = self.kind in {NodeKind.INPUT, NodeKind.RULE, NodeKind.REST, NodeKind.PUBLIC}
        return self if ends else replace(self, inputs=(), more=True, checked=False)


def money(ref: str, label: str, fen: int, *, name: str = "") -> Node:
    """An unopened amount of money, in yuan."""
    return Node(ref, label, fen_to_yuan(fen), YUAN, NodeKind.LINE, name, more=bool(ref))


def points(ref: str, label: str, micro: int, *, name: str = "") -> Node:
    """An unopened number of points."""
    return Node(ref, label, plain(from_micro(micro)), POINTS, NodeKind.LINE, name, more=bool(ref))


def count(ref: str, label: str, number: int, *, name: str = "", unit: str = COUNT) -> Node:
    """An unopened whole number."""
    return Node(ref, label, str(number), unit, NodeKind.LINE, name, more=bool(ref))


def exact(ref: str, label: str, value: Fraction, unit: str, *, name: str = "") -> Node:
    """An unopened figure that is used unrounded and shown with 4 places."""
    shown = plain(ratio_half_up(value.numerator, value.denominator, 4))
    return Node(
        ref, label, shown, unit, NodeKind.LINE, name, exact=value, rounding=DISPLAY, more=bool(ref)
    )  # fmt: skip


def text(ref: str, label: str, value: str, *, name: str = "") -> Node:
    """An unopened text."""
    return Node(ref, label, value, TEXT, NodeKind.LINE, name, more=bool(ref))


def opened(node: Node, formula: str, *inputs: Node, rule: Cite | None = None, rounding: str = "") -> Node:
    """``node`` as its formula over ``inputs``."""
    return replace(
        node,
        formula=formula,
        inputs=inputs,
        rule=rule if rule is not None else node.rule,
        rounding=rounding or node.rounding,
        more=False,
    )


def summed(node: Node, *inputs: Node) -> Node:
    """``node`` as the sum of ``inputs``."""
    return replace(node, kind=NodeKind.SUM, inputs=inputs, more=False)


def given(node: Node, source: Source, note: str = "") -> Node:
    """``node`` as an input: the tree ends at its source."""
    return replace(node, ref="", kind=NodeKind.INPUT, source=source, more=False, note=note, rounding="")


def cite_of(policy: Policy, key: str) -> Cite:
    """The rule in force under ``key`` with its document.

    :raises Fault: POLICY_MISSING.
    """
    rule = policy.rule(key)
    document = policy.document(rule)
    value = rule.value if isinstance(rule.value, str) else rule.value_json
    return Cite(
        key=key,
        label=rule.label,
        value=value,
        unit=rule.unit,
        since=rule.since.isoformat(),
        place=rule.place,
        cite=rule.cite,
        document_title=document.title,
        document_number=document.number,
        article=rule.cite.partition("#")[2],
        evidence=rule.evidence,
    )


def parameter(policy: Policy, key: str, *, name: str) -> Node:
    """A parameter as the end of the tree; its value is what stands in the document."""
    cite = cite_of(policy, key)
    return Node("", cite.label, cite.value, cite.unit, NodeKind.RULE, name, rule=cite)
