"""Cross-review 互评互审 over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import Field

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_gateway.rest.experts_shapes import DrawIn, Hex, example
from chspay_gateway.rest.types import Answer, Code, Line, Region, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1/reviews", tags=["评议专家"])
RoundId = Annotated[Code, Path(description="互审编号")]
_CONCLUSIONS = (
    "correct编码和费用相符 · upcoded高套 · downcoded低编 · "
    "cost_excessive费用不合理 · record_lacking病案不完整"
)


class RoundIn(Strict):
    """开一轮互审。"""

    model_config = example(
        {
            "pool": "990100", "title": "2026年第一季度互评互审", "commitment": "ac" * 32, "per_hospital": 5,
            "beacon_source": "双色球第2026136期开奖号码", "beacon_at": "2036-11-24T13:15:00Z",
        }
    )  # fmt: skip

    pool: Region
    title: Line = Field(min_length=1, max_length=100)
    commitment: Hex = Field(description="chspay draw secret 给出的承诺")
    beacon_source: Line = Field(min_length=1, description="公开信标的来源，须写明期次")
    beacon_at: Annotated[datetime, Field(strict=False)] = Field(description="信标公布的时间")
    per_hospital: int = Field(ge=1, le=50, description="每家医疗机构抽取的份数")


class FrameItem(Strict):
    """一份可以抽取的病例。"""

    hospital_code: Code = Field(min_length=1)
    case_id: Code = Field(min_length=1)


class FrameIn(Strict):
    """关闭互审的病例名单；逐份向结算服务核对，没有结算的不能列入。"""

    model_config = example({"frame": [{"hospital_code": "H990101EX", "case_id": "L2026-0001"}]})

    frame: list[FrameItem] = Field(min_length=1, max_length=500)


class CrossIn(Strict):
    """一份病例的互审结论。"""

    model_config = example({"conclusion": "correct", "reason": "主要诊断与病程记录相符"})

    conclusion: Literal["correct", "upcoded", "downcoded", "cost_excessive", "record_lacking"] = Field(
        description=_CONCLUSIONS
    )
    reason: Line = Field(min_length=1)


class RoundOut(Answer):
    """一轮互审。"""

    round_id: str
    pool: str
    title: str
    state: str = Field(description="opened已承诺 · closed名单已关闭 · drawn评审中 · done已完成")
    commitment: str
    beacon_source: str
    beacon_at: str
    beacon: str
    per_hospital: int
    frame_digest: str
    frame: int = Field(description="名单中的病例")
    drawn: int = Field(description="抽中的病例")
    settled: int = Field(description="已有结论的病例")


class RoundList(Answer):
    """各轮互审。"""

    items: list[RoundOut]


class ResultOut(Answer):
    """一家医疗机构的互审结果。"""

    hospital_code: str
    records: int
    conclusions: dict[str, int] = Field(description=_CONCLUSIONS)


class RoundDetail(Answer):
    """一轮互审和结果；医疗机构在完成以后看到自己的一行。"""

    round: RoundOut
    results: list[ResultOut]


class CrossOut(Answer):
    """分给本人的一份脱敏病例。"""

    round_id: str
    record_id: str
    facts: list[dict[str, str]]
    diagnoses: list[str]
    procedures: list[str]
    conclusion: str = Field(description="空为没有提交")
    reason: str


class CrossList(Answer):
    """分给本人的病例。"""

    items: list[CrossOut]


@router.post("/rounds", summary="开一轮互审", status_code=201)
async def open_round(body: RoundIn, caller: Writer) -> RoundOut:
    """由专家库秘书办理；公布承诺和信标。"""
    at = Timestamp()
    at.FromDatetime(body.beacon_at)
    values = body.model_dump(exclude={"beacon_at"})
    asked = pb.OpenReviewRoundRequest(request_id=caller.request_id, beacon_at=at, **values)
    return _round((await caller.services.cross_reviews.OpenReviewRound(asked)).round)


@router.post("/rounds/{round_id}/close", summary="关闭互审名单")
async def close_round(body: FrameIn, caller: Writer, round_id: RoundId) -> RoundOut:
    """公布名单摘要；须在信标公布以前。"""
    frame = [pb.FrameRecord(**one.model_dump()) for one in body.frame]
    asked = pb.CloseReviewRoundRequest(request_id=caller.request_id, round_id=round_id, frame=frame)
    return _round((await caller.services.cross_reviews.CloseReviewRound(asked)).round)


@router.post("/rounds/{round_id}/draw", summary="抽取互审病例和评审人")
async def draw_round(body: DrawIn, caller: Writer, round_id: RoundId) -> RoundOut:
    """从每家医疗机构抽取同样多的病例；评审人不属于该院及其医共体。"""
    asked = pb.DrawReviewRoundRequest(
        request_id=caller.request_id, round_id=round_id, secret=body.secret, beacon=body.beacon
    )
    return _round((await caller.services.cross_reviews.DrawReviewRound(asked)).round)


@router.get("/rounds", summary="查询各轮互审")
async def list_rounds(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部")] = None,
) -> RoundList:
    """新的在前。"""
    answer = await caller.services.cross_reviews.ListReviewRounds(pb.ListReviewRoundsRequest(pool=pool or ""))
    return RoundList.model_construct(items=[_round(one) for one in answer.rounds])


@router.get("/rounds/{round_id}", summary="一轮互审的结果")
async def get_round(caller: Caller, round_id: RoundId) -> RoundDetail:
    """医疗机构只看到自己的一行。"""
    answer = await caller.services.cross_reviews.GetReviewRound(pb.GetReviewRoundRequest(round_id=round_id))
    return RoundDetail.model_construct(
        round=_round(answer.round),
        results=[
            ResultOut.model_construct(
                hospital_code=one.hospital_code,
                records=one.records,
                conclusions={item.conclusion: item.records for item in one.conclusions},
            )
            for one in answer.results
        ],
    )


@router.get("/cross", summary="分给本人的互审病例")
async def list_cross(
    caller: Caller,
    open_only: Annotated[bool, Query(alias="open", description="只看待办的")] = False,
) -> CrossList:
    """脱敏病例：没有机构、科室、医师和患者。"""
    answer = await caller.services.cross_reviews.ListCrossReviews(pb.ListCrossReviewsRequest(open=open_only))
    return CrossList.model_construct(items=[_cross(one) for one in answer.reviews])


@router.post("/cross/{round_id}/{record_id}", summary="提交互审结论")
async def submit_cross(
    body: CrossIn,
    caller: Writer,
    round_id: RoundId,
    record_id: Annotated[Code, Path(description="病例代号")],
) -> CrossOut:
    """两人不一致的由第三人评审；提交后不能更改。"""
    asked = pb.SubmitCrossReviewRequest(
        request_id=caller.request_id, round_id=round_id, record_id=record_id, **body.model_dump()
    )
    return _cross((await caller.services.cross_reviews.SubmitCrossReview(asked)).review)


def _round(item: pb.ReviewRound) -> RoundOut:
    values: dict[str, Any] = {
        name: getattr(item, name) for name in RoundOut.model_fields if name != "beacon_at"
    }
    return RoundOut.model_construct(**values, beacon_at=item.beacon_at.ToJsonString())


def _cross(item: pb.CrossReview) -> CrossOut:
    return CrossOut.model_construct(
        round_id=item.round_id,
        record_id=item.record_id,
        facts=[{"name": one.name, "label": one.label, "value": one.value} for one in item.pack.facts],
        diagnoses=list(item.pack.diagnoses),
        procedures=list(item.pack.procedures),
        conclusion=item.conclusion,
        reason=item.reason,
    )
