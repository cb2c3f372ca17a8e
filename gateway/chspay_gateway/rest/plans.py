"""The year plan 收支预算 over HTTP: draft, approve, execute and close; five funds and the DIP totals."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.budget.v1 import plan_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.plan_types import PlanFundOut, Rate, funds_out, rate_to_pb
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, Region, Strict, Year, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["收支预算"])
PoolPath = Annotated[Region, Path(description="统筹区代码")]
YearPath = Annotated[Year, Path()]
FundPath = Annotated[
    Code,
    Path(description="inpatient 住院 · outpatient 门诊 · per_diem 床日 · capitation 人头 · reserve 风险金"),
]
STATES = {
    pb.PLAN_STATE_UNSPECIFIED: "none",
    pb.PLAN_STATE_DRAFT: "draft",
    pb.PLAN_STATE_APPROVED: "approved",
    pb.PLAN_STATE_EXECUTING: "executing",
    pb.PLAN_STATE_ADJUSTED: "adjusted",
    pb.PLAN_STATE_CLOSED: "closed",
}
_EXAMPLE: dict[str, Any] = {
    "income": "2400000000.00",
    "income_document": "2040年基金收入预算",
    "settled": [
        {"fund_code": "inpatient", "amount": "1300000000.00", "document": "2039年度决算"},
        {"fund_code": "out_of_area", "amount": "100000000.00", "document": "2039年度决算"},
        {"fund_code": "outpatient", "amount": "500000000.00", "document": "2039年度决算"},
        {"fund_code": "per_diem", "amount": "40000000.00", "document": "2039年度决算"},
        {"fund_code": "capitation", "amount": "60000000.00", "document": "2039年度决算"},
    ],
    "factors": [
        {"factor": "income", "rate": "0.06", "document": "收入预测报告"},
        {"factor": "policy", "rate": "0.01", "document": "待遇调整测算"},
        {"factor": "cost", "rate": "0.05", "document": "费用分析报告"},
        {"factor": "economy", "rate": "0.055", "document": "统计公报"},
        {"factor": "peer", "rate": "0.02", "document": "同类机构比较"},
    ],
    "shifts": [],
}


class PlanSettledIn(Strict):
    """上年一项基金的决算。"""

    fund_code: Code = Field(
        description="inpatient 住院（本地）· out_of_area 异地就医 · outpatient 门诊 · per_diem 床日"
        " · capitation 人头包干；上年决算已批准的，inpatient可以不填"
    )
    amount: Yuan = Field(description=f"决算额。{YUAN_NOTE}")
    document: Line = Field(min_length=1, description="依据的文件")


class PlanFactorIn(Strict):
    """一项预算因素。"""

    factor: Code = Field(description="政策 budget.factors 列出的因素")
    rate: Rate = Field(description="该因素对应的增幅，0.06即6%")
    document: Line = Field(min_length=1, description="数据来源")


class PlanShiftIn(Strict):
    """分配之后在两项基金之间的调整。"""

    source: Code = Field(description="调出的基金")
    target: Code = Field(description="调入的基金")
    amount: Yuan = Field(description=f"调整额。{YUAN_NOTE}")
    document: Line = Field(min_length=1, description="依据的文件")


class PlanIn(Strict):
    """一年的收支预算：收入、上年决算、各项因素；支出超过收入扣除风险调剂金的不能编制。"""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    income: Yuan = Field(description=f"收入预算。{YUAN_NOTE}")
    income_document: Line = Field(min_length=1, description="收入预算的依据")
    settled: list[PlanSettledIn] = Field(max_length=10, description="上年各项基金的决算")
    factors: list[PlanFactorIn] = Field(max_length=50, description="预算因素，政策列出的每项给一次")
    shifts: list[PlanShiftIn] = Field(default_factory=list, max_length=50, description="基金之间的调整")


class PlanApproveIn(Strict):
    """批准所读到的那一版；须由编制人以外的人办理。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 2, "decision_no": "联席〔2039〕12号"}]}
    )

    version: Annotated[int, Field(ge=1, le=1_000_000, description="所批准的版本")]
    decision_no: Line = Field(min_length=1, description="决定文号")


class PlanStepIn(Strict):
    """年度的一步：下达执行或关闭。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"event": "execute", "note": "下达各科"}]})

    event: Code = Field(description="execute 下达执行 · close 关闭")
    decision_no: Line = Field("", description="决定文号；关闭时必填")
    note: Line = Field("", description="说明")


class DipTotalsIn(Strict):
    """测算DIP预算总额的数据。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "inpatient": "1489920000.00", "out_of_area_share": "0.18", "outside_share": "0.04",
                    "last_inpatient": "1333333333.33", "last_dip": "1020000000.00", "growth": "0.06",
                    "document": "测算报告",
                }
            ]
        }
    )  # fmt: skip

    inpatient: Yuan = Field(description=f"当年住院基金。{YUAN_NOTE}")
    out_of_area_share: Rate = Field(description="异地就医占住院基金的比例")
    outside_share: Rate = Field(description="不实行DIP的部分占住院基金的比例")
    last_inpatient: Yuan = Field(description=f"上年住院基金。{YUAN_NOTE}")
    last_dip: Yuan = Field(description=f"上年DIP总额。{YUAN_NOTE}")
    growth: Rate = Field(description="DIP总额的增长率")
    document: Line = Field(min_length=1, description="数据来源")


