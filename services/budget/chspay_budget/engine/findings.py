"""What the watch over institutions finds, and the steps a finding takes; pure.

Heads above their expected range: found -> heard -> removed or dismissed. Abnormal growth of a month: found ->
held (payment held in settlement) -> released, or dismissed. A change of two years: found -> verified or
dismissed. Whoever found it does not decide it, and whoever held a payment does not review the hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from chspay_core.errors import Fault, Kind, Reason


class Subject(StrEnum):
    """What a finding is about."""

    HEADS = "heads"
    GROWTH = "growth"
    CHANGE = "change"


class State(StrEnum):
    """Where a finding stands."""

    FOUND = "found"
    HEARD = "heard"
    REMOVED = "removed"
    HELD = "held"
    RELEASED = "released"
    VERIFIED = "verified"
    DISMISSED = "dismissed"


STATE_NAMES: Mapping[State, str] = MappingProxyType(
    {
        State.FOUND: "已发现",
        State.HEARD: "已听取意见",
        State.REMOVED: "已剔除",
        State.HELD: "已暂缓拨付",
        State.RELEASED: "已解除暂缓",
        State.VERIFIED: "已核实",
        State.DISMISSED: "不予认定",
    }
)
#: From which state a finding of a subject may come to another.
_FROM: Mapping[tuple[Subject, State], State] = MappingProxyType(
    {
        (Subject.HEADS, State.HEARD): State.FOUND,
        (Subject.HEADS, State.REMOVED): State.HEARD,
        (Subject.HEADS, State.DISMISSED): State.HEARD,
        (Subject.GROWTH, State.HELD): State.FOUND,
        (Subject.GROWTH, State.DISMISSED): State.FOUND,
        (Subject.GROWTH, State.RELEASED): State.HELD,
        (Subject.CHANGE, State.VERIFIED): State.FOUND,
        (Subject.CHANGE, State.DISMISSED): State.FOUND,
    }
)
#: What a decision that upholds a finding brings it to.
UPHELD: Mapping[Subject, State] = MappingProxyType(
    {Subject.HEADS: State.REMOVED, Subject.GROWTH: State.HELD, Subject.CHANGE: State.VERIFIED}
)

STATE_WRONG = Reason(
    "WATCH_STATE_WRONG",
    Kind.PRECONDITION,
    "监测事项{value}现为“{state}”，不能办理“{step}”；{needed}。",
)
SAME_PERSON = Reason(
    "WATCH_SAME_PERSON", Kind.DENIED, "监测事项{value}的这一步须由另一人办理：上一步由当前身份办理。"
)
TEXT_MISSING = Reason("WATCH_TEXT_MISSING", Kind.INVALID, "监测事项的“{field}”应填写1至200个可见字符。")
REMOVED_WRONG = Reason(
    "WATCH_REMOVED_WRONG",
    Kind.INVALID,
    "监测事项{value}最多剔除超出预期区间的{most}个人头，至少1个；收到{removed}。",
)
FUND_POOLED = Reason(
    "CHANGE_FUND_POOLED",
    Kind.PRECONDITION,
    "{place}的住院费用已按统筹区整体付费，不能再对单个医疗机构调整住院额度（依据{cite}）。",
)
MONTH_OPEN = Reason(
    "WATCH_MONTH_OPEN",
    Kind.PRECONDITION,
    "监测事项{value}依据的{month}还没有月结，试算不能作为暂缓拨付的依据。请月结后重新比较，再作决定。",
)
FACTS_OLD = Reason(
    "WATCH_FACTS_OLD",
    Kind.PRECONDITION,
    "监测事项{value}的数据不是{month}最新的月结结果（{run_id}）。请先重新比较，再作决定。",
)
NOTHING_OVER = Reason(
    "WATCH_NOTHING_OVER",
    Kind.PRECONDITION,
    "监测事项{value}按{month}的月结结果没有超过限度的费用，不能暂缓拨付；请不予认定。",
)

SINCE_CLOSED = Reason(
    "WATCH_SINCE_CLOSED",
    Kind.PRECONDITION,
    "{value}已经月结，不能从该月起暂缓拨付。请从还没有月结的月份起暂缓。",
)
HOLD_WAITING = Reason(
    "WATCH_HOLD_WAITING",
    Kind.PRECONDITION,
    "监测事项{value}的暂缓拨付正在送达结算，还没有回执。请稍后再办理解除。",
)

_WORDS = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A step taken: by whom, on what statement and decision, and what came of it (text by name)."""

    state: State
    by: str
    statement: str = ""
    decision_no: str = ""
    outcome: Mapping[str, str] = field(default_factory=dict)
    #: Whether settlement refused what the step asked of it, so that it brought nothing about.
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: subject, institution, period (a year or a month), its figures as text, and its steps.

    Figures filed again before anything was heard or decided take the place of earlier ones, which stay
    kept: ``facts_number`` counts them, ``filers`` filed the later ones.
    """

    finding_id: str
    pool: str
    subject: Subject
    institution: str
    period: str
    facts: Mapping[str, str]
    document: str
    policy_digest: str
    worksheet: Mapping[str, object]
    steps: tuple[Step, ...]
    facts_number: int = 1
    filers: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """The last step taken."""
        return self.steps[-1].state

    @property
    def stands_at(self) -> State:
        """From where the next step is taken: the last one that settlement did not refuse."""
        return next(step.state for step in reversed(self.steps) if not step.undone)


def check_line(field: str, text: str) -> str:
    """``text`` without outer blanks, when it is one printable line of at most 200 characters.

    :raises Fault: WATCH_TEXT_MISSING.
    """
    found = text.strip()
    if not 1 <= len(found) <= _WORDS or not found.isprintable():
        raise Fault(TEXT_MISSING, field=field)
    return found


def refresh(standing: Finding, now: Finding, by: str) -> Finding | None:
    """The standing finding with the figures of today; ``None`` when there is nothing to file.

    What was heard or decided was so on its figures and keeps them.
    """
    if standing.state is not State.FOUND or dict(standing.facts) == dict(now.facts):
        return None
    return replace(
        standing, facts=now.facts, document=now.document, policy_digest=now.policy_digest,
        worksheet=now.worksheet, facts_number=standing.facts_number + 1, filers=(*standing.filers, by),
    )  # fmt: skip


def check_hold(finding: Finding, closed_run_id: str) -> int:
    """What may be held, fen: what lies above the limit in the closed month, as the finding has it.

    :param closed_run_id: the newest posted run of the month; empty when the month is not closed.
    :raises Fault: WATCH_MONTH_OPEN, WATCH_FACTS_OLD, WATCH_NOTHING_OVER.
    """
    told = {"value": finding.finding_id, "month": finding.period}
    if not closed_run_id:
        raise Fault(MONTH_OPEN, **told)
    if finding.facts["run_id"] != closed_run_id:
        raise Fault(FACTS_OLD, **told, run_id=closed_run_id)
    fen = int(finding.facts["over_fen"])
    if fen == 0:
        raise Fault(NOTHING_OVER, **told)
    return fen


def hear(finding: Finding, statement: str, by: str) -> Finding:
    """What the institution answered; an answer is needed, were it that there is none.

    :raises Fault: WATCH_STATE_WRONG, WATCH_TEXT_MISSING.
    """
    return _step(finding, Step(State.HEARD, by, check_line("statement", statement)))


def decide(finding: Finding, *, uphold: bool, decision_no: str, by: str, removed: int = 0) -> Finding:
    """The decision by another person than those who filed figures; of heads, how many are removed.

    :raises Fault: WATCH_STATE_WRONG, WATCH_TEXT_MISSING, WATCH_SAME_PERSON, WATCH_REMOVED_WRONG.
    """
    state = UPHELD[finding.subject] if uphold else State.DISMISSED
    _check(finding, state)
    number = check_line("decision_no", decision_no)
    if by in {finding.steps[0].by, *finding.filers}:
        raise Fault(SAME_PERSON, value=finding.finding_id)
    outcome: dict[str, str] = {}
    if state is State.REMOVED:
        most = int(finding.facts["excess"])
        if not 1 <= removed <= most:
            raise Fault(REMOVED_WRONG, field="removed", value=finding.finding_id, most=most, removed=removed)
        outcome = {"removed": str(removed), "valid_heads": str(int(finding.facts["heads"]) - removed)}
    return _step(finding, Step(state, by, "", number, outcome))


def release(finding: Finding, statement: str, decision_no: str, by: str) -> Finding:
    """The review of a hold by another person than the one who placed it.

    :raises Fault: WATCH_STATE_WRONG, WATCH_TEXT_MISSING, WATCH_SAME_PERSON.
    """
    _check(finding, State.RELEASED)
    if by == _held(finding).by:
        raise Fault(SAME_PERSON, value=finding.finding_id)
    said, number = check_line("statement", statement), check_line("decision_no", decision_no)
    return _step(finding, Step(State.RELEASED, by, said, number))


def hold_id(finding: Finding) -> str:
    """The hold of a finding whose payment is held.

    :raises Fault: WATCH_HOLD_WAITING while settlement has not placed it.
    """
    found = _held(finding).outcome.get("hold_id", "")
    if not found:
        raise Fault(HOLD_WAITING, value=finding.finding_id)
    return found


def with_outcome(finding: Finding, **outcome: str) -> Finding:
    """The finding with more said of what its last step brought about."""
    last = finding.steps[-1]
    return replace(finding, steps=(*finding.steps[:-1], replace(last, outcome={**last.outcome, **outcome})))


def _step(finding: Finding, step: Step) -> Finding:
    _check(finding, step.state)
    return replace(finding, steps=(*finding.steps, step))


def _held(finding: Finding) -> Step:
    return next(step for step in reversed(finding.steps) if step.state is State.HELD)


def _check(finding: Finding, to: State) -> None:
    needed = _FROM.get((finding.subject, to))
    if needed is None or finding.stands_at is not needed:
        told = "这类事项没有这一步" if needed is None else f"须处于“{STATE_NAMES[needed]}”"
        raise Fault(
            STATE_WRONG, value=finding.finding_id, state=STATE_NAMES[finding.stands_at],
            step=STATE_NAMES[to].removeprefix("已"), needed=told,
        )  # fmt: skip
