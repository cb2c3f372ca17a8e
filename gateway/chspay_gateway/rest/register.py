"""The public register over HTTP: open to everybody without a key, and to whoever publishes with one."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from chspay.dispute.v1 import register_pb2 as pb
from chspay_gateway.rest.types import Answer, Code, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Session, Writer, begin, gateway_of
from chspay_gateway.view.atom import atom_feed, json_feed
from chspay_gateway.view.notice_pdf import Paper, notice_pdf
from chspay_kit.auth import Claim

router = APIRouter()
#: Reads what is public and nothing else: an expert sees rows that name him, and nothing names this one.
_PUBLIC = Claim("public", "expert")
#: Readers and proxies may keep a list this long, seconds; entries for good but for withdrawals.
_FRESH = 60
_OPEN: dict[str, Any] = {"security": []}
_TAGS: list[str | Any] = ["公示"]
_FEED_ENTRIES = 50
EntryNo = Annotated[Code, Path(description="公示编号")]
PoolQuery = Annotated[Region | None, Query(description="统筹区代码；不填为全部")]
KindQuery = Annotated[
    Code,
    Query(
        description="result 评议结果 · statistics 周期统计 · draw_commitment 专家抽取承诺 · "
        "draw_reveal 专家抽取公布 · round 协商公告 · consultation 征求意见 · vote 表决结果 · "
        "adoption 采纳与施行 · violation 违规公示 · notice 公告 · withdrawal 撤回公告；空为全部"
    ),
]


class NoticeIn(Strict):
    """经办机构自行发布的公告或违规公示；评议结果、抽取、表决由相应步骤自动公示。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100",
                    "kind": "violation",
                    "title": "2026年第三季度违规行为公示",
                    "content": {
                        "text": "现将查实的违规行为公示如下。",
                        "rows": [
                            {
                                "hospital": "演示第一医院",
                                "reason": "分解住院",
                                "doctor_name": "李某",
                                "count": 3,
                            }
                        ],
                    },
                    "redacted": ["rows.0.doctor_name"],
                }
            ]
        }
    )

    pool: Region = Field(description="统筹区代码")
    kind: Code = Field(description="notice 公告 · violation 违规公示")
    title: Line = Field(min_length=1)
    content: dict[str, Any] = Field(
        description="内容：text 为正文，对象的列表为表格；只用文字、整数、是否；不得含患者、医师或专家的信息"
    )
    redacted: list[Line] = Field(
        default_factory=list, max_length=1000, description="要隐去的字段，如 rows.0.name；隐去的值不保存"
    )


