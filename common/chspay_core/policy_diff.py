"""What changed between two policies of a place: two days, two folders, two sealed bundles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chspay_core.bundle import Bundle
from chspay_core.policy import Policy, Rule
from chspay_core.regions import chain


@dataclass(frozen=True, slots=True)
class Change:
    """One key that is not the same on both sides, and the sentence that says how.

    ``kind``: ``added``, ``removed``, ``value`` (another value) or ``source`` (the same value from another
    document, place or evidence).
    """

    key: str
    kind: str
    before: Rule | None
    after: Rule | None
    words: str


def diff(before: Policy, after: Policy) -> list[Change]:
    """The changes from ``before`` to ``after``, by key."""
    old = {rule.key: rule for rule in before.rules()}
    new = {rule.key: rule for rule in after.rules()}
    changes = []
    for key in sorted({*old, *new}):
        change = _change(key, old.get(key), new.get(key), before, after)
        if change is not None:
            changes.append(change)
    return changes


def _change(key: str, old: Rule | None, new: Rule | None, before: Policy, after: Policy) -> Change | None:
    if old is None and new is not None:
        words = f"新增{new.label}：{shown(new)}，自{new.since}起，依据{after.citation(new)}"
        return Change(key, "added", old, new, words)
    if new is None and old is not None:
        words = f"不再有{old.label}（原为{shown(old)}，依据{before.citation(old)}）"
        return Change(key, "removed", old, new, words)
    if old is None or new is None:
        return None
    basis = f"依据{after.citation(new)}"
    if (old.value, old.unit) != (new.value, new.unit):
        words = f"{new.label}由{shown(old)}改为{shown(new)}，自{new.since}起，{basis}"
        return Change(key, "value", old, new, words)
    if (old.cite, old.place, old.evidence) != (new.cite, new.place, new.evidence):
        words = f"{new.label}仍为{shown(new)}，{basis}（原依据{before.citation(old)}）"
        return Change(key, "source", old, new, words)
    return None


def shown(rule: Rule) -> str:
    """The value as one line for people; a table reads row by row."""
    if isinstance(rule.value, str):
        return rule.value
    rows = [
        item
        if isinstance(item, str)
        else " ".join(f"{name}={cell or '（空）'}" for name, cell in item.items())
        for item in rule.value
    ]
    return "；".join(rows) or "（空表）"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A dated rule that is not the same in two bundles of a place, and the sentence that says how.

    ``kind``: ``added``, ``removed``, ``corrected`` (the same day, another value or another end) or
    ``source`` (the same value from another document or evidence). ``old`` and ``new`` are values as
    people read them; ``old`` of an added rule is what would have stood on that day without it.
    """

    place: str
    key: str
    since: date
    kind: str
    old: str
    new: str
    unit: str
    citation: str
    words: str


def diff_bundles(before: Bundle, after: Bundle, units: Mapping[str, str]) -> list[RuleChange]:
    """Every dated rule that differs, by key, place (nearest first) and day.

    :param units: the Chinese label of each unit; one that is not named is shown as it is written.
    """
    old = {(rule.key, rule.place, rule.since): rule for rule in before.rules}
    new = {(rule.key, rule.place, rule.since): rule for rule in after.rules}
    places = [*after.chain, *(place for place in before.chain if place not in after.chain)]
    found = []
    for at in sorted({*old, *new}, key=lambda item: (item[0], places.index(item[1]), item[2])):
        one, other = old.get(at), new.get(at)
        if one is None and other is not None:
            found.append(_added(before, after, other, units))
        elif other is None and one is not None:
            found.append(_removed(before, one, units))
        elif one is not None and other is not None and one != other:
            found.append(_altered(before, after, one, other, units))
    return found


def standing(bundle: Bundle, place: str, key: str, day: date) -> Rule | None:
    """What ``place``, one of the bundle's chain, would go by on ``day``; ``None`` when nobody has spoken."""
    for code in chain(place):
        begun = [r for r in bundle.rules if (r.key, r.place) == (key, code) and r.since <= day]
        newest = max(begun, key=lambda rule: rule.since, default=None)
        if newest is not None and newest.covers(day):
            return newest
    return None


def _added(before: Bundle, after: Bundle, rule: Rule, units: Mapping[str, str]) -> RuleChange:
    stood = standing(before, rule.place, rule.key, rule.since)
    change = f"由{shown(stood)}改为{shown(rule)}" if stood is not None else f"新定为{shown(rule)}"
    return _told(after, rule, "added", shown(stood) if stood else "", shown(rule), change, units)


def _removed(before: Bundle, rule: Rule, units: Mapping[str, str]) -> RuleChange:
    return _told(before, rule, "removed", shown(rule), "", f"不再有这条规定（原为{shown(rule)}）", units)


def _altered(before: Bundle, after: Bundle, old: Rule, new: Rule, units: Mapping[str, str]) -> RuleChange:
    same = (old.value, old.unit, old.until) == (new.value, new.unit, new.until)
    source = before.on(old.since)
    ends = "" if old.until == new.until else f"，截止日期由{_end(old)}改为{_end(new)}"
    if same:
        change, kind = f"仍为{shown(new)}，原依据{source.citation(old)}", "source"
    else:
        value = f"由{shown(old)}更正为{shown(new)}" if old.value != new.value else f"仍为{shown(new)}"
        change, kind = value + ends, "corrected"
    return _told(after, new, kind, shown(old), shown(new), change, units)


def _end(rule: Rule) -> str:
    return rule.until.isoformat() if rule.until else "不定"


def _told(
    bundle: Bundle, rule: Rule, kind: str, old: str, new: str, change: str, units: Mapping[str, str]
) -> RuleChange:
    unit = units.get(rule.unit, rule.unit)
    citation = bundle.on(rule.since).citation(rule)
    name = bundle.names.get(rule.place, "")
    subject = f"{name}（{rule.place}）{rule.label}（{rule.key}）"
    words = f"{subject}自{rule.since}起{change}（单位：{unit}），依据{citation}"
    return RuleChange(rule.place, rule.key, rule.since, kind, old, new, unit, citation, words)
