"""Which sheet of a workbook is which: by its name as published, or by what is left of a longer name.

``MDC规则表`` is MDC and ``ＣＣ`` is CC; a name that leaves room for doubt names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.normalise import clean_cell, narrow

SHEET_MISSING = Reason(
    "SHEET_MISSING",
    Kind.INVALID,
    "缺少工作表“{value}”；分组方案需要六张表：MDC、ADRG、DRG、集合、CC、排除表。文件中有：{found}。",
)
SHEET_AMBIGUOUS = Reason(
    "SHEET_AMBIGUOUS",
    Kind.INVALID,
    "工作表{found}都可能是“{value}”，请把其中一张改名为“{value}”，其余改为别的名称或删除。",
)

SHEETS = ("MDC", "ADRG", "DRG", "集合", "CC", "排除表")
#: A second table of complications; its rows are all MCC, those of CC then all CC unless they say otherwise.
MCC = "MCC"
_FILLERS = re.compile(r"(分组|方案|规则|配置|信息|编码|列表|明细|目录|表|DRG3\.0|[-_()\[\]【】.、0-9])+")
_PLAIN = {
    "MDC": "MDC",
    "ADRG": "ADRG",
    "DRG": "DRG",
    "集合": "集合",
    "CC": "CC",
    "MCC": MCC,
    "排除": "排除表",
    "CC排除": "排除表",
    "MCC/CC": "CC",
    "CC/MCC": "CC",
    "MCC和CC": "CC",
    "MCC与CC": "CC",
    "MCC及CC": "CC",
    "CC和MCC": "CC",
    "CC与MCC": "CC",
    "CC及MCC": "CC",
    "MCCCC": "CC",
}


def find_sheets(names: Iterable[str], named: Mapping[str, str]) -> dict[str, str]:
    """Our name -> the name in the file, of the six sheets and of a separate MCC table.

    :param named: what the manifest calls a sheet, by our name.
    :raises Fault: SHEET_MISSING, SHEET_AMBIGUOUS.
    """
    held = list(names)
    by_text = {plain_name(name): name for name in reversed(held)}
    found = {
        sheet: by_text[plain_name(text)]
        for sheet in (*SHEETS, MCC)
        for text in (named.get(sheet, sheet), sheet)
        if plain_name(text) in by_text
    }
    for sheet in (*SHEETS, MCC):
        if sheet in found:
            continue
        near = [name for name in held if name not in found.values() and _meant(name) == sheet]
        if len(near) > 1:
            raise Fault(SHEET_AMBIGUOUS, field="workbook", value=sheet, found="、".join(map(_quoted, near)))
        if near:
            found[sheet] = near[0]
    for sheet in SHEETS:
        if sheet not in found:
            told = "、".join(held) or "没有工作表"
            raise Fault(SHEET_MISSING, field="workbook", value=sheet, found=told)
    return found


def plain_name(name: str) -> str:
    """A name without what an eye passes over: blanks, full width, letter case."""
    return narrow(clean_cell(name)).replace(" ", "").upper()


def _meant(name: str) -> str:
    return _PLAIN.get(_FILLERS.sub("", plain_name(name)), "")


def _quoted(name: str) -> str:
    return f"“{name}”"
