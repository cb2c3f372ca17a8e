"""The words of states, levels and marks, one place for all pages."""

from __future__ import annotations

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "pending": "等待",
    "running": "进行中",
    "done": "完成",
    "failed": "失败",
    "discarded": "已作废",
    "draft": "编制中",
    "trial": "已试算",
    "reviewed": "已复核",
    "approved": "已批准",
    "published": "公示中",
    "closed": "已关闭",
    "returned": "已退回",
    "cancelled": "已取消",
    "waiting": "等待",
}
LEVELS: Mapping[str, str] = {"1": "一级", "2": "二级", "3": "三级", "9": "未定级", "": "未知"}
NATURES: Mapping[str, str] = {"month": "月结", "trial": "试算", "replay": "重算"}
STANDINGS: Mapping[str, str] = {
    "issued": "已印发",
    "draft": "征求意见稿",
    "notes": "整理稿，未核对原文",
    "demo": "演示（虚构）",
}
#: Steps of a run as the service names them.
STAGES: Mapping[str, str] = {
    "": "准备",
    "load": "读取病例",
    "lists": "整理清单",
    "points": "计算点数",
    "value": "计算点值",
    "statements": "生成结算单",
    "done": "完成",
}
#: What each evidence mark means for a reader, in one sentence.
EVIDENCE: Mapping[str, tuple[str, str]] = {
    "demo": ("演示数据", "所用规则含演示数据，金额仅供试用与教学，不作为支付依据。"),
    "unverified": ("依据待核", "所用规则含未核对原文的条款，请对照文件核对后使用。"),
}
#: The same on the head of every printed page.
ON_PAPER: Mapping[str, str] = {"demo": "演示数据，不作为支付依据", "unverified": "依据待核"}
#: Columns of the tables that rules hold.
COLUMNS: Mapping[str, str] = {
    "level": "等级",
    "value": "取值",
    "up_to": "上限",
    "multiple": "倍数",
    "category": "类别",
    "points": "点数",
    "department": "科室",
    "group": "病组",
    "share": "比例",
    "name": "名称",
    "hospital": "医疗机构",
    "days": "天数",
    "from": "起",
    "to": "止",
    "code": "编码",
}


def said(words: Mapping[str, str], code: str) -> str:
    """The word of a code; an unknown one as it is written."""
    return words.get(code, code)
