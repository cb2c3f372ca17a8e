"""The pool of experts over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_gateway.rest.experts_shapes import (
    EmploymentIn,
    ExpertIn,
    ExpertOut,
    ExpertPage,
    KeyIn,
    RenewalIn,
    StandingIn,
    TieIn,
    expert_out,
)
from chspay_gateway.rest.types import Code, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1/experts", tags=["评议专家"])
ExpertId = Annotated[Code, Path(description="专家编号；me为本人")]


@router.post("", summary="推荐专家", status_code=201)
async def recommend(body: ExpertIn, caller: Writer) -> ExpertOut:
    """由专家库秘书或稽核人员登记；须由另一名秘书确认后才能被抽取。"""
    values = body.model_dump(exclude={"term_since", "term_until", "trained_until"})
    message = pb.Expert(
        **values,
        **{name: date_to_pb(getattr(body, name)) for name in ("term_since", "term_until", "trained_until")},
    )
    asked = pb.RecommendExpertRequest(request_id=caller.request_id, expert=message)
    return expert_out((await caller.services.experts.RecommendExpert(asked)).expert)


@router.get("", summary="查询专家库")
async def list_experts(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    standing: Annotated[Code, Query(description="状态；不填为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ExpertPage:
    """只有专家库秘书和稽核人员可以查询；医疗机构看不到任何专家。"""
    answer = await caller.services.experts.ListExperts(
        pb.ListExpertsRequest(pool=pool or "", standing=standing, page_size=page_size, page_token=page_token)
    )
    return ExpertPage.model_construct(
        items=[expert_out(item) for item in answer.experts], next_page_token=answer.next_page_token
    )


@router.get("/{expert_id}", summary="查询一名专家")
async def get_expert(caller: Caller, expert_id: ExpertId) -> ExpertOut:
    """专家只能查询本人（me）。"""
    asked = pb.GetExpertRequest(expert_id=_named(expert_id))
    return expert_out((await caller.services.experts.GetExpert(asked)).expert)


@router.post("/{expert_id}/standing", summary="确认、暂停或退出专家")
async def set_standing(body: StandingIn, caller: Writer, expert_id: ExpertId) -> ExpertOut:
    """由专家库秘书办理；推荐人不能确认自己推荐的专家。"""
    asked = pb.SetStandingRequest(
        request_id=caller.request_id, expert_id=expert_id, event=body.event, reason=body.reason
    )
    return expert_out((await caller.services.experts.SetStanding(asked)).expert)


@router.post("/{expert_id}/employments", summary="登记任职经历")
async def add_employment(body: EmploymentIn, caller: Writer, expert_id: ExpertId) -> ExpertOut:
    """专家本人或专家库秘书登记；现在和规定年限内任职的机构，专家应当回避。"""
    job = pb.Employment(institution=body.institution, since=date_to_pb(body.since))
    if body.until is not None:
        job.until.CopyFrom(date_to_pb(body.until))
    asked = pb.AddEmploymentRequest(request_id=caller.request_id, expert_id=_named(expert_id), employment=job)
    return expert_out((await caller.services.experts.AddEmployment(asked)).expert)


@router.post("/{expert_id}/ties", summary="登记利害关系")
async def declare_tie(body: TieIn, caller: Writer, expert_id: ExpertId) -> ExpertOut:
    """登记以后不能删除，抽取时自动回避。"""
    tie = pb.Tie(kind=body.kind, target=body.target, note=body.note)
    asked = pb.DeclareTieRequest(request_id=caller.request_id, expert_id=_named(expert_id), tie=tie)
    return expert_out((await caller.services.experts.DeclareTie(asked)).expert)


@router.post("/{expert_id}/renewal", summary="续聘专家")
async def renew(body: RenewalIn, caller: Writer, expert_id: ExpertId) -> ExpertOut:
    """延长任期、更新培训的有效期。"""
    asked = pb.RenewExpertRequest(
        request_id=caller.request_id,
        expert_id=expert_id,
        term_until=date_to_pb(body.term_until),
        trained_until=date_to_pb(body.trained_until),
        reason=body.reason,
    )
    return expert_out((await caller.services.experts.RenewExpert(asked)).expert)


@router.post("/me/key", summary="登记签名公钥")
async def register_key(body: KeyIn, caller: Writer) -> ExpertOut:
    """专家本人登记；此后的表决须用对应的私钥签名。"""
    asked = pb.RegisterKeyRequest(request_id=caller.request_id, public_key=body.public_key, proof=body.proof)
    return expert_out((await caller.services.experts.RegisterKey(asked)).expert)


def _named(expert_id: str) -> str:
    return "" if expert_id == "me" else expert_id
