"""Which day of a stay is paid by what: a partition of its days, so that none is lost or counted twice.

payment.md D leaves leave, transfers, the day of discharge and acute episodes to the place, so each is a named
rule. A day that this stay does not pay names the list or institution that does, or the rule that pays nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_perdiem.engine.stay import ONE_DAY, OwnList, Span, Stay, Use, check_stay
from chspay_perdiem.engine.terms import Terms

CATEGORY_UNKNOWN = Reason(
    "PER_DIEM_CATEGORY_UNKNOWN", Kind.INVALID, "住院{stay}的床日类别“{value}”不在政策的清单中。"
)
INTERIM_MISSING = Reason(
    "PER_DIEM_INTERIM_MISSING",
    Kind.PRECONDITION,
    "住院{stay}的{value}不在试点成员资格之内，请先为这些日数办理中途结算，再按床日计价。",
)
LIST_UNWANTED = Reason(
    "PER_DIEM_OWN_LIST_UNWANTED",
    Kind.PRECONDITION,
    "住院{stay}不按床日付费（{why}），其中的{value}不应另有结算清单，同一天不能付两次，请核对。",
)
INTERIM_UNWANTED = Reason(
    "PER_DIEM_INTERIM_UNWANTED",
    Kind.PRECONDITION,
    "住院{stay}的中途结算{list}包含应按床日计付的{value}，同一天不能付两次，请核对。",
)


class Route(NamedTuple):
    """How a whole stay is paid: ``per_diem``, ``drg`` or ``not_pilot``, with a stable reason."""

    method: str
    category: str
    reason: str
    told: str


PER_DIEM, DRG, NOT_PILOT = "per_diem", "drg", "not_pilot"


class Membership(NamedTuple):
    """An institution is a member of the pilot for a category; ``until`` is not included."""

    hospital_code: str
    category: str
    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """Whether the membership includes ``day``."""
        return self.since <= day and (self.until is None or day < self.until)


class Pilots:
    """The memberships of a pool, looked up by day."""

    def __init__(self, memberships: Iterable[Membership]) -> None:
        self._known: dict[tuple[str, str], list[Membership]] = {}
        for item in memberships:
            self._known.setdefault((item.hospital_code, item.category), []).append(item)

    def covers(self, hospital_code: str, category: str, day: date) -> bool:
        """Whether the institution is a member for the category on ``day``."""
        return any(item.covers(day) for item in self._known.get((hospital_code, category), ()))

    def hospitals(self, since: date, until: date) -> list[str]:
        """Members on some day of ``[since, until)``."""
        return sorted(
            {
                code
                for (code, _), items in self._known.items()
                if any(item.since < until and (item.until is None or item.until > since) for item in items)
            }
        )


class Run(NamedTuple):
    """Bed-days that are counted together: days present and days of a kept bed, with the spans they lie in.

    Spans are numbered from 1, as on the worksheet.
    """

    present: int
    held: int
    present_spans: tuple[int, ...] = ()
    held_spans: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Allotment:
    """The days of one stay: the partition, the own lists that pay by group, and those that are too short."""

    route: Route
    spans: tuple[Span, ...]
    separate: tuple[OwnList, ...] = ()
    folded: tuple[OwnList, ...] = ()
    runs: tuple[Run, ...] = ()

    def days_of(self, *uses: Use) -> int:
        """How many days have one of these uses."""
        return sum(span.days for span in self.spans if span.use in uses)


def route_of(stay: Stay, terms: Terms, pilots: Pilots) -> Route:
    """How the stay as a whole is paid, before its days are looked at.

    :raises Fault: PER_DIEM_CATEGORY_UNKNOWN.
    """
    category = stay.category or terms.departments.get(stay.department, "")
    if not category:
        told = f"科室{stay.department}不是床日科室，按病组结算"
        return Route(DRG, "", "PER_DIEM_NOT_A_DEPARTMENT", told)
    if category not in terms.categories:
        raise Fault(CATEGORY_UNKNOWN, field="category", value=category, stay=stay.case_id)
    if terms.membership.name == "by_day@1":
        member = any(pilots.covers(stay.hospital_code, category, day) for day in _days(stay))
    else:
        day = stay.admission if terms.membership.name == "by_admission@1" else stay.discharge
        member = pilots.covers(stay.hospital_code, category, day)
    if not member:
        told = (
            f"医疗机构{stay.hospital_code}在住院期间不是{terms.categories[category].name}床日付费的试点成员"
        )
        return Route(NOT_PILOT, category, "PER_DIEM_NOT_A_MEMBER", told)
    return Route(PER_DIEM, category, "", "")


def allot(stay: Stay, terms: Terms, pilots: Pilots) -> Allotment:
    """The partition of the days of a stay.

    :raises Fault: PER_DIEM_*: the stay or its records cannot be meant, or an interim list is missing.
    """
    check_stay(stay)
    route = route_of(stay, terms, pilots)
    if route.method != PER_DIEM:
        if stay.own_lists:
            own = stay.own_lists[0].case_id
            raise Fault(LIST_UNWANTED, field="own_lists", value=own, why=route.told, stay=stay.case_id)
        whole = Use.NOT_PILOT if route.method == NOT_PILOT else Use.ACUTE
        return Allotment(route, (Span(stay.admission, stay.end, whole, stay.case_id),))
    uses = _uses(stay, terms)
    separate, folded = _mark_acute(stay, terms, uses)
    separate += _mark_outside(stay, terms, pilots, route.category, uses)
    spans = tuple(_spans(stay.admission, uses))
    runs = _runs(spans, restarts=terms.after_acute.name == "restarts@1")
    if not any(use in (Use.PAID, Use.HELD, Use.LEAVE, Use.ELSEWHERE) for use, _ in uses):
        told = "住院期间没有床日：全部日数由单独的结算清单结算"
        route = Route(DRG, route.category, "PER_DIEM_NO_DAY_LEFT", told)
    return Allotment(route, spans, tuple(separate), tuple(folded), runs)


def _days(stay: Stay) -> Iterable[date]:
    return (stay.admission + timedelta(days=at) for at in range((stay.end - stay.admission).days))


Marked = list[tuple[Use, str]]


def _uses(stay: Stay, terms: Terms) -> Marked:
    """Every day present, then the day of discharge, leave and transfers."""
    uses: Marked = [(Use.PAID, "")] * (stay.end - stay.admission).days
    for leave in stay.leaves:
        first = (leave.since - stay.admission).days
        for at in range(first, (leave.until - stay.admission).days):
            held = at - first < terms.held_days
            uses[at] = (Use.HELD if held else Use.LEAVE, "")
    if len(uses) > 1 and terms.discharge.name == "not_counted@1":
        uses[-1] = (Use.DISCHARGE, "")
    receiving = terms.transfer.name == "receiving@1"
    # A day on which one comes and goes again belongs to whoever the rule looks at: it is elsewhere.
    for transfer in sorted(stay.transfers, key=lambda item: item.out is receiving):
        counts_here = transfer.out is not receiving
        at = len(uses) - 1 if transfer.out else 0
        uses[at] = (
            (Use.PAID, "") if counts_here else (Use.ELSEWHERE, transfer.case_id or transfer.hospital_code)
        )
    return uses


def _mark_acute(stay: Stay, terms: Terms, uses: Marked) -> tuple[list[OwnList], list[OwnList]]:
    separate, folded = [], []
    for own in sorted(stay.own_lists, key=lambda item: item.days):
        if not own.acute:
            continue
        if (own.days.until - own.days.since).days < terms.acute_days:
            folded.append(own)
            continue
        separate.append(own)
        _mark(stay, own, Use.ACUTE, uses)
    return separate, folded


def _mark(stay: Stay, own: OwnList, use: Use, uses: Marked) -> None:
    for at in range((own.days.since - stay.admission).days, (own.days.until - stay.admission).days):
        # A day that another institution counts stays there; one nobody pays stays unpaid.
        if uses[at][0] not in (Use.ELSEWHERE, Use.DISCHARGE):
            uses[at] = (use, own.case_id)


def _mark_outside(stay: Stay, terms: Terms, pilots: Pilots, category: str, uses: Marked) -> list[OwnList]:
    """Days outside of the membership, each of which needs an interim list; nothing else may have one."""
    interim = sorted((own for own in stay.own_lists if not own.acute), key=lambda item: item.days)
    by_day = terms.membership.name == "by_day@1"
    outside = [by_day and not pilots.covers(stay.hospital_code, category, day) for day in _days(stay)]
    for own in interim:
        for at in range((own.days.since - stay.admission).days, (own.days.until - stay.admission).days):
            if not outside[at]:
                day = stay.admission + timedelta(days=at)
                raise Fault(
                    INTERIM_UNWANTED, field="own_lists", value=day, list=own.case_id, stay=stay.case_id
                )
        _mark(stay, own, Use.NOT_PILOT, uses)
    for at, (use, _) in enumerate(uses):
        if outside[at] and use in (Use.PAID, Use.HELD, Use.LEAVE):
            day = stay.admission + timedelta(days=at)
            raise Fault(INTERIM_MISSING, field="own_lists", value=day, stay=stay.case_id)
    return interim


def _spans(first: date, uses: Sequence[tuple[Use, str]]) -> Iterable[Span]:
    since = first
    for (use, by), days in groupby(uses):
        until = since + ONE_DAY * len(list(days))
        yield Span(since, until, use, by)
        since = until


def _runs(spans: Sequence[Span], *, restarts: bool) -> tuple[Run, ...]:
    """Bed-days in the pieces that bands are counted by: one, or a new one after each acute episode."""
    pieces: list[list[int]] = [[]]
    for number, span in enumerate(spans, start=1):
        if span.use is Use.ACUTE and restarts and pieces[-1]:
            pieces.append([])
        elif span.use in (Use.PAID, Use.HELD):
            pieces[-1].append(number)
    return tuple(_run(spans, piece) for piece in pieces if piece or len(pieces) == 1)


def _run(spans: Sequence[Span], piece: Sequence[int]) -> Run:
    present = tuple(number for number in piece if spans[number - 1].use is Use.PAID)
    held = tuple(number for number in piece if spans[number - 1].use is Use.HELD)
    days = [sum(spans[number - 1].days for number in numbers) for numbers in (present, held)]
    return Run(days[0], days[1], present, held)


def counted(run: Run, share: Fraction) -> Fraction:
    """The bed-days of a run: days present, and the share of days of a kept bed."""
    return run.present + run.held * share


def twice(spans: Iterable[Span], others: Mapping[str, Sequence[Span]]) -> tuple[date, str] | None:
    """The first day of these bed-days that another list of the person counts too, and that list."""
    for span in spans:
        if span.use not in (Use.PAID, Use.HELD):
            continue
        for case_id, theirs in sorted(others.items()):
            for other in theirs:
                day = max(span.since, other.since)
                if other.use in (Use.PAID, Use.HELD) and day < min(span.until, other.until):
                    return day, case_id
    return None
