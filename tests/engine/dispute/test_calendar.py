"""Working days are those of the state's notices, and a year without a notice is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chspay_core.errors import Fault
from chspay_dispute.app.shelf import calendar
from chspay_dispute.engine.calendar import read_calendar

#: Working days of a year by hand: weekdays less weekdays off plus weekends worked.
WORKED = {2024: 251, 2025: 248, 2026: 248}


def test_the_published_years_count_as_published() -> None:
    # A holiday forgotten, or a make-up day, moves every deadline of the country by a day.
    found = calendar()
    assert (found.since, found.until) == (date(2024, 1, 1), date(2026, 12, 31))
    for year, count in WORKED.items():
        days = (date(year, 1, 1) + timedelta(days=at) for at in range(366))
        assert sum(found.works(day) for day in days if day.year == year) == count, year
    assert found.works(date(2026, 2, 14))
    assert found.works(date(2026, 1, 4))
    assert not found.works(date(2026, 2, 16))
    assert not found.works(date(2026, 6, 19))
    assert all(item.number.startswith("国办发明电") and item.evidence == "official" for item in found.years)


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        ("2026-02-12", 3, "2026-02-24"),  # Friday, the worked Saturday, then the first day after the holiday.
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-08", 2, "2026-10-10"),  # Over a worked Saturday.
        ("2026-11-21", 1, "2026-11-23"),  # From a Saturday.
        ("2026-11-20", 0, "2026-11-20"),
    ],
)
def test_a_limit_ends_on_the_day_counted_by_hand(day: str, count: int, last: str) -> None:
    # The day something happens on does not count; make-up days do.
    assert calendar().after(date.fromisoformat(day), count) == date.fromisoformat(last)


def test_counting_there_and_back_agrees() -> None:
    # A clock that is paused and goes on must lose no day.
    found = calendar()
    for at in range(0, 700, 13):
        day = date(2024, 6, 1) + timedelta(days=at)
        for count in (1, 5, 20):
            last = found.after(day, count)
            assert found.works(last)
            assert found.between(day, last) == count
            assert found.before(last, count) <= day
    # The window of a quarter: its first fifteen working days.
    assert found.first(date(2026, 1, 1), 15) == date(2026, 1, 22)
    assert found.between(date(2026, 5, 1), date(2026, 4, 1)) == 0


def test_an_unpublished_year_is_refused() -> None:
    # A guessed holiday would be a wrong deadline with a stamp on it.
    for ask in (
        lambda: calendar().after(date(2026, 12, 25), 10),
        lambda: calendar().works(date(2027, 1, 1)),
        lambda: calendar().first(date(2027, 1, 1), 15),
    ):
        with pytest.raises(Fault) as fault:
            ask()
        assert fault.value.reason.code == "CALENDAR_ENDS"
        assert "2027" in fault.value.message
    with pytest.raises(Fault) as fault:
        calendar().after(date(2023, 12, 1), 3)
    assert fault.value.reason.code == "CALENDAR_STARTS"


def _year(**changes: object) -> dict[str, object]:
    year: dict[str, object] = {"year": "2026", "document": "某通知", "number": "某号", "issued": "2025-11-04",
                               "evidence": "official", "off": ["2026-01-01/2026-01-03"],
                               "work": ["2026-01-04"]}  # fmt: skip
    return {"years": [year | changes]}


@pytest.mark.parametrize(
    "changes",
    [{"off": ["2027-01-01/2027-01-01"]}, {"work": ["2026-01-05"]}, {"work": ["2026-01-03"]}, {"number": ""},
     {"evidence": "hearsay"}, {"issued": "yesterday"}],
)  # fmt: skip
def test_a_calendar_with_a_mistake_is_refused(changes: dict[str, object]) -> None:
    # An operator adds next year's notice by hand.
    assert read_calendar(_year()).version != read_calendar(_year(off=[])).version
    with pytest.raises(Fault) as fault:
        read_calendar(_year(**changes))
    assert fault.value.reason.code == "CALENDAR_BAD"
