"""Rules as closures over bit masks: the fast reading of the same tree the trace walks.

Every set gets one bit, diagnoses and procedures counted apart; bits 0 and 1 of the diagnosis masks
are the virtual sets MCC and CC. A closure is called with the facts of one case (see :class:`At`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import Any

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
    fields_of,
    listed_sets,
    sets_of,
    walk,
)


class At(IntEnum):
    """Places in the facts of one case: masks, then codes with their masks, then scalars."""

    ZYZD = 0
    QTZD = 1
    ZYSS = 2
    QTSS = 3
    ZYZD_CODES = 4
    QTZD_CODES = 5
    ZYSS_CODES = 6
    QTSS_CODES = 7
    NL = 8
    XB = 9
    XSRTL = 10
    XSRTZ = 11
    ZYTS = 12
    LYFS = 13
    ZZJHXS = 14
    KSICU = 15


MCC_BIT, CC_BIT = 1, 2
DAYS_OF_YEAR = 366
Facts = Sequence[Any]
#: A condition; None stands for always true.
Condition = Callable[[Facts], bool]
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "=": operator.eq,
}
_FIELD_AT = {Field.ZYZD: At.ZYZD, Field.QTZD: At.QTZD, Field.ZYSS: At.ZYSS, Field.QTSS: At.QTSS}
_SCALAR_AT = {scalar: At[scalar.value] for scalar in Scalar}


class Bits:
    """Which bit each set has, among the sets that rules really ask for."""

    def __init__(self, trees: Sequence[Node]) -> None:
        asked = [part for tree in trees for part in walk(tree) if isinstance(part, (Hit, Count))]
        others = {Field.QTZD: set[str](), Field.QTSS: set[str]()}
        for part in asked:
            for field in others.keys() & set(part.fields):
                others[field] |= sets_of(part) - VIRTUAL_SETS
        # Sets asked of the many other codes get the low bits: small numbers are quicker to join.
        self.diagnosis_sets = _others_first(listed_sets(trees, diagnosis=True), others[Field.QTZD])
        self.procedure_sets = _others_first(listed_sets(trees, diagnosis=False), others[Field.QTSS])
        self._diagnosis = {"MCC": MCC_BIT, "CC": CC_BIT}
        self._diagnosis |= {name: 1 << place for place, name in enumerate(self.diagnosis_sets, 2)}
        self._procedure = {name: 1 << place for place, name in enumerate(self.procedure_sets)}
        #: The sets that some rule asks of other diagnoses, and of other procedures.
        self.asked_of_others = self.mask(others[Field.QTZD], diagnosis=True)
        self.asked_of_other_procedures = self.mask(others[Field.QTSS], diagnosis=False)

    def of(self, name: str, *, diagnosis: bool) -> int:
        """The bit of a set in the masks of diagnoses or of procedures."""
        return (self._diagnosis if diagnosis else self._procedure)[name]

    def mask(self, names: Iterable[str], *, diagnosis: bool) -> int:
        """The bits of several sets together."""
        return sum({self.of(name, diagnosis=diagnosis) for name in names})


def _others_first(names: Iterable[str], others: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name not in others, name)))


def condition(node: Node, bits: Bits) -> Condition | None:
    """The tree as a closure; None when it is always true."""
    if isinstance(node, Always):
        return None
    if isinstance(node, Literal):
        return None if node.number != 0 else _never
    if isinstance(node, Hit):
        return _hit(node, bits)
    if isinstance(node, Count):
        return _count(node, bits)
    if isinstance(node, Compare):
        return _compare(node)
    if isinstance(node, Not):
        inner = condition(node.item, bits)
        return _never if inner is None else (lambda facts: not inner(facts))
    parts = [condition(item, bits) for item in node.items]
    return _all(parts) if isinstance(node, And) else _any(parts)


def all_of(nodes: Iterable[Node], bits: Bits) -> Condition | None:
    """Several trees that must all hold, as one closure; None when that is always true."""
    return _all([condition(node, bits) for node in nodes])


def _never(facts: Facts) -> bool:  # noqa: ARG001 - every condition takes the facts
    return False


def _all(parts: Sequence[Condition | None]) -> Condition | None:
    needed = [part for part in parts if part is not None]
    if not needed:
        return None
    if len(needed) == 1:
        return needed[0]
    if len(needed) == 2:
        first, second = needed
        return lambda facts: first(facts) and second(facts)

    def every(facts: Facts) -> bool:
        for part in needed:  # noqa: SIM110 - a generator costs three times as much here
            if not part(facts):
                return False
        return True

    return every


def _any(parts: Sequence[Condition | None]) -> Condition | None:
    choices = [part for part in parts if part is not None]
    if len(choices) < len(parts):
        return None

    def some(facts: Facts) -> bool:
        for part in choices:  # noqa: SIM110 - a generator costs three times as much here
            if part(facts):
                return True
        return False

    return some


def _hit(node: Hit, bits: Bits) -> Condition:
    mask = bits.mask(node.sets, diagnosis=node.fields[0].is_diagnosis)
    places = [int(_FIELD_AT[field]) for field in node.fields]
    if len(places) == 1:
        place = places[0]
        if node.negated:
            return lambda facts: not facts[place] & mask
        return lambda facts: bool(facts[place] & mask)
    one, two = places
    if node.negated:
        return lambda facts: not (facts[one] | facts[two]) & mask
    return lambda facts: bool((facts[one] | facts[two]) & mask)


def _count(node: Count, bits: Bits) -> Condition:
    bit = bits.of(node.set_name, diagnosis=node.fields[0].is_diagnosis)
    places = [int(_FIELD_AT[field]) + int(At.ZYZD_CODES) for field in node.fields]
    compare, number = OPERATORS[node.op], _plain(node.number)
    has = _has_level if node.set_name in VIRTUAL_SETS else _has_set

    def counted(facts: Facts) -> bool:
        found: set[str] = set()
        for place in places:
            held = facts[place]
            items = held if isinstance(held, list) else (held,)
            found.update(item.code for item in items if has(item, bit, facts))
        return compare(len(found), number)

    return counted


def _has_set(item: Any, bit: int, facts: Facts) -> bool:  # noqa: ARG001 - alike for both kinds of sets
    return bool(item.mask & bit)


def _has_level(item: Any, bit: int, facts: Facts) -> bool:
    """Whether a diagnosis counts as MCC or CC beside the principal diagnosis of the case."""
    excludes = facts[At.ZYZD_CODES].excludes
    rows = ((item.other, 0), (item.level, item.table), *item.more)
    return any(level & bit and not table & excludes for level, table in rows)


def _compare(node: Compare) -> Condition:
    place, number, compare = int(_SCALAR_AT[node.scalar]), _plain(node.number), OPERATORS[node.op]

    def compared(facts: Facts) -> bool:
        value = facts[place]
        return value is not None and compare(value, number)

    return compared


def _plain(number: Decimal) -> int | Decimal:
    return int(number) if number == int(number) else number


def split_by_code(parts: Iterable[Node]) -> tuple[list[Node], list[Node], list[Node]]:
    """Parts asked of the principal diagnosis alone, of the main procedure alone, and the rest."""
    diagnosis: list[Node] = []
    procedure: list[Node] = []
    rest: list[Node] = []
    for part in parts:
        simple = not any(isinstance(node, (Compare, Count)) for node in walk(part))
        virtual = sets_of(part) & VIRTUAL_SETS
        fields = fields_of(part)
        if simple and not virtual and fields == {Field.ZYZD}:
            diagnosis.append(part)
        elif simple and fields == {Field.ZYSS}:
            procedure.append(part)
        else:
            rest.append(part)
    return diagnosis, procedure, rest


def ages_that_matter(trees: Iterable[Node]) -> tuple[int, ...]:
    """Ages in days below one year between which some rule decides differently."""
    asked = {
        int(node.number)
        for tree in trees
        for node in walk(tree)
        if isinstance(node, Compare) and node.scalar is Scalar.XSRTL
    }
    near = {limit + step for limit in asked for step in (-1, 0, 1)}
    return tuple(sorted(days for days in near if 0 <= days < DAYS_OF_YEAR))
