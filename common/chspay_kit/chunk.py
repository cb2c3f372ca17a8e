"""Record batches as bytes: what goes over the wire, and the chunks that long work keeps one by one."""

from __future__ import annotations

import pyarrow as pa

_PACKED = pa.ipc.IpcWriteOptions(compression="zstd")


def stream_of(batch: pa.RecordBatch) -> bytes:
    """A record batch as one Arrow stream, to be read at once."""
    return _written(batch, None)


def pack(batch: pa.RecordBatch) -> bytes:
    """A record batch as one compressed Arrow stream, to be kept."""
    return _written(batch, _PACKED)


def unpack(content: bytes) -> pa.RecordBatch:
    """The record batch of :func:`pack`."""
    with pa.ipc.open_stream(content) as reader:
        return reader.read_next_batch()


def _written(batch: pa.RecordBatch, options: pa.ipc.IpcWriteOptions | None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())
