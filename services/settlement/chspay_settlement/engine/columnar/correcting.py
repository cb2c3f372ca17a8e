"""A closed month held as columns and corrected: the cases that changed are put in, the fund is divided again.

Only changed cases are looked at one by one; everything else goes through the compiled loops, so the preview
of a province's month costs about what its division cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.policy import Policy
from chspay_settlement.engine.columnar.columns import Coded, Columns, Each
from chspay_settlement.engine.columnar.dividing import allocate_columns, divide_columns
from chspay_settlement.engine.columnar.families import NUMBER
from chspay_settlement.engine.columnar.handout import counted_hospitals
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.month.difference import Closed
from chspay_settlement.engine.month.settled import CaseKey, Settled
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.forms import Form


@dataclass(frozen=True)
class ClosedColumns:
    """A closed month as columns, and what its fund is divided by."""

    columns: Columns
    points: PointColumns
    fund_fen: int
    policy: Policy
    form: Form
    each: Each = map

    def closed(self, keys: Iterable[CaseKey], funds_fen: Mapping[CaseKey, int]) -> Closed:
        """The month as a difference takes it: its division, and those cases of it that are asked for.

        :param funds_fen: what the asked-for cases were paid of the fund.
        """
        rows = sorted(rows_of(self.columns, keys).items())
        inputs = self.columns.inputs([row for _, row in rows])
        cases = {key: Settled(inp, self.points[row]) for (key, row), inp in zip(rows, inputs, strict=True)}
        return Closed(self.policy, self._divided(self.columns, self.points)[0], cases, funds_fen, self.again)

    def again(
        self, changed: Mapping[CaseKey, Settled], asked: Sequence[CaseKey]
    ) -> tuple[Division, dict[CaseKey, int]]:
        """The fund divided again with these cases as they are now, and the fund of those asked for."""
        rows = rows_of(self.columns, [*changed, *asked])
        columns, points = corrected(
            self.columns, self.points, {rows[key]: case for key, case in changed.items()}
        )
        division, counted = self._divided(columns, points)
        funds = allocate_columns(columns, points, counted, division, self.policy, self.each)
        return division, {key: int(funds[rows[key]]) for key in asked}

    def _divided(self, columns: Columns, points: PointColumns) -> tuple[Division, np.ndarray]:
        counted = counted_hospitals(columns, points, self.each)
        division = divide_columns(columns, points, counted, self.fund_fen, self.policy, self.form, self.each)
        return division, counted


def rows_of(columns: Columns, keys: Iterable[CaseKey]) -> dict[CaseKey, int]:
    """The row of each case that is there."""
    wanted = set(keys)
    ids = pa.array(sorted({case_id for _, case_id in wanted}), pa.string())
    rows = np.flatnonzero(pc.is_in(columns.case_id, value_set=ids).to_numpy())
    codes, found = columns.hospital.at(rows), columns.case_id.take(rows).to_pylist()
    places = zip(zip(codes, found, strict=True), rows.tolist(), strict=True)
    return {key: row for key, row in places if key in wanted}


def corrected(
    columns: Columns, points: PointColumns, changed: Mapping[int, Settled]
) -> tuple[Columns, PointColumns]:
    """The columns with other cases in some rows; a case stays the same hospital's."""
    if not changed:
        return columns, points
    rows = np.array(sorted(changed), np.int64)
    cases = [changed[row] for row in rows.tolist()]
    new = Columns.of([case.inp for case in cases])

    def numbers(old: np.ndarray, fresh: np.ndarray) -> np.ndarray:
        found = old.copy()
        found[rows] = fresh
        return found

    def texts(old: Coded, fresh: Coded) -> Coded:
        joined = Coded.joined([old, fresh])
        size = len(old.codes)
        return Coded(numbers(joined.codes[:size], joined.codes[size:]), joined.texts)

    marks = {row: found for row, found in columns.marks.items() if row not in changed}
    marks |= {row: case.inp.marks for row, case in changed.items() if case.inp.marks}
    reasons = {row: why for row, why in points.reasons.items() if row not in changed}
    reasons |= {row: case.points.reason for row, case in changed.items() if case.points.reason}
    return (
        Columns(
            columns.case_id, columns.hospital, numbers(columns.level, new.level), texts(columns.drg, new.drg),
            texts(columns.status, new.status), texts(columns.department, new.department),
            numbers(columns.los_days, new.los_days), numbers(columns.cost_fen, new.cost_fen),
            numbers(columns.patient_fen, new.patient_fen), marks,
        ),
        PointColumns(
            numbers(points.kinds, np.array([NUMBER[case.points.kind] for case in cases], np.int8)),
            numbers(points.points_micro, np.array([case.points.points_micro for case in cases], np.int64)),
            reasons,
        ),
    )  # fmt: skip
