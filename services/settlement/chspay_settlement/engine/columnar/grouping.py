"""Cases added up by hospital, group and kind over columns: the lines of statements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns, Each
from chspay_settlement.engine.columnar.combining import combine
from chspay_settlement.engine.columnar.families import KINDS
from chspay_settlement.engine.columnar.handout import counted_hospitals
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.columnar.sums import sums_by_group
from chspay_settlement.engine.month.statement import GroupLine

#: Group, kind, cases, and a sum for each column asked for.
Line = tuple[str, str, int, tuple[int, ...]]


def known(numbers: np.ndarray) -> np.ndarray:
    """A column with zero where a number is unknown."""
    return np.where(numbers == UNKNOWN, 0, numbers)


def lines_by_hospital(
    columns: Columns,
    points: PointColumns,
    counted: np.ndarray,
    values: Sequence[np.ndarray],
    each: Each = map,
) -> dict[str, list[Line]]:
    """Each hospital's cases by group and kind, sorted, with the exact sums of ``values``.

    :param counted: per case the code of its hospital, below zero where the case is excluded.
    """
    pieces = columns.pieces()
    parts = [
        (counted + np.int32(1), len(columns.hospital.texts) + 1),
        (columns.drg.codes, len(columns.drg.texts)),
        (points.kinds.astype(np.int32), len(KINDS)),
    ]
    found = combine(pieces, each, parts)
    groups = np.where(counted >= 0, found.codes, np.int32(-1))
    ones = np.broadcast_to(np.int64(1), len(columns))
    sums = [sums_by_group(pieces, each, groups, column, len(found.rows)) for column in (ones, *values)]
    lines: dict[str, list[Line]] = {}
    for number, row in enumerate(found.rows):
        if counted[row] < 0:
            continue
        hospital = columns.hospital.texts[counted[row]]
        drg = columns.drg.texts[columns.drg.codes[row]]
        cases, *rest = (column[number] for column in sums)
        lines.setdefault(hospital, []).append((drg, KINDS[points.kinds[row]].value, cases, tuple(rest)))
    return {code: sorted(own) for code, own in lines.items()}


def month_lines(
    columns: Columns, points: PointColumns, funds_fen: np.ndarray, each: Each = map
) -> dict[str, list[GroupLine]]:
    """As :func:`~chspay_settlement.engine.month.statement.group_lines` for every hospital of a month."""
    counted = counted_hospitals(columns, points, each)
    values = (points.points_micro, known(columns.cost_fen), known(columns.patient_fen), funds_fen)
    found = lines_by_hospital(columns, points, counted, values, each)
    return {
        code: [GroupLine(drg, kind, cases, *sums) for drg, kind, cases, sums in own]
        for code, own in found.items()
    }
