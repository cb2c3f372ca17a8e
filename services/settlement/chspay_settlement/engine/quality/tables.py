"""Code tables 编码表 with dates and an honest word on how much of each is known.

A code in a table is known. A code not in a table is wrong only where the table is whole: all of it
(``full``), or for codes that begin with one of its ``whole_for`` prefixes (``partial``). Everywhere else
the answer is "not known", and the rule that asked says so instead of passing or failing.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass

from chspay_core import period
from chspay_core.errors import Fault
from chspay_settlement.engine.quality.faults import RULE_SET_BAD
from chspay_settlement.engine.quality.values import day_number

FULL, PARTIAL, ABSENT = "full", "partial", "absent"
STATES = {FULL: "完整", PARTIAL: "部分", ABSENT: "未取得"}
_FIRST_DAY, _LAST_DAY = -(10**9), 10**9


@dataclass(frozen=True, slots=True)
class Entry:
    """A code with its name, in force from ``since`` until the day before ``until`` (days since 1970)."""

    code: str
    name: str
    since: int = _FIRST_DAY
    until: int = _LAST_DAY


@dataclass(frozen=True, slots=True)
class Table:
    """One code table."""

    name: str
    label: str
    state: str
    whole_for: tuple[str, ...]
    evidence: str
    note: str
    entries: Mapping[str, tuple[Entry, ...]]
    dated: bool

    def has(self, code: str, day: int | None) -> bool | None:
        """Whether a code is in force on a day; ``None`` when that cannot be known."""
        found = self.entries.get(code)
        if found is None:
            return None if not self.whole(code) else False
        if not self.dated or all(one.since == _FIRST_DAY and one.until == _LAST_DAY for one in found):
            return True
        if day is None:
            return None
        return any(one.since <= day < one.until for one in found)

    def whole(self, code: str) -> bool:
        """Whether a code like this would be in the table if it existed."""
        return self.state == FULL or (self.state == PARTIAL and code.startswith(self.whole_for))

    def name_of(self, code: str) -> str:
        """The name of a code; empty when unknown."""
        found = self.entries.get(code)
        return found[0].name if found else ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """A relation between two codes, each told by how it begins; not known at all when ``absent``."""

    name: str
    label: str
    state: str
    pairs: tuple[tuple[str, str], ...]


def table_of(name: str, facts: Mapping[str, str], content: str) -> Table:
    """A table from its description and its CSV ``code,name,since,until``; empty content is an absent table.

    :raises Fault: QUALITY_RULE_SET_BAD.
    """
    state = facts.get("state", "")
    if state not in STATES or (state == ABSENT) != (not content):
        raise Fault(RULE_SET_BAD, file="tables.yaml", field=name, problem="的state与内容不符")
    entries: dict[str, list[Entry]] = {}
    dated = False
    for row in csv.DictReader(content.splitlines()):
        since, until = row.get("since") or "", row.get("until") or ""
        dated = dated or bool(since or until)
        entry = Entry(row["code"], row["name"], _day(since, _FIRST_DAY), _day(until, _LAST_DAY))
        if entry.since >= entry.until:
            raise Fault(RULE_SET_BAD, file=f"tables/{name}.csv", field=entry.code, problem="的起止日期颠倒")
        entries.setdefault(entry.code, []).append(entry)
    return Table(
        name=name,
        label=facts.get("label", name),
        state=state,
        whole_for=tuple(facts["whole_for"].split()) if facts.get("whole_for") else (),
        evidence=facts.get("evidence", ""),
        note=facts.get("note", ""),
        entries={code: tuple(found) for code, found in entries.items()},
        dated=dated,
    )


def _day(text: str, otherwise: int) -> int:
    return day_number(period.parse_day(text, "since")) if text else otherwise
