"""Traditional medicine 中医治疗 and day surgery 日间手术 read from what a list says of one stay.

Both are facts of a single case: no other case matters. A place that has ruled no way of finding them has them
only by decision. What people have decided of a case stands above what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chspay_core.amounts import plain, ratio_half_up
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken
from chspay_settlement.engine.case.marks import Mark, MarkKind

TCM_FINDING, DAY_FINDING = "tcm.share_method", "day_surgery.method"
PROCEDURES, DAYS_MAX = "day_surgery.procedures", "day_surgery.days_max"
#: The kinds of mark found here.
FOUND = frozenset({MarkKind.TCM, MarkKind.DAY_SURGERY})
#: Places a share is kept with; what is beyond them is dropped, so that nobody passes a floor by rounding.
SHARE_PLACES = 6


class Treatment(NamedTuple):
    """What is looked at of one stay; ``None`` where the list does not say."""

    hospital_code: str
    case_id: str
    admitted: date | None
    discharged: date
    procedures: tuple[str, ...]
    tcm_cost_fen: int | None
    cost_fen: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A named way of finding a mark."""

    name: str
    #: The policy to what finds the mark of one case, or none.
    read: Callable[[Policy], Callable[[Treatment], Mark | None]]
    params: tuple[str, ...] = ()


def cost_share(policy: Policy) -> Callable[[Treatment], Mark | None]:
    """中治率: cost of treatment by traditional medicine over all cost (as for TCM groups). A list that does
    not say, or says more than its whole cost, is not found to have any."""
    cite = policy.rule(TCM_FINDING).cite
    unit = 10**SHARE_PLACES

    def find(stay: Treatment) -> Mark | None:
        if not stay.tcm_cost_fen or not 0 < stay.tcm_cost_fen <= stay.cost_fen:
            return None
        share = stay.tcm_cost_fen * unit // stay.cost_fen
        value = plain(ratio_half_up(share, unit, SHARE_PLACES).normalize())
        return Mark(MarkKind.TCM, value, "", cite) if share else None

    return find


def listed_procedure(policy: Policy) -> Callable[[Treatment], Mark | None]:
    """A procedure of the published list of day surgery 日间手术病种目录, discharged within so many days of
    admission (0 the same day, 1 the next, included)."""
    cite = policy.rule(DAY_FINDING).cite
    prefixes = tuple(policy.texts(PROCEDURES))
    most = policy.integer(DAYS_MAX)
    if not prefixes or not all(prefixes):
        raise broken(policy, PROCEDURES, "", "应列出手术操作编码的开头，且不能为空")

    def find(stay: Treatment) -> Mark | None:
        if stay.admitted is None or not 0 <= (stay.discharged - stay.admitted).days <= most:
            return None
        listed = any(code.startswith(prefixes) for code in stay.procedures)
        return Mark(MarkKind.DAY_SURGERY, "", "", cite) if listed else None

    return find


TCM_FINDINGS = Registry[Finding](TCM_FINDING)
TCM_FINDINGS.add(Finding("cost_share@1", cost_share))
DAY_FINDINGS = Registry[Finding](DAY_FINDING)
DAY_FINDINGS.add(Finding("listed_procedure@1", listed_procedure, (PROCEDURES, DAYS_MAX)))


def ruled(policy: Policy) -> bool:
    """Whether the place finds any of these marks from lists."""
    return policy.has(TCM_FINDING) or policy.has(DAY_FINDING)


def treatments(stays: Iterable[Treatment], policy: Policy) -> dict[tuple[str, str], tuple[Mark, ...]]:
    """The marks of cases that have any, by hospital and case; the order of ``stays`` never matters.

    :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
    """
    finders = [
        registry.chosen(policy).read(policy)
        for registry in (TCM_FINDINGS, DAY_FINDINGS)
        if policy.has(registry.key)
    ]
    found = {}
    for stay in stays:
        marks = tuple(mark for find in finders if (mark := find(stay)) is not None)
        if marks:
            found[stay.hospital_code, stay.case_id] = marks
    return found
