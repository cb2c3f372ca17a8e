"""A running year over HTTP: months and growth alarms, and adjustments."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field

from chspay.budget.v1 import plan_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.plan_types import PlanFundIn, PlanFundOut, funds_out, funds_to_pb
from chspay_gateway.rest.plans import PlanOut, PoolPath, YearPath, plan_out
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, MonthNo, Strict, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["收支预算"])
AdjustmentPath = Annotated[Code, Path(description="预算调整编号")]
_MONTHS = (("inpatient", "110000000.00"), ("outpatient", "42000000.00"), ("per_diem", "3300000.00"),
           ("capitation", "5000000.00"))  # fmt: skip


class PlanMonthIn(Strict):
    """一个月的实际支出，四项基金都要给出。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "spent": [{"fund_code": fund, "amount": yuan} for fund, yuan in _MONTHS],
                    "document": "1月基金报表",
                }
            ]
        }
    )

    spent: list[PlanFundIn] = Field(
        max_length=4, description="住院（含异地就医）、门诊、床日、人头包干的实际支出"
    )
    document: Line = Field(min_length=1, description="依据的报表或文件")


class PlanAdjustIn(Strict):
    """申请调整当年预算；只限政策列出的客观原因。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cause": "outbreak",
                    "changes": [
                        {"fund_code": "inpatient", "amount": "9000000.00"},
                        {"fund_code": "reserve", "amount": "-9000000.00"},
                    ],
                    "from_month": 4,
                    "evidence": "疾控中心通报",
                    "note": "流感高发",
                }
            ]
        }
    )

    cause: Code = Field(description="政策 budget.adjust_causes 列出的原因")
    changes: list[PlanFundIn] = Field(max_length=5, description="各项基金的增减，没有列出的不变")
    out_of_area_change: Yuan = Field("0.00", description=f"住院增减中的异地就医部分。{YUAN_NOTE}")
    income_change: Yuan = Field("0.00", description=f"收入预算的增减。{YUAN_NOTE}")
    from_month: Annotated[int, Field(ge=1, le=12, description="自几月起调整；已报送的月份不变")]
    evidence: Line = Field(min_length=1, description="证明文件")
    note: Line = Field("", description="说明")


class PlanDecideIn(Strict):
    """对一项申请作出决定；须由申请人以外的人办理。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"approve": True, "decision_no": "联席〔2040〕4号"}]}
    )

    approve: bool = Field(description="true 批准 · false 不批准")
    decision_no: Line = Field(min_length=1, description="决定文号")


class GrowthAlarmOut(Answer):
    """一次增速预警。"""

    month: int = Field(description="预警时已知的最后一个月")
    kind: str = Field(description="run_rate 推算全年 · next_month 推算下月")
    level: str = Field(description="级别")
    name: str = Field(description="级别的名称")
    projected: str = Field(description=f"推算的支出。{YUAN_NOTE}")
    limit: str = Field(description=f"界限。{YUAN_NOTE}")
    message: str = Field(description="原因")
    evidence: list[str] = Field(description="所依据的各月报表")
    worksheet: WorksheetOut


class PlanMonthOut(Answer):
    """一个月的实际支出。"""

    month: int
    spent: str = Field(description=f"四项合计。{YUAN_NOTE}")
    funds: list[PlanFundOut]
    document: str


class PlanGrowthOut(Answer):
    """一年的支出进度。"""

    pool: str
    year: int
    month: int = Field(description="已知的最后一个月")
    base: str = Field(description=f"上年决算支出。{YUAN_NOTE}")
    cap: str = Field(description=f"增速上限对应的全年支出。{YUAN_NOTE}")
    spent: str = Field(description=f"累计支出。{YUAN_NOTE}")
    projected: str = Field(description=f"推算全年支出。{YUAN_NOTE}")
    projected_growth: str = Field(description="推算全年支出比上年决算的增幅")
    breached: bool = Field(description="是否已经超过上限")
    months: list[PlanMonthOut]
    alarms: list[GrowthAlarmOut]


class PlanAdjustmentOut(Answer):
    """一项预算调整。"""

    adjustment_id: str
    base_version: int = Field(description="所调整的版本")
    cause: str
    changes: list[PlanFundOut]
    out_of_area_change: str = Field(description=f"异地就医的增减。{YUAN_NOTE}")
    income_change: str = Field(description=f"收入预算的增减。{YUAN_NOTE}")
    from_month: int
    evidence: str
    note: str
    requested_by: str
    state: str = Field(description="requested 已申请 · approved 已批准 · refused 未批准")
    decision_no: str
    decided_by: str
    version: int = Field(description="批准后的版本；未批准为0")


class AdjustmentAsked(PlanAdjustmentOut):
    """一项申请，附调整后的底稿。"""

    worksheet: WorksheetOut


class AdjustmentDecided(PlanAdjustmentOut):
    """一项决定，批准的附调整后的预算。"""

    plan: PlanOut | None


class PlanAdjustments(Answer):
    """一年的预算调整。"""

    items: list[PlanAdjustmentOut]


