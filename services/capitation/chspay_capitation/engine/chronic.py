"""Results of chronic-disease management 慢性病管理结果 of a community's patients; pure.

S1 二(二)3: capitation is joined with the management of chronic disease. Patients are the members of a
community on a day whose row of the roster names a disease the pool manages; who has no result counts as not
under control, so that a result left out never helps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from chspay_capitation.engine.roster import SEPARATOR
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, cell

COHORT_KEY = "capitation.chronic_cohort"

NOT_PATIENT = Reason(
    "CHRONIC_NOT_PATIENT",
    Kind.INVALID,
    "第{row}行的人员在{on}不是任何医共体在管病种的慢性病患者；没有保存这份文件的任何一行。",
)


class Counted(NamedTuple):
    """Patients of a community: all of them, those with a result, those under control."""

    patients: int
    managed: int
    controlled: int

    @property
    def rate(self) -> Fraction:
        """Under control among all patients; nobody ill is all under control."""
        return Fraction(self.controlled, self.patients) if self.patients else Fraction(1)


def read_cohort(policy: Policy) -> frozenset[str]:
    """The diseases whose management counts.

    :raises Fault: POLICY_MISSING, POLICY_VALUE.
    """
    found: set[str] = set()
    for row in policy.table(COHORT_KEY):
        condition = cell(policy, COHORT_KEY, row, "condition")
        if not condition or condition in found:
            raise broken(policy, COHORT_KEY, row, "病种不能为空或重复")
        found.add(condition)
    return frozenset(found)


@dataclass(slots=True)
class Cohort:
    """Counts patients batch by batch against the results of a file: person -> (row, under control)."""

    on: date
    conditions: frozenset[str]
    results: Mapping[str, tuple[int, bool]]
    seen: set[str] = field(default_factory=set)
    _patients: Counter[str] = field(default_factory=Counter)
    _managed: Counter[str] = field(default_factory=Counter)
    _controlled: Counter[str] = field(default_factory=Counter)

    def add(self, roster: pa.RecordBatch, units: pa.RecordBatch) -> None:
        """Counts the patients of one batch of a roster with its units."""
        ill = roster.filter(_ill(roster.column("chronic_conditions"), self.conditions))
        ill = ill.filter(_holds(ill.column("valid_from"), ill.column("valid_to"), self.on))
        held = units.filter(_holds(units.column("since"), units.column("until"), self.on))
        held = held.filter(pc.invert(held.column("removed")))
        held = held.filter(pc.is_in(held.column("person_key"), value_set=ill.column("person_key")))
        communities = held.column("community").to_pylist()
        for key, community in zip(held.column("person_key").to_pylist(), communities, strict=True):
            self._patients[community] += 1
            found = self.results.get(key)
            if found is not None:
                self.seen.add(key)
                self._managed[community] += 1
                self._controlled[community] += found[1]

    def counted(self) -> dict[str, Counted]:
        """What was counted, by community.

        :raises Fault: CHRONIC_NOT_PATIENT when a result is of nobody's patient.
        """
        strangers = [row for key, (row, _) in self.results.items() if key not in self.seen]
        if strangers:
            raise Fault(NOT_PATIENT, field="person_key", value=len(strangers), row=min(strangers), on=self.on)
        return {
            name: Counted(count, self._managed[name], self._controlled[name])
            for name, count in sorted(self._patients.items())
        }


def _ill(texts: pa.Array, conditions: frozenset[str]) -> pa.Array:
    """Which rows name one of the diseases; texts repeat, so each is read once."""
    coded = texts.dictionary_encode()
    ill = [not conditions.isdisjoint((text or "").split(SEPARATOR)) for text in coded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(ill, pa.bool_()).take(coded.indices), False)


def _holds(since: pa.Array, until: pa.Array, on: date) -> pa.Array:
    day = pa.scalar(on, pa.date32())
    return pc.and_(pc.less_equal(since, day), pc.fill_null(pc.greater(until, day), True))
