"""The year's fund 年度基金预算 and the hospitals a pool pays."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.budget.v1 import budget_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_core import amounts
from chspay_core.amounts import fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.rest.answers import (
    HospitalOut,
    HospitalPage,
    WorksheetOut,
    hospital_out,
    worksheet_out,
)
from chspay_gateway.rest.types import (
    YUAN_NOTE,
    Answer,
    Code,
    Day,
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
from chspay_kit import convert

HOSPITAL_PERIOD = Reason(
    "HOSPITAL_PERIOD_BACKWARDS", Kind.INVALID, "截止日期{value}早于起始日期{since}，请核对。"
)

router = APIRouter(prefix="/api/v1")
PoolPath = Annotated[Region, Path(description="统筹区代码")]
YearPath = Annotated[Year, Path()]


class MonthShareOut(Answer):
    """一个月的额度。"""

    month: int
    fund: str = Field(description=f"本月基金。{YUAN_NOTE}")


class YearOut(Answer):
    """一个统筹区一年的住院基金预算。"""

    pool: str
    year: int
    inpatient_fund: str = Field(description=f"住院基金总额。{YUAN_NOTE}")
    out_of_area: str = Field(description=f"异地就医支出。{YUAN_NOTE}")
    reserve: str = Field(description=f"风险金。{YUAN_NOTE}")
    local_fund: str = Field(description=f"本地可分配基金。{YUAN_NOTE}")
    months: list[MonthShareOut]
    state: str = Field(description="draft 草案 · approved 已批准")
    version: int
    decision_no: str = Field(description="决定文号")
    policy_digest: str


class YearDetail(YearOut):
    """一年的预算及其计算底稿。"""

    worksheet: WorksheetOut


class YearPage(Answer):
    """一页年度预算。"""

    items: list[YearOut]
    next_page_token: str


_YEAR_STATES = {
    budget_pb2.YEAR_STATE_UNSPECIFIED: "",
    budget_pb2.YEAR_STATE_DRAFT: "draft",
    budget_pb2.YEAR_STATE_APPROVED: "approved",
}


def year_detail(answer: budget_pb2.GetYearResponse) -> YearDetail:
    """A fiscal year as JSON, with how its plan came about."""
    return YearDetail.model_construct(
        **dict(year_out(answer.year)), worksheet=worksheet_out(answer.worksheet)
    )


def year_out(item: budget_pb2.FiscalYear) -> YearOut:
    """A fiscal year as JSON."""
    months = [MonthShareOut(month=share.month, fund=fen_to_yuan(share.fund_fen)) for share in item.months]
    return YearOut.model_construct(
        pool=item.pool,
        year=item.year,
        inpatient_fund=fen_to_yuan(item.inpatient_fund_fen),
        out_of_area=fen_to_yuan(item.out_of_area_fen),
        reserve=fen_to_yuan(item.reserve_fen),
        local_fund=fen_to_yuan(item.local_fund_fen),
        months=months,
        state=_YEAR_STATES[item.state],
        version=item.version,
        decision_no=item.decision_no,
        policy_digest=item.policy_digest,
    )


class YearIn(Strict):
    """一年的住院基金：总额、异地支出、风险金；本地可分配 = 总额 − 异地 − 风险金。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"inpatient_fund": "600000000.00", "out_of_area": "60000000.00", "reserve": "18000000.00"}
            ]
        }
    )

    inpatient_fund: Yuan = Field(description=f"住院基金总额。{YUAN_NOTE}")
    out_of_area: Yuan = Field(description=f"异地就医支出。{YUAN_NOTE}")
    reserve: Yuan = Field(description=f"风险金。{YUAN_NOTE}")


class ApproveIn(Strict):
    """批准所读到的那一版；版本不同则拒绝。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "decision_no": "演示医保〔2026〕1号"}]}
    )

    version: Annotated[int, Field(ge=1, le=1_000_000, description="所批准的版本")]
    decision_no: Line = Field(min_length=1, description="决定文号")


class HospitalIn(Strict):
    """一家定点医疗机构的登记。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "演示市第一医院", "region_code": "990100", "level": 3, "since": "2020-01-01"}
            ]
        }
    )

    name: Line = Field(min_length=1, description="名称")
    region_code: Region = Field(description="所属统筹区代码")
    area_code: Region | None = Field(None, description="所在县区代码；不填为统筹区本级")
    level: Annotated[int, Field(ge=1, le=9, description="1、2、3 为一、二、三级，9 为未定级")]
    since: Day = Field(description="自何日起")
    until: Day | None = Field(None, description="至何日止；不填为长期")


