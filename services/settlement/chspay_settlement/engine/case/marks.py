"""Marks: the sparse facts that move a case off its group's line, found by rule or decided by people.

A mark says what was found, how much, and who says so; pricing applies all marks of a case in one fixed
order (see ``marked``), so the order in which they were found never matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from chspay_core.amounts import decimal_text, yuan_to_fen
from chspay_core.errors import Fault, Kind, Reason

MARKS_CONFLICT = Reason(
    "MARKS_CONFLICT",
    Kind.CONFLICT,
    "病例{value}有两个互相矛盾的“{mark}”认定：{first}与{second}。请先撤销其中一个。",
)
MARK_VALUE = Reason(
    "MARK_VALUE",
    Kind.INVALID,
    "病例{case_id}的“{mark}”认定（{cite}）不能使用：方式“{mode}”、数值“{value}”，{why}。",
)


class Mode(StrEnum):
    """How a mark is to be applied, where its kind knows more than one way."""

    PLAIN = ""
    #: By item 按项目付费, less unreasonable cost.
    BY_ITEM = "by_item"
    #: b·f + b·max(0, (c − u)/m − K).
    LINEAR_ADD = "linear_add"
    #: As the case's own kind is settled, of what is left of its cost.
    COST_LESS = "cost_less"
    #: The points are set.
    POINTS = "points"
    #: Points are added.
    ADD_ON = "add_on"
    #: A review that changed nothing: as a normal case of its group.
    REJECTED = "rejected"


class MarkKind(StrEnum):
    """What was found of a case, and what ``Mark.value`` then means."""

    #: 住院过程不完整; no value.
    INCOMPLETE = "incomplete"
    #: 日间手术; no value.
    DAY_SURGERY = "day_surgery"
    #: 新技术; points, set or added.
    NEW_TECHNOLOGY = "new_technology"
    #: 特例单议结果; unreasonable cost in yuan that does not count, or the adjusted points, or nothing.
    REVIEW = "review"
    #: 极高费用病例按项目付费; no value.
    BY_ITEM = "by_item"
    #: 中医治疗; share of the cost that is treatment by traditional medicine, 0 to 1.
    TCM = "tcm"
    #: 再入院（前次住院）; factor on the earlier stay's points.
    READMISSION = "readmission"
    #: 床日点数 as the bed-day service priced the stay; points.
    BED_DAYS = "bed_days"
    #: 违规; how many times its points the case loses on top of earning none.
    VIOLATION = "violation"
    #: 重分组; the group the case counts with, instead of the one its list was grouped to.
    REGROUP = "regroup"


#: What ``Mark.value`` is: nothing, yuan of cost, points, a share of 0 to 1, a multiple, the code of a group.
NOTHING, YUAN, POINTS, SHARE, MULTIPLE = "nothing", "yuan", "points", "share", "multiple"
GROUP = "group"
_GROUP_CODE = re.compile(r"[0-9A-Z][0-9A-Za-z.:_-]{0,31}")
#: The modes of each kind, and what the value then is.
MODES: dict[MarkKind, dict[Mode, str]] = {
    MarkKind.INCOMPLETE: {Mode.PLAIN: NOTHING},
    MarkKind.DAY_SURGERY: {Mode.PLAIN: NOTHING},
    MarkKind.NEW_TECHNOLOGY: {Mode.POINTS: POINTS, Mode.ADD_ON: POINTS},
    MarkKind.REVIEW: {
        Mode.BY_ITEM: YUAN,
        Mode.LINEAR_ADD: YUAN,
        Mode.COST_LESS: YUAN,
        Mode.POINTS: POINTS,
        Mode.REJECTED: NOTHING,
    },
    MarkKind.BY_ITEM: {Mode.PLAIN: NOTHING},
    MarkKind.TCM: {Mode.PLAIN: SHARE},
    MarkKind.READMISSION: {Mode.PLAIN: SHARE},
    MarkKind.BED_DAYS: {Mode.PLAIN: POINTS},
    MarkKind.VIOLATION: {Mode.PLAIN: MULTIPLE},
    MarkKind.REGROUP: {Mode.PLAIN: GROUP},
}
MARK_NAMES = {
    MarkKind.INCOMPLETE: "住院过程不完整",
    MarkKind.DAY_SURGERY: "日间手术",
    MarkKind.NEW_TECHNOLOGY: "新技术",
    MarkKind.REVIEW: "特例单议",
    MarkKind.BY_ITEM: "极高费用按项目付费",
    MarkKind.TCM: "中医治疗",
    MarkKind.READMISSION: "再入院（前次住院）",
    MarkKind.BED_DAYS: "床日点数",
    MarkKind.VIOLATION: "违规",
    MarkKind.REGROUP: "重分组",
}


class Mark(NamedTuple):
    """One fact about one case. ``value`` is plain decimal text, the code of a group or empty, ``cite`` a
    decision's number or the rule that found it."""

    kind: MarkKind
    value: str
    mode: str
    cite: str


def merged(case_id: str, *found: Iterable[Mark]) -> tuple[Mark, ...]:
    """All marks of a case, each once, in one order; the same finding by two documents is kept once.

    :raises Fault: MARKS_CONFLICT when two marks of one kind say different things.
    """
    kept: dict[MarkKind, Mark] = {}
    for mark in sorted({mark for marks in found for mark in marks}):
        first = kept.setdefault(mark.kind, mark)
        if (first.value, first.mode) != (mark.value, mark.mode):
            raise Fault(
                MARKS_CONFLICT,
                field="marks",
                value=case_id,
                mark=MARK_NAMES[mark.kind],
                first=first.cite,
                second=mark.cite,
            )
    return tuple(kept.values())


def figure(case_id: str, mark: Mark) -> Fraction:
    """The figure of a mark, exact: fen where it is money, 0 where the mark has none or names a group.

    A decision is checked with it before it is kept, a case when it is priced.

    :raises Fault: MARK_VALUE when mode or value is not one the kind knows.
    """
    what = next((what for mode, what in MODES[mark.kind].items() if mode.value == mark.mode), None)
    if what is None:
        known = "、".join(mode.value or "（空）" for mode in MODES[mark.kind])
        raise _unusable(case_id, mark, f"方式应为{known}之一")
    if what == NOTHING:
        if mark.value:
            raise _unusable(case_id, mark, "不应填写数值")
        return Fraction(0)
    if what == GROUP:
        if not _GROUP_CODE.fullmatch(mark.value):
            raise _unusable(case_id, mark, "应填写病组编码")
        return Fraction(0)
    money = what == YUAN
    found = Fraction(yuan_to_fen(mark.value) if money else decimal_text(mark.value, "value"))
    if found < 0:
        raise _unusable(case_id, mark, "数值不能小于零")
    if what == SHARE and found > 1:
        raise _unusable(case_id, mark, "数值应在0至1之间")
    return found


def _unusable(case_id: str, mark: Mark, why: str) -> Fault:
    return Fault(
        MARK_VALUE,
        field="marks",
        value=mark.value,
        case_id=case_id,
        mark=MARK_NAMES[mark.kind],
        cite=mark.cite,
        mode=mark.mode,
        why=why,
    )
