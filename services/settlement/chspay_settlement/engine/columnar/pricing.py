"""The points of many cases: each plan compiled once to whole numbers, then one loop over the columns.

A plan depends on group, status, department and coefficient, so cases are numbered by what they share of
these, and bands are made once for each combination that occurs. What the loop cannot decide, and
every case with marks, is priced by the pricer's single-case function: the answers are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chspay_settlement.engine.case.points import Pricer
from chspay_settlement.engine.columnar import kernels
from chspay_settlement.engine.columnar.columns import Coded, Columns, Each
from chspay_settlement.engine.columnar.combining import Combinations, combine, numbered
from chspay_settlement.engine.columnar.families import KINDS, NUMBER, Families, Known
from chspay_settlement.engine.columnar.kernels import Bands
from chspay_settlement.engine.model import BED_DAYS, CaseKind, CasePoints

EXCLUDED = NUMBER[CaseKind.EXCLUDED]


@dataclass(frozen=True, slots=True)
class PointColumns:
    """What the cases earned, in their order: kind by its place in :data:`KINDS`, points in micro."""

    kinds: np.ndarray  # int8
    points_micro: np.ndarray  # int64
    #: Why a case is excluded, by row.
    reasons: dict[int, str]

    def __len__(self) -> int:
        return len(self.kinds)

    def tally(self) -> dict[CaseKind, int]:
        """How many cases are of each kind, of kinds that occur."""
        counts = np.bincount(self.kinds, minlength=len(KINDS)).tolist()
        return {kind: number for kind, number in zip(KINDS, counts, strict=True) if number}

    def __getitem__(self, row: int) -> CasePoints:
        return CasePoints(KINDS[self.kinds[row]], int(self.points_micro[row]), self.reasons.get(row, ""))


#: Prices cases as :func:`price_columns` does, wherever that is.
Price = Callable[[Columns, Pricer, Each], PointColumns]


def price_columns(
    columns: Columns, pricer: Pricer, each: Each = map, known: Known | None = None
) -> PointColumns:
    """Kind and points of every case, as :meth:`Pricer.price` finds them one by one.

    :param known: plans made before under the same rules, coefficients aside; what is made now is added.
    :raises Fault: what the pricer raises.
    """
    combinations = _combinations(columns, pricer, each)
    families = Families(pricer, known)
    bands = _bands(*families.places(columns, np.array(combinations.rows, np.int64)), families)
    found = PointColumns(np.empty(len(columns), np.int8), np.zeros(len(columns), np.int64), {})
    number = combinations.codes
    for row in columns.marks:
        number[row] = -1
    if BED_DAYS in columns.status.texts:
        # Their points stand in their marks, each its own.
        number[columns.status.one_of((BED_DAYS,))[columns.status.codes]] = -1

    def price(piece: slice) -> tuple[slice, int]:
        left = kernels.price(
            bands,
            number[piece],
            columns.cost_fen[piece],
            columns.los_days[piece],
            found.kinds[piece],
            found.points_micro[piece],
        )
        return piece, left

    for piece, left in each(price, columns.pieces()):
        if left:
            rows = np.flatnonzero(found.kinds[piece] == kernels.ALONE) + piece.start
            _alone(columns, pricer, found, rows.tolist())
    return found


def _alone(columns: Columns, pricer: Pricer, found: PointColumns, rows: list[int]) -> None:
    """Some cases through the single-case function."""
    for row, inp in zip(rows, columns.inputs(rows), strict=True):
        points = pricer.price(inp)
        found.kinds[row] = NUMBER[points.kind]
        found.points_micro[row] = points.points_micro
        if points.reason:
            found.reasons[row] = points.reason


def _combinations(columns: Columns, pricer: Pricer, each: Each) -> Combinations:
    """Cases by hospital, level, group, status, per-diem department and whether they cost anything.

    All departments without a day rate are one, for no plan looks at them.
    """
    per_diem = pricer.terms.per_diem
    kept = [text if text in per_diem else "" for text in columns.department.texts]
    coded = (columns.hospital, columns.drg, columns.status, _renamed(columns.department, kept))
    parts = [(column.codes, len(column.texts)) for column in coded]
    costly = (columns.cost_fen > 0).astype(np.int8)
    return combine(columns.pieces(), each, [numbered(columns.level), *parts, (costly, 2)])


def _renamed(column: Coded, texts: list[str]) -> Coded:
    """The column with other texts, some of which are now the same."""
    renamed = Coded.of(texts)
    return Coded(renamed.codes[column.codes] if texts else column.codes, renamed.texts)


_SIGNED, _LIMBS = np.int64, np.uint64
_KINDS_OF_BANDS = (
    _SIGNED, np.int8, np.bool_, _SIGNED, _LIMBS, _LIMBS, _LIMBS, _LIMBS, _LIMBS, _SIGNED, _SIGNED, _SIGNED,
)  # fmt: skip


def _bands(first: np.ndarray, by_days: np.ndarray, families: Families) -> Bands:
    """The plan of every combination, and all bands, as columns."""
    columns = zip(*families.rows, strict=True)
    return Bands(
        first,
        by_days,
        *(np.array(column, kind) for column, kind in zip(columns, _KINDS_OF_BANDS, strict=True)),
    )
