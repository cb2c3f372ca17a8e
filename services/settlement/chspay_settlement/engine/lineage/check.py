"""The checker: every opened node worked out again from its children; it trusts no stored text.

A sum must be the sum of its children; a line must be its formula over them, rounded as it says; an end must
say where it comes from: a field or decision with its row, or a parameter with its document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.lineage.formula import Unreadable, Value, evaluate, kept_exact, rounded
from chspay_settlement.engine.lineage.node import Node, NodeKind

NOT_ADDING = Reason(
    "LINEAGE_NOT_ADDING",
    Kind.INTERNAL,
    "“{value}”（{ref}）与它的来历对不上：{why}。请勿使用该金额并联系管理员核查。",
)
NO_END = Reason("LINEAGE_NO_END", Kind.INTERNAL, "“{value}”没有说明出处，金额溯源不完整，请联系管理员核查。")


def checked(node: Node) -> Node:
    """The tree with every opened node marked as checked.

    :raises Fault: LINEAGE_NOT_ADDING, LINEAGE_NO_END naming the first node that does not hold.
    """
    for fault in faults(node):
        raise fault
    return _marked(node)


def faults(node: Node) -> Iterator[Fault]:
    """Everything in a tree that does not hold, from the top."""
    found = _fault(node)
    if found is not None:
        yield found
    for child in node.inputs:
        yield from faults(child)


def _marked(node: Node) -> Node:
    if not node.inputs:
        return node
    return replace(node, inputs=tuple(_marked(child) for child in node.inputs), checked=True)


def _fault(node: Node) -> Fault | None:
    if node.inputs:
        try:
            why = _why_not(node)
        except Unreadable as error:
            why = f"公式“{node.formula}”不能计算（{error}）"
        return Fault(NOT_ADDING, field="ref", value=node.label, ref=node.ref, why=why) if why else None
    return None if _ends(node) else Fault(NO_END, field="ref", value=node.label)


def _ends(node: Node) -> bool:
    """Whether an unopened node says where it can be opened, or where it comes from."""
    if node.kind is NodeKind.INPUT:
        return node.source is not None and bool(node.source.table)
    if node.kind is NodeKind.RULE:
        return node.rule is not None and bool(node.rule.cite)
    if node.kind is NodeKind.PUBLIC:
        return bool(node.note)
    if node.kind is NodeKind.REST:
        return bool(node.ref and node.page_token)
    if node.kind is NodeKind.SUM and not node.more:
        return node.number == 0
    return node.more and bool(node.ref)


def _why_not(node: Node) -> str:
    """Why an opened node is not what its children say; empty when it is."""
    if node.kind is NodeKind.SUM:
        found = sum((_figure(child) for child in node.inputs), Fraction(0))
        return "" if found == node.number else f"各项之和为{_shown(found)}"
    if node.kind is not NodeKind.LINE or not node.formula:
        return "没有公式"
    names: dict[str, Value] = {}
    for child in node.inputs:
        names[child.name] = child.value if child.number is None else child.number
        if child.unit == "text":
            names[child.name] = child.value
    if len(names) != len(node.inputs):
        return "公式中的名字不唯一"
    value = evaluate(node.formula, names)
    if isinstance(value, bool):
        return "" if value and node.unit == "text" else "判断不成立"
    if isinstance(value, str):
        return "" if value == node.value else f"应为{value}"
    return _differs(node, value)


def _differs(node: Node, value: Fraction) -> str:
    shown = rounded(value, node.rounding)
    if kept_exact(node.rounding):
        fits = node.exact == value and Fraction(node.value) == shown
    else:
        fits = node.exact is None and node.number == shown
    return "" if fits else f"由公式得{_shown(shown)}"


def _figure(child: Node) -> Fraction:
    if child.number is None:
        raise Unreadable(child.label)
    return child.number


def _shown(value: Fraction) -> str:
    return str(value)