class WithdrawIn(Strict):
    """撤回一条公示：正文删去，指纹和链保留，并公布理由。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "列入有误", "document": "演示医保〔2026〕12号"}]}
    )

    reason: Line = Field(min_length=1, description="理由，对外公布")
    document: Line = Field(default="", description="依据的决定")


class EntryOut(Answer):
    """一条公示。"""

    entry_no: str
    pool: str
    seq: int = Field(description="在本统筹区登记簿里的序号，从1起连续")
    kind: str
    kind_text: str
    subject: str = Field(description="所公示的事项")
    region_code: str
    published_at: str = Field(description="公布时间（UTC）")
    title: str = Field(description="标题；撤回后为空")
    content: dict[str, Any] = Field(description="内容；撤回后为空")
    redacted: list[str] = Field(description="隐去的字段")
    content_sm3: str = Field(description="正文指纹")
    previous: str = Field(description="上一条的链值")
    hash: str = Field(description="本条的链值")
    withdrawn_by: str = Field(description="撤回它的公示编号；空为有效")


class EntryPage(Answer):
    """一页公示，新的在前。"""

    items: list[EntryOut]
    next_page_token: str


class HeadOut(Answer):
    """一个统筹区登记簿的签名头。"""

    pool: str
    entries: int
    hash: str = Field(description="最后一条的链值")
    published_at: str
    signature: str = Field(description="SM2签名，r与s，十六进制")
    key: str = Field(description="公钥；核对时以经办机构另行公布的为准")
    anchor: str = Field(description="时间锚：可刊登在公开的git仓库或公报")


class HeadList(Answer):
    """各统筹区登记簿的签名头。"""

    items: list[HeadOut]


def public(request: Request) -> Session:
    """A session that reads what is public."""
    gateway = gateway_of(request)
    return begin(gateway, _PUBLIC, gateway.settings.call_seconds)


@router.post("/api/v1/register", summary="发布公告或违规公示", status_code=201, tags=_TAGS)
async def publish(body: NoticeIn, caller: Writer) -> EntryOut:
    """由行政部门或稽核审计人员发布；发布后不能修改，只能撤回。"""
    request = pb.PublishNoticeRequest(
        request_id=caller.request_id,
        content=json.dumps(body.content, ensure_ascii=True),
        redacted=body.redacted,
        **{name: getattr(body, name) for name in ("pool", "kind", "title")},
    )
    return entry_out((await caller.services.register.PublishNotice(request)).entry)


@router.post("/api/v1/register/{entry_no}/withdraw", summary="撤回一条公示", status_code=201, tags=_TAGS)
async def withdraw(body: WithdrawIn, caller: Writer, entry_no: EntryNo) -> EntryOut:
    """返回撤回公告；被撤回的公示保留指纹，正文不再提供。"""
    request = pb.WithdrawEntryRequest(
        request_id=caller.request_id, entry_no=entry_no, reason=body.reason, document=body.document
    )
    return entry_out((await caller.services.register.WithdrawEntry(request)).entry)


@router.get("/public/register.json", summary="公示的JSON订阅", openapi_extra=_OPEN, tags=_TAGS)
async def feed_json(request: Request, pool: PoolQuery = None, kind: KindQuery = "") -> Response:
    """JSON Feed 1.1，最近50条。"""
    entries = await _newest(request, pool, kind)
    content = json_feed(str(request.base_url), [entry_out(item) for item in entries])
    return _kept(request, content, "application/feed+json", _tag_of(entries))


@router.get("/public/register.atom", summary="公示的Atom订阅", openapi_extra=_OPEN, tags=_TAGS)
async def feed_atom(request: Request, pool: PoolQuery = None, kind: KindQuery = "") -> Response:
    """Atom 1.0，最近50条。"""
    entries = await _newest(request, pool, kind)
    content = atom_feed(str(request.base_url), [entry_out(item) for item in entries])
    return _kept(request, content, "application/atom+xml", _tag_of(entries))


@router.get("/public/register/heads", summary="登记簿的签名头和时间锚", openapi_extra=_OPEN, tags=_TAGS)
async def heads(request: Request, response: Response) -> HeadList:
    """各统筹区一条；时间锚刊登以后，此前公布的内容就不能再悄悄改动。"""
    answer = await public(request).services.register.ListHeads(pb.ListHeadsRequest())
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return HeadList.model_construct(items=[_head(item) for item in answer.heads])


@router.get("/public/register/chain/{pool}", summary="导出整本登记簿", openapi_extra=_OPEN, tags=_TAGS)
async def chain(request: Request, pool: Annotated[Region, Path(description="统筹区代码")]) -> Response:
    """全部条目与签名头；保存后用 chspay register verify 离线核对，不需要本系统。"""
    answer = await public(request).services.register.GetChain(pb.GetChainRequest(pool=pool))
    found = _kept(request, answer.content, "application/json", answer.head.hash[:32])
    found.headers["Content-Disposition"] = f'attachment; filename="register-{pool}.json"'
    return found


@router.get("/public/register/{entry_no}.pdf", summary="一条公示的印刷版", openapi_extra=_OPEN, tags=_TAGS)
async def entry_pdf(request: Request, entry_no: EntryNo) -> Response:
    """A4，带发布章版式和指纹；同一条公示每次得到的字节相同。"""
    session = public(request)
    found = (await session.services.register.GetEntry(pb.GetEntryRequest(entry_no=entry_no))).entry
    paper = Paper(
        found.entry_no,
        found.title or "（已撤回）",
        found.kind_text,
        f"统筹区 {found.pool} 医疗保障经办机构",
        found.published_at.ToDatetime().strftime("%Y-%m-%d"),
        json.loads(found.content),
        found.content_sm3,
        found.hash,
        found.withdrawn_by,
    )
    answer = _kept(request, notice_pdf(paper), "application/pdf", _tag_of([found]))
    answer.headers["Content-Disposition"] = f'inline; filename="{entry_no}.pdf"'
    return answer


@router.get("/public/register/{entry_no}", summary="一条公示", openapi_extra=_OPEN, tags=_TAGS)
async def entry(request: Request, response: Response, entry_no: EntryNo) -> EntryOut:
    """撤回的公示只剩指纹、链值和撤回公告的编号。"""
    session = public(request)
    found = (await session.services.register.GetEntry(pb.GetEntryRequest(entry_no=entry_no))).entry
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return entry_out(found)


@router.get("/public/register", summary="公示登记簿", openapi_extra=_OPEN, tags=_TAGS)
async def entries(
    request: Request,
    response: Response,
    pool: PoolQuery = None,
    kind: KindQuery = "",
    subject: Annotated[Line, Query(description="所公示的事项；空为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> EntryPage:
    """不需要密钥；新的在前。"""
    answer = await public(request).services.register.ListEntries(
        pb.ListEntriesRequest(
            pool=pool or "", kind=kind, subject=subject, page_size=page_size, page_token=page_token
        )
    )
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return EntryPage.model_construct(
        items=[entry_out(item) for item in answer.entries], next_page_token=answer.next_page_token
    )


async def _newest(request: Request, pool: str | None, kind: str) -> list[pb.RegisterEntry]:
    answer = await public(request).services.register.ListEntries(
        pb.ListEntriesRequest(pool=pool or "", kind=kind, page_size=_FEED_ENTRIES)
    )
    return list(answer.entries)


def _tag_of(entries: list[pb.RegisterEntry]) -> str:
    """What changes when any of these does: the newest is another one, or one was withdrawn."""
    gone = sum(1 for item in entries if item.withdrawn_by)
    return f"{entries[0].hash[:32]}-{gone}" if entries else "empty"


def _kept(request: Request, content: bytes, media_type: str, tag: str) -> Response:
    """An answer readers may keep and ask about again without its content."""
    headers = {"Cache-Control": f"public, max-age={_FRESH}", "ETag": f'"{tag}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def entry_out(item: pb.RegisterEntry) -> EntryOut:
    """A publication as JSON."""
    names = (
        "entry_no", "pool", "seq", "kind", "kind_text", "subject", "region_code", "title", "content_sm3",
        "previous", "hash", "withdrawn_by",
    )  # fmt: skip
    return EntryOut.model_construct(
        **{name: getattr(item, name) for name in names},
        published_at=item.published_at.ToDatetime().strftime("%Y-%m-%dT%H:%M:%SZ"),
        content=json.loads(item.content),
        redacted=list(item.redacted),
    )


def _head(item: pb.RegisterHead) -> HeadOut:
    names = ("pool", "entries", "hash", "published_at", "signature", "key", "anchor")
    return HeadOut.model_construct(**{name: getattr(item, name) for name in names})
