"""Money over columns: totals of hospitals, and a hospital's money handed out to its cases to the fen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chspay_core.amounts import largest_remainder
from chspay_settlement.engine.columnar import kernels
from chspay_settlement.engine.columnar.columns import UNKNOWN, Columns, Each
from chspay_settlement.engine.columnar.pricing import EXCLUDED, PointColumns
from chspay_settlement.engine.columnar.sums import by_group, sums_by_group
from chspay_settlement.engine.model import HospitalTotals
from chspay_settlement.engine.value.forms import Form
from chspay_settlement.engine.value.split import hospital_totals

_INT64 = 2**63 - 1


def counted_hospitals(columns: Columns, points: PointColumns, each: Each = map) -> np.ndarray:
    """Per case the code of its hospital, or -1 where the case is excluded."""
    counted = np.empty(len(columns), np.int32)

    def choose(piece: slice) -> None:
        counted[piece] = np.where(points.kinds[piece] != EXCLUDED, columns.hospital.codes[piece], -1)

    for _ in each(choose, columns.pieces()):
        continue
    return counted


def totals_of_columns(
    columns: Columns, points: PointColumns, counted: np.ndarray, form: Form, each: Each = map
) -> list[HospitalTotals]:
    """As :func:`~chspay_settlement.engine.value.split.hospital_totals`, over columns.

    :raises Fault: PATIENT_PAID_MISSING.
    """
    pieces, texts = columns.pieces(), columns.hospital.texts

    def missing(piece: slice) -> int:
        found = np.flatnonzero((columns.patient_fen[piece] == UNKNOWN) & (counted[piece] >= 0))
        return int(found[0]) + piece.start if len(found) else -1

    lacking = next((row for row in each(missing, pieces) if row >= 0), None)
    patients = columns.patient_fen
    if lacking is not None:
        # The single-case function says why a missing part is refused, or takes it for nothing.
        hospital_totals(columns.inputs([lacking]), [points[lacking]], form)
        patients = np.where(patients == UNKNOWN, 0, patients)
    ones = np.broadcast_to(np.int64(1), len(columns))
    sums = [
        sums_by_group(pieces, each, counted, values, len(texts))
        for values in (ones, points.points_micro, columns.cost_fen, patients)
    ]
    rows = (HospitalTotals(*row) for row in zip(texts, *sums, strict=True))
    return sorted(row for row in rows if row.cases)


def hand_out(
    columns: Columns,
    weights: np.ndarray,
    groups: np.ndarray,
    totals: Sequence[int],
    each: Each = map,
) -> np.ndarray:
    """Each group's total (fen) handed out to its rows by weight with the largest-remainder method.

    Ties go to the larger weight, then to the smaller case number, as in
    :func:`~chspay_core.amounts.largest_remainder`; a row of a group below zero gets nothing.

    :param totals: per group; a negative one mirrors a positive one.
    """
    pieces, size = columns.pieces(), len(totals)
    wholes = sums_by_group(pieces, each, groups, weights, size)
    if max([*wholes, *map(abs, totals)], default=0) > _INT64 or weights.min(initial=0) < 0:
        return _slowly(columns, weights, groups, totals)
    amounts = np.array([abs(total) if whole else 0 for total, whole in zip(totals, wholes, strict=True)])
    limbs = amounts.astype(np.uint64), np.array(wholes, np.uint64)
    given, rest = np.empty(len(columns), np.int64), np.empty(len(columns), np.uint64)

    def share(piece: slice) -> None:
        kernels.shares(groups[piece], weights[piece], *limbs, given[piece], rest[piece])

    for _ in each(share, pieces):
        continue
    handed = sums_by_group(pieces, each, groups, given, size)
    left = [int(total) - found for total, found in zip(amounts, handed, strict=True)]
    edges = _edges(by_group(pieces, each, groups, rest, size), left, each)
    level = _serve(pieces, each, groups, rest, edges, given)
    handed = sums_by_group(pieces, each, groups, given, size)
    left = [int(total) - found for total, found in zip(amounts, handed, strict=True)]
    _break_ties(columns, weights, groups, level, left, given)
    for group, total in enumerate(totals):
        if total < 0:
            given[groups == group] *= -1
    if sums_by_group(pieces, each, groups, given, size) != list(totals):
        raise AssertionError("a hand-out must hand out its totals exactly")
    return given


def _edges(rests: Sequence[np.ndarray], left: Sequence[int], each: Each) -> np.ndarray:
    """Per group the remainder of the last row served when its ``left`` fen go to the largest; else zero."""

    def edge(work: tuple[np.ndarray, int]) -> int:
        rest, fen = work
        if not fen:
            return 0
        place = len(rest) - fen
        rest.partition(place)
        return int(rest[place])

    return np.array(list(each(edge, zip(rests, left, strict=True))), np.uint64)


def _serve(
    pieces: Sequence[slice], each: Each, groups: np.ndarray, rest: np.ndarray, edges: np.ndarray,
    given: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Serves the rows above their group's edge, and answers the rows level with it."""

    def serve(piece: slice) -> np.ndarray:
        level = np.empty(piece.stop - piece.start, np.int64)
        found = kernels.serve(groups[piece], rest[piece], edges, given[piece], level)
        tied: np.ndarray = level[:found] + piece.start
        return tied

    return np.concatenate([np.empty(0, np.int64), *each(serve, pieces)])


def _break_ties(
    columns: Columns, weights: np.ndarray, groups: np.ndarray, level: np.ndarray, left: Sequence[int],
    given: np.ndarray,
) -> None:  # fmt: skip
    """Gives the fen that are left to the first of the rows level with each other."""
    wanted = np.array(left, np.int64)
    level = level[wanted[groups[level]] > 0]
    case_ids = columns.case_id.take(level).to_pylist()
    tied: dict[int, list[tuple[int, str, int]]] = {}
    for row, case_id in zip(level.tolist(), case_ids, strict=True):
        tied.setdefault(int(groups[row]), []).append((-int(weights[row]), case_id, row))
    for group, rows in tied.items():
        rows.sort()
        for _, _, row in rows[: left[group]]:
            given[row] += 1


def _slowly(columns: Columns, weights: np.ndarray, groups: np.ndarray, totals: Sequence[int]) -> np.ndarray:
    """Group by group, where an amount is beyond 64 bits or a case owes points."""
    given = np.zeros(len(columns), np.int64)
    for group, total in enumerate(totals):
        rows = np.flatnonzero(groups == group)
        case_ids = columns.case_id.take(rows).to_pylist()
        given[rows] = largest_remainder(total, weights[rows].tolist(), case_ids, signed=True)
    return given
