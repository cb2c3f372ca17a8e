"""The registry of designated institutions 定点医药机构 over HTTP: dated, never overwritten."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Path, Query
from pydantic import ConfigDict, Field

from chspay.rulebook.v1 import institutions_pb2 as pb
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.problems import Faults
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Code, Day, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer
from chspay_kit import convert, deadline

PATH = "/api/v1/institutions/import"
#: Largest file, bytes: a hundred thousand lines.
MAX_FILE = 32 * 1024 * 1024

_IMPORT_SECONDS = 120.0
#: Errors told at once.
_MOST_ERRORS = 1000
LINE_REFUSED = Reason(
    "INSTITUTION_LINE_REFUSED", Kind.INVALID, "机构文件{field}：{why}（{value}）没有写入任何一行。"
)

router = APIRouter(prefix="/api/v1", tags=["定点机构"])
KindName = Literal["hospital", "clinic", "pharmacy"]
AgreementName = Literal["active", "suspended", "terminated"]
_KINDS: dict[pb.InstitutionKind, KindName] = {
    pb.INSTITUTION_KIND_HOSPITAL: "hospital",
    pb.INSTITUTION_KIND_CLINIC: "clinic",
    pb.INSTITUTION_KIND_PHARMACY: "pharmacy",
}
_AGREEMENTS: dict[pb.AgreementState, AgreementName] = {
    pb.AGREEMENT_STATE_ACTIVE: "active",
    pb.AGREEMENT_STATE_SUSPENDED: "suspended",
    pb.AGREEMENT_STATE_TERMINATED: "terminated",
}
_ROLES = {
    pb.COMMUNITY_ROLE_UNSPECIFIED: "",
    pb.COMMUNITY_ROLE_LEAD: "lead",
    pb.COMMUNITY_ROLE_MEMBER: "member",
}
_KIND_NOTE = "hospital 医院 · clinic 诊所 · pharmacy 药店"
_AGREEMENT_NOTE = "active 有效 · suspended 暂停 · terminated 解除"


class InstitutionIn(Strict):
    """一家机构自某日起的登记；此前的登记到该日为止。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "演示市第一医院",
                    "kind": "hospital",
                    "level": 3,
                    "pool": "990100",
                    "agreement": "active",
                    "since": "2020-01-01",
                }
            ]
        }
    )

    name: Line = Field(min_length=1, description="名称")
    kind: KindName = Field(description=_KIND_NOTE)
    level: Annotated[int, Field(ge=1, le=9, description="1、2、3 级；9 为未定级，诊所和药店只能是9")] = 9
    pool: Region = Field(description="统筹区代码")
    area: Region | None = Field(None, description="所在县区代码；不填为统筹区本级")
    community: Line = Field("", description="所属医共体；不属于任何医共体不填")
    community_role: Literal["", "lead", "member"] = Field("", description="lead 牵头 · member 成员")
    agreement: AgreementName = Field(description=_AGREEMENT_NOTE)
    since: Day = Field(description="自何日起")
    until: Day | None = Field(None, description="到何日为止，当日不含；不填为长期")


class InstitutionOut(Answer):
    """一家机构在某段日期的登记。"""

    code: str
    name: str
    kind: str = Field(description=_KIND_NOTE)
    level: int
    pool: str
    area: str
    community: str
    community_role: str
    agreement: str = Field(description=_AGREEMENT_NOTE)
    since: str | None
    until: str | None = Field(description="当日不含；空为长期")


class InstitutionPage(Answer):
    """一页机构。"""

    items: list[InstitutionOut]
    next_page_token: str


class RecordedOut(InstitutionOut):
    """一条登记，以及何人何时登记、何时被取代。"""

    recorded_at: str
    recorded_by: str
    superseded_at: str | None


class HistoryOut(Answer):
    """一家机构的全部登记，含已被取代的。"""

    items: list[RecordedOut]


class TakenOut(Answer):
    """整个文件已导入。"""

    written: int
    unchanged: int = Field(description="与已登记的相同，没有改动")


