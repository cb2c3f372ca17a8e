"""Capitation 门诊按人头包干 over HTTP: catchments, attributions, heads and quotas."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field

from chspay.capitation.v1 import capitation_pb2 as pb
from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_gateway.rest.answers import WorksheetOut, points_text, worksheet_out
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import (
    YUAN_NOTE,
    Answer,
    Code,
    Day,
    Line,
    PageSize,
    PageToken,
    Region,
    Strict,
    Yuan,
)
from chspay_gateway.session import Caller, Writer
from chspay_kit.convert import date_to_pb

router = APIRouter(prefix="/api/v1", tags=["按人头包干"])
PoolPath = Annotated[Region, Path(description="统筹区代码")]
AttributionId = Annotated[Code, Path(description="归属计算编号")]
_ENTRY_NOTE = (
    "institution 医疗机构 · region 地区（6、9或12位）· university 高校 · employer 用人单位 · lead 牵头医院"
)
_STATES = {
    pb.ATTRIBUTION_STATE_RUNNING: "running",
    pb.ATTRIBUTION_STATE_DONE: "done",
    pb.ATTRIBUTION_STATE_FAILED: "failed",
}


class EntryIn(Strict):
    """一个服务对象自某日起归哪个医共体。"""

    kind: Literal["institution", "region", "university", "employer", "lead"] = Field(description=_ENTRY_NOTE)
    code: Code = Field(min_length=1, description="代码")
    community: Code = Field(min_length=1, description="医共体代码")
    since: Day = Field(description="自何日起")
    until: Day | None = Field(None, description="到何日为止，当日不含；不填为长期")


class CatchmentIn(Strict):
    """一个统筹区的服务区划，整份给出；先前的版本保留。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "document": "演示市联席〔2025〕6号",
                    "entries": [
                        {"kind": "institution", "code": "H1", "community": "C1", "since": "2020-01-01"},
                        {"kind": "lead", "code": "H1", "community": "C1", "since": "2020-01-01"},
                        {"kind": "region", "code": "990102", "community": "C2", "since": "2020-01-01"},
                    ],
                }
            ]
        }
    )

    document: Line = Field(min_length=1, description="依据的文件")
    entries: Annotated[list[EntryIn], Field(min_length=1, max_length=200_000)]


class EntryOut(Answer):
    """服务区划的一行。"""

    kind: str = Field(description=_ENTRY_NOTE)
    code: str
    community: str
    since: str | None
    until: str | None = Field(description="当日不含；空为长期")


class CatchmentOut(Answer):
    """一版服务区划。"""

    pool: str
    version: int
    document: str
    digest: str
    entries: list[EntryOut]


class SumIn(Strict):
    """一个险种的包干总额。"""

    insurance_type: Code = Field(min_length=3, max_length=3, description="险种代码，如 310、390")
    budget: Yuan = Field(description=f"包干总额。{YUAN_NOTE}")


