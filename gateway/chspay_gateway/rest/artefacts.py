"""DIP catalogues 病种目录 and weight tables 权重表 over HTTP: kept, read, their lives."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Response
from pydantic import Field

from chspay.grouper.v1 import artefacts_pb2 as pb
from chspay_gateway.rest.scheme_life import STATE_NOTE, STATES, SchemeRecordOut, record_out
from chspay_gateway.rest.types import Answer, Code, PageSize, PageToken
from chspay_gateway.session import Caller, Writer

PATHS = ("/api/v1/artefacts/dip-catalogues", "/api/v1/artefacts/weight-tables")
#: Largest canonical form, bytes: a catalogue of ten thousand groups is about 10 MB.
MAX_CONTENT = 32 * 1024 * 1024

router = APIRouter(prefix="/api/v1", tags=["DIP目录与权重表"])


class KindName(StrEnum):
    """种类。"""

    DIP_CATALOGUES = "dip-catalogues"
    WEIGHT_TABLES = "weight-tables"


_KINDS = {
    KindName.DIP_CATALOGUES: pb.ARTEFACT_KIND_DIP_CATALOGUE,
    KindName.WEIGHT_TABLES: pb.ARTEFACT_KIND_WEIGHT_TABLE,
}
KindPath = Annotated[KindName, Path(description="dip-catalogues DIP目录 · weight-tables 权重表")]
Name = Annotated[Code, Path(description="编号（最新一版）或SM3指纹")]


class ArtefactOut(Answer):
    """一个DIP目录或权重表。"""

    id: str
    digest: str
    place: str = Field(description="适用地区")
    since: str = Field(description="测算所据规则的日期")
    evidence: str = Field(description="所据规则中最弱的证据等级：official · unverified · demo")
    counts: dict[str, int]


class ArtefactPage(Answer):
    """一页。"""

    items: list[ArtefactOut]
    next_page_token: str


class ArtefactLifeOut(Answer):
    """状态与全部签名记录。"""

    id: str
    digest: str
    state: str = Field(description=STATE_NOTE)
    records: list[SchemeRecordOut]


@router.post("/artefacts/{kind}", summary="上传DIP目录或权重表", status_code=201)
async def put_artefact(
    caller: Writer,
    kind: KindPath,
    content: Annotated[
        bytes, File(description="规范形式：目录文件夹中的 catalogue.json，或 weight_table.json")
    ],
) -> ArtefactOut:
    """按内容的SM3保存为草案；同样的内容只保存一份。封存、试行、发布用 /scheme-records 提交签名记录。"""
    caller.require_bureau()
    answer = await caller.services.artefacts.PutArtefact(
        pb.PutArtefactRequest(request_id=caller.request_id, kind=_KINDS[kind], content=content)
    )
    return _out(answer.artefact)


@router.get("/artefacts/{kind}", summary="查询DIP目录或权重表")
async def list_artefacts(
    caller: Caller,
    kind: KindPath,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ArtefactPage:
    """各个版本，按编号与指纹排列。"""
    answer = await caller.services.artefacts.ListArtefacts(
        pb.ListArtefactsRequest(kind=_KINDS[kind], page_size=page_size, page_token=page_token)
    )
    return ArtefactPage.model_construct(
        items=[_out(item) for item in answer.artefacts], next_page_token=answer.next_page_token
    )


@router.get("/artefacts/{kind}/{name}", summary="读取一个DIP目录或权重表的概况")
async def get_artefact(caller: Caller, kind: KindPath, name: Name) -> ArtefactOut:
    """版本、指纹和规模。"""
    answer = await caller.services.artefacts.GetArtefact(pb.GetArtefactRequest(kind=_KINDS[kind], name=name))
    return _out(answer.artefact)


@router.get(
    "/artefacts/{kind}/{name}/content",
    summary="读取原文（可验指纹）",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "规范形式，对其计算SM3即得指纹"}},
)
async def artefact_content(caller: Caller, kind: KindPath, name: Name) -> Response:
    """病种或权重、所据规则与依据，一个字节不差。"""
    answer = await caller.services.artefacts.GetArtefactContent(
        pb.GetArtefactContentRequest(kind=_KINDS[kind], name=name)
    )
    headers = {"X-Content-SM3": answer.artefact.digest}
    return Response(answer.content, media_type="application/json", headers=headers)


@router.get("/artefacts/{kind}/{name}/life", summary="查询状态与签名记录")
async def artefact_life(caller: Caller, kind: KindPath, name: Name) -> ArtefactLifeOut:
    """现在的状态，以及每一条签名记录的原文，可自行验证。"""
    answer = await caller.services.artefacts.GetArtefactLife(
        pb.GetArtefactLifeRequest(kind=_KINDS[kind], name=name)
    )
    return ArtefactLifeOut.model_construct(
        id=answer.artefact.artefact_id,
        digest=answer.artefact.digest,
        state=STATES[answer.state],
        records=[record_out(record) for record in answer.records],
    )


def _out(item: pb.Artefact) -> ArtefactOut:
    return ArtefactOut.model_construct(
        id=item.artefact_id,
        digest=item.digest,
        place=item.title,
        since=item.version,
        evidence=item.usage,
        counts=dict(item.counts),
    )
