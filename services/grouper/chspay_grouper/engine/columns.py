"""Arrow columns of the case table, as text (CSV) or typed (Parquet), as the values grouping needs.

A cell that cannot be read makes its row invalid, never the file: every reader here also answers
which rows it could not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.errors import Fault
from chspay_core.period import parse_day
from chspay_core.tables import COLUMN_MISSING, COLUMN_TYPE, LIST_SEPARATOR

_T = TypeVar("_T")
#: A whole number as text; exporters like to write ``3.0`` for 3.
_WHOLE = r"^-?[0-9]{1,9}(\.0+)?$"


#: Stands for unknown where numbers lie in a plain array: no case with a number below zero is grouped.
UNKNOWN = -1
_HIGHEST = 2**63 - 1


@dataclass(slots=True)
class Column:
    """Whole numbers of one column, null where unknown, and the rows that are no number or below zero."""

    values: pa.Array
    bad: list[int] = field(default_factory=list)
    negative: list[int] = field(default_factory=list)

    def listed(self) -> list[int | None]:
        """The numbers as a Python list, None where unknown."""
        return _listed(self.values)

    def numbers(self) -> np.ndarray:
        """The numbers, :data:`UNKNOWN` where unknown; not to be written to."""
        return plain_numbers(self.values)


@dataclass(slots=True)
class Mapped(Generic[_T]):
    """A column of text: what each distinct text means, and per row which one it is."""

    values: list[_T]
    places: np.ndarray  # int32 index into ``values``

    def listed(self) -> list[_T]:
        """The meaning per row."""
        return list(map(self.values.__getitem__, self.places.tolist()))


@dataclass(slots=True)
class CodeLists:
    """A column of code lists: each distinct code once, and per row where its codes lie."""

    dictionary: pa.Array  # of text; may hold null
    places: np.ndarray  # int32 index into ``dictionary``, its length where null; all rows one after the other
    starts: np.ndarray  # int32; row i holds places[starts[i]:ends[i]]
    ends: np.ndarray

    def distinct(self) -> list[str]:
        """The distinct codes as typed, and the empty code last."""
        return [*(code or "" for code in self.dictionary.to_pylist()), ""]


def integers(batch: pa.RecordBatch, name: str) -> Column:
    """A column of whole numbers; a missing column is unknown in every row."""
    column = _column(batch, name)
    if column is None:
        return Column(pa.nulls(batch.num_rows, pa.int64()))
    kind = column.type
    if pa.types.is_integer(kind):
        return _integers(column)
    if pa.types.is_null(kind):
        return Column(column.cast(pa.int64()))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        if pa.types.is_floating(kind):
            column = pc.if_else(pc.is_finite(column), column, None)
        whole = pc.equal(column, pc.floor(column))
        values = pc.if_else(whole, column, None).cast(pa.int64(), safe=False)
        return _integers(values, _false_rows(whole))
    return _integers_from_text(_text(column, name, "整数"))


def mapped_texts(batch: pa.RecordBatch, name: str, mapped: Callable[[str], _T]) -> Mapped[_T]:
    """A column of text, each distinct text mapped once; the empty text where unknown."""
    column = _column(batch, name)
    if column is None:
        return Mapped([mapped("")], np.zeros(batch.num_rows, np.int32))
    if not _is_text(column.type):
        column = column.cast(pa.string())
    return _mapped(column, lambda text: mapped(text or ""))


def _mapped(column: pa.Array, mapped: Callable[[str | None], _T]) -> Mapped[_T]:
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    values = [mapped(text) for text in encoded.dictionary.to_pylist()]
    return Mapped([*values, mapped(None)], _indices(encoded))


def dates(batch: pa.RecordBatch, name: str) -> Column:
    """A column of legal days, as days since 1970-01-01; ``bad`` are the rows whose day could not be read."""
    column = _column(batch, name)
    if column is None or pa.types.is_null(column.type):
        return Column(pa.nulls(batch.num_rows, pa.int32()))
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return Column(column.cast(pa.date32(), safe=False).cast(pa.int32()))
    found = _mapped(pc.utf8_trim_whitespace(_text(column, name, "日期")), _day_or_fault)
    wrong = np.array([isinstance(day, Fault) for day in found.values], dtype=bool)
    days = pa.array([None if isinstance(day, Fault) else day for day in found.values], pa.date32())
    bad: list[int] = np.flatnonzero(wrong[found.places]).tolist() if wrong.any() else []
    return Column(days.cast(pa.int32()).take(pa.array(found.places)), bad)


def _day_or_fault(text: str | None) -> date | Fault | None:
    try:
        return parse_day(text) if text else None
    except Fault as fault:
        return fault


def backwards(admissions: Column, discharges: Column) -> list[int]:
    """The rows that leave before they come."""
    if not _any_known(admissions) or not _any_known(discharges):
        return []
    return _false_rows(pc.greater_equal(discharges.values, admissions.values))


def stays(los: Column, admissions: Column, discharges: Column) -> Column:
    """Length of stay; where unknown, the difference of the dates, at least 1."""
    if not los.values.null_count or not _any_known(admissions) or not _any_known(discharges):
        return los
    apart = pc.subtract(discharges.values, admissions.values).cast(pa.int64())
    apart = pc.if_else(pc.less(apart, 1), 1, apart)
    return Column(pc.coalesce(los.values.cast(pa.int64()), apart))


def _any_known(column: Column) -> bool:
    return bool(column.values.null_count < len(column.values))


def require_columns(schema: pa.Schema, names: Sequence[str]) -> None:
    """Refuse a table that lacks a column every case needs.

    :raises Fault: COLUMN_MISSING.
    """
    for name in names:
        if schema.get_field_index(name) < 0:
            raise Fault(COLUMN_MISSING, field=name)


def code_lists(batch: pa.RecordBatch, name: str) -> CodeLists:
    """A column of code lists: ``list<string>``, or text joined by ``|``; a missing column is empty."""
    column = _column(batch, name)
    if column is None or pa.types.is_null(column.type):
        nothing = np.zeros(batch.num_rows, np.int32)
        return CodeLists(pa.array([], pa.string()), np.zeros(0, np.int32), nothing, nothing)
    if _is_text(column.type):
        column = pc.split_pattern(_text(column, name, "编码列表"), LIST_SEPARATOR)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        raise Fault(COLUMN_TYPE, field=name, value=column.type, expected="list<string>或以|分隔的文本")
    if not _is_text(column.type.value_type):
        raise Fault(COLUMN_TYPE, field=name, value=column.type, expected="list<string>或以|分隔的文本")
    offsets = column.offsets.to_numpy()
    first, last = int(offsets[0]), int(offsets[-1])
    codes = column.values.slice(first, last - first)
    encoded = codes if pa.types.is_dictionary(codes.type) else codes.dictionary_encode()
    offsets = (offsets - first if first else offsets).astype(np.int32, copy=False)
    starts, ends = offsets[:-1], offsets[1:]
    if column.null_count:
        # The space of an unknown list may hold anything: the row has no codes.
        ends = starts + (ends - starts) * _known(column)
    return CodeLists(encoded.dictionary, _indices(encoded), starts, ends)


def _indices(encoded: pa.DictionaryArray) -> np.ndarray:
    """Per row the place in the dictionary, its length where null, as int32."""
    indices = encoded.indices
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int32()), len(encoded.dictionary))
    places: np.ndarray = indices.to_numpy().astype(np.int32, copy=False)
    return places


def plain_numbers(values: pa.Array) -> np.ndarray:
    """Whole numbers as they are wide, :data:`UNKNOWN` where null; not to be written to."""
    if pa.types.is_uint64(values.type):
        # Larger than any number a rule can hold: stays larger.
        values = pc.if_else(pc.greater(values, _HIGHEST), pa.scalar(_HIGHEST, pa.uint64()), values)
    if pa.types.is_unsigned_integer(values.type):
        values = values.cast(pa.int64())
    numbers = _as_they_lie(values)
    # All bits set are -1, unknown: several times faster than choosing.
    return numbers | (_known(values).astype(numbers.dtype) + UNKNOWN) if values.null_count else numbers


def _as_they_lie(values: pa.Array) -> np.ndarray:
    """Whole numbers without a copy; where null, anything."""
    whole = pa.Array.from_buffers(values.type, len(values), [None, values.buffers()[1]], offset=values.offset)
    numbers: np.ndarray = whole.to_numpy()
    return numbers


def _known(values: pa.Array) -> np.ndarray:
    """Which values are not null."""
    bits = values.buffers()[0]
    if bits is None:
        return np.full(len(values), not values.null_count)
    flags = np.unpackbits(np.frombuffer(bits, np.uint8), count=values.offset + len(values), bitorder="little")
    return flags[values.offset :].view(bool)


def _integers_from_text(column: pa.Array) -> Column:
    column = pc.utf8_trim_whitespace(column)
    column = pc.if_else(pc.equal(column, ""), None, column)
    decimal = pc.and_(pc.ascii_is_decimal(column), pc.less_equal(pc.utf8_length(column), 9))
    if pc.all(decimal, min_count=0).as_py():
        return _integers(column.cast(pa.int64()))
    whole = pc.match_substring_regex(column, _WHOLE)
    plain = pc.replace_substring_regex(pc.if_else(whole, column, None), r"\.0+$", "")
    return _integers(plain.cast(pa.int64()), _false_rows(whole))


def _integers(values: pa.Array, bad: list[int] | None = None) -> Column:
    signed, below = not pa.types.is_unsigned_integer(values.type), []
    if signed and len(values) and _as_they_lie(values).min() < 0:
        below = _false_rows(pc.greater_equal(values, 0))
    return Column(values, bad or [], below)


def _listed(values: pa.Array) -> list[int | None]:
    """Whole numbers as a Python list, None where null; several times faster than ``to_pylist``."""
    if not values.null_count:
        plain: list[int | None] = values.to_numpy().tolist()
        return plain
    numbers = pc.fill_null(values, 0).to_numpy().astype(object)
    numbers[values.is_null().to_numpy(zero_copy_only=False)] = None
    with_gaps: list[int | None] = numbers.tolist()
    return with_gaps


def _false_rows(flags: pa.Array) -> list[int]:
    rows: list[int] = np.flatnonzero(
        pc.invert(pc.fill_null(flags, True)).to_numpy(zero_copy_only=False)
    ).tolist()
    return rows


def _column(batch: pa.RecordBatch, name: str) -> pa.Array | None:
    place = batch.schema.get_field_index(name)
    return batch.column(place) if place >= 0 else None


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _text(column: pa.Array, name: str, expected: str) -> pa.Array:
    if not _is_text(column.type):
        raise Fault(COLUMN_TYPE, field=name, value=column.type, expected=expected)
    return column if pa.types.is_string(column.type) else column.cast(pa.string())
