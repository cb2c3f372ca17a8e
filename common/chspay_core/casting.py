"""Cells of the case table in canonical types; what cannot be read becomes unknown, and is told."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.tables import CASE_SCHEMA, LIST_SEPARATOR


def typed(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, dict[str, list[int]]]:
    """The batch with canonical columns in canonical types, and per column the rows that could not be read.

    An unreadable cell becomes unknown (null); unknown columns stay as they are.
    """
    arrays: list[pa.Array] = []
    fields: list[pa.Field] = []
    unreadable: dict[str, list[int]] = {}
    for place, field in enumerate(batch.schema):
        column = batch.column(place)
        if field.name in CASE_SCHEMA.names:
            wanted = CASE_SCHEMA.field(field.name).type
            column, bad = _as_type(column, wanted)
            if bad:
                unreadable[field.name] = bad
        arrays.append(column)
        fields.append(pa.field(field.name, column.type))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields)), unreadable


def _as_type(column: pa.Array, wanted: pa.DataType) -> tuple[pa.Array, list[int]]:
    """The column in the wanted type, and the rows that had to become unknown."""
    if pa.types.is_list(wanted):
        if pa.types.is_string(column.type):
            column = pc.split_pattern(pc.if_else(pc.equal(column, ""), None, column), LIST_SEPARATOR)
        return column.cast(wanted), []
    if pa.types.is_string(wanted):
        return column.cast(wanted), []
    if pa.types.is_string(column.type):
        trimmed = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    try:
        return column.cast(wanted), []
    except pa.ArrowInvalid:
        # Some cell is no number or day: find which, each distinct text once.
        encoded = column.dictionary_encode()
        cast = [_cast_one(value, wanted) for value in encoded.dictionary]
        values = pa.array([value.as_py() for value in cast], wanted).take(encoded.indices)
        bad = pc.and_(column.is_valid(), pc.invert(values.is_valid()))
        return values, pc.indices_nonzero(bad).to_pylist()


def _cast_one(value: pa.Scalar, wanted: pa.DataType) -> pa.Scalar:
    try:
        return value.cast(wanted)
    except pa.ArrowInvalid:
        return pa.scalar(None, wanted)
