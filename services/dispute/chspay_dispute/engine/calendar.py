"""Working days: weekdays less the state's holidays plus the weekends worked for them.

The calendar is dated data with the notice each year rests on; its version is its SM3, and every deadline
names the version it was counted with. A year whose notice is not out is not guessed: counting into it is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import EVIDENCE, canonical_json

CALENDAR_ENDS = Reason(
    "CALENDAR_ENDS",
    Kind.PRECONDITION,
    "工作日历只到{until}，不能推算{value}；请在国务院办公厅公布{year}年放假安排后补充日历。",
)
CALENDAR_STARTS = Reason("CALENDAR_STARTS", Kind.PRECONDITION, "工作日历从{since}开始，不能推算{value}。")
CALENDAR_BAD = Reason("CALENDAR_BAD", Kind.PRECONDITION, "工作日历有误：{value}。")
CALENDAR_COUNT = Reason("CALENDAR_COUNT", Kind.INVALID, "工作日数应是零或正整数：{value}。")

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Year:
    """A year's arrangement and the notice it was published in."""

    year: int
    document: str
    number: str
    issued: date
    evidence: str
    off: frozenset[date]
    work: frozenset[date]


class Calendar:
    """Working days over consecutive published years."""

    __slots__ = ("_before", "_days", "_first", "_last", "version", "years")

    def __init__(self, years: tuple[Year, ...], version: str) -> None:
        self.years, self.version = years, version
        self._first, self._last = date(years[0].year, 1, 1), date(years[-1].year, 12, 31)
        off = frozenset().union(*(item.off for item in years))
        work = frozenset().union(*(item.work for item in years))
        span = (self._last - self._first).days + 1
        every = (self._first + _DAY * at for at in range(span))
        #: Working days in order, and how many of them lie before each day of the calendar.
        self._days: list[date] = []
        self._before: list[int] = []
        for day in every:
            self._before.append(len(self._days))
            if day in work or (day.weekday() < _SATURDAY and day not in off):
                self._days.append(day)

    @property
    def since(self) -> date:
        """The first day that is known."""
        return self._first

    @property
    def until(self) -> date:
        """The last day that is known."""
        return self._last

    def works(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        at = self._before[self._at(day)]
        return at < len(self._days) and self._days[at] == day

    def after(self, day: date, count: int) -> date:
        """The last day of a limit of ``count`` working days that begins on the day after ``day``.

        Zero is ``day`` itself. The day something happens on does not count.
        :raises Fault: CALENDAR_ENDS, CALENDAR_STARTS, CALENDAR_COUNT.
        """
        if count < 0:
            raise Fault(CALENDAR_COUNT, field="count", value=count)
        if count == 0:
            return day
        place = self._before[self._at(day)] + count - (0 if self.works(day) else 1)
        if place >= len(self._days):
            raise self._ends(f"{day}之后第{count}个工作日")
        return self._days[place]

    def first(self, day: date, count: int) -> date:
        """The ``count``-th working day from ``day`` on, ``day`` included.

        :raises Fault: as :meth:`after`.
        """
        if count <= 0:
            raise Fault(CALENDAR_COUNT, field="count", value=count)
        place = self._before[self._at(day)] + count - 1
        if place >= len(self._days):
            raise self._ends(f"{day}起第{count}个工作日")
        return self._days[place]

    def before(self, day: date, count: int) -> date:
        """The working day ``count`` working days ahead of ``day``."""
        place = self._before[self._at(day)] - count
        if place < 0:
            raise Fault(CALENDAR_STARTS, field="day", value=day, since=self._first)
        return self._days[place]

    def between(self, since: date, until: date) -> int:
        """How many working days follow ``since``, up to and including ``until``; none when it is past."""
        if until <= since:
            return 0
        return (
            self._before[self._at(until)]
            + self.works(until)
            - self._before[self._at(since)]
            - self.works(since)
        )

    def _at(self, day: date) -> int:
        if day < self._first:
            raise Fault(CALENDAR_STARTS, field="day", value=day, since=self._first)
        if day > self._last:
            raise self._ends(str(day))
        return (day - self._first).days

    def _ends(self, value: str) -> Fault:
        return Fault(CALENDAR_ENDS, field="day", value=value, until=self._last, year=self._last.year + 1)


def read_calendar(content: Mapping[str, Any]) -> Calendar:
    """A calendar from its data.

    :raises Fault: CALENDAR_BAD for a gap between years, a holiday outside of its year, a weekend marked off
        that is marked worked as well, or a worked day that is no weekend.
    """
    years = tuple(_year(item) for item in content["years"])
    if not years:
        raise Fault(CALENDAR_BAD, field="years", value="没有年份")
    for one, following in pairwise(years):
        if following.year != one.year + 1:
            raise Fault(CALENDAR_BAD, field="years", value=f"{one.year}年之后不是{one.year + 1}年")
    plain = [
        {
            "year": str(item.year),
            "document": item.document,
            "number": item.number,
            "issued": str(item.issued),
            "evidence": item.evidence,
            "off": [str(day) for day in sorted(item.off)],
            "work": [str(day) for day in sorted(item.work)],
        }
        for item in years
    ]
    return Calendar(years, sm3_hex(canonical_json(plain)))


def _year(item: Mapping[str, Any]) -> Year:
    number = int(item["year"])
    found = Year(
        number,
        str(item["document"]),
        str(item["number"]),
        _day(item["issued"]),
        str(item["evidence"]),
        frozenset(_spans(item["off"])),
        frozenset(_day(day) for day in item["work"]),
    )
    if found.evidence not in EVIDENCE or not found.number:
        raise Fault(CALENDAR_BAD, field="evidence", value=f"{number}年没有依据")
    wrong = [day for day in found.off | found.work if day.year != number]
    wrong += [day for day in found.work if day.weekday() < _SATURDAY or day in found.off]
    if wrong:
        raise Fault(CALENDAR_BAD, field=str(number), value="、".join(str(day) for day in sorted(wrong)))
    return found


def _spans(items: Iterable[Any]) -> Iterable[date]:
    for item in items:
        since, _, until = str(item).partition("/")
        day, last = _day(since), _day(until)
        while day <= last:
            yield day
            day += _DAY


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Fault(CALENDAR_BAD, field="day", value=value) from error
