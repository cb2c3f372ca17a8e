"""How a worksheet is read to a person: units, roundings and formulas in Chinese.

One table for the command line, the pages and the demonstration, so that a figure never has two names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chspay_core.worksheet import Line

#: Unit of a worksheet line -> what is printed behind the figure.
_UNITS: Mapping[str, str] = {
    "fen": "分",
    "yuan": "元",
    "points": "点",
    "cases": "例",
    "days": "天",
    "hours": "小时",
    "multiple": "倍",
    "level": "级",
    "ratio": "",
    "count": "",
    "text": "",
    "yuan per point": "元/点",
    "yuan per weight": "元/权重",
    "weight": "权重",
    "digest": "",
}
_ROUNDINGS: Mapping[str, str] = {"largest_remainder": "最大余数法，取整到分"}
_PLACES = "零一二三四五六七八九"
_EVIDENCE: Mapping[str, str] = {
    "official": "正式文件",
    "unverified": "未核对原文",
    "demo": "演示",
    "decision": "认定",
}
#: How a case was settled -> its name in a table.
_KINDS: Mapping[str, str] = {
    "normal": "正常",
    "low": "低倍率",
    "low_step": "低费用阶段",
    "high": "高倍率",
    "extreme": "极高倍率",
    "unstable": "非稳定病组",
    "per_diem": "床日",
    "incomplete": "住院过程不完整",
    "ungrouped": "未入组",
    "ambiguous": "歧义",
    "excluded": "不计点",
}

_HALF_UP = re.compile(r"half_up_(\d+)\Z", re.ASCII)
_DISPLAY = re.compile(r"display_([0-9])\Z", re.ASCII)
_REMAINDER = re.compile(r"largest_remainder_(\d+)\Z", re.ASCII)
_WORDS: Mapping[str, str] = {"min": "较小者", "max": "较大者"}
_KEY = re.compile(r"[a-z][a-z_0-9]*")


def unit_text(unit: str) -> str:
    """A unit in Chinese; an unknown one as it is written."""
    return _UNITS.get(unit, unit)


def rounding_text(rounding: str) -> str:
    """A rounding in Chinese: ``half_up_4`` reads 四舍五入，4位小数."""
    if match := _REMAINDER.match(rounding):
        return f"最大余数法，{match[1]}位小数，各部分之和不变"
    if match := _DISPLAY.match(rounding):
        return f"显示{_PLACES[int(match[1])]}位，按精确值使用"
    match = _HALF_UP.match(rounding)
    return f"四舍五入，{match[1]}位小数" if match else _ROUNDINGS.get(rounding, rounding)


def evidence_text(evidence: str) -> str:
    """An evidence mark in Chinese."""
    return _EVIDENCE.get(evidence, evidence)


def kind_text(kind: str) -> str:
    """How a case was settled, in Chinese; an unknown kind as it is written."""
    return _KINDS.get(kind, kind)


def formula_text(line: Line, labels: Mapping[str, str]) -> str:
    """The formula with the labels of its inputs in place of their keys."""
    return _KEY.sub(lambda found: labels.get(found[0], _WORDS.get(found[0], found[0])), line.formula)
