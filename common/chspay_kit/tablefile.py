"""Uploaded tables as record batches: a Parquet file, an Arrow stream, or CSV whose cells stay text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

#: Rows of a batch read from Parquet.
BATCH_ROWS = 131_072
_PARQUET, _STREAM = b"PAR1", b"\xff\xff\xff\xff"


def batches_of(content: bytes, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The batches of an uploaded file, of these columns as far as it has them; cells of CSV are text.

    :raises pa.ArrowException, OSError, UnicodeDecodeError: what the file is not.
    """
    if content[:4] == _PARQUET:
        file = pq.ParquetFile(io.BytesIO(content))
        known = [name for name in columns if name in file.schema_arrow.names]
        yield from file.iter_batches(batch_size=BATCH_ROWS, columns=known)
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
