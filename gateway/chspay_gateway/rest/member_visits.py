"""Members' visits over HTTP: charged, exempted with proof, looked at by the lead hospital."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import visits_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.imports import spool
from chspay_gateway.rest.rosters import FILE_BODY, MAX_PART
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Line, PageSize, PageToken, Strict
from chspay_gateway.session import Caller, Writer

PATH = "/api/v1/member-visits"

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
AttributionId = Annotated[Code, Path(description="归属计算编号")]
Community = Annotated[Code, Path(description="医共体代码")]


class TakenOut(Answer):
    """一份就诊文件的去向，各有多少人次。"""

    inside: int = Field(description="医共体内")
    outside: int = Field(description="医共体外")
    not_capitated: int = Field(description="不在包干服务范围")
    not_member: int = Field(description="当日不属于本统筹区任何医共体")


class ExemptionIn(Strict):
    """剔除一次外部就诊的费用。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"visit_id": "V2", "cause": "migration", "proof": "居住证2026-17"}]}
    )

    visit_id: Code = Field(min_length=1)
    cause: Code = Field(min_length=1, description="政策规定的原因代码")
    proof: Line = Field(min_length=1, description="证明文件")


class VisitOut(Answer):
    """一次就诊。"""

    visit_id: str
    person_key: str
    institution: str
    day: str | None
    insurance_type: str
    service: str
    fund: str = Field(description=f"基金列支费用。{YUAN_NOTE}")
    community: str
    side: str = Field(description="inside 医共体内 · outside 医共体外 · not_capitated 不计入包干")
    cause: str = Field(description="剔除的原因；空为没有剔除")
    proof: str
    struck_by: str = Field(description="牵头医院的疑义成立时的处理文号，该次费用不计入；空为计入")


class VisitPage(Answer):
    """一页就诊。"""

    items: list[VisitOut]
    next_page_token: str


class CostOut(Answer):
    """医共体人员一个险种的费用。"""

    insurance_type: str
    inside: str = Field(description=f"医共体内的费用。{YUAN_NOTE}")
    outside: str = Field(description=f"医共体外的费用。{YUAN_NOTE}")
    exempt: str = Field(description=f"外部费用中剔除的。{YUAN_NOTE}")


class CostList(Answer):
    """各险种的费用，可直接用于结算。"""

    items: list[CostOut]


@router.post("/member-visits", summary="上传医共体人员的就诊", openapi_extra=FILE_BODY)
async def put_visits(
    request: Request,
    caller: Writer,
    attribution_id: Annotated[Code, Query(description="归属计算编号")],
) -> TakenOut:
    """请求体是Parquet、Arrow数据流或UTF-8的CSV，列：visit_id, person_key, institution, day, insurance_type,
    service, fund_fen（分）。有一行错误时一行也不保存。"""
    caller.require_bureau()
    with tempfile.TemporaryDirectory(prefix="chspay-visits-") as folder:
        path = FilePath(folder) / "visits"
        await spool(request, path, MAX_PART)
        content = await asyncio.to_thread(path.read_bytes)
    answer = await caller.services.visits.PutVisits(
        pb.PutVisitsRequest(request_id=caller.request_id, attribution_id=attribution_id, content=content)
    )
    names = ("inside", "outside", "not_capitated", "not_member")
    return TakenOut(**{name: getattr(answer, name) for name in names})


@router.post("/attributions/{attribution_id}/exemptions", summary="剔除一次外部就诊的费用", status_code=201)
async def put_exemption(body: ExemptionIn, caller: Writer, attribution_id: AttributionId) -> VisitOut:
    """须有政策规定的原因和证明。"""
    caller.require_bureau()
    answer = await caller.services.visits.PutExemption(
        pb.PutExemptionRequest(
            request_id=caller.request_id, attribution_id=attribution_id, **body.model_dump()
        )
    )
    return _out(answer.visit)


@router.get("/attributions/{attribution_id}/communities/{community}/visits", summary="医共体人员的就诊明细")
async def list_visits(
    caller: Caller,
    attribution_id: AttributionId,
    community: Community,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> VisitPage:
    """牵头医院核对由它包干的人员的费用；医疗机构密钥只看到本机构牵头的医共体。"""
    answer = await caller.services.visits.ListMemberVisits(
        pb.ListMemberVisitsRequest(
            attribution_id=attribution_id, community=community, page_size=page_size, page_token=page_token
        )
    )
    return VisitPage.model_construct(
        items=[_out(item) for item in answer.visits], next_page_token=answer.next_page_token
    )


@router.get("/attributions/{attribution_id}/communities/{community}/costs", summary="医共体人员的费用合计")
async def get_costs(caller: Caller, attribution_id: AttributionId, community: Community) -> CostList:
    """各险种在内、在外、剔除的费用。"""
    answer = await caller.services.visits.GetMemberCosts(
        pb.GetMemberCostsRequest(attribution_id=attribution_id, community=community)
    )
    return CostList(
        items=[
            CostOut(
                insurance_type=cost.insurance_type,
                inside=fen_to_yuan(cost.inside_fen),
                outside=fen_to_yuan(cost.outside_fen),
                exempt=fen_to_yuan(cost.exempt_fen),
            )
            for cost in answer.costs
        ]
    )


_PLAIN = (
    "visit_id", "person_key", "institution", "insurance_type", "service", "community", "side", "cause",
    "proof", "struck_by",
)  # fmt: skip


def _out(item: pb.MemberVisit) -> VisitOut:
    return VisitOut.model_construct(
        **{name: getattr(item, name) for name in _PLAIN},
        day=day_text(item.day),
        fund=fen_to_yuan(item.fund_fen),
    )
