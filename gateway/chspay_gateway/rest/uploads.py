"""Cases of a stored run: a Parquet file on its way to the grouper, part by part."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path as FilePath

import pyarrow as pa
import pyarrow.parquet as pq

from chspay.grouper.v1 import runs_pb2 as pb
from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.session import Writing
from chspay_kit.chunk import stream_of

PARQUET = "application/vnd.apache.parquet"
#: What the interface description says of a request body that is a file of cases.
PARQUET_BODY = {
    "requestBody": {
        "required": True,
        "content": {PARQUET: {"schema": {"type": "string", "format": "binary"}}},
    }
}
#: Cases of one message to the service.
_PART_ROWS = 50_000


async def upload(
    caller: Writing, path: FilePath, columns: Sequence[str], start: Callable[[str], Awaitable[pb.GroupRun]]
) -> pb.GroupRun:
    """Starts a run, sends the file part by part, and lets it begin; every step may be repeated.

    :param start: begins the run under a request id.
    :raises Fault: UPLOAD_UNREADABLE, and what the service refuses.
    """
    service, key = caller.services.group_runs, caller.request_id
    parts = _parts(path, columns)
    # The whole first part is read before a run exists, so that a broken file leaves no trace.
    part = await asyncio.to_thread(next, parts, None)
    if part is None:
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="Parquet", detail="没有一行病例")
    run_id, number = (await start(f"{key}:start")).run_id, 0
    while part is not None:
        await service.PutGroupRunCases(
            pb.PutGroupRunCasesRequest(
                request_id=f"{key}:{number}", run_id=run_id, part_no=number, cases=part
            )
        )
        number += 1
        part = await asyncio.to_thread(next, parts, None)
    closed = await service.CloseGroupRunCases(
        pb.CloseGroupRunCasesRequest(request_id=f"{key}:close", run_id=run_id, parts=number)
    )
    run: pb.GroupRun = closed.run
    return run


def _parts(path: FilePath, columns: Sequence[str]) -> Iterator[bytes]:
    """The columns wanted, as far as the file has them, as Arrow streams of some thousand rows."""
    try:
        file = pq.ParquetFile(path)
        known = [name for name in file.schema_arrow.names if name in columns]
        for batch in file.iter_batches(batch_size=_PART_ROWS, columns=known):
            yield stream_of(batch)
    except (pa.ArrowException, OSError) as error:
        raise Fault(reasons.UPLOAD_UNREADABLE, expected="Parquet", detail=type(error).__name__) from error
