"""Stored grouping runs 批量分组: upload, follow, read, compare."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import StrEnum
from pathlib import Path as FilePath
from typing import Annotated, Any

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from chspay.grouper.v1 import runs_pb2 as pb
from chspay_core import tables
from chspay_core.errors import Fault
from chspay_gateway import problems, reasons
from chspay_gateway.rest.cases import GroupOut, group_out
from chspay_gateway.rest.imports import spool
from chspay_gateway.rest.types import Answer, Code, PageSize, PageToken
from chspay_gateway.rest.uploads import PARQUET, PARQUET_BODY, upload
from chspay_gateway.session import Caller, Writer, Writing, gateway_of
from chspay_kit import deadline

PATH = "/api/v1/group-runs"
_FOLLOW_SECONDS = 3600.0
_STATES = {
    pb.GROUP_RUN_STATE_UPLOADING: "uploading",
    pb.GROUP_RUN_STATE_PENDING: "pending",
    pb.GROUP_RUN_STATE_RUNNING: "running",
    pb.GROUP_RUN_STATE_DONE: "done",
    pb.GROUP_RUN_STATE_FAILED: "failed",
    pb.GROUP_RUN_STATE_CANCELLED: "cancelled",
}

router = APIRouter(prefix="/api/v1", tags=["批量分组"])
RunId = Annotated[Code, Path(description="批量分组编号")]
SchemeName = Annotated[Code, Query(description="分组方案（或DIP目录、权重表）的编号或SM3指纹")]


class KindName(StrEnum):
    """批量运行的种类。"""

    SCHEME = "scheme"
    DIP_CATALOGUE = "dip_catalogue"
    WEIGHT_TABLE = "weight_table"


Kind = Annotated[KindName, Query(description="scheme 分组方案 · dip_catalogue DIP目录 · weight_table 权重表")]
#: Columns beside those of the case table that a kind reads.
_MORE_COLUMNS = {
    KindName.SCHEME: (),
    KindName.DIP_CATALOGUE: ("fee_treatment",),
    KindName.WEIGHT_TABLE: ("drg", "status"),
}


class GroupRunOut(Answer):
    """一次批量分组。"""

    run_id: str
    scheme_id: str
    scheme_digest: str
    cases_of: str = Field(description="病例取自哪一次批量分组；空表示自己上传")
    state: str = Field(
        description="uploading 上传中 · pending 等待 · running 进行中 · done 完成 · failed 失败 · cancelled"
    )
    cases: int = Field(description="病例数")
    done: int = Field(description="已分组的病例数")
    failure_reason: str
    failure_message: str
    statement_digest: str = Field(description="结果的SM3指纹，完成后才有；发布方案时引用它")
    kind: str = Field(
        description="scheme 分组方案 · dip_catalogue DIP目录 · weight_table 权重表 · measure 测算权重"
    )
    swept: bool = Field(description="病例与答案已过保存期并删除，结果的指纹仍可引用")


class GroupRunPage(Answer):
    """一页批量分组。"""

    items: list[GroupRunOut]
    next_page_token: str


class GroupRunAnswers(Answer):
    """一页分组答案，按病例上传的次序。"""

    items: list[GroupOut]
    rows: list[dict[str, str]] = Field(description="DIP目录与权重表的答案，逐列；分组方案的在 items 中")
    next_page_token: str


class GroupMoveOut(Answer):
    """从一个组到另一个组的病例；没有入组时写状态。"""

    before: str
    after: str
    cases: int
    examples: list[str] = Field(description="前几个病例号")


class GroupCompareOut(Answer):
    """两个方案对同一批病例的比较。"""

    cases: int
    moved: int
    moves: list[GroupMoveOut] = Field(description="病例多的在前")


@router.post(
    "/group-runs",
    summary="上传一批病例并开始批量分组",
    status_code=202,
    openapi_extra=PARQUET_BODY,
)
async def start_group_run(
    request: Request, caller: Writer, scheme: SchemeName, kind: Kind = KindName.SCHEME
) -> GroupRunOut:
    """请求体是一个Parquet文件，列名与标准病例表一致；在后台进行，中断后自动续做。

    kind 说明 scheme 指的是什么：分组方案、DIP目录，或给已分组病例取权重的权重表。上传中断时，用同一个
    Idempotency-Key 重传即可续传。只保存要用的列。
    """
    settings = gateway_of(request).settings
    deadline.begin(settings.import_seconds)
    with tempfile.TemporaryDirectory(prefix="chspay-group-") as folder:
        path = FilePath(folder) / "cases.parquet"
        await spool(request, path, settings.import_bytes)
        columns = (*tables.CASE_SCHEMA.names, *_MORE_COLUMNS[kind])
        return run_out(await upload(caller, path, columns, _starter(caller, scheme, kind)))


def _starter(caller: Writing, scheme: str, kind: KindName) -> Callable[[str], Awaitable[pb.GroupRun]]:
    async def start(request_id: str) -> pb.GroupRun:
        asked = pb.StartGroupRunRequest(request_id=request_id, scheme=scheme, kind=kind.value)
        run: pb.GroupRun = (await caller.services.group_runs.StartGroupRun(asked)).run
        return run

    return start


@router.post("/group-runs/{run_id}/again", summary="用另一个方案对同一批病例再分组", status_code=202)
async def group_again(
    caller: Writer, run_id: RunId, scheme: SchemeName, kind: Kind = KindName.SCHEME
) -> GroupRunOut:
    """不必重新上传，须是同一种运行；完成后可与原来的批量分组比较。"""
    answer = await caller.services.group_runs.StartGroupRun(
        pb.StartGroupRunRequest(request_id=caller.request_id, scheme=scheme, cases_of=run_id, kind=kind.value)
    )
    return run_out(answer.run)


@router.post("/group-runs/{run_id}/cancel", summary="取消批量分组")
async def cancel_group_run(caller: Writer, run_id: RunId) -> GroupRunOut:
    """已经结束的不受影响。"""
    answer = await caller.services.group_runs.CancelGroupRun(
        pb.CancelGroupRunRequest(request_id=caller.request_id, run_id=run_id)
    )
    return run_out(answer.run)


@router.get("/group-runs", summary="查询批量分组")
async def list_group_runs(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> GroupRunPage:
    """本机构或本地区的批量分组。"""
    answer = await caller.services.group_runs.ListGroupRuns(
        pb.ListGroupRunsRequest(page_size=page_size, page_token=page_token)
    )
    return GroupRunPage.model_construct(
        items=[run_out(run) for run in answer.runs], next_page_token=answer.next_page_token
    )


@router.get("/group-runs/compare", summary="比较两个方案对同一批病例的分组")
async def compare_group_runs(
    caller: Caller,
    before: Annotated[Code, Query(description="原方案的批量分组编号")],
    after: Annotated[Code, Query(description="新方案的批量分组编号")],
) -> GroupCompareOut:
    """谁从哪组到哪组；两次批量分组须是同一批病例，且都已完成。"""
    deadline.begin(_FOLLOW_SECONDS)
    answer = await caller.services.group_runs.CompareGroupRuns(
        pb.CompareGroupRunsRequest(before=before, after=after), timeout=_FOLLOW_SECONDS
    )
    moves = [
        GroupMoveOut.model_construct(
            before=move.before, after=move.after, cases=move.cases, examples=list(move.examples)
        )
        for move in answer.moves
    ]
    return GroupCompareOut.model_construct(cases=answer.cases, moved=answer.moved, moves=moves)


@router.get("/group-runs/{run_id}", summary="查询一次批量分组")
async def get_group_run(caller: Caller, run_id: RunId) -> GroupRunOut:
    """进度与结果的指纹。"""
    answer = await caller.services.group_runs.GetGroupRun(pb.GetGroupRunRequest(run_id=run_id))
    return run_out(answer.run)


@router.get(
    "/group-runs/{run_id}/events",
    summary="实时跟踪批量分组（SSE）",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "event: run，data 同查询"}},
)
async def follow_group_run(caller: Caller, run_id: RunId) -> StreamingResponse:
    """每有进展推送一次，结束后关闭。出错时推送 event: problem。"""
    deadline.begin(_FOLLOW_SECONDS)
    answers = caller.services.group_runs.WatchGroupRun(pb.WatchGroupRunRequest(run_id=run_id))
    # The first answer is awaited here, so that a refusal still has its own status and shape.
    first = await anext(answers, None)
    return StreamingResponse(
        _events(first, answers), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@router.get(
    "/group-runs/{run_id}/answers",
    summary="读取批量分组的答案",
    response_model=GroupRunAnswers,
    responses={200: {"content": {"text/csv": {}, PARQUET: {}}, "description": "按 ?format= 返回"}},
)
async def group_run_answers(
    caller: Caller,
    run_id: RunId,
    file: Annotated[str, Query(alias="format", description="json（分页）、csv 或 parquet（全部）")] = "json",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> Response | GroupRunAnswers:
    """按病例上传的次序。JSON分页；CSV和Parquet一次给出全部。"""
    if file == "json":
        page = await caller.services.group_runs.ListGroupRunAnswers(
            pb.ListGroupRunAnswersRequest(run_id=run_id, page_size=page_size, page_token=page_token)
        )
        return GroupRunAnswers.model_construct(
            items=[group_out(item) for item in page.answers],
            rows=[{"case_id": row.case_id, **row.columns} for row in page.rows],
            next_page_token=page.next_page_token,
        )
    if file not in ("csv", "parquet"):
        raise Fault(reasons.FORMAT_BAD, field="format", value=file, expected="json、csv、parquet")
    deadline.begin(_FOLLOW_SECONDS)
    parts = caller.services.group_runs.DownloadGroupRunAnswers(
        pb.DownloadGroupRunAnswersRequest(run_id=run_id)
    )
    first = await anext(parts, None)
    return StreamingResponse(
        _file(file, first, parts),
        media_type="text/csv; charset=utf-8" if file == "csv" else PARQUET,
        headers={"Content-Disposition": f'attachment; filename="answers.{file}"'},
    )


@router.get(
    "/group-runs/{run_id}/statement",
    summary="读取批量分组的结果（原文，可验指纹）",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "规范形式，对其计算SM3即得指纹"}},
)
async def group_run_statement(caller: Caller, run_id: RunId) -> Response:
    """各状态、各病组的病例数和全部答案的摘要；发布方案时引用它的指纹。"""
    answer = await caller.services.group_runs.GetGroupRunStatement(
        pb.GetGroupRunStatementRequest(run_id=run_id)
    )
    return Response(answer.content, media_type="application/json", headers={"X-Content-SM3": answer.digest})


async def _events(first: Any, answers: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    if first is None:
        return
    yield _event("run", run_out(first.run).model_dump())
    try:
        async for answer in answers:
            yield _event("run", run_out(answer.run).model_dump())
    except Fault as fault:
        yield _event("problem", problems.problem_of([fault]).model_dump())


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))


async def _file(form: str, first: Any, parts: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """Answers as a file, a chunk at a time: nothing is held but the chunk being sent."""
    sink, writer = _Sink(), None
    part = first
    while part is not None:
        with pa.ipc.open_stream(part.answers) as reader:
            table = reader.read_all()
        if writer is None:
            made = pacsv.CSVWriter if form == "csv" else pq.ParquetWriter
            writer = made(pa.PythonFile(sink, "w"), table.schema)
        await asyncio.to_thread(writer.write_table, table)
        yield sink.taken()
        part = await anext(parts, None)
    if writer is not None:
        await asyncio.to_thread(writer.close)
        yield sink.taken()


class _Sink:
    """A file that gives away what was written to it."""

    closed = False

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is buffered elsewhere."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        """What was written since the last time."""
        data, self._held = bytes(self._held), bytearray()
        return data


def run_out(run: pb.GroupRun) -> GroupRunOut:
    """A stored run as JSON."""
    names = (
        *("run_id", "scheme_id", "scheme_digest", "cases_of", "cases", "done"),
        *("failure_reason", "failure_message", "statement_digest", "kind", "swept"),
    )
    return GroupRunOut.model_construct(
        state=_STATES[run.state], **{name: getattr(run, name) for name in names}
    )
