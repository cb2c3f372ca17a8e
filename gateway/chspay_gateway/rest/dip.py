"""DIP grouping 按病种分组 of one case over HTTP. Nothing is stored."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from chspay.grouper.v1 import dip_pb2 as pb
from chspay.rulebook.v1 import rulebook_pb2
from chspay_core import amounts
from chspay_core.artefact import ArtefactKind, named
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.rest.cases import EXAMPLE_CASE, STATUS, CaseIn
from chspay_gateway.rest.grouping import TraceStepOut, step_out
from chspay_gateway.rest.types import POINTS_NOTE, Answer, Code, Day, Region, Strict
from chspay_gateway.session import Caller, Session
from chspay_kit import convert

router = APIRouter(prefix="/api/v1", tags=["DIP目录与权重表"])


class DipIn(Strict):
    """要分组的病例，以及用哪个DIP目录：直接写 catalogue，或写地区 place 与日期 on 由政策决定。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"catalogue": "dip-990100", "case": EXAMPLE_CASE}]}
    )

    catalogue: Code = Field("", description="DIP目录编号（最新一版）或SM3指纹")
    place: Region | None = Field(None, description="统筹区代码；由该地政策决定目录，按登记的指纹取")
    on: Day | None = Field(None, description="按哪一天的政策")
    case: CaseIn


class DipOut(Answer):
    """DIP分组答案。"""

    case_id: str
    status: str = Field(description="grouped 已入组 · ungrouped 无法入组 · invalid 数据不合格")
    group: str = Field(description="病种编码")
    name: str
    level: str = Field(
        description="core 核心病种 · comprehensive 综合病种 · tcm 中医优势病种 · bed_day 床日病种"
    )
    subtype: str = Field(description="辅助分型")
    score: str | None = Field(
        description=f"病例分值RW；床日病种为每床日分值×天数，没有病种时为本地规则的分值。{POINTS_NOTE}"
    )
    factor: str | None = Field(description="辅助分型系数")
    base_level: bool = Field(description="基层病种，不设机构系数")
    reason: str
    catalogue_digest: str = Field(description="DIP目录的SM3指纹")


class DipExplainOut(Answer):
    """DIP分组答案及全部过程。"""

    answer: DipOut
    steps: list[TraceStepOut]
    prose: list[str] = Field(description="同样的过程，写成中文句子")


@router.post("/dip/group", summary="给一份病例按DIP分组")
async def group_dip(body: DipIn, caller: Caller) -> DipOut:
    """不保存任何内容。答案与命令行、gRPC 完全一致。"""
    answer = await caller.services.dip.GroupDipCase(
        pb.GroupDipCaseRequest(
            catalogue=await _catalogue(caller, body), case=convert.case_to_pb(body.case.case())
        )
    )
    return _out(answer.answer)


@router.post("/dip/explain", summary="说明一份病例为何入此病种")
async def explain_dip(body: DipIn, caller: Caller) -> DipExplainOut:
    """排除、先期分组、并项、匹配、辅助分型，逐步列出；不保存任何内容。"""
    answer = await caller.services.dip.ExplainDipCase(
        pb.ExplainDipCaseRequest(
            catalogue=await _catalogue(caller, body), case=convert.case_to_pb(body.case.case())
        )
    )
    return DipExplainOut.model_construct(
        answer=_out(answer.answer),
        steps=[step_out(step) for step in answer.steps],
        prose=list(answer.prose),
    )


async def _catalogue(caller: Session, body: DipIn) -> str:
    """The catalogue named, or the digest of the one policy names for a place and day; never a guess."""
    if body.catalogue:
        return body.catalogue
    if body.place is None or body.on is None:
        raise Fault(reasons.CATALOGUE_UNDECIDED, field="catalogue")
    answer = await caller.services.rulebook.ResolveBundle(
        rulebook_pb2.ResolveBundleRequest(place=body.place, on=convert.date_to_pb(body.on))
    )
    return named(Bundle.parse(answer.content).on(body.on), ArtefactKind.DIP_CATALOGUE).digest


def _out(item: pb.DipAnswer) -> DipOut:
    names = ("case_id", "group", "name", "level", "subtype", "base_level", "reason", "catalogue_digest")
    return DipOut.model_construct(
        status=STATUS[item.status],
        score=_plain(item.score_micro) if item.HasField("score_micro") else None,
        factor=_plain(item.factor_micro) if item.HasField("factor_micro") else None,
        **{name: getattr(item, name) for name in names},
    )


def _plain(micro: int) -> str:
    return amounts.plain(amounts.from_micro(micro))
