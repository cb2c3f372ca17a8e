"""The points of many cases: each plan compiled once to whole numbers, then one loop over the columns.

A plan depends on group, status, department and coefficient, so cases are numbered by what they share of
these, and the pricer is asked once for each combination that occurs. What the loop cannot decide, and
every case with marks, is priced by the pricer's single-case function: the answers are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np

from chspay_settlement.engine.columnar import kernels
from chspay_settlement.engine.columnar.columns import Coded, Columns, Each
from chspay_settlement.engine.columnar.combining import Combinations, combine, numbered
from chspay_settlement.engine.columnar.kernels import Bands
from chspay_settlement.engine.model import CaseKind, CasePoints
from chspay_settlement.engine.plan import Band, Plan
from chspay_settlement.engine.points import Pricer

#: Kinds by the number they have in a column.
KINDS = tuple(CaseKind)
_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
EXCLUDED = _NUMBER[CaseKind.EXCLUDED]
_INT64, _LIMB = 2**63 - 1, 2**64


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


def price_columns(columns: Columns, pricer: Pricer, each: Each = map) -> PointColumns:
    """Kind and points of every case, as :meth:`Pricer.price` finds them one by one.

    :raises Fault: what the pricer raises.
    """
    combinations = _combinations(columns, pricer, each)
    # A case without cost needs no plan: its group may have no other case to be measured from.
    plans = [
        pricer.plan(inp) if inp.cost_fen is not None and inp.cost_fen > 0 else None
        for inp in columns.inputs(combinations.rows)
    ]
    bands = _bands(plans)
    found = PointColumns(np.empty(len(columns), np.int8), np.zeros(len(columns), np.int64), {})
    number = combinations.codes
    for row in columns.marks:
        number[row] = -1

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
        found.kinds[row] = _NUMBER[points.kind]
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


def _bands(plans: list[Plan | None]) -> Bands:
    """All plans as columns; one without a plan has a band that leaves its cases alone."""
    first, by_days = [], []
    rows: list[tuple[int, ...]] = []
    known: dict[int, int] = {}
    for plan in plans:
        place = known.get(id(plan))
        if place is None:
            place = known[id(plan)] = len(rows)
            rows += [_LEFT] if plan is None else [_band(band) for band in plan.bands]
        first.append(place)
        by_days.append(plan is not None and plan.by_days)
    columns = list(zip(*rows, strict=True)) or [()] * len(_KINDS_OF_BANDS)
    return Bands(
        np.array(first, np.int64),
        np.array(by_days, np.bool_),
        *(np.array(column, kind) for column, kind in zip(columns, _KINDS_OF_BANDS, strict=True)),
    )


_SIGNED, _LIMBS = np.int64, np.uint64
_KINDS_OF_BANDS = (
    _SIGNED, np.int8, np.bool_, _SIGNED, _LIMBS, _LIMBS, _LIMBS, _LIMBS, _LIMBS, _SIGNED, _SIGNED, _SIGNED,
)  # fmt: skip
#: A band no case of which the loop prices.
_LEFT = (_INT64, 0, True, -1, 0, 0, 0, 1, 0, 0, -1, 1)


def _band(band: Band) -> tuple[int, ...]:
    """A band as the loop takes it, in lowest terms, or left alone where it does not fit."""
    top = min(band.top, _INT64)
    kind = _NUMBER[band.kind]
    if band.constant is not None:
        points = band.constant
        alone = points.kind is not band.kind or bool(points.reason) or not 0 <= points.points_micro <= _INT64
        return (top, kind, alone, -1 if alone else points.points_micro, *_LEFT[4:])
    slope, fixed, half = band.twice_slope, band.twice_fixed_plus_half, band.over
    shared = gcd(slope, fixed, half)
    slope, fixed, half = slope // shared, fixed // shared, half // shared
    floor = -1 if band.floor is None else band.floor
    fits = 0 <= slope <= _INT64 and abs(fixed) < 2**126 and 2 * half < _LIMB
    if not fits or not -1 <= floor <= kernels.MOST_UNITS or band.cap < 0:
        return (top, *_LEFT[1:])
    high, low = divmod(fixed % 2**128, _LIMB)
    cap = min(band.cap, kernels.MOST_UNITS)
    return (top, kind, False, -1, slope, high, low, 2 * half, half, cap, floor, band.unit_micro)
