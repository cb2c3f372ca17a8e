"""An amendment of one place's rules: a decision, its documents and its rules, in the format of the files.

A decision of the joint meeting, of a negotiation or of an authority is written once, as data::

    amendment: demo-joint-2026-1
    place: "990100"
    title: 关于调整月度预付比例的决定
    decision: 演示市医保结算联席会议纪要〔2026〕1号
    decided_by: 演示市医保结算联席会议
    decided: 2026-06-20
    documents: {...}     # as in documents.yaml; may be left out
    rules: {...}         # as in a file of the place

It never edits: a rule begins later than every rule the place has for the key, or it is a correction and
names the rule it corrects (``corrects: {since: …, cite: …}``), which it then stands in for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chspay_core.bundle import check_dates, two_values
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import Document, Rule
from chspay_core.policy_documents import register
from chspay_core.policy_tree import FIELD_WRONG, Shared, Sourced, fields, key_rules, read_place
from chspay_core.policy_yaml import Node, Where, read_yaml
from chspay_core.regions import check_code

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z", re.ASCII)
_HEAD = ("amendment", "place", "title", "decision", "decided_by", "decided")

AMENDMENT_NOT_LATER = Reason(
    "AMENDMENT_NOT_LATER",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”在{place}已有自{last}起的规定（依据{document}），"
    "新规定自{value}起，不晚于它。新规定应更晚生效；如是更正，请用corrects写明更正的是哪一条。",
)
CORRECTS_ABSENT = Reason(
    "AMENDMENT_CORRECTS_ABSENT",
    Kind.INVALID,
    "{file} 第{line}行：“{field}”要更正的规定（{place}，自{value}起，依据{document}）不存在，请核对。",
)
AMENDMENT_EMPTY = Reason("AMENDMENT_EMPTY", Kind.INVALID, "{file}：修订“{value}”没有任何规则，请写明改什么。")
AMENDMENT_TWICE = Reason("AMENDMENT_TWICE", Kind.INVALID, "{file}：已有编号为“{value}”的修订，请换一个编号。")
AMENDMENT_ELSEWHERE = Reason(
    "AMENDMENT_ELSEWHERE",
    Kind.INVALID,
    "{file} 第{line}行：修订写的地区是“{value}”，却放在{place}，请更正。",
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rule that a correction stands in for, by its first day and its citation."""

    since: date
    cite: str


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amendment as read; ``text`` is what was decided, byte for byte."""

    id: str
    place: str
    title: str
    decision: str
    decided_by: str
    decided: date
    documents: Mapping[str, Document]
    rules: tuple[Sourced, ...]
    corrections: Mapping[int, Corrected]
    text: str

    def corrected(self, sourced: Sourced) -> Corrected | None:
        """What a rule of this amendment corrects; ``None`` for a new one."""
        return self.corrections.get(sourced.line)

    @property
    def begins(self) -> date:
        """The first day anything of it applies."""
        return min(sourced.rule.since for sourced in self.rules)

    @property
    def new_from(self) -> date | None:
        """The first day a rule that corrects nothing applies; ``None`` when all are corrections."""
        days = [item.rule.since for item in self.rules if self.corrected(item) is None]
        return min(days, default=None)


def read_amendment(text: str, file: str, shared: Shared, place: str = "") -> Amendment | None:
    """An amendment, its documents added to those known; ``None`` with the faults in ``shared.faults``.

    :param place: the place it must be of; empty takes the one it names.
    """
    before = len(shared.faults)
    where = Where(file)
    try:
        entries = fields(where, read_yaml(text, file), file, (*_HEAD, "rules"), ("documents", "note"))
        heads = {name: where.text(entries[name], name) for name in _HEAD}
        _check_head(where, entries, heads, place)
        decided = parse_day(heads["decided"], f"{file} decided")
        documents = register(where, entries["documents"], shared) if "documents" in entries else {}
        corrections, keys = _corrections(where, entries["rules"])
    except Fault as fault:
        shared.faults.append(fault)
        return None
    rules = [
        rule for key, node in keys.items() for rule in key_rules(where, heads["place"], key, node, shared)
    ]
    if not rules and len(shared.faults) == before:
        shared.faults.append(Fault(AMENDMENT_EMPTY, value=heads["amendment"], file=file))
    if len(shared.faults) > before:
        return None
    head = {name: heads[name] for name in ("place", "title", "decision", "decided_by")}
    return Amendment(
        id=heads["amendment"],
        **head,
        decided=decided,
        documents=documents,
        rules=tuple(rules),
        corrections=corrections,
        text=text,
    )


def _check_head(where: Where, entries: Mapping[str, Node], heads: Mapping[str, str], place: str) -> None:
    if not _ID.match(heads["amendment"]):
        problem = "应为小写英文、数字和连字符，最多64个字符"
        raise where.fault(FIELD_WRONG, entries["amendment"].line, "amendment", problem)
    for name in ("title", "decision", "decided_by"):
        if not heads[name].strip():
            raise where.fault(FIELD_WRONG, entries[name].line, name, "不能是空的")
    check_code(heads["place"], f"{where.file} place")
    if place and heads["place"] != place:
        line = entries["place"].line
        raise where.fault(AMENDMENT_ELSEWHERE, line, "place", heads["place"], place=place)


def _corrections(where: Where, node: Node) -> tuple[dict[int, Corrected], dict[str, Node]]:
    """What each rule corrects, by its line, and the rules without that remark."""
    found: dict[int, Corrected] = {}
    lines: set[int] = set()
    keys: dict[str, Node] = {}
    for key, entry in where.mapping(node, where.file).items():
        parts = dict(where.mapping(entry, key))
        items = []
        for item in where.items(parts["rules"], key) if "rules" in parts else []:
            rest = dict(where.mapping(item, key))
            if item.line in lines and ("corrects" in rest or item.line in found):
                raise where.fault(FIELD_WRONG, item.line, key, "的每条规则应各占一行")
            lines.add(item.line)
            if "corrects" in rest:
                named = fields(where, rest.pop("corrects"), key, ("since", "cite"))
                since = parse_day(where.text(named["since"], key), f"{where.file} 第{item.line}行 corrects")
                found[item.line] = Corrected(since, where.text(named["cite"], key))
            items.append(Node(item.line, rest))
        if "rules" in parts:
            parts["rules"] = Node(parts["rules"].line, items)
        keys[key] = Node(entry.line, parts)
    return found, keys


#: File name and text, in the order in which they apply.
Texts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Source:
    """The rules of one place as text: its files by name, and its amendments in order."""

    files: Mapping[str, str]
    amendments: Texts = ()


def assemble(place: str, source: Source, shared: Shared) -> tuple[list[Sourced], list[Amendment]]:
    """The rules of one place, its amendments applied one after the other.

    Faults go to ``shared.faults``; an amendment with a fault is left out whole.
    """
    rules = read_place(place, source.files, shared)
    read: list[Amendment] = []
    for file, text in source.amendments:
        amendment = read_amendment(text, file, shared, place)
        if amendment is None:
            continue
        if any(amendment.id == other.id for other in read):
            shared.faults.append(Fault(AMENDMENT_TWICE, value=amendment.id, file=file))
            continue
        amended, faults = amend(rules, amendment)
        shared.faults += faults
        if not faults:
            rules = amended
            read.append(amendment)
    return rules, read


def amend(own: list[Sourced], amendment: Amendment) -> tuple[list[Sourced], list[Fault]]:
    """The rules of a place with ``amendment`` applied, and everything that keeps it from being applied."""
    rules, faults = list(own), list[Fault]()
    for new in sorted(amendment.rules, key=lambda item: item.rule.since):
        corrected = amendment.corrected(new)
        same = [item for item in rules if item.rule.key == new.rule.key]
        if corrected is None:
            fault = _not_later(new, [item.rule for item in same])
            if fault is not None:
                faults.append(fault)
                continue
        else:
            old = [
                item
                for item in same
                if (item.rule.since, item.rule.cite) == (corrected.since, corrected.cite)
            ]
            if not old:
                faults.append(_absent(new, corrected))
                continue
            rules.remove(old[0])
        rules.append(new)
    try:
        check_dates(item.rule for item in rules)
    except Fault as fault:
        faults.append(fault)
    return rules, faults


def _not_later(new: Sourced, same: list[Rule]) -> Fault | None:
    newest = max(same, key=lambda rule: rule.since, default=None)
    if newest is None or newest.since < new.rule.since:
        return None
    if any(rule.since == new.rule.since for rule in same):
        return two_values(next(rule for rule in same if rule.since == new.rule.since), new.rule)
    return Where(new.file).fault(
        AMENDMENT_NOT_LATER,
        new.line,
        new.rule.key,
        new.rule.since,
        place=new.rule.place,
        last=newest.since,
        document=newest.cite,
    )


def _absent(new: Sourced, corrected: Corrected) -> Fault:
    return Where(new.file).fault(
        CORRECTS_ABSENT,
        new.line,
        new.rule.key,
        corrected.since,
        place=new.rule.place,
        document=corrected.cite,
    )
