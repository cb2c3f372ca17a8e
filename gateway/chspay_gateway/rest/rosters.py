"""Enrolment rosters 参保名册 over HTTP: uploaded whole or part by part, checked, mended."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Annotated

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import roster_pb2 as pb
from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.imports import spool
from chspay_gateway.rest.types import Answer, Code, Day, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer, Writing, gateway_of
from chspay_kit import deadline
from chspay_kit.chunk import stream_of
from chspay_kit.convert import date_to_pb

PATH, PARTS_PATH = "/api/v1/rosters", "/api/v1/rosters/parts"
#: Largest part, bytes; what a message to the service can carry.
MAX_PART = 48 * 1024 * 1024
_PART_ROWS = 131_072
_CSV_BLOCK = 8 << 20
_FILES = ("application/vnd.apache.parquet", "text/csv", "application/vnd.apache.arrow.stream")
#: What the interface description says of a request body that is a table.
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _FILES},
    }
}
_STATES = {
    pb.ROSTER_STATE_UPLOADING: "uploading",
    pb.ROSTER_STATE_CHECKING: "checking",
    pb.ROSTER_STATE_REFUSED: "refused",
    pb.ROSTER_STATE_LOADED: "loaded",
}

router = APIRouter(prefix="/api/v1", tags=["参保名册"])
RosterId = Annotated[Code, Path(description="名册编号")]


class FaultCountOut(Answer):
    """一种错误在全部行中的次数。"""

    reason: str
    column: str
    message: str
    count: int


class RowFaultOut(Answer):
    """有错误的一行。"""

    part_no: int = Field(description="第几份，从0起")
    row: int = Field(description="该份的第几行，从1起（CSV不计表头）")
    column: str
    reason: str


class RosterOut(Answer):
    """一份名册及其核对报告。"""

    roster_id: str
    pool: str
    as_of: str | None = Field(description="名册的截止日")
    state: str = Field(
        description="uploading 上传中 · checking 核对中 · refused 有错误，可更换后再核对 · loaded 可用"
    )
    rows: int
    digest: str = Field(description="全部内容的SM3指纹，核对通过后才有")
    counts: list[FaultCountOut]
    faults: list[RowFaultOut] = Field(description="每种错误的前一百行")
    parts: list[int] = Field(description="已收到的份号")


class RosterPage(Answer):
    """一页名册。"""

    items: list[RosterOut]
    next_page_token: str


class PartOut(Answer):
    """收到的一份。"""

    rows: int
    digest: str


class CloseIn(Strict):
    """上传完毕，开始核对。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"parts": 12}]})

    parts: Annotated[int, Field(ge=1, le=100_000, description="共上传了几份")]


@router.post("/rosters", summary="上传一份参保名册", status_code=202, openapi_extra=FILE_BODY)
async def upload_roster(
    request: Request,
    caller: Writer,
    pool: Annotated[Region, Query(description="统筹区代码")],
    as_of: Annotated[Day, Query(description="名册的截止日")],
) -> RosterOut:
    """请求体是Parquet、Arrow数据流或UTF-8的CSV文件，分份送达后在后台核对；只含人员标识，不含姓名。

    上传中断时，用同一个Idempotency-Key重传即可续传。
    """
    caller.require_bureau()
    settings = gateway_of(request).settings
    deadline.begin(settings.import_seconds)
    service, key = caller.services.rosters, caller.request_id
    with tempfile.TemporaryDirectory(prefix="chspay-roster-") as folder:
        path = FilePath(folder) / "roster"
        await spool(request, path, settings.import_bytes)
        parts = _parts(path)
        # The whole first part is read before a roster exists, so that a broken file leaves no trace.
        part = await asyncio.to_thread(next, parts, None)
        if part is None:
            raise Fault(reasons.UPLOAD_UNREADABLE, expected="Parquet、Arrow或CSV", detail="没有一行")
        started = await service.StartRoster(
            pb.StartRosterRequest(request_id=f"{key}:start", pool=pool, as_of=date_to_pb(as_of))
        )
        roster_id, number = started.roster.roster_id, 0
        while part is not None:
            await _put(caller, f"{key}:{number}", roster_id, number, part)
            number += 1
            part = await asyncio.to_thread(next, parts, None)
        closed = await service.CloseRoster(
            pb.CloseRosterRequest(request_id=f"{key}:close", roster_id=roster_id, parts=number)
        )
    return roster_out(closed.roster)


