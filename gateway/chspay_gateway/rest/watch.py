"""The watch over institutions over HTTP: heads, growth, changes, and what becomes of what is found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from google.type import decimal_pb2
from pydantic import Field

from chspay.budget.v1 import watch_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.types import Answer, Code, PageSize, PageToken, Region
from chspay_gateway.rest.watch_shapes import (
    ChangeIn,
    DecideWatchIn,
    GrowthIn,
    GrowthOut,
    HeadRangeOut,
    HeadsIn,
    HeadsOut,
    HearWatchIn,
    HospitalGrowthOut,
    ReleaseWatchIn,
    YearFiguresIn,
)
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["机构监测"])
WatchId = Annotated[Code, Path(description="监测事项编号")]


class WatchStepOut(Answer):
    """监测事项的一步。"""

    state: str = Field(
        description="found 发现 · heard 已听取意见 · removed 已剔除 · held 已暂缓 · released 已解除 · "
        "verified 已核实 · dismissed 不予认定"
    )
    by: str = Field(description="办理人")
    statement: str
    decision_no: str
    outcome: dict[str, str] = Field(description="这一步带来的结果；*_fen以分为单位")


class WatchOut(Answer):
    """一个监测事项。"""

    watch_id: str
    pool: str
    subject: str = Field(description="heads 人头 · growth 费用增长 · change 两年变化")
    institution: str
    period: str = Field(description="年度或月份")
    facts: dict[str, str] = Field(description="发现时的数据；*_fen以分为单位")
    document: str
    policy_digest: str
    state: str
    steps: list[WatchStepOut]


class WatchDetail(WatchOut):
    """一个监测事项及其底稿。"""

    worksheet: WorksheetOut


class WatchPage(Answer):
    """一页监测事项。"""

    items: list[WatchOut]
    next_page_token: str


@router.post("/watch/heads", summary="判断全年人头")
async def judge_heads(body: HeadsIn, caller: Writer) -> HeadsOut:
    """超出预期区间的立为监测事项：先听取意见，再由另一人决定剔除，剔除后重新计算指标。"""
    caller.require_bureau()
    request = pb.JudgeHeadsRequest(
        request_id=caller.request_id, pool=body.pool, year=body.year, document=body.document
    )
    for stratum in body.strata:
        request.strata.add(**stratum.model_dump())
    for one in body.institutions:
        added = request.institutions.add(institution=one.institution, heads=one.heads)
        for row in one.served:
            added.served.add(**row.model_dump())
    answer = await caller.services.watch.JudgeHeads(request)
    names = ("institution", "heads", "low", "high", "excess", "watch_id")
    items = [
        HeadRangeOut.model_construct(
            **{name: getattr(one, name) for name in names},
            expected=points_text(one.expected),
            worksheet=worksheet_out(one.worksheet),
        )
        for one in answer.ranges
    ]
    return HeadsOut.model_construct(items=items)


@router.post("/watch/growth", summary="比较月度费用增长")
async def compare_growth(body: GrowthIn, caller: Writer) -> GrowthOut:
    """超出上限的立为监测事项；决定之后暂缓拨付超出部分，参保人结算照常。"""
    caller.require_bureau()
    request = pb.CompareGrowthRequest(
        request_id=caller.request_id, pool=body.pool, year=body.year, month=body.month,
        document=body.document,
    )  # fmt: skip
    answer = await caller.services.watch.CompareGrowth(request)
    items = [
        HospitalGrowthOut.model_construct(
            hospital_code=one.hospital_code,
            cost=fen_to_yuan(one.cost_fen),
            before=[fen_to_yuan(fen) for fen in one.before_fen],
            percent=one.percent,
            over=fen_to_yuan(one.over_fen),
            watch_id=one.watch_id,
            worksheet=worksheet_out(one.worksheet),
        )
        for one in answer.hospitals
    ]
    return GrowthOut.model_construct(run_id=answer.run_id, items=items)


@router.post("/watch/changes", summary="提交两年变化核实", status_code=201)
async def review_change(body: ChangeIn, caller: Writer) -> WatchOut:
    """费用之差分解为人次、病例组合、价格和单位权重费用，合计相等；由另一人核实后建议额生效。"""
    caller.require_bureau()
    request = pb.ReviewChangeRequest(
        request_id=caller.request_id, pool=body.pool, institution=body.institution, fund=body.fund_kind,
        before=_figures(body.before), after=_figures(body.after), document=body.document,
    )  # fmt: skip
    return _out((await caller.services.watch.ReviewChange(request)).watch)


@router.post("/watch/{watch_id}/hear", summary="登记医疗机构的意见")
async def hear_watch(body: HearWatchIn, caller: Writer, watch_id: WatchId) -> WatchOut:
    """登记意见之后才能决定人头事项。"""
    caller.require_bureau()
    request = pb.HearWatchRequest(request_id=caller.request_id, watch_id=watch_id, statement=body.statement)
    return _out((await caller.services.watch.HearWatch(request)).watch)


@router.post("/watch/{watch_id}/decide", summary="决定监测事项")
async def decide_watch(body: DecideWatchIn, caller: Writer, watch_id: WatchId) -> WatchOut:
    """认定人头事项即剔除，认定费用增长即暂缓拨付，认定两年变化即核实。"""
    caller.require_bureau()
    request = pb.DecideWatchRequest(
        request_id=caller.request_id, watch_id=watch_id, uphold=body.uphold, decision_no=body.decision_no,
        removed=body.removed, since=body.since or "",
    )  # fmt: skip
    return _out((await caller.services.watch.DecideWatch(request)).watch)


@router.post("/watch/{watch_id}/release", summary="解除暂缓拨付")
async def release_watch(body: ReleaseWatchIn, caller: Writer, watch_id: WatchId) -> WatchOut:
    """暂缓的款项全部在未月结的月份拨付。"""
    caller.require_bureau()
    request = pb.ReleaseWatchRequest(
        request_id=caller.request_id, watch_id=watch_id, statement=body.statement,
        decision_no=body.decision_no,
    )  # fmt: skip
    return _out((await caller.services.watch.ReleaseWatch(request)).watch)


@router.get("/watch/{watch_id}", summary="查询监测事项")
async def get_watch(caller: Caller, watch_id: WatchId) -> WatchDetail:
    """一个监测事项、它的每一步和底稿。"""
    caller.require_bureau()
    answer = await caller.services.watch.GetWatch(pb.GetWatchRequest(watch_id=watch_id))
    return WatchDetail.model_construct(**dict(_out(answer.watch)), worksheet=worksheet_out(answer.worksheet))


@router.get("/watch", summary="列出监测事项")
async def list_watch(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区代码")],
    subject: Annotated[Code, Query(description="heads、growth、change；空为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> WatchPage:
    """一个统筹区的监测事项。"""
    caller.require_bureau()
    answer = await caller.services.watch.ListWatch(
        pb.ListWatchRequest(pool=pool, subject=subject, page_size=page_size, page_token=page_token)
    )
    return WatchPage.model_construct(
        items=[_out(one) for one in answer.items], next_page_token=answer.next_page_token
    )


def _figures(year: YearFiguresIn) -> pb.YearFigures:
    return pb.YearFigures(
        year=year.year,
        cases=year.cases,
        cost_fen=yuan_to_fen(year.cost),
        weight=decimal_pb2.Decimal(value=year.weight),
        price_index=decimal_pb2.Decimal(value=year.price_index),
    )


def _out(found: pb.Watch) -> WatchOut:
    names = (
        "watch_id", "pool", "subject", "institution", "period", "document", "policy_digest", "state",
    )  # fmt: skip
    steps = [
        WatchStepOut.model_construct(
            **{name: getattr(step, name) for name in ("state", "by", "statement", "decision_no")},
            outcome=dict(step.outcome),
        )
        for step in found.steps
    ]
    return WatchOut.model_construct(
        **{name: getattr(found, name) for name in names}, facts=dict(found.facts), steps=steps
    )
