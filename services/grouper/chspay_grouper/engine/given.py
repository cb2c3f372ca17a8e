"""One batch of the case table as grouping sees it, and the rows that fail the input check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from chspay_core.case import DISCHARGE_BEFORE_ADMISSION, NEGATIVE
from chspay_core.errors import Reason
from chspay_core.period import NOT_A_DAY
from chspay_core.tables import NOT_AN_INTEGER
from chspay_grouper.engine.columns import (
    UNKNOWN,
    Column,
    Mapped,
    backwards,
    code_lists,
    dates,
    integers,
    mapped_texts,
    require_columns,
    stays,
)
from chspay_grouper.engine.intake import Scalars, icu_flag, leaving_number
from chspay_grouper.engine.tree import Scalar

#: Columns grouping reads; the first three must be there, the others are unknown when missing.
REQUIRED = ("case_id", "sex", "diagnoses")
READ = (
    *REQUIRED,
    "procedures",
    "age_years",
    "age_days",
    "newborn_weight_g",
    "department",
    "los_days",
    "leaving_type",
    "icu_hours",
    "admission_date",
    "discharge_date",
)
_NUMBERS = {
    Scalar.NL: "age_years",
    Scalar.XB: "sex",
    Scalar.XSRTL: "age_days",
    Scalar.XSRTZ: "newborn_weight_g",
    Scalar.ZYTS: "los_days",
    Scalar.ZZJHXS: "icu_hours",
}


def check_columns(schema: pa.Schema) -> None:
    """Refuse a table that lacks a column every case needs.

    :raises Fault: COLUMN_MISSING.
    """
    require_columns(schema, REQUIRED)


class Given:
    """The columns of one batch; ``bad`` holds the first failed check per row, after sex and diagnosis.

    The order of checks is that of :func:`chspay_grouper.engine.intake.input_fault`.

    :raises Fault: COLUMN_MISSING or COLUMN_TYPE; a bad row is no error.
    """

    def __init__(self, batch: pa.RecordBatch) -> None:
        check_columns(batch.schema)
        self._batch = batch
        self.diagnoses = code_lists(batch, "diagnoses")
        self.procedures = code_lists(batch, "procedures")
        self._columns = {scalar: integers(batch, name) for scalar, name in _NUMBERS.items()}
        self._admissions = dates(batch, "admission_date")
        self._discharges = dates(batch, "discharge_date")
        self.bad: dict[int, str] = {}
        for column in self._columns.values():
            self._mark(column.bad, NOT_AN_INTEGER)
        self._mark(self._admissions.bad, NOT_A_DAY)
        self._mark(self._discharges.bad, NOT_A_DAY)
        for column in self._columns.values():
            self._mark(column.negative, NEGATIVE)
        self._mark(backwards(self._admissions, self._discharges), DISCHARGE_BEFORE_ADMISSION)

    def scalars(self) -> Iterator[Scalars]:
        """Per row the scalars in the order of :data:`chspay_grouper.engine.intake.Scalars`."""
        listed = {scalar: column.listed() for scalar, column in self._columns.items()}
        return zip(
            listed[Scalar.NL],
            listed[Scalar.XB],
            listed[Scalar.XSRTL],
            [grams or None for grams in listed[Scalar.XSRTZ]],
            self._stays().listed(),
            self._text(Scalar.LYFS).listed(),
            listed[Scalar.ZZJHXS],
            self._text(Scalar.KSICU).listed(),
            strict=True,
        )

    def numbers(self, scalar: Scalar) -> np.ndarray:
        """One scalar of every row, ``columns.UNKNOWN`` where the record does not know it."""
        if scalar in (Scalar.LYFS, Scalar.KSICU):
            mapped = self._text(scalar)
            values = [UNKNOWN if value is None else value for value in mapped.values]
            numbers: np.ndarray = np.array(values, dtype=np.int64)[mapped.places]
            return numbers
        if scalar is Scalar.XSRTZ:
            grams = self._columns[scalar].numbers()
            unknown: np.ndarray = grams + UNKNOWN * (grams == 0)
            return unknown
        return (self._stays() if scalar is Scalar.ZYTS else self._columns[scalar]).numbers()

    def _stays(self) -> Column:
        return stays(self._columns[Scalar.ZYTS], self._admissions, self._discharges)

    def _text(self, scalar: Scalar) -> Mapped[int | None]:
        if scalar is Scalar.LYFS:
            return mapped_texts(self._batch, "leaving_type", leaving_number)
        return mapped_texts(self._batch, "department", icu_flag)

    def _mark(self, rows: Iterable[int], reason: Reason) -> None:
        for row in rows:
            self.bad.setdefault(row, reason.code)
