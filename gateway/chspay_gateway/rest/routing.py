"""Which method pays a case 付费方式 over HTTP: of a run's cases, and of facts before there is a case."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from chspay.settlement.v1 import routing_pb2 as pb
from chspay_core.amounts import fen_to_yuan, from_micro, plain
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["月度结算"])
RunId = Annotated[Code, Path(description="月结编号")]
Method = Literal["drg", "dip", "per_diem", "capitation", "by_item", "bundle", "none"]
METHOD_NOTE = (
    "付费方式：drg 按病组，dip 按病种，per_diem 按床日，capitation 按人头，by_item 按项目，bundle 打包，"
    "none 不支付"
)
_METHODS: dict[str, Any] = {
    "drg": pb.PAY_METHOD_DRG,
    "dip": pb.PAY_METHOD_DIP,
    "per_diem": pb.PAY_METHOD_PER_DIEM,
    "capitation": pb.PAY_METHOD_CAPITATION,
    "by_item": pb.PAY_METHOD_BY_ITEM,
    "bundle": pb.PAY_METHOD_BUNDLE,
    "none": pb.PAY_METHOD_NONE,
}
_METHOD_OF = {number: name for name, number in _METHODS.items()}


class RouteOut(Answer):
    """一个病例的付费方式和理由。"""

    hospital_code: str
    case_id: str
    method: str = Field(description=METHOD_NOTE)
    reason: str = Field(description="理由代码")
    text: str = Field(description="理由")
    cite: str = Field(description="依据的文件和条款")
    pricing_id: str = Field(description="床日付费服务的计价编号；没有询问时为空")
    worksheet_digest: str = Field(description="计价底稿的SM3指纹")
    beside: str = Field(description="与本清单有关的另一份清单或住院")
    bed_day_points: str = Field(description="床日点数；不按床日得点时为0")
    amount: str = Field(description=f"点数以外的支付。{YUAN_NOTE}")


class RouteDetail(RouteOut):
    """一个病例的付费方式及底稿。"""

    worksheet: WorksheetOut


class RoutePage(Answer):
    """一页付费方式。"""

    items: list[RouteOut]
    next_page_token: str


class RouteSum(Answer):
    """一种方式一个理由的合计。"""

    method: str = Field(description=METHOD_NOTE)
    reason: str
    cases: int = Field(description="病例数")
    amount: str = Field(description=f"点数以外的支付。{YUAN_NOTE}")


class RouteSums(Answer):
    """一次月结按付费方式的合计；每个病例只计一次。"""

    items: list[RouteSum]
    cases: int = Field(description="全部病例")
    others: str = Field(description=f"从住院基金取出的其他支付。{YUAN_NOTE}")
    without_person: int | None = Field(
        description="没有人员标识、不能核对住院日期是否重叠的病例；空为该次月结没有与以前月份核对"
    )


class TriedRoute(Answer):
    """按给出的事实认定的付费方式。"""

    method: str = Field(description=METHOD_NOTE)
    reason: str
    text: str
    cite: str
    row: int = Field(description="付费方式表的第几行")
    worksheet: WorksheetOut


class FactsIn(Strict):
    """认定付费方式所看的事实。"""

    pool: Region = Field(description="统筹区")
    on: Day = Field(description="按哪一天的规定")
    institution: Literal["hospital", "clinic", "pharmacy"] = Field(
        description="机构类型：医院、门诊部或诊所、药店"
    )
    medical_type: Code = Field(description="医疗类别代码，如21普通住院、41定点药店购药")
    department: Code = Field("", description="科别代码")
    insurance_type: Code = Field("", description="险种代码")
    fund_part: bool = Field(True, description="是否有基金支付")
    bed_days: Literal["", "paid", "by_group", "not_pilot", "refused", "own_list", "with_stay"] = Field(
        "", description="床日付费服务的答复；不属床日付费范围时不填"
    )


@router.get("/runs/{run_id}/routes", summary="查询不按病组支付的病例")
async def list_routes(
    caller: Caller,
    run_id: RunId,
    hospital_code: Annotated[Code, Query(description="医疗机构；不填为全部可见")] = "",
    method: Annotated[Method | None, Query(description=METHOD_NOTE)] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> RoutePage:
    """按床日、按项目或不支付的病例，以及床日付费服务答复过的病例，各有理由和依据。"""
    answer = await caller.services.routing.ListRoutes(
        pb.ListRoutesRequest(
            run_id=run_id, hospital_code=hospital_code, page_size=page_size, page_token=page_token,
            method=_METHODS[method] if method else pb.PAY_METHOD_UNSPECIFIED,
        )
    )  # fmt: skip
    return RoutePage(items=[_out(one) for one in answer.routes], next_page_token=answer.next_page_token)


@router.get("/runs/{run_id}/route-sums", summary="按付费方式合计")
async def sum_routes(caller: Caller, run_id: RunId) -> RouteSums:
    """每种方式的病例数与点数以外的支付；病例数合计等于全部病例。"""
    answer = await caller.services.routing.SumRoutes(pb.SumRoutesRequest(run_id=run_id))
    return RouteSums(
        items=[
            RouteSum(
                method=_METHOD_OF[one.method], reason=one.reason, cases=one.cases,
                amount=fen_to_yuan(one.amount_fen),
            )
            for one in answer.sums
        ],
        cases=answer.cases,
        others=fen_to_yuan(answer.others_fen),
        without_person=answer.without_person if answer.HasField("without_person") else None,
    )  # fmt: skip


@router.get(
    "/runs/{run_id}/hospitals/{hospital_code}/cases/{case_id}/route", summary="一个病例为什么这样支付"
)
async def explain_route(
    caller: Caller,
    run_id: RunId,
    hospital_code: Annotated[Code, Path(description="医疗机构编码")],
    case_id: Annotated[Code, Path(description="病例号")],
) -> RouteDetail:
    """由月结保存的事实重新认定，与当时一致才给出；底稿写明所用的行、床日付费服务的答复和金额。"""
    answer = await caller.services.routing.ExplainRoute(
        pb.ExplainRouteRequest(run_id=run_id, hospital_code=hospital_code, case_id=case_id)
    )
    return RouteDetail(**_out(answer.route).model_dump(), worksheet=worksheet_out(answer.worksheet))


@router.get("/payment-method", summary="试认定付费方式")
async def try_route(caller: Caller, facts: Annotated[FactsIn, Query()]) -> TriedRoute:
    """按当天的付费方式表认定，写明是哪一行、什么理由、什么依据；不存储。"""
    given = facts.model_dump(exclude={"on"})
    answer = await caller.services.routing.TryRoute(pb.TryRouteRequest(on=date_to_pb(facts.on), **given))
    return TriedRoute(
        method=_METHOD_OF[answer.route.method],
        reason=answer.route.reason,
        text=answer.route.text,
        cite=answer.route.cite,
        row=answer.row,
        worksheet=worksheet_out(answer.worksheet),
    )


def _out(one: pb.CaseRoute) -> RouteOut:
    same = (
        "hospital_code", "case_id", "reason", "text", "cite", "pricing_id", "worksheet_digest", "beside",
    )  # fmt: skip
    return RouteOut(
        **{name: getattr(one, name) for name in same},
        method=_METHOD_OF[one.method],
        bed_day_points=plain(from_micro(one.bed_day_points_micro)),
        amount=fen_to_yuan(one.amount_fen),
    )
