"""The nouns of bed-days: stays, what happened during them, and what pays each day; pure.

A day range begins on ``since`` and ends before ``until``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason

ONE_DAY = timedelta(days=1)

STAY_EMPTY = Reason("PER_DIEM_STAY_EMPTY", Kind.INVALID, "住院{stay}的“{field}”没有填写。")
STAY_DAYS = Reason("PER_DIEM_STAY_DAYS", Kind.INVALID, "住院{stay}的出院日期{value}早于入院日期。")
STAY_LONG = Reason(
    "PER_DIEM_STAY_LONG",
    Kind.INVALID,
    "住院{stay}长达{value}天，超过{most}天，请核对入院日期或办理中途结算。",
)
STAY_AMOUNT = Reason("PER_DIEM_STAY_AMOUNT", Kind.INVALID, "住院{stay}的“{field}”不能小于零：{value}分。")
RECORD_OUTSIDE = Reason(
    "PER_DIEM_RECORD_OUTSIDE", Kind.INVALID, "住院{stay}的{what}（{value}）不在住院期间之内，请核对。"
)
RECORDS_OVERLAP = Reason(
    "PER_DIEM_RECORDS_OVERLAP", Kind.INVALID, "住院{stay}的{what}（{value}）与另一条记录重叠，请核对。"
)

#: The longest stay that is priced as one list; a longer one is settled in between.
MOST_DAYS = 36_600


class Use(StrEnum):
    """What pays a day of a stay 床日去向."""

    PAID = "paid"
    LEAVE = "leave"
    HELD = "held"
    ELSEWHERE = "elsewhere"
    ACUTE = "acute"
    NOT_PILOT = "not_pilot"
    DISCHARGE = "discharge"


#: In words, as a worksheet says it.
USE_LABELS = {
    Use.PAID: "床日",
    Use.LEAVE: "请假日（不计付）",
    Use.HELD: "请假日（保留床位）",
    Use.ELSEWHERE: "转院当日（由另一机构计）",
    Use.ACUTE: "急性发作日（按病组另行结算）",
    Use.NOT_PILOT: "试点资格之外的日数（另行结算）",
    Use.DISCHARGE: "出院当日（不计）",
}


class Days(NamedTuple):
    """Some days."""

    since: date
    until: date

    def __str__(self) -> str:
        return f"{self.since}至{self.until}（不含）"


class Transfer(NamedTuple):
    """The stay ends (``out``) or begins with a transfer 转院 on ``day``; the other institution and list."""

    day: date
    out: bool
    hospital_code: str
    case_id: str = ""


class OwnList(NamedTuple):
    """Days with a settlement list of their own: an acute episode 急性发作 or an interim list 中途结算."""

    case_id: str
    days: Days
    acute: bool


class Span(NamedTuple):
    """Days of one use; ``by`` names the list or institution that pays or counts them instead."""

    since: date
    until: date
    use: Use
    by: str = ""

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days


@dataclass(frozen=True, slots=True)
class Stay:
    """One settlement list of a long stay. Amounts are fen; ``None`` is unknown, never zero."""

    case_id: str
    hospital_code: str
    department: str
    admission: date
    discharge: date
    category: str = ""
    leaves: tuple[Days, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    own_lists: tuple[OwnList, ...] = ()
    total_cost_fen: int | None = None
    patient_paid_fen: int | None = None
    person_key: str = ""
    level: int | None = None
    insurance_type: str = ""

    @property
    def end(self) -> date:
        """The day after the discharge: no day of the stay lies on or after it."""
        return self.discharge + ONE_DAY


def check_stay(stay: Stay) -> None:
    """Refuses a stay that cannot be meant.

    :raises Fault: PER_DIEM_STAY_*, PER_DIEM_RECORD_OUTSIDE, PER_DIEM_RECORDS_OVERLAP.
    """
    for name in ("case_id", "hospital_code"):
        if not getattr(stay, name).strip():
            raise Fault(STAY_EMPTY, field=name, stay=stay.case_id)
    if not (stay.department or stay.category):
        raise Fault(STAY_EMPTY, field="department", stay=stay.case_id)
    if stay.discharge < stay.admission:
        raise Fault(STAY_DAYS, field="discharge", value=stay.discharge, stay=stay.case_id)
    length = (stay.end - stay.admission).days
    if length > MOST_DAYS:
        raise Fault(STAY_LONG, field="admission", value=length, most=MOST_DAYS, stay=stay.case_id)
    for name in ("total_cost_fen", "patient_paid_fen"):
        amount = getattr(stay, name)
        if amount is not None and amount < 0:
            raise Fault(STAY_AMOUNT, field=name, value=amount, stay=stay.case_id)
    _check_leaves(stay)
    _check_lists(stay)
    _check_transfers(stay)


def _check_leaves(stay: Stay) -> None:
    for leave in stay.leaves:
        # Who is back is back at the latest to be discharged.
        if not stay.admission <= leave.since < leave.until <= max(stay.discharge, stay.admission + ONE_DAY):
            raise Fault(RECORD_OUTSIDE, field="leaves", value=leave, what="请假", stay=stay.case_id)
    _apart(stay, "leaves", "请假", list(stay.leaves))


def _check_lists(stay: Stay) -> None:
    for own in stay.own_lists:
        if not own.case_id or own.case_id == stay.case_id:
            raise Fault(STAY_EMPTY, field="own_lists.case_id", stay=stay.case_id)
        if not stay.admission <= own.days.since < own.days.until <= stay.end:
            raise Fault(RECORD_OUTSIDE, field="own_lists", value=own.days, what="单独结算", stay=stay.case_id)
    _apart(stay, "own_lists", "单独结算", [own.days for own in stay.own_lists])
    acute = [own.days for own in stay.own_lists if own.acute]
    _apart(stay, "leaves", "请假", [*acute, *stay.leaves])


def _apart(stay: Stay, field: str, what: str, days: list[Days]) -> None:
    ordered = sorted(days)
    for before, after in pairwise(ordered):
        if after.since < before.until:
            raise Fault(RECORDS_OVERLAP, field=field, value=after, what=what, stay=stay.case_id)


def _check_transfers(stay: Stay) -> None:
    for out in (False, True):
        found = [transfer for transfer in stay.transfers if transfer.out is out]
        wanted = stay.discharge if out else stay.admission
        what = "转出" if out else "转入"
        for transfer in found:
            if transfer.day != wanted or not transfer.hospital_code:
                raise Fault(
                    RECORD_OUTSIDE, field="transfers", value=transfer.day, what=what, stay=stay.case_id
                )
        if len(found) > 1:
            raise Fault(RECORDS_OVERLAP, field="transfers", value=found[1].day, what=what, stay=stay.case_id)
