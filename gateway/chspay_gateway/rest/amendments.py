"""Amendments of the rules 规则修订 over HTTP, from draft to publication."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path, Query
from pydantic import ConfigDict, Field

from chspay.rulebook.v1 import amendments_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.law import ChangeOut, change_out
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["规则修订"])
Name = Annotated[Code, Path(description="修订编号")]


class NoteIn(Strict):
    """这一步的说明。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "核对无误"}]})

    note: Annotated[str, Field(max_length=2000, description="说明")] = ""


Note = Annotated[NoteIn, Body(default_factory=NoteIn)]
StateName = Literal["draft", "reviewed", "approved", "published", "withdrawn"]

_STATES: dict[pb.AmendmentState, StateName] = {
    pb.AMENDMENT_STATE_DRAFT: "draft",
    pb.AMENDMENT_STATE_REVIEWED: "reviewed",
    pb.AMENDMENT_STATE_APPROVED: "approved",
    pb.AMENDMENT_STATE_PUBLISHED: "published",
    pb.AMENDMENT_STATE_WITHDRAWN: "withdrawn",
}
_NUMBERS = {name: number for number, name in _STATES.items()}
_STATE_NOTE = "draft 草案 · reviewed 已复核 · approved 已批准 · published 已公布 · withdrawn 已撤回"
_EXAMPLE = """\
amendment: demo-joint-2026-1
place: "990100"
title: 关于调整月度预付比例的决定
decision: 演示市医保结算联席会议纪要〔2026〕1号
decided_by: 演示市医保结算联席会议
decided: 2024-06-20
documents:
  demo-joint-minutes-2026-1:
    title: 演示市医保结算联席会议纪要
    number: 演示市纪要〔2026〕1号
    issuer: 演示市医保结算联席会议（虚构）
    standing: demo
    articles: [第一条]
rules:
  prepay.share:
    label: 月度预付比例
    unit: ratio
    rules:
      - {since: 2099-01-01, value: 0.96, cite: demo-joint-minutes-2026-1#第一条, evidence: demo}
"""


