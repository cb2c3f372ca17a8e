"""Legal days and months. There is no clock here: the day is always given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from chspay_core.errors import Fault, Kind, Reason

NOT_A_DAY = Reason("NOT_A_DAY", Kind.INVALID, "{field}应为有效日期（如2026-01-31），收到“{value}”。")
NOT_A_MONTH = Reason("NOT_A_MONTH", Kind.INVALID, "{field}应为有效月份（如2026-01），收到“{value}”。")

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})\Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def parse_day(text: str, field: str = "日期") -> date:
    """``YYYY-MM-DD`` as a day; anything else is refused."""
    match = _DAY.match(text)
    if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        raise Fault(NOT_A_DAY, field=field, value=text)
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise Fault(NOT_A_DAY, field=field, value=text) from error


def los_days(admission: date, discharge: date) -> int:
    """Length of stay 住院天数: the difference of the dates, at least 1."""
    return max((discharge - admission).days, 1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the period of a month run 月结."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and _FIRST_YEAR <= self.year <= _LAST_YEAR):
            raise Fault(NOT_A_MONTH, field="month", value=f"{self.year}-{self.month}")

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str, field: str = "月份") -> Month:
        """``YYYY-MM`` as a month; anything else is refused."""
        match = _MONTH.match(text)
        if match is None:
            raise Fault(NOT_A_MONTH, field=field, value=text)
        return cls(int(match[1]), int(match[2]))

    @property
    def first(self) -> date:
        """First day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Last day of the month."""
        return self.next().first - timedelta(days=1)

    def next(self) -> Month:
        """The month after."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