@router.post("/rosters/parts", summary="更换或补传名册的一份", openapi_extra=FILE_BODY)
async def put_part(
    request: Request,
    caller: Writer,
    roster_id: Annotated[Code, Query(description="名册编号")],
    part_no: Annotated[int, Query(ge=0, le=99_999, description="份号，从0起")],
) -> PartOut:
    """核对没有通过的名册，只更换有错误的份，再关闭即可重新核对。"""
    caller.require_bureau()
    with tempfile.TemporaryDirectory(prefix="chspay-roster-") as folder:
        path = FilePath(folder) / "part"
        await spool(request, path, MAX_PART)
        content = await asyncio.to_thread(path.read_bytes)
    found = await _put(caller, caller.request_id, roster_id, part_no, content)
    return PartOut(rows=found.rows, digest=found.digest)


@router.post("/rosters/{roster_id}/close", summary="上传完毕，开始核对", status_code=202)
async def close_roster(body: CloseIn, caller: Writer, roster_id: RosterId) -> RosterOut:
    """缺少任何一份时拒绝；核对在后台进行。"""
    caller.require_bureau()
    answer = await caller.services.rosters.CloseRoster(
        pb.CloseRosterRequest(request_id=caller.request_id, roster_id=roster_id, parts=body.parts)
    )
    return roster_out(answer.roster)


@router.get("/rosters/{roster_id}", summary="读取一份名册及其核对报告")
async def get_roster(caller: Caller, roster_id: RosterId) -> RosterOut:
    """有错误的名册整份不能使用，逐条列出错误。"""
    caller.require_bureau()
    answer = await caller.services.rosters.GetRoster(pb.GetRosterRequest(roster_id=roster_id))
    return roster_out(answer.roster)


@router.get("/rosters", summary="查询名册")
async def list_rosters(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> RosterPage:
    """权限范围内的名册。"""
    caller.require_bureau()
    answer = await caller.services.rosters.ListRosters(
        pb.ListRostersRequest(page_size=page_size, page_token=page_token)
    )
    return RosterPage.model_construct(
        items=[roster_out(item) for item in answer.rosters], next_page_token=answer.next_page_token
    )


async def _put(
    caller: Writing, request_id: str, roster_id: str, number: int, content: bytes
) -> pb.PutRosterPartResponse:
    found: pb.PutRosterPartResponse = await caller.services.rosters.PutRosterPart(
        pb.PutRosterPartRequest(request_id=request_id, roster_id=roster_id, part_no=number, content=content)
    )
    return found


def _parts(path: FilePath) -> Iterator[bytes]:
    """The file as Arrow streams of some thousand rows; what its columns mean is for the service to say."""
    try:
        for batch in _batches(path):
            yield stream_of(batch)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        expected = "Parquet、Arrow数据流或UTF-8的CSV"
        raise Fault(reasons.UPLOAD_UNREADABLE, expected=expected, detail=type(error).__name__) from error


def _batches(path: FilePath) -> Iterator[pa.RecordBatch]:
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        yield from pq.ParquetFile(path).iter_batches(batch_size=_PART_ROWS)
    elif head == b"\xff\xff\xff\xff":
        with pa.ipc.open_stream(pa.memory_map(str(path))) as stream:
            for batch in stream:
                yield from (batch.slice(at, _PART_ROWS) for at in range(0, batch.num_rows, _PART_ROWS))
    else:
        # Every cell stays the text it is: a code that looks like a number is no number.
        names = pacsv.open_csv(path).schema.names
        texts = pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        )
        yield from pacsv.open_csv(
            path, read_options=pacsv.ReadOptions(block_size=_CSV_BLOCK), convert_options=texts
        )


def roster_out(item: pb.Roster) -> RosterOut:
    """A roster as JSON."""
    return RosterOut.model_construct(
        roster_id=item.roster_id,
        pool=item.pool,
        as_of=day_text(item.as_of),
        state=_STATES[item.state],
        rows=item.rows,
        digest=item.digest,
        counts=[
            FaultCountOut(reason=count.reason, column=count.column, message=count.message, count=count.count)
            for count in item.counts
        ],
        faults=[
            RowFaultOut(part_no=fault.part_no, row=fault.row, column=fault.column, reason=fault.reason)
            for fault in item.faults
        ],
        parts=list(item.parts),
    )
