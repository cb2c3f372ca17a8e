"""The opinion channel over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.dispute.v1 import opinions_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.negotiations_shapes import LongText
from chspay_gateway.rest.types import Answer, Code, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1/opinions", tags=["意见征集"])
OpinionId = Annotated[Code, Path(description="意见编号")]


class OpinionIn(Strict):
    """对规则的一条意见。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "target_kind": "weight", "target": "BR23",
                    "text": "抗感染药品费用上涨，现行权重偏低。", "proposal": "按最近一年费用重新测算权重。",
                    "cases": ["C-2026-0001"], "masked": False,
                }
            ]
        }
    )  # fmt: skip

    pool: Region
    target_kind: Code = Field(
        description="group 病组 · weight 权重 · coefficient 系数 · multiple 倍率 · exclusion 排除表 · "
        "code_map 编码映射 · rule 其他规则"
    )
    target: Line = Field(min_length=1, description="病组、参数或编码")
    text: LongText = Field(min_length=1, description="问题")
    proposal: LongText = Field(min_length=1, description="建议")
    cases: list[Code] = Field(default_factory=list, max_length=1000, description="能说明问题的病例编号")
    masked: bool = Field(default=False, description="对医保部门隐去机构")


class AnswerIn(Strict):
    """答复一条意见和与它相同的意见。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "trial",
                    "reason": "费用变动超过两成，提交论证。",
                    "publish": True,
                    "topic_kind": "weight",
                }
            ]
        }
    )

    outcome: Literal["adopted", "trial", "declined"] = Field(
        description="adopted 采纳 · trial 提交论证 · declined 不采纳"
    )
    reason: LongText = Field(min_length=1)
    publish: bool = Field(default=False, description="公布答复和意见")
    topic_kind: Code = Field(default="", description="由此立题的种类；空为不立题")


class OpinionOut(Answer):
    """一条意见。"""

    opinion_id: str
    pool: str
    hospital_code: str = Field(description="隐名的意见，除本机构外为空")
    masked: bool
    target_kind: str
    target: str
    text: str
    proposal: str
    cases: int = Field(description="所附病例数")
    filed: str | None
    due: str | None = Field(description="应答复的最后一天")
    overdue: bool
    lead_id: str = Field(description="相同意见中最早的一条")
    alike: int = Field(description="相同意见的条数")
    outcome: str = Field(description="waiting 待答复 · adopted 采纳 · trial 提交论证 · declined 不采纳")
    reason: str
    topic_id: str
    published: bool


class OpinionAnswered(Answer):
    """答复了的意见。"""

    opinion: OpinionOut
    answered: int = Field(description="一并答复的条数")


class OpinionPage(Answer):
    """一页意见。"""

    items: list[OpinionOut]
    next_page_token: str


@router.post("", summary="提出意见", status_code=201)
async def file_opinion(caller: Writer, body: OpinionIn) -> OpinionOut:
    """医疗机构提出；与已有意见相同的自动归并，按工作日计算答复期限。"""
    request = pb.FileOpinionRequest(request_id=caller.request_id, **body.model_dump())
    return _opinion((await caller.services.opinions.FileOpinion(request)).opinion)


@router.get("", summary="查询意见")
async def list_opinions(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
    outcome: Annotated[Code, Query(description="waiting、adopted、trial、declined；不填为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> OpinionPage:
    """医疗机构看到自己的和已公布的，医保部门看到本地区的。"""
    answer = await caller.services.opinions.ListOpinions(
        pb.ListOpinionsRequest(pool=pool or "", outcome=outcome, page_size=page_size, page_token=page_token)
    )
    return OpinionPage.model_construct(
        items=[_opinion(item) for item in answer.opinions], next_page_token=answer.next_page_token
    )


@router.get("/{opinion_id}", summary="一条意见")
async def get_opinion(caller: Caller, opinion_id: OpinionId) -> OpinionOut:
    """意见和它的答复。"""
    answer = await caller.services.opinions.GetOpinion(pb.GetOpinionRequest(opinion_id=opinion_id))
    return _opinion(answer.opinion)


@router.post("/{opinion_id}/answer", summary="答复意见")
async def answer_opinion(caller: Writer, opinion_id: OpinionId, body: AnswerIn) -> OpinionAnswered:
    """相同的意见一并答复；采纳或提交论证的可以由此立题。"""
    caller.require_bureau()
    request = pb.AnswerOpinionRequest(
        request_id=caller.request_id, opinion_id=opinion_id, **body.model_dump()
    )
    answer = await caller.services.opinions.AnswerOpinion(request)
    return OpinionAnswered.model_construct(opinion=_opinion(answer.opinion), answered=answer.answered)


def _opinion(item: pb.Opinion) -> OpinionOut:
    names = (
        "opinion_id", "pool", "hospital_code", "masked", "target_kind", "target", "text", "proposal", "cases",
        "overdue", "lead_id", "alike", "outcome", "reason", "topic_id", "published",
    )  # fmt: skip
    return OpinionOut.model_construct(
        filed=day_text(item.filed), due=day_text(item.due), **{name: getattr(item, name) for name in names}
    )
