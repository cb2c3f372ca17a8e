"""Pilot memberships and assessments of bed-day care over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.perdiem.v1 import assessments_pb2, pilots_pb2
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Code, Day, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1/per-diem", tags=["按床日付费"])
MembershipId = Annotated[Code, Path(description="成员资格编号")]
AssessmentId = Annotated[Code, Path(description="考核编号")]
PoolQuery = Annotated[Region | None, Query(description="统筹区代码；不填为全部")]
_STATES = {
    assessments_pb2.ASSESSMENT_STATE_DRAFT: "draft",
    assessments_pb2.ASSESSMENT_STATE_HEARD: "heard",
    assessments_pb2.ASSESSMENT_STATE_DECIDED: "decided",
    assessments_pb2.ASSESSMENT_STATE_DROPPED: "dropped",
}


class MembershipIn(Strict):
    """一家医疗机构的试点资格。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "hospital_code": "H990101EX",
                    "category": "psychiatry",
                    "since": "2026-01-01",
                    "document": "演示市〔2020〕7号",
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    hospital_code: Code = Field(min_length=1)
    category: Code = Field(min_length=1, description="床日类别")
    since: Day = Field(description="第一天")
    until: Day | None = Field(default=None, description="截止日，当日不含；不填为长期")
    document: Line = Field(min_length=1, description="依据的文件")


class EndIn(Strict):
    """提前结束试点资格。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"until": "2026-07-01", "document": "演示市〔2026〕3号"}]}
    )

    until: Day = Field(description="截止日，当日不含")
    document: Line = Field(min_length=1, description="依据的文件")


class MembershipOut(Answer):
    """一项试点资格。"""

    membership_id: str
    pool: str
    hospital_code: str
    category: str
    since: str | None
    until: str | None
    document: str
    end_document: str = Field(description="提前结束的依据；空为没有提前结束")


class MembershipPage(Answer):
    """一页试点资格。"""

    items: list[MembershipOut]
    next_page_token: str


class AssessmentIn(Strict):
    """起草一项床日考核。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "hospital_code": "H990101EX",
                    "category": "psychiatry",
                    "measured_since": "2025-01-01",
                    "measured_until": "2026-01-01",
                    "applies_since": "2026-04-01",
                    "applies_until": "2027-04-01",
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    hospital_code: Code = Field(min_length=1)
    category: Code = Field(min_length=1, description="床日类别")
    measured_since: Day = Field(description="考核期间第一天（按出院日期）")
    measured_until: Day = Field(description="考核期间截止日，不含")
    applies_since: Day = Field(description="系数适用第一天（按出院日期）")
    applies_until: Day = Field(description="系数适用截止日，不含")


class HearIn(Strict):
    """医疗机构的意见；没有意见也须写明。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"statement": "无异议"}]})

    statement: Line = Field(min_length=1)


class DecideIn(Strict):
    """对考核的决定，须由起草人以外的人作出。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"confirm": True, "decision_no": "演示医保〔2026〕9号"}]}
    )

    confirm: bool = Field(description="true 采用 · false 不予采用")
    decision_no: Line = Field(min_length=1, description="决定文号")


class IndicatorOut(Answer):
    """一项指标。"""

    name: str = Field(
        description="alos 平均住院床日 · day_cost 日均费用 · outcome 疗效 · readmission 再入院 · "
        "self_pay 个人负担"
    )
    value: str
    score: str


class AssessmentOut(Answer):
    """一项床日考核。"""

    assessment_id: str
    pool: str
    hospital_code: str
    category: str
    measured_since: str | None
    measured_until: str | None
    applies_since: str | None
    applies_until: str | None
    stays: int = Field(description="出院人次")
    indicators: list[IndicatorOut]
    factor: str = Field(description="支付系数；decided以后才适用")
    state: str = Field(description="draft 草稿 · heard 已听取意见 · decided 已决定 · dropped 不予采用")
    statement: str
    decision_no: str
    policy_digest: str


class AssessmentOpened(Answer):
    """一项床日考核与它的计算底稿。"""

    assessment: AssessmentOut
    worksheet: WorksheetOut


class AssessmentPage(Answer):
    """一页考核。"""

    items: list[AssessmentOut]
    next_page_token: str


@router.post("/memberships", summary="登记试点医疗机构", status_code=201)
async def put_membership(body: MembershipIn, caller: Writer) -> MembershipOut:
    """同一机构、同一类别在同一天只有一项资格。"""
    caller.require_bureau()
    request = pilots_pb2.PutMembershipRequest(
        request_id=caller.request_id,
        since=date_to_pb(body.since),
        **{name: getattr(body, name) for name in ("pool", "hospital_code", "category", "document")},
    )
    if body.until is not None:
        request.until.CopyFrom(date_to_pb(body.until))
    return _membership((await caller.services.pilots.PutMembership(request)).membership)


