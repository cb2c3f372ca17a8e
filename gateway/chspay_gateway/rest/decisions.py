"""Decisions of the joint settlement meeting 联席会议 over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from chspay.rulebook.v1 import decisions_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Day, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["政策"])


class MemberIn(Strict):
    """一个参会单位。"""

    unit: Line = Field(min_length=1, description="单位")
    person: Line = Field("", description="参会人或其职务")
    present: bool = Field(description="是否到会")


class ItemIn(Strict):
    """一项议定事项；定参数的写明参数、数值和生效日，其余只写文字。"""

    words: Line = Field(min_length=1, description="议定内容")
    key: Line = Field("", description="政策参数，如 clearing.keep")
    value: Line = Field("", description="数值，与修订中的写法一致")
    since: Day | None = Field(None, description="生效日")


class MeetingDecisionIn(Strict):
    """一次联席会议的决定；登记后不能改写。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "place": "990100", "decision_no": "演示联席〔2026〕1号", "title": "医保结算联席会议纪要",
                    "decided": "2026-06-30",
                    "members": [
                        {"unit": "医疗保障局", "person": "副局长", "present": True},
                        {"unit": "财政局", "person": "处长", "present": True},
                    ],
                    "items": [
                        {
                            "words": "结余留用比例定为80%", "key": "clearing.keep", "value": "0.80",
                            "since": "2027-01-01",
                        }
                    ],
                }
            ]
        }
    )  # fmt: skip

    place: Region = Field(description="地区代码")
    decision_no: Line = Field(min_length=1, description="会议纪要文号")
    title: Line = Field(min_length=1, description="标题")
    decided: Day = Field(description="会议日期")
    members: list[MemberIn] = Field(min_length=1, max_length=500, description="参会单位")
    items: list[ItemIn] = Field(min_length=1, max_length=500, description="议定事项")


class MemberOut(Answer):
    """一个参会单位。"""

    unit: str
    person: str
    present: bool


class ItemOut(Answer):
    """一项议定事项。"""

    words: str
    key: str
    value: str
    since: str | None


class MeetingDecisionOut(Answer):
    """一次联席会议的决定。"""

    place: str
    decision_no: str
    title: str
    decided: str | None
    members: list[MemberOut]
    items: list[ItemOut]
    recorded_by: str = Field(description="登记人")
    digest: str = Field(description="决定的SM3指纹")


class MeetingDecisionPage(Answer):
    """一页决定。"""

    items: list[MeetingDecisionOut]
    next_page_token: str


@router.post("/meeting-decisions", summary="登记联席会议决定", status_code=201)
async def record_decision(body: MeetingDecisionIn, caller: Writer) -> MeetingDecisionOut:
    """政策指定的比例须有登记的会议决定才能修订：参数、数值、生效日都要一致。"""
    caller.require_bureau()
    request = pb.RecordDecisionRequest(
        request_id=caller.request_id, decision_no=body.decision_no, place=body.place, title=body.title,
        decided=date_to_pb(body.decided),
    )  # fmt: skip
    for member in body.members:
        request.members.add(unit=member.unit, person=member.person, present=member.present)
    for item in body.items:
        added = request.items.add(words=item.words, key=item.key, value=item.value)
        if item.since is not None:
            added.since.CopyFrom(date_to_pb(item.since))
    return _out((await caller.services.decisions.RecordDecision(request)).decision)


@router.get("/meeting-decisions", summary="查询联席会议决定")
async def list_decisions(
    caller: Caller,
    place: Annotated[Region | None, Query(description="地区代码；不填为权限内全部")] = None,
    decision_no: Annotated[Line, Query(description="会议纪要文号；填写时须同时填地区")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> MeetingDecisionPage:
    """一个地区的会议决定，或其中一份。"""
    caller.require_bureau()
    if decision_no:
        request = pb.GetDecisionRequest(place=place or "", decision_no=decision_no)
        found = (await caller.services.decisions.GetDecision(request)).decision
        return MeetingDecisionPage.model_construct(items=[_out(found)], next_page_token="")
    answer = await caller.services.decisions.ListDecisions(
        pb.ListDecisionsRequest(place=place or "", page_size=page_size, page_token=page_token)
    )
    return MeetingDecisionPage.model_construct(
        items=[_out(one) for one in answer.decisions], next_page_token=answer.next_page_token
    )


def _out(found: pb.Decision) -> MeetingDecisionOut:
    names = ("place", "decision_no", "title", "recorded_by", "digest")
    return MeetingDecisionOut.model_construct(
        **{name: getattr(found, name) for name in names},
        decided=day_text(found.decided),
        members=[
            MemberOut.model_construct(unit=one.unit, person=one.person, present=one.present)
            for one in found.members
        ],
        items=[
            ItemOut.model_construct(
                words=one.words,
                key=one.key,
                value=one.value,
                since=day_text(one.since) if one.HasField("since") else None,
            )
            for one in found.items
        ],
    )
