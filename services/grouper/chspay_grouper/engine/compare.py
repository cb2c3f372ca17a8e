"""Who moves between two schemes over the same cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.errors import Fault, Kind, Reason

ANSWERS_UNLIKE = Reason(
    "ANSWERS_UNLIKE", Kind.PRECONDITION, "两次分组的病例不同（{problem}），不能比较；请对同一批病例分组。"
)

_EXAMPLES = 5
_BETWEEN = "\t"


@dataclass(frozen=True, slots=True)
class Move:
    """Cases that were in one group and are in another; a status stands for a missing group."""

    before: str
    after: str
    cases: int
    examples: tuple[str, ...]


class Moves:
    """Counts who moves, chunk by chunk."""

    def __init__(self) -> None:
        self.cases = 0
        self._pairs: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def add(self, ids: pa.Array, before: Mapping[str, pa.Array], after: Mapping[str, pa.Array]) -> pa.Array:
        """Some cases with their answers under both schemes; answers which of them moved.

        :raises Fault: ANSWERS_UNLIKE, when there are not as many answers on both sides.
        """
        old, new = place(before), place(after)
        if not len(ids) == len(old) == len(new):
            raise Fault(ANSWERS_UNLIKE, field="cases", problem="数量不同")
        self.cases += len(ids)
        moved = pc.not_equal(old, new)
        names = ids.filter(moved).cast(pa.string()).to_pylist()
        pairs = pc.binary_join_element_wise(old.filter(moved), new.filter(moved), _BETWEEN).to_pylist()
        self._pairs.update(pairs)
        for pair, name in zip(pairs, names, strict=True):
            kept = self._examples.setdefault(pair, [])
            if len(kept) < _EXAMPLES:
                kept.append(name or "")
        return moved

    @property
    def moved(self) -> int:
        """How many cases are elsewhere now."""
        return self._pairs.total()

    def largest(self) -> list[Move]:
        """Every move, the most cases first, then by group."""
        ranked = sorted(self._pairs.items(), key=lambda item: (-item[1], item[0]))
        found = []
        for pair, cases in ranked:
            old, _, new = pair.partition(_BETWEEN)
            found.append(Move(old, new, cases, tuple(self._examples[pair])))
        return found


def place(answers: Mapping[str, pa.Array]) -> pa.Array:
    """Per case its DRG, or its status when it has none."""
    drg, status = (
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in (answers["drg"], answers["status"])
    )
    return pc.if_else(pc.equal(drg, ""), status, drg)
