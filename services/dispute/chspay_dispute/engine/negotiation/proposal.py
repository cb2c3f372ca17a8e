"""Proposals 方案: changes of rules in the form of an amendment, and what they change.

A proposal is never prose: it says key, value and first day, so that it can be tried on stored months before
anybody discusses it, and becomes law without being typed again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, canonical_json, plain_value

#: What may be negotiated, in Chinese (governance A8).
TOPIC_KINDS: Final = {
    "budget": "总额、费率",
    "group": "病组",
    "weight": "权重（分值）",
    "coefficient": "差异系数",
    "multiple": "病例倍率",
    "same_price": "同病同价病组",
    "special": "特例规则",
}
MOST_CHANGES = 50
_MOST_VALUE = 100_000
_KEY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+\Z", re.ASCII)

PROPOSAL_EMPTY = Reason("PROPOSAL_EMPTY", Kind.INVALID, "方案没有写明改哪些参数；至少一项，至多{most}项。")
PROPOSAL_KEY = Reason("PROPOSAL_KEY", Kind.INVALID, "“{value}”不是参数名，或在方案里出现了两次。")
PROPOSAL_VALUE = Reason(
    "PROPOSAL_VALUE",
    Kind.INVALID,
    '参数“{field}”的值应为JSON的文本、文本列表或表；数字也写成文本，如"1.05"。',
)
PROPOSAL_UNRULED = Reason(
    "PROPOSAL_UNRULED", Kind.INVALID, "本地现行规定里没有参数“{value}”；方案只能改现行规定已有的参数。"
)
PROPOSAL_SAME = Reason(
    "PROPOSAL_SAME", Kind.INVALID, "参数“{value}”的新值与现行规定相同；请去掉没有改变的参数。"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One rule anew: its key and its value as canonical JSON."""

    key: str
    value_json: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change does: the value before and after, and the rows when both are tables.

    :param rows: ``+`` or ``-`` with the row as canonical JSON.
    """

    key: str
    label: str
    unit: str
    before: str
    after: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Changes that hold for discharges from ``effective`` on."""

    title: str
    effective: date
    changes: tuple[Change, ...]

    @property
    def content(self) -> bytes:
        """The canonical form: what is voted on."""
        return canonical_json(
            {
                "form": "chspay-proposal@1",
                "title": self.title,
                "effective": self.effective.isoformat(),
                "changes": [{"key": item.key, "value": json.loads(item.value_json)} for item in self.changes],
            }
        )

    @property
    def digest(self) -> str:
        """SM3 of the canonical form."""
        return sm3_hex(self.content)


def read_changes(given: Sequence[tuple[str, str]]) -> tuple[Change, ...]:
    """Changes as they are sent: keys with values in JSON, in order of the keys.

    :raises Fault: PROPOSAL_EMPTY, PROPOSAL_KEY, PROPOSAL_VALUE.
    """
    if not 1 <= len(given) <= MOST_CHANGES:
        raise Fault(PROPOSAL_EMPTY, field="changes", most=MOST_CHANGES)
    found: dict[str, Change] = {}
    for key, text in given:
        if not _KEY.match(key) or key in found:
            raise Fault(PROPOSAL_KEY, field="changes", value=key)
        found[key] = Change(key, canonical_json(_value(key, text)).decode())
    return tuple(found[key] for key in sorted(found))


def read_proposal(content: bytes) -> Proposal:
    """A stored proposal."""
    plain = json.loads(content)
    changes = [Change(item["key"], canonical_json(item["value"]).decode()) for item in plain["changes"]]
    return Proposal(plain["title"], date.fromisoformat(plain["effective"]), tuple(changes))


def differences(policy: Policy, proposal: Proposal) -> tuple[Difference, ...]:
    """What the proposal changes of the rules in force.

    :raises Fault: PROPOSAL_UNRULED, PROPOSAL_SAME.
    """
    found = []
    for item in proposal.changes:
        if not policy.has(item.key):
            raise Fault(PROPOSAL_UNRULED, field="changes", value=item.key)
        rule = policy.rule(item.key)
        before = rule.value_json
        if before == item.value_json:
            raise Fault(PROPOSAL_SAME, field="changes", value=item.key)
        rows = _rows(plain_value(rule.value), json.loads(item.value_json))
        found.append(Difference(item.key, rule.label, rule.unit, before, item.value_json, rows))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Head:
    """What an amendment says of the decision it rests on."""

    amendment_id: str
    place: str
    title: str
    decision: str
    decided_by: str
    decided: date
    evidence: str
    standing: str


def amendment_text(head: Head, changes: Sequence[Difference], since: date) -> str:
    """The agreed proposal as an amendment of the place: the text the rulebook files."""
    document = f"{head.amendment_id}-decision"
    lines = [
        f"amendment: {head.amendment_id}",
        f"place: {_quoted(head.place)}",
        f"title: {_quoted(head.title)}",
        f"decision: {_quoted(head.decision)}",
        f"decided_by: {_quoted(head.decided_by)}",
        f"decided: {head.decided.isoformat()}",
        "documents:",
        f"  {document}:",
        f"    title: {_quoted(head.title)}",
        f"    number: {_quoted(head.decision)}",
        f"    issuer: {_quoted(head.decided_by)}",
        f"    issued: {head.decided.isoformat()}",
        f"    standing: {head.standing}",
        "    articles: [第一条]",
        "rules:",
    ]
    for item in changes:
        value = json.dumps(json.loads(item.after), ensure_ascii=False)
        lines += [
            f"  {item.key}:",
            f"    label: {_quoted(item.label)}",
            f"    unit: {item.unit}",
            "    rules:",
            f"      - {{since: {since.isoformat()}, value: {value}, cite: {document}#第一条,"
            f" evidence: {head.evidence}}}",
        ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _value(key: str, text: str) -> object:
    try:
        value = json.loads(text) if len(text) <= _MOST_VALUE else None
    except ValueError as error:
        raise Fault(PROPOSAL_VALUE, field=key) from error
    if not _texts_only(value, 0):
        raise Fault(PROPOSAL_VALUE, field=key)
    return value


def _texts_only(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return True
    if isinstance(value, list) and depth == 0:
        return all(_texts_only(item, 1) for item in value)
    if isinstance(value, Mapping) and depth == 1:
        return all(isinstance(item, str) for pair in value.items() for item in pair)
    return False


def _rows(before: object, after: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(before, list) or not isinstance(after, list):
        return ()
    old, new = ([canonical_json(row).decode() for row in side] for side in (before, after))
    gone = [("-", row) for row in old if row not in new]
    return (*gone, *(("+", row) for row in new if row not in old))