class PlanOut(Answer):
    """一年收支预算的一版。"""

    pool: str
    year: int
    version: int
    income: str = Field(description=f"收入预算。{YUAN_NOTE}")
    ceiling: str = Field(description=f"可安排的支出上限。{YUAN_NOTE}")
    base: str = Field(description=f"上年决算支出。{YUAN_NOTE}")
    cap: str = Field(description=f"按支出增速上限的最高支出；没有上限时为0。{YUAN_NOTE}")
    growth: str = Field(description="各因素合计的增幅")
    funds: list[PlanFundOut] = Field(description="五项基金，合计恰为total")
    total: str = Field(description=f"预算总额。{YUAN_NOTE}")
    out_of_area: str = Field(description=f"住院中的异地就医。{YUAN_NOTE}")
    local_fund: str = Field(description=f"本地住院基金。{YUAN_NOTE}")
    months: list[str] = Field(description=f"十二个月的本地住院基金，合计恰为local_fund。{YUAN_NOTE}")
    state: str = Field(
        description="draft 草案 · approved 已批准 · executing 执行中 · adjusted 已调整 · closed 已关闭"
    )
    decision_no: str = Field(description="决定文号；未批准时为空")
    drafted_by: str = Field(description="编制人")
    adjustment_id: str = Field(description="产生这一版的预算调整；编制的为空")
    policy_digest: str


class PlanStepOut(Answer):
    """年度的一步。"""

    event: str = Field(description="draft · approve · execute · adjust · close")
    source: str = Field(description="之前的状态")
    target: str = Field(description="之后的状态")
    version: int
    subject: str = Field(description="办理人")
    decision_no: str
    note: str


class PlanDetail(PlanOut):
    """一版收支预算，附计算底稿和年度经过。"""

    worksheet: WorksheetOut
    steps: list[PlanStepOut]


class PlanVersions(Answer):
    """一年的全部版本，新的在前。"""

    items: list[PlanOut]


class PoolFundOut(Answer):
    """现行版本的一项基金。"""

    fund_code: str = Field(description="基金的代号")
    amount: str = Field(description=f"金额。{YUAN_NOTE}")
    version: int
    decision_no: str


class DipTotalOut(Answer):
    """一种方法的DIP总额。"""

    method: str = Field(description="by_items · by_ratio · by_growth")
    label: str
    total: str = Field(description=f"总额。{YUAN_NOTE}")


class DipTotalsOut(Answer):
    """三种方法并列。"""

    totals: list[DipTotalOut]
    spread: str = Field(description=f"最高与最低相差。{YUAN_NOTE}")
    spread_share: str = Field(description="相差占最高的比例")
    worksheet: WorksheetOut


def plan_out(found: Any) -> PlanOut:
    """A version of a plan as JSON."""
    return PlanOut.model_construct(
        pool=found.pool,
        year=found.year,
        version=found.version,
        income=fen_to_yuan(found.income_fen),
        ceiling=fen_to_yuan(found.ceiling_fen),
        base=fen_to_yuan(found.base_fen),
        cap=fen_to_yuan(found.cap_fen),
        growth=found.growth.value,
        funds=funds_out(found.funds),
        total=fen_to_yuan(found.total_fen),
        out_of_area=fen_to_yuan(found.out_of_area_fen),
        local_fund=fen_to_yuan(found.local_fen),
        months=[fen_to_yuan(fen) for fen in found.months_fen],
        state=STATES[found.state],
        decision_no=found.decision_no,
        drafted_by=found.drafted_by,
        adjustment_id=found.adjustment_id,
        policy_digest=found.policy_digest,
    )


@router.put("/budget/plans/{pool}/{year}", summary="编制收支预算")
async def draft_plan(body: PlanIn, caller: Writer, pool: PoolPath, year: YearPath) -> PlanOut:
    """以收定支：批准前可重编，每编一次版本加一；支出超过收入的不能编制。"""
    caller.require_bureau()
    request = pb.DraftPlanRequest(
        request_id=caller.request_id,
        pool=pool,
        year=year,
        income_fen=yuan_to_fen(body.income, "income"),
        income_document=body.income_document,
        settled=[
            pb.SettledFund(
                fund=item.fund_code, amount_fen=yuan_to_fen(item.amount, "amount"), document=item.document
            )
            for item in body.settled
        ],
        factors=[
            pb.Factor(factor=item.factor, rate=rate_to_pb(item.rate), document=item.document)
            for item in body.factors
        ],
        shifts=[
            pb.Shift(
                source=item.source, target=item.target, document=item.document,
                amount_fen=yuan_to_fen(item.amount, "shifts"),
            )
            for item in body.shifts
        ],
    )  # fmt: skip
    return plan_out((await caller.services.plan.DraftPlan(request)).plan)


