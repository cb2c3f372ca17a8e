"""Bed-days 按床日付费 over HTTP: stays tried and priced, pricings opened."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.perdiem_shapes import (
    AnswerOut,
    PricingOut,
    StaysIn,
    answer_out,
    pricing_out,
    stay_pb,
)
from chspay_gateway.rest.types import Answer, Code, MonthText, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1/per-diem", tags=["按床日付费"])
PricingId = Annotated[Code, Path(description="计价编号")]


class PricedOut(Answer):
    """各次住院的答复，与提交的顺序相同。"""

    items: list[AnswerOut]
    policy_digest: str


class TriedOut(Answer):
    """各次住院的试算，附计算底稿。"""

    items: list[AnswerOut]
    worksheets: list[WorksheetOut] = Field(description="与items逐一对应；没有计算的为空")
    policy_digest: str


class OpenedOut(Answer):
    """一次计价与它的计算底稿。"""

    pricing: PricingOut
    worksheet: WorksheetOut


class PricingPage(Answer):
    """一页计价。"""

    items: list[PricingOut]
    next_page_token: str


class DepartmentOut(Answer):
    """一个床日科室。"""

    department: str
    category: str


class ScopeOut(Answer):
    """一个月里哪些病例要按床日计价。"""

    departments: list[DepartmentOut]
    hospitals: list[str] = Field(description="当月有试点资格的医疗机构")
    own_lists: list[str] = Field(description="住院期间另有的结算清单（急性发作、中途结算）")
    policy_digest: str


@router.post("/trials", summary="试算住院的床日付费")
async def try_stays(body: StaysIn, caller: Caller) -> TriedOut:
    """不保存任何内容；医疗机构可以试算自己的住院。不能计价的住院写明原因，不影响其他住院。"""
    request = pb.TryStaysRequest(
        pool=body.pool, month=body.month, stays=[stay_pb(stay) for stay in body.stays]
    )
    answer = await caller.services.perdiem.TryStays(request)
    return TriedOut.model_construct(
        items=[answer_out(item) for item in answer.answers],
        worksheets=[worksheet_out(sheet) for sheet in answer.worksheets],
        policy_digest=answer.policy_digest,
    )


@router.post("/pricings", summary="给住院按床日计价", status_code=201)
async def price_stays(body: StaysIn, caller: Writer) -> PricedOut:
    """计价保存备查；同样的住院、记录和政策得到同一个计价编号。月结会自动计价，此接口供核对。"""
    caller.require_bureau()
    request = pb.PriceStaysRequest(
        request_id=caller.request_id,
        pool=body.pool,
        month=body.month,
        stays=[stay_pb(stay) for stay in body.stays],
    )
    answer = await caller.services.perdiem.PriceStays(request)
    return PricedOut.model_construct(
        items=[answer_out(item) for item in answer.answers], policy_digest=answer.policy_digest
    )


@router.get("/pricings", summary="查询床日计价")
async def list_pricings(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    month: Annotated[MonthText | None, Query(description="月份，如2026-03；不填为全部")] = None,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；空为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> PricingPage:
    """权限范围内的计价；更正记录后重新计价的，旧计价写明被哪一个代替。"""
    answer = await caller.services.perdiem.ListPricings(
        pb.ListPricingsRequest(
            pool=pool or "",
            month=month or "",
            hospital_code=hospital_code,
            page_size=page_size,
            page_token=page_token,
        )
    )
    return PricingPage.model_construct(
        items=[pricing_out(item) for item in answer.pricings], next_page_token=answer.next_page_token
    )


@router.get("/pricings/{pricing_id}", summary="一次床日计价的底稿")
async def get_pricing(caller: Caller, pricing_id: PricingId) -> OpenedOut:
    """每一天由什么支付、每一段的标准、系数和合计，逐行可以复算。"""
    answer = await caller.services.perdiem.GetPricing(pb.GetPricingRequest(pricing_id=pricing_id))
    return OpenedOut.model_construct(
        pricing=pricing_out(answer.pricing), worksheet=worksheet_out(answer.worksheet)
    )


@router.get("/scope", summary="一个月的床日付费范围")
async def get_scope(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区代码")],
    month: Annotated[MonthText, Query(description="月份，如2026-03")],
) -> ScopeOut:
    """床日科室、试点医疗机构和住院期间另有的结算清单。"""
    caller.require_bureau()
    answer = await caller.services.perdiem.GetScope(pb.GetScopeRequest(pool=pool, month=month))
    return ScopeOut(
        departments=[
            DepartmentOut(department=item.department, category=item.category) for item in answer.departments
        ],
        hospitals=list(answer.hospital_codes),
        own_lists=list(answer.own_list_case_ids),
        policy_digest=answer.policy_digest,
    )
