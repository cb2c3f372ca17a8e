"""The life of an amendment: who may take which step, and when it is too late.

draft -> reviewed -> approved -> published; author, reviewer and approver are three persons. Any of them
may end in withdrawn; a published amendment only before the first day it applies to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, canonical_json

NOTICE = "amendment.notice_days"


class State(StrEnum):
    """How far an amendment has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    State.DRAFT: "草案",
    State.REVIEWED: "已复核",
    State.APPROVED: "已批准",
    State.PUBLISHED: "已公布",
    State.WITHDRAWN: "已撤回",
}
_BEFORE = {State.REVIEWED: State.DRAFT, State.APPROVED: State.REVIEWED, State.PUBLISHED: State.APPROVED}
#: Steps that three different persons take.
_PERSONS = (State.DRAFT, State.REVIEWED, State.APPROVED)

AMENDMENT_UNKNOWN = Reason(
    "AMENDMENT_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的修订，或不在权限范围内。"
)
AMENDMENT_TAKEN = Reason(
    "AMENDMENT_TAKEN", Kind.CONFLICT, "编号“{value}”已有一份修订。修订不能改写，请换一个编号。"
)
AMENDMENT_STATE = Reason(
    "AMENDMENT_STATE_WRONG",
    Kind.PRECONDITION,
    "修订“{value}”现在是{state}，不能{step}；须先{needed}。",
)
AMENDMENT_SAME_PERSON = Reason(
    "AMENDMENT_SAME_PERSON",
    Kind.DENIED,
    "修订“{value}”的起草、复核、批准须由三个不同的人（密钥）办理，您已办理过其中一步。",
)
AMENDMENT_TOO_EARLY = Reason(
    "AMENDMENT_TOO_EARLY",
    Kind.PRECONDITION,
    "修订“{value}”的新规定自{since}起生效，最早只能自{earliest}起（公布日{today}，须提前{days}天{document}）。",
)
AMENDMENT_IN_EFFECT = Reason(
    "AMENDMENT_IN_EFFECT",
    Kind.PRECONDITION,
    "修订“{value}”自{since}起已经生效，不能撤回。请另作修订，用更晚的规定取代，或用corrects更正。",
)
AMENDMENT_BUILT_UPON = Reason(
    "AMENDMENT_BUILT_UPON",
    Kind.PRECONDITION,
    "修订“{value}”已被其他已公布的修订引用，撤回后{why}。请先撤回引用它的修订。",
)
AMENDMENT_DECIDED_LATER = Reason(
    "AMENDMENT_DECIDED_LATER", Kind.INVALID, "决定日期{value}晚于今天（{today}），请核对。"
)
AMENDMENT_REFUSED = Reason(
    "AMENDMENT_REFUSED",
    Kind.INVALID,
    "修订没有通过检查（{value}）：{why}。涉及{place}的“{field}”，依据{document}。",
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step taken: by whom, when, with which remark."""

    state: State
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Filed:
    """An amendment as it is kept, with every step it has taken."""

    id: str
    place: str
    title: str
    decision: str
    decided_by: str
    decided: date
    begins: date
    new_from: date | None
    digest: str
    content: str
    #: The order in which published amendments apply; ``None`` before publication.
    number: int | None = None
    steps: tuple[Step, ...] = ()

    @property
    def state(self) -> State:
        """The last step taken."""
        return self.steps[-1].state


def check_step(filed: Filed, to: State, by: str) -> None:
    """Whether ``by`` may take the amendment to ``to`` now.

    :raises Fault: AMENDMENT_STATE_WRONG, AMENDMENT_SAME_PERSON.
    """
    needed = _BEFORE.get(to)
    ended = filed.state is State.WITHDRAWN
    if ended or (needed is not None and filed.state is not needed):
        raise Fault(
            AMENDMENT_STATE,
            field="id",
            value=filed.id,
            state=STATE_NAMES[filed.state],
            step=STATE_NAMES[to].removeprefix("已"),
            needed="另行起草" if ended else STATE_NAMES[needed or to].removeprefix("已"),
        )
    if to in _PERSONS and any(step.by == by for step in filed.steps if step.state in _PERSONS):
        raise Fault(AMENDMENT_SAME_PERSON, field="id", value=filed.id)


def check_notice(filed: Filed, policy: Policy) -> None:
    """Whether new rules begin late enough after publication on the policy's day; corrections always do.

    Nobody can keep a rule before it is known, so none begins before it is published; a place may ask for
    more days (``amendment.notice_days``).

    :raises Fault: AMENDMENT_TOO_EARLY.
    """
    days, document = 0, ""
    if policy.has(NOTICE):
        days = policy.integer(NOTICE)
        document = f"，依据{policy.citation(policy.rule(NOTICE))}"
    earliest = policy.on + timedelta(days=days)
    if filed.new_from is not None and filed.new_from < earliest:
        raise Fault(
            AMENDMENT_TOO_EARLY,
            field="since",
            value=filed.id,
            since=filed.new_from,
            earliest=earliest,
            today=policy.on,
            days=days,
            document=document,
        )


def check_retractable(filed: Filed, today: date) -> None:
    """Whether a published amendment has not begun to apply.

    :raises Fault: AMENDMENT_IN_EFFECT.
    """
    if filed.begins <= today:
        raise Fault(AMENDMENT_IN_EFFECT, field="id", value=filed.id, since=filed.begins)


def journal_entry(filed_id: str, place: str, digest: str, state: State, by: str, note: str) -> bytes:
    """What the journal keeps of a step: canonical JSON."""
    return canonical_json(
        {
            "amendment": filed_id,
            "place": place,
            "content": digest,
            "state": state.value,
            "by": by,
            "note": note,
        }
    )
