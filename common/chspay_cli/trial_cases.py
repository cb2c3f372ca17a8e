"""A trial clearing as it is written and told of, whether it went case by case or over columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.amounts import MICRO_PLACES, from_micro, plain
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded
from chspay_settlement.engine.model import CaseKind, GroupTable, HospitalAmount, PointValue, PricedInput
from chspay_settlement.engine.month.clearing import Clearing
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.forms import Form

if TYPE_CHECKING:
    from chspay_settlement.engine.columnar.clearing import ColumnClearing

_WHOLE = ("level", "los_days", "cost_fen", "patient_fen", "fund_fen", "total_fen")
#: The columns of cases.csv.
CASE_SCHEMA = pa.schema(
    [
        (name, pa.int64() if name in _WHOLE else pa.string())
        for name in (
            "case_id",
            "hospital_code",
            "level",
            "drg",
            "status",
            "department",
            "los_days",
            "cost_fen",
            "patient_fen",
            "kind",
            "reason",
            "points",
            "fund_fen",
            "total_fen",
        )
    ]
)
_BATCH_ROWS = 65_536
_MICRO = pa.decimal128(38, MICRO_PLACES)


@dataclass(frozen=True)
class Cleared:
    """A trial clearing: what all its cases come to, and its cases as rows of :data:`CASE_SCHEMA`."""

    table: GroupTable
    division: Division
    #: Cases by kind, and excluded cases by reason.
    kinds: Mapping[CaseKind, int]
    reasons: Mapping[str, int]
    batches: Callable[[], Iterator[pa.RecordBatch]]

    @property
    def form(self) -> Form:
        """The form of the point value."""
        return self.division.form

    @property
    def value(self) -> PointValue:
        """The value of all points together."""
        return self.division.value

    @property
    def hospitals(self) -> list[HospitalAmount]:
        """Every hospital's money, by code."""
        return self.division.hospitals

    @property
    def cases(self) -> int:
        """How many cases the file had."""
        return sum(self.kinds.values())


def cleared(done: Clearing, inputs: Sequence[PricedInput]) -> Cleared:
    """A clearing that went case by case."""
    return Cleared(
        done.table,
        done.division,
        Counter(points.kind for points in done.points),
        Counter(points.reason for points in done.points if points.kind is CaseKind.EXCLUDED),
        lambda: _batches_of_inputs(done, inputs),
    )


def cleared_columns(done: ColumnClearing) -> Cleared:
    """A clearing over columns."""
    return Cleared(
        done.table,
        done.division,
        done.points.tally(),
        Counter(done.points.reasons.values()),
        lambda: _batches_of_columns(done),
    )


def _points(micro: int) -> str:
    return plain(from_micro(micro))


def _batches_of_inputs(done: Clearing, inputs: Sequence[PricedInput]) -> Iterator[pa.RecordBatch]:
    kinds = {kind: kind.value for kind in CaseKind}
    shown = {micro: _points(micro) for micro in {points.points_micro for points in done.points}}
    for start in range(0, len(inputs), _BATCH_ROWS):
        part = slice(start, start + _BATCH_ROWS)
        given = dict(zip(PricedInput._fields, zip(*inputs[part], strict=True), strict=True))
        points = done.points[part]
        funds = [
            None if found.kind is CaseKind.EXCLUDED else fund
            for found, fund in zip(points, done.funds_fen[part], strict=True)
        ]
        found = {
            **given,
            "kind": [kinds[found.kind] for found in points],
            "reason": [found.reason for found in points],
            "points": [shown[found.points_micro] for found in points],
            "fund_fen": funds,
            "total_fen": [
                None if fund is None else fund + (patient or 0)
                for fund, patient in zip(funds, given["patient_fen"], strict=True)
            ],
        }
        yield pa.RecordBatch.from_pydict({name: found[name] for name in CASE_SCHEMA.names}, CASE_SCHEMA)


def _batches_of_columns(done: ColumnClearing) -> Iterator[pa.RecordBatch]:
    columns, points = done.columns, done.points
    kinds = Coded(points.kinds, tuple(kind.value for kind in CaseKind))
    for start in range(0, len(columns), _BATCH_ROWS):
        part = slice(start, min(start + _BATCH_ROWS, len(columns)))
        fund, patient = done.funds_fen[part], columns.patient_fen[part]
        excluded = points.kinds[part] == kinds.texts.index(CaseKind.EXCLUDED.value)
        found = {
            "case_id": columns.case_id.slice(start, part.stop - start).combine_chunks(),
            "hospital_code": _spelt(columns.hospital, part),
            "level": _whole(columns.level[part]),
            "drg": _spelt(columns.drg, part),
            "status": _spelt(columns.status, part),
            "department": _spelt(columns.department, part),
            "los_days": _whole(columns.los_days[part]),
            "cost_fen": _whole(columns.cost_fen[part]),
            "patient_fen": _whole(patient),
            "kind": _spelt(kinds, part),
            "reason": _reasons(points.reasons, start, excluded),
            "points": _points_spelt(points.points_micro[part]),
            "fund_fen": pa.array(fund, mask=excluded),
            "total_fen": pa.array(fund + np.where(patient == UNKNOWN, 0, patient), mask=excluded),
        }
        yield pa.RecordBatch.from_pydict({name: found[name] for name in CASE_SCHEMA.names}, CASE_SCHEMA)


def _spelt(column: Coded, part: slice) -> pa.Array:
    return pa.array(column.texts, pa.string()).take(pa.array(column.codes[part]))


def _whole(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers, mask=numbers == UNKNOWN)


def _reasons(reasons: Mapping[int, str], start: int, excluded: np.ndarray) -> pa.Array:
    """Why cases are excluded, the empty text for all others; ``start`` is the row of the first."""
    found = np.full(len(excluded), "", object)
    for row in np.flatnonzero(excluded).tolist():
        found[row] = reasons.get(start + row, "")
    return pa.array(found, pa.string())


def _points_spelt(micro: np.ndarray) -> pa.Array:
    """Points as :func:`~chspay_core.amounts.plain` writes them: decimals without needless zeros."""
    # A number of 128 bits is its 64 bits and their sign.
    halves = np.stack([micro, micro >> 63], axis=1)
    exact = pa.Array.from_buffers(_MICRO, len(micro), [None, pa.py_buffer(np.ascontiguousarray(halves))])
    return pc.utf8_rtrim(pc.utf8_rtrim(exact.cast(pa.string()), "0"), ".")
