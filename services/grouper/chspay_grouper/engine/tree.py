"""The closed tree a rule is parsed to; nothing of it is ever run as program text.

The trace walks it, the compiler turns it into closures over bit masks, and lint asks it questions:
one tree, so the answers cannot differ. Source: the rule language of the national configuration
workbook (按病组（DRG）付费3.0版分组方案配置信息).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum


class Field(Enum):
    """A list of codes of the record."""

    ZYZD = "ZYZD"  # 主要诊断 principal diagnosis
    QTZD = "QTZD"  # 其他诊断 other diagnoses
    ZYSS = "ZYSS"  # 主要手术 main procedure
    QTSS = "QTSS"  # 其他手术 other procedures

    @property
    def is_diagnosis(self) -> bool:
        return self in (Field.ZYZD, Field.QTZD)


class Scalar(Enum):
    """A number of the record. The last four are local extensions a manifest must declare."""

    NL = "NL"  # 年龄 age in years
    XB = "XB"  # 性别 sex, 1 male 2 female
    XSRTL = "XSRTL"  # 新生儿天龄 age in days
    XSRTZ = "XSRTZ"  # 新生儿体重 newborn weight, gram
    ZYTS = "ZYTS"  # 住院天数 length of stay, days
    LYFS = "LYFS"  # 离院方式 leaving type
    ZZJHXS = "ZZJHXS"  # 重症监护小时 ICU hours
    KSICU = "KSICU"  # 科室是否重症医学科 department is an ICU, 1 or 0


NATIONAL_SCALARS = frozenset({"NL", "XB", "XSRTL", "XSRTZ"})
EXTENSION_SCALARS = frozenset({"ZYTS", "LYFS", "ZZJHXS", "KSICU"})
#: Sets that are not listed: the CC sheet, minus what the principal diagnosis excludes.
VIRTUAL_SETS = frozenset({"MCC", "CC"})


@dataclass(frozen=True, slots=True)
class Always:
    """The empty rule: always true."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number standing as a rule; non-zero is true."""

    number: Decimal


@dataclass(frozen=True, slots=True)
class Hit:
    """``fields in sets``: any code of any field is a member of any set; ``negated`` for ``not in``."""

    fields: tuple[Field, ...]
    sets: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """``length(SET ∩ fields) op number``: how many distinct codes of the set the fields hold."""

    set_name: str
    fields: tuple[Field, ...]
    op: str
    number: Decimal


@dataclass(frozen=True, slots=True)
class Compare:
    """``SCALAR op number``; false when the record does not know the scalar."""

    scalar: Scalar
    op: str
    number: Decimal


@dataclass(frozen=True, slots=True)
class Not:
    """True when the item is false."""

    item: Node


@dataclass(frozen=True, slots=True)
class And:
    """True when every item is true."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True when some item is true."""

    items: tuple[Node, ...]


Node = Always | Literal | Hit | Count | Compare | Not | And | Or


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    if isinstance(node, Not):
        yield from walk(node.item)
    elif isinstance(node, (And, Or)):
        for item in node.items:
            yield from walk(item)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold: the items of a top-level ``and``, flattened; none for always."""
    if isinstance(node, Always):
        return ()
    if isinstance(node, And):
        return tuple(part for item in node.items for part in conjuncts(item))
    return (node,)


def fields_of(node: Node) -> frozenset[Field]:
    """The code fields a rule looks at."""
    return frozenset(f for part in walk(node) if isinstance(part, (Hit, Count)) for f in part.fields)


def scalars_of(node: Node) -> frozenset[Scalar]:
    """The scalars a rule looks at."""
    return frozenset(part.scalar for part in walk(node) if isinstance(part, Compare))


def sets_of(node: Node) -> frozenset[str]:
    """The sets a rule names, virtual ones included."""
    names: set[str] = set()
    for part in walk(node):
        if isinstance(part, Hit):
            names.update(part.sets)
        elif isinstance(part, Count):
            names.add(part.set_name)
    return frozenset(names)


def listed_sets(nodes: Iterable[Node], *, diagnosis: bool) -> frozenset[str]:
    """The listed (not virtual) sets that rules ask of diagnoses, or of procedures."""
    return frozenset(
        name
        for node in nodes
        for part in walk(node)
        if isinstance(part, (Hit, Count)) and part.fields[0].is_diagnosis == diagnosis
        for name in sets_of(part) - VIRTUAL_SETS
    )


def entry_sets(mdc_trees: Iterable[Node]) -> frozenset[str]:
    """The sets by which a principal diagnosis enters an MDC."""
    return frozenset(
        name
        for tree in mdc_trees
        for part in walk(tree)
        if isinstance(part, Hit) and Field.ZYZD in part.fields and not part.negated
        for name in part.sets
        if name not in VIRTUAL_SETS
    )


def show(node: Node) -> str:
    """The rule in one plain form, equal for equal trees; the published text is kept beside it."""
    if isinstance(node, Always):
        return ""
    if isinstance(node, Literal):
        return format(node.number, "f")
    if isinstance(node, Hit):
        verb = "not in" if node.negated else "in"
        return f"{_names([f.value for f in node.fields])} {verb} {_names(list(node.sets))}"
    if isinstance(node, Count):
        found = f"length({node.set_name} ∩ {_names([f.value for f in node.fields])})"
        return f"{found}{node.op}{node.number:f}"
    if isinstance(node, Compare):
        return f"{node.scalar.value}{node.op}{node.number:f}"
    if isinstance(node, Not):
        return f"not {_inner(node.item)}"
    word = " and " if isinstance(node, And) else " or "
    return word.join(_inner(item) for item in node.items)


def _inner(node: Node) -> str:
    """A part of a rule, in brackets only where they are needed: what could be read can be read again."""
    return f"({show(node)})" if isinstance(node, (And, Or)) else show(node)


def _names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else "{" + ", ".join(names) + "}"
