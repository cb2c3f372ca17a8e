"""Findings on invalid heads 无效人头: found, heard, then removed or dismissed; pure.

杭州2019征求意见稿 二(二)1(5): heads made artificially, so that they distort the targets, are removed by the
agency. The text names no test, so a finding states its cause and its proof, the institution is heard before
anything is decided, and whoever found it does not decide it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from chspay_capitation.engine.attribution import Span
from chspay_core.errors import Fault, Kind, Reason


class State(StrEnum):
    """Where a finding stands."""

    FOUND = "found"
    HEARD = "heard"
    REMOVED = "removed"
    DISMISSED = "dismissed"


FINDING_EMPTY = Reason("HEAD_FINDING_EMPTY", Kind.INVALID, "无效人头认定的“{field}”没有填写。")
FINDING_PERIOD = Reason(
    "HEAD_FINDING_PERIOD", Kind.INVALID, "无效人头的截止日期（不含）{value}应晚于起始日期。"
)
FINDING_STATE = Reason(
    "HEAD_FINDING_STATE",
    Kind.PRECONDITION,
    "无效人头认定{value}现为“{state}”，不能{step}；须先认定、再听取意见、后决定。",
)
FINDING_SAME_PERSON = Reason(
    "HEAD_FINDING_SAME_PERSON", Kind.DENIED, "无效人头认定{value}由同一人提出，须由另一人决定。"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding on one person's days in ``span``."""

    finding_no: str
    person_key: str
    span: Span
    cause: str
    document: str
    found_by: str
    state: State = State.FOUND
    statement: str = ""
    decision_no: str = ""
    decided_by: str = ""


def file(finding: Finding) -> Finding:
    """A new finding, checked.

    :raises Fault: HEAD_FINDING_EMPTY, HEAD_FINDING_PERIOD.
    """
    for name in ("finding_no", "person_key", "cause", "document"):
        if not getattr(finding, name).strip():
            raise Fault(FINDING_EMPTY, field=name)
    if finding.span.until <= finding.span.since:
        raise Fault(FINDING_PERIOD, field="until", value=finding.span.until)
    return finding


def hear(finding: Finding, statement: str) -> Finding:
    """What the community answered; an answer is needed, were it that there is none.

    :raises Fault: HEAD_FINDING_STATE, HEAD_FINDING_EMPTY.
    """
    _stands(finding, State.FOUND, "听取意见")
    if not statement.strip():
        raise Fault(FINDING_EMPTY, field="statement")
    return replace(finding, state=State.HEARD, statement=statement.strip())


def decide(finding: Finding, *, remove: bool, decision_no: str, decided_by: str) -> Finding:
    """The decision, by somebody else than the finder.

    :raises Fault: HEAD_FINDING_STATE, HEAD_FINDING_EMPTY, HEAD_FINDING_SAME_PERSON.
    """
    _stands(finding, State.HEARD, "决定")
    if not decision_no.strip():
        raise Fault(FINDING_EMPTY, field="decision_no")
    if decided_by == finding.found_by:
        raise Fault(FINDING_SAME_PERSON, value=finding.finding_no)
    state = State.REMOVED if remove else State.DISMISSED
    return replace(finding, state=state, decision_no=decision_no.strip(), decided_by=decided_by)


def _stands(finding: Finding, wanted: State, step: str) -> None:
    if finding.state is not wanted:
        raise Fault(FINDING_STATE, value=finding.finding_no, state=finding.state.value, step=step)


def removed_spans(findings: Iterable[Finding]) -> dict[str, list[Span]]:
    """The days removed of each person; a day counts once however many findings name it."""
    persons: defaultdict[str, list[Span]] = defaultdict(list)
    for finding in findings:
        if finding.state is State.REMOVED:
            persons[finding.person_key].append(finding.span)
    return {key: _merged(spans) for key, spans in persons.items()}


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.since <= found[-1].until:
            found[-1] = Span(found[-1].since, max(found[-1].until, span.until))
        else:
            found.append(span)
    return found