@router.post("/budget/plans/{pool}/{year}/approve", summary="批准收支预算")
async def approve_plan(body: PlanApproveIn, caller: Writer, pool: PoolPath, year: YearPath) -> PlanOut:
    """批准后，五项基金和各月额度才可使用；由编制人以外的人办理。"""
    caller.require_bureau()
    request = pb.ApprovePlanRequest(
        request_id=caller.request_id, pool=pool, year=year, version=body.version, decision_no=body.decision_no
    )
    return plan_out((await caller.services.plan.ApprovePlan(request)).plan)


@router.post("/budget/plans/{pool}/{year}/steps", summary="下达执行或关闭年度")
async def move_year(body: PlanStepIn, caller: Writer, pool: PoolPath, year: YearPath) -> PlanOut:
    """关闭须十二个月已报送、决算已批准，且决算所列原因与计算结果一致。"""
    caller.require_bureau()
    request = pb.MoveYearRequest(
        request_id=caller.request_id, pool=pool, year=year, event=body.event, decision_no=body.decision_no,
        note=body.note,
    )  # fmt: skip
    return plan_out((await caller.services.plan.MoveYear(request)).plan)


@router.get("/budget/plans/{pool}/{year}", summary="读取收支预算")
async def get_plan(
    caller: Caller,
    pool: PoolPath,
    year: YearPath,
    version: Annotated[int, Query(ge=0, le=1_000_000, description="版本；0为最新")] = 0,
) -> PlanDetail:
    """一版收支预算的五项基金、各月额度、计算底稿和年度经过。"""
    caller.require_bureau()
    answer = await caller.services.plan.GetPlan(pb.GetPlanRequest(pool=pool, year=year, version=version))
    steps = [
        PlanStepOut.model_construct(
            event=step.event, source=STATES[step.source], target=STATES[step.target], version=step.version,
            subject=step.subject, decision_no=step.decision_no, note=step.note,
        )
        for step in answer.steps
    ]  # fmt: skip
    return PlanDetail.model_construct(
        **dict(plan_out(answer.plan)), worksheet=worksheet_out(answer.worksheet), steps=steps
    )


@router.get("/budget/plans/{pool}/{year}/versions", summary="查询收支预算的全部版本")
async def list_plans(caller: Caller, pool: PoolPath, year: YearPath) -> PlanVersions:
    """每一版都保留，新的在前。"""
    caller.require_bureau()
    answer = await caller.services.plan.ListPlans(pb.ListPlansRequest(pool=pool, year=year))
    return PlanVersions.model_construct(items=[plan_out(item) for item in answer.plans])


@router.get("/budget/plans/{pool}/{year}/funds/{fund}", summary="读取一项基金")
async def get_fund(caller: Caller, pool: PoolPath, year: YearPath, fund: FundPath) -> PoolFundOut:
    """现行版本的一项基金；没有已批准的收支预算时拒绝。"""
    caller.require_bureau()
    answer = await caller.services.plan.GetPoolFund(pb.GetPoolFundRequest(pool=pool, year=year, fund=fund))
    return PoolFundOut.model_construct(
        fund_code=fund,
        amount=fen_to_yuan(answer.fund_fen),
        version=answer.version,
        decision_no=answer.decision_no,
    )


@router.post("/budget/plans/{pool}/{year}/dip-totals", summary="比较DIP总额的三种方法")
async def compare_totals(body: DipTotalsIn, caller: Caller, pool: PoolPath, year: YearPath) -> DipTotalsOut:
    """按支出项目、按比例、按增长率并列；只测算，不保存。"""
    caller.require_bureau()
    answer = await caller.services.plan.CompareTotals(
        pb.CompareTotalsRequest(
            pool=pool,
            year=year,
            inpatient_fen=yuan_to_fen(body.inpatient, "inpatient"),
            out_of_area_share=rate_to_pb(body.out_of_area_share),
            outside_share=rate_to_pb(body.outside_share),
            last_inpatient_fen=yuan_to_fen(body.last_inpatient, "last_inpatient"),
            last_dip_fen=yuan_to_fen(body.last_dip, "last_dip"),
            growth=rate_to_pb(body.growth),
            document=body.document,
        )
    )
    return DipTotalsOut.model_construct(
        totals=[
            DipTotalOut.model_construct(
                method=item.method, label=item.label, total=fen_to_yuan(item.total_fen)
            )
            for item in answer.totals
        ],
        spread=fen_to_yuan(answer.spread_fen),
        spread_share=answer.spread_share.value,
        worksheet=worksheet_out(answer.worksheet),
    )
