"""Every day of a person is paid by one method: whose days stand against each other; pure.

A stay owns its days from admission up to, not including, discharge, so that one may be discharged and
admitted elsewhere on the same day. A stay paid by the bed-day owns the days the bed-day service gave it and
no others: those of an acute episode inside belong to the episode's own list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chspay_settlement.engine.month.settled import CaseKey


class Span(NamedTuple):
    """Days from ``since`` up to, not including, ``until``."""

    since: date
    until: date

    def meets(self, other: Span) -> bool:
        """Whether a day stands in both."""
        return self.since < other.until and other.since < self.until


class Claim(NamedTuple):
    """The days one list wants to be paid for; ``bed_days`` tells whether by the bed-day.

    ``month`` (yyyy-MM): a closed month has paid the list already; empty for a list of the run itself.
    """

    key: CaseKey
    person: str
    spans: tuple[Span, ...]
    bed_days: bool
    month: str = ""

    @property
    def order(self) -> tuple[date, date, CaseKey]:
        """Who comes first: the earlier admission, then the earlier end, then the number."""
        return self.spans[0].since, self.spans[-1].until, self.key


def conflicts(
    claims: Iterable[Claim], settled: Mapping[CaseKey, Sequence[Claim]], *, every: bool
) -> dict[CaseKey, Claim]:
    """The lists that want a day another list of the same person has, each with that list.

    What a closed month has paid stays paid. Of the others whoever comes first keeps his days; a list in
    conflict keeps none, so what remains stands once.

    :param settled: the lists of the same person that closed months have paid, by the list they stand against.
    :param every: whether any two stays count, or only those of which one is paid by the bed-day.
    """
    by_person: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.person and claim.spans:
            by_person.setdefault(claim.person, []).append(claim)
    found: dict[CaseKey, Claim] = {}
    for own in by_person.values():
        kept: list[Claim] = []
        for claim in sorted(own, key=lambda one: one.order):
            before = (*settled.get(claim.key, ()), *kept)
            other = next((one for one in before if _against(one, claim, every)), None)
            if other is None:
                kept.append(claim)
            else:
                found[claim.key] = other
    return found


def _against(one: Claim, other: Claim, every: bool) -> bool:
    if not every and not (one.bed_days or other.bed_days):
        return False
    return any(a.meets(b) for a in one.spans for b in other.spans)


def days_of(spans: Mapping[CaseKey, Iterable[Span]]) -> dict[date, list[CaseKey]]:
    """Who is paid for each day; for checks, since it writes out every day."""
    found: dict[date, list[CaseKey]] = {}
    for key, own in spans.items():
        for span in own:
            for day in range(span.since.toordinal(), span.until.toordinal()):
                found.setdefault(date.fromordinal(day), []).append(key)
    return found
