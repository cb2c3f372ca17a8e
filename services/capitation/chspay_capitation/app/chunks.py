"""Uploads as record batches, and record batches as stored chunks."""

from __future__ import annotations

import pyarrow as pa

from chspay_capitation.engine.roster import ROSTER_SCHEMA, normalised
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.chunk import pack
from chspay_kit.tablefile import batches_of

ROSTER_UNREADABLE = Reason(
    "ROSTER_UNREADABLE", Kind.INVALID, "名册不能读取（{problem}），应为Parquet文件、Arrow数据流或UTF-8的CSV。"
)

#: Rows of one chunk, which is one committed step of an attribution.
CHUNK_ROWS = 131_072
#: Beside the roster's columns: rows whose ``valid_to`` is written but no day.
BROKEN = "valid_to_broken"


def cut(content: bytes) -> list[tuple[int, bytes]]:
    """An uploaded part as ``(rows, chunk)``, in the roster's columns and types.

    :raises Fault: ROSTER_UNREADABLE, ROSTER_COLUMN_MISSING, ROSTER_COLUMN_TYPE.
    """
    found = []
    try:
        for batch in batches_of(content, ROSTER_SCHEMA.names):
            # Hostile offsets must be refused here, not read past the end of a buffer.
            batch.validate(full=True)
            rows, broken = normalised(batch)
            whole = rows.append_column(BROKEN, broken)
            for start in range(0, whole.num_rows, CHUNK_ROWS):
                piece = whole.slice(start, CHUNK_ROWS)
                found.append((piece.num_rows, pack(piece)))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise Fault(ROSTER_UNREADABLE, field="content", problem=type(error).__name__) from error
    return found