@router.post("/memberships/{membership_id}/end", summary="提前结束试点资格")
async def end_membership(body: EndIn, caller: Writer, membership_id: MembershipId) -> MembershipOut:
    """只能提前，只能一次。"""
    caller.require_bureau()
    request = pilots_pb2.EndMembershipRequest(
        request_id=caller.request_id,
        membership_id=membership_id,
        until=date_to_pb(body.until),
        document=body.document,
    )
    return _membership((await caller.services.pilots.EndMembership(request)).membership)


@router.get("/memberships", summary="查询试点医疗机构")
async def list_memberships(
    caller: Caller,
    pool: PoolQuery = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> MembershipPage:
    """权限范围内的试点资格。"""
    answer = await caller.services.pilots.ListMemberships(
        pilots_pb2.ListMembershipsRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return MembershipPage.model_construct(
        items=[_membership(item) for item in answer.memberships], next_page_token=answer.next_page_token
    )


@router.post("/assessments", summary="起草床日考核", status_code=201)
async def draft_assessment(body: AssessmentIn, caller: Writer) -> AssessmentOpened:
    """按考核期间出院的计价和疗效记录计算指标、得分和系数；此后听取意见，再由另一人决定。"""
    caller.require_bureau()
    ends = ("measured_since", "measured_until", "applies_since", "applies_until")
    request = assessments_pb2.DraftAssessmentRequest(
        request_id=caller.request_id,
        **{name: getattr(body, name) for name in ("pool", "hospital_code", "category")},
        **{name: date_to_pb(getattr(body, name)) for name in ends},
    )
    answer = await caller.services.assessments.DraftAssessment(request)
    return AssessmentOpened.model_construct(
        assessment=_assessment(answer.assessment), worksheet=worksheet_out(answer.worksheet)
    )


@router.post("/assessments/{assessment_id}/hear", summary="登记医疗机构对考核的意见")
async def hear_assessment(body: HearIn, caller: Writer, assessment_id: AssessmentId) -> AssessmentOut:
    """登记意见之后才能决定。"""
    caller.require_bureau()
    request = assessments_pb2.HearAssessmentRequest(
        request_id=caller.request_id, assessment_id=assessment_id, statement=body.statement
    )
    return _assessment((await caller.services.assessments.HearAssessment(request)).assessment)


@router.post("/assessments/{assessment_id}/decide", summary="决定床日考核")
async def decide_assessment(body: DecideIn, caller: Writer, assessment_id: AssessmentId) -> AssessmentOut:
    """决定只作一次；采用以后，适用期间出院的住院乘以系数。"""
    caller.require_bureau()
    request = assessments_pb2.DecideAssessmentRequest(
        request_id=caller.request_id,
        assessment_id=assessment_id,
        confirm=body.confirm,
        decision_no=body.decision_no,
    )
    return _assessment((await caller.services.assessments.DecideAssessment(request)).assessment)


@router.get("/assessments/{assessment_id}", summary="一项床日考核的底稿")
async def get_assessment(caller: Caller, assessment_id: AssessmentId) -> AssessmentOpened:
    """医疗机构可以看到对自己的考核。"""
    answer = await caller.services.assessments.GetAssessment(
        assessments_pb2.GetAssessmentRequest(assessment_id=assessment_id)
    )
    return AssessmentOpened.model_construct(
        assessment=_assessment(answer.assessment), worksheet=worksheet_out(answer.worksheet)
    )


@router.get("/assessments", summary="查询床日考核")
async def list_assessments(
    caller: Caller,
    pool: PoolQuery = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> AssessmentPage:
    """权限范围内的考核。"""
    answer = await caller.services.assessments.ListAssessments(
        assessments_pb2.ListAssessmentsRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return AssessmentPage.model_construct(
        items=[_assessment(item) for item in answer.assessments], next_page_token=answer.next_page_token
    )


def _membership(item: pilots_pb2.Membership) -> MembershipOut:
    names = ("membership_id", "pool", "hospital_code", "category", "document", "end_document")
    return MembershipOut.model_construct(
        **{name: getattr(item, name) for name in names},
        since=day_text(item.since),
        until=day_text(item.until),
    )


def _assessment(item: assessments_pb2.Assessment) -> AssessmentOut:
    names = (
        "assessment_id", "pool", "hospital_code", "category", "stays", "statement", "decision_no",
        "policy_digest",
    )  # fmt: skip
    ends: dict[str, Any] = {
        name: day_text(getattr(item, name))
        for name in ("measured_since", "measured_until", "applies_since", "applies_until")
    }
    return AssessmentOut.model_construct(
        **{name: getattr(item, name) for name in names},
        **ends,
        indicators=[
            IndicatorOut.model_construct(name=one.name, value=one.value.value, score=one.score.value)
            for one in item.indicators
        ],
        factor=item.factor.value,
        state=_STATES[item.state],
    )
