"""The group figures measured from columns: the rules are those of ``engine.groups.measure``."""

from __future__ import annotations

from typing import Any

import numpy as np

from chspay_settlement.engine.case.terms import Terms
from chspay_settlement.engine.columnar.columns import Columns, Each
from chspay_settlement.engine.columnar.sums import by_group, total_and_squares
from chspay_settlement.engine.groups.measure import measure_costs
from chspay_settlement.engine.model import GroupTable


def measure_columns(columns: Columns, terms: Terms, each: Each = map) -> GroupTable:
    """The group figures of these cases, as ``groups.measure`` finds them.

    :raises Fault: NOTHING_TO_MEASURE.
    """
    groups = np.empty(len(columns), np.int32)
    status = columns.status.one_of(terms.measured)
    others = ~columns.department.one_of(terms.per_diem)

    def choose(piece: slice) -> None:
        counted = status[columns.status.codes[piece]] & others[columns.department.codes[piece]]
        counted &= columns.cost_fen[piece] > 0
        groups[piece] = np.where(counted, columns.drg.codes[piece], -1)

    pieces = columns.pieces()
    for _ in each(choose, pieces):
        continue
    found = by_group(pieces, each, groups, columns.cost_fen, len(columns.drg.texts))
    costs: dict[str, Any] = {drg: own for drg, own in zip(columns.drg.texts, found, strict=True) if len(own)}
    for _ in each(np.ndarray.sort, costs.values()):
        continue
    return measure_costs(costs, terms, total_and_squares)