@router.post("/institutions/import", summary="导入机构文件")
async def import_institutions(
    caller: Writer, file: Annotated[bytes, File(description="CSV，UTF-8，第一行为列名")]
) -> TakenOut:
    """整份导入；有一处错误就一行也不写，逐条列出行号、列名和原因。

    列：code,name,kind,level,pool,area,community,community_role,agreement,since,until。
    """
    caller.require_bureau()
    deadline.begin(_IMPORT_SECONDS)
    answer = await caller.services.institutions.ImportInstitutions(
        pb.ImportInstitutionsRequest(request_id=caller.request_id, content=file), timeout=_IMPORT_SECONDS
    )
    if answer.errors:
        raise Faults([_line_fault(item) for item in answer.errors[:_MOST_ERRORS]])
    return TakenOut(written=answer.written, unchanged=answer.unchanged)


def _line_fault(item: pb.RowError) -> Fault:
    return Fault(LINE_REFUSED, field=f"第{item.line}行 {item.field}", value=item.reason, why=item.message)


@router.put("/institutions/{hospital_code}", summary="登记机构")
async def put_institution(
    body: InstitutionIn, caller: Writer, hospital_code: Annotated[Code, Path(description="机构编码")]
) -> InstitutionOut:
    """自某日起的级别、医共体、协议状态；历史一律保留。"""
    caller.require_bureau()
    numbers: dict[str, Any] = {
        "kind": next(number for number, name in _KINDS.items() if name == body.kind),
        "agreement": next(number for number, name in _AGREEMENTS.items() if name == body.agreement),
        "community_role": next(number for number, name in _ROLES.items() if name == body.community_role),
    }
    institution = pb.Institution(
        code=hospital_code,
        name=body.name,
        level=body.level,
        pool=body.pool,
        area=body.area or "",
        community=body.community,
        since=convert.date_to_pb(body.since),
        until=None if body.until is None else convert.date_to_pb(body.until),
        **numbers,
    )
    answer = await caller.services.institutions.PutInstitution(
        pb.PutInstitutionRequest(request_id=caller.request_id, institution=institution)
    )
    return InstitutionOut.model_construct(**_institution(answer.institution))


@router.get("/institutions", summary="查询机构")
async def list_institutions(
    caller: Caller,
    on: Annotated[Day, Query(description="按哪一天")],
    place: Annotated[Region | None, Query(description="本地及下级；不填为权限范围内全部")] = None,
    kind: Annotated[KindName | None, Query(description=_KIND_NOTE)] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> InstitutionPage:
    """某一天的机构，按编码排列；医疗机构密钥只看到本机构。"""
    number = next((found for found, name in _KINDS.items() if name == kind), pb.INSTITUTION_KIND_UNSPECIFIED)
    answer = await caller.services.institutions.ListInstitutions(
        pb.ListInstitutionsRequest(
            place=place or "",
            on=convert.date_to_pb(on),
            kind=number,
            page_size=page_size,
            page_token=page_token,
        )
    )
    items = [InstitutionOut.model_construct(**_institution(item)) for item in answer.institutions]
    return InstitutionPage.model_construct(items=items, next_page_token=answer.next_page_token)


@router.get("/institutions/{hospital_code}/history", summary="读取机构的全部登记")
async def get_institution(
    caller: Caller, hospital_code: Annotated[Code, Path(description="机构编码")]
) -> HistoryOut:
    """含已被取代的登记：何人何时登记，何时被取代。"""
    answer = await caller.services.institutions.GetInstitution(pb.GetInstitutionRequest(code=hospital_code))
    items = [
        RecordedOut.model_construct(
            **_institution(row.institution),
            recorded_at=row.recorded_at.ToJsonString(),
            recorded_by=row.recorded_by,
            superseded_at=row.superseded_at.ToJsonString() if row.HasField("superseded_at") else None,
        )
        for row in answer.rows
    ]
    return HistoryOut.model_construct(items=items)


def _institution(item: pb.Institution) -> dict[str, Any]:
    names = ("code", "name", "level", "pool", "area", "community")
    return {
        **{name: getattr(item, name) for name in names},
        "kind": _KINDS[item.kind],
        "community_role": _ROLES[item.community_role],
        "agreement": _AGREEMENTS[item.agreement],
        "since": day_text(item.since),
        "until": day_text(item.until) if item.HasField("until") else None,
    }
