"""Uploaded files of records."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.tablefile import batches_of
from chspay_perdiem.engine.record import COLUMNS, NEEDED, NO_COLUMN, Record, record_of

UNREADABLE = Reason(
    "STAY_RECORDS_UNREADABLE",
    Kind.INVALID,
    "住院记录文件不能读取（{problem}），应为Parquet文件、Arrow数据流或UTF-8的CSV。",
)
TOO_MANY = Reason("STAY_RECORDS_TOO_MANY", Kind.TOO_LARGE, "住院记录文件超过{value}行，请分成几个文件上传。")
EMPTY = Reason("STAY_RECORDS_EMPTY", Kind.INVALID, "住院记录文件没有一行。")
#: Rows of one file; they are held in memory until the whole file has been checked.
MOST_ROWS = 100_000


def read_records(pool: str, content: bytes) -> list[Record]:
    """The records of a file.

    :raises Fault: STAY_RECORDS_*; a row is named by its number, the first being 1.
    """
    rows: list[dict[str, Any]] = []
    try:
        for batch in batches_of(content, COLUMNS):
            # Hostile offsets must be refused here, not read past the end of a buffer.
            batch.validate(full=True)
            for name in NEEDED:
                if name not in batch.schema.names:
                    raise Fault(NO_COLUMN, field=name)
            if len(rows) + batch.num_rows > MOST_ROWS:
                raise Fault(TOO_MANY, field="content", value=MOST_ROWS)
            rows += batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Fault(UNREADABLE, field="content", problem=type(error).__name__) from error
    if not rows:
        raise Fault(EMPTY, field="content")
    return [record_of(pool, row, number) for number, row in enumerate(rows, start=1)]
