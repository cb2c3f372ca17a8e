"""Figures 运行数据 of places and months, for county, city, province and nation."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import Field

from chspay.settlement.v1 import figures_pb2
from chspay_core.amounts import fen_to_yuan
from chspay_gateway import export
from chspay_gateway.rest.answers import points_text
from chspay_gateway.rest.types import POINTS_NOTE, YUAN_NOTE, Answer, MonthText, PageSize, PageToken, Region
from chspay_gateway.session import Caller, Session

router = APIRouter(prefix="/api/v1", tags=["运行数据"])
_ALL_PAGES = 1000
_GROWTH_NOTE = '比率，四位小数，如"0.0830"表示增长8.30%；上期没有数据时为空'


class By(StrEnum):
    """按哪一级汇总。"""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


_KINDS = {
    By.COUNTY: figures_pb2.PLACE_KIND_COUNTY,
    By.CITY: figures_pb2.PLACE_KIND_CITY,
    By.PROVINCE: figures_pb2.PLACE_KIND_PROVINCE,
    By.NATION: figures_pb2.PLACE_KIND_NATION,
}


class PoolValueOut(Answer):
    """一个统筹区当月的点值。"""

    pool: str = Field(description="统筹区代码")
    point_value: str = Field(description="点值，单位：元/点，仅供显示")
    numerator_fen: str = Field(description="点值的分子，单位：分")
    denominator: str | None = Field(description=f"点值的分母。{POINTS_NOTE}")


class FigureOut(Answer):
    """一个地区一个月的运行数据。"""

    place: str = Field(description="行政区划代码；市为XXXX00，省为XX0000，全国为000000")
    month: str = Field(description="月份，如2026-01")
    hospitals: int = Field(description="有结算单的医疗机构数")
    cases: int = Field(description="病例数")
    points: str | None = Field(description=f"点数。{POINTS_NOTE}")
    cost: str = Field(description=f"医疗总费用。{YUAN_NOTE}")
    patient: str = Field(description=f"个人负担。{YUAN_NOTE}")
    fund: str = Field(description=f"账簿中当月由基金记给本地医疗机构的金额。{YUAN_NOTE}")
    fund_month_growth: str = Field(description=f"基金比上月。{_GROWTH_NOTE}")
    fund_year_growth: str = Field(description=f"基金比上年同月。{_GROWTH_NOTE}")
    cases_month_growth: str = Field(description=f"病例数比上月。{_GROWTH_NOTE}")
    cases_year_growth: str = Field(description=f"病例数比上年同月。{_GROWTH_NOTE}")
    point_values: list[PoolValueOut] = Field(description="为本地医疗机构付费的各统筹区的点值")

    @property
    def values_text(self) -> str:
        """The point values in one cell."""
        return "；".join(f"{value.pool}：{value.point_value}" for value in self.point_values)


class FigurePage(Answer):
    """一页运行数据。"""

    items: list[FigureOut]
    next_page_token: str


def _asked(
    first: Annotated[MonthText, Query(description="起始月份，如2026-01")],
    last: Annotated[MonthText, Query(description="终止月份，含当月")],
    by: Annotated[By, Query(description="按哪一级汇总")] = By.CITY,
    place: Annotated[Region | None, Query(description="只看这个地区之内；不填为全部可见")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> figures_pb2.ListFiguresRequest:
    return figures_pb2.ListFiguresRequest(
        place=place or "",
        by=_KINDS[by],
        first_period=_period(first),
        last_period=_period(last),
        page_size=page_size,
        page_token=page_token,
    )


Asked = Annotated[Any, Depends(_asked)]


_COLUMNS: export.Columns = (
    ("place", "行政区划代码"),
    ("month", "月份"),
    ("hospitals", "医疗机构数"),
    ("cases", "病例数"),
    ("points", "点数"),
    ("values_text", "点值(元/点)"),
    ("cost", "医疗总费用(元)"),
    ("patient", "个人负担(元)"),
    ("fund", "基金(元)"),
    ("fund_month_growth", "基金比上月"),
    ("fund_year_growth", "基金比上年同月"),
    ("cases_month_growth", "病例数比上月"),
    ("cases_year_growth", "病例数比上年同月"),
)


@router.get(
    "/figures",
    summary="按地区和月份查询运行数据",
    response_model=FigurePage,
    responses={
        200: {
            "content": {export.CSV_TYPE: {}, export.XLSX_TYPE: {}},
            "description": "按 Accept 或 ?format= 返回 JSON、CSV 或 XLSX",
        }
    },
)
async def list_figures(
    caller: Caller,
    request: Asked,
    file: Annotated[str, Query(alias="format", description="json、csv 或 xlsx")] = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | FigurePage:
    """月份新的在前。只含密钥所属地区之内的数据，之外的没有任何行；基金与账簿一分不差。

    县、市、省、国家各用自己地区的密钥；医疗机构看自己的结算单。
    """
    caller.require_bureau()
    form = export.wanted(file, accept)
    if form == "json":
        answer = await caller.services.figures.ListFigures(request)
        return FigurePage.model_construct(
            items=[_figure_out(item) for item in answer.figures], next_page_token=answer.next_page_token
        )
    return export.as_file(form, await _all(caller, request), _COLUMNS, "运行数据", _name(request))


async def _all(caller: Session, request: figures_pb2.ListFiguresRequest) -> list[FigureOut]:
    found: list[FigureOut] = []
    request.page_size, request.page_token = _ALL_PAGES, ""
    while True:
        answer = await caller.services.figures.ListFigures(request)
        found += [_figure_out(item) for item in answer.figures]
        request.page_token = answer.next_page_token
        if not request.page_token:
            return found


def _name(request: figures_pb2.ListFiguresRequest) -> str:
    return f"figures-{request.first_period}-{request.last_period}"


def _period(month: str) -> int:
    return int(month.replace("-", ""))


def _figure_out(item: Any) -> FigureOut:
    return FigureOut.model_construct(
        place=item.place,
        month=f"{item.period // 100}-{item.period % 100:02}",
        hospitals=item.hospitals,
        cases=item.cases,
        points=points_text(item.points),
        cost=fen_to_yuan(item.cost_fen),
        patient=fen_to_yuan(item.patient_fen),
        fund=fen_to_yuan(item.fund_fen),
        fund_month_growth=item.month_growth.fund,
        fund_year_growth=item.year_growth.fund,
        cases_month_growth=item.month_growth.cases,
        cases_year_growth=item.year_growth.cases,
        point_values=[
            PoolValueOut.model_construct(
                pool=value.pool,
                point_value=value.display,
                numerator_fen=str(value.numerator_fen),
                denominator=points_text(value.denominator),
            )
            for value in item.values
        ],
    )
