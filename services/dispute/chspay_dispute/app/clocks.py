"""From the clocks of a state to days and instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone

from chspay_core.policy import Policy
from chspay_dispute.engine.calendar import Calendar
from chspay_dispute.engine.machine import Machine
from chspay_dispute.store.deadlines import Deadline
from chspay_dispute.store.docket import Row

BEIJING = timezone(timedelta(hours=8))
_ONE_DAY = timedelta(days=1)


def legal_day(at: datetime) -> date:
    """The day an instant falls on in the legal time of the country."""
    return at.astimezone(BEIJING).date()


def start_of(day: date) -> datetime:
    """The instant a day begins."""
    return datetime.combine(day, time(), BEIJING)


def set_clocks(
    machine: Machine,
    row: Row,
    policy: Policy,
    calendar: Calendar,
    at: datetime,
    days: Mapping[str, date],
    left: Mapping[str, int],
) -> list[Deadline]:
    """The clocks of the state a docket has come to.

    :param days: ends of clocks the application knows by itself, and days on which an automatic event
        without a clock is due, by the name of the clock or the event.
    :param left: working days that paused clocks had left.
    """
    today, found = legal_day(at), []
    for running in machine.running(row.state):
        clock = running.clock
        if clock.unit == "hours":
            due_at = at + timedelta(hours=policy.integer(f"{machine.keys}.{clock.name}"))
            found.append(_one(row, clock.name, running.events, legal_day(due_at), due_at, calendar))
            continue
        if clock.name in days:
            last = days[clock.name]
        elif clock.unit == "day":
            continue
        else:
            count = left.get(clock.name, policy.integer(f"{machine.keys}.{clock.name}"))
            last = calendar.after(today, count)
        found.append(_one(row, clock.name, running.events, last, start_of(last + _ONE_DAY), calendar))
        ahead = calendar.before(last, policy.integer(f"{machine.keys}.remind_wd"))
        if ahead > today:
            found.append(_one(row, clock.name, (), last, start_of(ahead), calendar, kind="remind"))
    for step in machine.leaving(row.state):
        if step.automatic and not step.clock and step.event in days:
            day = days[step.event]
            found.append(_one(row, step.event, (step.event,), day, start_of(day), calendar))
    return found


def _one(
    row: Row,
    clock: str,
    events: Sequence[str],
    due_day: date,
    due_at: datetime,
    calendar: Calendar,
    *,
    kind: str = "due",
) -> Deadline:
    return Deadline(
        deadline_id=f"{row.owner}/{row.owner_id}/{row.version}/{clock}/{kind}",
        owner=row.owner,
        owner_id=row.owner_id,
        clock=clock,
        kind=kind,
        events=",".join(events),
        set_by=row.version,
        due_day=due_day,
        due_at=due_at,
        calendar=calendar.version,
        state="waiting",
        left_wd=None,
        outcome="",
        hospital_code=row.hospital_code,
        region_code=row.region_code,
    )
