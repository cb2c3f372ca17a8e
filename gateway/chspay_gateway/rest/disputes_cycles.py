"""Statistics of a cycle of disputes over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from chspay.dispute.v1 import statistics_pb2 as pb
from chspay_gateway.rest.register import EntryOut, entry_out
from chspay_gateway.rest.types import Code, Region
from chspay_gateway.session import Writer

router = APIRouter(prefix="/api/v1/disputes", tags=["争议处理"])


@router.post("/cycles/{pool}/{cycle}/statistics", summary="公布周期统计", status_code=201)
async def publish_cycle(
    caller: Writer,
    pool: Annotated[Region, Path(description="统筹区代码")],
    cycle: Annotated[Code, Path(description="申报周期，如2026Q1")],
) -> EntryOut:
    """申报窗口结束后由市级经办公布；少于五例的数字及可推算出它们的数字隐去，再次公布即代替前一份。"""
    request = pb.PublishCycleRequest(request_id=caller.request_id, pool=pool, cycle=cycle)
    return entry_out((await caller.services.statistics.PublishCycle(request)).entry)
