"""Marks: the sparse facts that move a case off its group's line, found by rule or decided by people.

A mark says what was found, how much, and who says so; pricing applies all marks of a case in one fixed
order (see ``marked``), so the order in which they were found never matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason

MARKS_CONFLICT = Reason(
    "MARKS_CONFLICT",
    Kind.CONFLICT,
    "病例{value}有两个互相矛盾的“{mark}”认定：{first}与{second}。请先撤销其中一个。",
)


class MarkKind(StrEnum):
    """What was found of a case, and what ``Mark.value`` then means."""

    #: 住院过程不完整; no value.
    INCOMPLETE = "incomplete"
    #: 日间手术; no value.
    DAY_SURGERY = "day_surgery"
    #: 新技术; value: points. Mode ``points`` sets them, ``add_on`` adds them.
    NEW_TECHNOLOGY = "new_technology"
    #: 特例单议结果. Mode ``by_item``, ``linear_add`` and ``cost_less``: value is the unreasonable cost in
    #: yuan that does not count; ``points``: the adjusted points; ``rejected``: no value.
    REVIEW = "review"
    #: 极高费用病例按项目付费; no value.
    BY_ITEM = "by_item"
    #: 中医治疗; value: share of the cost that is treatment by traditional medicine, 0 to 1.
    TCM = "tcm"
    #: 再入院（前次住院）; value: factor on the earlier stay's points.
    READMISSION = "readmission"
    #: 违规; value: how many times its points the case loses on top of earning none.
    VIOLATION = "violation"


MARK_NAMES = {
    MarkKind.INCOMPLETE: "住院过程不完整",
    MarkKind.DAY_SURGERY: "日间手术",
    MarkKind.NEW_TECHNOLOGY: "新技术",
    MarkKind.REVIEW: "特例单议",
    MarkKind.BY_ITEM: "极高费用按项目付费",
    MarkKind.TCM: "中医治疗",
    MarkKind.READMISSION: "再入院（前次住院）",
    MarkKind.VIOLATION: "违规",
}


class Mark(NamedTuple):
    """One fact about one case. ``value`` is plain decimal text or empty, ``cite`` a decision's number or
    the rule that found it."""

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
