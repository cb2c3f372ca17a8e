"""The life of an annual clearing, as data: who may do what, from where to where, and what must hold first.

draft → trial → reviewed → approved → published → closed; from trial on it may be sent back, which ends it,
and the next one starts afresh. Author, reviewer and approver are three different persons.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, choice

DEADLINE_KEY, EFFECT_KEY, PUBLICITY_KEY = (
    "clearing.deadline",
    "clearing.deadline_effect",
    "clearing.publicity_days",
)

EVENT_UNKNOWN = Reason("YEAR_EVENT_UNKNOWN", Kind.INVALID, "操作“{value}”无法识别，可用：{known}。")
STATE_WRONG = Reason(
    "YEAR_STATE_WRONG",
    Kind.PRECONDITION,
    "年度清算当前为“{state}”，不能“{value}”，请先完成前面的步骤。",
)
SAME_PERSON = Reason(
    "YEAR_SAME_PERSON",
    Kind.DENIED,
    "“{value}”须由没有办理过“{done}”的人办理，当前身份已办理过，请由另一位经办人办理。",
)
DECISION_MISSING = Reason(
    "YEAR_DECISION_MISSING", Kind.INVALID, "“{value}”须填写决定文号（1至100个可见字符）。"
)
NOTE_MISSING = Reason("YEAR_NOTE_MISSING", Kind.INVALID, "退回须说明原因（1至500个字）。")
YEAR_LATE = Reason(
    "YEAR_LATE",
    Kind.PRECONDITION,
    "{year}年度应在{value}前完成清算（{cite}），现已超过期限；确需继续的，请先按程序调整期限的规定。",
)
YEAR_LATE_TEXT = "已超过{year}年度清算期限{day}（{cite}）"
PUBLICITY_RUNNING = Reason(
    "YEAR_PUBLICITY_RUNNING",
    Kind.PRECONDITION,
    "清算结果于{since}公示，须满{days}天（{cite}），最早可于{value}关闭。",
)

_LONGEST_NOTE, _LONGEST_DECISION = 500, 100


class State(StrEnum):
    """Where a clearing stands."""

    DRAFT = "draft"
    TRIAL = "trial"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    PUBLISHED = "published"
    CLOSED = "closed"
    RETURNED = "returned"
    FAILED = "failed"


STATE_NAMES = {
    State.DRAFT: "草案（计算中）",
    State.TRIAL: "已试算",
    State.REVIEWED: "已复核",
    State.APPROVED: "已批准",
    State.PUBLISHED: "公示中",
    State.CLOSED: "已关闭",
    State.RETURNED: "已退回",
    State.FAILED: "未成功",
}
#: States in which the figures are shown to the hospitals of the pool.
SHOWN = frozenset({State.PUBLISHED, State.CLOSED})
#: States that leave room for another clearing of the year.
ENDED = frozenset({State.RETURNED, State.FAILED})

START, TRY, REVIEW, APPROVE, PUBLISH, CLOSE, RETURN, FAIL = (
    "start", "try", "review", "approve", "publish", "close", "return", "fail",
)  # fmt: skip
EVENT_NAMES = {
    START: "编制", TRY: "试算", REVIEW: "复核", APPROVE: "批准", PUBLISH: "公示", CLOSE: "关闭",
    RETURN: "退回", FAIL: "终止",
}  # fmt: skip


class Step(NamedTuple):
    """One allowed move. ``apart`` names earlier events whose doers may not do this one."""

    event: str
    sources: frozenset[State]
    target: State
    role: str
    apart: tuple[str, ...] = ()
    #: What has to be written down with it.
    decision: bool = False
    note: bool = False


STEPS: Mapping[str, Step] = {
    step.event: step
    for step in (
        Step(TRY, frozenset({State.DRAFT}), State.TRIAL, "service"),
        Step(FAIL, frozenset({State.DRAFT}), State.FAILED, "service"),
        Step(REVIEW, frozenset({State.TRIAL}), State.REVIEWED, "bureau", apart=(START,)),
        Step(
            APPROVE,
            frozenset({State.REVIEWED}),
            State.APPROVED,
            "bureau",
            apart=(START, REVIEW),
            decision=True,
        ),
        Step(PUBLISH, frozenset({State.APPROVED}), State.PUBLISHED, "bureau"),
        Step(CLOSE, frozenset({State.PUBLISHED}), State.CLOSED, "bureau", apart=(START,)),
        Step(
            RETURN,
            frozenset({State.TRIAL, State.REVIEWED, State.APPROVED, State.PUBLISHED}),
            State.RETURNED,
            "bureau",
            note=True,
        ),
    )
}


def move(
    event: str, state: State, subject: str, done: Mapping[str, str], decision_no: str, note: str
) -> Step:
    """The step an event is, when it may be done now by this person.

    :param done: who did each earlier event.
    :raises Fault: YEAR_EVENT_UNKNOWN, YEAR_STATE_WRONG, YEAR_SAME_PERSON, YEAR_DECISION_MISSING,
        YEAR_NOTE_MISSING.
    """
    step = STEPS.get(event)
    if step is None:
        known = "、".join(name for name, found in STEPS.items() if found.role == "bureau")
        raise Fault(EVENT_UNKNOWN, field="event", value=event, known=known)
    name = EVENT_NAMES[event]
    if state not in step.sources:
        raise Fault(STATE_WRONG, field="event", value=name, state=STATE_NAMES[state])
    for earlier in step.apart:
        if done.get(earlier) == subject:
            raise Fault(SAME_PERSON, field="subject", value=name, done=EVENT_NAMES[earlier])
    if step.decision and not (1 <= len(decision_no) <= _LONGEST_DECISION and decision_no.isprintable()):
        raise Fault(DECISION_MISSING, field="decision_no", value=name)
    if step.note and not 1 <= len(note) <= _LONGEST_NOTE:
        raise Fault(NOTE_MISSING, field="note", value=note)
    return step


def deadline_of(year: int, policy: Policy) -> date | None:
    """The last day for clearing a year, in the year after; ``None`` where no rule sets one.

    :raises Fault: POLICY_VALUE when the day does not exist.
    """
    if not policy.has(DEADLINE_KEY):
        return None
    month, _, day = policy.text(DEADLINE_KEY).partition("-")
    try:
        return date(year + 1, int(month), int(day))
    except ValueError as error:
        raise broken(policy, DEADLINE_KEY, policy.text(DEADLINE_KEY), "不是次年的一天") from error


def late(year: int, today: date, policy: Policy) -> str:
    """A warning when the deadline has passed, empty before it; what it does is policy.

    :raises Fault: YEAR_LATE where ``clearing.deadline_effect`` is refuse; POLICY_MISSING, POLICY_VALUE.
    """
    last = deadline_of(year, policy)
    if last is None or today <= last:
        return ""
    cite = policy.citation(policy.rule(DEADLINE_KEY))
    if choice(policy, EFFECT_KEY, "warn", "refuse") == "refuse":
        raise Fault(YEAR_LATE, field=DEADLINE_KEY, value=last, year=year, cite=cite)
    return YEAR_LATE_TEXT.format(year=year, day=last, cite=cite)


def check_publicity(published: date, today: date, policy: Policy) -> None:
    """A result is closed only after its days of publicity 公示期.

    :raises Fault: YEAR_PUBLICITY_RUNNING, POLICY_MISSING.
    """
    days = policy.integer(PUBLICITY_KEY)
    first = date.fromordinal(published.toordinal() + days)
    if today < first:
        raise Fault(
            PUBLICITY_RUNNING, field=PUBLICITY_KEY, value=first, since=published, days=days,
            cite=policy.citation(policy.rule(PUBLICITY_KEY)),
        )  # fmt: skip