class AmendmentIn(Strict):
    """一份修订：与政策库文件相同的格式，写明谁决定、哪一次决定、自何日起。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content": _EXAMPLE}]})

    content: Annotated[str, Field(min_length=1, max_length=200_000, description="修订全文（YAML）")]


class FindingOut(Answer):
    """检查发现的一个问题。"""

    level: str = Field(description="fault 错误，不能通过 · warning 警告 · note 提示")
    code: str
    place: str
    key: str
    document: str
    words: str
    below: str | None = Field(description=f"跳变之前，标准病例的支付。{YUAN_NOTE}")
    above: str | None = Field(description=f"跳变之后，标准病例的支付。{YUAN_NOTE}")


class StepOut(Answer):
    """修订走过的一步。"""

    state: str = Field(description=_STATE_NOTE)
    by: str = Field(description="办理人（密钥编号）")
    at: str = Field(description="时刻（UTC）")
    note: str


class AmendmentOut(Answer):
    """一份修订及其每一步。"""

    id: str
    place: str
    title: str
    decision: str = Field(description="哪一次决定")
    decided_by: str = Field(description="谁决定")
    decided: str | None
    begins: str | None = Field(description="最早自何日起适用")
    state: str = Field(description=_STATE_NOTE)
    digest: str = Field(description="全文的SM3指纹")
    content: str
    steps: list[StepOut]


class CheckedOut(Answer):
    """一份修订会改变什么，有什么问题。"""

    findings: list[FindingOut]
    changes: list[ChangeOut]
    digest: str = Field(description="公布后该地政策包的指纹；有错误时为空")


class DraftedOut(Answer):
    """修订已存为草案，以及需要留意的问题。"""

    amendment: AmendmentOut
    findings: list[FindingOut]


class PublishedOut(Answer):
    """修订已公布，规则链已更新。"""

    amendment: AmendmentOut
    digest_before: str
    digest_after: str
    changes: list[ChangeOut]


class AmendmentPage(Answer):
    """一页修订。"""

    items: list[AmendmentOut]
    next_page_token: str


class ChainOut(Answer):
    """一个地区全部修订步骤的哈希链。"""

    steps: int
    head: str = Field(description="最后一步的SM3")
    intact: bool
    broken_at: int = Field(description="第一个对不上的步骤；0为全部相符")


@router.post("/amendments/check", summary="检查一份修订")
async def check_amendment(body: AmendmentIn, caller: Caller) -> CheckedOut:
    """按现行政策检查，说明会改变什么；不保存任何内容。"""
    caller.require_bureau()
    answer = await caller.services.amendments.CheckAmendment(pb.CheckAmendmentRequest(content=body.content))
    return CheckedOut.model_construct(
        findings=[_finding(item) for item in answer.findings],
        changes=[change_out(item) for item in answer.changes],
        digest=answer.digest,
    )


@router.post("/amendments", summary="起草一份修订", status_code=201)
async def draft_amendment(body: AmendmentIn, caller: Writer) -> DraftedOut:
    """检查通过后存为草案，此后不能改写；有错误则全部拒绝。"""
    caller.require_bureau()
    answer = await caller.services.amendments.DraftAmendment(
        pb.DraftAmendmentRequest(request_id=caller.request_id, content=body.content)
    )
    return DraftedOut.model_construct(
        amendment=_amendment(answer.amendment), findings=[_finding(item) for item in answer.findings]
    )


@router.post("/amendments/{amendment}/review", summary="复核修订")
async def review_amendment(caller: Writer, amendment: Name, note: Note) -> AmendmentOut:
    """复核人不能是起草人。"""
    caller.require_bureau()
    answer = await caller.services.amendments.ReviewAmendment(
        pb.ReviewAmendmentRequest(request_id=caller.request_id, id=amendment, note=note.note)
    )
    return _amendment(answer.amendment)


@router.post("/amendments/{amendment}/approve", summary="批准修订")
async def approve_amendment(caller: Writer, amendment: Name, note: Note) -> AmendmentOut:
    """批准人不能是起草人或复核人。"""
    caller.require_bureau()
    answer = await caller.services.amendments.ApproveAmendment(
        pb.ApproveAmendmentRequest(request_id=caller.request_id, id=amendment, note=note.note)
    )
    return _amendment(answer.amendment)


@router.post("/amendments/{amendment}/publish", summary="公布修订")
async def publish_amendment(caller: Writer, amendment: Name, note: Note) -> PublishedOut:
    """再次按当时的政策检查；通过后进入该地的规则链，并给出前后政策包的指纹与逐条变化。"""
    caller.require_bureau()
    answer = await caller.services.amendments.PublishAmendment(
        pb.PublishAmendmentRequest(request_id=caller.request_id, id=amendment, note=note.note)
    )
    return PublishedOut.model_construct(
        amendment=_amendment(answer.amendment),
        digest_before=answer.digest_before,
        digest_after=answer.digest_after,
        changes=[change_out(item) for item in answer.changes],
    )


@router.post("/amendments/{amendment}/withdraw", summary="撤回修订")
async def withdraw_amendment(caller: Writer, amendment: Name, note: Note) -> AmendmentOut:
    """已公布的只能在生效之前撤回。"""
    caller.require_bureau()
    answer = await caller.services.amendments.WithdrawAmendment(
        pb.WithdrawAmendmentRequest(request_id=caller.request_id, id=amendment, note=note.note)
    )
    return _amendment(answer.amendment)


@router.get("/amendments", summary="查询修订")
async def list_amendments(
    caller: Caller,
    place: Annotated[Region | None, Query(description="本地及下级；不填为权限范围内全部")] = None,
    state: Annotated[StateName | None, Query(description=_STATE_NOTE)] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> AmendmentPage:
    """已公布的人人可见，其余只在本地区可见。"""
    answer = await caller.services.amendments.ListAmendments(
        pb.ListAmendmentsRequest(
            place=place or "",
            state=_NUMBERS[state] if state else pb.AMENDMENT_STATE_UNSPECIFIED,
            page_size=page_size,
            page_token=page_token,
        )
    )
    return AmendmentPage.model_construct(
        items=[_amendment(item) for item in answer.amendments], next_page_token=answer.next_page_token
    )


@router.get("/amendments/{amendment}", summary="读取一份修订")
async def get_amendment(caller: Caller, amendment: Name) -> AmendmentOut:
    """全文和每一步：谁在何时起草、复核、批准、公布。"""
    answer = await caller.services.amendments.GetAmendment(pb.GetAmendmentRequest(id=amendment))
    return _amendment(answer.amendment)


@router.get("/places/{place}/amendment-chain", summary="核对修订的哈希链")
async def verify_amendments(
    caller: Caller, place: Annotated[Region, Path(description="行政区划代码")]
) -> ChainOut:
    """重新计算该地区全部修订步骤的哈希链，看有没有被改动过。"""
    answer = await caller.services.amendments.VerifyAmendments(pb.VerifyAmendmentsRequest(place=place))
    return ChainOut.model_construct(
        steps=answer.steps, head=answer.head, intact=answer.intact, broken_at=answer.broken_at
    )


def _amendment(item: pb.Amendment) -> AmendmentOut:
    names = ("id", "place", "title", "decision", "decided_by", "digest", "content")
    steps = [
        StepOut.model_construct(
            state=_STATES[step.state], by=step.by, at=step.at.ToJsonString(), note=step.note
        )
        for step in item.steps
    ]
    return AmendmentOut.model_construct(
        **{name: getattr(item, name) for name in names},
        decided=day_text(item.decided),
        begins=day_text(item.begins),
        state=_STATES[item.state],
        steps=steps,
    )


def _finding(item: pb.Finding) -> FindingOut:
    names = ("level", "code", "place", "key", "document", "words")
    return FindingOut.model_construct(
        **{name: getattr(item, name) for name in names},
        below=fen_to_yuan(item.below_fen) if item.HasField("below_fen") else None,
        above=fen_to_yuan(item.above_fen) if item.HasField("above_fen") else None,
    )
