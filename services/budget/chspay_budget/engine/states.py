"""The life of a year, as data: draft → approved → executing → adjusted → closed, and no other way.

A draft may be drafted again; a year that is approved changes by adjustment only, and a closed one not at all.
The database holds the same list (migration 0003).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason

EVENT_UNKNOWN = Reason("BUDGET_EVENT_UNKNOWN", Kind.INVALID, "操作“{value}”无法识别，可用：{known}。")
STATE_WRONG = Reason(
    "BUDGET_STATE_WRONG",
    Kind.PRECONDITION,
    "统筹区{pool}{year}年度预算当前为“{state}”，不能“{value}”。",
)
MONTHS_MISSING = Reason(
    "BUDGET_MONTHS_MISSING", Kind.PRECONDITION, "还有{value}个月没有报送实际支出，不能关闭年度。"
)
ACCOUNTS_MISSING = Reason(
    "BUDGET_ACCOUNTS_MISSING",
    Kind.PRECONDITION,
    "关闭年度须先批准按现行第{value}版预算编制的决算。",
)
CAUSES_MISSING = Reason(
    "BUDGET_CAUSES_MISSING", Kind.PRECONDITION, "关闭年度须先对现行第{value}版预算计算差额的原因。"
)
CAUSES_DISAGREE = Reason(
    "BUDGET_CAUSES_DISAGREE",
    Kind.PRECONDITION,
    "决算所列原因与计算结果不一致：“{field}”决算为{value}分，计算为{computed}分。请按计算结果编制决算。",
)


class State(StrEnum):
    """Where a year stands; ``NONE`` before its first draft."""

    NONE = "none"
    DRAFT = "draft"
    APPROVED = "approved"
    EXECUTING = "executing"
    ADJUSTED = "adjusted"
    CLOSED = "closed"


STATE_NAMES = {
    State.NONE: "尚未编制",
    State.DRAFT: "草案",
    State.APPROVED: "已批准",
    State.EXECUTING: "执行中",
    State.ADJUSTED: "已调整",
    State.CLOSED: "已关闭",
}
DRAFT, APPROVE, EXECUTE, ADJUST, CLOSE = "draft", "approve", "execute", "adjust", "close"
EVENT_NAMES = {
    DRAFT: "编制", APPROVE: "批准", EXECUTE: "下达执行", ADJUST: "调整", CLOSE: "关闭",
}  # fmt: skip


class Move(NamedTuple):
    """One allowed move."""

    event: str
    source: State
    target: State


MOVES = (
    Move(DRAFT, State.NONE, State.DRAFT),
    Move(DRAFT, State.DRAFT, State.DRAFT),
    Move(APPROVE, State.DRAFT, State.APPROVED),
    Move(EXECUTE, State.APPROVED, State.EXECUTING),
    Move(ADJUST, State.EXECUTING, State.ADJUSTED),
    Move(ADJUST, State.ADJUSTED, State.ADJUSTED),
    Move(CLOSE, State.EXECUTING, State.CLOSED),
    Move(CLOSE, State.ADJUSTED, State.CLOSED),
)
#: States in which months are reported, adjusted and attributed.
RUNNING = frozenset({State.EXECUTING, State.ADJUSTED})


def move(event: str, state: State, pool: str, year: int) -> Move:
    """The move an event is from ``state``.

    :raises Fault: BUDGET_EVENT_UNKNOWN, BUDGET_STATE_WRONG.
    """
    if event not in EVENT_NAMES:
        raise Fault(EVENT_UNKNOWN, field="event", value=event, known="、".join(EVENT_NAMES))
    for found in MOVES:
        if (found.event, found.source) == (event, state):
            return found
    raise Fault(
        STATE_WRONG, field="event", value=EVENT_NAMES[event], state=STATE_NAMES[state], pool=pool, year=year
    )


def check_running(state: State, what: str, pool: str, year: int) -> None:
    """Months, adjustments and causes belong to a year that is being executed.

    :param what: what was wanted, in words.
    :raises Fault: BUDGET_STATE_WRONG.
    """
    if state not in RUNNING:
        raise Fault(STATE_WRONG, field="year", value=what, state=STATE_NAMES[state], pool=pool, year=year)
