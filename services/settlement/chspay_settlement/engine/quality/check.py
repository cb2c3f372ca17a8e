"""Applies a rule set to lists: which rules each violates and where, which could not be decided and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np

from chspay_settlement.engine.quality.catalogue import CONTEXT_ROWS, SETLINFO
from chspay_settlement.engine.quality.ruleset import ERROR, Rule, RuleSet
from chspay_settlement.engine.quality.sheet import BLANK, Codes, Flags, Sheet, sheet_of
from chspay_settlement.engine.quality.tables import FULL
from chspay_settlement.engine.quality.values import SECONDS_A_DAY, day_number
from chspay_settlement.engine.quality.vectors import Run, Truth, any_of, count_of

#: The rule that says whether a list came in time.
TIMELY = "C15"
#: Its family is counted as completeness, not as accuracy.
_COMPLETE = "A"


class Finding(NamedTuple):
    """A violated rule, and the rows (from 0) that violate it; none when it is of the list as a whole."""

    rule: Rule
    rows: tuple[int, ...]


@dataclass(slots=True)
class Verdict:
    """What became of one rule over all lists."""

    rule: Rule
    failed: Flags
    undecided: Flags
    #: Violating rows: the list each belongs to, and its place.
    parents: Codes = field(repr=False)
    places: Codes = field(repr=False)


@dataclass(slots=True)
class Outcome:
    """The check of a batch of lists."""

    rule_set: RuleSet
    size: int
    verdicts: list[Verdict]
    sheet: Sheet = field(repr=False)
    run: Run = field(repr=False)
    #: Whether each list has the short form 4101A.
    short: Flags = field(repr=False)

    def findings(self) -> list[list[Finding]]:
        """Per list, the violated rules in the order of the rule set."""
        found: list[list[Finding]] = [[] for _ in range(self.size)]
        for verdict in self.verdicts:
            rows: dict[int, list[int]] = {}
            for parent, place in zip(verdict.parents.tolist(), verdict.places.tolist(), strict=True):
                rows.setdefault(parent, []).append(place)
            whole = Finding(verdict.rule, ())
            for number in np.flatnonzero(verdict.failed).tolist():
                found[number].append(Finding(verdict.rule, tuple(rows[number])) if number in rows else whole)
        return found

    def counts(self) -> dict[str, Codes]:
        """Per list: ``errors``, ``warnings``, ``undecided`` rules, and ``decided`` and ``wrong`` ones that
        count for accuracy."""
        names = ("errors", "warnings", "undecided", "decided", "wrong")
        found = {name: np.zeros(self.size, np.int64) for name in names}
        for verdict in self.verdicts:
            found["errors" if verdict.rule.level == ERROR else "warnings"] += verdict.failed
            found["undecided"] += verdict.undecided
            if verdict.rule.id[0] != _COMPLETE:
                found["decided"] += ~verdict.undecided
                found["wrong"] += verdict.failed
        return found

    def missing(self, number: int) -> list[tuple[Rule, tuple[str, ...]]]:
        """Per rule that could not be decided of a list: what was missing, in Chinese."""
        return [
            (verdict.rule, self.lacking(verdict.rule, number))
            for verdict in self.verdicts
            if verdict.undecided[number]
        ]

    def lacking(self, rule: Rule, number: int) -> tuple[str, ...]:
        """What a rule lacked to be decided of a list, in Chinese."""
        if self.short[number] and rule.full_only:
            return ("4101A形式不含的字段",)
        world, catalogue = self.rule_set.world, self.rule_set.catalogue
        found: list[str] = []
        for need in sorted(rule.plan.needs):
            kind, _, name = need.partition(".")
            if kind == "table" and world.tables[name].state != FULL:
                found.append(f"{world.tables[name].label}编码表（不完整或未取得）")
            elif kind == "pairs":
                found.append(world.pairs[name].label)
            elif kind == "now":
                found.extend(["检查时间"] if self.run.now is None else [])
            elif kind == "fact":
                found.extend([catalogue.label(need)] if self.sheet.facts[name][number] == BLANK else [])
            elif kind == SETLINFO:
                found.extend([catalogue.label(need)] if self.sheet.single[name][number] == BLANK else [])
            elif need in CONTEXT_ROWS:
                found.extend([catalogue.label(need)] if not self.sheet.rows[need].given[number] else [])
        return tuple(dict.fromkeys(found)) or ("填写的内容不能识别",)

    def timely(self) -> tuple[Flags, Flags]:
        """Per list: came in time, and whether that is known."""
        for verdict in self.verdicts:
            if verdict.rule.id == TIMELY:
                known = ~verdict.undecided & (self.sheet.single["dcla_time"] != BLANK)
                return known & ~verdict.failed, known
        nothing = np.zeros(self.size, np.bool_)
        return nothing, nothing

    def required(self) -> tuple[Codes, Codes]:
        """Per list: mandatory fields filled, and to be filled; those of rows once per row."""
        filled = np.zeros(self.size, np.int64)
        wanted = np.zeros(self.size, np.int64)
        for each in self.rule_set.catalogue.all_fields():
            if not each.required:
                continue
            asked = np.ones(self.size, np.bool_) if each.short else ~self.short
            if each.node == SETLINFO:
                wanted += asked
                filled += asked & (self.sheet.single[each.name] != BLANK)
            else:
                rows = self.sheet.rows[each.node]
                count = asked[rows.parent]
                wanted += count_of(rows.parent, count, self.size)
                told = count & (rows.columns[each.name] != BLANK)
                filled += count_of(rows.parent, told, self.size)
        return filled, wanted


def check(
    rule_set: RuleSet,
    lists: Sequence[object],
    context: Sequence[Mapping[str, object]] | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Checks lists; never raises, whatever they hold.

    :param lists: each the ``input`` of a 4101 or 4101A message (``setlinfo``, ``diseinfo`` …), as JSON.
    :param context: per list, facts (``facts.csv``) and rows (``stays``, ``suspended``) from elsewhere.
    :param now: local time of the check, without zone.
    """
    sheet = sheet_of(lists, rule_set.catalogue, context)
    seconds = None
    if now is not None:
        seconds = day_number(now.date()) * SECONDS_A_DAY + now.hour * 3600 + now.minute * 60 + now.second
    run = Run(sheet, rule_set.world.tables, rule_set.world.pairs, seconds)
    short = _short(sheet)
    verdicts = [_verdict(rule, run, short) for rule in rule_set.rules]
    return Outcome(rule_set, sheet.size, verdicts, sheet, run, short)


