"""Reads grouped case files for measuring: only the columns it needs, whole, in canonical types."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from chspay_cli.casefile import read_cases
from chspay_core.digest import sm3_hex_of
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.weights.reading import READ, canonical, check_once, type_of

COLUMNS_DIFFER = Reason(
    "COLUMNS_DIFFER", Kind.INVALID, "文件“{value}”的列与前面的文件不同（{field}），请用相同的列。"
)


def read_table(paths: Sequence[Path]) -> tuple[pa.Table, list[dict[str, object]]]:
    """All cases of the files as one table, and what each file was.

    :raises Fault: COLUMNS_DIFFER, COST_UNREADABLE, COLUMN_TYPE, WEIGHTS_CASE_TWICE, and those of reading.
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
    check_once(whole)
    return whole, sources


def _read(path: Path) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    done = 0
    for batch in read_cases(path, READ):
        batches.append(canonical(batch, path.name, done))
        done += batch.num_rows
    if not batches:
        return pa.table({name: pa.array([], type_of(name)) for name in ("drg", "total_cost")})
    return pa.Table.from_batches(batches)
