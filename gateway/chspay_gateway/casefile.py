"""An uploaded case file as chunks that settlement takes: good rows as Arrow, bad rows as faults.

Every row is read by the one row reader of the core, so a file, a JSON body and the command line are
refused alike.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chspay_core import tables
from chspay_core.case import Case
from chspay_core.errors import Fault, Kind, Reason, shorten
from chspay_gateway import reasons
from chspay_kit.chunk import stream_of

ROW_WIDTH = Reason("ROW_WIDTH", Kind.INVALID, "这一行的列数与表头不同，请检查逗号和引号。")

CHUNK_ROWS = 5000
REQUIRED = ("case_id", "hospital_code", "diagnoses")
#: A field longer than this is not a case; stops a quote that never closes from eating the file.
_LONGEST_FIELD = 1_000_000
#: How much of a file decides its encoding, bytes.
_LOOKED_AT = 1 << 20


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row that cannot be accepted; ``row`` counts data rows of the file from 1."""

    row: int
    case_id: str
    reason: str
    field: str
    value: str
    message: str


@dataclass(slots=True)
class Chunk:
    """Rows of a file: how many were read, the file's row number of each good one, and the bad ones."""

    rows: int = 0
    numbers: array[int] = field(default_factory=lambda: array("q"))
    arrow: bytes = b""
    faults: list[RowFault] = field(default_factory=list)


Chunks = Iterator[Chunk]
#: A row as read, and what is wrong with its form, if anything.
Rows = Iterator[tuple[Mapping[str, object], Fault | None]]


def chunks(path: Path, form: str) -> Chunks:
    """The file as chunks of at most :data:`CHUNK_ROWS` rows.

    :param form: ``csv`` or ``parquet``.
    :raises Fault: UPLOAD_UNREADABLE, or COLUMN_MISSING; the whole file is judged before this ends.
    """
    return _row_chunks(_csv_rows(path)) if form == "csv" else _parquet_chunks(path)


def _row_chunks(rows: Rows) -> Chunks:
    """Rows read one by one, those that cannot be read set aside."""
    chunk, cases = Chunk(), []
    for number, (row, broken) in enumerate(rows, 1):
        chunk.rows += 1
        try:
            if broken is not None:
                raise broken
            cases.append(tables.case_from_row(row))
            chunk.numbers.append(number)
        except Fault as fault:
            chunk.faults.append(_fault(number, row, fault))
        if chunk.rows == CHUNK_ROWS:
            yield _sealed(chunk, cases)
            chunk, cases = Chunk(), []
    if chunk.rows:
        yield _sealed(chunk, cases)


def _sealed(chunk: Chunk, cases: list[Case]) -> Chunk:
    if cases:
        chunk.arrow = stream_of(tables.batch_from_cases(cases))
    return chunk


def _fault(number: int, row: Mapping[str, object], fault: Fault) -> RowFault:
    return RowFault(
        number, shorten(row.get("case_id") or ""), fault.reason.code, fault.field, fault.value, fault.message
    )


def _csv_rows(path: Path) -> Rows:
    """Rows of a CSV file: UTF-8 with or without a byte order mark, else GB18030."""
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _require(reader.fieldnames or ())
            for row in reader:
                # A surplus field is found under None, a missing one is None: columns have shifted.
                shifted = None in row or None in row.values()
                yield row, Fault(ROW_WIDTH) if shifted else None
    except (csv.Error, UnicodeDecodeError) as error:
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="CSV", detail=type(error).__name__) from error


def _encoding(path: Path) -> str:
    """UTF-8 when the beginning of the file is UTF-8, else the national encoding."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    # A longer file may be cut inside a character: judge whole lines only.
    whole = head if len(head) < _LOOKED_AT else head[: head.rfind(b"\n") + 1]
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _parquet_chunks(path: Path) -> Chunks:
    """Columns typed as the canonical table go on as they are; others are read row by row."""
    try:
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
        _require(names)
        known = [name for name in names if name in tables.CASE_SCHEMA.names]
        typed = pa.schema([tables.CASE_SCHEMA.field(name) for name in known])
        if not all(_is_like(file.schema_arrow.field(name).type, typed.field(name).type) for name in known):
            yield from _row_chunks(_parquet_rows(file, known))
            return
        done = 0
        for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=known):
            numbers = array("q", range(done + 1, done + 1 + batch.num_rows))
            done += batch.num_rows
            yield Chunk(batch.num_rows, numbers, stream_of(batch.select(known).cast(typed)))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="Parquet", detail=type(error).__name__) from error


def _parquet_rows(file: pq.ParquetFile, known: list[str]) -> Rows:
    for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=known):
        for row in batch.to_pylist():
            yield row, None


def _is_like(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether ``found`` differs from ``wanted`` only in width or encoding, so that a cast loses nothing."""
    if pa.types.is_dictionary(found):
        return _is_like(found.value_type, wanted)
    if pa.types.is_string(wanted):
        return bool(pa.types.is_string(found) or pa.types.is_large_string(found))
    if pa.types.is_list(wanted):
        is_list = pa.types.is_list(found) or pa.types.is_large_list(found)
        return bool(is_list) and _is_like(found.value_type, wanted.value_type)
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(found))
    return bool(found == wanted)


def _require(names: Any) -> None:
    for name in REQUIRED:
        if name not in names:
            raise Fault(tables.COLUMN_MISSING, field=name)
