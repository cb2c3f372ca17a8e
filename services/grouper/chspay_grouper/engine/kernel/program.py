"""Rule trees as jump code: each step tests one thing of a case and names the step for yes and for no.

Every tree of the language compiles, whatever its shape: ``and``, ``or`` and ``not`` become jumps, so
there is one step per test and nothing to keep between steps. A place below zero ends the walk: it stands
for an answer, or for :data:`NO`.
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

#: The end of a walk that found no answer.
NO = -1
#: Fields of a step as bits: the first code of its kind (ZYZD, ZYSS), the other codes (QTZD, QTSS).
FIRST, OTHERS = 1, 2
_FIELD_BITS = {Field.ZYZD: FIRST, Field.ZYSS: FIRST, Field.QTZD: OTHERS, Field.QTSS: OTHERS}
_LEVEL_BITS = {"MCC": MCC_BIT, "CC": CC_BIT}
#: No number of a case that passed the input check is below zero; an unknown one stands as -1.
_LOWEST, _HIGHEST = 0, 2**63 - 1
#: Scalars every case is asked for stand first, in the order of the kernel's columns.
BASIC_SCALARS = (Scalar.XB, Scalar.NL, Scalar.XSRTL)
_SEX = 0  # place of XB

#: What a step asks for: listed sets of diagnoses (True) or procedures (False), any of them.
Asked = tuple[bool, frozenset[str]]


class Ask(IntEnum):
    """What a step tests."""

    HIT = 0  # some code of the fields is in the sets or has the level
    SCALAR = 1  # low <= scalar <= high; an unknown scalar is below every range
    DIAGNOSES = 2  # low <= number of different such diagnoses <= high
    PROCEDURES = 3


class Column(IntEnum):
    """The columns of a step."""

    ASK = 0
    FIELDS = 1
    FIRST = 2  # where the sets of the first code are seen; for SCALAR the row of the scalar
    OTHERS = 3  # where the sets of the other codes are seen
    FIRST_SETS = 4  # the bit asked there; 0 when no listed set is, or the first code is not asked
    OTHER_SETS = 5
    LEVELS = 6  # bits asked of Seen.LEVELS
    LOW = 7
    HIGH = 8
    YES = 9
    NO = 10


class Seen(IntEnum):
    """What the codes of a case say together; columns of words."""

    LEVELS = 0  # MCC and CC bits of all other diagnoses, and from bit OWN those of the principal diagnosis
    PRINCIPAL = 1  # class
    MAIN = 2  # class
    SETS = 3  # of the principal diagnosis; then of the others, the main procedure, the other procedures


#: Shift of the principal diagnosis's own levels in ``Seen.LEVELS``.
OWN = 2


def ending(answer: int) -> int:
    """The place that ends a walk with an answer, a number from 0."""
    return -2 - answer


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
        dx, px = (words(len(self.asked[kind])) for kind in (True, False))
        at = int(Seen.SETS)
        #: Per kind, where the sets of the first code and of the other codes are seen; and the width of all.
        self.seen = {True: (at, at + dx), False: (at + 2 * dx, at + 2 * dx + px)}
        self.width = at + 2 * dx + 2 * px
        self._steps: list[tuple[int, ...]] = []
        self._known: dict[tuple[Node, int, int], int] = {}
        self.scalars: list[Scalar] = list(BASIC_SCALARS)

    def enter(self, nodes: Sequence[Node], answers: Iterable[tuple[Node, int]]) -> int:
        """Where a walk begins that ends with the first answer whose rule holds, if all nodes hold."""
        at = NO
        for node, answer in reversed(list(answers)):
            at = self._compile(node, ending(answer), at)
        for node in reversed(nodes):
            at = self._compile(node, at, NO)
        return at

    def enter_any(self, nodes: Sequence[Node], yes: int, no: int) -> int:
        """Where a walk begins that ends with the answer ``yes`` if some node holds, else with ``no``."""
        at = ending(no)
        for node in reversed(nodes):
            at = self._compile(node, ending(yes), at)
        return at

    def settled(self, at: int, sex: int, levels: int) -> int:
        """As far as a walk comes from ``at`` by sex and by the MCC and CC bits of all other diagnoses."""
        while at >= 0:
            step = dict(zip(Column, self._steps[at], strict=True))
            if step[Column.ASK] == Ask.SCALAR and step[Column.FIRST] == _SEX:
                holds = step[Column.LOW] <= sex <= step[Column.HIGH]
            elif step[Column.ASK] == Ask.HIT and step[Column.LEVELS] & levels:
                holds = True
            elif step[Column.ASK] == Ask.HIT and _only_other_levels(step):
                holds = False
            else:
                break
            at = step[Column.YES if holds else Column.NO]
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
            return self._step(Ask.HIT, node, 0, 0, *((no, yes) if node.negated else (yes, no)))
        if isinstance(node, (Count, Compare)):
            low, high = whole_range(node.op, node.number)
            if low > high:
                return no
            if isinstance(node, Compare):
                return self._add((Ask.SCALAR, 0, self._scalar(node.scalar), 0, 0, 0, 0, low, high, yes, no))
            ask = Ask.DIAGNOSES if node.fields[0].is_diagnosis else Ask.PROCEDURES
            return self._step(ask, node, low, high, yes, no)
        at = yes if isinstance(node, And) else no
        for item in reversed(node.items):
            at = self._compile(item, at, no) if isinstance(node, And) else self._compile(item, yes, at)
        return at

    def _step(self, ask: Ask, part: Hit | Count, low: int, high: int, yes: int, no: int) -> int:
        kind, sets, fields = part.fields[0].is_diagnosis, _listed(part), _fields(part)
        place = self._places[(kind, sets)] if sets else 0
        bit = _bit(place % 64) if sets else 0
        level = sum({_LEVEL_BITS[name] for name in _names(part) & VIRTUAL_SETS})
        levels = level * bool(fields & OTHERS) | level * bool(fields & FIRST) << OWN
        first, others = (start + place // 64 for start in self.seen[kind])
        bits = (bit * bool(fields & FIRST), bit * bool(fields & OTHERS))
        return self._add((ask, fields, first, others, *bits, levels, low, high, yes, no))

    def _scalar(self, scalar: Scalar) -> int:
        if scalar not in self.scalars:
            self.scalars.append(scalar)
        return self.scalars.index(scalar)

    def _add(self, step: tuple[int, ...]) -> int:
        self._steps.append(tuple(map(int, step)))
        return len(self._steps) - 1


def whole_range(op: str, number: Decimal) -> tuple[int, int]:
    """The whole numbers from 0 for which ``value op number`` holds: lowest, highest; none: low > high."""
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
    return (max(low, _LOWEST), min(high, _HIGHEST)) if low <= _HIGHEST else (1, 0)


def words(bits: int) -> int:
    """How many words of 64 bits hold so many bits; at least one."""
    return max(1, -(-bits // 64))


def _only_other_levels(step: dict[Column, int]) -> bool:
    return not (step[Column.FIRST_SETS] or step[Column.OTHER_SETS] or step[Column.LEVELS] >> OWN)


def _bit(place: int) -> int:
    """The bit of a place in a word, as the signed number that has this bit."""
    return 1 << place if place < 63 else -(1 << 63)


def _names(part: Hit | Count) -> frozenset[str]:
    return frozenset(part.sets) if isinstance(part, Hit) else frozenset({part.set_name})


def _listed(part: Hit | Count) -> frozenset[str]:
    return _names(part) - VIRTUAL_SETS


def _fields(part: Hit | Count) -> int:
    return sum({_FIELD_BITS[field] for field in part.fields})
