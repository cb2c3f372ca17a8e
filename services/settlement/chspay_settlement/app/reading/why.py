"""Why an amount is what it is: its name opened, level by level, each checked before it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from chspay_core.errors import Fault
from chspay_kit import paging
from chspay_settlement import faults, faults_lineage
from chspay_settlement.app.month.runs import Runs
from chspay_settlement.app.reading.why_books import BooksReader
from chspay_settlement.app.reading.why_memory import MonthMemory
from chspay_settlement.app.reading.why_month import MonthReader
from chspay_settlement.app.reading.why_year import YearMemory, YearReader
from chspay_settlement.app.year.life import Years
from chspay_settlement.engine.lineage.check import checked
from chspay_settlement.engine.lineage.facts import Page
from chspay_settlement.engine.lineage.node import Node, NodeKind
from chspay_settlement.engine.lineage.ref import RECLEAR, RUN, YEAR, Ref, parse

DEPTH_DEFAULT, DEPTH_MAX = 2, 12
#: Amounts opened in one answer; what is beyond stays to be asked for by its name.
NODES_MAX = 300


class Reader(Protocol):
    """Opens the amounts of one root: a run, a clearing, a ledger."""

    async def open(self, ref: Ref, page: Page) -> Node | None:
        """An amount and what it is made of, the parts unopened; ``None`` when there is no such amount."""


@dataclass(slots=True)
class _Left:
    """How many amounts may still be opened."""

    nodes: int


class Lineage:
    """Opens amounts by their names."""

    def __init__(self, runs: Runs, years: Years, months: MonthMemory) -> None:
        self._runs = runs
        self._years = years
        self._yearly = YearMemory()
        self._months = months

    async def expand(self, text: str, depth: int, page_size: int, page_token: str) -> Node:
        """An amount with its tree, checked from the leaves to the top.

        :param depth: levels below the amount; 0 means 2.
        :raises Fault: LINEAGE_REF_BAD, LINEAGE_DEPTH_BAD, LINEAGE_NOT_FOUND (or not the asker's),
            LINEAGE_NOT_ADDING, LINEAGE_BROKEN.
        """
        ref = parse(text)
        if not 0 <= depth <= DEPTH_MAX:
            raise Fault(faults_lineage.DEPTH_BAD, field="depth", value=depth, most=DEPTH_MAX)
        size = paging.size(page_size)
        query = ("lineage", ref.text)
        after = paging.decode(query, page_token) or [0]

        def page_of(start: int, name: Ref) -> Page:
            asked = ("lineage", name.text)
            return Page(start, size, lambda at: paging.encode(asked, [at]))

        reader = self._reader(ref)
        node = await reader.open(ref, page_of(int(after[0]), ref))
        if node is None:
            raise Fault(faults_lineage.AMOUNT_NOT_FOUND, field="ref", value=ref.text)
        left = _Left(NODES_MAX)

        async def deeper(found: Node, levels: int) -> Node:
            if levels < 1 or found.kind is NodeKind.SUM:
                return found
            inputs = []
            for child in found.inputs:
                inputs.append(await opened(child, levels) if child.more and left.nodes else child)
            return replace(found, inputs=tuple(inputs))

        async def opened(child: Node, levels: int) -> Node:
            left.nodes -= 1
            name = parse(child.ref)
            own = await self._again(reader, ref, name).open(name, page_of(0, name))
            if own is None:
                raise Fault(faults_lineage.AMOUNT_NOT_FOUND, field="ref", value=child.ref)
            _same(child, own)
            return await deeper(replace(own, name=child.name, label=child.label), levels - 1)

        return checked(await deeper(node, (depth or DEPTH_DEFAULT) - 1))

    def _reader(self, ref: Ref) -> Reader:
        if ref.root == RUN:
            return MonthReader(self._runs, self._months)
        if ref.root in {YEAR, RECLEAR}:
            return YearReader(self._years, self._yearly)
        return BooksReader()

    def _again(self, reader: Reader, first: Ref, then: Ref) -> Reader:
        """The same reader for names of the same root, with what it has read already."""
        return reader if (first.root, first.of) == (then.root, then.of) else self._reader(then)


def _same(child: Node, own: Node) -> None:
    """An amount is the same wherever it stands."""
    if child.number != own.number or child.value != own.value:
        raise Fault(
            faults.LINEAGE_BROKEN, field=child.ref, value=child.label, found=own.value, stored=child.value
        )
