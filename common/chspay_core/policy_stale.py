"""How old the knowledge is: when a rule was last compared with its document, and what speaks against it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from chspay_core.policy import Rule
from chspay_core.policy_check import Tree
from chspay_core.policy_tree import repealed_on
from chspay_core.regions import chain

#: unverified, demo: the evidence; repealed: the document has ended; old: a measured value past its age;
#: not_compared: nobody has said when the place was compared with its documents.
KINDS = ("repealed", "old", "not_compared", "unverified", "demo")


@dataclass(frozen=True, slots=True)
class Stale:
    """One rule in force and its age.

    ``compared`` is the day someone last compared the place that made the rule with its documents
    (``coverage.yaml``; a place without a claim has the claim of the one above it); ``age_days`` the days
    since then, ``None`` when nobody has. ``kinds`` says what speaks against it, worst first; empty when
    nothing does.
    """

    place: str
    key: str
    label: str
    since: date
    compared: date | None
    age_days: int | None
    evidence: str
    document: str
    repealed: date | None
    kinds: tuple[str, ...]


def stale(tree: Tree, on: date, years: int, places: Collection[str] = ()) -> list[Stale]:
    """Every rule that the places themselves have in force on ``on``, by place and key.

    :param years: a measured value is old when its rule began more than so many years before ``on``.
    :param places: only these; empty means all.
    """
    found = []
    for place in sorted(tree.places):
        if places and place not in places:
            continue
        for rule in _in_force([sourced.rule for sourced in tree.places[place]], on):
            found.append(_aged(tree, rule, on, years))
    return found


def _in_force(rules: list[Rule], on: date) -> list[Rule]:
    newest: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda item: item.since):
        if rule.since <= on:
            newest[rule.key] = rule
    return [newest[key] for key in sorted(newest) if newest[key].covers(on)]


def _aged(tree: Tree, rule: Rule, on: date, years: int) -> Stale:
    claims = [tree.coverage[code] for code in chain(rule.place)[:2] if code in tree.coverage]
    compared = claims[0].compared if claims else None
    document = rule.cite.partition("#")[0]
    ends = repealed_on(document, tree.shared.documents)
    key = tree.keys.get(rule.key)
    against = {
        "repealed": ends is not None and ends <= on,
        "old": key is not None and key.measured and _years_after(rule.since, years) < on,
        "not_compared": compared is None,
        rule.evidence: True,
    }
    return Stale(
        place=rule.place,
        key=rule.key,
        label=rule.label,
        since=rule.since,
        compared=compared,
        age_days=None if compared is None else (on - compared).days,
        evidence=rule.evidence,
        document=document,
        repealed=ends,
        kinds=tuple(kind for kind in KINDS if against.get(kind)),
    )


def _years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February gives 1 March."""
    year = day.year + years
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, 3, 1) if (day.month, day.day) == (2, 29) and not leap else day.replace(year=year)
