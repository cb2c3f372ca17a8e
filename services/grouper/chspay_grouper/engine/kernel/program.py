"""Rule trees as jump code: each step tests one thing of a case and names the step for yes and for no.

Every tree of the language compiles, whatever its shape: ``and``, ``or`` and ``not`` become jumps, so
there is one step per test and nothing to keep between steps. A rule is entered at a step number, or is
:data:`YES` or :data:`NO` outright.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import IntEnum

import numpy as np

from chspay_grouper.engine.conditions import CC_BIT, MCC_BIT
from chspay_grouper.engine.tree import (
    VIRTUAL_SETS,
    Always,
    And,
    Compare,
    Count,
    Field,
    Hit,
    Literal,
    Node,
    Not,
    Scalar,
    walk,
)

YES, NO = -1, -2
#: Fields of a step as bits: the first code of its kind (ZYZD, ZYSS), the other codes (QTZD, QTSS).
FIRST, OTHERS = 1, 2
_FIELD_BITS = {Field.ZYZD: FIRST, Field.ZYSS: FIRST, Field.QTZD: OTHERS, Field.QTSS: OTHERS}
_LEVEL_BITS = {"MCC": MCC_BIT, "CC": CC_BIT}
_LOWEST, _HIGHEST = -(2**63) + 1, 2**63 - 1
#: Scalars every case is asked for stand first, in the order of the kernel's columns.
BASIC_SCALARS = (Scalar.XB, Scalar.NL, Scalar.XSRTL)

#: What a step asks for: listed sets of diagnoses (True) or procedures (False), any of them.
Asked = tuple[bool, frozenset[str]]


class Ask(IntEnum):
    """What a step tests."""

    DIAGNOSIS = 0  # some diagnosis of the fields is in the sets or has the level
    PROCEDURE = 1  # some procedure of the fields is in the sets
    DIAGNOSES = 2  # low <= number of different such diagnoses <= high
    PROCEDURES = 3
    SCALAR = 4  # low <= scalar <= high; an unknown scalar is below every range


class Column(IntEnum):
    """The columns of a step."""

    ASK = 0
    FIELDS = 1  # of codes; for SCALAR the column of the scalar
    WORD = 2  # word of the bit that stands for the sets, -1 when no listed set is asked
    BIT = 3
    LEVELS = 4  # MCC and CC bits asked
    LOW = 5
    HIGH = 6
    YES = 7
    NO = 8


class Program:
    """Jump code of many rules, with one bit for each combination of sets that is asked."""

    def __init__(self, trees: Iterable[Node]) -> None:
        """:param trees: everything that will be compiled; it decides which combinations have bits."""
        hits = [part for tree in trees for part in walk(tree) if isinstance(part, (Hit, Count))]
        self.asked: dict[bool, list[frozenset[str]]] = {}
        self.of_others: dict[bool, int] = {}  # how many of them, the first ones, are asked of other codes
        for kind in (True, False):
            wanted = [part for part in hits if part.fields[0].is_diagnosis is kind and _listed(part)]
            others = {_listed(part) for part in wanted if OTHERS & _fields(part)}
            rest = {_listed(part) for part in wanted} - others
            self.asked[kind] = [*sorted(others, key=sorted), *sorted(rest, key=sorted)]
            self.of_others[kind] = len(others)
        self._places = {(kind, sets): at for kind, all_ in self.asked.items() for at, sets in enumerate(all_)}
        self._steps: list[tuple[int, ...]] = []
        self._known: dict[tuple[Node, int, int], int] = {}
        self.scalars: list[Scalar] = list(BASIC_SCALARS)

    def enter(self, nodes: Sequence[Node]) -> int:
        """Where to enter the rule that all nodes hold."""
        at = YES
        for node in reversed(nodes):
            at = self._compile(node, at, NO)
        return at

    def enter_any(self, nodes: Sequence[Node]) -> int:
        """Where to enter the rule that some node holds."""
        at = NO
        for node in reversed(nodes):
            at = self._compile(node, YES, at)
        return at

    def steps(self) -> np.ndarray:
        """The code: one row per step, columns as in :class:`Column`."""
        return np.array(self._steps or [(0,) * len(Column)], dtype=np.int64)

    def _compile(self, node: Node, yes: int, no: int) -> int:
        """The entry of a tree that goes on at ``yes`` or ``no``; equal questions share their steps."""
        if yes == no:
            return yes
        known = self._known.get((node, yes, no))
        if known is None:
            known = self._known[(node, yes, no)] = self._new(node, yes, no)
        return known

    def _new(self, node: Node, yes: int, no: int) -> int:
        if isinstance(node, Always):
            return yes
        if isinstance(node, Literal):
            return yes if node.number != 0 else no
        if isinstance(node, Not):
            return self._compile(node.item, no, yes)
        if isinstance(node, Hit):
            ask = Ask.DIAGNOSIS if node.fields[0].is_diagnosis else Ask.PROCEDURE
            return self._step(ask, node, 0, 0, *((no, yes) if node.negated else (yes, no)))
        if isinstance(node, (Count, Compare)):
            low, high = whole_range(node.op, node.number)
            if low > high:
                return no
            if isinstance(node, Compare):
                return self._add((Ask.SCALAR, self._scalar(node.scalar), -1, 0, 0, low, high, yes, no))
            ask = Ask.DIAGNOSES if node.fields[0].is_diagnosis else Ask.PROCEDURES
            return self._step(ask, node, low, high, yes, no)
        at = yes if isinstance(node, And) else no
        for item in reversed(node.items):
            at = self._compile(item, at, no) if isinstance(node, And) else self._compile(item, yes, at)
        return at

    def _step(self, ask: Ask, part: Hit | Count, low: int, high: int, yes: int, no: int) -> int:
        sets = _listed(part)
        place = self._places[(part.fields[0].is_diagnosis, sets)] if sets else -1
        word, bit = (place // 64, place % 64) if sets else (-1, 0)
        levels = sum({_LEVEL_BITS[name] for name in _names(part) & VIRTUAL_SETS})
        return self._add((ask, _fields(part), word, bit, levels, low, high, yes, no))

    def _scalar(self, scalar: Scalar) -> int:
        if scalar not in self.scalars:
            self.scalars.append(scalar)
        return self.scalars.index(scalar)

    def _add(self, step: tuple[int, ...]) -> int:
        self._steps.append(tuple(map(int, step)))
        return len(self._steps) - 1


def whole_range(op: str, number: Decimal) -> tuple[int, int]:
    """The whole numbers for which ``value op number`` holds, as lowest and highest; none: low > high."""
    low, high = _LOWEST, _HIGHEST
    if op == ">=":
        low = math.ceil(number)
    elif op == ">":
        low = math.floor(number) + 1
    elif op == "<=":
        high = math.floor(number)
    elif op == "<":
        high = math.ceil(number) - 1
    else:
        low, high = math.ceil(number), math.floor(number)
    return (low, min(high, _HIGHEST)) if low <= _HIGHEST else (1, 0)


def _names(part: Hit | Count) -> frozenset[str]:
    return frozenset(part.sets) if isinstance(part, Hit) else frozenset({part.set_name})


def _listed(part: Hit | Count) -> frozenset[str]:
    return _names(part) - VIRTUAL_SETS


def _fields(part: Hit | Count) -> int:
    return sum({_FIELD_BITS[field] for field in part.fields})
