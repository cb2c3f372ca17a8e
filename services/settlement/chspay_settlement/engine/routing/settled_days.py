"""What closed months already paid of the days of a run's persons, as canonical bytes the run keeps; pure.

A replay, and every question asked years later, reads what the run read, whatever has been settled or
corrected since. Persons do not stand in it: an earlier list is written beside the case of the run it meets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import canonical_json
from chspay_settlement.engine.month.settled import CaseKey
from chspay_settlement.engine.routing.days import Claim, Span

FORMAT = "chspay-settled-days/1"
BROKEN = Reason(
    "SETTLED_DAYS_BROKEN", Kind.INVALID, "以前月份已结算的住院日期不能识别（{value}），请联系管理员核查。"
)


class Met(NamedTuple):
    """A list of a closed month whose person has a case in the run, and the days the list was paid for."""

    #: Hospital and case in the run.
    case: CaseKey
    #: yyyy-MM of the month that settled the list.
    month: str
    #: Hospital and case of the settled list.
    key: CaseKey
    bed_days: bool
    spans: tuple[Span, ...]

    @property
    def claim(self) -> Claim:
        """Days that nobody else can be paid for any more."""
        return Claim(self.key, "", self.spans, self.bed_days, self.month)


class SettledDays(NamedTuple):
    """Everything of closed months that a run was held against."""

    met: tuple[Met, ...] = ()
    #: Lists inside of bed-day stays of the run that a closed month paid by points.
    inside: frozenset[CaseKey] = frozenset()
    #: Cases of the run without person key, held against nothing; ``None`` where nobody counted.
    without_person: int | None = None

    def by_case(self) -> Mapping[CaseKey, Sequence[Claim]]:
        """What stands against each case of the run, the same order whatever was read first."""
        found: dict[CaseKey, list[Claim]] = {}
        for one in sorted(self.met):
            found.setdefault(one.case, []).append(one.claim)
        return found

    def content(self) -> bytes:
        """Canonical JSON: the same facts, the same bytes."""
        return canonical_json(
            {
                "format": FORMAT,
                "inside": [list(key) for key in sorted(self.inside)],
                "met": [
                    {
                        "case": list(one.case),
                        "month": one.month,
                        "list": list(one.key),
                        "bed_days": one.bed_days,
                        "spans": [[span.since.isoformat(), span.until.isoformat()] for span in one.spans],
                    }
                    for one in sorted(self.met)
                ],
                "without_person": self.without_person,
            }
        )


def settled_days_of(content: bytes) -> SettledDays:
    """Read back from :meth:`SettledDays.content`.

    :raises Fault: SETTLED_DAYS_BROKEN.
    """
    try:
        data = json.loads(content)
        if data["format"] != FORMAT:
            raise Fault(BROKEN, field="format", value=data["format"])
        met = tuple(
            Met(_key(row["case"]), row["month"], _key(row["list"]), row["bed_days"], _spans(row["spans"]))
            for row in data["met"]
        )
        inside = frozenset(map(_key, data["inside"]))
        return SettledDays(met, inside, data["without_person"])
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(BROKEN, field="settled_days", value=type(error).__name__) from error


def _key(pair: Sequence[str]) -> CaseKey:
    hospital_code, case_id = pair
    return hospital_code, case_id


def _spans(rows: Sequence[Sequence[str]]) -> tuple[Span, ...]:
    return tuple(Span(date.fromisoformat(since), date.fromisoformat(until)) for since, until in rows)