def _short(sheet: Sheet) -> Flags:
    """Which lists have the short form: no fees and no name, but a person number."""
    fees = sheet.rows["iteminfo"]
    with_fees = any_of(fees.parent, np.ones(len(fees.parent), np.bool_), sheet.size)
    return np.asarray(
        ~with_fees & (sheet.single["psn_name"] == BLANK) & (sheet.single["psn_no"] != BLANK), np.bool_
    )


def _verdict(rule: Rule, run: Run, short: Flags) -> Verdict:
    found = rule.plan.run(run)
    assert isinstance(found, Truth)  # noqa: S101 - the compiler proved it
    size = run.sheet.size
    yes, no = found
    if yes.shape != (run.size(rule.node),) or no.shape != yes.shape:
        # Of a rule that depends on nothing in the list.
        yes, no = (np.broadcast_to(part, (run.size(rule.node),)) for part in found)
    parents = places = np.zeros(0, np.int64)
    if rule.node:
        rows = run.sheet.rows[rule.node]
        open_rows = any_of(rows.parent, ~(yes | no), size) | ~rows.given
        if rule.full_only:
            yes = yes & ~short[rows.parent]
        parents, places = rows.parent[yes], rows.place[yes]
        failed = any_of(rows.parent, yes, size)
        undecided = open_rows & ~failed
    else:
        failed, undecided = yes, ~(yes | no)
    if rule.full_only:
        failed, undecided = failed & ~short, undecided | short
    return Verdict(rule, failed, undecided, parents, places)
