"""What a check of a file found, list by list and altogether, as plain structures for every output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from chspay_settlement.engine.quality.catalogue import SETLINFO, plain_name
from chspay_settlement.engine.quality.check import Finding, Outcome, check
from chspay_settlement.engine.quality.ruleset import ERROR, Rule, RuleSet
from chspay_settlement.engine.quality.scores import Sums, sums_by_list
from chspay_settlement.engine.quality.sheet import text_of

#: Lists checked at a time.
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A cell a rule points at: node, row (from 0; -1 for the list itself), field, and what stands there."""

    node: str
    row: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A violated rule of one list, with the cells it points at."""

    finding: Finding
    record: object

    @property
    def rule(self) -> Rule:
        """The rule."""
        return self.finding.rule

    @property
    def places(self) -> tuple[Place, ...]:
        """The cells, looked up when they are wanted: a summary names none."""
        return tuple(_places(self.finding, self.record))


@dataclass(slots=True)
class Checked:
    """One list after the check."""

    number: int
    setl_id: str
    record: Any
    problems: list[Problem]
    undecided: int

    @property
    def errors(self) -> int:
        """How many errors it has."""
        return sum(problem.rule.level == ERROR for problem in self.problems)


@dataclass(slots=True)
class Report:
    """A whole file after the check."""

    rule_set: RuleSet
    lists: list[Checked] = field(default_factory=list)
    sums: Sums = field(default_factory=Sums)
    #: Rule -> lists that violate it; rule -> lists where it could not be decided, and what was missing.
    violated: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    lacking: dict[str, str] = field(default_factory=dict)

    @property
    def with_errors(self) -> int:
        """Lists that have an error."""
        return self.sums.lists - self.sums.passed


def checked(
    rule_set: RuleSet, lists: Iterator[object], now: datetime, told: Callable[[int], object]
) -> Report:
    """Checks lists piece by piece.

    :param told: called with the number of lists done.
    """
    report = Report(rule_set)
    while batch := list(islice(lists, BATCH)):
        outcome = check(rule_set, batch, None, now)
        _add(report, batch, outcome)
        told(report.sums.lists)
    return report


def _add(report: Report, batch: list[object], outcome: Outcome) -> None:
    undecided = outcome.counts()["undecided"].tolist()
    for at, (findings, sums) in enumerate(zip(outcome.findings(), sums_by_list(outcome), strict=True)):
        report.sums = report.sums.plus(sums)
        problems = [Problem(finding, batch[at]) for finding in findings]
        report.violated.update(problem.rule.id for problem in problems)
        report.lists.append(
            Checked(
                number=len(report.lists) + 1,
                setl_id=value_at(batch[at], SETLINFO, -1, "setl_id"),
                record=batch[at],
                problems=problems,
                undecided=undecided[at],
            )
        )
    for verdict in outcome.verdicts:
        if verdict.undecided.any():
            rule = verdict.rule.id
            report.undecided[rule] += int(verdict.undecided.sum())
            if rule not in report.lacking:
                first = int(verdict.undecided.argmax())
                report.lacking[rule] = "、".join(outcome.lacking(verdict.rule, first))


def _places(finding: Finding, record: object) -> Iterator[Place]:
    for path in finding.rule.at:
        node, _, name = path.partition(".")
        rows = (-1,) if node == SETLINFO else finding.rows if node == finding.rule.node else ()
        for row in rows:
            yield Place(node, row, name, value_at(record, node, row, name))


def value_at(record: object, node: str, row: int, name: str) -> str:
    """What stands in a field of a list as it was sent; empty when nothing can be read."""
    holder = member(record, node)
    if isinstance(holder, list):
        holder = holder[max(row, 0)] if len(holder) > max(row, 0) else None
    value = member(holder, name)
    return "" if isinstance(value, (dict, list)) else text_of(value)


def member(holder: object, name: str) -> object:
    """A member by its name, without regard to case and underscores."""
    if not isinstance(holder, dict):
        return None
    if name in holder:
        return holder[name]
    wanted = plain_name(name)
    return next((holder[key] for key in holder if isinstance(key, str) and plain_name(key) == wanted), None)


def where(problem: Problem, label: Callable[[str], str]) -> str:
    """The fields a problem points at, in Chinese, with rows counted from 1."""
    places = problem.places
    if not places:
        return "、".join(dict.fromkeys(label(path) for path in problem.rule.at))
    found = (
        label(f"{place.node}.{place.name}") + (f"（第{place.row + 1}条）" if place.row >= 0 else "")
        for place in places
    )
    return "、".join(dict.fromkeys(found))
