"""Readmissions 再入院: which earlier stays count less because the patient came back too soon.

Jinhua 2016 looks at the same group within 10 days; Zhejiang at the same institution and group within 15
days without good reason, radiotherapy, chemotherapy and the like exempt, the earlier stay's points halved
(unverified). Days, factor, reach and exemptions are policy; a place that has ruled nothing has no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell, choice, fraction
from chspay_settlement.engine.case.marks import Mark, MarkKind

METHOD, DAYS, FACTOR = "readmission.method", "readmission.days", "readmission.earlier_factor"
WITHIN, EXEMPT = "readmission.within", "readmission.exempt"
_WHAT = ("group", "diagnosis", "procedure")


class Stay(NamedTuple):
    """What the rule looks at of one grouped stay. ``person`` is the keyed digest of the patient's number;
    a stay without one is never linked."""

    case_id: str
    hospital_code: str
    person: str
    drg: str
    admitted: date
    discharged: date
    diagnosis: str
    procedures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadmissionMethod:
    """A rule about readmissions: stays to the marks of the earlier ones, by hospital and case."""

    name: str
    find: Callable[[Iterable[Stay], Policy], dict[tuple[str, str], Mark]]
    params: tuple[str, ...] = ()


def same_group_earlier_factor(stays: Iterable[Stay], policy: Policy) -> dict[tuple[str, str], Mark]:
    """The earlier of two stays of one person in one group counts ``readmission.earlier_factor`` of its
    points when the later began within ``readmission.days`` days of its discharge, unless exempt."""
    days = policy.integer(DAYS)
    shown = policy.text(FACTOR)
    if fraction(policy, FACTOR) > 1:
        raise broken(policy, FACTOR, shown, "折算比例不能大于1")
    anywhere = choice(policy, WITHIN, "hospital", "any") == "any"
    exempt = _exemptions(policy)
    cite = policy.rule(METHOD).cite
    linked: dict[tuple[str, ...], list[Stay]] = {}
    for stay in stays:
        if stay.person and stay.drg:
            reach = () if anywhere else (stay.hospital_code,)
            linked.setdefault((stay.person, stay.drg, *reach), []).append(stay)
    found: dict[tuple[str, str], Mark] = {}
    for group in linked.values():
        ordered = sorted(group, key=_order)
        for place, earlier in enumerate(ordered):
            later = _return(earlier, ordered[place + 1 :], days, exempt)
            if later is not None:
                gap = (later.admitted - earlier.discharged).days
                told = f"{cite} 出院{gap}天后再入院：{later.hospital_code}病例{later.case_id}"
                mark = Mark(MarkKind.READMISSION, shown, "", told)
                found[earlier.hospital_code, earlier.case_id] = mark
    return found


READMISSIONS = Registry[ReadmissionMethod](METHOD)
READMISSIONS.add(
    ReadmissionMethod(
        "same_group_earlier_factor@1", same_group_earlier_factor, (DAYS, FACTOR, WITHIN, EXEMPT)
    )
)


def readmissions(stays: Iterable[Stay], policy: Policy) -> dict[tuple[str, str], Mark]:
    """The marks of earlier stays by ``(hospital_code, case_id)``; the order of ``stays`` never matters.

    The stays must hold those of the days after the period too, or its last stays cannot be judged.

    :raises Fault: POLICY_MISSING, POLICY_TYPE, POLICY_VALUE, METHOD_UNKNOWN.
    """
    return READMISSIONS.chosen(policy).find(stays, policy) if policy.has(METHOD) else {}


def _return(
    earlier: Stay, following: list[Stay], days: int, exempt: dict[str, tuple[str, ...]]
) -> Stay | None:
    """The first stay that is a readmission after ``earlier``; one that overlaps it is none."""
    for later in following:
        gap = (later.admitted - earlier.discharged).days
        if gap > days:
            return None
        if gap >= 0 and not _exempted(later, exempt):
            return later
    return None


def _exempted(stay: Stay, exempt: dict[str, tuple[str, ...]]) -> bool:
    """Whether the return was meant: its group, main diagnosis or a procedure is on the list."""
    return (
        stay.drg.startswith(exempt["group"])
        or stay.diagnosis.startswith(exempt["diagnosis"])
        or any(code.startswith(exempt["procedure"]) for code in stay.procedures)
    )


def _exemptions(policy: Policy) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {what: [] for what in _WHAT}
    for row in policy.table(EXEMPT):
        what, prefix = cell(policy, EXEMPT, row, "what"), cell(policy, EXEMPT, row, "prefix")
        if what not in found or not prefix:
            raise broken(
                policy, EXEMPT, f"{what} {prefix}", f"what应为{'、'.join(_WHAT)}之一，prefix不能为空"
            )
        found[what].append(prefix)
    return {what: tuple(sorted(prefixes)) for what, prefixes in found.items()}


def _order(stay: Stay) -> tuple[date, date, str, str]:
    return (stay.admitted, stay.discharged, stay.hospital_code, stay.case_id)
