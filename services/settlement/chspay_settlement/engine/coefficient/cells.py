"""The base year of a coefficient table, added up from grouped cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from chspay_settlement.engine.coefficient.parts import Cell
from chspay_settlement.engine.model import GROUPED, PricedInput


def cells_of(inputs: Iterable[PricedInput]) -> list[Cell]:
    """Grouped cases with a cost added up by hospital and group, sorted; the order never matters."""
    sums: dict[tuple[str, int | None, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for inp in inputs:
        if inp.status == GROUPED and inp.cost_fen is not None and inp.cost_fen > 0:
            row = sums[inp.hospital_code, inp.level, inp.drg]
            row[0] += 1
            row[1] += inp.cost_fen
            row[2] += inp.patient_fen or 0
    ordered = sorted(sums, key=lambda key: (key[0], -1 if key[1] is None else key[1], key[2]))
    return [Cell(*key, *sums[key]) for key in ordered]
