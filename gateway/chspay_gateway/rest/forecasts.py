"""Forecasts of point values over HTTP, each with its interval and the record of those before it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from google.type import decimal_pb2
from pydantic import ConfigDict, Field

from chspay.budget.v1 import forecast_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.plan_types import Rate
from chspay_gateway.rest.types import (
    POINTS_NOTE,
    YUAN_NOTE,
    Answer,
    Code,
    Line,
    MonthText,
    PageSize,
    PageToken,
    Region,
    Strict,
    Year,
    Yuan,
)
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["点值预测"])
ForecastId = Annotated[Code, Path(description="预测编号")]


class PastMonthIn(Strict):
    """本系统月结之前的一个月。"""

    month: MonthText = Field(description="月份")
    fund: Yuan = Field(description=f"基金。{YUAN_NOTE}")
    other: Yuan = Field(description=f"点值分子的其余部分（如个人负担）；不含的写0。{YUAN_NOTE}")
    points: Rate = Field(description=f"总点数。{POINTS_NOTE}")


class ForecastIn(Strict):
    """由已月结的各月预测一年中其余各月和全年的点值。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pool": "990100", "year": 2041, "history": [], "document": ""}]}
    )

    pool: Region = Field(description="统筹区代码")
    year: Year = Field(description="年度；须已有批准的预算")
    history: list[PastMonthIn] = Field(max_length=600, description="往年各月，直到本系统的第一次月结")
    document: Line = Field("", description="往年数据的来源文件；没有往年数据时为空")


class IntervalOut(Answer):
    """预测区间，和此前同样方法的区间有多少次说中。"""

    low: str | None = Field(description="下限，单位：元/点")
    high: str | None = Field(description="上限，单位：元/点")
    errors: int = Field(description="由多少次以往的误差得出")
    tested: int = Field(description="回测中给出区间的次数")
    covered: int = Field(description="其中实际值落在区间内的次数")


class MonthValueOut(Answer):
    """一个月（或全年）的点值预测。"""

    month: str = Field(description="月份；全年为年度")
    ahead: int = Field(description="距最近一次月结几个月；全年为0")
    fund: str = Field(description=f"批准的基金。{YUAN_NOTE}")
    other: str = Field(description=f"点值分子的其余部分，预测。{YUAN_NOTE}")
    points: str | None = Field(description=f"总点数，预测。{POINTS_NOTE}")
    value: str | None = Field(description="点值，单位：元/点")
    interval: IntervalOut | None = Field(description="以往的误差还不够多时为空")


class ForecastOut(Answer):
    """一次点值预测。"""

    forecast_id: str
    pool: str
    year: int
    seen: int = Field(description="本年度已月结的月数")
    method: str
    level: str | None = Field(description="区间的把握度")
    history: int = Field(description="所用的月数")
    months: list[MonthValueOut]
    whole: MonthValueOut = Field(description="全年：已月结与预测之和")
    document: str
    policy_digest: str
    budget_version: int


class ForecastDetail(ForecastOut):
    """一次点值预测及其底稿。"""

    worksheet: WorksheetOut


class ForecastPage(Answer):
    """一页预测。"""

    items: list[ForecastOut]
    next_page_token: str


@router.post("/forecasts", summary="预测点值", status_code=201)
async def make_forecast(body: ForecastIn, caller: Writer) -> ForecastOut:
    """区间由同一方法在同一序列上以往的误差得出，并列出回测中有多少次说中。预测保存，不能改写。"""
    caller.require_bureau()
    request = pb.ForecastValueRequest(
        request_id=caller.request_id, pool=body.pool, year=body.year, document=body.document
    )
    for row in body.history:
        request.history.add(
            month=row.month, fund_fen=yuan_to_fen(row.fund), other_fen=yuan_to_fen(row.other),
            points=decimal_pb2.Decimal(value=row.points),
        )  # fmt: skip
    return _out((await caller.services.forecasts.ForecastValue(request)).forecast)


@router.get("/forecasts/{forecast_id}", summary="查询点值预测")
async def get_forecast(caller: Caller, forecast_id: ForecastId) -> ForecastDetail:
    """一次预测及其底稿。"""
    caller.require_bureau()
    answer = await caller.services.forecasts.GetForecast(pb.GetForecastRequest(forecast_id=forecast_id))
    return ForecastDetail.model_construct(
        **dict(_out(answer.forecast)), worksheet=worksheet_out(answer.worksheet)
    )


@router.get("/forecasts", summary="列出点值预测")
async def list_forecasts(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区代码")],
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ForecastPage:
    """一个统筹区的预测。"""
    caller.require_bureau()
    answer = await caller.services.forecasts.ListForecasts(
        pb.ListForecastsRequest(pool=pool, page_size=page_size, page_token=page_token)
    )
    return ForecastPage.model_construct(
        items=[_out(one) for one in answer.forecasts], next_page_token=answer.next_page_token
    )


def _out(found: pb.ValueForecast) -> ForecastOut:
    names = (
        "forecast_id", "pool", "year", "seen", "method", "history", "document", "policy_digest",
        "budget_version",
    )  # fmt: skip
    return ForecastOut.model_construct(
        **{name: getattr(found, name) for name in names},
        level=points_text(found.level),
        months=[_value(one) for one in found.months],
        whole=_value(found.whole),
    )


def _value(one: pb.MonthValue) -> MonthValueOut:
    interval = None
    if one.HasField("interval"):
        interval = IntervalOut.model_construct(
            low=points_text(one.interval.low),
            high=points_text(one.interval.high),
            errors=one.interval.errors,
            tested=one.interval.tested,
            covered=one.interval.covered,
        )
    return MonthValueOut.model_construct(
        month=one.month,
        ahead=one.ahead,
        fund=fen_to_yuan(one.fund_fen),
        other=fen_to_yuan(one.other_fen),
        points=points_text(one.points),
        value=points_text(one.value),
        interval=interval,
    )
