"""Around a month run over HTTP: point tables, trials, replays, runs in a row, holds, lists left out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import month_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import RunOut, run_out
from chspay_gateway.rest.types import (
    YUAN_NOTE,
    Answer,
    Code,
    Line,
    MonthNo,
    PageSize,
    PageToken,
    Region,
    Strict,
    Year,
    Yuan,
)
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["月度结算"])
RunId = Annotated[Code, Path(description="结算编号")]
MonthText = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="月份，yyyy-MM")]


class MeasureIn(Strict):
    """在哪个市、用哪几个月的清单测算点数，从哪个月起使用。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"place": "990100", "first_month": "2026-01", "last_month": "2026-03", "in_force": "2026-04"}
            ]
        }
    )

    place: Region = Field(description="设区的市")
    first_month: MonthText
    last_month: MonthText
    in_force: MonthText


class PointTableOut(Answer):
    """全市统一测算的点数表。"""

    table_id: str
    place: str
    first_month: str
    last_month: str
    in_force: str = Field(description="从哪个月起使用")
    state: str = Field(description="pending 等待 · running 进行中 · done 完成 · failed 失败")
    stage: str
    cases: int = Field(description="测算所用的病例数")
    groups: int = Field(description="病组数")
    policy_digest: str
    scheme_digest: str
    digest: str = Field(description="内容的SM3指纹")
    failure_reason: str
    failure_message: str


class PointTablePage(Answer):
    """一页点数表。"""

    items: list[PointTableOut]
    next_page_token: str


def table_out(item: pb.PointTable) -> PointTableOut:
    """A point table as JSON."""
    return PointTableOut(**{name: getattr(item, name) for name in PointTableOut.model_fields})


@router.post("/point-tables", summary="测算全市点数", status_code=202)
async def measure_points(body: MeasureIn, caller: Writer) -> PointTableOut:
    """一市测算一次，各统筹区共用点数、各算点值。在后台进行，中断后自动续做。"""
    caller.require_bureau()
    answer = await caller.services.month.MeasurePoints(
        pb.MeasurePointsRequest(request_id=caller.request_id, **body.model_dump())
    )
    return table_out(answer.table)


@router.get("/point-tables", summary="查询点数表")
async def list_point_tables(
    caller: Caller,
    place: Annotated[Region | None, Query(description="设区的市；不填为全部可见")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> PointTablePage:
    """能看到的点数表。"""
    answer = await caller.services.month.ListPointTables(
        pb.ListPointTablesRequest(place=place or "", page_size=page_size, page_token=page_token)
    )
    return PointTablePage(
        items=[table_out(item) for item in answer.tables], next_page_token=answer.next_page_token
    )


@router.get("/point-tables/{table_id}", summary="读取点数表", response_model=PointTableOut)
async def get_point_table(
    caller: Caller,
    table_id: Annotated[Code, Path(description="点数表编号")],
    form: Annotated[str, Query(alias="format", description="canonical 返回内容原文，可验指纹")] = "",
) -> Response | PointTableOut:
    """进度与指纹；完成后 format=canonical 返回各病组的测算结果。"""
    answer = await caller.services.month.GetPointTable(pb.GetPointTableRequest(table_id=table_id))
    if form == "canonical":
        headers = {"X-Content-SM3": answer.table.digest}
        return Response(answer.content, media_type="application/json", headers=headers)
    return table_out(answer.table)


class TrialIn(Strict):
    """要试算的统筹区和月份。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pool": "990100", "year": 2026, "month": 1}]})

    pool: Region
    year: Year
    month: MonthNo


@router.post("/trials", summary="试算一个月", status_code=202)
async def start_trial(body: TrialIn, caller: Writer) -> RunOut:
    """与月结相同，但不关月、不入账；进度和结算单按返回的 run_id 查询。"""
    caller.require_bureau()
    answer = await caller.services.month.StartTrial(
        pb.StartTrialRequest(request_id=caller.request_id, **body.model_dump())
    )
    return run_out(answer.run)


@router.post("/runs/{run_id}/replay", summary="重算一次已完成的月结", status_code=202)
async def start_replay(caller: Writer, run_id: RunId) -> RunOut:
    """用当时的清单、政策、点数和基金重算，不入账；结算单须逐字节相同，否则失败。"""
    caller.require_bureau()
    answer = await caller.services.month.StartReplay(
        pb.StartReplayRequest(request_id=caller.request_id, run_id=run_id)
    )
    return run_out(answer.run)


@router.post("/runs/{run_id}/discard", summary="作废一次试算")
async def discard_trial(caller: Writer, run_id: RunId) -> RunOut:
    """只能作废试算和重算；月结不能作废。"""
    caller.require_bureau()
    answer = await caller.services.month.DiscardTrial(
        pb.DiscardTrialRequest(request_id=caller.request_id, run_id=run_id)
    )
    return run_out(answer.run)


class HeldListOut(Answer):
    """因疑点未处理而没有参加月结的清单。"""

    list_id: str
    hospital_code: str
    case_id: str
    finding_ids: list[str]
    next_month: str = Field(description="转入哪个月，yyyy-MM")


class HeldListPage(Answer):
    """一页没有参加月结的清单。"""

    items: list[HeldListOut]
    next_page_token: str


@router.get("/runs/{run_id}/held-lists", summary="查询没有参加月结的清单")
async def held_lists(
    caller: Caller,
    run_id: RunId,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> HeldListPage:
    """每份清单的疑点和转入的月份。"""
    answer = await caller.services.month.ListHeldLists(
        pb.ListHeldListsRequest(run_id=run_id, page_size=page_size, page_token=page_token)
    )
    items = [
        HeldListOut(
            list_id=item.list_id, hospital_code=item.hospital_code, case_id=item.case_id,
            finding_ids=list(item.finding_ids), next_month=item.next_month,
        )
        for item in answer.lists
    ]  # fmt: skip
    return HeldListPage(items=items, next_page_token=answer.next_page_token)


class PeriodIn(Strict):
    """要连续结算的统筹区和月份。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"pool": "990100", "first_month": "2026-01", "last_month": "2026-03"}]
        }
    )

    pool: Region
    first_month: MonthText
    last_month: MonthText


