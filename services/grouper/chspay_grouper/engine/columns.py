"""Arrow columns of the case table, as text (CSV) or typed (Parquet), as the values grouping needs.

A cell that cannot be read makes its row invalid, never the file: every reader here also answers
which rows it could not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.errors import Fault
from chspay_core.period import los_days, parse_day
from chspay_core.tables import COLUMN_TYPE, LIST_SEPARATOR

_T = TypeVar("_T")
#: A whole number as text; exporters like to write ``3.0`` for 3.
_WHOLE = r"^-?[0-9]{1,9}(\.0+)?$"


@dataclass(slots=True)
class Column:
    """Values of one column, None where unknown, and the rows that could not be read or are below zero."""

    values: list[int | None]
    bad: list[int] = field(default_factory=list)
    negative: list[int] = field(default_factory=list)


@dataclass(slots=True)
class CodeLists:
    """A column of code lists: each distinct code once, and per row where its codes lie."""

    distinct: list[str]
    places: list[int]  # index into ``distinct``, all rows one after the other
    ends: list[int]  # row i holds places[ends[i]:ends[i + 1]]


def integers(batch: pa.RecordBatch, name: str) -> Column:
    """A column of whole numbers; a missing column is unknown in every row."""
    column = _column(batch, name)
    if column is None:
        return Column([None] * batch.num_rows)
    kind = column.type
    if pa.types.is_integer(kind):
        return _integers(column)
    if pa.types.is_null(kind):
        return Column([None] * batch.num_rows)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        if pa.types.is_floating(kind):
            column = pc.if_else(pc.is_finite(column), column, None)
        whole = pc.equal(column, pc.floor(column))
        values = pc.if_else(whole, column, None).cast(pa.int64(), safe=False)
        return _integers(values, _false_rows(whole))
    return _integers_from_text(_text(column, name, "整数"))


def mapped_texts(batch: pa.RecordBatch, name: str, mapped: Callable[[str], _T]) -> list[_T]:
    """A column of text, each distinct text mapped once; the empty text where unknown."""
    column = _column(batch, name)
    if column is None:
        return [mapped("")] * batch.num_rows
    if not _is_text(column.type):
        column = column.cast(pa.string())
    return _mapped(column, lambda text: mapped(text or ""))


def _mapped(column: pa.Array, mapped: Callable[[str | None], _T]) -> list[_T]:
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    values = [mapped(text) for text in encoded.dictionary.to_pylist()]
    places = pc.fill_null(encoded.indices, len(values)).to_numpy().tolist()
    values.append(mapped(None))
    return list(map(values.__getitem__, places))


def dates(batch: pa.RecordBatch, name: str) -> tuple[list[date | None], list[int]]:
    """A column of legal days and the rows whose day could not be read."""
    column = _column(batch, name)
    if column is None or pa.types.is_null(column.type):
        return [None] * batch.num_rows, []
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return column.cast(pa.date32(), safe=False).to_pylist(), []
    found = _mapped(pc.utf8_trim_whitespace(_text(column, name, "日期")), _day_or_fault)
    bad = [row for row, day in enumerate(found) if isinstance(day, Fault)]
    return [None if isinstance(day, Fault) else day for day in found], bad


def _day_or_fault(text: str | None) -> date | Fault | None:
    try:
        return parse_day(text) if text else None
    except Fault as fault:
        return fault


def stays(los: Column, admissions: list[date | None], discharges: list[date | None]) -> None:
    """Fill an unknown length of stay from the dates: their difference, at least 1."""
    for row, given in enumerate(los.values):
        admission, discharge = admissions[row], discharges[row]
        if given is None and admission is not None and discharge is not None:
            los.values[row] = los_days(admission, discharge)


def code_lists(batch: pa.RecordBatch, name: str) -> CodeLists:
    """A column of code lists: ``list<string>``, or text joined by ``|``; a missing column is empty."""
    column = _column(batch, name)
    if column is None or pa.types.is_null(column.type):
        return CodeLists([], [], [0] * (batch.num_rows + 1))
    if _is_text(column.type):
        column = pc.split_pattern(_text(column, name, "编码列表"), LIST_SEPARATOR)
    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        raise Fault(COLUMN_TYPE, field=name, value=column.type, expected="list<string>或以|分隔的文本")
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    codes = column.flatten()
    if not _is_text(codes.type):
        raise Fault(COLUMN_TYPE, field=name, value=column.type, expected="list<string>或以|分隔的文本")
    encoded = codes if pa.types.is_dictionary(codes.type) else codes.dictionary_encode()
    distinct = [code or "" for code in encoded.dictionary.to_pylist()]
    places = pc.fill_null(encoded.indices, len(distinct)).to_numpy().tolist()
    ends = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    return CodeLists([*distinct, ""], places, ends.tolist())


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
    lowest = pc.min(values).as_py()
    below = [] if lowest is None or lowest >= 0 else _false_rows(pc.greater_equal(values, 0))
    return Column(_listed(values), bad or [], below)


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
