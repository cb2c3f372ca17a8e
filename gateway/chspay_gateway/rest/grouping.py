"""Grouping 分组 of one case, and the schemes there are. Nothing is stored."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import orjson
from fastapi import APIRouter, File, Form, Path, Query
from pydantic import ConfigDict, Field

from chspay.grouper.v1 import grouper_pb2
from chspay.rulebook.v1 import rulebook_pb2
from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.rest.cases import EXAMPLE_CASE, CaseIn, GroupOut, group_out
from chspay_gateway.rest.types import Answer, Code, Day, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Session, Writer
from chspay_kit import convert, deadline

SCHEME_KEY = "grouping.scheme"
SCHEMES_PATH = "/api/v1/schemes"
#: Largest workbook, bytes: the official one of 2026 is about 5 MB.
MAX_WORKBOOK = 32 * 1024 * 1024
_IMPORT_SECONDS = 120.0

router = APIRouter(prefix="/api/v1", tags=["分组"])


class GroupIn(Strict):
    """要分组的病例，以及用哪个方案：直接写 scheme，或写地区 place 与日期 on 由政策决定。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"place": "990100", "on": "2026-01-31", "case": EXAMPLE_CASE}]}
    )

    scheme: Code = Field("", description="分组方案编号或SM3指纹")
    place: Region | None = Field(None, description="统筹区代码；由该地政策决定方案")
    on: Day | None = Field(None, description="按哪一天的政策")
    case: CaseIn


class TraceStepOut(Answer):
    """分组过程中的一步判断。"""

    level: str
    code: str
    name: str
    rule: str = Field(description="公布的规则原文")
    outcome: str
    hits: list[str] = Field(description="命中的编码")
    note: str


class GroupExplainOut(Answer):
    """分组答案及全部过程。"""

    answer: GroupOut
    steps: list[TraceStepOut]
    prose: list[str] = Field(description="同样的过程，写成中文句子")


class SchemeOut(Answer):
    """一个分组方案。"""

    scheme_id: str
    title: str
    version: str
    digest: str
    usage: str = Field(description="用途：teaching 教学试用 · trial 试运行 · official 正式")
    counts: dict[str, int]


class ImportedOut(Answer):
    """导入结果。"""

    scheme: SchemeOut
    repairs: list[str] = Field(description="导入时所作的修复，逐条说明")


class SchemePage(Answer):
    """一页分组方案。"""

    items: list[SchemeOut]
    next_page_token: str


@router.post("/group", summary="给一份病例分组")
async def group(body: GroupIn, caller: Caller) -> GroupOut:
    """分组一份病例，不保存任何内容。答案与命令行、gRPC 完全一致。"""
    scheme = await _scheme(caller, body)
    answer = await caller.services.grouper.GroupCase(
        grouper_pb2.GroupCaseRequest(scheme=scheme, case=convert.case_to_pb(body.case.case()))
    )
    return group_out(answer.answer)


@router.post("/group/explain", summary="说明一份病例为何入此组")
async def explain(body: GroupIn, caller: Caller) -> GroupExplainOut:
    """分组并给出每一步的规则原文与命中的编码，不保存任何内容。"""
    scheme = await _scheme(caller, body)
    answer = await caller.services.grouper.ExplainCase(
        grouper_pb2.ExplainCaseRequest(scheme=scheme, case=convert.case_to_pb(body.case.case()))
    )
    steps = [step_out(step) for step in answer.steps]
    return GroupExplainOut.model_construct(
        answer=group_out(answer.answer), steps=steps, prose=list(answer.prose)
    )


@router.post("/schemes", summary="导入分组方案", status_code=201)
async def import_scheme(
    caller: Writer,
    workbook: Annotated[bytes, File(description="官方工作簿（.xlsx），或六张CSV表的压缩包（.zip）")],
    manifest: Annotated[str, Form(max_length=1_000_000, description="方案清单（manifest），JSON文本")],
) -> ImportedOut:
    """导入一个分组方案并封存，逐条说明所作的修复。有错误则全部拒绝，指出工作表、行和位置。"""
    caller.require_bureau()
    deadline.begin(_IMPORT_SECONDS)
    answer = await caller.services.grouper.ImportScheme(
        grouper_pb2.ImportSchemeRequest(
            request_id=caller.request_id, workbook=workbook, manifest_json=manifest
        ),
        timeout=_IMPORT_SECONDS,
    )
    return ImportedOut.model_construct(scheme=_scheme_out(answer.scheme), repairs=list(answer.repairs))


@router.get("/schemes", summary="查询分组方案")
async def list_schemes(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> SchemePage:
    """已导入的分组方案。"""
    answer = await caller.services.grouper.ListSchemes(
        grouper_pb2.ListSchemesRequest(page_size=page_size, page_token=page_token)
    )
    return SchemePage.model_construct(
        items=[_scheme_out(item) for item in answer.schemes], next_page_token=answer.next_page_token
    )


@router.get("/schemes/{scheme}", summary="读取一个分组方案")
async def get_scheme(
    caller: Caller, scheme: Annotated[Code, Path(description="方案编号或SM3指纹")]
) -> SchemeOut:
    """方案的版本、指纹和规模。"""
    answer = await caller.services.grouper.GetScheme(grouper_pb2.GetSchemeRequest(scheme=scheme))
    return _scheme_out(answer.scheme)


def step_out(step: grouper_pb2.TraceStep) -> TraceStepOut:
    """A step of a trace as JSON."""
    names = ("level", "code", "name", "rule", "outcome", "note")
    return TraceStepOut.model_construct(**{name: getattr(step, name) for name in names}, hits=list(step.hits))


async def _scheme(caller: Session, body: GroupIn) -> str:
    """The scheme named, or the one policy names for a place and day; never a guess."""
    if body.scheme:
        return body.scheme
    if body.place is None or body.on is None:
        raise Fault(reasons.SCHEME_UNDECIDED, field="scheme")
    return await scheme_of(caller, body.place, body.on)


async def scheme_of(caller: Session, place: str, on: date) -> str:
    """The scheme that policy names for a place on a day."""
    answer = await caller.services.rulebook.GetRule(
        rulebook_pb2.GetRuleRequest(place=place, on=convert.date_to_pb(on), key=SCHEME_KEY)
    )
    return str(orjson.loads(answer.rule.value_json))


def _scheme_out(item: grouper_pb2.Scheme) -> SchemeOut:
    names = ("scheme_id", "title", "version", "digest", "usage")
    return SchemeOut.model_construct(
        **{name: getattr(item, name) for name in names}, counts=dict(item.counts)
    )
