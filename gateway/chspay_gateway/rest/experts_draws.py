"""Draws of panels over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from google.protobuf.timestamp_pb2 import Timestamp

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.experts_shapes import (
    BatchIn,
    BatchOut,
    BatchPage,
    CheckedOut,
    CloseIn,
    DrawIn,
    FindingOut,
    PaperIn,
    PaperOut,
    WaitingList,
    WaitingOut,
    batch_out,
)
from chspay_gateway.rest.types import Code, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1/draws", tags=["评议专家"])
BatchId = Annotated[Code, Path(description="抽取批次编号")]
PoolQuery = Annotated[Region | None, Query(description="统筹区代码；不填为全部")]


@router.get("/waiting", summary="等待抽取专家的案件")
async def list_waiting(caller: Caller, pool: PoolQuery = None) -> WaitingList:
    """送专家评议、上转省级和申请复核的案件。"""
    answer = await caller.services.draws.ListWaiting(pb.ListWaitingRequest(pool=pool or ""))
    return WaitingList.model_construct(
        items=[
            WaitingOut.model_construct(
                case_no=one.case_no,
                pool=one.pool,
                stage=one.stage,
                mdc=one.mdc,
                due=day_text(one.due) if one.HasField("due") else None,
            )
            for one in answer.cases
        ]
    )


@router.post("/papers", summary="标记材料已脱敏")
async def mark_desensitised(body: PaperIn, caller: Writer) -> PaperOut:
    """由经办人员逐页核对后标记；没有标记的材料不送专家。"""
    asked = pb.MarkDesensitisedRequest(request_id=caller.request_id, **body.model_dump())
    answer = await caller.services.draws.MarkDesensitised(asked)
    return PaperOut.model_construct(attachment_id=answer.attachment_id)


@router.post("", summary="开一批抽取", status_code=201)
async def open_batch(body: BatchIn, caller: Writer) -> BatchOut:
    """公布承诺和信标；密值不交给系统，由秘书自己保管到抽取时。"""
    at = Timestamp()
    at.FromDatetime(body.beacon_at)
    asked = pb.OpenBatchRequest(
        request_id=caller.request_id,
        pool=body.pool,
        commitment=body.commitment,
        beacon_source=body.beacon_source,
        beacon_at=at,
    )
    return batch_out((await caller.services.draws.OpenBatch(asked)).batch, [])


@router.post("/{batch_id}/close", summary="关闭抽取名单")
async def close_batch(body: CloseIn, caller: Writer, batch_id: BatchId) -> BatchOut:
    """排除应当回避的专家，公布名单摘要；须在信标公布以前。"""
    asked = pb.CloseBatchRequest(request_id=caller.request_id, batch_id=batch_id, case_nos=body.case_nos)
    return batch_out((await caller.services.draws.CloseBatch(asked)).batch, [])


@router.post("/{batch_id}/draw", summary="抽取专家")
async def draw_batch(body: DrawIn, caller: Writer, batch_id: BatchId) -> BatchOut:
    """公布密值和信标，按公开的算法抽出专家组和替补。"""
    asked = pb.DrawBatchRequest(
        request_id=caller.request_id, batch_id=batch_id, secret=body.secret, beacon=body.beacon
    )
    return batch_out((await caller.services.draws.DrawBatch(asked)).batch, [])


@router.get("/{batch_id}", summary="查询一批抽取")
async def get_batch(caller: Caller, batch_id: BatchId) -> BatchOut:
    """批次、专家组编号和公示登记簿的编号。"""
    answer = await caller.services.draws.GetBatch(pb.GetBatchRequest(batch_id=batch_id))
    return batch_out(answer.batch, list(answer.entry_nos))


@router.get("", summary="查询抽取批次")
async def list_batches(
    caller: Caller,
    pool: PoolQuery = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> BatchPage:
    """新的在前。"""
    answer = await caller.services.draws.ListBatches(
        pb.ListBatchesRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return BatchPage.model_construct(
        items=[batch_out(one, []) for one in answer.batches], next_page_token=answer.next_page_token
    )


@router.get("/{batch_id}/verification", summary="核验一批抽取")
async def verify_batch(caller: Caller, batch_id: BatchId) -> CheckedOut:
    """只用公示登记簿的内容重新计算；离线核验用 chspay draw verify。"""
    answer = await caller.services.draws.VerifyBatch(pb.VerifyBatchRequest(batch_id=batch_id))
    found, inner = (
        [FindingOut.model_construct(code=one.code, panel_id=one.panel_id, text=one.text) for one in group]
        for group in (answer.findings, answer.inner_findings)
    )
    return CheckedOut.model_construct(
        step=answer.step, panel_ids=list(answer.panel_ids), findings=found, inner_findings=inner
    )