class AttributionIn(Strict):
    """一份名册在一段期间的归属与额度。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pool": "990100", "since": "2026-01-01", "until": "2027-01-01"}]}
    )

    pool: Region = Field(description="统筹区代码")
    since: Day = Field(description="期间第一天；政策按这一天查找")
    until: Day = Field(description="期间截止，当日不含；应在同一年内")
    budgets: list[SumIn] = Field([], description="仅当政策规定总额另行确定时给出")
    last_year: list[SumIn] = Field([], description="上年总额，用于核对增幅上限")


class SumOut(Answer):
    """一个险种的包干总额。"""

    insurance_type: str
    budget: str = Field(description=f"包干总额。{YUAN_NOTE}")


class AttributionOut(Answer):
    """一次归属计算。"""

    attribution_id: str
    pool: str
    roster_id: str
    catchment_version: int
    since: str | None
    until: str | None
    state: str = Field(description="running 计算中 · done 完成 · failed 未成功")
    pieces: int = Field(description="名册分成几块")
    pieces_done: int = Field(description="已归属几块")
    failure_reason: str
    failure_message: str
    policy_digest: str
    digest: str = Field(description="人头与额度的SM3指纹，完成后才有")
    budgets: list[SumOut]


class AttributionDetail(AttributionOut):
    """一次归属计算，及总额的计算底稿。"""

    worksheet: WorksheetOut


class AttributionPage(Answer):
    """一页归属计算。"""

    items: list[AttributionOut]
    next_page_token: str


class QuotaOut(Answer):
    """一个医共体一个险种的人头与额度。"""

    community: str
    insurance_type: str
    valid_days: int = Field(description="有效人日")
    removed_days: int = Field(description="作为无效人头剔除的人日")
    stays: int = Field(description="归属段数")
    quota: str = Field(description=f"额度。{YUAN_NOTE}")


class QuotaList(Answer):
    """各医共体的人头与额度。"""

    items: list[QuotaOut]


class StayOut(Answer):
    """一个人在一个医共体的一段。"""

    community: str
    since: str | None
    until: str | None = Field(description="当日不含")
    insurance_type: str
    removed: bool = Field(description="是否作为无效人头剔除")
    risk_factor: str | None
    quota: str = Field(description=f"这一段的额度。{YUAN_NOTE}")


class PersonOut(Answer):
    """一个人归属哪里、为什么、带走多少额度。"""

    stays: list[StayOut]
    worksheets: list[WorksheetOut]


@router.put("/catchments/{pool}", summary="登记服务区划")
async def put_catchment(body: CatchmentIn, caller: Writer, pool: PoolPath) -> CatchmentOut:
    """医疗机构、高校、用人单位一天只能归一个医共体；地区可以有几个，由政策的方法确定。"""
    caller.require_bureau()
    request = pb.PutCatchmentRequest(request_id=caller.request_id, pool=pool, document=body.document)
    for entry in body.entries:
        added = request.entries.add(
            kind=entry.kind, code=entry.code, community=entry.community, since=date_to_pb(entry.since)
        )
        if entry.until is not None:
            added.until.CopyFrom(date_to_pb(entry.until))
    return catchment_out((await caller.services.capitation.PutCatchment(request)).catchment)


@router.get("/catchments/{pool}", summary="读取服务区划")
async def get_catchment(
    caller: Caller,
    pool: PoolPath,
    version: Annotated[int, Query(ge=0, le=1_000_000, description="0为最新")] = 0,
) -> CatchmentOut:
    """一版服务区划。"""
    caller.require_bureau()
    request = pb.GetCatchmentRequest(pool=pool, version=version)
    return catchment_out((await caller.services.capitation.GetCatchment(request)).catchment)


@router.post("/rosters/{roster_id}/attributions", summary="计算归属与额度", status_code=202)
async def start_attribution(
    body: AttributionIn, caller: Writer, roster_id: Annotated[Code, Path(description="名册编号")]
) -> AttributionOut:
    """在后台进行，中断后自动续做。各险种额度之和等于总额，不差一分。"""
    caller.require_bureau()
    request = pb.StartAttributionRequest(
        request_id=caller.request_id,
        pool=body.pool,
        roster_id=roster_id,
        since=date_to_pb(body.since),
        until=date_to_pb(body.until),
        budgets=_sums(body.budgets),
        last_year=_sums(body.last_year),
    )
    return attribution_out((await caller.services.capitation.StartAttribution(request)).attribution)


@router.get("/attributions/{attribution_id}", summary="读取归属计算")
async def get_attribution(caller: Caller, attribution_id: AttributionId) -> AttributionDetail:
    """进度、总额及其底稿。"""
    caller.require_bureau()
    answer = await caller.services.capitation.GetAttribution(
        pb.GetAttributionRequest(attribution_id=attribution_id)
    )
    return AttributionDetail.model_construct(
        **dict(attribution_out(answer.attribution)), worksheet=worksheet_out(answer.worksheet)
    )


@router.get("/attributions", summary="查询归属计算")
async def list_attributions(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> AttributionPage:
    """权限范围内的归属计算。"""
    caller.require_bureau()
    answer = await caller.services.capitation.ListAttributions(
        pb.ListAttributionsRequest(page_size=page_size, page_token=page_token)
    )
    return AttributionPage.model_construct(
        items=[attribution_out(item) for item in answer.attributions], next_page_token=answer.next_page_token
    )


@router.get("/attributions/{attribution_id}/quotas", summary="各医共体的人头与额度")
async def list_quotas(caller: Caller, attribution_id: AttributionId) -> QuotaList:
    """按医共体和险种。"""
    caller.require_bureau()
    answer = await caller.services.capitation.ListQuotas(pb.ListQuotasRequest(attribution_id=attribution_id))
    names = ("community", "insurance_type", "valid_days", "removed_days", "stays")
    return QuotaList.model_construct(
        items=[
            QuotaOut.model_construct(
                **{name: getattr(row, name) for name in names}, quota=fen_to_yuan(row.quota_fen)
            )
            for row in answer.quotas
        ]
    )


@router.get("/attributions/{attribution_id}/persons/{person_key}", summary="一个人归属哪里、为什么")
async def explain_person(
    caller: Caller, attribution_id: AttributionId, person_key: Annotated[Code, Path(description="人员标识")]
) -> PersonOut:
    """每一段的医共体、依据的步骤和带走的额度。"""
    caller.require_bureau()
    answer = await caller.services.capitation.ExplainPerson(
        pb.ExplainPersonRequest(attribution_id=attribution_id, person_key=person_key)
    )
    stays = [
        StayOut.model_construct(
            community=stay.community,
            since=day_text(stay.since),
            until=day_text(stay.until),
            insurance_type=stay.insurance_type,
            removed=stay.removed,
            risk_factor=points_text(stay.risk_factor),
            quota=fen_to_yuan(stay.quota_fen),
        )
        for stay in answer.stays
    ]
    return PersonOut.model_construct(
        stays=stays, worksheets=[worksheet_out(sheet) for sheet in answer.worksheets]
    )


def _sums(given: list[SumIn]) -> list[pb.InsuranceBudget]:
    return [
        pb.InsuranceBudget(insurance_type=item.insurance_type, budget_fen=yuan_to_fen(item.budget, "budget"))
        for item in given
    ]


def catchment_out(item: pb.Catchment) -> CatchmentOut:
    """A version of a catchment as JSON."""
    entries = [
        EntryOut.model_construct(
            kind=entry.kind,
            code=entry.code,
            community=entry.community,
            since=day_text(entry.since),
            until=day_text(entry.until) if entry.HasField("until") else None,
        )
        for entry in item.entries
    ]
    return CatchmentOut.model_construct(
        pool=item.pool, version=item.version, document=item.document, digest=item.digest, entries=entries
    )


_PLAIN = (
    "attribution_id", "pool", "roster_id", "catchment_version", "failure_reason",
    "failure_message", "policy_digest", "digest",
)  # fmt: skip


def attribution_out(item: pb.Attribution) -> AttributionOut:
    """An attribution as JSON."""
    return AttributionOut.model_construct(
        **{name: getattr(item, name) for name in _PLAIN},
        since=day_text(item.since),
        until=day_text(item.until),
        state=_STATES[item.state],
        pieces=item.total,
        pieces_done=item.done,
        budgets=[
            SumOut(insurance_type=each.insurance_type, budget=fen_to_yuan(each.budget_fen))
            for each in item.budgets
        ],
    )
