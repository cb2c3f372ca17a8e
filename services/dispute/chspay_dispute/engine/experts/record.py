"""An expert of the pool 专家库: what he can judge, where he works, what ties him, how long he serves; pure.

An expert is recommended by an institution, confirmed by the pool's secretary for a term, and may be
suspended or removed; only who is confirmed, trained and in his term on the day can be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from chspay_core.errors import Fault, Kind, Reason

EXPERT_BAD = Reason("EXPERT_BAD", Kind.INVALID, "专家登记的{field}有误：{value}（{why}）。")


class Role(StrEnum):
    """What an expert is asked for; one person may have several."""

    CLINICAL = "clinical"
    CODING = "coding"
    INSURANCE = "insurance"
    FINANCE = "finance"
    STATISTICS = "statistics"
    PHARMACY = "pharmacy"
    PRICE = "price"


#: As people call them.
ROLE_TEXTS = {
    Role.CLINICAL: "临床",
    Role.CODING: "病案编码",
    Role.INSURANCE: "医保",
    Role.FINANCE: "财务",
    Role.STATISTICS: "统计",
    Role.PHARMACY: "药学",
    Role.PRICE: "价格",
}


class Standing(StrEnum):
    """Where an expert stands in the pool."""

    RECOMMENDED = "recommended"
    CONFIRMED = "confirmed"
    SUSPENDED = "suspended"
    REMOVED = "removed"


class TieKind(StrEnum):
    """What ties an expert to somebody; the target is an institution, a case or a supplier."""

    KIN = "kin"
    TREATED = "treated"
    SUPPLIER = "supplier"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Employment:
    """Work at an institution from ``since`` up to, not including, ``until`` (none: still there)."""

    institution: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie as declared by the expert or found by an officer."""

    kind: TieKind
    target: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Expert:
    """An expert.

    :param specialties: MDC letters (``MDC:F``) and ICD-10 chapters (``ICD:9``) he judges clinically.
    :param level: level of his institution, 1 to 3; 0 where it has none (a bureau, a university).
    :param communities: medical communities and groups his institutions belong to.
    :param term: first day, and first day after, of the term of office.
    :param trained_until: first day on which his training no longer counts.
    :param barred: why he may not be drawn at all (black mark); empty for none.
    :param recent: panels he was drawn for within the time the policy counts.
    """

    expert_id: str
    institution: str
    level: int
    roles: frozenset[Role]
    specialties: frozenset[str]
    term: tuple[date, date]
    trained_until: date
    employments: tuple[Employment, ...] = ()
    communities: frozenset[str] = frozenset()
    ties: tuple[Tie, ...] = ()
    standing: Standing = Standing.CONFIRMED
    barred: str = ""
    recent: int = 0
    region_code: str = field(default="", compare=False)

    def check(self) -> None:
        """Refuses a record that cannot be meant.

        :raises Fault: EXPERT_BAD.
        """
        if not self.expert_id or not self.institution:
            raise _bad("expert_id、institution", self.expert_id, "不能为空")
        if not self.roles:
            raise _bad("roles", "", "至少一项职责")
        if Role.CLINICAL in self.roles and not self.specialties:
            raise _bad("specialties", "", "临床专家应写明所属的MDC或ICD章节")
        for item in self.specialties:
            if not is_specialty(item):
                raise _bad("specialties", item, "应如MDC:F或ICD:9")
        if self.term[1] <= self.term[0]:
            raise _bad("term", self.term[1], "任期止日应晚于起日")
        if not 0 <= self.level <= 3 or self.recent < 0:
            raise _bad("level", self.level, "等级应为0至3")
        for job in self.employments:
            if job.until is not None and job.until <= job.since:
                raise _bad("employments", job.institution, "离开的日期应晚于到任的日期")

    def serves(self, day: date) -> bool:
        """Whether he can be drawn at all on a day: confirmed, in his term, trained, not barred."""
        return (
            self.standing is Standing.CONFIRMED
            and self.term[0] <= day < self.term[1]
            and day < self.trained_until
            and not self.barred
        )


def is_specialty(text: str) -> bool:
    """Whether a text names an MDC (``MDC:`` and a letter) or a chapter of ICD-10 (``ICD:`` and 1 to 22)."""
    kind, _, rest = text.partition(":")
    if kind == "MDC":
        return len(rest) == 1 and rest.isascii() and rest.isalpha() and rest.isupper()
    return kind == "ICD" and rest.isascii() and rest.isdecimal() and 1 <= int(rest) <= 22 and rest[0] != "0"


def _bad(field_: str, value: object, why: str) -> Fault:
    return Fault(EXPERT_BAD, field=field_, value=value, why=why)
