"""Grouped cases as measuring wants them: canonical types, every case once."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from chspay_core.casting import typed
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import CASE_SCHEMA, COLUMN_TYPE
from chspay_grouper.engine.weights.cases import COLUMNS

COST_UNREADABLE = Reason(
    "COST_UNREADABLE", Kind.INVALID, "文件“{value}”第{row}行的“{field}”不是金额，请更正后重试。"
)
WEIGHTS_CASE_TWICE = Reason(
    "WEIGHTS_CASE_TWICE", Kind.INVALID, "第{row}行：医疗机构{hospital}的病例号“{value}”重复，请先去重。"
)
#: Columns measuring reads.
READ = ("case_id", *COLUMNS)
_MONEY = tuple(name for name in COLUMNS if name == "tcm_cost" or name.startswith(("total_", "fee_")))


def canonical(batch: pa.RecordBatch, file: str, done: int = 0) -> pa.RecordBatch:
    """The batch in canonical types, columns by name, after ``done`` rows of ``file``.

    Codes become plain text, whatever a Parquet file kept them as, so that files fit together.

    :raises Fault: COST_UNREADABLE, COLUMN_TYPE.
    """
    written = _as_written(batch)
    columns: dict[str, pa.Array] = {}
    for name in sorted(written.schema.names):
        try:
            found, unreadable = typed(written.select([name]))
            columns[name] = found.column(name).cast(type_of(name))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            kind = written.schema.field(name).type
            raise Fault(COLUMN_TYPE, field=name, expected=type_of(name), value=kind) from error
        if name in _MONEY and unreadable:
            row = done + unreadable[name][0] + 1
            raise Fault(COST_UNREADABLE, field=name, value=file, row=row)
    return pa.RecordBatch.from_pydict(columns)


def _as_written(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Money kept as binary fractions becomes its shortest text, so that no cast rounds it."""
    for place, field in enumerate(batch.schema):
        if field.name in _MONEY and pa.types.is_floating(field.type):
            cells = [None if cell is None else str(cell) for cell in batch.column(place).to_pylist()]
            batch = batch.set_column(place, field.name, pa.array(cells, pa.string()))
    return batch


def type_of(name: str) -> pa.DataType:
    """The canonical type of a column."""
    return CASE_SCHEMA.field(name).type if name in CASE_SCHEMA.names else pa.string()


def check_once(table: pa.Table) -> None:
    """Refuse a case given twice: it would weigh twice.

    :raises Fault: WEIGHTS_CASE_TWICE.
    """
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
            raise Fault(WEIGHTS_CASE_TWICE, row=row, hospital=hospital, value=case_id)
        seen.add(place)
