"""Records of long stays over HTTP: leave, transfers, acute episodes, outcomes; put, filed, withdrawn."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict, Field

from chspay.perdiem.v1 import records_pb2 as pb
from chspay_core.amounts import decimal_text
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.imports import spool
from chspay_gateway.rest.rosters import FILE_BODY, MAX_PART
from chspay_gateway.rest.types import Answer, Code, Day, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb, decimal_to_pb

FILE_PATH = "/api/v1/stay-records/file"
router = APIRouter(prefix="/api/v1", tags=["按床日付费"])
Kind = Literal["leave", "transfer", "acute", "interim", "outcome"]
_KINDS = {
    "leave": pb.RECORD_KIND_LEAVE,
    "transfer": pb.RECORD_KIND_TRANSFER,
    "acute": pb.RECORD_KIND_ACUTE,
    "interim": pb.RECORD_KIND_INTERIM,
    "outcome": pb.RECORD_KIND_OUTCOME,
}
_NAMES = {number: name for name, number in _KINDS.items()}
_WAYS = "leave 请假 · transfer 转院 · acute 急性发作 · interim 中途结算 · outcome 疗效"


class OutcomeIn(Strict):
    """一次疗效评估。"""

    scale: Code = Field(min_length=1, description="量表，如ADL")
    before: Code = Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$", description="入院时得分，十进制文本")
    after: Code = Field(pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$", description="出院时得分，十进制文本")


class RecordIn(Strict):
    """一条住院记录。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "record_no": "QJ2026-0001",
                    "pool": "990100",
                    "hospital_code": "H990101EX",
                    "case_id": "L2026-0001",
                    "kind": "leave",
                    "since": "2026-02-10",
                    "until": "2026-02-14",
                    "document": "请假条2026-0001",
                }
            ]
        }
    )

    record_no: Code = Field(min_length=1, description="医疗机构自编的编号")
    pool: Region = Field(description="统筹区代码")
    hospital_code: Code = Field(min_length=1)
    case_id: Code = Field(min_length=1)
    kind: Kind = Field(description=_WAYS)
    since: Day = Field(description="第一天；转院为当日，疗效为第二次评估日")
    until: Day | None = Field(default=None, description="截止日，当日不含；转院、疗效不填")
    other_hospital_code: Code = Field(default="", description="转院的转入机构")
    other_case_id: Code = Field(default="", description="转入的清单，或急性发作、中途结算的清单")
    outcome: OutcomeIn | None = None
    document: Line = Field(min_length=1, description="依据的单据")


class WithdrawIn(Strict):
    """作废一条记录。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "登记错误"}]})

    reason: Line = Field(min_length=1)


class OutcomeOut(Answer):
    """一次疗效评估。"""

    scale: str
    before: str
    after: str


class RecordOut(Answer):
    """一条住院记录。"""

    record_no: str
    pool: str
    hospital_code: str
    case_id: str
    kind: str = Field(description=_WAYS)
    since: str | None
    until: str | None
    other_hospital_code: str
    other_case_id: str
    outcome: OutcomeOut | None
    document: str
    withdrawn: str = Field(description="作废的原因；空为有效")


class RecordPage(Answer):
    """一页记录。"""

    items: list[RecordOut]
    next_page_token: str


class FiledOut(Answer):
    """一份文件登记了多少条。"""

    rows: int


@router.post("/stay-records", summary="登记一条住院记录", status_code=201)
async def put_record(body: RecordIn, caller: Writer) -> RecordOut:
    """请假、转院、急性发作、中途结算或疗效；转院由转出机构登记，转入机构可以看到。只增不改，错了先作废。"""
    caller.require_hospital(body.hospital_code)
    names = (
        "record_no", "pool", "hospital_code", "case_id", "other_hospital_code", "other_case_id", "document"
    )  # fmt: skip
    record = pb.StayRecord(
        **{name: getattr(body, name) for name in names}, kind=_KINDS[body.kind], since=date_to_pb(body.since)
    )
    if body.until is not None:
        record.until.CopyFrom(date_to_pb(body.until))
    if body.outcome is not None:
        record.outcome.scale = body.outcome.scale
        for name in ("before", "after"):
            value = decimal_text(getattr(body.outcome, name), name)
            getattr(record.outcome, name).CopyFrom(decimal_to_pb(value))
    request = pb.PutStayRecordRequest(request_id=caller.request_id, record=record)
    return _out((await caller.services.stay_records.PutStayRecord(request)).record)


@router.post(FILE_PATH.removeprefix("/api/v1"), summary="上传住院记录", openapi_extra=FILE_BODY)
async def put_records(
    request: Request, caller: Writer, pool: Annotated[Region, Query(description="统筹区代码")]
) -> FiledOut:
    """请求体是Parquet、Arrow数据流或UTF-8的CSV，列：record_no, hospital_code, case_id, kind, since, until,
    other_hospital_code, other_case_id, scale, before, after, document。有一行错误时一行也不保存。"""
    with tempfile.TemporaryDirectory(prefix="chspay-records-") as folder:
        path = FilePath(folder) / "records"
        await spool(request, path, MAX_PART)
        content = await asyncio.to_thread(path.read_bytes)
    answer = await caller.services.stay_records.PutStayRecords(
        pb.PutStayRecordsRequest(request_id=caller.request_id, pool=pool, content=content)
    )
    return FiledOut(rows=answer.rows)


@router.post("/stay-records/{hospital_code}/{record_no}/withdraw", summary="作废一条住院记录")
async def withdraw_record(
    body: WithdrawIn,
    caller: Writer,
    hospital_code: Annotated[Code, Path(description="登记的医疗机构")],
    record_no: Annotated[Code, Path(description="记录编号")],
) -> RecordOut:
    """作废后不再计入；已有的计价不变，重新计价时才按现有记录计算。"""
    caller.require_hospital(hospital_code)
    request = pb.WithdrawStayRecordRequest(
        request_id=caller.request_id, hospital_code=hospital_code, record_no=record_no, reason=body.reason
    )
    return _out((await caller.services.stay_records.WithdrawStayRecord(request)).record)


@router.get("/stay-records", summary="查询住院记录")
async def list_records(
    caller: Caller,
    hospital_code: Annotated[Code, Query(description="医疗机构编码")],
    case_id: Annotated[Code, Query(description="住院；空为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> RecordPage:
    """权限范围内的记录；转入机构看得到转出机构登记的转院。"""
    answer = await caller.services.stay_records.ListStayRecords(
        pb.ListStayRecordsRequest(
            hospital_code=hospital_code, case_id=case_id, page_size=page_size, page_token=page_token
        )
    )
    return RecordPage.model_construct(
        items=[_out(item) for item in answer.records], next_page_token=answer.next_page_token
    )


def _out(item: pb.StayRecord) -> RecordOut:
    names = (
        "record_no", "pool", "hospital_code", "case_id", "other_hospital_code", "other_case_id", "document",
        "withdrawn",
    )  # fmt: skip
    outcome = None
    if item.HasField("outcome"):
        outcome = OutcomeOut(
            scale=item.outcome.scale, before=item.outcome.before.value, after=item.outcome.after.value
        )
    return RecordOut.model_construct(
        **{name: getattr(item, name) for name in names},
        kind=_NAMES[item.kind],
        since=day_text(item.since),
        until=day_text(item.until),
        outcome=outcome,
    )
