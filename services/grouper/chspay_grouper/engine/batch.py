"""Arrow batches in, answers out, by the same compiled scheme that answers single cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa

from chspay_core.case import DIAGNOSIS_MISSING, NEGATIVE, SEX_BAD
from chspay_core.case import DISCHARGE_BEFORE_ADMISSION as _BACKWARDS
from chspay_core.errors import Fault, Reason
from chspay_core.period import NOT_A_DAY
from chspay_core.tables import ANSWER_COLUMNS, COLUMN_MISSING, NOT_AN_INTEGER
from chspay_grouper.engine.answers import INVALID, Answer
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.columns import Column, code_lists, dates, integers, mapped_texts, stays
from chspay_grouper.engine.grouper import Diagnosis, Grouper, Procedure
from chspay_grouper.engine.intake import Scalars, icu_flag, leaving_number

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
_NUMBERS = ("age_years", "sex", "age_days", "newborn_weight_g", "los_days", "icu_hours")
_FIRST_CHECKS = (INVALID[SEX_BAD.code], INVALID[DIAGNOSIS_MISSING.code])


class BatchGrouper:
    """Groups record batches of the canonical case table under one scheme."""

    def __init__(self, grouper: Grouper, codemap: CodeMap | None = None) -> None:
        """``codemap`` only when the caller says the codes are of the clinical edition."""
        self._diagnosis: Callable[[str], Diagnosis] = grouper.diagnosis
        self._procedure: Callable[[str], Procedure] = grouper.procedure
        if codemap is not None:
            self._diagnosis = lambda code: grouper.diagnosis(codemap.diagnosis(code))
            self._procedure = lambda code: grouper.procedure(codemap.procedure(code))
        self._answer = grouper.answer
        self._answers = grouper.answers()
        self._numbers = {id(answer): number for number, answer in enumerate(self._answers)}

    def numbers(self, batch: pa.RecordBatch) -> np.ndarray:
        """Per row the number of its answer, as int32; :meth:`columns` turns numbers into columns.

        :raises Fault: COLUMN_MISSING or COLUMN_TYPE; a bad row is ``invalid``, never an error.
        """
        check_columns(batch.schema)
        given, of = _Given(batch), self._numbers.__getitem__
        answers = map(id, self._each(given))
        found = np.fromiter(map(of, answers), dtype=np.int32, count=batch.num_rows)
        for row, reason in given.bad.items():
            if self._answers[found[row]] not in _FIRST_CHECKS:
                found[row] = of(id(INVALID[reason]))
        return found

    @property
    def size(self) -> int:
        """How many different answers there are; numbers run from 0."""
        return len(self._answers)

    def answer(self, number: int) -> Answer:
        """The answer a number stands for."""
        return self._answers[number]

    def columns(self, numbers: np.ndarray) -> dict[str, pa.Array]:
        """The answer columns ``mdc, adrg, drg, status, reason`` as text, row for row."""
        indices = pa.array(numbers, type=pa.int32())
        return {name: self._dictionary(name).take(indices) for name in ANSWER_COLUMNS}

    def _dictionary(self, name: str) -> pa.Array:
        values = [getattr(answer, name) for answer in self._answers]
        return pa.array([value.value if name == "status" else value for value in values], pa.string())

    def _each(self, given: _Given) -> Iterator[Answer]:
        diagnoses, procedures, answer = given.diagnoses, given.procedures, self._answer
        met_diagnoses = [self._diagnosis(code) for code in diagnoses.distinct]
        met_procedures = [self._procedure(code) for code in procedures.distinct]
        codes = list(map(met_diagnoses.__getitem__, diagnoses.places))
        operations = list(map(met_procedures.__getitem__, procedures.places))
        no_sex, no_diagnosis = _FIRST_CHECKS
        start = first = 0
        for end, last, scalars in zip(diagnoses.ends[1:], procedures.ends[1:], given.scalars, strict=True):
            if scalars[1] not in (1, 2):
                yield no_sex
            elif start == end or not codes[start].code:
                yield no_diagnosis
            else:
                yield answer(codes[start], codes[start + 1 : end], operations[first:last], scalars)
            start, first = end, last


def check_columns(schema: pa.Schema) -> None:
    """Refuse a table that lacks a column every case needs.

    :raises Fault: COLUMN_MISSING.
    """
    for name in REQUIRED:
        if schema.get_field_index(name) < 0:
            raise Fault(COLUMN_MISSING, field=name)


class _Given:
    """The columns of one batch as Python values, and the rows that fail the input check.

    The order of checks is that of :func:`chspay_grouper.engine.intake.input_fault`.
    """

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.diagnoses = code_lists(batch, "diagnoses")
        self.procedures = code_lists(batch, "procedures")
        numbers = {name: integers(batch, name) for name in _NUMBERS}
        admissions, no_admission = dates(batch, "admission_date")
        discharges, no_discharge = dates(batch, "discharge_date")
        self.bad: dict[int, str] = {}
        for column in numbers.values():
            self._mark(column.bad, NOT_AN_INTEGER)
        self._mark(no_admission, NOT_A_DAY)
        self._mark(no_discharge, NOT_A_DAY)
        for column in numbers.values():
            self._mark(column.negative, NEGATIVE)
        if any(admissions) and any(discharges):
            pairs = enumerate(zip(admissions, discharges, strict=True))
            self._mark((row for row, (came, left) in pairs if came and left and left < came), _BACKWARDS)
            stays(numbers["los_days"], admissions, discharges)
        self.scalars = _scalars(batch, numbers)

    def _mark(self, rows: Iterable[int], reason: Reason) -> None:
        for row in rows:
            self.bad.setdefault(row, reason.code)


def _scalars(batch: pa.RecordBatch, numbers: Mapping[str, Column]) -> Iterator[Scalars]:
    """Per row the scalars in the order of :data:`chspay_grouper.engine.intake.Scalars`."""
    return zip(
        numbers["age_years"].values,
        numbers["sex"].values,
        numbers["age_days"].values,
        [grams or None for grams in numbers["newborn_weight_g"].values],
        numbers["los_days"].values,
        mapped_texts(batch, "leaving_type", leaving_number),
        numbers["icu_hours"].values,
        mapped_texts(batch, "department", icu_flag),
        strict=True,
    )
