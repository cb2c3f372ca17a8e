"""Arrow batches in, DIP answers out, by the same function that answers single cases."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.amounts import EXACT, MICRO_PLACES
from chspay_core.amounts import from_micro as decimal_of
from chspay_grouper.engine.dip.match import DipAnswer, DipGrouper, case_rw
from chspay_grouper.engine.dip.record import Rows, records_of
from chspay_grouper.engine.dip.shape import BED_DAY

#: In the memo: rows of this key are decided one by one. A memo beyond this many keys begins anew.
_BY_ROW, _MEMO_MOST = -1, 2_000_000
_SCORE = pa.decimal128(18, MICRO_PLACES)
#: What a batch answers besides ``case_id``. ``dip_score`` is RW (of bed-days times the days; the local rule's
#: where no group holds),
#: ``dip_factor`` the auxiliary factor, 1 without a subtype.
ANSWER_SCHEMA = pa.schema(
    [
        ("dip", pa.string()),
        ("dip_level", pa.string()),
        ("dip_subtype", pa.string()),
        ("dip_score", _SCORE),
        ("dip_factor", _SCORE),
        ("dip_base_level", pa.bool_()),
        ("dip_status", pa.string()),
        ("dip_reason", pa.string()),
    ]
)


class DipBatch:
    """Groups record batches of the canonical case table under one catalogue."""

    def __init__(self, grouper: DipGrouper) -> None:
        self._grouper = grouper
        self._answers = grouper.answers()
        self._numbers = {id(answer): number for number, answer in enumerate(self._answers)}
        self._dictionaries = _dictionaries(self._answers)
        answers = list(enumerate(self._answers))
        #: Answers whose score hangs on the case: outside every group, or per bed-day.
        self._scored = [
            number
            for number, answer in answers
            if answer.is_local or (answer.group is not None and answer.group.level == BED_DAY)
        ]
        self._split = {n for n, answer in answers if answer.group is not None and answer.group.subtypes}
        self._memo: dict[tuple[int, bytes], int] = {}

    @property
    def size(self) -> int:
        """How many different answers there are; numbers run from 0."""
        return len(self._answers)

    def answer(self, number: int) -> DipAnswer:
        """The answer a number stands for."""
        return self._answers[number]

    def group(self, batch: pa.RecordBatch) -> tuple[np.ndarray, dict[int, int]]:
        """Per row the number of its answer (int32), and by row the local score (millionths) where it applies.

        Rows that group alike are decided once: equal principals and equal procedures that take part.
        What hangs on more facts (bad cells, newborn weight, subdivisions, subtypes) is decided by row.

        :raises Fault: COLUMN_MISSING or COLUMN_TYPE; a bad row is ``invalid``, never an error.
        """
        rows = Rows(batch, self._grouper.lexicon)
        if len(self._memo) > _MEMO_MOST:
            self._memo.clear()
        memo, keys = self._memo, _Keys(rows)
        alone = _alone(rows, self._grouper)
        rest = np.flatnonzero(~alone)
        _, first, inverse = np.unique(keys.pairs[rest], return_index=True, return_inverse=True)
        known = [memo.get(keys.key(row)) for row in rest[first].tolist()]
        new = [row for row, number in zip(rest[first].tolist(), known, strict=True) if number is None]
        decided = self._decide(batch, sorted([*np.flatnonzero(alone).tolist(), *new]))
        for row in new:
            memo[keys.key(row)] = _BY_ROW if decided[row] in self._split else decided[row]
        numbers = np.array([memo[keys.key(row)] for row in rest[first].tolist()], dtype=np.int32)
        found = np.full(batch.num_rows, _BY_ROW, dtype=np.int32)
        found[rest] = numbers[inverse.reshape(-1)] if len(rest) else _BY_ROW
        found[list(decided)] = list(decided.values())
        again = self._decide(batch, np.flatnonzero(found == _BY_ROW).tolist())
        found[list(again)] = list(again.values())
        return found, self._case_scores(rows, found)

    def _decide(self, batch: pa.RecordBatch, rows: list[int]) -> dict[int, int]:
        """The answers of some rows, each decided from all its facts."""
        if not rows:
            return {}
        answer, numbers = self._grouper.answer, self._numbers
        records = records_of(batch.take(pa.array(rows)), self._grouper.lexicon)
        return {row: numbers[id(answer(record))] for row, record in zip(rows, records, strict=True)}

    def _case_scores(self, rows: Rows, found: np.ndarray) -> dict[int, int]:
        """By row the score that hangs on the case."""
        catalogue = self._grouper.catalogue
        at = np.flatnonzero(np.isin(found, self._scored)).tolist()
        days = rows.numbers["los_days"].listed() if at else []
        scores = (
            (row, case_rw(self._answers[found[row]], rows.costs[row], days[row], catalogue)) for row in at
        )
        return {row: score for row, score in scores if score is not None}

    def columns(self, numbers: np.ndarray, scores: dict[int, int]) -> dict[str, pa.Array]:
        """The answer columns of :data:`ANSWER_SCHEMA`, row for row."""
        indices = pa.array(numbers, type=pa.int32())
        columns = {name: dictionary.take(indices) for name, dictionary in self._dictionaries.items()}
        if scores:
            mask = np.zeros(len(numbers), dtype=bool)
            mask[list(scores)] = True
            local = pa.array([decimal_of(score) for score in scores.values()], _SCORE)
            columns["dip_score"] = pc.replace_with_mask(columns["dip_score"], pa.array(mask), local)
        return columns


def _alone(rows: Rows, grouper: DipGrouper) -> np.ndarray:
    """Which rows are decided one by one: bad ones, light newborns, subdivided principals, groups by list."""
    limits = zip(("newborn_weight_g", "age_days"), grouper.newborns, strict=True)
    light, young = (pc.less_equal(rows.numbers[name].values, limit) for name, limit in limits)
    newborn = pc.fill_null(pc.and_(light, young), False)
    found: np.ndarray = newborn.to_numpy(zero_copy_only=False).copy()
    found[list(rows.bad)] = True
    subdivides = np.array([diagnosis.subdivides for diagnosis in rows.principals], dtype=bool)
    principals = _principal_places(rows)
    found |= subdivides[principals]
    terms = grouper.catalogue.terms
    if terms.tcm:
        found |= rows.tcm.starts < rows.tcm.ends
    if terms.bed_days:
        wards = np.array([name in terms.bed_days for name in rows.departments.values], dtype=bool)
        found |= wards[rows.departments.places]
    return found


def _principal_places(rows: Rows) -> np.ndarray:
    """Per row the place of its principal among the distinct codes; without one, that of the empty code."""
    lists = rows.diagnoses
    places = np.append(lists.places, np.int32(len(rows.principals) - 1))
    return places[np.where(lists.starts < lists.ends, lists.starts, len(places) - 1)]


class _Keys:
    """Per row what decides its group: the principal's number and those of the procedures taking part.

    ``pairs`` are numbers of the keys, good for this batch only; equal numbers are equal keys.
    """

    def __init__(self, rows: Rows) -> None:
        principals = np.array([diagnosis.alike for diagnosis in rows.principals], dtype=np.int64)
        operations = np.array([procedure.alike for procedure in rows.operations], dtype=np.int64)
        lists = rows.procedures
        alike = operations[lists.places] if len(lists.places) else np.empty(0, np.int64)
        taking = alike != 0
        before = np.concatenate(([0], np.cumsum(taking)))
        held, starts, ends = alike[taking], before[lists.starts], before[lists.ends]
        lengths = ends - starts
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        # The lists one behind the other, whatever lies between them in the batch.
        at = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
        data, cuts = held[at].tobytes(), (offsets * held.itemsize).astype(np.int64)
        sequences = pa.Array.from_buffers(
            pa.large_binary(), len(starts), [None, pa.py_buffer(cuts), pa.py_buffer(data)]
        ).dictionary_encode()
        self._principals = principals[_principal_places(rows)]
        self._sequences = sequences.dictionary.to_pylist()
        self._places = sequences.indices.to_numpy().astype(np.int64)
        self.pairs = self._principals * max(len(self._sequences), 1) + self._places

    def key(self, row: int) -> tuple[int, bytes]:
        """The key of a row, good for every batch of one catalogue."""
        return int(self._principals[row]), self._sequences[self._places[row]]


def _dictionaries(answers: tuple[DipAnswer, ...]) -> dict[str, pa.Array]:
    one = decimal_of(1_000_000).quantize(decimal_of(1), context=EXACT)
    columns: dict[str, list[object]] = {name: [] for name in ANSWER_SCHEMA.names}
    for answer in answers:
        group, subtype = answer.group, answer.subtype
        row = (
            group.code if group else "",
            group.level if group else "",
            subtype.code if subtype else "",
            decimal_of(group.score_micro) if group else None,
            decimal_of(subtype.factor_micro) if subtype else one if group else None,
            group.base_level if group else None,
            answer.status.value,
            answer.reason,
        )
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
    return {field.name: pa.array(columns[field.name], field.type) for field in ANSWER_SCHEMA}
