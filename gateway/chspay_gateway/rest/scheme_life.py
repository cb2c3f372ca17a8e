"""The life of a scheme 方案的生命周期 over HTTP, and looking things up in a scheme."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from pydantic import Field

from chspay.grouper.v1 import schemes_pb2 as pb
from chspay_gateway.rest.types import Answer, Code, Line, PageSize, PageToken
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["分组方案"])
Scheme = Annotated[Code, Path(description="方案编号或SM3指纹")]
Text = Annotated[Line, Query(alias="q", description="编码的开头，或名称中的文字；不填则列出全部")]
Content = Annotated[str, Form(max_length=100_000, description="文件原文（规范JSON），一个字也不能改")]
Signature = Annotated[str, Form(pattern="^[0-9a-f]{128}$", description="SM2签名：r‖s共64字节，小写十六进制")]

STATES = {
    pb.SCHEME_STATE_DRAFT: "draft",
    pb.SCHEME_STATE_TRIAL: "trial",
    pb.SCHEME_STATE_PUBLISHED: "published",
    pb.SCHEME_STATE_RETIRED: "retired",
}
STATE_NOTE = "draft 草案 · trial 试行 · published 已发布 · retired 已停用"


class SchemeRecordOut(Answer):
    """一条签名记录。"""

    event: str = Field(description="seal 封存 · trial 试行 · publish 发布 · retire 停用")
    since: str = Field(description="生效日")
    digest: str
    content: str = Field(description="签名的原文")
    signature: str


class SchemeLifeOut(Answer):
    """方案的状态与全部记录。"""

    scheme_id: str
    scheme_digest: str
    state: str = Field(description=STATE_NOTE)
    records: list[SchemeRecordOut]


class RecordedOut(Answer):
    """记录已保存。"""

    digest: str
    state: str = Field(description=STATE_NOTE)


class EvaluatedOut(Answer):
    """评估已保存。"""

    digest: str


class CodeOut(Answer):
    """一个诊断或手术编码。"""

    code: str
    name: str
    sets: list[str] = Field(description="所属集合")
    level: str = Field(description="MCC、CC或空")


class CodePage(Answer):
    """一页编码。"""

    items: list[CodeOut]
    next_page_token: str


class GroupFoundOut(Answer):
    """一个MDC、ADRG或DRG。"""

    level: str
    code: str
    name: str
    rule: str = Field(description="公布的规则原文")
    parent: str = Field(description="所属的上一级")


class GroupFoundPage(Answer):
    """一页病组。"""

    items: list[GroupFoundOut]
    next_page_token: str


@router.post("/scheme-records", summary="提交一条签名记录（方案、DIP目录或权重表）", status_code=201)
async def add_record(caller: Writer, content: Content, signature: Signature) -> RecordedOut:
    """封存、试行、发布或停用。签名在密钥所在处完成（chspay scheme seal 等），这里核对签名、衔接与依据。"""
    caller.require_bureau()
    answer = await caller.services.scheme_life.AddSchemeRecord(
        pb.AddSchemeRecordRequest(
            request_id=caller.request_id, content=content.encode(), signature=bytes.fromhex(signature)
        )
    )
    return RecordedOut(digest=answer.digest, state=STATES[answer.state])


@router.post("/scheme-evaluations", summary="提交一份签名的评估（方案、DIP目录或权重表）", status_code=201)
async def add_evaluation(caller: Writer, content: Content, signature: Signature) -> EvaluatedOut:
    """对一次已保存的批量运行的评估；发布时引用它的指纹，评估与发布不能用同一把密钥。"""
    caller.require_bureau()
    answer = await caller.services.scheme_life.AddSchemeEvaluation(
        pb.AddSchemeEvaluationRequest(
            request_id=caller.request_id, content=content.encode(), signature=bytes.fromhex(signature)
        )
    )
    return EvaluatedOut(digest=answer.digest)


@router.get("/schemes/{scheme}/life", summary="查询方案的状态与记录")
async def get_life(caller: Caller, scheme: Scheme) -> SchemeLifeOut:
    """现在的状态，以及每一条签名记录的原文，可自行验证。"""
    answer = await caller.services.scheme_life.GetSchemeLife(pb.GetSchemeLifeRequest(scheme=scheme))
    records = [record_out(record) for record in answer.records]
    return SchemeLifeOut.model_construct(
        scheme_id=answer.scheme_id,
        scheme_digest=answer.scheme_digest,
        state=STATES[answer.state],
        records=records,
    )


def record_out(record: pb.SchemeRecord) -> SchemeRecordOut:
    """A signed record as JSON."""
    return SchemeRecordOut.model_construct(
        event=record.event,
        since=record.since,
        digest=record.digest,
        content=record.content.decode(),
        signature=record.signature.hex(),
    )


@router.get("/schemes/{scheme}/codes", summary="检索诊断与手术编码")
async def search_codes(
    caller: Caller,
    scheme: Scheme,
    text: Text = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> CodePage:
    """按编码的开头或名称中的文字。"""
    answer = await caller.services.scheme_life.SearchCodes(
        pb.SearchCodesRequest(scheme=scheme, text=text, page_size=page_size, page_token=page_token)
    )
    items = [
        CodeOut.model_construct(code=item.code, name=item.name, sets=list(item.sets), level=item.level)
        for item in answer.codes
    ]
    return CodePage.model_construct(items=items, next_page_token=answer.next_page_token)


@router.get("/schemes/{scheme}/groups", summary="检索MDC、ADRG与DRG")
async def search_groups(
    caller: Caller,
    scheme: Scheme,
    text: Text = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> GroupFoundPage:
    """按编码的开头或名称中的文字，按分组时尝试的次序。"""
    answer = await caller.services.scheme_life.SearchGroups(
        pb.SearchGroupsRequest(scheme=scheme, text=text, page_size=page_size, page_token=page_token)
    )
    names = ("level", "code", "name", "rule", "parent")
    items = [
        GroupFoundOut.model_construct(**{name: getattr(item, name) for name in names})
        for item in answer.groups
    ]
    return GroupFoundPage.model_construct(items=items, next_page_token=answer.next_page_token)
