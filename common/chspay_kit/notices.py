"""A publication laid out for people, on pages and on paper: paragraphs, facts, tables, Chinese labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Fields publications use, as people read them; a field without a word here is shown by its own name.
LABELS: Mapping[str, str] = {
    "abstain": "弃权",
    "accepted": "受理",
    "added": "增补",
    "adopted_on": "采纳日期",
    "alike": "同类争议",
    "amount": "金额（元）",
    "anchor": "时间锚",
    "applied": "申报",
    "approved": "支持",
    "ballot": "选票",
    "batch_digest": "批次摘要",
    "batch_id": "批次",
    "beacon": "信标的值",
    "beacon_at": "信标时间",
    "beacon_source": "公开信标",
    "calendar": "工作日历版本",
    "candidates": "候选人数",
    "case_no": "案件",
    "category": "类别",
    "choice": "选择",
    "choices": "各项票数",
    "class": "类别",
    "classes": "类别",
    "commitment": "承诺",
    "conclusions": "结论",
    "content_sm3": "正文指纹（SM3）",
    "count": "件数",
    "cycle": "申报周期",
    "decision_no": "决定文号",
    "delegate": "席位",
    "delta_point_value": "点值变化（元/点）",
    "delta_points": "点数变化（点）",
    "digest": "指纹",
    "doctor_name": "医师",
    "document": "依据文件",
    "draw": "抽取",
    "draw_id": "抽取编号",
    "draws": "各次抽取",
    "draws_digest": "抽取摘要",
    "drg": "病组",
    "due_day": "截止日期",
    "effective": "施行日期",
    "effective_from": "施行日期",
    "eligible": "合格人数",
    "entry_no": "公示编号",
    "frame_digest": "抽样框摘要",
    "groups": "所涉病组",
    "hospital": "医疗机构",
    "hospital_code": "医疗机构编码",
    "hospitals": "各医疗机构",
    "inadmissible": "不予受理",
    "institution": "机构",
    "kept_out": "回避",
    "keys": "参数",
    "kind": "种类",
    "level": "等级",
    "list": "名单",
    "list_digest": "名单摘要",
    "list_hash": "名单指纹",
    "lists": "名单",
    "losers": "减少的机构数",
    "minutes": "会议纪要",
    "money": "涉及金额",
    "no": "反对",
    "note": "说明",
    "number": "编号",
    "objection_until": "异议截止",
    "on_time_rate": "按时办结率",
    "opinion": "意见",
    "origin": "来源",
    "out": "未列入",
    "outcome": "结论",
    "outcome_text": "结论",
    "overturn_rate": "复核改变率",
    "panel": "专家组",
    "panel_size": "专家人数",
    "pending": "在办",
    "per_hospital": "各机构",
    "points": "点数（点）",
    "pool": "统筹区",
    "proposal": "方案",
    "proposals": "方案",
    "reason": "理由",
    "reasons": "申报理由",
    "recent": "近期评审数",
    "records": "病例数",
    "rejected": "不支持",
    "round": "轮次",
    "round_id": "轮次",
    "rows": "明细",
    "seat": "席位",
    "seats": "席位",
    "secret": "密值",
    "seed": "种子",
    "shape": "组成",
    "since": "起",
    "state": "状态",
    "step": "环节",
    "subject": "对象",
    "substitutes": "替补",
    "target": "对象",
    "text": "正文",
    "title": "标题",
    "token": "代号",
    "topic": "议题",
    "total": "合计",
    "type": "种类",
    "until": "止",
    "urn": "票箱摘要",
    "votes": "票数",
    "winners": "增加的机构数",
    "withdrawn": "撤回",
    "withdrawn_kind": "被撤回的公示",
    "year": "年度",
    "yes": "赞成",
}
#: What a reader looks for first; other fields follow as they are written.
_FIRST = (
    "hospital", "institution", "hospital_code", "class", "seat", "token", "reason", "applied", "accepted",
    "approved", "rejected", "pending", "inadmissible", "withdrawn", "count", "amount",
)  # fmt: skip
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
    if any(HIDDEN in value for _, value in facts) or any(_hides(block) for block in tables):
        found.append(Paragraph(HIDDEN_NOTE))
    return found


def _hides(block: Block) -> bool:
    return isinstance(block, Table) and any(HIDDEN in cell for row in block.rows for cell in row)


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
    heads = sorted(dict.fromkeys(name for row in rows for name in row), key=_rank)
    cells = list(_cells(heads, rows))
    return Table(title, [label(name) for name in heads], cells)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _cells(heads: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    for row in rows:
        yield [said(name, row[name]) if name in row else "" for name in heads]
