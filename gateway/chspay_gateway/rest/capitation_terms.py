"""What a head is worth and what for, and catchments drawn from the registry, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.capitation import CatchmentOut, catchment_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, Line, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
PoolPath = Annotated[Region, Path(description="统筹区代码")]


class OtherIn(Strict):
    """医疗机构以外的一个服务对象自某日起归哪个医共体。"""

    kind: Literal["region", "university", "employer"] = Field(description="地区 · 高校 · 用人单位")
    code: Code = Field(min_length=1, description="代码")
    community: Code = Field(min_length=1, description="医共体代码，应已有登记的成员机构")
    since: Day = Field(description="自何日起")
    until: Day | None = Field(None, description="到何日为止，当日不含；不填为长期")


class DrawIn(Strict):
    """由定点机构登记生成一版服务区划。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "document": "演示市联席〔2025〕8号",
                    "entries": [
                        {"kind": "region", "code": "990101", "community": "C1", "since": "2020-01-01"}
                    ],
                }
            ]
        }
    )

    document: Line = Field(min_length=1, description="依据的文件")
    entries: list[OtherIn] = Field([], max_length=200_000, description="不填时沿用上一版的这几类")


class DrawnOut(Answer):
    """生成的服务区划，机构和牵头医院取自登记。"""

    catchment: CatchmentOut
    registry_version: int = Field(description="取自登记的哪一版")
    institutions: int
    leads: int
    others: int


class ServiceOut(Answer):
    """一类服务。"""

    service: str
    name: str
    capitated: bool = Field(description="费用是否计入包干")


class RateOut(Answer):
    """一个险种的支付标准。"""

    insurance_type: str
    rate: str = Field(description=f"每人每年。{YUAN_NOTE}")


class CauseOut(Answer):
    """一项剔除原因及所需证明。"""

    cause: str
    name: str
    proof: str


class SourceOut(Answer):
    """一项规则出自哪里。"""

    key: str
    label: str
    since: str | None
    citation: str
    evidence: str


class TermsOut(Answer):
    """包干服务范围、支付标准、剔除原因和方法，各有依据。"""

    services: list[ServiceOut]
    rates: list[RateOut]
    causes: list[CauseOut]
    budget_method: str
    settlement_method: str
    risk_method: str
    sources: list[SourceOut]
    policy_digest: str


@router.put("/catchments/{pool}/drawn", summary="由定点机构登记生成服务区划")
async def draw_catchment(body: DrawIn, caller: Writer, pool: PoolPath) -> DrawnOut:
    """机构属于哪个医共体、谁牵头、自何日起，都取自登记；与登记矛盾的拒绝，先前的版本保留。"""
    caller.require_bureau()
    request = pb.DrawCatchmentRequest(request_id=caller.request_id, pool=pool, document=body.document)
    for entry in body.entries:
        added = request.entries.add(
            kind=entry.kind, code=entry.code, community=entry.community, since=date_to_pb(entry.since)
        )
        if entry.until is not None:
            added.until.CopyFrom(date_to_pb(entry.until))
    answer = await caller.services.capitation.DrawCatchment(request)
    return DrawnOut.model_construct(
        catchment=catchment_out(answer.catchment),
        registry_version=answer.catchment.registry_version,
        institutions=answer.institutions,
        leads=answer.leads,
        others=answer.others,
    )


@router.get("/capitation-terms/{pool}", summary="包干服务范围与支付标准")
async def get_terms(
    caller: Caller, pool: PoolPath, on: Annotated[Day, Query(description="按哪一天")]
) -> TermsOut:
    """哪些服务计入包干、每人每年多少、哪些外流费用可以剔除，以及各出自哪个文件哪一条。"""
    caller.require_bureau()
    answer = await caller.services.capitation.GetTerms(pb.GetTermsRequest(pool=pool, on=date_to_pb(on)))
    return TermsOut(
        services=[
            ServiceOut(service=item.service, name=item.name, capitated=item.capitated)
            for item in answer.services
        ],
        rates=[
            RateOut(insurance_type=item.insurance_type, rate=fen_to_yuan(item.rate_fen))
            for item in answer.rates
        ],
        causes=[CauseOut(cause=item.cause, name=item.name, proof=item.proof) for item in answer.causes],
        budget_method=answer.budget_method,
        settlement_method=answer.settlement_method,
        risk_method=answer.risk_method,
        sources=[
            SourceOut(
                key=item.key,
                label=item.label,
                since=day_text(item.since),
                citation=item.citation,
                evidence=item.evidence,
            )
            for item in answer.sources
        ],
        policy_digest=answer.policy_digest,
    )
