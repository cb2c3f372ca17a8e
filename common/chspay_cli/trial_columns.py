"""Reads a large grouped Parquet file as columns for a clearing; what it cannot take whole is read row by row.

The rules are those of :mod:`chspay_cli.trial_input`, which refuses in its words a file that breaks one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.casefile import read_cases
from chspay_cli.rowgroups import RowGroups
from chspay_cli.trial_input import COLUMNS, NEEDED, days_of, read_inputs, status_of
from chspay_core.tables import CASE_SCHEMA, STATUSES
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded, Columns, Each
from chspay_settlement.engine.columnar.distinct import repeated_row

_MONEY = CASE_SCHEMA.field("total_cost").type
_CODED = ("hospital_code", "drg", "status", "department")


@dataclass(frozen=True)
class ColumnFile:
    """The cases of a file as columns; which optional columns it had with any value."""

    columns: Columns
    has_patient: bool
    has_department: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The columns of one batch."""

    case_id: pa.Array
    texts: dict[str, Coded]
    los_days: np.ndarray
    cost_fen: np.ndarray
    patient_fen: np.ndarray


#: Reads a file as :func:`read_columns` does, wherever that is.
Read = Callable[[Path, dict[str, int], Each, Callable[[int, int], None]], ColumnFile]


def read_columns(
    path: Path, levels: dict[str, int], each: Each, progress: Callable[[int, int], None]
) -> ColumnFile:
    """The cases of a grouped Parquet file; hospital levels come from ``levels``.

    :param progress: told how many rows of how many have been read.
    :raises Fault: naming the row (counted from 1, without the header) and the column.
    """
    groups = RowGroups(path, COLUMNS, _CODED)
    total = sum(groups.rows)

    def read() -> Iterator[Part | None]:
        for found in each(_parts, groups.loads()):
            yield from found
            progress(groups.read_rows, total)

    return file_of(path, levels, each, read())


def read_row_group(path: Path, number: int) -> list[Part | None]:
    """The columns of one row group, ``None`` for a batch that has to be looked at row by row.

    :raises Fault: FILE_UNREADABLE, COLUMN_TWICE.
    """
    groups = RowGroups(path, COLUMNS, _CODED)
    return _parts(partial(groups.read, number))


def file_of(path: Path, levels: dict[str, int], each: Each, found: Iterable[Part | None]) -> ColumnFile:
    """The cases of a file from the columns of its batches, in order.

    :raises Fault: naming the row and the column.
    """
    parts: list[Part] = []
    for part in found:
        if part is None:
            return _row_by_row(path, levels)
        parts.append(part)
    if not parts:
        return _row_by_row(path, levels)
    columns = joined(parts, levels)
    if repeated_row(columns, each) is not None:
        return _row_by_row(path, levels)
    return ColumnFile(columns, bool((columns.patient_fen != UNKNOWN).any()), any(columns.department.texts))


def _row_by_row(path: Path, levels: dict[str, int]) -> ColumnFile:
    """As a small file is read: it says what is wrong with which row, or takes what only looked wrong."""
    found = read_inputs(read_cases(path, COLUMNS), levels)
    return ColumnFile(Columns.of(found.inputs), found.has_patient, found.has_department)


def joined(parts: Sequence[Part], levels: dict[str, int]) -> Columns:
    """The cases of some batches, one after the other; at least one batch."""
    texts = {name: Coded.joined([part.texts[name] for part in parts]) for name in _CODED}
    hospital = texts["hospital_code"]
    level = np.array([levels.get(code, UNKNOWN) for code in hospital.texts] or [0], np.int64)
    return Columns(
        case_id=pa.chunked_array([part.case_id for part in parts]),
        hospital=hospital,
        level=level[hospital.codes],
        drg=texts["drg"],
        status=texts["status"],
        department=texts["department"],
        los_days=np.concatenate([part.los_days for part in parts]),
        cost_fen=np.concatenate([part.cost_fen for part in parts]),
        patient_fen=np.concatenate([part.patient_fen for part in parts]),
    )


