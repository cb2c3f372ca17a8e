"""What-if over HTTP: begin a simulation, follow it, read who gains and who loses."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import ConfigDict

from chspay.settlement.v1 import whatif_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway import export
from chspay_gateway.rest.types import Answer, Code, Line, MonthText, PageSize, PageToken, Region
from chspay_gateway.rest.whatif_shapes import (
    By,
    EvaluationOut,
    MeasureName,
    RowOut,
    RowPage,
    ScenarioIn,
    SweepPage,
    SweepRowOut,
    WhatIfIn,
    WhatIfOut,
    WhatIfPage,
    evaluation_out,
    summary_out,
    sums_out,
    what_if_out,
)
from chspay_gateway.session import Caller, Session, Writer

router = APIRouter(prefix="/api/v1", tags=["测算模拟"])
_ALL_PAGES = 1000
WhatIfId = Annotated[Code, Path(description="测算模拟编号")]
ScenarioName = Annotated[Line, Path(description="方案名称；现行规定也是一个")]
_BY = {
    By.HOSPITAL: pb.WHAT_IF_BY_HOSPITAL,
    By.LEVEL: pb.WHAT_IF_BY_LEVEL,
    By.GROUP: pb.WHAT_IF_BY_GROUP,
    By.COMMUNITY: pb.WHAT_IF_BY_COMMUNITY,
    By.BAND: pb.WHAT_IF_BY_BAND,
}


@router.post("/what-ifs", summary="发起测算模拟", status_code=202)
async def start_what_if(body: WhatIfIn, caller: Writer) -> WhatIfOut:
    """对已完成的月结或试算换一套规则重新结算，比较各医疗机构、等级、病组、医共体、年龄段的得失。

    现行规定一栏与原结算一分不差。不入账，不改任何数据；结果留在内存里，过期清除，要保存请写 store。
    """
    caller.require_bureau()
    request = pb.StartWhatIfRequest(
        request_id=caller.request_id,
        run_ids=body.run_ids,
        scenarios=[_scenario(one) for one in body.scenarios],
        age_bands=body.age_bands,
        store=body.store,
    )
    if body.sweep is not None:
        request.sweep.cartesian = body.sweep.cartesian
        for axis in body.sweep.axes:
            request.sweep.axes.add(target=axis.target, values=axis.values)
    answer = await caller.services.what_if.StartWhatIf(request)
    return what_if_out(answer.what_if)


def _scenario(body: ScenarioIn) -> pb.Scenario:
    found = pb.Scenario(
        name=body.name,
        rules=[
            pb.TriedRule(key=key, value_json=orjson.dumps(value).decode())
            for key, value in body.rules.items()
        ],
        amendment=body.amendment,
        points=body.points,
        point_factors=body.point_factors,
        fund_factor=body.fund_factor or "",
        scheme=body.scheme,
    )
    if body.fund is not None:
        found.fund_fen = yuan_to_fen(body.fund)
    if body.prices is not None:
        found.prices.patient = body.prices.patient_part.value
        found.prices.factors.update(body.prices.factors)
    return found


@router.get("/what-ifs", summary="查询测算模拟")
async def list_what_ifs(caller: Caller) -> WhatIfPage:
    """本地区还没有清除的测算模拟。"""
    caller.require_bureau()
    answer = await caller.services.what_if.ListWhatIfs(pb.ListWhatIfsRequest())
    return WhatIfPage.model_construct(items=[what_if_out(one) for one in answer.what_ifs])


@router.get("/what-ifs/{what_if_id}", summary="查询一次测算模拟")
async def get_what_if(caller: Caller, what_if_id: WhatIfId) -> WhatIfOut:
    """进度与各方案的汇总。"""
    caller.require_bureau()
    answer = await caller.services.what_if.GetWhatIf(pb.GetWhatIfRequest(what_if_id=what_if_id))
    return what_if_out(answer.what_if)


@router.delete("/what-ifs/{what_if_id}", summary="取消测算模拟")
async def cancel_what_if(caller: Caller, what_if_id: WhatIfId) -> WhatIfOut:
    """停止计算并清除结果；已经保存的仍然保存。"""
    caller.require_bureau()
    answer = await caller.services.what_if.CancelWhatIf(
        pb.CancelWhatIfRequest(request_id=f"cancel-{what_if_id}", what_if_id=what_if_id)
    )
    return what_if_out(answer.what_if)


_COLUMNS: export.Columns = (
    ("key", "代码"),
    ("name", "名称"),
    ("base_cases", "病例数（现行）"),
    ("scenario_cases", "病例数（方案）"),
    ("base_points", "点数（现行）"),
    ("scenario_points", "点数（方案）"),
    ("base_cmi", "CMI（现行）"),
    ("scenario_cmi", "CMI（方案）"),
    ("base_cost", "总费用(元，现行)"),
    ("scenario_cost", "总费用(元，方案)"),
    ("base_fund", "基金(元，现行)"),
    ("scenario_fund", "基金(元，方案)"),
    ("change", "变化(元)"),
    ("change_ratio", "变化比"),
)


class _Flat(Answer):
    """A row as a spreadsheet shows it."""

    model_config = ConfigDict(extra="allow")


@router.get(
    "/what-ifs/{what_if_id}/scenarios/{name}",
    summary="查询一个方案的得失",
    response_model=RowPage,
    responses={
        200: {
            "content": {export.CSV_TYPE: {}, export.XLSX_TYPE: {}},
            "description": "按 Accept 或 ?format= 返回 JSON（分页）、CSV 或 XLSX（全部）",
        }
    },
)
async def list_what_if_rows(  # noqa: PLR0913, PLR0917 - one parameter per query field
    caller: Caller,
    what_if_id: WhatIfId,
    name: ScenarioName,
    by: Annotated[By, Query(description="按什么汇总")] = By.HOSPITAL,
    losers: Annotated[bool, Query(description="只看减少的")] = False,
    file: Annotated[str, Query(alias="format", description="json、csv 或 xlsx")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | RowPage:
    """减少最多的在前；全部行的变化之和等于基金变化减余差变化，一分不差。"""
    caller.require_bureau()
    request = pb.ListWhatIfRowsRequest(
        what_if_id=what_if_id, scenario=name, by=_BY[by], losers_only=losers, page_size=page_size,
        page_token=page_token,
    )  # fmt: skip
    form = export.wanted(file, accept)
    if form == "json":
        return _page(await caller.services.what_if.ListWhatIfRows(request))
    rows = [_flat(row) for row in await _all(caller, request)]
    return export.as_file(form, rows, _COLUMNS, "得失", f"what-if-{by.value}")


async def _all(caller: Session, request: pb.ListWhatIfRowsRequest) -> list[RowOut]:
    found: list[RowOut] = []
    request.page_size, request.page_token = _ALL_PAGES, ""
    while True:
        page = _page(await caller.services.what_if.ListWhatIfRows(request))
        found += page.items
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


def _flat(row: RowOut) -> _Flat:
    cells: dict[str, Any] = {name: getattr(row, name) for name in ("key", "name", "change", "change_ratio")}
    for side in ("base", "scenario"):
        cells |= {f"{side}_{name}": value for name, value in getattr(row, side).model_dump().items()}
    return _Flat(**cells)


@router.get("/what-ifs/{what_if_id}/sweep", summary="查询网格的结果")
async def list_sweep_rows(
    caller: Caller,
    what_if_id: WhatIfId,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> SweepPage:
    """已经做完的点；不能结算的点写明原因。"""
    caller.require_bureau()
    answer = await caller.services.what_if.ListSweepRows(
        pb.ListSweepRowsRequest(what_if_id=what_if_id, page_size=page_size, page_token=page_token)
    )
    return SweepPage.model_construct(
        targets=list(answer.targets),
        items=[
            SweepRowOut.model_construct(
                point=row.point,
                values=list(row.values),
                summary=summary_out(row.summary) if row.HasField("summary") else None,
                failure_reason=row.failure_reason,
                failure_message=row.failure_message,
            )
            for row in answer.rows
        ],
        next_page_token=answer.next_page_token,
    )


@router.get("/reform-evaluations", summary="改革前后评价")
async def evaluate_reform(
    caller: Caller,
    pool: Annotated[Region, Query(description="统筹区")],
    measure: Annotated[MeasureName, Query(description="指标")],
    first: Annotated[MonthText, Query(description="起始月份，如2024-01")],
    last: Annotated[MonthText, Query(description="终止月份，含当月；其间各月都要已月结")],
    change: Annotated[MonthText, Query(description="改革后的第一个月")],
    lag: Annotated[int, Query(ge=-1, le=120, description="误差的自相关月数；-1按Newey-West的规则")] = -1,
    confidence: Annotated[str, Query(max_length=6, description="置信水平")] = "0.95",
) -> EvaluationOut:
    """中断时间序列：改革当月的水平变化、此后每月变化的改变，附标准误与置信区间；两边各至少8个月。"""
    caller.require_bureau()
    periods = {name: int(text.replace("-", "")) for name, text in (
        ("first_period", first), ("last_period", last), ("change_period", change))}  # fmt: skip
    answer = await caller.services.what_if.EvaluateReform(
        pb.EvaluateReformRequest(pool=pool, measure=measure.value, lag=lag, confidence=confidence, **periods)
    )
    return evaluation_out(answer)


def _page(answer: pb.ListWhatIfRowsResponse) -> RowPage:
    return RowPage.model_construct(
        items=[
            RowOut.model_construct(
                key=row.key,
                name=row.name,
                base=sums_out(row.base),
                scenario=sums_out(row.scenario),
                change=fen_to_yuan(row.change_fen),
                change_ratio=row.change_ratio,
            )
            for row in answer.rows
        ],
        next_page_token=answer.next_page_token,
        rows=answer.total_rows,
        change=fen_to_yuan(answer.change_fen),
    )