class PeriodOut(Answer):
    """连续月结的进度。"""

    period_id: str
    pool: str
    first_month: str
    last_month: str
    state: str = Field(description="running 进行中 · done 完成 · failed 失败")
    run_ids: list[str]
    failure_reason: str
    failure_message: str


def _period(item: pb.Period) -> PeriodOut:
    fields = {name: getattr(item, name) for name in PeriodOut.model_fields}
    return PeriodOut(**{**fields, "run_ids": list(item.run_ids)})


@router.post("/periods", summary="连续结算几个月", status_code=202)
async def start_period(body: PeriodIn, caller: Writer) -> PeriodOut:
    """按月份先后逐月结算；已结算的月份跳过，有一个月不能结算就停下并说明。"""
    caller.require_bureau()
    answer = await caller.services.month.StartPeriod(
        pb.StartPeriodRequest(request_id=caller.request_id, **body.model_dump())
    )
    return _period(answer.period)


@router.get("/periods/{period_id}", summary="查询连续月结")
async def get_period(
    caller: Caller, period_id: Annotated[Code, Path(description="连续月结编号")]
) -> PeriodOut:
    """进度和各月的结算编号。"""
    answer = await caller.services.month.GetPeriod(pb.GetPeriodRequest(period_id=period_id))
    return _period(answer.period)


class HoldIn(Strict):
    """对一家医疗机构暂缓拨付。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "hospital_code": "H33010100001", "since": "2040-01", "amount": "0",
                    "rule_id": "费用异常增长", "evidence": "当月较前三月均值增长45.26%",
                    "citation": "演示市暂缓拨付通知〔2026〕1号",
                }
            ]
        }
    )  # fmt: skip

    pool: Region
    hospital_code: Code = Field(description="医疗机构编码")
    since: MonthText
    amount: Yuan = Field(description=f"最多暂缓的金额；0为全部应付额。{YUAN_NOTE}")
    rule_id: Line = Field(description="触发的规则")
    evidence: Line = Field(description="依据")
    citation: Line = Field(description="文件和条款")


class HoldOut(Answer):
    """一项暂缓拨付。"""

    hold_id: str
    pool: str
    hospital_code: str
    since: str
    amount: str = Field(description=f"最多暂缓的金额；0为全部应付额。{YUAN_NOTE}")
    rule_id: str
    evidence: str
    citation: str
    state: str = Field(description="standing 暂缓中 · released 已解除")
    held: str = Field(description=f"已暂缓。{YUAN_NOTE}")
    released: str = Field(description=f"已解除。{YUAN_NOTE}")
    release_reason: str
    release_citation: str


class HoldPage(Answer):
    """一页暂缓拨付。"""

    items: list[HoldOut]
    next_page_token: str


def _hold(item: pb.Hold) -> HoldOut:
    names = ("hold_id", "pool", "hospital_code", "since", "rule_id", "evidence", "citation", "state")
    return HoldOut(
        **{name: getattr(item, name) for name in (*names, "release_reason", "release_citation")},
        amount=fen_to_yuan(item.amount_fen),
        held=fen_to_yuan(item.held_fen),
        released=fen_to_yuan(item.released_fen),
    )


@router.post("/holds", summary="暂缓拨付")
async def place_hold(body: HoldIn, caller: Writer) -> HoldOut:
    """从某个未结算的月份起，应付额转入暂缓科目；患者结算照常进行。"""
    caller.require_bureau()
    fields = body.model_dump(exclude={"amount"})
    answer = await caller.services.month.PlaceHold(
        pb.PlaceHoldRequest(request_id=caller.request_id, amount_fen=yuan_to_fen(body.amount), **fields)
    )
    return _hold(answer.hold)


class ReleaseIn(Strict):
    """为何解除。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "核查未见违规", "citation": "演示市解除通知〔2026〕1号"}]}
    )

    reason: Line = Field(min_length=1, description="理由")
    citation: Line = Field(min_length=1, description="文件和条款")


@router.post("/holds/{hold_id}/release", summary="解除暂缓拨付")
async def release_hold(
    body: ReleaseIn, caller: Writer, hold_id: Annotated[Code, Path(description="暂缓拨付编号")]
) -> HoldOut:
    """已暂缓的全部金额在未结算的月份支付。"""
    caller.require_bureau()
    answer = await caller.services.month.ReleaseHold(
        pb.ReleaseHoldRequest(
            request_id=caller.request_id, hold_id=hold_id, reason=body.reason, citation=body.citation
        )
    )
    return _hold(answer.hold)


@router.get("/holds", summary="查询暂缓拨付")
async def list_holds(
    caller: Caller,
    pool: Annotated[Region | None, Query(description="统筹区代码；不填为全部可见")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> HoldPage:
    """医疗机构只看到自己的。"""
    answer = await caller.services.month.ListHolds(
        pb.ListHoldsRequest(pool=pool or "", page_size=page_size, page_token=page_token)
    )
    return HoldPage(items=[_hold(item) for item in answer.holds], next_page_token=answer.next_page_token)