def _parts(load: Callable[[], list[pa.RecordBatch]]) -> list[Part | None]:
    return [_part(batch) for batch in load()]


def _part(batch: pa.RecordBatch) -> Part | None:
    """The columns of a batch; ``None`` when it has to be looked at row by row."""
    if any(name not in batch.schema.names for name in NEEDED):
        return None
    texts = {name: _texts(batch, name) for name in _CODED}
    status = _statuses(texts["status"], texts["drg"])
    case_id = _case_ids(batch.column("case_id"))
    cost, patient = _fens(batch, "total_cost"), _fens(batch, "patient_paid")
    if status is None or case_id is None or cost is None or patient is None:
        return None
    lacking = (cost == UNKNOWN) & (status.codes != _place(status, "invalid"))
    unnamed = texts["hospital_code"].codes == _place(texts["hospital_code"], "")
    if lacking.any() or unnamed.any():
        return None
    return Part(case_id, {**texts, "status": status}, _days(batch), cost, patient)


def _place(column: Coded, text: str) -> int:
    return column.texts.index(text) if text in column.texts else -1


def _column(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    return batch.column(name) if name in batch.schema.names else None


def _texts(batch: pa.RecordBatch, name: str) -> Coded:
    column = _column(batch, name)
    if column is None:
        return Coded(np.zeros(batch.num_rows, np.int32), ("",))
    return Coded.from_arrow(_trimmed(column))


def _trimmed(column: pa.Array) -> pa.DictionaryArray:
    """A column of text without blanks around its texts, each looked at once."""
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    texts = pc.utf8_trim_whitespace(column.dictionary.cast(pa.string()))
    return pa.DictionaryArray.from_arrays(column.indices, texts)


def _statuses(status: Coded, drg: Coded) -> Coded | None:
    """The statuses; where there is none it follows from the group's code."""
    if any(text not in STATUSES for text in status.texts if text):
        return None
    empty = status.codes == _place(status, "")
    if empty.all():
        derived = Coded.of([status_of(text) for text in drg.texts])
        return Coded(derived.codes[drg.codes], derived.texts)
    ungrouped = (status.codes == _place(status, "grouped")) & (drg.codes == _place(drg, ""))
    return None if empty.any() or ungrouped.any() else status


def _case_ids(column: pa.Array) -> pa.Array | None:
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    if column.null_count:
        return None
    trimmed = pc.utf8_trim_whitespace(column)
    return trimmed if pc.min(pc.binary_length(trimmed)).as_py() else None


def _fens(batch: pa.RecordBatch, name: str) -> np.ndarray | None:
    """A money column in fen; ``None`` when some cell is no sum of yuan and fen of zero or more."""
    column = _column(batch, name)
    if column is None:
        return np.full(batch.num_rows, UNKNOWN, np.int64)
    if column.type != _MONEY:
        return None
    # Of 128 bits in two halves the lower one holds every sum of 18 digits, already in fen.
    halves = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :][: 2 * len(column)]
    fen = halves[::2].copy()
    if column.null_count:
        fen[~column.is_valid().to_numpy(zero_copy_only=False)] = UNKNOWN
    return None if ((fen < 0) & (fen != UNKNOWN)).any() else fen


def _days(batch: pa.RecordBatch) -> np.ndarray:
    """Days of stay; what is no whole number of zero or more is unknown."""
    column = _column(batch, "los_days")
    if column is None:
        return np.full(batch.num_rows, UNKNOWN, np.int64)
    if pa.types.is_integer(column.type):
        days: np.ndarray = (
            pc.fill_null(column.cast(pa.int64()), UNKNOWN).to_numpy(zero_copy_only=False).copy()
        )
        days[days < 0] = UNKNOWN
        return days
    texts = Coded.from_arrow(_trimmed(column))
    known = [days_of(text) for text in texts.texts]
    numbers = np.array([UNKNOWN if days is None else days for days in known] or [0], np.int64)
    found: np.ndarray = numbers[texts.codes]
    return found
