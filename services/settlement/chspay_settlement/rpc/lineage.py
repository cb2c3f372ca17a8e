"""Lineage over gRPC: a name in, a checked tree out."""

from __future__ import annotations

from typing import Any

from chspay.settlement.v1 import lineage_pb2 as pb
from chspay.settlement.v1 import lineage_pb2_grpc
from chspay_settlement.app.reading.why import Lineage
from chspay_settlement.engine.lineage.node import Node, NodeKind

NAME = "chspay.settlement.v1.LineageService"
_KINDS = {
    NodeKind.SUM: pb.LINEAGE_KIND_SUM,
    NodeKind.LINE: pb.LINEAGE_KIND_LINE,
    NodeKind.INPUT: pb.LINEAGE_KIND_INPUT,
    NodeKind.RULE: pb.LINEAGE_KIND_RULE,
    NodeKind.REST: pb.LINEAGE_KIND_REST,
    NodeKind.PUBLIC: pb.LINEAGE_KIND_PUBLIC,
}


class LineageServicer(lineage_pb2_grpc.LineageServiceServicer):
    """Reads only."""

    WRITES: frozenset[str] = frozenset()

    def __init__(self, lineage: Lineage) -> None:
        self._lineage = lineage

    async def ExpandAmount(self, request: pb.ExpandAmountRequest, _context: Any) -> pb.ExpandAmountResponse:
        """An amount and what it is made of."""
        node = await self._lineage.expand(request.ref, request.depth, request.page_size, request.page_token)
        return pb.ExpandAmountResponse(node=node_to_pb(node))


def node_to_pb(node: Node) -> pb.LineageNode:
    """A node and everything below it."""
    rule, source = node.rule, node.source
    return pb.LineageNode(
        name=node.name,
        ref=node.ref,
        label=node.label,
        value=node.value,
        unit=node.unit,
        kind=_KINDS[node.kind],
        exact="" if node.exact is None else f"{node.exact.numerator}/{node.exact.denominator}",
        formula=node.formula,
        rounding=node.rounding,
        rule=None if rule is None else pb.LineageRule(**{name: getattr(rule, name) for name in _RULE}),
        source=None
        if source is None
        else pb.LineageSource(**{name: getattr(source, name) for name in _SOURCE}),
        inputs=[node_to_pb(child) for child in node.inputs],
        more=node.more,
        page_token=node.page_token,
        checked=node.checked,
        note=node.note,
    )


_RULE = tuple(field.name for field in pb.LineageRule.DESCRIPTOR.fields)
_SOURCE = tuple(field.name for field in pb.LineageSource.DESCRIPTOR.fields)