@router.put("/budget/years/{pool}/{year}", summary="编制年度预算草案", tags=["预算"])
async def draft_year(body: YearIn, caller: Writer, pool: PoolPath, year: YearPath) -> YearOut:
    """编制或修改草案；批准前可反复修改，每改一次版本加一。"""
    caller.require_bureau()
    answer = await caller.services.budget.DraftYear(
        budget_pb2.DraftYearRequest(
            request_id=caller.request_id,
            pool=pool,
            year=year,
            inpatient_fund_fen=amounts.yuan_to_fen(body.inpatient_fund, "inpatient_fund"),
            out_of_area_fen=amounts.yuan_to_fen(body.out_of_area, "out_of_area"),
            reserve_fen=amounts.yuan_to_fen(body.reserve, "reserve"),
        )
    )
    return year_out(answer.year)


@router.post("/budget/years/{pool}/{year}/approve", summary="批准年度预算", tags=["预算"])
async def approve_year(body: ApproveIn, caller: Writer, pool: PoolPath, year: YearPath) -> YearOut:
    """批准后，月度结算才可使用该年基金。"""
    caller.require_bureau()
    answer = await caller.services.budget.ApproveYear(
        budget_pb2.ApproveYearRequest(
            request_id=caller.request_id,
            pool=pool,
            year=year,
            version=body.version,
            decision_no=body.decision_no,
        )
    )
    return year_out(answer.year)


@router.get("/budget/years/{pool}/{year}", summary="读取年度预算", tags=["预算"])
async def get_year(
    caller: Caller,
    pool: PoolPath,
    year: YearPath,
    version: Annotated[int, Query(ge=0, le=1_000_000, description="版本；0为最新")] = 0,
) -> YearDetail:
    """一个统筹区一年的预算、各月额度及计算底稿。"""
    caller.require_bureau()
    answer = await caller.services.budget.GetYear(
        budget_pb2.GetYearRequest(pool=pool, year=year, version=version)
    )
    return year_detail(answer)


@router.get("/budget/years", summary="查询年度预算", tags=["预算"])
async def list_years(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> YearPage:
    """权限范围内各统筹区的年度预算。"""
    caller.require_bureau()
    answer = await caller.services.budget.ListYears(
        budget_pb2.ListYearsRequest(page_size=page_size, page_token=page_token)
    )
    return YearPage.model_construct(
        items=[year_out(item) for item in answer.years], next_page_token=answer.next_page_token
    )


@router.get("/budget/years/{pool}/{year}/months/{month}", summary="读取一个月可用的基金", tags=["预算"])
async def get_month(
    caller: Caller, pool: PoolPath, year: YearPath, month: Annotated[MonthNo, Path()]
) -> MonthShareOut:
    """没有已批准的年度预算时拒绝。"""
    caller.require_bureau()
    answer = await caller.services.budget.GetMonthFund(
        budget_pb2.GetMonthFundRequest(pool=pool, year=year, month=month)
    )
    return MonthShareOut.model_construct(month=month, fund=amounts.fen_to_yuan(answer.fund_fen))


@router.put("/hospitals/{hospital_code}", summary="登记医疗机构", tags=["医疗机构"])
async def put_hospital(
    body: HospitalIn,
    caller: Writer,
    hospital_code: Annotated[Code, Path(description="医疗机构编码")],
) -> HospitalOut:
    """登记或更新一家医疗机构的级别与有效期。"""
    caller.require_bureau()
    if body.until is not None and body.until < body.since:
        raise Fault(HOSPITAL_PERIOD, field="until", value=body.until, since=body.since)
    hospital = settlement_pb2.Hospital(
        hospital_code=hospital_code,
        name=body.name,
        region_code=body.region_code,
        area_code=body.area_code or "",
        level=body.level,
        since=convert.date_to_pb(body.since),
    )
    if body.until is not None:
        hospital.until.CopyFrom(convert.date_to_pb(body.until))
    answer = await caller.services.settlement.PutHospital(
        settlement_pb2.PutHospitalRequest(request_id=caller.request_id, hospital=hospital)
    )
    return hospital_out(answer.hospital)


@router.get("/hospitals", summary="查询医疗机构", tags=["医疗机构"])
async def list_hospitals(
    caller: Caller,
    region_code: Annotated[Region | None, Query(description="地区代码；不填为权限范围内全部")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> HospitalPage:
    """权限范围内的医疗机构；医疗机构密钥只看到本机构。"""
    answer = await caller.services.settlement.ListHospitals(
        settlement_pb2.ListHospitalsRequest(
            region_code=region_code or "", page_size=page_size, page_token=page_token
        )
    )
    return HospitalPage.model_construct(
        items=[hospital_out(item) for item in answer.hospitals], next_page_token=answer.next_page_token
    )
