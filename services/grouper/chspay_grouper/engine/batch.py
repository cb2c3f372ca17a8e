"""Arrow batches in, answers out, by the same compiled scheme that answers single cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.case import DIAGNOSIS_MISSING, SEX_BAD
from chspay_core.tables import ANSWER_COLUMNS
from chspay_grouper.engine.answers import INVALID, Answer
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.given import Given
from chspay_grouper.engine.grouper import Diagnosis, Grouper, Procedure

FIRST_CHECKS = (INVALID[SEX_BAD.code], INVALID[DIAGNOSIS_MISSING.code])


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
        self._encodings = {name: self._encoding(name) for name in ANSWER_COLUMNS}

    def numbers(self, batch: pa.RecordBatch) -> np.ndarray:
        """Per row the number of its answer, as int32; :meth:`columns` turns numbers into columns.

        :raises Fault: COLUMN_MISSING or COLUMN_TYPE; a bad row is ``invalid``, never an error.
        """
        given, of = Given(batch), self._numbers.__getitem__
        answers = map(id, self._each(given))
        found = np.fromiter(map(of, answers), dtype=np.int32, count=batch.num_rows)
        self._mark_bad(given, found)
        return found

    def _mark_bad(self, given: Given, found: np.ndarray) -> None:
        """Put the reason of every row that failed a later input check in place of its group."""
        for row, reason in given.bad.items():
            if self._answers[found[row]] not in FIRST_CHECKS:
                found[row] = self._numbers[id(INVALID[reason])]

    @property
    def size(self) -> int:
        """How many different answers there are; numbers run from 0."""
        return len(self._answers)

    def answer(self, number: int) -> Answer:
        """The answer a number stands for."""
        return self._answers[number]

    def columns(self, numbers: np.ndarray) -> dict[str, pa.Array]:
        """The answer columns ``mdc, adrg, drg, status, reason`` as text, row for row."""
        return {name: column.dictionary_decode() for name, column in self.encoded(numbers).items()}

    def encoded(self, numbers: np.ndarray) -> dict[str, pa.DictionaryArray]:
        """The answer columns as dictionary arrays over one dictionary each, whatever the batch."""
        found = pa.array(numbers)
        places = {name: pc.take(of, found, boundscheck=False) for name, (of, _) in self._encodings.items()}
        return {
            name: pa.DictionaryArray.from_arrays(places[name], dictionary, safe=False)
            for name, (_, dictionary) in self._encodings.items()
        }

    def _encoding(self, name: str) -> tuple[pa.Array, pa.Array]:
        plain = self._dictionary(name).dictionary_encode()
        small = pa.int16() if len(plain.dictionary) <= np.iinfo(np.int16).max else pa.int32()
        return plain.indices.cast(small), plain.dictionary

    def _dictionary(self, name: str) -> pa.Array:
        values = [getattr(answer, name) for answer in self._answers]
        return pa.array([value.value if name == "status" else value for value in values], pa.string())

    def _each(self, given: Given) -> Iterator[Answer]:
        diagnoses, procedures, answer = given.diagnoses, given.procedures, self._answer
        met_diagnoses = [self._diagnosis(code) for code in diagnoses.distinct()]
        met_procedures = [self._procedure(code) for code in procedures.distinct()]
        codes = list(map(met_diagnoses.__getitem__, diagnoses.places.tolist()))
        operations = list(map(met_procedures.__getitem__, procedures.places.tolist()))
        no_sex, no_diagnosis = FIRST_CHECKS
        bounds = (diagnoses.starts, diagnoses.ends, procedures.starts, procedures.ends)
        rows = zip(*(places.tolist() for places in bounds), given.scalars(), strict=True)
        for start, end, first, last, scalars in rows:
            if scalars[1] not in (1, 2):
                yield no_sex
            elif start == end or not codes[start].code:
                yield no_diagnosis
            else:
                yield answer(codes[start], codes[start + 1 : end], operations[first:last], scalars)
