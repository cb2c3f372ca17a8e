"""Questions about the rows of a list: whether any, whether all, how many, how much, which first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chspay_settlement.engine.quality.catalogue import CONTEXT_ROWS
from chspay_settlement.engine.quality.grammar import Node
from chspay_settlement.engine.quality.plan import NUMBER, TEXT, TRUTH, Plan
from chspay_settlement.engine.quality.sheet import BLANK, MOST_ROWS, Codes, Flags
from chspay_settlement.engine.quality.tables import ABSENT
from chspay_settlement.engine.quality.vectors import (
    Number,
    Run,
    Text,
    Truth,
    Vector,
    any_of,
    count_of,
    sum_of,
    sure,
)

if TYPE_CHECKING:
    from chspay_settlement.engine.quality.compiler import Compiler


class _Fold:
    """A fold being compiled: the node, which rows count, and what is asked of each."""

    def __init__(self, compiler: Compiler, node: Node) -> None:
        named = compiler.listed(node.parts[0].word)
        self.node = named.node
        self.name = node.parts[0].word
        self.where = named.where
        if node.parts[1].kind != "every":
            more = compiler.at(compiler.need(compiler.plan(node.parts[1], self.node), TRUTH), self.node)
            self.where = more if self.where is None else conjunction(self.where, more)
        self.parts = [compiler.at(compiler.plan(part, self.node), self.node) for part in node.parts[2:]]
        word = self.where.key if self.where else ""
        self.key = f"{node.word}[{self.node}]({word};{','.join(part.key for part in self.parts)})"
        self.needs = frozenset[str]().union(
            *(part.needs for part in self.parts), self.where.needs if self.where else ()
        )
        if self.node in CONTEXT_ROWS:
            self.needs |= {self.node}

    def rows(self, run: Run) -> tuple[Codes, Truth, Flags]:
        """The list of each row, whether it counts, and per list whether the rows are known."""
        rows = run.sheet.rows[self.node]
        if self.where is None:
            return rows.parent, sure(np.ones(len(rows.parent), np.bool_)), rows.given
        found = self.where.run(run)
        assert isinstance(found, Truth)  # noqa: S101 - the compiler proved it
        return rows.parent, Truth(*(np.broadcast_to(part, rows.parent.shape) for part in found)), rows.given


def conjunction(one: Plan, other: Plan) -> Plan:
    """Both of two truths of one scope."""

    def work(run: Run) -> Vector:
        first, second = one.run(run), other.run(run)
        assert isinstance(first, Truth)  # noqa: S101 - the compiler proved it
        assert isinstance(second, Truth)  # noqa: S101 - the compiler proved it
        return first.both(second)

    return Plan(TRUTH, one.scope, f"and({one.key},{other.key})", work, needs=one.needs | other.needs)


def folded(compiler: Compiler, node: Node) -> Plan:
    """The plan of a fold."""
    fold = _Fold(compiler, node)
    kinds = [part.kind for part in fold.parts]
    match node.word, kinds:
        case (("any" | "all"), ["truth"]):
            return _of_all(fold, some=node.word == "any")
        case "count", []:
            return _count(fold)
        case "sum", ["number"]:
            return _sum(compiler, fold)
        case (("first" | "distinct"), ["text"]):
            return _first(fold) if node.word == "first" else _distinct(fold)
        case "repeated", [*several] if several and set(several) == {"text"}:
            return _repeated(fold)
        case "pairs", ["text", "text"] if node.parts[3].kind == "string":
            return _pairs(compiler, fold, node.parts[3].word)
    raise compiler.wrong(f"{node.word}(…)的内容不对")


def _of_all(fold: _Fold, *, some: bool) -> Plan:
    def work(run: Run) -> Vector:
        parent, counts, given = fold.rows(run)
        each = fold.parts[0].run(run)
        assert isinstance(each, Truth)  # noqa: S101 - the compiler proved it
        # "All hold" is "none does not".
        asked = counts.both(each if some else each.negated())
        yes = any_of(parent, asked.yes, run.sheet.size)
        no = given & ~any_of(parent, ~asked.no, run.sheet.size)
        return Truth(yes, no) if some else Truth(no, yes)

    return Plan(TRUTH, "", fold.key, work, needs=fold.needs)


def _count(fold: _Fold) -> Plan:
    def work(run: Run) -> Vector:
        parent, counts, given = fold.rows(run)
        open_ones = any_of(parent, ~(counts.yes | counts.no), run.sheet.size)
        return Number(count_of(parent, counts.yes, run.sheet.size), given & ~open_ones)

    return Plan(NUMBER, "", fold.key, work, 0, MOST_ROWS, fold.needs)


def _sum(compiler: Compiler, fold: _Fold) -> Plan:
    part = fold.parts[0]

    def work(run: Run) -> Vector:
        parent, counts, given = fold.rows(run)
        each = part.run(run)
        assert isinstance(each, Number)  # noqa: S101 - the compiler proved it
        unknown = any_of(parent, ~counts.no & ~(counts.yes & each.known), run.sheet.size)
        values = np.where(counts.yes & each.known, each.values, 0)
        return Number(sum_of(parent, values, run.sheet.size), given & ~unknown)

    bound = compiler.bounded(part.bound * MOST_ROWS)
    return Plan(NUMBER, "", fold.key, work, part.places, bound, fold.needs)


def _codes(fold: _Fold, number: int, run: Run) -> Codes:
    found = fold.parts[number].run(run)
    assert isinstance(found, Text)  # noqa: S101 - the compiler proved it
    return np.broadcast_to(found.codes, (run.size(fold.node),))


def _first(fold: _Fold) -> Plan:
    def work(run: Run) -> Vector:
        parent, counts, _ = fold.rows(run)
        chosen = np.flatnonzero(counts.yes)[::-1]
        found = np.full(run.sheet.size, BLANK, np.int64)
        # Written backwards, so that the first row is the one that stays.
        found[parent[chosen]] = _codes(fold, 0, run)[chosen]
        return Text(found)

    return Plan(TEXT, "", fold.key, work, needs=fold.needs)


def _distinct(fold: _Fold) -> Plan:
    def work(run: Run) -> Vector:
        parent, counts, given = fold.rows(run)
        codes = _codes(fold, 0, run)
        told = counts.yes & (codes != BLANK)
        pairs = np.unique(parent[told] * len(run.sheet.texts.values_of) + codes[told])
        lists = pairs // len(run.sheet.texts.values_of)
        return Number(np.bincount(lists, minlength=run.sheet.size).astype(np.int64), given)

    return Plan(NUMBER, "", fold.key, work, 0, MOST_ROWS, fold.needs)


def _repeated(fold: _Fold) -> Plan:
    """Whether two rows agree in every text; rows whose first text is blank are left out."""

    def work(run: Run) -> Vector:
        parent, counts, given = fold.rows(run)
        told = counts.yes & (_codes(fold, 0, run) != BLANK)
        # Most lists have one such row or none, and one row repeats nothing.
        told &= (np.bincount(parent[told], minlength=run.sheet.size) > 1)[parent]
        keys = [parent[told], *(_codes(fold, at, run)[told] for at in range(len(fold.parts)))]
        order = np.lexsort(keys)
        alike = np.ones(max(len(order) - 1, 0), np.bool_)
        for key in keys:
            alike &= key[order[1:]] == key[order[:-1]]
        yes = np.zeros(run.sheet.size, np.bool_)
        yes[keys[0][order[1:]][alike]] = True
        return Truth(yes, given & ~yes)

    return Plan(TRUTH, "", fold.key, work, needs=fold.needs)


def _pairs(compiler: Compiler, fold: _Fold, name: str) -> Plan:
    """Whether the rows hold both sides of a pair of a relation."""
    if name not in compiler.world.pairs:
        raise compiler.wrong(f"没有对照表{name}")

    def work(run: Run) -> Vector:
        relation = run.pairs[name]
        parent, counts, given = fold.rows(run)
        codes = _codes(fold, 0, run)
        yes = np.zeros(run.sheet.size, np.bool_)
        begins: dict[str, Flags] = {}
        for start in {side for pair in relation.pairs for side in pair}:
            flags = run.truth(f"starts({start})", _starter(start), codes).yes
            begins[start] = any_of(parent, flags & counts.yes, run.sheet.size)
        for one, other in relation.pairs:
            yes |= begins[one] & begins[other]
        no = given & ~yes if relation.state != ABSENT else np.zeros(run.sheet.size, np.bool_)
        return Truth(yes, no)

    return Plan(TRUTH, "", fold.key, work, needs=fold.needs | {f"pairs.{name}"})


def _starter(start: str):  # type: ignore[no-untyped-def]
    return lambda text: (1 if text.startswith(start) else 2, 0)
