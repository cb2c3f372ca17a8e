"""The cases of a replay bundle as rows of Arrow, and the digests of what they were paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from chspay_core.digest import Sm3
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.columnar.columns import UNKNOWN, Coded, Columns
from chspay_settlement.engine.columnar.families import KINDS
from chspay_settlement.engine.columnar.pricing import PointColumns
from chspay_settlement.engine.model import CaseKind

#: Rows of one row group of a bundle's case files, and of one digest of what cases were paid.
BLOCK = 65_536
_CODED = ("hospital_code", "drg", "status", "department")
_WHOLE = ("level", "los_days", "cost_fen", "patient_fen", "bill_fen")
#: What a clearing reads of its cases. ``bill_fen`` is the fund's item-by-item bill, for a year.
INPUT_SCHEMA = pa.schema(
    [
        ("case_id", pa.string()),
        ("hospital_code", pa.string()),
        ("level", pa.int64()),
        ("drg", pa.string()),
        ("status", pa.string()),
        ("department", pa.string()),
        ("los_days", pa.int64()),
        ("cost_fen", pa.int64()),
        ("patient_fen", pa.int64()),
        ("bill_fen", pa.int64()),
    ]
)
#: What a clearing found for its cases, row for row. A year's cases have no fund of their own.
PAID_SCHEMA = pa.schema(
    [("kind", pa.string()), ("reason", pa.string()), ("points_micro", pa.int64()), ("fund_fen", pa.int64())]
)
MARK_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("hospital_code", "case_id", "kind", "value", "mode", "cite")]
)


@dataclass(frozen=True, slots=True)
class Paid:
    """What cases were paid, in their order."""

    points: PointColumns
    #: Fen per case; ``None`` where cases have no fund of their own.
    funds_fen: np.ndarray | None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows of :data:`PAID_SCHEMA`, a block at a time."""
        texts = tuple(kind.value for kind in KINDS)
        for start in range(0, len(self.points), BLOCK):
            part = slice(start, start + BLOCK)
            kinds = pa.array(texts, pa.string()).take(pa.array(self.points.kinds[part]))
            reasons = _reasons(self.points.reasons, start, len(kinds))
            funds = pa.nulls(len(kinds), pa.int64()) if self.funds_fen is None else self.funds_fen[part]
            micro = pa.array(self.points.points_micro[part])
            yield pa.RecordBatch.from_arrays([kinds, reasons, micro, pa.array(funds)], schema=PAID_SCHEMA)


def _reasons(reasons: Mapping[int, str], start: int, rows: int) -> pa.Array:
    found = np.full(rows, "", object)
    for row in reasons.keys() & range(start, start + rows):
        found[row - start] = reasons[row]
    return pa.array(found, pa.string())


def columns_of(
    batches: Iterable[pa.RecordBatch], marks: Mapping[tuple[str, str], tuple[Mark, ...]]
) -> Columns:
    """The cases of a bundle as columns.

    :param batches: rows of :data:`INPUT_SCHEMA`, repeating texts perhaps as dictionaries.
    :param marks: by hospital and case.
    """
    texts: dict[str, list[Coded]] = {name: [] for name in _CODED}
    numbers: dict[str, list[np.ndarray]] = {name: [] for name in _WHOLE[:-1]}
    ids: list[pa.Array] = []
    for batch in batches:
        ids.append(batch.column("case_id").cast(pa.string()))
        for name, coded in texts.items():
            coded.append(Coded.from_arrow(batch.column(name)))
        for name, held in numbers.items():
            held.append(whole_column(batch.column(name)))
    case_id = pa.chunked_array(ids, pa.string())
    codes = {name: Coded.joined(found) for name, found in texts.items()}
    columns = Columns(
        case_id=case_id,
        hospital=codes["hospital_code"],
        drg=codes["drg"],
        status=codes["status"],
        department=codes["department"],
        **{name: _joined(found) for name, found in numbers.items()},
        marks={},
    )
    return _marked(columns, marks) if marks else columns


def whole_column(column: pa.Array) -> np.ndarray:
    """A column of whole numbers, :data:`UNKNOWN` where a cell is empty."""
    found: np.ndarray = column.fill_null(UNKNOWN).to_numpy(zero_copy_only=False)
    return found


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _marked(columns: Columns, marks: Mapping[tuple[str, str], tuple[Mark, ...]]) -> Columns:
    """The columns with their marks; only rows whose case number is marked somewhere are looked at."""
    wanted = pa.array(sorted({case_id for _, case_id in marks}), pa.string())
    among = pa.compute.is_in(columns.case_id, value_set=wanted)
    rows = np.flatnonzero(among.combine_chunks().to_numpy(zero_copy_only=False))
    keys = zip(columns.hospital.at(rows), columns.case_id.take(rows).to_pylist(), strict=True)
    found = {row: marks[key] for row, key in zip(rows.tolist(), keys, strict=True) if key in marks}
    values = {name: getattr(columns, name) for name in Columns.__dataclass_fields__}
    return Columns(**{**values, "marks": found})


def marks_of_rows(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], tuple[Mark, ...]]:
    """The marks in rows of :data:`MARK_SCHEMA`, in their order."""
    found: dict[tuple[str, str], tuple[Mark, ...]] = {}
    for row in rows:
        key = (row["hospital_code"], row["case_id"])
        mark = Mark(MarkKind(row["kind"]), row["value"], row["mode"], row["cite"])
        found[key] = (*found.get(key, ()), mark)
    return found


def points_of_rows(batches: Iterable[pa.RecordBatch]) -> PointColumns:
    """The points that rows of :data:`PAID_SCHEMA` give, for a year that keeps those of its months."""
    places = {kind.value: place for place, kind in enumerate(KINDS)}
    kinds: list[np.ndarray] = []
    micro: list[np.ndarray] = []
    reasons: dict[int, str] = {}
    start = 0
    for batch in batches:
        coded = Coded.from_arrow(batch.column("kind"))
        known = np.array([places[CaseKind(text).value] for text in coded.texts] or [0], np.int8)
        kinds.append(known[coded.codes])
        micro.append(batch.column("points_micro").fill_null(0).to_numpy(zero_copy_only=False))
        given = batch.column("reason").to_pylist()
        reasons |= {start + row: reason for row, reason in enumerate(given) if reason}
        start += len(batch)
    return PointColumns(np.concatenate([np.empty(0, np.int8), *kinds]), _joined(micro), reasons)


def digest_of_rows(batch: pa.RecordBatch) -> str:
    """SM3 of some rows, whatever file they come from: column by column, its name and then its values.

    A text is its length in bytes (32 bits, little end first) and its UTF-8, lengths first; a whole number
    is 64 bits, little end first; an empty cell is the smallest number, or a length of 2³²−1.
    """
    digest = Sm3()
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        digest.add(name.encode() + b"\n")
        for part in _canonical(column):
            digest.add(part)
    return digest.hex()


def _canonical(column: pa.Array) -> Iterator[bytes]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_integer(column.type):
        yield whole_column(column).astype("<i8").tobytes()
        return
    column = column.cast(pa.large_string())
    lengths = pa.compute.binary_length(column).fill_null(2**32 - 1)
    yield lengths.to_numpy(zero_copy_only=False).astype("<u4").tobytes()
    filled = column.fill_null("")
    _, offsets, letters = filled.buffers()
    ends = np.frombuffer(offsets, np.int64)[filled.offset : filled.offset + len(filled) + 1]
    yield bytes(memoryview(letters or b"")[int(ends[0]) : int(ends[-1])]) if len(filled) else b""
