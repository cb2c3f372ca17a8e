"""The policy in force: places, their rules on a day, and sealed bundles."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from chspay.rulebook.v1 import rulebook_pb2
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Day, PageSize, PageToken, Region
from chspay_gateway.session import Caller
from chspay_kit import convert

router = APIRouter(prefix="/api/v1", tags=["政策"])


class RuleOut(Answer):
    """一条现行规则及其出处。"""

    key: str
    label: str
    unit: str
    since: str | None = Field(description="自何日起适用")
    value: object = Field(description="规则的值；数字写作文本")
    citation: str
    evidence: str
    place: str = Field(description="作出规定的地区")


def rule_out(item: rulebook_pb2.Rule) -> RuleOut:
    """A rule as JSON."""
    return RuleOut.model_construct(
        key=item.key,
        label=item.label,
        unit=item.unit,
        since=day_text(item.since),
        value=orjson.loads(item.value_json),
        citation=item.citation,
        evidence=item.evidence,
        place=item.place,
    )


class PlaceOut(Answer):
    """一个有政策的地区。"""

    code: str
    name: str
    coverage: str = Field(description="complete 完整 · partial 部分 · planned 计划 · demo 演示")


class PlacePage(Answer):
    """一页地区。"""

    items: list[PlaceOut]
    next_page_token: str


class RulePage(Answer):
    """一页规则。"""

    items: list[RuleOut]
    next_page_token: str


class BundleRef(Answer):
    """某地某日所用的政策包。"""

    digest: str = Field(description="政策包的SM3指纹")
    chain: list[str] = Field(description="由近及远的地区链")


@router.get("/places", summary="查询有政策的地区")
async def list_places(
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> PlacePage:
    """已收录政策的地区及其完整程度。"""
    answer = await caller.services.rulebook.ListPlaces(
        rulebook_pb2.ListPlacesRequest(page_size=page_size, page_token=page_token)
    )
    items = [
        PlaceOut.model_construct(code=item.code, name=item.name, coverage=item.coverage)
        for item in answer.places
    ]
    return PlacePage.model_construct(items=items, next_page_token=answer.next_page_token)


@router.get("/places/{place}/rules", summary="查询某地某日的现行规则")
async def list_rules(
    caller: Caller,
    place: Annotated[Region, Path(description="行政区划代码")],
    on: Annotated[Day, Query(description="按哪一天")],
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> RulePage:
    """每条规则都注明出处；由近及远，最近一级已作规定的地区为准。"""
    answer = await caller.services.rulebook.ListRules(
        rulebook_pb2.ListRulesRequest(
            place=place, on=convert.date_to_pb(on), page_size=page_size, page_token=page_token
        )
    )
    return RulePage.model_construct(
        items=[rule_out(item) for item in answer.rules], next_page_token=answer.next_page_token
    )


@router.get("/places/{place}/bundle", summary="封存并查询某地某日的政策包")
async def resolve_bundle(
    caller: Caller,
    place: Annotated[Region, Path(description="行政区划代码")],
    on: Annotated[Day, Query(description="按哪一天")],
) -> BundleRef:
    """政策包的指纹；用它可以取回当时的全部规则。"""
    answer = await caller.services.rulebook.ResolveBundle(
        rulebook_pb2.ResolveBundleRequest(place=place, on=convert.date_to_pb(on))
    )
    return BundleRef.model_construct(digest=answer.digest, chain=list(answer.chain))


@router.get(
    "/bundles/{digest}",
    summary="按指纹取回政策包原文",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "政策包原文（规范JSON）"}},
)
async def get_bundle(
    caller: Caller, digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SM3指纹")]
) -> Response:
    """与封存时逐字节相同，对其计算SM3即得指纹。"""
    answer = await caller.services.rulebook.GetBundle(rulebook_pb2.GetBundleRequest(digest=digest))
    return Response(answer.content, media_type="application/json", headers={"X-Content-SM3": digest})