def growth_out(found: Any) -> PlanGrowthOut:
    """A year's spending as JSON."""
    return PlanGrowthOut.model_construct(
        pool=found.pool,
        year=found.year,
        month=found.month,
        base=fen_to_yuan(found.base_fen),
        cap=fen_to_yuan(found.cap_fen),
        spent=fen_to_yuan(found.spent_fen),
        projected=fen_to_yuan(found.projected_fen),
        projected_growth=found.projected_growth.value,
        breached=found.breached,
        months=[
            PlanMonthOut.model_construct(
                month=item.month, spent=fen_to_yuan(item.spent_fen), funds=funds_out(item.funds),
                document=item.document,
            )
            for item in found.months
        ],
        alarms=[
            GrowthAlarmOut.model_construct(
                month=item.month, kind=item.kind, level=item.level, name=item.name,
                projected=fen_to_yuan(item.projected_fen), limit=fen_to_yuan(item.limit_fen),
                message=item.message, evidence=list(item.evidence), worksheet=worksheet_out(item.worksheet),
            )
            for item in found.alarms
        ],
    )  # fmt: skip


def adjustment_fields(found: Any) -> dict[str, Any]:
    """An adjustment as JSON fields."""
    names = (
        "adjustment_id", "base_version", "cause", "from_month", "evidence", "note", "requested_by", "state",
        "decision_no", "decided_by", "version",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in names},
        "changes": funds_out(found.changes),
        "out_of_area_change": fen_to_yuan(found.out_of_area_change_fen),
        "income_change": fen_to_yuan(found.income_change_fen),
    }


@router.put("/budget/plans/{pool}/{year}/months/{month}", summary="报送一个月的实际支出")
async def report_month(
    body: PlanMonthIn, caller: Writer, pool: PoolPath, year: YearPath, month: Annotated[MonthNo, Path()]
) -> PlanGrowthOut:
    """按月依次报送，可以更正；随即推算全年，将超过增速上限的提前预警。"""
    caller.require_bureau()
    answer = await caller.services.plan.ReportMonth(
        pb.ReportMonthRequest(
            request_id=caller.request_id, pool=pool, year=year, month=month, spent=funds_to_pb(body.spent),
            document=body.document,
        )
    )  # fmt: skip
    return growth_out(answer.growth)


@router.get("/budget/plans/{pool}/{year}/growth", summary="查看支出进度和增速预警")
async def get_growth(caller: Caller, pool: PoolPath, year: YearPath) -> PlanGrowthOut:
    """累计支出、推算全年支出，以及已发出的全部预警。"""
    caller.require_bureau()
    answer = await caller.services.plan.GetGrowth(pb.GetGrowthRequest(pool=pool, year=year))
    return growth_out(answer.growth)


@router.post("/budget/plans/{pool}/{year}/adjustments", summary="申请调整当年预算")
async def request_adjustment(
    body: PlanAdjustIn, caller: Writer, pool: PoolPath, year: YearPath
) -> AdjustmentAsked:
    """只限客观原因，须有证明文件；批准前不改变任何额度。"""
    caller.require_bureau()
    answer = await caller.services.plan.RequestAdjustment(
        pb.RequestAdjustmentRequest(
            request_id=caller.request_id,
            pool=pool,
            year=year,
            cause=body.cause,
            changes=funds_to_pb(body.changes),
            out_of_area_change_fen=yuan_to_fen(body.out_of_area_change, "out_of_area_change"),
            income_change_fen=yuan_to_fen(body.income_change, "income_change"),
            from_month=body.from_month,
            evidence=body.evidence,
            note=body.note,
        )
    )
    return AdjustmentAsked.model_construct(
        **adjustment_fields(answer.adjustment), worksheet=worksheet_out(answer.worksheet)
    )


@router.post("/budget/adjustments/{adjustment_id}/decision", summary="决定一项预算调整")
async def decide_adjustment(
    body: PlanDecideIn, caller: Writer, adjustment_id: AdjustmentPath
) -> AdjustmentDecided:
    """批准的产生新的一版：已报送的月份不变，其余月份重新分配。"""
    caller.require_bureau()
    answer = await caller.services.plan.DecideAdjustment(
        pb.DecideAdjustmentRequest(
            request_id=caller.request_id, adjustment_id=adjustment_id, approve=body.approve,
            decision_no=body.decision_no,
        )
    )  # fmt: skip
    plan = plan_out(answer.plan) if answer.HasField("plan") else None
    return AdjustmentDecided.model_construct(**adjustment_fields(answer.adjustment), plan=plan)


@router.get("/budget/plans/{pool}/{year}/adjustments", summary="查询预算调整")
async def list_adjustments(caller: Caller, pool: PoolPath, year: YearPath) -> PlanAdjustments:
    """一年的全部申请和决定，先申请的在前。"""
    caller.require_bureau()
    answer = await caller.services.plan.ListAdjustments(pb.ListAdjustmentsRequest(pool=pool, year=year))
    return PlanAdjustments.model_construct(
        items=[PlanAdjustmentOut.model_construct(**adjustment_fields(item)) for item in answer.adjustments]
    )
