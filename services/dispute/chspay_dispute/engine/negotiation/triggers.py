"""What opens a topic by itself 自动立题: disputes of one kind that were upheld, or too many of them.

Three upheld disputes of one kind (type, group or parameter, reason) ask whether the rule is wrong, not the
cases (demand D19); so do many approved special cases of one group, and a group whose grouping is overturned
too often (governance A10).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

SPECIAL: Final = "T1"
GROUPING: Final = "T2"
#: Which kind of topic a type of dispute asks for.
TOPIC_OF: Final = {
    "T1": "special",
    "T2": "group",
    "T3": "special",
    "T4": "coefficient",
    "T5": "special",
    "T7": "special",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A dispute that was decided: its type, what it was about, why, and whether it was upheld."""

    case_id: str
    type: str
    target: str
    reason: str
    upheld: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many on a topic opens; policy.

    :param upheld: upheld disputes of one kind.
    :param approved: approved special cases of one group in the year.
    :param overturned: share of overturned groupings of a group, over which it is too many.
    :param overturned_least: decided grouping disputes below which a share says nothing.
    """

    upheld: int
    approved: int
    overturned: Fraction
    overturned_least: int


@dataclass(frozen=True, slots=True)
class Call:
    """A topic that ought to be opened, and the disputes that say so."""

    trigger: str
    topic_kind: str
    target: str
    reason: str
    cases: tuple[str, ...]


def calls(decided: Iterable[Decided], limits: Limits) -> tuple[Call, ...]:
    """The topics a year's decided disputes of a pool ask for, in a fixed order."""
    items = sorted(decided, key=lambda item: item.case_id)
    found = []
    upheld = [item for item in items if item.upheld]
    for (kind, target, reason), number in sorted(Counter(map(_kind, upheld)).items()):
        if kind in TOPIC_OF and number >= limits.upheld:
            cases = tuple(item.case_id for item in upheld if _kind(item) == (kind, target, reason))
            found.append(Call("upheld", TOPIC_OF[kind], target, reason, cases))
    for target in sorted({item.target for item in items if item.target}):
        special = tuple(i.case_id for i in upheld if (i.type, i.target) == (SPECIAL, target))
        if len(special) >= limits.approved:
            found.append(Call("approved", "group", target, "", special))
        grouping = [item for item in items if (item.type, item.target) == (GROUPING, target)]
        over = tuple(item.case_id for item in grouping if item.upheld)
        limit = limits.overturned
        if len(grouping) >= limits.overturned_least and len(over) * limit.denominator > limit.numerator * len(
            grouping
        ):
            found.append(Call("overturned", "group", target, "", over))
    return tuple(found)


def _kind(item: Decided) -> tuple[str, str, str]:
    return item.type, item.target, item.reason
