"""Reads grouped case files for measuring: only the columns it needs, whole, in canonical types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.casefile import read_cases, typed
from chspay_cli.trial_input import CASE_TWICE
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import CASE_SCHEMA, COLUMN_TYPE
from chspay_grouper.engine.weights.cases import COLUMNS

COLUMNS_DIFFER = Reason(
    "COLUMNS_DIFFER", Kind.INVALID, "文件“{value}”的列与前面的文件不同（{field}），请用相同的列。"
)
COST_UNREADABLE = Reason(
    "COST_UNREADABLE", Kind.INVALID, "文件“{value}”第{row}行的“{field}”不是金额，请更正后重试。"
)
_MONEY = tuple(name for name in COLUMNS if name == "tcm_cost" or name.startswith(("total_", "fee_")))


def read_table(paths: Sequence[Path]) -> tuple[pa.Table, list[dict[str, object]]]:
    """All cases of the files as one table, and what each file was.

    :raises Fault: COLUMNS_DIFFER, COST_UNREADABLE, COLUMN_TYPE, CASE_TWICE, and whatever reading raises.
    """
    tables: list[pa.Table] = []
    sources: list[dict[str, object]] = []
    for path in paths:
        table = _read(path)
        if tables and table.schema.names != tables[0].schema.names:
            differing = sorted(set(table.schema.names) ^ set(tables[0].schema.names))
            raise Fault(COLUMNS_DIFFER, field="、".join(differing) or "列的顺序", value=path.name)
        tables.append(table)
        with path.open("rb") as file:
            digest = sm3_hex_of(iter(lambda: file.read(1 << 20), b""))
        sources.append({"file": path.name, "sm3": digest, "cases": table.num_rows})
    whole = pa.concat_tables(tables)
    _check_once(whole)
    return whole, sources


def _read(path: Path) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    done = 0
    for batch in read_cases(path, ("case_id", *COLUMNS)):
        batches.append(canonical(batch, path, done))
        done += batch.num_rows
    if not batches:
        return pa.table({name: pa.array([], _type(name)) for name in ("drg", "total_cost")})
    return pa.Table.from_batches(batches)


def canonical(batch: pa.RecordBatch, path: Path, done: int = 0) -> pa.RecordBatch:
    """The batch in canonical types, columns by name, after ``done`` rows of ``path``.

    Codes become plain text, whatever a Parquet file kept them as, so that files fit together.

    :raises Fault: COST_UNREADABLE, COLUMN_TYPE.
    """
    written = _as_written(batch)
    columns: dict[str, pa.Array] = {}
    for name in sorted(written.schema.names):
        try:
            found, unreadable = typed(written.select([name]))
            columns[name] = found.column(name).cast(_type(name))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            kind = written.schema.field(name).type
            raise Fault(COLUMN_TYPE, field=name, expected=_type(name), value=kind) from error
        if name in _MONEY and unreadable:
            row = done + unreadable[name][0] + 1
            raise Fault(COST_UNREADABLE, field=name, value=path.name, row=row)
    return pa.RecordBatch.from_pydict(columns)


def _as_written(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Money kept as binary fractions becomes its shortest text, so that no cast rounds it."""
    for place, field in enumerate(batch.schema):
        if field.name in _MONEY and pa.types.is_floating(field.type):
            cells = [None if cell is None else str(cell) for cell in batch.column(place).to_pylist()]
            batch = batch.set_column(place, field.name, pa.array(cells, pa.string()))
    return batch


def _type(name: str) -> pa.DataType:
    return CASE_SCHEMA.field(name).type if name in CASE_SCHEMA.names else pa.string()


def _check_once(table: pa.Table) -> None:
    """A case given twice would weigh twice."""
    if not {"case_id", "hospital_code"} <= set(table.schema.names):
        return
    keys = pc.binary_join_element_wise(
        pc.fill_null(table["hospital_code"], ""), pc.fill_null(table["case_id"], ""), "\x1f"
    )
    encoded = keys.combine_chunks().dictionary_encode()
    if len(encoded.dictionary) == table.num_rows:
        return
    seen: set[int] = set()
    for row, place in enumerate(encoded.indices.to_pylist(), 1):
        if place in seen:
            hospital, case_id = encoded.dictionary[place].as_py().split("\x1f")
            raise Fault(CASE_TWICE, row=row, hospital=hospital, value=case_id)
        seen.add(place)
