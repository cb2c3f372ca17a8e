"""Walks lineage trees as anybody outside would: only what the service answers, worked out again here."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import pytest

from chspay.settlement.v1 import lineage_pb2 as pb
from chspay.settlement.v1 import lineage_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_settlement.engine.lineage.formula import evaluate, rounded

Ask = Callable[[str, str], Awaitable[Any]]
ENDS = {pb.LINEAGE_KIND_INPUT, pb.LINEAGE_KIND_RULE, pb.LINEAGE_KIND_PUBLIC}


def number(node: Any) -> Fraction:
    """The figure a parent works with."""
    return Fraction(node.exact or node.value)


def holds(node: Any) -> None:
    """One opened node follows from its children; an end says where it comes from."""
    if node.kind == pb.LINEAGE_KIND_INPUT:
        assert node.source.table, node.label
        assert node.source.column, node.label
        return
    if node.kind == pb.LINEAGE_KIND_RULE:
        assert node.rule.cite, node.label
        assert node.rule.evidence, node.label
        return
    if node.kind == pb.LINEAGE_KIND_PUBLIC:
        assert node.note, node.label
        return
    if node.kind == pb.LINEAGE_KIND_SUM:
        assert sum(map(number, node.inputs), Fraction(0)) == number(node), node.ref
        return
    assert node.inputs, (node.ref, node.label)
    assert node.formula, (node.ref, node.label)
    assert node.checked, (node.ref, node.label)
    names = {
        child.name: child.value if child.unit in {"text", "code"} else number(child) for child in node.inputs
    }
    found = evaluate(node.formula, names)
    if isinstance(found, bool):
        assert found, node.ref
    elif isinstance(found, str):
        assert found == node.value, node.ref
    elif node.exact:
        assert found == Fraction(node.exact), node.ref
    else:
        assert rounded(found, node.rounding) == Fraction(node.value), (node.ref, node.formula, str(found))


def asker(channel: Any, claim: auth.Claim) -> Ask:
    """Opens a name with a claim, one level at a time."""
    stub = lineage_pb2_grpc.LineageServiceStub(channel)

    async def ask(ref: str, token: str) -> pb.LineageNode:
        with auth.use_claim(claim):
            return (await stub.ExpandAmount(pb.ExpandAmountRequest(ref=ref, page_token=token))).node

    return ask


async def descend(ask: Ask, ref: str, dice: random.Random, most: int = 60) -> Counter[str]:
    """From an amount down to the ends: every level checked, some children of each level followed.

    Answers how often each kind of end was reached.
    """
    ends: Counter[str] = Counter()
    waiting = [(ref, "", None)]
    seen: set[tuple[str, str]] = set()
    while waiting and len(seen) < most:
        name, token, stub = waiting.pop()
        if (name, token) in seen:
            continue
        seen.add((name, token))
        node = await ask(name, token)
        if stub is not None and stub.kind != pb.LINEAGE_KIND_REST:
            assert (node.value, node.exact) == (stub.value, stub.exact), name
        holds(node)
        opened = [node]
        open_ends = []
        while opened:
            top = opened.pop()
            if top.kind in ENDS:
                holds(top)
                ends[pb.LineageKind.Name(top.kind).removeprefix("LINEAGE_KIND_").lower()] += 1
            elif top.kind == pb.LINEAGE_KIND_REST:
                open_ends.append((top.ref, top.page_token, top))
            elif top.inputs:
                holds(top)
                opened += top.inputs
            elif top.more:
                open_ends.append((top.ref, "", top))
            else:
                assert (top.kind, number(top)) == (pb.LINEAGE_KIND_SUM, 0), top.label
        dice.shuffle(open_ends)
        waiting += open_ends[:4]
    return ends


async def refused(call: Awaitable[Any], reason: str) -> None:
    """A call that ends with a reason."""
    with pytest.raises(Fault) as caught:
        await call
    assert caught.value.reason.code == reason


async def exists(ask: Ask, name: str) -> bool:
    """Whether there is an amount of this name; any other refusal is a failure."""
    try:
        await ask(name, "")
    except Fault as fault:
        if fault.reason.code != "LINEAGE_NOT_FOUND":
            raise
        return False
    return True
