"""Lineage 金额溯源: an amount by its name, opened to inputs, parameters, rules and articles."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from chspay.settlement.v1 import lineage_pb2
from chspay_gateway.rest.types import Answer, PageSize, PageToken
from chspay_gateway.session import Caller

router = APIRouter(prefix="/api/v1", tags=["金额溯源"])

_KINDS = {
    lineage_pb2.LINEAGE_KIND_SUM: "sum",
    lineage_pb2.LINEAGE_KIND_LINE: "line",
    lineage_pb2.LINEAGE_KIND_INPUT: "input",
    lineage_pb2.LINEAGE_KIND_RULE: "rule",
    lineage_pb2.LINEAGE_KIND_REST: "rest",
    lineage_pb2.LINEAGE_KIND_PUBLIC: "public",
}
_KIND_NOTE = (
    "sum 合计（等于各子项之和）；line 计算（等于公式）；input 输入（清单字段、登记、预算等，到底）；"
    "rule 参数（文件条款，到底）；rest 合计中在其他页的部分；public 统筹区公布的合计（明细不向本机构公开）"
)


class LineageRuleOut(Answer):
    """依据：参数、文件与条款。"""

    key: str = Field(description="参数的键，如 points.scale；病例认定为 mark_…")
    label: str = Field(description="参数名称")
    value: str = Field(description="参数的取值，表格为JSON文本")
    unit: str
    since: str = Field(description="开始施行日，YYYY-MM-DD")
    place: str = Field(description="作出规定的地区代码")
    cite: str = Field(description="文件编号#条款")
    document_title: str = Field(description="文件标题")
    document_number: str = Field(description="文号")
    article: str = Field(description="条款")
    evidence: str = Field(description="official 已核对原文；unverified 未核对；demo 演示；decision 个案认定")


class LineageSourceOut(Answer):
    """出处：数从哪里来。"""

    table: str = Field(description="本系统的表")
    column: str = Field(description="本系统的列")
    member: str = Field(description="国家4101清单报文的字段，如 setlinfo.setl_id")
    row: str = Field(description="哪一份：清单流水号、认定编号、决定文号等")
    version: int = Field(description="清单版本，0为不分版本")
    digest: str = Field(description="内容的SM3指纹")


class LineageNodeOut(Answer):
    """一个金额（或中间数）和它的来历。"""

    name: str = Field(description="在上一级公式中的名字")
    ref: str = Field(description="金额的名字，用它可单独展开；到底的为空")
    label: str = Field(description="名称")
    value: str = Field(description="十进制文本；exact 不为空时是仅供显示的舍入值")
    unit: str = Field(description="单位")
    kind: str = Field(description=_KIND_NOTE)
    exact: str = Field(description="参与计算的精确值，分子/分母")
    formula: str = Field(description="用子项名字写的公式")
    rounding: str = Field(description="舍入方法")
    rule: LineageRuleOut | None
    source: LineageSourceOut | None
    inputs: list[LineageNodeOut] = Field(description="子项")
    more: bool = Field(description="下面还有未展示的内容，可用 ref 展开")
    page_token: str = Field(description="rest 的翻页标记，连同 ref 使用")
    checked: bool = Field(description="已由子项重新计算，结果相同")
    note: str


@router.get("/lineage", summary="展开一个金额的来历")
async def expand(
    caller: Caller,
    ref: Annotated[
        str,
        Query(
            max_length=600,
            description="金额的名字，如 run/MR-990100-202601-1/hospital/机构编码/fund",
        ),
    ],
    depth: Annotated[int, Query(ge=0, le=12, description="展开几级，0为默认2级")] = 0,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> LineageNodeOut:
    """每一级都由子项重新计算并核对；对不上时拒绝，不展示。医疗机构密钥只看到本机构与公布的合计。"""
    answer = await caller.services.lineage.ExpandAmount(
        lineage_pb2.ExpandAmountRequest(ref=ref, depth=depth, page_size=page_size, page_token=page_token)
    )
    return node_out(answer.node)


def node_out(node: Any) -> LineageNodeOut:
    """A node and everything below it."""
    return LineageNodeOut.model_construct(
        name=node.name,
        ref=node.ref,
        label=node.label,
        value=node.value,
        unit=node.unit,
        kind=_KINDS[node.kind],
        exact=node.exact,
        formula=node.formula,
        rounding=node.rounding,
        rule=_rule_out(node.rule) if node.HasField("rule") else None,
        source=_source_out(node.source) if node.HasField("source") else None,
        inputs=[node_out(child) for child in node.inputs],
        more=node.more,
        page_token=node.page_token,
        checked=node.checked,
        note=node.note,
    )


def _rule_out(rule: Any) -> LineageRuleOut:
    return LineageRuleOut.model_construct(
        **{name: getattr(rule, name) for name in LineageRuleOut.model_fields}
    )


def _source_out(source: Any) -> LineageSourceOut:
    return LineageSourceOut.model_construct(
        **{name: getattr(source, name) for name in LineageSourceOut.model_fields}
    )
