"""``chspay why``: where an amount comes from, as a tree down to list fields and articles.

Exit codes: 0 done; 2 a bad name, not found or a refusal; 3 not reachable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from google.protobuf.json_format import MessageToDict

from chspay.settlement.v1 import lineage_pb2 as pb
from chspay.settlement.v1 import lineage_pb2_grpc
from chspay_cli.casefile import write_rows
from chspay_cli.remote import HomeOption, SettlementOption, ask_settlement
from chspay_core.wording import evidence_text, rounding_text, unit_text

#: Generated stubs carry no types.
_STUB: Any = lineage_pb2_grpc.LineageServiceStub
_KINDS = {
    pb.LINEAGE_KIND_SUM: "合计",
    pb.LINEAGE_KIND_LINE: "计算",
    pb.LINEAGE_KIND_INPUT: "输入",
    pb.LINEAGE_KIND_RULE: "参数",
    pb.LINEAGE_KIND_REST: "其余",
    pb.LINEAGE_KIND_PUBLIC: "公布数",
}
_COLUMNS = (
    "层", "名称", "数值", "单位", "类别", "公式", "舍入", "文件", "文号", "条款", "依据", "表", "列",
    "4101字段", "行", "版本", "SM3", "金额的名字", "说明",
)  # fmt: skip
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_FUNCTIONS = {
    "min": "较小者",
    "max": "较大者",
    "fen_floor": "舍去不足一分",
    "half_up_fen": "四舍五入到分",
    "served": "是否排在最后一个分得尾差者之前（含）",
    "banded": "按分担档次",
    "cv_population": "变异系数",
    "cv_sample": "变异系数",
}


def why(
    ref: Annotated[str, typer.Argument(help="金额的名字，如 run/MR-990100-202601-1/hospital/机构编码/fund")],
    depth: Annotated[int, typer.Option("--depth", min=1, max=12, help="展开几级")] = 3,
    page: Annotated[str, typer.Option("--page", help="合计的下一页：其余行给出的翻页标记")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出JSON")] = False,
    export: Annotated[
        Path | None, typer.Option("--export", help="另存为 .xlsx、.csv 或 .parquet", show_default=False)
    ] = None,
    target: SettlementOption = "",
    home: HomeOption = None,
) -> None:
    """展开一个金额的来历：公式、参数与条款、清单字段；每一级都已由下级重新计算并核对。"""
    request = pb.ExpandAmountRequest(ref=ref, depth=depth, page_token=page)
    node = ask_settlement(lambda channel: _STUB(channel).ExpandAmount(request), target, home).node
    if export is not None:
        rows = list(_rows(node, 0))
        columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(_COLUMNS))]
        schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
        write_rows(export, schema, iter([pa.RecordBatch.from_arrays(columns, schema=schema)]))
        typer.echo(f"已写出{len(rows)}行：{export}")
    elif as_json:
        found = MessageToDict(
            node, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _show(node)


def _show(node: Any) -> None:
    """The tree for a person at a terminal."""
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    def grow(branch: Tree, item: Any) -> None:
        for child in item.inputs:
            grow(branch.add(Text("\n".join(_words(child)))), child)

    tree = Tree(Text("\n".join(_words(node))))
    grow(tree, node)
    Console(soft_wrap=True, highlight=False).print(tree)


def _words(node: Any) -> list[str]:
    """An amount in words: value, formula, document or source."""
    unit = unit_text(node.unit)
    lines = [f"{node.label}：{node.value}{f' {unit}' if unit else ''}{'（已核对）' if node.checked else ''}"]
    if node.kind == pb.LINEAGE_KIND_SUM and node.inputs:
        lines.append("＝ 以下各项之和")
    elif node.formula and node.inputs:
        rounding = f"；{rounding_text(node.rounding)}" if node.rounding else ""
        lines.append(f"＝ {_formula(node)}{rounding}")
    if node.HasField("rule"):
        lines.append(f"依据 {_document(node.rule)}［{evidence_text(node.rule.evidence)}］")
    if node.HasField("source"):
        lines.append(f"出处 {_source(node.source)}")
    if node.note:
        lines.append(node.note)
    if node.kind == pb.LINEAGE_KIND_REST:
        lines.append(f"翻页：--page {node.page_token}")
    elif node.more:
        lines.append(f"可展开：{node.ref}")
    return lines


def _formula(node: Any) -> str:
    """The formula with the labels of its inputs in place of their names."""
    labels = {child.name: child.label for child in node.inputs}
    return _WORD.sub(lambda found: labels.get(found[0], _FUNCTIONS.get(found[0], found[0])), node.formula)


def _document(rule: Any) -> str:
    number = f"（{rule.document_number}）" if rule.document_number else ""
    return f"《{rule.document_title}》{number}{rule.article}"


def _source(source: Any) -> str:
    parts = [f"{source.table}.{source.column}"]
    if source.member:
        parts.append(f"4101 {source.member}")
    if source.row:
        parts.append(f"{source.row}{f' 第{source.version}版' if source.version else ''}")
    if source.digest:
        parts.append(f"SM3 {source.digest[:16]}…")
    return "，".join(parts)


def _rows(node: Any, level: int) -> Iterator[tuple[str, ...]]:
    """The tree as rows of a table, from the top down."""
    rule, source = node.rule, node.source
    yield (
        str(level), node.label, node.value, unit_text(node.unit), _KINDS[node.kind],
        _formula(node) if node.inputs else "", rounding_text(node.rounding) if node.rounding else "",
        rule.document_title, rule.document_number, rule.article,
        evidence_text(rule.evidence) if rule.evidence else "", source.table, source.column, source.member,
        source.row, str(source.version) if source.version else "", source.digest, node.ref, node.note,
    )  # fmt: skip
    for child in node.inputs:
        yield from _rows(child, level + 1)
