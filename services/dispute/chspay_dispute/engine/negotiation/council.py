"""The council 协商代表会议: who sits in it, whether every class is seated, who may vote on what.

Hospitals and the bureau have equally many seats, every class of hospital has at least its number, and at
a renewal a share of the seats goes to others (governance A8). Which classes there are, and the shares,
is policy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from chspay_core.errors import Fault, Kind, Reason

HOSPITAL: Final = "hospital"
BUREAU: Final = "bureau"
SIDES: Final = {HOSPITAL: "医疗机构", BUREAU: "医保部门"}

COUNCIL_EMPTY = Reason("COUNCIL_EMPTY", Kind.INVALID, "协商代表名单是空的，请至少列出双方代表各一名。")
COUNCIL_SIDE = Reason(
    "COUNCIL_SIDE", Kind.INVALID, "代表{value}的一方应为hospital（医疗机构）或bureau（医保部门）。"
)
COUNCIL_UNEQUAL = Reason(
    "COUNCIL_UNEQUAL", Kind.INVALID, "医疗机构代表{value}名，医保部门代表{bureau}名；双方人数应相等。"
)
COUNCIL_TWICE = Reason(
    "COUNCIL_TWICE", Kind.INVALID, "代表、登录身份或公钥重复：{value}。一人一席，一席一把密钥。"
)
COUNCIL_CLASS_UNKNOWN = Reason(
    "COUNCIL_CLASS_UNKNOWN", Kind.INVALID, "代表{delegate}的类别{value}不在本地规定的类别之内：{known}。"
)
COUNCIL_CLASS_MISSING = Reason(
    "COUNCIL_CLASS_MISSING", Kind.INVALID, "类别“{value}”应至少有{least}席，名单里有{seats}席。"
)
COUNCIL_NOT_ROTATED = Reason(
    "COUNCIL_NOT_ROTATED",
    Kind.INVALID,
    "换届应至少更换{share}的席位：上届{before}席，留任{value}席，还应更换{missing}席。",
)
FRACTION_BAD = Reason("FRACTION_BAD", Kind.INVALID, "“{value}”不是份额；请写成2/3这样的形式，不大于1。")


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat.

    :param side: ``hospital`` or ``bureau``.
    :param institution: code of the hospital, or name of the office.
    :param subject: the caller (claim subject) who speaks and votes for it.
    :param public_key: SM2 public key its ballots are signed with, 130 hex digits.
    """

    delegate_id: str
    side: str
    institution: str
    classes: frozenset[str]
    subject: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A class of hospitals and how many seats it has at least."""

    name: str
    label: str
    least: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who has come: how many of how many, whether that is enough, which classes are not there."""

    present: int
    seats: int
    quorum_met: bool
    classes_missing: tuple[str, ...]


def share_of(text: str) -> Fraction:
    """A share as policy writes it: ``2/3``, ``1``.

    :raises Fault: FRACTION_BAD.
    """
    above, _, below = text.partition("/")
    parts = (above, below or "1")
    if not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts) or int(parts[1]) == 0:
        raise Fault(FRACTION_BAD, field="share", value=text)
    found = Fraction(int(parts[0]), int(parts[1]))
    if found > 1:
        raise Fault(FRACTION_BAD, field="share", value=text)
    return found


def check_council(seats: Sequence[Seat], wanted: Iterable[Wanted]) -> None:
    """Whether these seats make a council.

    :raises Fault: COUNCIL_EMPTY, COUNCIL_SIDE, COUNCIL_TWICE, COUNCIL_UNEQUAL, COUNCIL_CLASS_UNKNOWN,
        COUNCIL_CLASS_MISSING.
    """
    if not seats:
        raise Fault(COUNCIL_EMPTY, field="seats")
    for names in (
        [seat.delegate_id for seat in seats],
        [seat.subject for seat in seats],
        [seat.public_key for seat in seats],
    ):
        name, count = Counter(names).most_common(1)[0]
        if count > 1:
            raise Fault(COUNCIL_TWICE, field="seats", value=name)
    sides = Counter(seat.side for seat in seats)
    for seat in seats:
        if seat.side not in SIDES:
            raise Fault(COUNCIL_SIDE, field="side", value=seat.delegate_id)
    if sides[HOSPITAL] != sides[BUREAU]:
        raise Fault(COUNCIL_UNEQUAL, field="seats", value=sides[HOSPITAL], bureau=sides[BUREAU])
    classes = {item.name: item for item in wanted}
    for seat in seats:
        for name in sorted(seat.classes - classes.keys()):
            known = "、".join(classes)
            raise Fault(
                COUNCIL_CLASS_UNKNOWN, field="classes", value=name, delegate=seat.delegate_id, known=known
            )
    for item in classes.values():
        found = sum(item.name in seat.classes for seat in seats)
        if found < item.least:
            raise Fault(
                COUNCIL_CLASS_MISSING, field="classes", value=item.label, least=item.least, seats=found
            )


def check_rotation(before: Sequence[Seat], after: Sequence[Seat], share: Fraction) -> None:
    """Whether enough seats of the hospitals go to other institutions than before.

    :raises Fault: COUNCIL_NOT_ROTATED.
    """
    old = [seat.institution for seat in before if seat.side == HOSPITAL]
    new = Counter(seat.institution for seat in after if seat.side == HOSPITAL)
    stay = 0
    for institution in old:
        if new[institution] > 0:
            new[institution] -= 1
            stay += 1
    due = -(-share.numerator * len(old) // share.denominator)
    missing = due - (len(old) - stay)
    if missing > 0:
        raise Fault(
            COUNCIL_NOT_ROTATED, field="seats", value=stay, share=str(share), before=len(old), missing=missing
        )


def attendance(
    seats: Sequence[Seat], present: Collection[str], wanted: Iterable[Wanted], quorum: Fraction
) -> Attendance:
    """Whether those who have come are a quorum, and every class that must be seated is among them."""
    here = [seat for seat in seats if seat.delegate_id in present]
    missing = tuple(
        item.label
        for item in wanted
        if item.least > 0 and not any(item.name in seat.classes for seat in here)
    )
    enough = len(here) * quorum.denominator >= quorum.numerator * len(seats) and bool(here)
    return Attendance(len(here), len(seats), enough, missing)


def conflicted(
    seat: Seat, groups: Mapping[str, Mapping[str, int]], limit: Fraction
) -> tuple[tuple[str, Fraction], ...]:
    """The groups of the topic of which the seat's hospital has more than ``limit``, and how much.

    Such a hospital may speak and not vote. The bureau has no discharges and no conflict.

    :param groups: discharges by group and hospital.
    """
    if seat.side != HOSPITAL:
        return ()
    found = []
    for group, by_hospital in sorted(groups.items()):
        total, own = sum(by_hospital.values()), by_hospital.get(seat.institution, 0)
        if own * limit.denominator > limit.numerator * total:
            found.append((group, Fraction(own, total)))
    return tuple(found)
