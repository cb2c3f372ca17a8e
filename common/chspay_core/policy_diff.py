"""What changed between two policies of a place: two days, two folders, two sealed bundles."""

from __future__ import annotations

from dataclasses import dataclass

from chspay_core.policy import Policy, Rule


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
