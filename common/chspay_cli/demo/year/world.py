"""What every step of the demonstration year works with."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from chspay_cli.demo.year.office import Office
from chspay_cli.demo.year.state import Progress
from chspay_cli.synth.year import CityYear, YearSize, city_year
from chspay_core.errors import Fault, Kind, Reason

STEP_FAILED = Reason("YEAR_DEMO_STEP_FAILED", Kind.PRECONDITION, "{value}：{why}")


class World:
    """The officers, the city, and how far the year has come."""

    def __init__(self, office: Office, progress: Progress) -> None:
        self.office = office
        self.progress = progress

    @property
    def size(self) -> YearSize:
        """How large the year is."""
        return self.progress.size

    @cached_property
    def city(self) -> CityYear:
        """The generated year; made when a step first needs it."""
        return city_year(self.size)

    def generate(self) -> None:
        """Makes the city now; it takes some seconds of computing."""
        self.city  # noqa: B018 - kept by being asked for

    @property
    def last_day(self) -> date:
        """The last day of the year."""
        return date(self.size.year, 12, 31)


def must(holds: bool, what: str, why: str) -> None:
    """Stops the year at a step that a service did not carry out.

    :raises Fault: YEAR_DEMO_STEP_FAILED.
    """
    if not holds:
        raise Fault(STEP_FAILED, value=what, why=why or "没有说明原因")
