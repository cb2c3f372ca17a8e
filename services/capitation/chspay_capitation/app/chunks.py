"""Uploads as record batches, and record batches as stored chunks."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from chspay_capitation.engine.roster import ROSTER_SCHEMA, normalised
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.chunk import pack

ROSTER_UNREADABLE = Reason(
    "ROSTER_UNREADABLE", Kind.INVALID, "名册不能读取（{problem}），应为Parquet文件、Arrow数据流或UTF-8的CSV。"
)

#: Rows of one chunk, which is one committed step of an attribution.
CHUNK_ROWS = 131_072
#: Beside the roster's columns: rows whose ``valid_to`` is written but no day.
BROKEN = "valid_to_broken"
_PARQUET, _STREAM = b"PAR1", b"\xff\xff\xff\xff"


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


def batches_of(content: bytes, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The batches of an uploaded file, of these columns as far as it has them; cells of CSV are text.

    :raises pa.ArrowException, OSError, UnicodeDecodeError: what the file is not.
    """
    if content[:4] == _PARQUET:
        file = pq.ParquetFile(io.BytesIO(content))
        known = [name for name in columns if name in file.schema_arrow.names]
        yield from file.iter_batches(batch_size=CHUNK_ROWS, columns=known)
        return
    if content[:4] == _STREAM:
        with pa.ipc.open_stream(content) as stream:
            yield from stream
        return
    content.decode("utf-8-sig")
    # Every cell is text: what a code means is not for a reader of files to guess.
    texts = pacsv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False)
    with pacsv.open_csv(io.BytesIO(content), convert_options=texts) as stream:
        yield from stream
