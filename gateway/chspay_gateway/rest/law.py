"""The law kept: documents, the bundles that were used and what changed between them, and its age."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from chspay.rulebook.v1 import rulebook_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.policy import RuleOut, rule_out
from chspay_gateway.rest.types import Answer, Code, Day, PageSize, PageToken, Region
from chspay_gateway.session import Caller
from chspay_kit import convert

router = APIRouter(prefix="/api/v1", tags=["政策"])
Digest = Annotated[str, Query(pattern="^[0-9a-f]{64}$", description="政策包的SM3指纹")]


class DocumentOut(Answer):
    """一份登记的文件。"""

    id: str = Field(description="文件代号，规则用它引用")
    title: str
    number: str = Field(description="文号")
    issuer: str
    standing: str = Field(description="issued 已印发 · draft 征求意见稿 · notes 整理稿 · demo 演示")
    issued: str | None = Field(description="印发日")
    effective: str | None = Field(description="施行日")
    repealed: str | None = Field(description="废止日，该日起不再有效")
    repealed_by: str = Field(description="取代它的文件")
    articles: list[str] = Field(description="登记的条款")
    replaces: list[str] = Field(description="取代了哪些文件")
    based_on: list[str] = Field(description="依据哪些文件")


class DocumentDetail(DocumentOut):
    """一份文件，以及引用它的全部规则。"""

    rules: list[RuleOut]


class DocumentPage(Answer):
    """一页文件。"""

    items: list[DocumentOut]
    next_page_token: str


class SealedOut(Answer):
    """一个用过的政策包。"""

    digest: str
    place: str
    sealed_at: str = Field(description="封存时刻（UTC）")
    size: int = Field(description="原文字节数")


class SealedPage(Answer):
    """一页政策包。"""

    items: list[SealedOut]
    next_page_token: str


class ChangeOut(Answer):
    """一条不同的规则。"""

    place: str
    key: str
    since: str | None
    kind: str = Field(description="added 新增 · removed 取消 · corrected 更正 · source 换了依据")
    old: str
    new: str
    unit: str
    citation: str
    words: str = Field(description="改了什么，一句话")


class ChangeList(Answer):
    """两个政策包之间的全部不同。"""

    items: list[ChangeOut]


class StaleOut(Answer):
    """一条现行规则有多旧。"""

    place: str
    key: str
    label: str
    since: str | None
    compared: str | None = Field(description="最近一次与文件核对的日期；空为从未核对")
    age_days: int | None = Field(description="核对距今天数")
    evidence: str
    document: str
    repealed: str | None = Field(description="所依据文件的废止日")
    kinds: list[str] = Field(
        description="repealed 文件已废止 · old 测算值过期 · not_compared 未核对过 · unverified 未核对原文 · "
        "demo 演示"
    )


class StalePage(Answer):
    """一页陈旧报告。"""

    items: list[StaleOut]
    next_page_token: str
    years: int = Field(description="测算值几年算过期")


def _document(item: pb.Document) -> dict[str, Any]:
    texts = ("id", "title", "number", "issuer", "standing", "repealed_by")
    days = ("issued", "effective", "repealed")
    return {
        **{name: getattr(item, name) for name in texts},
        **{name: day_text(getattr(item, name)) if item.HasField(name) else None for name in days},
        **{name: list(getattr(item, name)) for name in ("articles", "replaces", "based_on")},
    }


def change_out(item: pb.RuleChange) -> ChangeOut:
    """A changed rule as JSON."""
    names = ("place", "key", "kind", "old", "new", "unit", "citation", "words")
    return ChangeOut.model_construct(
        **{name: getattr(item, name) for name in names}, since=day_text(item.since)
    )


@router.get("/documents", summary="查询文件")
async def list_documents(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> DocumentPage:
    """规则可以引用的文件，含已公布的修订所登记的文件。"""
    answer = await caller.services.rulebook.ListDocuments(
        pb.ListDocumentsRequest(page_size=page_size, page_token=page_token)
    )
    items = [DocumentOut.model_construct(**_document(item)) for item in answer.documents]
    return DocumentPage.model_construct(items=items, next_page_token=answer.next_page_token)


@router.get("/documents/{document}", summary="读取一份文件")
async def get_document(
    caller: Caller, document: Annotated[Code, Path(description="文件代号")]
) -> DocumentDetail:
    """文件的文号、日期、条款，以及引用它的每一条规则。"""
    answer = await caller.services.rulebook.GetDocument(pb.GetDocumentRequest(id=document))
    rules = [rule_out(item) for item in answer.rules]
    return DocumentDetail.model_construct(**_document(answer.document), rules=rules)


@router.get("/bundles", summary="查询用过的政策包")
async def list_bundles(
    caller: Caller,
    place: Annotated[Region | None, Query(description="行政区划代码；不填为全部地区")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> SealedPage:
    """每个用过的政策包都永久保存，最近的在前。"""
    answer = await caller.services.rulebook.ListBundles(
        pb.ListBundlesRequest(place=place or "", page_size=page_size, page_token=page_token)
    )
    items = [
        SealedOut.model_construct(
            digest=item.digest, place=item.place, sealed_at=item.sealed_at.ToJsonString(), size=item.size
        )
        for item in answer.bundles
    ]
    return SealedPage.model_construct(items=items, next_page_token=answer.next_page_token)


@router.get("/bundle-changes", summary="比较同一地区的两个政策包")
async def diff_bundles(caller: Caller, before: Digest, after: Digest) -> ChangeList:
    """逐条说明：哪个参数、哪个地区、自何日起、由什么改为什么、单位、依据。"""
    answer = await caller.services.rulebook.DiffBundles(pb.DiffBundlesRequest(before=before, after=after))
    return ChangeList.model_construct(items=[change_out(item) for item in answer.changes])


@router.get("/staleness", summary="陈旧报告")
async def report_stale(
    caller: Caller,
    on: Annotated[Day, Query(description="按哪一天")],
    place: Annotated[Region | None, Query(description="本地及下级；不填为全部地区")] = None,
    years: Annotated[int, Query(ge=0, le=100, description="测算值几年算过期；0为国家分组方案的调整周期")] = 0,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> StalePage:
    """每条现行规则距上次与文件核对多少天，以及它有什么问题。"""
    answer = await caller.services.rulebook.ReportStale(
        pb.ReportStaleRequest(
            place=place or "",
            on=convert.date_to_pb(on),
            years=years,
            page_size=page_size,
            page_token=page_token,
        )
    )
    return StalePage.model_construct(
        items=[_stale_out(item) for item in answer.rules],
        next_page_token=answer.next_page_token,
        years=answer.years,
    )


def _stale_out(item: pb.StaleRule) -> StaleOut:
    days: dict[str, Any] = {name: day_text(getattr(item, name)) if item.HasField(name) else None
            for name in ("since", "compared", "repealed")}  # fmt: skip
    return StaleOut.model_construct(
        **{name: getattr(item, name) for name in ("place", "key", "label", "evidence", "document")},
        **days,
        age_days=item.age_days if item.HasField("age_days") else None,
        kinds=list(item.kinds),
    )
