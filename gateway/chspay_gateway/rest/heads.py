"""Findings on invalid heads 无效人头 over HTTP: found, heard, decided."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Code, Day, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
FindingNo = Annotated[Code, Path(description="认定编号")]
_STATES = {
    pb.HEAD_FINDING_STATE_FOUND: "found",
    pb.HEAD_FINDING_STATE_HEARD: "heard",
    pb.HEAD_FINDING_STATE_REMOVED: "removed",
    pb.HEAD_FINDING_STATE_DISMISSED: "dismissed",
}


class FindingIn(Strict):
    """一项无效人头的认定。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "finding_no": "WX2026-0001",
                    "person_key": "0" * 64,
                    "since": "2026-03-01",
                    "until": "2026-04-01",
                    "cause": "同人同日拆分票据",
                    "document": "稽核报告〔2026〕3号",
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    finding_no: Code = Field(min_length=1, description="认定编号")
    person_key: Code = Field(min_length=1, description="人员标识")
    since: Day = Field(description="自何日起不是有效人头")
    until: Day = Field(description="到何日为止，当日不含")
    cause: Line = Field(min_length=1, description="原因")
    document: Line = Field(min_length=1, description="证明文件")


class HearIn(Strict):
    """医共体的意见；没有意见也须写明。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"statement": "无异议"}]})

    statement: Line = Field(min_length=1)


class DecideIn(Strict):
    """对认定的决定，须由提出人以外的人作出。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"remove": True, "decision_no": "演示医保〔2026〕9号"}]}
    )

    remove: bool = Field(description="true 剔除 · false 不予认定")
    decision_no: Line = Field(min_length=1, description="决定文号")


class FindingOut(Answer):
    """一项无效人头的认定。"""

    finding_no: str
    pool: str
    person_key: str
    since: str | None
    until: str | None
    cause: str
    document: str
    state: str = Field(description="found 已提出 · heard 已听取意见 · removed 已剔除 · dismissed 不予认定")
    statement: str
    decision_no: str


class FindingPage(Answer):
    """一页认定。"""

    items: list[FindingOut]
    next_page_token: str


@router.post("/head-findings", summary="提出无效人头的认定", status_code=201)
async def file_finding(body: FindingIn, caller: Writer) -> FindingOut:
    """提出之后须先听取医共体意见，再由另一人决定；剔除后的归属计算才扣减。"""
    caller.require_bureau()
    days = {"since": date_to_pb(body.since), "until": date_to_pb(body.until)}
    names = ("pool", "finding_no", "person_key", "cause", "document")
    request = pb.FileHeadFindingRequest(
        request_id=caller.request_id, **{name: getattr(body, name) for name in names}, **days
    )
    return _out((await caller.services.capitation.FileHeadFinding(request)).finding)


@router.post("/head-findings/{finding_no}/hear", summary="登记医共体的意见")
async def hear_finding(body: HearIn, caller: Writer, finding_no: FindingNo) -> FindingOut:
    """登记意见之后才能决定。"""
    caller.require_bureau()
    request = pb.HearHeadFindingRequest(
        request_id=caller.request_id, finding_no=finding_no, statement=body.statement
    )
    return _out((await caller.services.capitation.HearHeadFinding(request)).finding)


@router.post("/head-findings/{finding_no}/decide", summary="决定无效人头的认定")
async def decide_finding(body: DecideIn, caller: Writer, finding_no: FindingNo) -> FindingOut:
    """决定只作一次。"""
    caller.require_bureau()
    request = pb.DecideHeadFindingRequest(
        request_id=caller.request_id, finding_no=finding_no, remove=body.remove, decision_no=body.decision_no
    )
    return _out((await caller.services.capitation.DecideHeadFinding(request)).finding)


@router.get("/head-findings", summary="查询无效人头的认定")
async def list_findings(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> FindingPage:
    """权限范围内的认定。"""
    caller.require_bureau()
    answer = await caller.services.capitation.ListHeadFindings(
        pb.ListHeadFindingsRequest(page_size=page_size, page_token=page_token)
    )
    return FindingPage.model_construct(
        items=[_out(item) for item in answer.findings], next_page_token=answer.next_page_token
    )


def _out(item: pb.HeadFinding) -> FindingOut:
    names = ("finding_no", "pool", "person_key", "cause", "document", "statement", "decision_no")
    return FindingOut.model_construct(
        **{name: getattr(item, name) for name in names},
        since=day_text(item.since),
        until=day_text(item.until),
        state=_STATES[item.state],
    )
