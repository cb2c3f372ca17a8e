"""Conflict of interest 回避: which expert may not judge which matter, and why; pure.

Which rules hold, and how far back employment counts, is policy (``experts.conflicts``); the rules themselves
have names. An expert of the institution under review never takes part (浙江省：被审机构专家不得参与); the
further rules follow the list of the governance design.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.experts.record import Expert, TieKind

CONFLICT_RULE_UNKNOWN = Reason(
    "CONFLICT_RULE_UNKNOWN",
    Kind.PRECONDITION,
    "政策{field}列出了没有的回避规则“{value}”；可用：{known}。",
)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be judged, as far as conflicts need it.

    :param hospitals: the institution whose case it is; several where a matter concerns several.
    :param communities: medical communities and groups of these.
    :param mdc: letter of the major diagnostic category; empty where there is none.
    :param suppliers: who supplied the disputed item.
    :param seen_by: experts and officers (subjects) who took part in an earlier stage.
    :param declared: experts named by a party, each with the reason it gave.
    """

    matter_id: str
    hospitals: frozenset[str]
    communities: frozenset[str] = frozenset()
    mdc: str = ""
    case_id: str = ""
    suppliers: frozenset[str] = frozenset()
    seen_by: frozenset[str] = frozenset()
    declared: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why an expert may not judge a matter: the rule, and what it found."""

    rule: str
    label: str
    found: str


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """A rule in force; ``months``: how far back it looks, where it looks back."""

    name: str
    months: int = 0


def _institution(expert: Expert, matter: Matter, day: date, rule: ConflictRule) -> str:
    if expert.institution in matter.hospitals:
        return expert.institution
    since = months_before(day, rule.months)
    for job in expert.employments:
        if job.institution in matter.hospitals and (job.until is None or job.until > since):
            return job.institution
    return ""


def _community(expert: Expert, matter: Matter, _day: date, _rule: ConflictRule) -> str:
    return min(expert.communities & matter.communities, default="")


def _tie(kind: TieKind, targets: Callable[[Matter], frozenset[str]]) -> _Finder:
    def find(expert: Expert, matter: Matter, _day: date, _rule: ConflictRule) -> str:
        known = targets(matter)
        return next((tie.target for tie in expert.ties if tie.kind is kind and tie.target in known), "")

    return find


def _earlier(expert: Expert, matter: Matter, _day: date, _rule: ConflictRule) -> str:
    return expert.expert_id if expert.expert_id in matter.seen_by else ""


def _declared(expert: Expert, matter: Matter, day: date, rule: ConflictRule) -> str:
    named = next((why for expert_id, why in matter.declared if expert_id == expert.expert_id), "")
    return named or _tie(TieKind.DECLARED, _parties)(expert, matter, day, rule)


def _parties(matter: Matter) -> frozenset[str]:
    return matter.hospitals | frozenset({matter.matter_id, matter.case_id}) - {""}


_Finder = Callable[[Expert, Matter, date, ConflictRule], str]
#: Every rule by name: how it is told, and what it looks at.
RULES: Mapping[str, tuple[str, _Finder]] = {
    "same_institution@1": ("现在或规定期限内曾在被审机构任职", _institution),
    "same_community@1": ("与被审机构同属一个医共体或集团", _community),
    "treated_patient@1": ("参与过该患者的诊治", _tie(TieKind.TREATED, _parties)),
    "kin@1": ("与当事人有亲属关系", _tie(TieKind.KIN, _parties)),
    "earlier_stage@1": ("参与过本案此前的环节", _earlier),
    "supplier@1": ("与争议项目的供应方有利益关系", _tie(TieKind.SUPPLIER, lambda matter: matter.suppliers)),
    "declared@1": ("本人声明或者当事人申请回避", _declared),
}


def coi(expert: Expert, matter: Matter, rules: Sequence[ConflictRule], day: date) -> Conflict | None:
    """The first rule in force that keeps an expert from a matter; none when he may judge it.

    :param day: the day of the draw; former employment is counted back from it.
    :raises Fault: CONFLICT_RULE_UNKNOWN.
    """
    for rule in rules:
        if rule.name not in RULES:
            raise Fault(
                CONFLICT_RULE_UNKNOWN, field="experts.conflicts", value=rule.name, known="、".join(RULES)
            )
        label, finder = RULES[rule.name]
        found = finder(expert, matter, day, rule)
        if found:
            return Conflict(rule.name, label, found)
    return None


def months_before(day: date, months: int) -> date:
    """The day so many months earlier; the last of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")
