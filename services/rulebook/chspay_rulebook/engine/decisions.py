"""Decisions of the joint settlement meeting 联席会议: a record, and what an amendment must find in it.

杭州2019征求意见稿 leaves the shares of surplus and overrun to the 医保结算联席会议 (一(二)). A place names
the keys that rest on such a decision (``amendment.decision_keys``); an amendment of one of them must name a
recorded decision of the place that decided this key, this value and this day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, Rule, canonical_json
from chspay_core.policy_amendment import Amendment
from chspay_core.regions import check_code

KEYS = "amendment.decision_keys"
MOST_ENTRIES = 500
_WORDS = 200

DECISION_EMPTY = Reason("MEETING_DECISION_EMPTY", Kind.INVALID, "会议决定的“{field}”应填写1至200个可见字符。")
DECISION_NOBODY = Reason(
    "MEETING_DECISION_NOBODY", Kind.INVALID, "会议决定{value}没有记录任何到会成员，请补充。"
)
DECISION_NOTHING = Reason(
    "MEETING_DECISION_NOTHING", Kind.INVALID, "会议决定{value}没有任何议定事项，请补充。"
)
DECISION_ITEM = Reason(
    "MEETING_DECISION_ITEM",
    Kind.INVALID,
    "会议决定{value}第{number}项应同时写明参数、数值和生效日，或者都不写；同一参数同一日只能议定一次。",
)
DECISION_TOO_LONG = Reason(
    "MEETING_DECISION_TOO_LONG", Kind.TOO_LARGE, "会议成员和议定事项各不超过{most}项。"
)
DECISION_LATER = Reason(
    "MEETING_DECISION_LATER", Kind.INVALID, "会议日期{value}晚于今天（{today}），请核对。"
)
DECISION_MISSING = Reason(
    "AMENDMENT_DECISION_MISSING",
    Kind.PRECONDITION,
    "{place}的“{field}”须由联席会议决定（依据{cite}），但没有登记编号为“{value}”的会议决定。请先登记。",
)
DECISION_DIFFERS = Reason(
    "AMENDMENT_DECISION_DIFFERS",
    Kind.PRECONDITION,
    "修订把“{field}”自{since}起定为{value}，与会议决定“{decision}”不一致：{decided}。请更正修订。",
)


@dataclass(frozen=True, slots=True)
class Member:
    """Who was invited: the unit, the person speaking for it, and whether they were present."""

    unit: str
    person: str
    present: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What was resolved; key, value and first day when it sets a parameter."""

    words: str
    key: str = ""
    value: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A recorded decision; never changed."""

    place: str
    decision_no: str
    title: str
    decided: date
    members: tuple[Member, ...]
    items: tuple[Item, ...]

    @property
    def digest(self) -> str:
        """SM3 of the record."""
        return sm3_hex(canonical_json(self.plain()))

    def plain(self) -> Mapping[str, object]:
        """The record as text, list and dict."""
        return {
            "place": self.place,
            "decision_no": self.decision_no,
            "title": self.title,
            "decided": self.decided.isoformat(),
            "members": [member_text(member) for member in self.members],
            "items": [item_text(item) for item in self.items],
        }


def member_text(member: Member) -> dict[str, str]:
    """A member as text."""
    return {"unit": member.unit, "person": member.person, "present": "yes" if member.present else "no"}


def item_text(item: Item) -> dict[str, str]:
    """An item as text."""
    since = item.since.isoformat() if item.since else ""
    return {"words": item.words, "key": item.key, "value": item.value, "since": since}


def check(decision: Decision, today: date) -> None:
    """Whether a record can stand.

    :raises Fault: MEETING_DECISION_*, NOT_A_REGION.
    """
    check_code(decision.place, "place")
    for field, text in (("decision_no", decision.decision_no), ("title", decision.title)):
        _line(field, text)
    if decision.decided > today:
        raise Fault(DECISION_LATER, field="decided", value=decision.decided, today=today)
    if max(len(decision.members), len(decision.items)) > MOST_ENTRIES:
        raise Fault(DECISION_TOO_LONG, field="items", most=MOST_ENTRIES)
    for member in decision.members:
        _line("members", member.unit)
    if not any(member.present for member in decision.members):
        raise Fault(DECISION_NOBODY, field="members", value=decision.decision_no)
    if not decision.items:
        raise Fault(DECISION_NOTHING, field="items", value=decision.decision_no)
    seen: set[tuple[str, date | None]] = set()
    for number, item in enumerate(decision.items, start=1):
        _line("items", item.words)
        said = {bool(item.key), bool(item.value), item.since is not None}
        if len(said) > 1 or (item.key and (item.key, item.since) in seen):
            raise Fault(DECISION_ITEM, field="items", value=decision.decision_no, number=number)
        seen.add((item.key, item.since))


def needs_decision(amendment: Amendment, policy: Policy) -> list[Rule]:
    """The rules of an amendment that the place leaves to the joint meeting."""
    if not policy.has(KEYS):
        return []
    keys = policy.texts(KEYS)
    return [sourced.rule for sourced in amendment.rules if sourced.rule.key in keys]


def objection(
    rules: list[Rule], amendment: Amendment, found: Decision | None, policy: Policy
) -> Fault | None:
    """What keeps the amendment from resting on the decision it names; ``None`` when nothing does."""
    for rule in rules:
        if found is None:
            return Fault(
                DECISION_MISSING, field=rule.key, value=amendment.decision,
                place=policy.place_name or policy.place, cite=policy.citation(policy.rule(KEYS)),
            )  # fmt: skip
        said = [item for item in found.items if item.key == rule.key]
        value = rule.value if isinstance(rule.value, str) else rule.value_json
        if not any((item.value, item.since) == (value, rule.since) for item in said):
            told = "、".join(f"自{item.since}起{item.value}" for item in said) or "会议没有议定这一参数"
            return Fault(
                DECISION_DIFFERS, field=rule.key, value=value, since=rule.since, decision=amendment.decision,
                decided=told,
            )  # fmt: skip
    return None


def _line(field: str, text: str) -> None:
    if not 1 <= len(text.strip()) <= _WORDS or not text.isprintable():
        raise Fault(DECISION_EMPTY, field=field)
