"""A publication laid out for people, on pages and on paper: paragraphs, facts, tables, Chinese labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Fields publications use, as people read them; a field without a word here is shown by its own name.
LABELS: Mapping[str, str] = {
    "accepted": "受理",
    "adopted_on": "采纳日期",
    "amount": "金额（元）",
    "anchor": "时间锚",
    "applied": "申报",
    "approved": "支持",
    "beacon": "公开随机数",
    "calendar": "工作日历版本",
    "candidates": "候选人数",
    "category": "类别",
    "class": "类别",
    "content_sm3": "正文指纹（SM3）",
    "count": "件数",
    "cycle": "申报周期",
    "decision_no": "决定文号",
    "delta_points": "点数变化（点）",
    "delta_point_value": "点值变化（元/点）",
    "document": "依据文件",
    "due_day": "截止日期",
    "effective_from": "施行日期",
    "entry_no": "公示编号",
    "hospital": "医疗机构",
    "hospital_code": "医疗机构编码",
    "hospitals": "各医疗机构",
    "inadmissible": "不予受理",
    "list_hash": "名单指纹",
    "minutes": "会议纪要",
    "money": "涉及金额",
    "on_time_rate": "按时办结率",
    "outcome": "结论",
    "overturn_rate": "复核改变率",
    "panel_size": "专家人数",
    "points": "点数（点）",
    "pool": "统筹区",
    "proposal": "方案",
    "reason": "理由",
    "reasons": "申报理由",
    "rejected": "不支持",
    "round": "轮次",
    "seats": "席位",
    "seed": "种子",
    "since": "起",
    "state": "状态",
    "text": "正文",
    "title": "标题",
    "topic": "议题",
    "total": "合计",
    "until": "止",
    "votes": "票数",
    "withdrawn": "撤回",
    "withdrawn_kind": "被撤回的公示",
    "year": "年度",
}
OUTCOMES: Mapping[str, str] = {
    "KEEP": "维持原支付",
    "ITEM": "按项目支付",
    "ADJUST": "调整点数",
    "REGROUP": "重新分组",
    "DEDUCT": "维持扣款",
    "PARTIAL": "部分支持",
    "REVOKE": "撤销",
}
#: What stands for a figure that is kept back.
HIDDEN = "＊"
HIDDEN_NOTE = "＊ 数值不足5，或为防止由合计推算而不公布。"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = Paragraph | Facts | Table


def blocks_of(content: Mapping[str, Any]) -> list[Block]:
    """The content of a publication in reading order: text, then facts, then tables."""
    texts: list[Block] = []
    facts: list[tuple[str, str]] = []
    tables: list[Block] = []
    _sort(content, "", texts, facts, tables)
    found = [*texts, *([Facts(facts)] if facts else []), *tables]
    if any(
        HIDDEN in cell for block in tables if isinstance(block, Table) for row in block.rows for cell in row
    ):
        found.append(Paragraph(HIDDEN_NOTE))
    return found


def label(name: str) -> str:
    """A field as people read it."""
    return LABELS.get(name, name)


def said(name: str, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "—"
    if name == "outcome":
        return OUTCOMES.get(str(value), str(value))
    if isinstance(value, list):
        return "、".join(said(name, item) for item in value) or "—"
    if isinstance(value, dict):
        return "；".join(f"{label(key)} {said(key, item)}" for key, item in value.items()) or "—"
    return str(value) if value != "" else "—"


def _sort(
    content: Mapping[str, Any],
    above: str,
    texts: list[Block],
    facts: list[tuple[str, str]],
    tables: list[Block],
) -> None:
    for name, value in content.items():
        title = f"{above}{label(name)}"
        if name == "text" and isinstance(value, str):
            texts += [Paragraph(line) for line in value.splitlines() if line.strip()]
        elif isinstance(value, dict):
            _sort(value, f"{title}　", texts, facts, tables)
        elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            tables.append(_table(title, value))
        else:
            facts.append((title, said(name, value)))


def _table(title: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    cells = list(_cells(heads, rows))
    return Table(title, [label(name) for name in heads], cells)


def _cells(heads: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    for row in rows:
        yield [said(name, row[name]) if name in row else "" for name in heads]
