"""Why a year differs from its budget, over HTTP: computed causes beside those of the final accounts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from chspay.budget.v1 import plan_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, worksheet_out
from chspay_gateway.rest.plans import PoolPath, YearPath
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, Strict, Yuan
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["收支预算"])


class CauseGroupIn(Strict):
    """一个病组的预算和实际。"""

    group: Code = Field(min_length=1, description="病组")
    planned_cases: Annotated[int, Field(ge=0, le=10**9, description="预算例数")]
    planned: Yuan = Field(description=f"预算费用。{YUAN_NOTE}")
    actual_cases: Annotated[int, Field(ge=0, le=10**9, description="实际例数")]
    actual: Yuan = Field(description=f"据实基金费用，追回前。{YUAN_NOTE}")


class PolicyEffectIn(Strict):
    """一项政策类调整的实际影响。"""

    adjustment_id: Code = Field(min_length=1, description="预算调整编号")
    amount: Yuan = Field(description=f"实际影响。{YUAN_NOTE}")
    document: Line = Field(min_length=1, description="依据的文件")


class GapCausesIn(Strict):
    """计算决算差额的原因：服务量、病例组合、价格、政策、违规，合计恰等于差额。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "groups": [
                        {
                            "group": "FR19", "planned_cases": 50000, "planned": "900000000.00",
                            "actual_cases": 52000, "actual": "950000000.00",
                        },
                        {
                            "group": "GB29", "planned_cases": 20000, "planned": "475000000.00",
                            "actual_cases": 21500, "actual": "470000000.00",
                        },
                    ],
                    "recovered": "1200000.00",
                    "recovered_document": "追回基金清册",
                    "document": "运行分析报告",
                }
            ]
        }
    )  # fmt: skip

    groups: list[CauseGroupIn] = Field(max_length=20000, description="各病组的预算和实际")
    recovered: Yuan = Field("0.00", description=f"追回的违规费用。{YUAN_NOTE}")
    recovered_document: Line = Field("", description="追回的依据；有追回时必填")
    policy_effects: list[PolicyEffectIn] = Field(
        default_factory=list, max_length=200, description="政策类调整的实际影响；没有列出的按决定的金额计"
    )
    document: Line = Field(min_length=1, description="依据的分析报告")


class GapCauseOut(Answer):
    """一项原因。"""

    cause: str = Field(
        description="volume 服务量 · case_mix 病例组合 · price 价格 · policy 政策 · misconduct 违规"
    )
    against_first: str = Field(description=f"相对首次批准预算的影响。{YUAN_NOTE}")
    amount: str = Field(description=f"相对现行预算的影响，决算应照此填写。{YUAN_NOTE}")
    drafted: str = Field(description=f"最新决算所列的金额。{YUAN_NOTE}")


class GapCausesOut(Answer):
    """差额的原因，合计恰等于据实费用减预算。"""

    version: int = Field(description="第几次计算")
    budget_version: int
    first_budget: str = Field(description=f"首次批准的本地住院预算。{YUAN_NOTE}")
    budget: str = Field(description=f"现行的本地住院预算。{YUAN_NOTE}")
    actual: str = Field(description=f"据实基金费用，追回后。{YUAN_NOTE}")
    gap: str = Field(description=f"据实费用减现行预算。{YUAN_NOTE}")
    causes: list[GapCauseOut]
    accounts_version: int = Field(description="所比较的决算版本；没有决算为0")
    accounts_agree: bool = Field(description="决算所列原因是否与计算一致")
    document: str
    worksheet: WorksheetOut


def causes_out(answer: Any) -> GapCausesOut:
    """Computed causes as JSON."""
    found = answer.attribution
    return GapCausesOut.model_construct(
        version=found.version,
        budget_version=found.budget_version,
        first_budget=fen_to_yuan(found.first_budget_fen),
        budget=fen_to_yuan(found.budget_fen),
        actual=fen_to_yuan(found.actual_fen),
        gap=fen_to_yuan(found.actual_fen - found.budget_fen),
        causes=[
            GapCauseOut.model_construct(
                cause=item.cause, against_first=fen_to_yuan(item.against_first_fen),
                amount=fen_to_yuan(item.amount_fen), drafted=fen_to_yuan(item.drafted_fen),
            )
            for item in found.causes
        ],
        accounts_version=found.accounts_version,
        accounts_agree=found.accounts_agree,
        document=found.document,
        worksheet=worksheet_out(answer.worksheet),
    )  # fmt: skip


@router.put("/budget/plans/{pool}/{year}/causes", summary="计算决算差额的原因")
async def attribute_causes(body: GapCausesIn, caller: Writer, pool: PoolPath, year: YearPath) -> GapCausesOut:
    """各因素在所有变动次序下影响的平均值（Shapley值），次序不影响结果；合计恰等于差额。"""
    caller.require_bureau()
    request = pb.AttributeCausesRequest(
        request_id=caller.request_id,
        pool=pool,
        year=year,
        groups=[
            pb.GroupCost(
                group=item.group, planned_cases=item.planned_cases, actual_cases=item.actual_cases,
                planned_fen=yuan_to_fen(item.planned, "planned"),
                actual_fen=yuan_to_fen(item.actual, "actual"),
            )
            for item in body.groups
        ],
        recovered_fen=yuan_to_fen(body.recovered, "recovered"),
        recovered_document=body.recovered_document,
        policy_effects=[
            pb.PolicyEffect(
                adjustment_id=item.adjustment_id, amount_fen=yuan_to_fen(item.amount, "policy_effects"),
                document=item.document,
            )
            for item in body.policy_effects
        ],
        document=body.document,
    )  # fmt: skip
    return causes_out(await caller.services.plan.AttributeCauses(request))


@router.get("/budget/plans/{pool}/{year}/causes", summary="读取决算差额的原因")
async def get_causes(caller: Caller, pool: PoolPath, year: YearPath) -> GapCausesOut:
    """最近一次计算的结果，与最新决算并列。"""
    caller.require_bureau()
    return causes_out(await caller.services.plan.GetCauses(pb.GetCausesRequest(pool=pool, year=year)))
