"""Counting votes 计票: named rules, whole numbers, and a sheet anybody can follow.

The heads are all seats entitled to vote; who stays away or casts nothing has not agreed. A
double majority asks for the heads and for the discharges of the agreeing hospitals among all represented
ones (governance A8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Worksheet

PASS_METHOD_UNKNOWN = Reason(
    "PASS_METHOD_UNKNOWN", Kind.PRECONDITION, "没有名为“{value}”的表决规则；可选：{known}。"
)


class Choice(StrEnum):
    """What a ballot says."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


CHOICE_NAMES = {Choice.YES: "赞成", Choice.NO: "反对", Choice.ABSTAIN: "弃权"}


@dataclass(frozen=True, slots=True)
class Voter:
    """One who may vote; ``choice`` is ``None`` when no ballot came.

    :param volume: discharges of the hospital he speaks for; 0 for the bureau and who stays away.
    """

    delegate_id: str
    choice: Choice | None
    volume: int


@dataclass(frozen=True, slots=True)
class PassRule:
    """When a vote passes.

    :param method: of :data:`METHODS`.
    :param heads: share of the heads that a double majority needs.
    :param volume: share of the represented discharges that a double majority needs.
    """

    method: str
    heads: Fraction
    volume: Fraction


@dataclass(frozen=True, slots=True)
class Count:
    """What came out; ``sheet`` shows how."""

    entitled: int
    yes: int
    no: int
    abstain: int
    silent: int
    represented: int
    agreeing: int
    heads_reached: bool
    volume_reached: bool
    sheet: Worksheet

    @property
    def passed(self) -> bool:
        """Whether the proposal is agreed."""
        return self.heads_reached and self.volume_reached

    def plain(self) -> dict[str, object]:
        """The count as text, for the record."""
        return {
            **{
                name: str(getattr(self, name))
                for name in ("entitled", "yes", "no", "abstain", "silent", "represented", "agreeing")
            },
            "heads_reached": _said(self.heads_reached),
            "volume_reached": _said(self.volume_reached),
            "passed": _said(self.passed),
            "sheet": self.sheet.to_json(),
        }


def count(voters: Iterable[Voter], rule: PassRule) -> Count:
    """Counts the votes of everybody entitled.

    :raises Fault: PASS_METHOD_UNKNOWN.
    """
    judge = METHODS.get(rule.method)
    if judge is None:
        known = "、".join(METHODS)
        raise Fault(PASS_METHOD_UNKNOWN, field="method", value=rule.method, known=known)
    items = list(voters)
    by = {choice: sum(item.choice is choice for item in items) for choice in Choice}
    represented = sum(item.volume for item in items)
    agreeing = sum(item.volume for item in items if item.choice is Choice.YES)
    entitled, yes = len(items), by[Choice.YES]
    heads, volume = judge(_Figures(entitled, yes, represented, agreeing), rule)
    cast = sum(by.values())
    sheet = Worksheet("计票")
    sheet.given("entitled", "有表决权", entitled, "人")
    for choice, name in CHOICE_NAMES.items():
        sheet.given(choice.value, name, by[choice], "人")
    sheet.line(
        "silent", "未投票", entitled - cast, "人", formula="entitled − yes − no − abstain",
        inputs=["entitled", "yes", "no", "abstain"],
    )  # fmt: skip
    sheet.given("represented", "到会机构的出院量", represented, "例")
    sheet.given("agreeing", "赞成机构的出院量", agreeing, "例")
    sheet.given("method", "表决规则", rule.method, "方法")
    sheet.given("heads_share", "人数标准", str(rule.heads), "份额")
    sheet.given("volume_share", "出院量标准", str(rule.volume), "份额")
    sheet.line(
        "heads_reached", "人数是否达到", _said(heads), "是否", formula=_HEADS[rule.method],
        inputs=["yes", "entitled", "method", "heads_share"],
    )  # fmt: skip
    sheet.line(
        "volume_reached", "出院量是否达到", _said(volume), "是否",
        formula="agreeing ÷ represented ≥ volume_share" if rule.method == DOUBLE else "不要求",
        inputs=["agreeing", "represented", "method", "volume_share"],
    )  # fmt: skip
    return Count(
        entitled, yes, by[Choice.NO], by[Choice.ABSTAIN], entitled - cast, represented, agreeing, heads,
        volume, sheet,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Figures:
    entitled: int
    yes: int
    represented: int
    agreeing: int


def _said(value: bool) -> str:
    return "yes" if value else "no"


def _at_least(part: int, whole: int, share: Fraction) -> bool:
    return whole > 0 and part * share.denominator >= share.numerator * whole


def _simple(found: _Figures, _rule: PassRule) -> tuple[bool, bool]:
    return found.yes + found.yes > found.entitled, True


def _two_thirds(found: _Figures, _rule: PassRule) -> tuple[bool, bool]:
    return _at_least(found.yes, found.entitled, Fraction(2, 3)), True


def _double(found: _Figures, rule: PassRule) -> tuple[bool, bool]:
    return (
        _at_least(found.yes, found.entitled, rule.heads),
        _at_least(found.agreeing, found.represented, rule.volume),
    )


SIMPLE: Final = "simple_majority@1"
TWO_THIRDS: Final = "two_thirds@1"
DOUBLE: Final = "double_majority@1"
#: The rules there are; an even split never passes a simple majority.
METHODS: Mapping[str, Callable[[_Figures, PassRule], tuple[bool, bool]]] = {
    SIMPLE: _simple,
    TWO_THIRDS: _two_thirds,
    DOUBLE: _double,
}
_HEADS = {
    SIMPLE: "yes × 2 ＞ entitled",
    TWO_THIRDS: "yes × 3 ≥ entitled × 2",
    DOUBLE: "yes ÷ entitled ≥ heads_share",
}
