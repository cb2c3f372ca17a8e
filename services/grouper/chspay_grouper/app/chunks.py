"""Uploaded cases as chunks, and chunks as record batches."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app.runners import Reader
from chspay_kit.chunk import pack

RUN_CASES_UNREADABLE = Reason(
    "RUN_CASES_UNREADABLE", Kind.INVALID, "病例不能读取（{problem}），应为Parquet文件或Arrow数据流。"
)

#: Cases of one chunk, which is one committed step of a run.
CHUNK_ROWS = 65_536
_PARQUET = b"PAR1"


def cut(content: bytes, reader: Reader) -> list[tuple[int, bytes]]:
    """The upload as ``(rows, Arrow stream)``, only the columns the run reads: nothing else is kept.

    :raises Fault: RUN_CASES_UNREADABLE, COLUMN_MISSING, COLUMN_TYPE.
    """
    found = []
    try:
        for batch in _batches(content, reader):
            # Hostile offsets must be refused here, not read past the end of a buffer.
            batch.validate(full=True)
            kept = reader.kept(batch.select([name for name in reader.read if name in batch.schema.names]))
            for start in range(0, kept.num_rows, CHUNK_ROWS):
                piece = kept.slice(start, CHUNK_ROWS)
                found.append((piece.num_rows, pack(piece)))
    except (pa.ArrowException, OSError) as error:
        raise Fault(RUN_CASES_UNREADABLE, field="cases", problem=type(error).__name__) from error
    return found


def _batches(content: bytes, reader: Reader) -> Iterator[pa.RecordBatch]:
    if content[:4] == _PARQUET:
        file = pq.ParquetFile(io.BytesIO(content))
        known = [name for name in reader.read if name in file.schema_arrow.names]
        leaves = [file.schema.column(place).path for place in range(len(file.schema))]
        # Codes repeat: as dictionaries they are never spelled out on their way to the answer.
        coded = [leaf for leaf in leaves if leaf.partition(".")[0] in reader.coded]
        file = pq.ParquetFile(io.BytesIO(content), read_dictionary=coded)
        yield from file.iter_batches(batch_size=CHUNK_ROWS, columns=known)
        return
    with pa.ipc.open_stream(content) as stream:
        yield from stream
