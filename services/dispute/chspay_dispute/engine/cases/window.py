"""Cycles of application and the windows in which a cycle's cases may be handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.calendar import Calendar

CYCLE_UNKNOWN = Reason(
    "CYCLE_UNKNOWN", Kind.INVALID, "没有“{value}”这样的申报周期，应如2026-03、2026Q1或2026。"
)
#: Months of a cycle.
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Cycle:
    """A period whose discharges are reviewed together; both days belong to it."""

    name: str
    since: date
    until: date


def cycle_of(day: date, kind: str) -> Cycle:
    """The cycle a day of discharge belongs to; ``kind`` is month, quarter or year."""
    months = _MONTHS[kind]
    first = (day.month - 1) // months * months + 1
    since = date(day.year, first, 1)
    after = date(day.year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    names = {
        "month": f"{day.year:04d}-{first:02d}",
        "quarter": f"{day.year:04d}Q{first // 3 + 1}",
        "year": f"{day.year:04d}",
    }
    return Cycle(names[kind], since, after - timedelta(days=1))


def read_cycle(name: str) -> Cycle:
    """A cycle by its name: ``2026-03``, ``2026Q1`` or ``2026``.

    :raises Fault: CYCLE_UNKNOWN.
    """
    try:
        if "Q" in name:
            year, quarter = name.split("Q")
            found = cycle_of(date(int(year), int(quarter) * 3, 1), "quarter")
        elif "-" in name:
            found = cycle_of(date.fromisoformat(f"{name}-01"), "month")
        else:
            found = cycle_of(date(int(name), 1, 1), "year")
    except ValueError as error:
        raise Fault(CYCLE_UNKNOWN, field="cycle", value=name) from error
    if found.name != name:
        raise Fault(CYCLE_UNKNOWN, field="cycle", value=name)
    return found


def window_of(cycle: Cycle, working_days: int, calendar: Calendar) -> tuple[date, date]:
    """The first and the last day on which cases of a cycle may be handed in: the first working days after it.

    :raises Fault: CALENDAR_ENDS.
    """
    opens = cycle.until + timedelta(days=1)
    return opens, calendar.first(opens, working_days)
